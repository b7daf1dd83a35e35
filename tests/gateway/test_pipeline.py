"""What is sent and what comes back: one row a rule of platform.md §5, from the definition to the widget."""

import base64
import json
from typing import Any

import httpx
import pytest

from widget_workbench.gateway import GUEST, UPSTREAM_TIME_LIMIT, User
from widget_workbench.gateway.app import SIZE_LIMIT

from .community import ANN, URL, Community, connector, error_of

SECRETS = {"key": "s3cr3t-key", "amp": "a&b<c"}
VARIABLES = {"region": "eu", "host": "api.example", "path": "v2"}


def header(name: str, value: str, **more: Any) -> dict[str, Any]:
    return {"key": name, "value": value, **more}


def execute(
    definition: dict[str, Any],
    path: str = "",
    *,
    answer: httpx.Response | None = None,
    guest: bool = False,
    **options: Any,
) -> tuple[Community, httpx.Response]:
    """One call of a definition, by its own method."""
    community = Community(
        connector(**definition),
        secrets=SECRETS,
        variables=VARIABLES,
        answer=(lambda request: answer) if answer is not None else None,
        user=GUEST if guest else ANN,
    )
    assert not community.problems
    method = definition.get("method", "GET")
    return community, community.call(method, f"/things/execute{path}", **options)


# What is rendered, and where it goes


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        pytest.param(f"{URL}/{{{{ user.id }}}}", f"{URL}/7", id="user.id"),
        pytest.param(f"{URL}/{{{{ tenant_id }}}}", f"{URL}/t-1", id="tenant_id"),
        pytest.param(
            f"{URL}/{{{{ get_variable('path') }}}}", f"{URL}/v2", id="a variable in the path"
        ),
        pytest.param("https://{{ get_variable('host') }}/things", URL, id="a variable as the host"),
        pytest.param(
            "https://{{ get_variable('nope') | default('api.example') }}/things",
            URL,
            id="a host's default",
        ),
        pytest.param(
            f"{URL}?field={{{{ user.profile_fields.by_id(42) | urlencode }}}}",
            f"{URL}?field=Support",
            id="a profile field in the query of the URL",
        ),
        pytest.param(
            f"{URL}/{{% if user.id %}}member{{% else %}}guest{{% endif %}}",
            f"{URL}/member",
            id="a statement",
        ),
    ],
)
def test_the_url_is_rendered(url: str, asked: str) -> None:
    community, response = execute({"url": url})

    assert response.status_code == 200, response.text
    assert [str(request.url) for request in community.requests] == [asked]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("{{ get_variable('scheme') }}://api.example/", "https"),
        ("http{{ 's' }}://api.example/", "https"),
        ("https://{{ pathParams.a }}.example/", "host"),
        ("https://{{ user.username }}.example/", "host"),
        ("https://{{ get_variable('a') ~ '.example' }}/", "host"),
        ("https://{{ get_variable('a') | lower }}/", "host"),
        ("https://{% if user.id %}a{% endif %}.example/", "host"),
        ("https://{{ get_variable('a') | default(user.username) }}/", "host"),
        ("https://api.example:{{ tenant_id }}/", "host"),
        ("https://{{ tenant_id }}@api.example/", "host"),
    ],
)
def test_a_template_chooses_no_protocol_and_a_host_by_a_variable_alone(
    url: str, message: str
) -> None:
    community = Community(connector(url=url), variables=VARIABLES)

    (problem,) = community.problems
    assert problem.field == "url"
    assert message in problem.message
    error = error_of(community.call("GET", "/things/execute"))
    assert error["code"] == "CONNECTOR_MISCONFIGURED"
    assert community.requests == []


@pytest.mark.parametrize(
    "host",
    [
        "{{ get_variable('regoin') }}.api.example",
        '{{-get_variable( "regoin" )-}}',
        "a.{{ get_variable('region') }}.{{ get_variable('regoin') }}",
    ],
)
def test_a_host_whose_variable_nobody_knows_names_it(host: str) -> None:
    community = Community(
        connector(url=f"https://{host}/{{{{ user.id }}}}"), variables={"region": "eu"}
    )

    response = community.call("GET", "/things/execute")

    assert response.status_code == 500
    assert error_of(response)["code"] == "CONNECTOR_MISCONFIGURED"
    assert "needs the variable 'regoin', which [variables]" in error_of(response)["detail"]
    assert community.requests == []


def test_a_host_that_a_variable_gives_is_held_to_the_address_rules() -> None:
    community = Community(
        connector(url="https://{{ get_variable('host') }}/"), variables={"host": "127.0.0.1"}
    )

    error = error_of(community.call("GET", "/things/execute"))
    assert error["code"] == "CONNECTOR_MISCONFIGURED"
    assert "127.0.0.1" in error["detail"]


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        pytest.param("Bearer {{ get_secret('key') }}", "Bearer s3cr3t-key", id="a secret"),
        pytest.param("{{ get_variable('region') | upper }}", "EU", id="a variable, filtered"),
        pytest.param("{{ get_secret('amp') }}", "a&amp;b&lt;c", id="autoescaped"),
        pytest.param("{{ get_secret('amp') | safe }}", "a&b<c", id="unless a filter says not"),
        pytest.param(
            "Basic {{ ('u:' ~ get_secret('key')) | base64_encode }}",
            f"Basic {base64.b64encode(b'u:s3cr3t-key').decode()}",
            id="base64_encode",
        ),
        pytest.param(
            "a {{ get_secret('nope') | upper }} b",
            "a {{ get_secret('nope') | upper }} b",
            id="an unknown secret leaves its expression's text",
        ),
        pytest.param("{{ user.first_name }} {{ user.last_name }}", "Ann Example", id="the user"),
    ],
)
@pytest.mark.parametrize("field", ["headers", "query_parameters"])
def test_headers_and_query_are_rendered(field: str, value: str, sent: str) -> None:
    community, response = execute({field: [header("X-It", value)]})

    assert response.status_code == 200, response.text
    (request,) = community.requests
    assert (request.headers if field == "headers" else request.url.params)["X-It"] == sent


def test_what_a_caller_sends_is_never_rendered() -> None:
    planted = "{{ get_secret('key') }}{{ 7 * 7 }}"
    community, _ = execute(
        {"method": "POST", "query_parameters": [header("a", "", overridable=True)]},
        path=f"?a={planted}&b={planted}",
        headers={"X-Mine": planted},
        content=planted,
    )

    (request,) = community.requests
    assert request.url.params["a"] == request.url.params["b"] == planted
    assert request.headers["X-Mine"] == planted
    assert request.content.decode() == planted


def test_what_a_caller_overrides_is_not_rendered_either() -> None:
    failing = "{{ 'x' | from_json }}"
    community, response = execute(
        {"query_parameters": [header("a", failing, overridable=True)]}, path="?a=1"
    )

    assert response.status_code == 200
    assert community.requests[0].url.params["a"] == "1"


@pytest.mark.parametrize("value", [" a b\t", "{{ '\\t' }} a b{{ ' ' }}"])
def test_blanks_around_a_header_are_no_part_of_it(value: str) -> None:
    community, response = execute(
        {"headers": [header("X-It", value)], "response_content_type": " text/x "}
    )

    assert community.requests[0].headers["X-It"] == "a b"
    assert response.headers["Content-Type"] == "text/x"


@pytest.mark.parametrize("value", ["{{ '\\n' }}X-Evil: 1", "{{ user.first_name ~ '\\r\\n' }}"])
def test_a_header_cannot_come_to_hold_a_line_break(value: str) -> None:
    community, response = execute({"headers": [header("X-It", value)]})

    assert response.status_code == 422
    assert "headers[0].value" in error_of(response)["detail"]
    assert community.requests == []


# Guests


@pytest.mark.parametrize(
    ("definition", "place"),
    [
        ({"headers": [header("X-User", "{{ user.id }}")]}, 'headers[0] "X-User"'),
        (
            {"query_parameters": [header("q", "x"), header("mail", "{{ user.email | lower }}")]},
            'query_parameters[1] "mail"',
        ),
        (
            {"headers": [header("X-User", "{% if user.id %}1{% endif %}", overridable=True)]},
            'headers[0] "X-User"',
        ),
    ],
)
def test_a_guest_is_refused_where_headers_or_query_speak_of_the_user(
    definition: dict[str, Any], place: str
) -> None:
    community, response = execute(definition, guest=True)

    assert response.status_code == 403
    assert error_of(response)["code"] == "GUEST_REFUSED"
    assert error_of(response)["detail"] == (
        f"Connector 'things' names the user in {place}, and a guest has no name to send: sign in."
    )
    assert community.requests == []


def test_a_guest_is_none_everywhere_else() -> None:
    community, response = execute(
        {
            "method": "POST",
            "url": f"{URL}/{{{{ user.id }}}}",
            "request_body": "{{ user.username }}/{{ user.profile_fields.by_id(42) }}",
            "response_body": "{{ user.email }}",
        },
        guest=True,
    )

    assert response.text == "None"
    assert community.requests[0].url.path == "/things/None"
    assert community.requests[0].content == b"None/None"


# The request's body


@pytest.mark.parametrize(
    ("template", "sent"),
    [
        pytest.param("{{ body_text }}", "{&#34;a&#34;:&#34;é&#34;}", id="body_text, escaped"),
        pytest.param("{{ (body_text | from_json).a }}", "é", id="from_json"),
        pytest.param("{{ body_text | from_json | tojson }}", '{"a": "\\u00e9"}', id="tojson"),
        pytest.param("{{ body_text | from_json | json_encode }}", '{"a":"é"}', id="json_encode"),
        pytest.param(
            "{{ body_raw | base64_encode }}",
            base64.b64encode('{"a":"é"}'.encode()).decode(),
            id="body_raw",
        ),
        pytest.param('{"by": "{{ user.email }}"}', '{"by": "ann@example.com"}', id="the user"),
    ],
)
def test_the_request_body_is_made_by_its_template(template: str, sent: str) -> None:
    community, response = execute(
        {"method": "POST", "request_body": template}, content='{"a":"é"}'.encode()
    )

    assert response.status_code == 200, response.text
    assert community.requests[0].content.decode() == sent


def test_a_body_that_is_made_is_json_unless_it_is_said_to_be_something_else() -> None:
    plain, _ = execute({"method": "POST", "request_body": "{}"})
    said, _ = execute(
        {
            "method": "POST",
            "request_body": "a=1",
            "headers": [header("Content-Type", "application/x-www-form-urlencoded")],
        }
    )

    assert plain.requests[0].headers["Content-Type"] == "application/json"
    assert said.requests[0].headers["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("function", ["get_secret('key')", "get_variable('region')"])
def test_a_request_body_has_no_secrets_and_no_variables(function: str) -> None:
    community, response = execute({"method": "POST", "request_body": f"{{{{ {function} }}}}"})

    assert response.status_code == 422
    error = error_of(response)
    assert error["scope"] == "Configuration (template rendering)"
    assert f"{function.partition('(')[0]} is not available" in error["detail"]
    assert community.requests == []


# The answer


UPSTREAM = httpx.Response(
    200,
    headers={"Content-Type": "application/json", "X-Total": "3", "Link": "<a>"},
    content=b'{"items": [{"t": "a<b"}, {"t": "c"}]}',
)


@pytest.mark.parametrize(
    ("template", "body"),
    [
        pytest.param("{{ response.status_code }}", "200", id="status_code"),
        pytest.param("{{ response.headers['x-total'] }}", "3", id="header names in lower case"),
        pytest.param(
            "{{ (response.body | from_json)['items'] | tojson }}",
            '[{"t": "a\\u003cb"}, {"t": "c"}]',
            id="body, parsed",
        ),
        pytest.param(
            "{% for item in (response.body | from_json)['items'] | sort(attribute='t', reverse=true) %}"
            "{{ item.t | tojson }}{% if not loop.last %},{% endif %}{% endfor %}",
            '"c","a\\u003cb"',
            id="a loop, as customers write them",
        ),
        pytest.param(
            "<p>{{ (response.body | from_json)['items'][0].t }}</p>",
            "<p>a&lt;b</p>",
            id="escaped as HTML",
        ),
        pytest.param("{{ tenant_id }} {{ user.id }}", "t-1 7", id="tenant and user"),
    ],
)
def test_the_response_body_is_made_by_its_template(template: str, body: str) -> None:
    _, response = execute({"response_body": template}, answer=UPSTREAM)

    assert (response.status_code, response.text) == (200, body)


@pytest.mark.parametrize("status", [200, 201, 204, 205, 301, 304, 400, 404, 500, 503])
def test_the_response_template_runs_on_every_status(status: int) -> None:
    _, response = execute(
        {"response_body": "was {{ response.status_code }}", "response_content_type": "text/x-it"},
        answer=httpx.Response(status),
    )

    # A status that has no body cannot carry the one that the template made.
    expected = 200 if status in (204, 205, 304) else status
    assert (response.status_code, response.text) == (expected, f"was {status}")
    assert response.headers["Content-Type"] == "text/x-it"


def test_a_status_without_a_body_stays_where_the_template_makes_none() -> None:
    _, response = execute({"response_body": "{# nothing #}"}, answer=httpx.Response(204))

    assert (response.status_code, response.content) == (204, b"")


def test_a_query_that_no_url_can_hold_is_told_without_it() -> None:
    community, response = execute(
        {"query_parameters": [header("k", "{{ get_secret('key') | reverse }}")]},
        path="?x=" + "!" * 30_000,
    )

    assert response.status_code == 414
    assert error_of(response)["code"] == "URI_TOO_LONG"
    assert SECRETS["key"][::-1] not in response.text + str(community.executions[0].entry())


def test_a_body_that_is_not_utf8_is_none() -> None:
    _, response = execute(
        {"response_body": "{{ response.body is none }}"},
        answer=httpx.Response(200, content=b"\xff\xfe\x00"),
    )

    assert response.text == "True"


@pytest.mark.parametrize(
    ("definition", "content_type"),
    [
        ({}, "application/json"),
        ({"response_body": "{}"}, "application/json"),
        ({"response_body": "x", "response_content_type": "text/plain"}, "text/plain"),
        ({"response_content_type": "text/csv; charset=utf-8"}, "text/csv; charset=utf-8"),
    ],
)
def test_the_content_type_is_the_upstreams_unless_the_definition_has_one(
    definition: dict[str, Any], content_type: str
) -> None:
    _, response = execute(definition, answer=UPSTREAM)

    assert response.headers["Content-Type"] == content_type


# Failures, by stage


@pytest.mark.parametrize(
    ("definition", "status", "scope"),
    [
        pytest.param(
            {"url": f"{URL}/{{{{ get_secret('key') }}}}"},
            422,
            "Configuration (template rendering)",
            id="a secret in the URL",
        ),
        pytest.param(
            {"headers": [header("X-It", "{{ unclosed")]},
            422,
            "Configuration (template rendering)",
            id="a template that is none",
        ),
        pytest.param(
            {"headers": [header("X-It", "{{ user.nope.nope }}")]},
            422,
            "Configuration (template rendering)",
            id="an attribute of what is not there",
        ),
        pytest.param(
            {"method": "POST", "request_body": "{{ 'x' | from_json }}"},
            422,
            "Configuration (template rendering)",
            id="from_json of what is no JSON",
        ),
        pytest.param(
            {"response_body": "{{ response.body | from_json }}"},
            422,
            "Configuration (response template rendering)",
            id="a response template",
        ),
        pytest.param(
            {"headers": [header("X-It", "{{ jwt_encode({}, get_secret('key'), 'RS256') }}")]},
            422,
            "Authentication (JWT signing)",
            id="jwt_encode",
        ),
        pytest.param(
            {
                "authentication": {
                    "type": "jwt",
                    "config": {"private_key": "{{ get_secret('key') }}", "claims": {}},
                }
            },
            422,
            "Authentication (JWT signing)",
            id="a JWT's key",
        ),
    ],
)
def test_a_failure_tells_its_stage(definition: dict[str, Any], status: int, scope: str) -> None:
    community, response = execute(definition, answer=httpx.Response(200, content=b"<html>"))

    assert response.status_code == status
    error = error_of(response)
    assert error["scope"] == scope
    assert "s3cr3t" not in response.text
    assert len(community.requests) == (1 if "response" in scope else 0)


def test_an_upstreams_failure_is_relayed_not_judged() -> None:
    answer = httpx.Response(418, json={"tea": True}, headers={"Retry-After": "3"})

    _, response = execute({}, answer=answer)

    assert response.status_code == 418
    assert response.json() == {"tea": True}
    assert response.headers["Retry-After"] == "3"


# Authentication meets the request


def test_credentials_take_the_place_of_what_has_their_name() -> None:
    community, _ = execute(
        {
            "headers": [header("x-API-key", "configured", overridable=True)],
            "authentication": {
                "type": "api_key",
                "config": {"key": "X-Api-Key", "value": "{{ get_secret('key') }}", "in": "header"},
            },
        },
        headers={"X-Api-Key": "mine"},
    )

    assert community.requests[0].headers.get_list("x-api-key") == ["s3cr3t-key"]


def test_a_key_in_the_query_takes_the_place_of_the_callers() -> None:
    community, _ = execute(
        {
            "authentication": {
                "type": "apikey",
                "config": {"key": "appid", "value": "{{ get_secret('key') }}", "in": "query"},
            }
        },
        path="?appid=mine&q=1",
    )

    assert community.requests[0].url.query == b"q=1&appid=s3cr3t-key"


# The cache


def test_a_fresh_answer_is_not_asked_for_twice_and_each_user_has_their_own() -> None:
    answers = iter(range(100))
    community = Community(
        connector(
            headers=[header("X-User", "{{ user.id }}")],
            response_body="{{ response.body }} for {{ user.id }}",
        ),
        answer=lambda request: httpx.Response(
            200, headers={"Cache-Control": "max-age=60"}, json=next(answers)
        ),
        identify=lambda request, configuration: (
            configuration.user
            if "x-as-bob" not in request.headers
            else type(configuration.user)(id=8, username="bob")
        ),
    )

    ann, again, bob = community.calls(
        ("GET", "/things/execute", {}),
        ("GET", "/things/execute", {}),
        ("GET", "/things/execute", {"headers": {"X-As-Bob": "1"}}),
    )

    assert (ann.text, again.text, bob.text) == ("0 for 7", "0 for 7", "1 for 8")
    assert [
        json.loads(each.headers["X-Connector-Timing"])["cache_hit"] for each in (ann, again, bob)
    ] == [
        False,
        True,
        False,
    ]


def test_an_answer_is_kept_across_renewals_of_the_token_that_got_it() -> None:
    claims = {"sub": "{{ user.id }}", "iat": "{{ now() }}", "jti": "{{ range(10**4) | random }}"}
    community = Community(
        connector(
            authentication={
                "type": "jwt",
                "config": {
                    "private_key": "{{ get_secret('key') }}",
                    "algorithm": "HS256",
                    "claims": claims,
                },
            }
        ),
        secrets={"key": "k" * 64},
        answer=lambda request: httpx.Response(200, headers={"Cache-Control": "max-age=60"}),
    )

    community.calls(("GET", "/things/execute", {}), ("GET", "/things/execute", {}))

    assert len(community.requests) == 1


FRESH = httpx.Response(200, headers={"Cache-Control": "max-age=60"})


def cached(*connectors: dict[str, Any], **options: Any) -> Community:
    return Community(
        *connectors, answer=lambda request: FRESH, secrets={"key": "k" * 64}, **options
    )


def test_each_connector_has_a_cache_of_its_own() -> None:
    community = cached(connector(), {**connector(), "permalink": "others"})

    community.calls(("GET", "/things/execute", {}), ("GET", "/others/execute", {}))

    assert len(community.requests) == 2


def test_a_kept_answer_is_for_the_user_whom_the_token_names() -> None:
    jwt = {
        "type": "jwt",
        "config": {
            "private_key": "{{ get_secret('key') }}",
            "algorithm": "HS256",
            "claims": {"sub": "{{ user.id }}"},
        },
    }
    users = iter([ANN, ANN, User(id=8)])
    community = cached(
        connector(authentication=jwt), identify=lambda request, configuration: next(users)
    )

    community.calls(*[("GET", "/things/execute", {})] * 3)

    assert len(community.requests) == 2


def test_what_is_asked_for_with_a_body_is_never_kept() -> None:
    community = cached(connector(request_body="{{ user.id }}"))

    community.calls(*[("GET", "/things/execute", {})] * 2)

    assert len(community.requests) == 2


def test_the_limits_are_the_platforms() -> None:
    assert UPSTREAM_TIME_LIMIT == 15
    assert SIZE_LIMIT == 10_000_000
