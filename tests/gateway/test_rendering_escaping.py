"""Whatever a value is, it neither gets out of the text that it stands in nor is taken for a template."""

import asyncio
import base64
import html
import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widget_workbench.gateway.errors import TemplateRenderingError
from widget_workbench.gateway.templates import Field, Renderer, Template
from widget_workbench.gateway.templates.rendering import render_text

from .template_cases import PLACE, context

TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(
        ["{{", "}}", "{%", "%}", "{#", "<", ">", "&", '"', "'", "\\", "a", "\r\n", "\0"]
    ),
    max_size=8,
).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
).filter(lambda value: "inf" not in repr(value))


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    renderer = Renderer(workers=1)
    yield renderer
    asyncio.run(renderer.aclose())


@pytest.fixture(scope="module", params=["here", "worker"])
def prefix(request: pytest.FixtureRequest) -> str:
    """Nothing, or what only a worker renders."""
    return "" if request.param == "here" else "{% for a in [1] %}{% endfor %}"


def rendered(renderer: Renderer, text: str, value: str) -> str:
    template = Template(text, PLACE, Field.REQUEST_BODY)
    data = {"body_text": value, "body_raw": value.encode("utf-8", "surrogatepass")}
    [result] = asyncio.run(renderer.render([template], context(data)))
    return result


@settings(max_examples=40, deadline=None)
@given(value=TEXTS)
def test_printed_text_is_escaped(renderer: Renderer, prefix: str, value: str) -> None:
    inside = rendered(renderer, prefix + "<a b=\"{{ body_text }}\" c='{{ body_text }}'>", value)

    assert not set("<>\"'") & set(inside[6 : inside.index('" c=')])
    assert html.unescape(inside) == html.unescape(
        f"<a b=\"{html.escape(value)}\" c='{html.escape(value)}'>"
    )


@settings(max_examples=40, deadline=None)
@given(value=VALUES)
def test_json_helpers_make_json_of_the_same_value(
    renderer: Renderer, prefix: str, value: Any
) -> None:
    document = json.dumps(value)
    text = (
        prefix
        + '{"a": {{ body_text | from_json | tojson }}, "b": {{ body_text | from_json | json_encode }}}'
    )

    assert json.loads(rendered(renderer, text, document)) == {"a": value, "b": value}


@settings(max_examples=40, deadline=None)
@given(value=TEXTS)
def test_base64_of_any_text_goes_there_and_back(
    renderer: Renderer, prefix: str, value: str
) -> None:
    text = (
        prefix
        + "{{ body_text | base64_encode }} {{ body_text | base64_encode | base64_decode | safe }}"
    )

    encoded, _, decoded = rendered(renderer, text, value).partition(" ")

    assert base64.b64decode(encoded, validate=True).decode() == value == decoded


@settings(max_examples=100, deadline=None)
@given(text=TEXTS | st.text("{}%#-'\"()[]|.,ab1 \n", max_size=40))
def test_no_text_makes_a_template_fail_otherwise_than_with_a_sentence(
    renderer: Renderer, text: str
) -> None:
    try:
        detail = None
        rendered(renderer, text, "value")
    except TemplateRenderingError as error:
        detail = error.detail

    assert detail is None or detail.startswith(f"The template of {PLACE} ")


def test_values_that_json_has_not_are_none_of_the_above() -> None:
    template = Template("{{ number | tojson }}", PLACE, Field.SENT)

    for number in (math.nan, math.inf, -math.inf):
        with pytest.raises(Exception, match="JSON has no NaN and no infinite numbers"):
            render_text(template, {"number": number})
