"""The headers of every answer: X-Request-ID, Server-Timing, X-Connector-Timing, X-Debug-Request (platform.md §5)."""

import asyncio
import json
import re
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .community import URL, Community, connector

STAGES = ["setup", "transform", "cache", "external", "total"]
TEST_CALL = {"X-Connector-Test": "1"}


def timing_of(response: httpx.Response) -> dict[str, Any]:
    timing: dict[str, Any] = json.loads(response.headers["X-Connector-Timing"])
    return timing


def refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("connection refused", request=request)


@pytest.mark.parametrize(
    ("definition", "path", "error"),
    [
        ({}, "/things/execute", None),
        ({}, "/none/execute", "CONNECTOR_NOT_FOUND"),
        ({"method": "POST"}, "/things/execute", "METHOD_NOT_ALLOWED"),
        ({"url": f"{URL}/{{{{ nope() }}}}"}, "/things/execute", "TEMPLATE_ERROR"),
        ({"url": "https://127.0.0.1/"}, "/things/execute", "CONNECTOR_MISCONFIGURED"),
        ({}, "/nothing-of-ours", "CONNECTOR_NOT_FOUND"),
        ({}, "/things/execute/", "CONNECTOR_NOT_FOUND"),
    ],
)
def test_every_answer_tells_its_timing(
    definition: dict[str, Any], path: str, error: str | None
) -> None:
    response = Community(connector(**definition)).call("GET", path)

    stages = dict(
        part.strip().split(";dur=") for part in response.headers["Server-Timing"].split(",")
    )
    assert list(stages) == STAGES
    assert sum(float(stages[stage]) for stage in STAGES[:-1]) == pytest.approx(
        float(stages["total"]), abs=0.05
    )
    timing = timing_of(response)
    assert timing["request_id"] == response.headers["X-Request-ID"]
    assert timing["total_ms"] == pytest.approx(
        timing["internal_ms"] + timing["external_ms"], abs=0.05
    )
    assert set(timing["breakdown"]) == {"setup_ms", "transform_ms", "cache_ms", "http_request_ms"}
    assert timing["cache_hit"] is False
    assert timing.get("error") == error
    assert timing.get("external_host") == ("api.example" if error is None else None)


def test_a_slow_upstream_is_external_time() -> None:
    async def slow(request: Request) -> Response:
        await asyncio.sleep(0.1)
        return Response()

    app = Starlette(routes=[Route("/things", slow)])
    timing = timing_of(
        Community(connector(), upstream=httpx.ASGITransport(app)).call("GET", "/things/execute")
    )

    assert timing["external_ms"] >= 100
    assert timing["breakdown"]["http_request_ms"] == timing["external_ms"]


def test_a_timeout_and_a_failure_are_told() -> None:
    async def never(request: Request) -> Response:
        await asyncio.Event().wait()
        return Response()

    app = Starlette(routes=[Route("/things", never)])
    late = Community(connector(), upstream=httpx.ASGITransport(app), time_limit=0.05)
    timing = timing_of(late.call("GET", "/things/execute"))
    assert (timing["timeout"], timing["error"]) == (True, "DOWNSTREAM_TIMEOUT")
    assert timing["external_host"] == "api.example"
    down = timing_of(Community(connector(), answer=refuse).call("GET", "/things/execute"))
    assert "timeout" not in down
    assert down["error"] == "DOWNSTREAM_ERROR"


def debug_of(definition: dict[str, Any], **options: Any) -> dict[str, Any]:
    community = Community(
        connector(**definition),
        secrets={"key": "s3cr3t-key", "id": "client-1"},
        variables={"region": "eu"},
        answer=lambda request: httpx.Response(
            200,
            json={"access_token": "tok3n-of-the-server", "expires_in": 60, "token_type": "Bearer"},
        ),
    )
    assert not community.problems
    response = community.call(
        definition.get("method", "GET"), "/things/execute?q=1", headers=TEST_CALL, **options
    )
    header = response.headers["X-Debug-Request"]
    assert re.fullmatch(r"[\x20-\x7e]+", header)
    assert "s3cr3t" not in header
    assert "tok3n" not in header
    debug: dict[str, Any] = json.loads(header)
    return debug


@pytest.mark.parametrize(
    ("definition", "shown"),
    [
        pytest.param(
            {"url": f"{URL}/{{{{ get_variable('region') }}}}/{{{{ user.id }}}}"},
            {"method": "GET", "url": f"{URL}/eu/7?q=1", "body": None},
            id="variables and the user are resolved",
        ),
        pytest.param(
            {
                "headers": [
                    {"key": "X-It", "value": "Bearer {{ get_secret('key') | upper }} {{ user.id }}"}
                ]
            },
            {"headers": {"x-it": "Bearer {{ get_secret('key') | upper }} 7"}},
            id="a secret is its template text",
        ),
        pytest.param(
            {"query_parameters": [{"key": "k", "value": "{{ get_secret('key') }}"}]},
            {"url": f"{URL}?k={{{{ get_secret('key') }}}}&q=1"},
            id="in the query, too",
        ),
        pytest.param(
            {"method": "POST", "request_body": '{"by": "{{ user.email }}"}'},
            {"method": "POST", "body": '{"by": "ann@example.com"}'},
            id="the body",
        ),
        pytest.param(
            {
                "authentication": {
                    "type": "api_key",
                    "config": {"key": "X-Key", "value": "{{ get_secret('key') }}", "in": "header"},
                }
            },
            {"headers": {"x-key": "{{ get_secret('key') }}"}},
            id="an API key",
        ),
        pytest.param(
            {
                "authentication": {
                    "type": "oauth_client_credentials",
                    "config": {
                        "client_id": "{{ get_secret('id') }}",
                        "client_secret": "{{ get_secret('key') }}",
                        "token_url": "https://api.example/token",
                    },
                }
            },
            {"headers": {"authorization": "Bearer {{ token }}"}},
            id="a token has no text of its own",
        ),
        pytest.param(
            {
                "headers": [
                    {
                        "key": "X-It",
                        "value": "{{ jwt_encode({'a': 1}, get_secret('key'), 'HS256') }}",
                    }
                ]
            },
            {"headers": {"x-it": "{{ jwt_encode({'a': 1}, get_secret('key'), 'HS256') }}"}},
            id="a token that a template signs",
        ),
    ],
)
def test_a_test_call_shows_the_resolved_request(
    definition: dict[str, Any], shown: dict[str, Any]
) -> None:
    debug = debug_of(definition)

    assert set(debug) == {"method", "url", "headers", "body"}
    for name, value in shown.items():
        if name == "headers":
            assert value.items() <= debug["headers"].items()
        else:
            assert debug[name] == value


def test_a_long_body_is_cut() -> None:
    debug = debug_of({"method": "POST"}, content=b"x" * 100_000)

    assert len(debug["body"]) < 10_000
    assert debug["body_truncated"] is True


def test_only_a_test_call_shows_it_and_its_mark_goes_no_further() -> None:
    community = Community(connector())

    plain, test = community.calls(
        ("GET", "/things/execute", {}), ("GET", "/things/execute", {"headers": TEST_CALL})
    )

    assert "X-Debug-Request" not in plain.headers
    assert "X-Debug-Request" in test.headers
    assert all("X-Connector-Test" not in request.headers for request in community.requests)


def test_a_test_call_that_fails_upstream_shows_it_as_well() -> None:
    response = Community(connector(), answer=refuse).call(
        "GET", "/things/execute", headers=TEST_CALL
    )

    assert response.status_code == 502
    assert json.loads(response.headers["X-Debug-Request"])["url"] == URL


def test_a_composites_test_call_shows_each_step() -> None:
    steps = [{"name": "a", "url": f"{URL}/a"}, {"name": "b", "url": f"{URL}/b"}]
    community = Community(composites=({"name": "Both", "steps": steps},))

    response = community.call("POST", "/composite/both/execute", headers=TEST_CALL)

    debug = json.loads(response.headers["X-Debug-Request"])
    assert [(step["name"], step["url"]) for step in debug["steps"]] == [
        ("a", f"{URL}/a"),
        ("b", f"{URL}/b"),
    ]


def test_a_test_call_shows_every_value_of_a_repeated_header() -> None:
    debug = debug_of({"headers": [{"key": "X-A", "value": "1"}, {"key": "X-A", "value": "2"}]})

    assert debug["headers"]["x-a"] == ["1", "2"]


def test_a_name_that_no_secret_has_shows_as_its_text() -> None:
    value = "{{ get_secret('kee') }}"
    api_key = {"type": "api_key", "config": {"key": "X-Key", "value": value, "in": "header"}}
    community = Community(connector(authentication=api_key), secrets={"key": "s3cr3t-key"})

    response = community.call("GET", "/things/execute", headers=TEST_CALL)

    assert community.requests[0].headers["X-Key"] == value
    assert json.loads(response.headers["X-Debug-Request"])["headers"]["x-key"] == value
    assert community.executions[0].entry()["headers"]["x-key"] == value


def test_the_header_stays_as_short_as_clients_take_it() -> None:
    long = [
        {
            "name": f"s{number}",
            "url": f"{URL}/{number}",
            "method": "POST",
            "request_body": "ż" * 9000,
        }
        for number in range(4)
    ]
    community = Community(composites=({"name": "Both", "steps": long},))

    header = community.call("POST", "/composite/both/execute", headers=TEST_CALL).headers[
        "X-Debug-Request"
    ]

    assert len(header) < 40_000
    steps = json.loads(header)["steps"]
    assert [step["name"] for step in steps] == ["s0", "s1", "s2", "s3"]
    assert all(step["body_truncated"] for step in steps)


def oauth(token_url: str) -> dict[str, Any]:
    config = {"client_id": "i", "client_secret": "s", "token_url": token_url}
    return {"type": "oauth_client_credentials", "config": config}


def test_a_token_endpoint_that_does_not_answer_is_the_host_that_is_told() -> None:
    async def never(request: Request) -> Response:
        await asyncio.Event().wait()
        return Response()

    login = httpx.ASGITransport(Starlette(routes=[Route("/token", never, methods=["POST"])]))
    community = Community(
        connector(authentication=oauth("https://login.example/token")),
        network=login,
        time_limit=0.05,
    )
    refused = Community(connector(authentication=oauth("https://10.0.0.1/")))

    timing = timing_of(community.call("GET", "/things/execute"))
    assert (timing["error"], timing["timeout"]) == ("AUTHENTICATION_ERROR", True)
    assert timing["external_host"] == "login.example"
    assert "timeout" not in timing_of(refused.call("GET", "/things/execute"))


def test_what_is_opened_from_the_address_bar_runs_nothing_on_our_origin() -> None:
    html = httpx.Response(
        200, headers={"Content-Type": "text/html"}, text="<script>alert(1)</script>"
    )

    response = Community(connector(), answer=lambda request: html).call("GET", "/things/execute")

    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
