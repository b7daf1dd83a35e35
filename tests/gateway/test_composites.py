"""Composite connectors: one row a rule of platform.md §5."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from widget_workbench.gateway import GUEST

from .community import ANN, Community, error_of

BASE = "https://api.example"
TOKEN = "t0ken-of-the-first-step"


def step(name: str, path: str = "", **fields: Any) -> dict[str, Any]:
    return {"name": name, "url": f"{BASE}/{path or name}", **fields}


def composite(*steps: dict[str, Any], **options: Any) -> Community:
    options.setdefault("answer", echo)
    return Community(composites=({"name": "Both", "steps": list(steps)},), **options)


def echo(request: httpx.Request) -> httpx.Response:
    """What was asked; `/fails` answers 404, `/down` not at all."""
    if request.url.path == "/fails":
        return httpx.Response(404, text="nothing here")
    if request.url.path == "/down":
        raise httpx.ConnectError("connection refused", request=request)
    answer = {
        "path": request.url.raw_path.decode(),
        "body": request.content.decode(),
        "token": TOKEN,
        "x": request.headers.get("x-it"),
    }
    return httpx.Response(
        200, json=answer, headers={"X-Page": "2", "Content-Type": "application/json"}
    )


def call(community: Community, **options: Any) -> httpx.Response:
    return community.call("POST", "/composite/both/execute" + options.pop("query", ""), **options)


def test_steps_run_one_after_the_other_and_the_last_ones_answer_is_returned() -> None:
    community = composite(
        step("one"),
        step("two", response_body='{"last": true}', response_content_type="application/hal+json"),
    )

    response = call(community)

    assert [request.url.path for request in community.requests] == ["/one", "/two"]
    assert (response.status_code, response.json()) == (200, {"last": True})
    assert response.headers["Content-Type"] == "application/hal+json"


@pytest.mark.parametrize(
    ("text", "came_to"),
    [
        pytest.param("{{ (steps.one.body | from_json).path }}", "/one", id="an earlier body"),
        pytest.param("{{ steps.one.status_code }}", "200", id="its status"),
        pytest.param("{{ steps.one.headers['x-page'] }}", "2", id="its headers"),
        pytest.param("{{ steps['two-b'].body }}", "made", id="its body after its own template"),
        pytest.param("{{ (request.body_text | from_json).id }}", "5", id="the caller's payload"),
        pytest.param("{{ request.body_raw | base64_encode }}", "eyJpZCI6IDV9", id="its bytes"),
        pytest.param("{{ request.query_parameters.q }}", "x", id="its query"),
        pytest.param(
            "{{ request.headers['content-type'] }}", "application/json", id="its Content-Type"
        ),
        pytest.param("{{ request.headers['x-mine'] }}", "", id="none of its other headers"),
        pytest.param("{{ get_variable('region') }}", "eu", id="variables"),
        pytest.param("{{ user.id }}/{{ tenant_id }}", "7/t-1", id="user and tenant"),
    ],
)
@pytest.mark.parametrize("field", ["url", "header", "request_body", "response_body"])
def test_what_a_steps_templates_read(field: str, text: str, came_to: str) -> None:
    fields: dict[str, dict[str, Any]] = {
        "url": {"url": f"{BASE}/last?v={text}"},
        "header": {"headers": [{"key": "X-It", "value": text}]},
        "request_body": {"method": "POST", "request_body": text},
        "response_body": {"response_body": text},
    }
    community = composite(
        step("one"),
        step("two-b", response_body="made"),
        {**step("last"), **fields[field]},
        variables={"region": "eu"},
    )

    response = call(
        community,
        query="?q=x",
        content=b'{"id": 5}',
        headers={"Content-Type": "application/json", "X-Mine": "1"},
    )

    assert response.status_code == 200, response.text
    last = community.requests[-1]
    got = {
        "url": last.url.params["v"] if field == "url" else "",
        "header": last.headers.get("X-It", ""),
        "request_body": last.content.decode(),
        "response_body": response.text,
    }
    assert got[field] == came_to


def test_a_step_gets_nothing_of_the_callers_but_by_its_templates() -> None:
    community = composite(step("one", method="POST"))

    call(community, query="?q=x", content=b'{"id": 5}', headers={"X-Mine": "1"})

    (request,) = community.requests
    assert (request.url.query, request.content) == (b"", b"")
    assert "X-Mine" not in request.headers


@pytest.mark.parametrize(
    ("failing", "status", "scope"),
    [
        pytest.param(
            step("b", "fails"),
            502,
            "Composite step 'b' (index 1): Downstream (HTTP error)",
            id="a 4xx or 5xx",
        ),
        pytest.param(
            step("b", "down"),
            502,
            "Composite step 'b' (index 1): Downstream (network/external service)",
            id="no answer",
        ),
        pytest.param(
            step("b", headers=[{"key": "X-It", "value": "{{ steps.a.body.nope.nope }}"}]),
            422,
            "Composite step 'b' (index 1): Configuration (template rendering)",
            id="a template",
        ),
        pytest.param(
            step("b", response_body="{{ 'x' | from_json }}"),
            422,
            "Composite step 'b' (index 1): Configuration (response template rendering)",
            id="a response template",
        ),
        pytest.param(
            step("b", request_body="{{ jwt_encode({}, steps.a.body, 'RS256') }}", method="POST"),
            422,
            "Composite step 'b' (index 1): Authentication (JWT signing)",
            id="a signature",
        ),
        pytest.param(
            step(
                "b",
                authentication={
                    "type": "oauth_client_credentials",
                    "config": {"client_id": "i", "client_secret": "s", "token_url": f"{BASE}/down"},
                },
            ),
            502,
            "Composite step 'b' (index 1): Authentication (OAuth token request)",
            id="a token",
        ),
        pytest.param(
            step("b", path_parameters=[{"key": "id"}]),
            400,
            "Composite step 'b' (index 1): Configuration",
            id="a path parameter without a value",
        ),
    ],
)
def test_a_failing_step_stops_it_and_tells_nothing_of_the_others(
    failing: dict[str, Any], status: int, scope: str
) -> None:
    community = composite(step("a"), failing, step("c"))

    response = call(community, content=b'{"mine": "payload-of-the-caller"}')

    assert response.status_code == status
    error = error_of(response)
    assert error["scope"] == scope
    for data in (TOKEN, "nothing here", "payload-of-the-caller"):
        assert data not in response.text
    assert "/c" not in [request.url.path for request in community.requests]


def test_without_steps_there_is_nothing_to_execute() -> None:
    response = call(composite())

    assert response.status_code == 500
    assert "no steps" in error_of(response)["detail"]


def test_two_steps_of_one_name_are_a_bad_field() -> None:
    community = composite(step("a"), step("a"))

    assert [(problem.connector, problem.field) for problem in community.problems] == [
        ("both", "steps")
    ]


def test_a_guest_is_refused_by_the_step_that_names_the_user_before_any_is_called() -> None:
    community = composite(
        step("a"), step("b", headers=[{"key": "X-It", "value": "{{ user.id }}"}]), user=GUEST
    )

    response = call(community)

    assert response.status_code == 403
    assert error_of(response)["scope"] == "Composite step 'b' (index 1): Configuration"
    assert community.requests == []


def test_a_paths_parameter_may_come_from_an_earlier_step() -> None:
    community = composite(
        step("a", response_body="42"),
        step(
            "b",
            "users/{{ pathParams.id }}",
            path_parameters=[{"key": "id", "value": "{{ steps.a.body }}"}],
        ),
    )

    assert call(community).status_code == 200
    assert community.requests[-1].url.path == "/users/42"


def test_a_path_parameter_that_an_earlier_step_spoils_is_refused() -> None:
    community = composite(
        step("a", response_body="../admin"),
        step(
            "b",
            "users/{{ pathParams.id }}",
            path_parameters=[{"key": "id", "value": "{{ steps.a.body }}"}],
        ),
    )

    assert error_of(call(community))["code"] == "INVALID_PATH_PARAMETERS"
    assert len(community.requests) == 1


def test_the_log_has_each_step_as_it_was_sent() -> None:
    community = composite(
        step("a", headers=[{"key": "X-Key", "value": "{{ get_secret('key') }}"}]),
        step("b", "fails", query_parameters=[{"key": "q", "value": "1"}]),
        secrets={"key": "s3cr3t-key"},
    )

    call(community)

    entry = community.executions[0].entry()
    assert (entry["permalink"], entry["method"], entry["status"]) == ("both", "POST", 502)
    first, second = entry["steps"]
    assert (first["name"], first["status"], first["headers"]["x-key"]) == ("a", 200, "s***")
    assert (second["name"], second["status"], second["query"]) == ("b", 404, {"q": "1"})
    assert "s3cr3t" not in json.dumps(entry)


def test_the_timing_has_each_step() -> None:
    response = call(composite(step("a"), step("get-it")))

    names = [part.split(";")[0].strip() for part in response.headers["Server-Timing"].split(",")]
    assert names == ["setup", "transform", "cache", "external", "step.a", "step.get-it", "total"]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        (lambda request: httpx.Response(200, headers={"Cache-Control": "max-age=60"}), 2),
        (lambda request: httpx.Response(200), 4),
    ],
)
def test_a_steps_answer_is_cached_as_a_connectors(
    answers: Callable[[httpx.Request], httpx.Response], asked: int
) -> None:
    community = composite(step("a"), step("b"), answer=answers, user=ANN)

    community.calls(*(("POST", "/composite/both/execute", {}),) * 2)

    assert len(community.requests) == asked


def test_a_composite_and_a_connector_may_have_one_permalink() -> None:
    community = Community(
        {"name": "Both", "url": f"{BASE}/connector"},
        composites=({"name": "Both", "steps": [step("a")]},),
    )

    community.calls(("GET", "/both/execute", {}), ("POST", "/composite/both/execute", {}))

    assert [request.url.path for request in community.requests] == ["/connector", "/a"]


@pytest.mark.parametrize(
    ("body", "status", "asked"),
    [
        ("{{ jwt_encode({'a': 1}, 'k', 'HS256') }}", 502, ["api.example"]),
        ("plain", 200, ["api.example", "other.example"]),
    ],
)
def test_a_body_with_a_token_in_it_follows_no_redirect_to_another_host(
    body: str, status: int, asked: list[str]
) -> None:
    hosts: list[str] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        if request.url.host == "other.example":
            return httpx.Response(200)
        return httpx.Response(307, headers={"Location": "https://other.example/"})

    community = composite(
        step("a", method="POST", request_body=body),
        answer=redirect,
        network=httpx.MockTransport(redirect),
    )

    assert call(community).status_code == status
    assert hosts == asked


def test_what_an_endpoint_repeats_of_an_earlier_step_is_not_told() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            body = {"error": "invalid_client", "error_description": request.content.decode()}
            return httpx.Response(400, json=body)
        return echo(request)

    oauth = {
        "type": "oauth_client_credentials",
        "config": {
            "client_id": "{{ (steps.a.body | from_json).token }}",
            "client_secret": "s",
            "token_url": f"{BASE}/token",
        },
    }
    community = composite(step("a"), step("b", authentication=oauth), answer=answer)

    response = call(community)

    assert "answered 400 instead of a token" in error_of(response)["detail"]
    assert TOKEN not in response.text


def test_a_steps_token_in_the_path_shows_nowhere() -> None:
    signed = "{{ jwt_encode({'a': 1}, 'k', 'HS256') }}"
    community = composite(
        step("a", "x/{{ pathParams.t }}", path_parameters=[{"key": "t", "value": signed}])
    )

    response = call(community, headers={"X-Connector-Test": "1"})

    token = community.requests[0].url.path.removeprefix("/x/")
    assert token.count(".") == 2
    assert token not in str(community.executions[0].entry()) + response.headers["X-Debug-Request"]


def test_no_step_chooses_where_another_ones_secret_is_sent() -> None:
    oauth = {
        "type": "oauth_client_credentials",
        "config": {
            "client_id": "i",
            "client_secret": "s",
            "token_url": "https://{{ steps.a.body }}/t",
        },
    }

    community = composite(step("a"), step("b", authentication=oauth))

    (problem,) = community.problems
    assert problem.field == "steps[1].authentication.config.token_url"
