"""What is rendered in the gateway's own process: typical templates are, and whatever is takes little."""

import contextlib
import gc
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

# Seconds of this thread: eleven thousandths at the most on a machine with nothing else to do.
TIME_LIMIT = 0.2
MEMORY_LIMIT = 20_000_000  # bytes

# Units of which large inputs are made: each is the worst for some filter or operator.
TEXTS = ["a", "- ", '"', "&", "\\", "\x01", "ΐ", "İ", "\U000e0001", "\U0001f600"]
JSON = ["[],", '{"":0},', '"ЖЖ",', "9e15,", "300,", '"\U000e0001",', '"\'",']

VALUES = [
    "response.body",
    "response",
    "(response.body | from_json)",
    "get_secret('large')",
    "'\\\\\\\\'",
    "'<'",
    "[response.body]",
    "([1e308] | first)",
]
FILTERS = [
    *("abs", "float", "int", "base64_decode", "from_json", "capitalize", "lower", "string"),
    *("title", "trim", "upper", "count", "first", "last", "default('&')", "e", "safe"),
    *("base64_encode", "json_encode", "tojson", "urlencode"),
]
COMBINATIONS = [
    *("{0} ~ {1}", "{0} + {1}", "[{0}, {1}]", "({0}, {1})", "{{'a': {0}, 'b': {1}}}"),
    *("{0} in {1}", "{0} == {1}", "{0} is in {1}", "{0} or {1}", "{0} if {1} else {0}"),
    *(
        "({0} | default(''))[1:]",
        "{0}.upper()",
        "{0}.strip()",
        "{0}.items()",
        "{0}.get({1}, {1})",
        "({0} | default(0))[{1} | d(0)]",
    ),
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
        with contextlib.suppress(GatewayError):
            render_text(template, dict(variables))

    run()
    gc.disable()  # it would go through all that the tests hold
    started = time.thread_time()
    run()
    took = time.thread_time() - started
    gc.enable()
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


TYPICAL = [
    "Bearer {{ get_secret('k') }}",
    "{{ user.email | urlencode }}",
    "{{ (body_text | from_json).a | tojson }}",
    '{"by": "{{ user.email }}"}',
    "{{ jwt_encode({'sub': user.id, 'exp': now(180)}, get_secret('k'), 'RS256') }}",
    "Basic {{ (get_secret('user') ~ ':' ~ get_secret('password')) | base64_encode }}",
    "Basic {{ (get_secret('user') + ':' + get_secret('password')) | base64_encode }}",
    "https://{{ get_variable('host') | default('api.example', true) }}/v1/{{ pathParams.id }}",
    "{{ user.profile_fields.by_id(42) | default('none', true) }}-{{ tenant_id }}",
    "{% if user.id %}{{ user.first_name | upper }}{% else %}guest{% endif %}",
    '{"a": {{ body_text | from_json | json_encode }}, "by": {{ user.id | tojson }}}',
    "{{ {'name': user.first_name, 'tags': ['a', user.username]} | tojson }}",
    "{{ body_raw | base64_encode }}",
    "{{ response.body }}",
    "{{ response.body | safe }}",
    "{{ response.body | from_json | tojson }}",
    "{{ (response.body | from_json).items[0].name | trim | lower }}",
    '{"status": {{ response.status_code }}, "type": "{{ response.headers[\'content-type\'] }}"}',
    "{% if response.status_code == 200 and 'json' in response.headers['content-type'] %}"
    "{{ response.body | safe }}{% else %}null{% endif %}",
    "{{ (steps.first.body | from_json).id | urlencode }}{{ request.query_parameters.q }}",
]


@pytest.mark.parametrize("text", TYPICAL)
def test_a_typical_template_is_rendered_here(text: str) -> None:
    body = '{"a": "' + "é" * 5_000 + '"}'
    data: Mapping[str, object] = {
        "pathParams": {"id": "x" * 200},
        "body_text": body,
        "body_raw": body.encode(),
        "response": {"body": body, "status_code": 200, "headers": {"content-type": "a/b"}},
        "steps": {"first": {"body": body, "status_code": 200, "headers": {}}},
        "request": {"query_parameters": {"q": "x" * 1000}},
    }
    key = "-" * 3000  # as long as a private key

    assert is_small_work(text, context(data, secrets={"k": key, "user": key, "password": key}))


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("{{ response.body }}", 250_000),
        ("{{ response.body | safe }}", 500_000),
        ("{{ response.body | from_json | tojson }}", 30_000),
        ("{{ response.status_code }}", 10_000_000),
    ],
)
def test_how_large_a_body_is_rendered_here(text: str, limit: int) -> None:
    def is_small(size: int) -> bool:
        response = {"body": "a" * size, "status_code": 200, "headers": {}}
        return is_small_work(text, context({"response": response}))

    assert is_small(limit)
    assert not is_small(2 * limit) or limit == 10_000_000


GROWING = [
    nested("'\\\\'", "[{}] | string", 26),
    nested("'\\\\'", "[{}] ~ ''", 26),
    nested("'\\\\'", "([{}] | lower)", 26),
    nested("'\\\\'", "([{}] | trim)", 26),
    nested("'\\\\'", "([{}] | e)", 26),
    nested("'\\\\'", "({{'a': {}}} | title)", 26),
    nested("'\\\\'", "({},) | string", 26),
    nested("'\\\\'", "now([{}])", 26),
    nested("'&'", "({} | e | title)", 50),
    nested("'&'", "({} | e | string ~ '')", 50),
    nested("'&'", "('' + ({} | e | title))", 50),
    nested("'&' | safe", "({} + ('<' | safe) + '<')", 50),
    nested("'\"'", "({} | tojson)", 30),
    nested("'\"'", "({} | json_encode | urlencode)", 30),
    nested("'a'", "({} | base64_encode)", 90),
    nested("'a'", "get_secret({})", 3) + nested("'&'", "({} | e | capitalize | title)", 50),
    "{{ [1, 1, 1, 1] | tojson(50000000) }}",
    "{{ [1, 1, 1, 1] | tojson(indent=50000000) }}",
    "{{ [1] | tojson(response.status_code) }}",
    "{{ '%1000000000d' is even }}{{ '%1000000000d' is divisibleby 2 }}",
    "{{ '%1000000000d' is odd }}",
    "{{ response.body | trim(response.body) }}{{ response.body.strip(response.body) }}",
    "{{ response.body.strip(response.body) }}",
    "{{ jwt_encode({}, response.body) }}",
    "{{ jwt_encode({}, key='-----BEGIN') }}",
    "{{ ('a' * 999999) * 999999 }}",
    "{{ now() * now() ** 9999 }}",
    "{{ response | urlencode | urlencode | urlencode | urlencode | urlencode }}",
    "{% for a in [1] %}{% endfor %}",
    "{% set a = 1 %}",
    "{% macro m() %}{% endmacro %}",
    "{% filter upper %}a{% endfilter %}",
    "{{ user.first_name | replace('a', 'b') }}",
]


@pytest.mark.parametrize("text", GROWING, ids=lambda text: text[:50])
def test_what_may_grow_beyond_any_bound_is_not_rendered_here(text: str) -> None:
    response = {"body": "&" * 90_000, "status_code": 200, "headers": {}}

    assert not is_small_work(text, context({"response": response}))


@pytest.mark.parametrize("times", range(1, 30))
@pytest.mark.parametrize(
    ("start", "step"),
    [
        ("'\\\\'", "[{}] | string"),
        ("'\\\\'", "({{'a': {}}} | title)"),
        ("'&'", "({} | e | title)"),
        ("'\"'", "({} | tojson)"),
        ("'a'", "({} | base64_encode)"),
        ("response.body", "({} ~ {0})".replace("{0}", "response.body | urlencode")),
    ],
)
def test_what_grows_is_rendered_here_only_as_long_as_it_is_small(
    start: str, step: str, times: int
) -> None:
    check_what_is_small(nested(start, step, times), '"', is_json=False)


@given(EXPRESSIONS, st.sampled_from(TEXTS))
@example("response.body | title", "- ")
@example("response.body | urlencode", "\U0001f600")
@settings(max_examples=60, deadline=None)
def test_what_is_small_takes_little_whatever_text_it_reads(expression: str, unit: str) -> None:
    check_what_is_small(f"{{{{ {expression} }}}}", unit, is_json=False)


@given(EXPRESSIONS, st.sampled_from(JSON))
@example("response.body | from_json", "[],")
@example("response.body | from_json | tojson", '{"":0},')
@example("response.body | from_json | capitalize", '"\U000e0001",')
@settings(max_examples=60, deadline=None)
def test_what_is_small_takes_little_whatever_json_it_reads(expression: str, unit: str) -> None:
    check_what_is_small(f"{{{{ {expression} }}}}", unit, is_json=True)
