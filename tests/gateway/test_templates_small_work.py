"""What is rendered in the gateway's own process: typical templates are, and whatever is takes little."""

import time
import tracemalloc
from collections.abc import Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from widget_workbench.gateway.errors import GatewayError
from widget_workbench.gateway.templates import Context, Field, Template
from widget_workbench.gateway.templates.available import available
from widget_workbench.gateway.templates.rendering import render_text
from widget_workbench.gateway.templates.vetting import is_small_work

from .template_cases import PLACE, context

TIME_LIMIT = 0.05  # seconds of this thread
MEMORY_LIMIT = 20_000_000  # bytes

# Units of which large inputs are made: each is the worst for some filter or operator.
TEXTS = ["a", "- ", '"', "&", "\\", "\x01", "ΐ", "İ", "\U000e0001", "\U0001f600"]
JSON = ["[],", '{"":0},', '"ЖЖ",', "9e15,", "300,", '"\U000e0001",', "\"'\","]

VALUES = [
    "response.body",
    "response",
    "(response.body | from_json)",
    "get_secret('large')",
    "'\\\\\\\\'",
    "'<'",
    "[response.body]",
    "1e308",
]
FILTERS = [
    *("abs", "float", "int", "base64_decode", "from_json", "capitalize", "lower", "string"),
    *("title", "trim", "upper", "count", "first", "last", "default('&')", "e", "safe"),
    *("base64_encode", "json_encode", "tojson", "urlencode"),
]
COMBINATIONS = [
    *("{0} ~ {1}", "{0} + {1}", "[{0}, {1}]", "({0}, {1})", "{{'a': {0}, 'b': {1}}}"),
    *("{0} in {1}", "{0} == {1}", "{0} is in {1}", "{0} or {1}", "{0} if {1} else {0}"),
    *("{0}[1:]", "{0}.upper()", "{0}.strip()", "{0}.items()", "{0}.get({1}, {1})", "{0}[{1}]"),
    *("{0} - {1}", "-{0}", "not {0}", "now({0})", "get_secret({0})"),
    "jwt_encode({{'a': {0}}}, get_secret('api_key'), 'HS256')",
]
EXPRESSIONS = st.recursive(
    st.sampled_from(VALUES),
    lambda inner: st.one_of(
        st.builds("({} | {})".format, inner, st.sampled_from(FILTERS)),
        st.builds(
            lambda form, left, right: "(" + form.format(left, right) + ")",
            st.sampled_from(COMBINATIONS),
            inner,
            inner,
        ),
    ),
    max_leaves=6,
)


def nested(start: str, step: str, times: int) -> str:
    for _ in range(times):
        start = step.format(start)
    return f"{{{{ {start} }}}}"


def largest(text: str, unit: str, *, is_json: bool) -> Context | None:
    """The context with as much of this unit as the vetting lets through; None where it is nothing."""

    def of(size: int) -> Context:
        many = unit * (size // len(unit))
        body = f'[{many}{{"a":"b"}}]' if is_json else many
        response = {"body": body, "status_code": 200, "headers": {}}
        return context(
            {"response": response}, secrets={"api_key": "k", "large": body[: len(body) // 4]}
        )

    low, high = 0, 2_000_000
    if not is_small_work(text, of(low)):
        return None
    while high - low > low // 50 + 1:
        middle = (low + high) // 2
        if is_small_work(text, of(middle)):
            low = middle
        else:
            high = middle
    return of(low)


def costs(text: str, context: Context) -> tuple[float, int]:
    """Seconds, and bytes at their peak, that rendering here takes once it is compiled."""
    # Every name that the expressions use: those of two fields.
    template = Template(text, PLACE, Field.SENT, in_composite=True)
    variables = {**available(template, context), "response": context.data["response"]}

    def run() -> None:
        try:
            render_text(template, dict(variables))
        except GatewayError:
            pass

    run()
    started = time.thread_time()
    run()
    took = time.thread_time() - started
    tracemalloc.start()
    try:
        run()
        return took, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def check_what_is_small(text: str, unit: str, *, is_json: bool) -> None:
    held = largest(text, unit, is_json=is_json)
    if held is not None:
        took, peak = costs(text, held)
        assert took < TIME_LIMIT
        assert peak < MEMORY_LIMIT


@given(EXPRESSIONS, st.sampled_from(TEXTS))
@settings(max_examples=60, deadline=None)
def test_what_is_small_takes_little_whatever_text_it_reads(expression: str, unit: str) -> None:
    check_what_is_small(f"{{{{ {expression} }}}}", unit, is_json=False)


@given(EXPRESSIONS, st.sampled_from(JSON))
@settings(max_examples=60, deadline=None)
def test_what_is_small_takes_little_whatever_json_it_reads(expression: str, unit: str) -> None:
    check_what_is_small(f"{{{{ {expression} }}}}", unit, is_json=True)
