"""Templates, a rule of platform.md §5 in each row."""

import asyncio
import base64
import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from widget_workbench.gateway.errors import JwtSigningError
from widget_workbench.gateway.templates import Field, Renderer, Template, findings

from .template_cases import GUESTS, NOW, PLACE, STEPS, context, failure, render

URL, SENT = Field.URL, Field.SENT
REQUEST, RESPONSE = Field.REQUEST_BODY, Field.RESPONSE_BODY


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    renderer = Renderer(workers=1)
    yield renderer
    asyncio.run(renderer.aclose())


# The table of functions and fields

SECRET = "{{ get_secret('api_key') }}"
VARIABLE = "{{ get_variable('region') }}"
SIGNED = "{{ jwt_encode({'sub': 1}, 'k' ~ tenant_id, 'HS256') }}"
TABLE: list[tuple[str, set[Field], set[Field]]] = [
    # template, fields of a connector that have it, fields of a composite's step that have it
    (SECRET, {SENT}, {SENT}),
    (VARIABLE, {URL, SENT}, {URL, SENT, REQUEST, RESPONSE}),
    (SIGNED, {SENT}, {URL, SENT, REQUEST}),
    ("{{ now() }}", set(Field), set(Field)),
    ("{{ user.id }}", set(Field), set(Field)),
    ("{{ tenant_id }}", set(Field), set(Field)),
    ("{{ pathParams.id }}", {URL}, {URL}),
    ("{{ body_text }}", {REQUEST}, {REQUEST}),
    ("{{ body_raw }}", {REQUEST}, {REQUEST}),
    ("{{ response.status_code }}", {RESPONSE}, {RESPONSE}),
    ("{{ steps.items.body }}", set(), set(Field)),
    ("{{ request.body_text }}", set(), set(Field)),
]


@pytest.mark.parametrize("in_composite", [False, True], ids=["connector", "step"])
@pytest.mark.parametrize("field", Field, ids=lambda field: field.name)
@pytest.mark.parametrize(
    ("text", "of_connectors", "of_steps"), [pytest.param(*row, id=row[0]) for row in TABLE]
)
def test_each_name_is_available_where_the_table_says(
    renderer: Renderer,
    text: str,
    of_connectors: set[Field],
    of_steps: set[Field],
    field: Field,
    in_composite: bool,
) -> None:
    if field in (of_steps if in_composite else of_connectors):
        rendered = render(renderer, text, field, in_composite=in_composite)
        assert rendered
        assert "{{" not in rendered
    elif "(" in text or "." in text:
        name = text.strip("{ ").partition("(")[0].partition(".")[0]
        detail = failure(renderer, text, field, in_composite=in_composite)
        assert f"{name} is not available in {field.value}" in detail
    else:
        assert render(renderer, text, field, in_composite=in_composite) == ""


# Variables

VALUES = [
    (SENT, "{{ user.id }}", "7"),
    (SENT, "{{ user.email }}", "ann@example.com"),
    (SENT, "{{ user.first_name }} {{ user.username }}", "Ann ann"),
    (SENT, "{{ user.last_name }}", "O&#39;Neil"),
    (SENT, "{{ user.profile_fields.by_id(42) }}", "Support &amp; Sales"),
    (SENT, "{{ user.profile_fields.by_id('42') | safe }}", "Support & Sales"),
    (SENT, "{{ user.profile_fields.by_id(43) }}", "None"),
    (SENT, "{{ user.nickname }}", ""),
    (SENT, "{{ user['id'] }}", "7"),
    (SENT, "{{ tenant_id }}", "t-1"),
    (SENT, "{{ get_secret('api_key') }}", "s3cret"),
    (SENT, "{{ get_variable('region') }}", "eu"),
    (SENT, "{{ get_variable('empty') }}", ""),
    (SENT, "{{ now() }}", "1700000000"),
    (SENT, "{{ now(60) }}", "1700000060"),
    (SENT, "{{ now(offset=-60) }}", "1699999940"),
    (SENT, "{{ now() + 60 * 60 }}", "1700003600"),
    (URL, "{{ pathParams.id }}/{{ pathParams['id'] }}", "42/42"),
    (URL, "{{ pathParams.items }}", "all"),
    (URL, "{{ pathParams.get }}", "got"),
    (URL, "{{ pathParams.other | default('none') }}", "none"),
    (REQUEST, "{{ body_text | safe }}", '{"a": "<é>"}'),
    (REQUEST, "{{ (body_text | from_json).a }}", "&lt;é&gt;"),
    (REQUEST, "{{ body_raw | safe }}", '{"a": "<é>"}'),
    (REQUEST, "{{ body_raw | from_json | json_encode }}", '{"a":"<é>"}'),
    (RESPONSE, "{{ response.status_code }}", "201"),
    (RESPONSE, "{{ response.headers['x-total'] }}", "2"),
    (RESPONSE, "{{ response.headers.get('x-none', 'none') }}", "none"),
    (RESPONSE, "{{ (response.body | from_json)[0].name }}", "&lt;Zoë&gt;"),
    (RESPONSE, "{% for one in response.body | from_json %}{{ one.name }};{% endfor %}",
     "&lt;Zoë&gt;;Bo;"),
    (RESPONSE, "{{ response.body | from_json | sort(attribute='name') | tojson }}",
     '[{"name": "\\u003cZo\\u00eb\\u003e"}, {"name": "Bo"}]'),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text", "expected"), VALUES)
def test_variables_and_functions(
    renderer: Renderer, field: Field, text: str, expected: str
) -> None:
    assert render(renderer, text, field) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ (steps.items.body | from_json).id }}", "1"),
        ("{{ steps['find-user'].status_code }}", "204"),
        ("{{ steps.items.headers.etag }}", "x"),
        ("{{ steps.none }}", ""),
        ("{{ request.body_text }}", "text"),
        ("{{ request.body_raw }}", "�!"),
        ("{{ request.headers['content-type'] }}", "text/plain"),
        ("{{ request.query_parameters.q | urlencode }}", "a%20b"),
        ("{% for name, step in steps.items() %}{{ name }}{% endfor %}", None),
    ],
)
@pytest.mark.parametrize("field", Field, ids=lambda field: field.name)
def test_a_composites_steps_and_request_are_in_every_field(
    renderer: Renderer, text: str, expected: str | None, field: Field
) -> None:
    if expected is None:  # a step's name wins over the method of the same name
        assert "type" in failure(renderer, text, field, in_composite=True)
    else:
        assert render(renderer, text, field, in_composite=True) == expected


def test_a_body_that_is_not_utf_8_is_none_and_so_nothing_for_from_json(renderer: Renderer) -> None:
    answer = context({"response": {"body": None, "status_code": 200, "headers": {}}})

    assert render(renderer, "{{ response.body }}", RESPONSE, context=answer) == "None"
    detail = failure(renderer, "{{ response.body | from_json }}", RESPONSE, context=answer)
    assert "from_json was given None, not a text" in detail


@pytest.mark.parametrize("name", ["id", "email", "first_name", "last_name", "username"])
def test_what_a_guest_has_none_of_prints_as_none(renderer: Renderer, name: str) -> None:
    assert render(renderer, f"{{{{ user.{name} }}}}", context=GUESTS) == "None"
    assert render(renderer, f"{{{{ user.{name} is none }}}}", context=GUESTS) == "True"


def test_a_guest_has_no_profile_fields(renderer: Renderer) -> None:
    text = "{{ user.profile_fields.by_id(42) }}"
    assert render(renderer, text, context=GUESTS) == "None"


# What is not known

UNKNOWN = [
    # left in place, as written, and the rest is rendered
    ("{{ get_secret('nope') }}", None),
    ("{{get_secret( 'nope' )}}", None),
    ("{{ get_variable('nope') }}", None),
    ("{{ get_variable('Region') }}", None),
    ("{{ get_secret('region') }}", None),
    ("{{ 'Bearer ' ~ get_secret('nope') }}", None),
    ("{{ get_secret('nope') | base64_encode }}", None),
    ("{{ get_secret('nope') | upper }}", None),
    ("{{ (get_secret('user') ~ ':' ~ get_secret('nope')) | base64_encode }}", None),
    ("{{ get_secret('nope') | length }}", None),
    ("{{ get_secret('nope') | tojson }}", None),
    ("{{ {'a': get_secret('nope')} | json_encode }}", None),
    ("{{ [get_secret('nope')] }}", None),
    ("{{ get_secret('nope') + 'x' }}", None),
    ("{{ get_secret('nope').x }}", None),
    ("{{ jwt_encode({'a': get_secret('nope')}, 'key', 'HS256') }}", None),
    ("{{ jwt_encode({}, get_secret('nope'), 'HS256') }}", None),
    ('{{ get_secret("nope") | replace("<", ">") }}', None),
    ("{% print get_secret('nope'), 1 %}", None),
    ("{{ get_secret('api_key') }} {{ get_secret('nope') }} {{ tenant_id }}",
     "s3cret {{ get_secret('nope') }} t-1"),
    ("a {{- get_secret('nope') -}} b", "a{{- get_secret('nope') -}}b"),
    ("{{ '}}' ~ get_secret('nope') }}{{ 1 }}", "{{ '}}' ~ get_secret('nope') }}1"),
    ("{# {{ 1 }} #}{% raw %}{{ 2 }}{% endraw %}{{ get_secret('nope') }}",
     "{{ 2 }}{{ get_secret('nope') }}"),
    ("{% for name in ['api_key', 'nope'] %}{{ get_secret(name) }};{% endfor %}",
     "s3cret;{{ get_secret(name) }};"),
    ("{% set token = get_secret('nope') %}{{ token }}", "{{ token }}"),
    ("{% macro token(name) %}{{ get_secret(name) }}{% endmacro %}{{ token('nope') }}",
     "{{ get_secret(name) }}"),
    # asked for, not used
    ("{{ get_variable('nope') | default('x') }}", "x"),
    ("{{ get_variable('nope') | default('x', true) | upper }}", "X"),
    ("{{ get_variable('empty') | default('x', true) }}", "x"),
    ("{{ get_variable('nope') or 'x' }}", "x"),
    ("{{ 'x' if get_secret('nope') is defined else 'y' }}", "y"),
    ("{% if get_secret('nope') %}a{% else %}b{% endif %}", "b"),
    ("{{ get_secret('nope') == 'x' }}", "False"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), UNKNOWN)
def test_an_unknown_secret_or_variable_leaves_its_expression_in_place(
    renderer: Renderer, text: str, expected: str | None
) -> None:
    assert render(renderer, text) == (text if expected is None else expected)


def test_an_unknown_value_where_no_text_can_be_left_is_an_error(renderer: Renderer) -> None:
    detail = failure(renderer, "{% for a in get_secret('nope') %}{% endfor %}")

    assert "needs the value of 'nope', which no secret or variable has" in detail


def test_without_secrets_each_shows_as_its_template(renderer: Renderer) -> None:
    text = "Basic {{ (get_secret('user') ~ ':' ~ get_secret('password')) | base64_encode }}"

    assert render(renderer, text, context=context(secrets={})) == text
    assert render(renderer, text) == "Basic " + base64.b64encode(b"ann:pa:ss").decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("{{ nothing }}", ""), ("{{ user.nothing }}", ""), ("{{ nothing | default('x') }}", "x")],
)
def test_other_undefined_names_print_nothing(renderer: Renderer, text: str, expected: str) -> None:
    assert render(renderer, text) == expected


# Filters

FILTERS = [
    ("""{{ '{"a": [1, 2.5, null, true]}' | from_json | json_encode }}""",
     '{"a":[1,2.5,null,true]}'),
    ("{{ {'b': '<é>', 'a': 1} | json_encode }}", '{"b":"<é>","a":1}'),
    ("{{ {'b': '<é>', 'a': 1} | tojson }}", '{"a": 1, "b": "\\u003c\\u00e9\\u003e"}'),
    ("{{ none | json_encode }}", "null"),
    ("{{ 'é' | base64_encode }}", "w6k="),
    ("{{ 7 | base64_encode }}", "Nw=="),
    ("{{ 'w6k=' | base64_decode }}", "é"),
    ("{{ '/w==' | base64_decode | base64_encode }}", "/w=="),
    ("{{ '/w==' | base64_decode }}", "�"),
    ("{{ nothing | default('x') }}", "x"),
    ("{{ none | default('x') }}", "None"),
    ("{{ none | default('x', true) }}", "x"),
    ("{{ 'a b' | upper | replace(' ', '-') | urlencode }}", "A-B"),
    ("{{ [3, 1, 2] | sort | join(',') }}", "1,2,3"),
    ("{{ '%s is %d' | format('x', 3) }}", "x is 3"),
    ("{{ 'a' | center(5) }}", "  a  "),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FILTERS)
def test_filters(renderer: Renderer, text: str, expected: str) -> None:
    assert render(renderer, text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{ '{' | from_json }}", "from_json was given a text that is not JSON"),
        ("{{ 'NaN' | from_json }}", "not JSON"),
        ("{{ '' | from_json }}", "from_json was given an empty text."),
        ("{{ nothing | from_json }}", "'nothing' is not defined, and from_json needs a text; "),
        ("{{ none | from_json }}", "from_json was given None, not a text"),
        ("{{ {} | from_json }}", "from_json was given a value of type dict"),
        ("{{ ('1e999' | from_json) | json_encode }}", "no NaN and no infinite numbers"),
        ("{{ ('1e999' | from_json) | tojson }}", "no NaN and no infinite numbers"),
        ("{{ {(1, 2): 1} | tojson }}", "the keys of a JSON object are texts or numbers"),
        ("{{ {(1, 2): 1} | json_encode }}", "the keys of a JSON object are texts or numbers"),
        (
            "{{ {'a': nothing} | json_encode }}",
            "'nothing' is not defined, and JSON needs a value; ",
        ),
        ("a\n{{ user.nmae | tojson }}", "failed in line 2: 'nmae' is not defined, and JSON needs"),
        ("{{ user.emial.x }}", "be read from it or done with it; did you mean 'email'?"),
        (
            "{{ user | tojson }}{{ {}[user.email] | tojson }}",
            "it has something that is not defined",
        ),
        (
            "{{ user.id if user is defined else (1 | from_jsno) }}{{ 1 if 1 else (1 | from_jsno) }}{{ x.y }}",
            "'x' is not defined",
        ),
        ("{{ now | json_encode }}", "a value of type function is nothing that JSON has"),
        ("{{ '?' | base64_decode }}", "base64_decode was given what is not Base64"),
        ("{{ user.profile_fields.by_id('x') }}", "takes a field's number"),
        ("{{ now('x') }}", "now takes a number of seconds"),
        ("{{ nothing.at_all }}", "'nothing' is not defined"),
        ("{{ nothing() }}", "'nothing' is not defined"),
        ("{{ 1 / 0 }}", "divides by zero"),
        ("{{ 'a' + 1 }}", "not of the type"),
        ("{% include 'x' %}", "there are no other templates to take from"),
        ("{% extends 'x' %}", "there are no other templates to take from"),
        ("{% autoescape user.id %}{% endautoescape %}", "autoescape takes true or false"),
        ("{{ x", "not valid in line 1"),
        ("a\n{% if x %}", "not valid in line 2"),
        ("{{ x | nope }}", "No filter named 'nope'"),
        ("{{ x is nope }}", "No test named 'nope'"),
        ("{{ x | nope if x is defined else [1] | map('nope') | list }}", "no such filter 'nope'"),
        ("a\nb {{ 'x' | from_json }}", "failed in line 2: from_json"),
    ],
)
def test_what_fails_says_why_and_where(renderer: Renderer, text: str, reason: str) -> None:
    assert reason in failure(renderer, text)


@pytest.mark.parametrize(
    ("text", "data", "reason"),
    [
        ("{{ payload.id }}", {}, "; the request body knows body_raw, body_text, now, tenant_id"),
        (
            "{{ body_text | from_json }}",
            {"body_text": ""},
            "an empty text: the call has no payload.",
        ),
        (
            "{{ body_raw | from_json }}",
            {"body_raw": b""},
            "an empty text: the call has no payload.",
        ),
        ("{{ '' | from_json }}{{ body_text }}", {"body_text": "x"}, "given an empty text."),
    ],
)
def test_what_fails_in_a_request_body_says_what_there_is(
    renderer: Renderer, text: str, data: dict[str, Any], reason: str
) -> None:
    assert reason in failure(renderer, text, REQUEST, context=context(data))


@pytest.mark.parametrize("before", ["", "{% for a in [1] %}{% endfor %}"], ids=["here", "worker"])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{ steps.other.body }}", "; the steps so far: items, find-user."),
        ("{{ steps.find-user.body }}", "; a hyphen subtracts: write steps['find-user']."),
        ("{{ body_text | from_json }}", "an empty text: body_text is empty in a step"),
    ],
)
def test_what_fails_in_a_step_says_what_there_is(
    renderer: Renderer, before: str, text: str, reason: str
) -> None:
    held = context({**STEPS, "body_text": "", "body_raw": b""})

    assert reason in failure(renderer, before + text, REQUEST, in_composite=True, context=held)


@pytest.mark.parametrize(
    "text",
    [
        "{{ MARK | from_json }}",
        "{{ {}[MARK] | from_json }}",
        "{{ {}[MARK] | tojson }}",
        "{{ MARK + 1 }}",
        "{{ MARK.a.b }}",
        "{{ {}[MARK].b }}",
        "{{ {}[MARK]() }}",
        "{{ ''[MARK ~ '__'].b }}",
        "{{ MARK | int(base=99) | round(method=MARK) }}",
        "{{ now(MARK) }}",
        "{{ user.profile_fields.by_id(MARK) }}",
        "{{ MARK | base64_decode }}",
        "{{ range(MARK) }}",
        "{{ [1] | map(MARK) | list }}",
        "{{ [1] | sort(attribute=MARK ~ '.x.y') }}",
        "{{ '{x}'.format(MARK) }}",
        "{% for a in get_secret(MARK) %}{% endfor %}",
    ],
)
def test_no_failure_tells_a_value_that_the_template_held(renderer: Renderer, text: str) -> None:
    held = context(secrets={"api_key": "m4rk-er!"})

    detail = failure(renderer, text.replace("MARK", "get_secret('api_key')"), context=held)

    assert "m4rk" not in detail


# Signing


def test_a_token_is_signed(renderer: Renderer) -> None:
    key = "k" * 32
    text = (
        "{{ jwt_encode({'sub': user.email, 'exp': now(60), 'n': {'a': ['<']}}, get_secret('key'), 'HS256', "
        "{'kid': tenant_id}) }}"
    )

    token = render(renderer, text, context=context(secrets={"key": key}, now=NOW + 10**9))

    assert jwt.decode(token, key, algorithms=["HS256"]) == {
        "sub": "ann@example.com",
        "exp": int(NOW) + 10**9 + 60,
        "n": {"a": ["<"]},
    }
    assert jwt.get_unverified_header(token)["kid"] == "t-1"


@pytest.mark.parametrize(
    "arguments",
    [
        "{}, get_secret('api_key')",  # RS256 is the default, and takes no shared secret
        "{}, none, 'HS256'",
        "'text', 'key', 'HS256'",
        "{}, 'key', 'HS256', 'text'",
        "{}, 'key', 'none'",
    ],
)
@pytest.mark.parametrize("before", ["", "{% for a in [1] %}{% endfor %}"], ids=["here", "worker"])
def test_what_cannot_be_signed_is_a_signing_error(
    renderer: Renderer, arguments: str, before: str
) -> None:
    with pytest.raises(JwtSigningError) as raised:
        render(renderer, f"{before}{{{{ jwt_encode({arguments}) }}}}")

    assert raised.value.detail.startswith(f"{PLACE}: The JWT could not be signed: ")
    assert "s3cret" not in raised.value.detail


# Text


@pytest.mark.parametrize(
    "text",
    ["", "plain", "a < b & c", "{ { } }", "line\r\nbreaks\n", "}} %}", "é𝄞"],
)
def test_a_text_without_templates_is_as_it_was(renderer: Renderer, text: str) -> None:
    template = Template(text, PLACE, SENT)

    assert template.is_plain
    assert template.names == frozenset()
    assert render(renderer, text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ get_secret('markup') }}", "&lt;&amp;&gt;"),
        ("{{ get_secret('markup') | safe }}", "<&>"),
        ("{{ get_secret('markup') | e }}", "&lt;&amp;&gt;"),
        ("{{ get_secret('markup') ~ '<' }}", "&lt;&amp;&gt;&lt;"),
        ("{% autoescape false %}{{ get_secret('markup') }}{% endautoescape %}", "<&>"),
        ("<b>{{ 1 }}</b>\n", "<b>1</b>\n"),
        ("{{ get_secret('{{ 1 }}') | default('{{ 1 }}') }}", "{{ 1 }}"),
    ],
)
def test_what_is_printed_is_escaped_unless_a_filter_says_otherwise(
    renderer: Renderer, text: str, expected: str
) -> None:
    assert render(renderer, text) == expected


def test_a_value_is_never_rendered_as_a_template(renderer: Renderer) -> None:
    body = context({"body_text": "{{ tenant_id }}{% raw %}"})

    rendered = render(renderer, "{{ body_text }}", REQUEST, context=body)

    assert rendered == "{{ tenant_id }}{% raw %}"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{{ get_secret('a') }}{{ user.id }}", {"get_secret", "user"}),
        ("{% for a in steps %}{{ a }}{% endfor %}", {"steps"}),
        ("{{ 'user.id' }}", set()),
        ("{% set f = get_secret %}{{ f('a') }}", {"get_secret"}),
        ("{{ broken", set()),
    ],
)
def test_a_template_knows_the_names_that_it_reads(text: str, names: set[str]) -> None:
    assert Template(text, PLACE, SENT).names == names


def test_a_large_template_misses_none_of_the_names_that_it_reads() -> None:
    assert "user" in Template("{{ user.id }}" + "x " * 5000, PLACE, SENT).names


def test_several_templates_are_rendered_in_order(renderer: Renderer) -> None:
    texts = ["a", "{{ 1 }}", "{% for a in 'bc' %}{{ a }}{% endfor %}", "{{ tenant_id }}"]

    rendered = asyncio.run(
        renderer.render([Template(text, PLACE, SENT) for text in texts], context())
    )

    assert rendered == ["a", "1", "bc", "t-1"]


# What a template's text tells


def told(
    text: str, field: Field = SENT, *, in_composite: bool = False, steps: tuple[str, ...] = ()
) -> list[str]:
    return [str(found) for found in findings(Template(text, PLACE, field, in_composite), steps)]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *[(field, text) for text, fields, _ in TABLE for field in Field if field in fields],
        *[(field, text) for field, text, _ in VALUES if "nickname" not in text],
        *[(SENT, text) for text, _ in FILTERS if "nothing" not in text],
        *[(SENT, text) for text, _ in UNKNOWN],
        (SENT, "plain"),
        (SENT, "{{ nothing | default('x') }}{{ (user.nothing | upper) | d('x') }}"),
        (SENT, "{% if nothing is defined %}{{ nothing }}{% endif %}"),
        (SENT, "{% for a in 'xy' recursive %}{{ loop.index ~ a }}{{ loop('z') }}{% endfor %}"),
        (SENT, "{% set user = {'nickname': 1} %}{{ user.nickname }}"),
        (SENT, "{% macro a(b) %}{{ b ~ varargs ~ kwargs ~ caller() }}{% endmacro %}"),
        (SENT, "{{ range(3) | list }}{{ namespace(a=1).a }}"),
        (SENT, "{{ 'x' * 10**9 }}{{ [1][9**9**9] }}"),
        (SENT, "{{ user.items() }}{{ user[tenant_id] }}{{ now() - 60 }}"),
        (RESPONSE, "{{ response.body.strip() }}{{ response.body[0] }}{{ response.headers.etag }}"),
        (RESPONSE, "{{ (response.body | from_json).id }}"),
    ],
)
def test_nothing_is_wrong_with(field: Field, text: str) -> None:
    assert told(text, field) == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ steps.first.body }}{{ steps['two-words'].headers['x-a'] }}{{ steps.items() }}",
        "{{ (steps.first.body | from_json).id }}{{ request.query_parameters.q }}",
    ],
)
def test_nothing_is_wrong_with_what_a_step_reads_of_earlier_ones(text: str) -> None:
    assert told(text, RESPONSE, in_composite=True, steps=("first", "two-words")) == []


FINDINGS: list[tuple[Field, str, str]] = [
    # no template
    (SENT, "{{ a", "the template is not valid in line 1: unexpected end of template"),
    (SENT, "{{ a" + " " * 60_000, "the template is not valid in line 1: unexpected end of"),
    (SENT, "\n\n{% for %}", "the template is not valid in line 3, column 8: Expected an"),
    (SENT, "a\r\n {{- user.id }", "the template is not valid in line 2, column 14: unexpected '}'"),
    (SENT, '{"a": "{{ (user.id | int }}"}', "in line 1, column 26: unexpected '}'"),
    (SENT, "{{ user.id ? 1 }}", "in line 1, column 12: unexpected char '?'"),
    (SENT, "{{ '\n' }}{{ a b }}", "in line 2, column 10: expected token"),
    (SENT, "{{ user.id | from_jsno }}", "No filter named 'from_jsno'; did you mean 'from_json'?"),
    (SENT, "{{ user is deifned }}", "No test named 'deifned'; did you mean 'defined'?"),
    (SENT, "{% import 'x' as x %}", "there are no other templates"),
    (SENT, "{{ " + "(" * 5000, "the template nests too deeply"),
    (SENT, "{{ user" + ".a" * 30_000 + " }}", "the template nests too deeply"),
    # names
    (REQUEST, "{{ payload }}", "'payload' is not defined; the request body knows body_raw, "
     "body_text, now, tenant_id and user"),
    (SENT, "\n{{ tenantid }}", "'tenantid' is not defined (line 2); did you mean 'tenant_id'?"),
    (SENT, "{{ get_secret(desk_key) }}", "'desk_key' is not defined; a name goes in quotes: "
     "get_secret('desk_key')"),
    (URL, "{{ get_secret('a') }}", "get_secret is not available in the URL; only headers, query "
     "parameters and authentication have it"),
    (SENT, "{{ body_text }}", "body_text is not available in headers, query parameters and "
     "authentication; only the request body has it"),
    (REQUEST, "{{ request.body_text }}", "request is not available in the request body; only the "
     "steps of composite connectors have it"),
    (SENT, "{{ x" + "y" * 5000 + " }}", "y…' is not defined"),
    # attributes
    (SENT, "{{ user.emial }}", "user.emial is not defined; did you mean 'email'?"),
    (SENT, "{{ user['emial'] }}", "user.emial is not defined; did you mean 'email'?"),
    (SENT, "{{ user.profile_fields.x42 }}", "; user.profile_fields has by_id"),
    (RESPONSE, "{{ response.status }}", "response.status is not defined; did you mean 'status_code'?"),
    (RESPONSE, "{{ response.body.id }}", "response.body is a text, which has no 'id'; for JSON write "
     "(response.body | from_json).id"),
    (REQUEST, "{{ body_text['id'] }}", "for JSON write (body_text | from_json).id"),
    (RESPONSE, "{{ response.headers.content-type }}", "'type' is not defined; a hyphen subtracts: "
     "write response.headers['content-type']"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text", "expected"), FINDINGS)
def test_what_is_wrong_with_a_template_is_one_sentence(
    field: Field, text: str, expected: str
) -> None:
    (sentence,) = told(text, field)

    assert expected in sentence
    assert len(sentence) < 400


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        (REQUEST, "{{ body_text }}", "body_text is empty in a step, which has no payload of its own; "
         "what the composite connector is called with is request.body_text"),
        (URL, "{{ body_text }}", "body_text is not available in the URL; what the composite"),
        (SENT, "{{ steps.frist.body }}", "steps.frist is not defined; did you mean 'first'?"),
        (SENT, "{{ steps.other.body }}", "; the steps so far: first, two-words"),
        (SENT, "{{ steps.first.text }}", "; steps.first has body, status_code and headers"),
        (SENT, "{{ steps.first.body.id }}", "for JSON write (steps.first.body | from_json).id"),
        (SENT, "{{ steps['x-y'].body }}", "steps['x-y'] is not defined; the steps so far"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_steps_template(field: Field, text: str, expected: str) -> None:
    (sentence,) = told(text, field, in_composite=True, steps=("first", "two-words"))

    assert expected in sentence


def test_of_a_step_with_a_hyphen_both_sides_are_told() -> None:
    hint = "; a hyphen subtracts: write steps['two-words']"

    assert told("{{ steps.two-words.body }}", in_composite=True, steps=("two-words",)) == [
        f"steps.two is not defined{hint}",
        f"'words' is not defined{hint}",
    ]


def test_before_the_first_step_there_is_none() -> None:
    assert told("{{ steps.first.body }}", in_composite=True) == [
        "steps.first is not defined; no step comes before"
    ]


def test_each_name_is_told_once_and_all_are() -> None:
    text = "{{ payload }}{{ payload.a }}{{ user.emial }}{{ other }}"

    assert [sentence.split(" ")[0] for sentence in told(text)] == [
        "'payload'",
        "user.emial",
        "'other'",
    ]


def test_of_a_very_large_text_nothing_is_told() -> None:
    assert told("{{ a" + " " * 70_000) == []


def test_a_secret_is_not_in_the_contexts_own_text() -> None:
    assert "s3cret" not in repr(context())


def test_what_goes_to_a_worker_and_back_is_the_same(renderer: Renderer) -> None:
    """Bytes, objects that look like a mark of the pipe's own, lone surrogates, large texts."""
    held: dict[str, Any] = {
        "body_text": "\ud800é𝄞" + "x" * 5000,
        "body_raw": b"\x00\xff" * 9,
        "request": {"query_parameters": {"0123456789abcdef": [1, True]}, "headers": {}},
    }
    text = (
        "{% for a in [1] %}{{ {'t': body_text, 'r': body_raw | base64_encode, 'q': request.query_parameters} "
        "| json_encode }}{% endfor %}"
    )

    rendered = render(renderer, text, REQUEST, in_composite=True, context=context(held))

    assert json.loads(rendered) == {
        "t": held["body_text"],
        "r": base64.b64encode(held["body_raw"]).decode(),
        "q": {"0123456789abcdef": [1, True]},
    }
