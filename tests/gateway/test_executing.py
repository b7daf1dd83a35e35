"""The gateway from outside: a call over ASGI in, a request to an upstream out (platform.md §4, §5)."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from widget_workbench.gateway import Answer, Configuration

from .community import URL, Community, connector, error_of


def test_an_ipv6_address_is_mapped_as_a_url_writes_it() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    configuration = Configuration(upstreams={"[2001:db8::1]": transport})

    assert configuration.upstream("2001:db8::1", 443) is transport
    assert configuration.upstream("2001:db8::2", 443) is None


# What goes out


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_every_method_reaches_the_upstream(method: str) -> None:
    community = Community(connector(method=method))

    response = community.call(method, "/things/execute")

    assert response.status_code == 200
    assert [(sent.method, str(sent.url)) for sent in community.requests] == [(method, URL)]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_body_is_passed_on_byte_for_byte_with_its_content_type(method: str) -> None:
    body = '{"b": 1.0,  "a":"é𝄞"}'.encode()
    community = Community(connector(method=method))

    community.call(
        method, "/things/execute", content=body, headers={"Content-Type": "application/json; v=2"}
    )

    (sent,) = community.requests
    assert sent.content == body
    assert sent.headers["Content-Type"] == "application/json; v=2"
    assert sent.headers["Content-Length"] == str(len(body))


def test_a_method_without_a_payload_takes_no_body_along() -> None:
    community = Community(connector(method="DELETE"))

    community.call("DELETE", "/things/execute", content=b'{"a": 1}')

    assert community.requests[0].content == b""
    assert community.executions[0].entry()["body"] is None


def test_the_gateways_own_headers_are_named_as_its_own() -> None:
    community = Community(connector())

    community.call("GET", "/things/execute", headers={"User-Agent": "Browser/1", "Cookie": "a=1"})

    sent = community.requests[0].headers
    assert sent["User-Agent"].startswith("widget-workbench/")
    assert sent["Host"] == "api.example"
    assert "Cookie" not in sent


# Which connector


def test_a_permalink_may_stand_once_for_each_method() -> None:
    community = Community(
        connector(method="POST", url=f"{URL}/new"), connector(method="PUT", url=f"{URL}/old")
    )

    community.call("PUT", "/things/execute")
    community.call("POST", "/things/execute")

    assert [sent.url.path for sent in community.requests] == ["/things/old", "/things/new"]


def test_an_unknown_permalink_is_a_404_envelope() -> None:
    community = Community(connector())

    response = community.call("GET", "/nothing/execute")

    assert response.status_code == 404
    assert error_of(response) == {
        "code": "CONNECTOR_NOT_FOUND",
        "detail": "No connector has the permalink 'nothing'; did you mean 'things'?",
    }
    assert community.requests == []


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        (
            "/both/execute",
            "No connector has the permalink 'both'; a composite connector has it: connectors.composite.execute calls "
            "that.",
        ),
        (
            "/composite/things/execute",
            "No composite connector has the permalink 'things'; a connector has it: connectors.execute calls that.",
        ),
        ("/Thing/execute", "No connector has the permalink 'Thing'; did you mean 'things'?"),
        ("/zzz/execute", "No connector has the permalink 'zzz'."),
        (
            "/composite/boht/execute",
            "No composite connector has the permalink 'boht'; did you mean 'both'?",
        ),
        ("/composite/thing/execute", "No composite connector has the permalink 'thing'."),
        (f"/{'x' * 10_000}/execute", f"No connector has the permalink '{'x' * 10_000}'."),
    ],
)
def test_an_unknown_permalink_is_told_with_what_may_have_been_meant(path: str, detail: str) -> None:
    composite = {"name": "Both", "steps": [{"name": "one", "url": URL}]}
    community = Community(connector(method="POST"), composites=(composite,))

    response = community.call("POST", path)

    assert response.status_code == 404
    assert error_of(response)["detail"] == detail


def test_what_may_have_been_meant_is_told_beside_what_could_not_be_read() -> None:
    community = Community(connector(), unreadable=("a.json is not JSON.",))

    error = error_of(community.call("GET", "/thing/execute"))

    assert error["code"] == "CONNECTOR_MISCONFIGURED"
    assert error["detail"] == (
        "No connector that could be read has the permalink 'thing'; did you mean 'things'? It may stand where nothing "
        "could be read: a.json is not JSON."
    )


def test_another_method_is_refused_with_the_configured_ones() -> None:
    community = Community(connector(method="POST"), connector(method="PUT"))

    response = community.call("GET", "/things/execute")

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST, PUT"
    error = error_of(response)
    assert error["code"] == "METHOD_NOT_ALLOWED"
    assert "POST and PUT" in error["detail"]
    assert "GET" in error["detail"]


@pytest.mark.parametrize("path", ["/", "/things", "/things/execute/", "/composite/a/b/execute"])
def test_a_url_that_is_none_of_the_gateways_gets_an_envelope(path: str) -> None:
    response = Community(connector()).call("GET", path)

    assert response.status_code == 404
    assert "/<permalink>/execute" in error_of(response)["detail"]


def test_a_method_that_no_connector_can_have_gets_an_envelope() -> None:
    response = Community(connector()).call("TRACE", "/things/execute")

    assert response.status_code == 405
    assert error_of(response)["code"] == "METHOD_NOT_ALLOWED"


# What is broken


@pytest.mark.parametrize(
    "fields",
    [
        {"authentication": {"type": "none"}},
        {"request_body": None, "response_body": "", "response_content_type": ""},
        {"folder": "unknown fields are ignored"},
    ],
)
def test_fields_that_ask_for_nothing_are_no_hindrance(fields: dict[str, Any]) -> None:
    assert Community(connector(**fields)).call("GET", "/things/execute").status_code == 200


def test_a_composite_connector_is_called_by_its_own_url_and_by_post() -> None:
    composite = {"name": "Both", "steps": [{"name": "one", "url": URL}]}
    community = Community(composites=(composite,))

    assert community.call("POST", "/composite/both/execute").status_code == 200
    assert community.call("GET", "/composite/both/execute").status_code == 405
    unknown = community.call("POST", "/composite/none/execute")
    assert error_of(unknown)["code"] == "CONNECTOR_NOT_FOUND"
    assert error_of(community.call("POST", "/both/execute"))["code"] == "CONNECTOR_NOT_FOUND"


def test_calling_a_broken_definition_tells_all_its_bad_fields() -> None:
    broken = connector(headers=[{"value": "x"}], method="GET", response_body=1)
    community = Community(broken, connector(permalink="other"))

    response = community.call("GET", "/things/execute")

    assert response.status_code == 500
    error = error_of(response)
    assert error["code"] == "CONNECTOR_MISCONFIGURED"
    assert "headers[0].key: is required" in error["detail"]
    assert "response_body" in error["detail"]
    assert community.call("GET", "/other/execute").status_code == 200


@pytest.mark.parametrize(
    ("kind", "path", "detail"),
    [
        ("connectors", "/things/execute", "Connector 'things': url: is required."),
        (
            "composites",
            "/composite/things/execute",
            "Composite connector 'things': steps: has to be a list of steps, each a whole connector definition.",
        ),
        (
            "misspelt",
            "/things/execute",
            "Connector 'things': authentication.type: is none of none, api_key, oauth_client_credentials, jwt and "
            "oauth_jwt_bearer; did you mean 'api_key'?",
        ),
    ],
)
def test_a_broken_definition_is_told_in_a_whole_sentence(kind: str, path: str, detail: str) -> None:
    community = {
        "connectors": Community({"name": "things"}),
        "composites": Community(composites=({"name": "things", "steps": {}},)),
        "misspelt": Community(connector(authentication={"type": "api-key"})),
    }[kind]

    assert (
        error_of(community.call("POST" if kind == "composites" else "GET", path))["detail"]
        == detail
    )


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/things/execute"), ("POST", "/composite/both/execute")]
)
def test_what_nothing_that_could_be_read_defines_is_no_404_when_something_could_not(
    method: str, path: str
) -> None:
    community = Community(
        connector(permalink="other"), unreadable=("a.json is not JSON.", "b.json is not UTF-8.")
    )

    response = community.call(method, path)

    assert response.status_code == 500
    error = error_of(response)
    assert error["code"] == "CONNECTOR_MISCONFIGURED"
    assert path.split("/")[-2] in error["detail"]
    assert error["detail"].endswith("a.json is not JSON. b.json is not UTF-8.")
    assert community.call("GET", "/other/execute").status_code == 200
    assert error_of(community.call("POST", "/other/execute"))["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("path", ["/things/execute", "/none/execute", "/composite/both/execute"])
def test_while_execution_is_suspended_every_call_is_told_why(path: str) -> None:
    community = Community(connector(), suspended="Nothing is called until it can be read.")

    response = community.call("GET", path)

    assert response.status_code == 500
    assert error_of(response) == {
        "code": "CONNECTOR_MISCONFIGURED",
        "detail": "Nothing is called until it can be read.",
    }
    assert community.requests == []


# What comes back


def test_the_upstreams_status_body_and_content_type_are_relayed() -> None:
    community = Community(
        connector(),
        answer=lambda request: httpx.Response(
            418, content=b"<p>\xff</p>", headers={"Content-Type": "text/html; charset=latin-1"}
        ),
    )

    response = community.call("GET", "/things/execute")

    assert response.status_code == 418
    assert response.content == b"<p>\xff</p>"
    assert response.headers["Content-Type"] == "text/html; charset=latin-1"


def test_what_belongs_to_the_upstreams_own_connection_is_not_relayed() -> None:
    private = {
        "Set-Cookie": "session=1",
        "Connection": "close",
        "Transfer-Encoding": "identity",
        "Location": "https://elsewhere.example/",
        "WWW-Authenticate": "Basic",
        "Access-Control-Allow-Origin": "*",
        "X-Request-ID": "theirs",
        "X-Powered-By": "them",
        "Retry-After": "7",
    }
    community = Community(connector(), answer=lambda request: httpx.Response(200, headers=private))

    headers = community.call("GET", "/things/execute").headers

    assert sorted(headers) == [
        "cache-control",
        "content-length",
        "content-security-policy",
        "retry-after",
        "server-timing",
        "x-connector-timing",
        "x-content-type-options",
        "x-request-id",
    ]
    assert headers["X-Request-ID"] != "theirs"


def test_cookies_are_not_kept_between_executions() -> None:
    community = Community(
        connector(),
        answer=lambda request: httpx.Response(200, headers={"Set-Cookie": "session=1; Path=/"}),
    )

    community.call("GET", "/things/execute")
    community.call("GET", "/things/execute")

    assert "Cookie" not in community.requests[1].headers


@pytest.mark.parametrize("status", [204, 205, 304])
def test_an_answer_that_has_no_body_is_relayed_without_one(status: int) -> None:
    community = Community(connector(), answer=lambda request: httpx.Response(status, content=b"x"))

    response = community.call("GET", "/things/execute")

    assert (response.status_code, response.content) == (status, b"")


@pytest.mark.parametrize("status", [101, 600, 999])
def test_a_status_that_http_does_not_have_is_the_upstreams_failure(status: int) -> None:
    community = Community(connector(), answer=lambda request: httpx.Response(status))

    response = community.call("GET", "/things/execute")

    assert response.status_code == 502
    assert str(status) in response.json()["errors"]["detail"]


def test_a_compressed_answer_is_relayed_as_what_it_says() -> None:
    community = Community(
        connector(),
        answer=lambda request: httpx.Response(
            200, content=gzip.compress(b"[1, 2]"), headers={"Content-Encoding": "gzip"}
        ),
    )

    response = community.call("GET", "/things/execute")

    assert response.content == b"[1, 2]"
    assert "Content-Encoding" not in response.headers


def test_a_body_that_is_not_what_its_encoding_says_is_the_upstreams_failure() -> None:
    community = Community(
        connector(),
        answer=lambda request: httpx.Response(
            200, stream=Parts(b"not gzip"), headers={"Content-Encoding": "gzip"}
        ),
    )

    assert community.call("GET", "/things/execute").status_code == 502


def test_every_answer_carries_a_request_id_of_its_own_and_its_timing() -> None:
    community = Community(connector())

    answers = [community.call("GET", f"/{name}/execute") for name in ("things", "things", "no")]

    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 3
    assert all("total;dur=" in answer.headers["Server-Timing"] for answer in answers)
    assert "external;dur=" in answers[0].headers["Server-Timing"]


# Limits


class Parts(httpx.AsyncByteStream):
    def __init__(self, *parts: bytes) -> None:
        self.parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            yield part


class Hanging(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"["
        await asyncio.Event().wait()


async def never(request: Request) -> JSONResponse:
    await asyncio.Event().wait()
    raise AssertionError


def test_an_application_that_does_not_answer_is_a_502_after_the_limit() -> None:
    app = Starlette(routes=[Route("/things", never)])
    community = Community(connector(), upstream=httpx.ASGITransport(app), time_limit=0.05)

    response = community.call("GET", "/things/execute")

    assert response.status_code == 502
    assert error_of(response) == {
        "code": "DOWNSTREAM_TIMEOUT",
        "detail": "api.example did not answer within 0.05 s.",
        "scope": "Downstream (network/external service)",
    }


def test_the_limit_is_for_the_whole_answer_not_for_its_beginning() -> None:
    community = Community(
        connector(),
        answer=lambda request: httpx.Response(200, stream=Hanging()),
        time_limit=0.05,
    )

    assert error_of(community.call("GET", "/things/execute"))["code"] == "DOWNSTREAM_TIMEOUT"


def test_an_upstream_that_cannot_be_reached_is_a_502() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    community = Community(connector(), answer=refuse)
    response = community.call("GET", "/things/execute")

    assert community.executions[0].entry()["sent"] is False
    assert response.status_code == 502
    error = error_of(response)
    assert error["scope"] == "Downstream (network/external service)"
    assert error["detail"] == "api.example could not be called: connection refused."


class Unreachable(httpx.AsyncBaseTransport):
    """A network on which a host fails as its name says."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        match request.url.host:
            case "refused.example":
                raise httpx.ConnectError("Connection refused.", request=request)
            case "far.example":
                await request.extensions["trace"]("connection.connect_tcp.started", {})
                await asyncio.Event().wait()
            case "silent.example":
                await asyncio.Event().wait()
        return httpx.Response(
            200, stream=Parts(b"not gzip"), headers={"Content-Encoding": "gzip"}, request=request
        )


@pytest.mark.parametrize(
    ("host", "detail", "is_reached"),
    [
        ("refused.example", "refused.example could not be called: Connection refused", False),
        ("far.example", "far.example did not answer within 0.05 s", False),
        ("silent.example", "silent.example did not answer within 0.05 s", True),
    ],
)
def test_a_host_without_an_upstream_that_does_not_answer_is_told_to_be_the_real_one(
    host: str, detail: str, is_reached: bool
) -> None:
    community = Community(connector(url=f"https://{host}/"), network=Unreachable(), time_limit=0.05)

    error = error_of(community.call("GET", "/things/execute"))

    what_happened = "called." if is_reached else "tried: map it in preview.toml's [upstreams]."
    assert error["detail"] == (
        f"{detail}; no upstream is mapped for it, so the real host was {what_happened}"
    )
    assert community.executions[0].was_sent is is_reached


def test_a_host_without_an_upstream_that_was_reached_is_told_by_its_failure_alone() -> None:
    community = Community(connector(url="https://garbled.example/"), network=Unreachable())

    response = community.call("GET", "/things/execute")

    assert response.status_code == 502
    assert "garbled.example answered with a body that is not gzip" in error_of(response)["detail"]
    assert "upstream" not in error_of(response)["detail"]


def test_an_answer_over_the_limit_is_refused_by_its_size() -> None:
    community = Community(
        connector(),
        answer=lambda request: httpx.Response(200, stream=Parts(b"x" * 600, b"x" * 600)),
        size_limit=1000,
    )

    response = community.call("GET", "/things/execute")

    assert response.status_code == 502
    assert error_of(response)["code"] == "RESPONSE_TOO_LARGE"
    assert "1,000 bytes" in error_of(response)["detail"]


def test_a_payload_over_the_limit_is_refused_by_its_size() -> None:
    community = Community(connector(method="POST"), size_limit=1000)

    assert community.call("POST", "/things/execute", content=b"x" * 1000).status_code == 200
    response = community.call("POST", "/things/execute", content=b"x" * 1001)

    assert response.status_code == 413
    assert "1,000 bytes" in error_of(response)["detail"]
    assert len(community.requests) == 1


def test_a_caller_that_hangs_up_while_sending_executes_nothing() -> None:
    community = Community(connector(method="POST"))
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/things/execute",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"content-length", b"2")],
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
    }
    asyncio.run(community.gateway()(scope, receive, send))

    assert community.requests == []
    assert community.executions == []


def test_a_failure_of_the_gateway_itself_is_still_an_envelope(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError("planted")

    response = Community(connector(), answer=fail).call("GET", "/things/execute")

    assert response.status_code == 500
    assert error_of(response)["code"] == "INTERNAL_ERROR"
    assert "planted" not in response.text
    assert "planted" in caplog.text


# The log


def test_an_execution_is_recorded_as_the_upstream_got_it() -> None:
    community = Community(
        connector(
            method="POST",
            url=f"{URL}/{{{{ pathParams.id }}}}?v=2",
            headers=[{"key": "X-Region", "value": "eu"}],
        )
    )

    response = community.call(
        "POST",
        "/things/execute?tag=a&tag=b&q=caf%C3%A9",
        content='{"n": "é"}'.encode(),
        headers={"X-Path-Params": "id=42", "X-Mine": "1"},
    )

    (entry,) = [execution.entry() for execution in community.executions]
    sent_headers = entry.pop("headers")
    assert entry.pop("ms") >= 0
    assert entry == {
        "permalink": "things",
        "method": "POST",
        "url": str(community.requests[0].url),
        "query": {"v": "2", "tag": ["a", "b"], "q": "café"},
        "path_params": {"id": "42"},
        "body": '{"n": "é"}',
        "status": 200,
        "request_id": response.headers["X-Request-ID"],
    }
    assert sent_headers == dict(community.requests[0].headers)
    assert {"x-region": "eu", "x-mine": "1"}.items() <= sent_headers.items()


def test_what_the_caller_sent_in_vain_is_named_in_the_record() -> None:
    community = Community(
        connector(
            url=f"{URL}?fixed=1",
            headers=[{"key": "X-Key", "value": "k"}],
            query_parameters=[{"key": "units", "value": "metric"}],
        )
    )

    community.call(
        "GET",
        "/things/execute?units=imperial&fixed=2",
        headers={"Authorization": "Bearer x", "x-key": "mine", "X-Path-Params": "unused=1"},
    )

    entry = community.executions[0].entry()
    assert entry["dropped_headers"] == ["x-key", "authorization"]
    assert entry["dropped_query"] == ["units", "fixed"]
    assert entry["dropped_path_params"] == ["unused"]


def test_a_refused_execution_is_recorded_with_its_reason_and_nothing_sent() -> None:
    community = Community(connector(method="POST"))

    community.call("GET", "/things/execute?a=1")

    (execution,) = community.executions
    entry = execution.entry()
    assert (entry["status"], entry["query"], entry["headers"], entry["body"]) == (405, {}, {}, None)
    assert (entry["url"], entry["sent"]) == (None, False)
    assert "POST" in entry["error"]


def test_a_request_that_is_refused_or_comes_from_the_cache_is_recorded_as_not_sent() -> None:
    community = Community(
        connector(
            url="http://api.example/?a=1",
            query_parameters=[{"key": "key", "value": "{{ get_secret('key') }}"}],
        ),
        connector(permalink="kept"),
        answer=lambda request: httpx.Response(200, headers={"Cache-Control": "max-age=60"}),
        secrets={"key": "s3cr3t-key"},
    )

    community.calls(
        ("GET", "/things/execute", {}), ("GET", "/kept/execute", {}), ("GET", "/kept/execute", {})
    )

    refused, first, cached = [execution.entry() for execution in community.executions]
    assert (refused["url"], refused["sent"]) == ("http://api.example/?a=1&key=s%2A%2A%2A", False)
    assert "https://api.example" in refused["error"]
    assert (first["url"], "sent" in first) == (URL, False)
    assert (cached["url"], cached["sent"], cached["cache_hit"]) == (URL, False, True)


def test_each_step_is_recorded_with_its_method_and_url_and_whether_it_was_sent() -> None:
    steps = [
        {"name": "one", "url": URL, "method": "PUT"},
        {"name": "two", "url": "https://localhost/{{ steps.one.status_code }}"},
    ]
    community = Community(composites=({"name": "Both", "steps": steps},))

    community.call("POST", "/composite/both/execute")

    entry = community.executions[0].entry()
    one, two = entry["steps"]
    assert (one["method"], one["url"], "sent" in one) == ("PUT", URL, False)
    assert (two["method"], two["url"], two["sent"]) == ("GET", "https://localhost/200", False)
    assert (entry["url"], "sent" in entry) == (None, False)


# What the caller will stumble over


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"response_body": '{"id": 5'}, "not valid JSON after response_body (line 1, column 9)"),
        (
            {"response_body": "{\n{{ response.body }}"},
            "not valid JSON after response_body (line 2, column 1): &#34; is an escaped quote, use | tojson or | safe",
        ),
        ({"response_body": "[NaN]"}, "not valid JSON after response_body"),
        ({"response_body": "{{ response.body | safe }}"}, None),
        ({"response_body": "1" * 5000}, None),
        ({"response_body": "[" * 100_000}, None),
        ({"response_body": "{# nothing #}"}, None),
        ({"response_body": "{", "response_content_type": "text/plain"}, None),
        ({"response_body": "{", "url": f"{URL}/404"}, None),
        ({"url": f"{URL}/broken"}, None),
    ],
)
def test_an_answer_that_is_no_json_any_more_is_noted_and_relayed_as_it_is(
    fields: dict[str, Any], note: str | None
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        status = 404 if request.url.path.endswith("404") else 200
        body = b"{" if request.url.path.endswith("broken") else b'{"a": 1}'
        return httpx.Response(status, content=body, headers={"Content-Type": "application/json"})

    community = Community(connector(**fields), answer=answer)

    response = community.call("GET", "/things/execute")

    assert response.status_code in (200, 404)
    assert community.executions[0].note == note
    assert community.executions[0].entry().get("note") == note


def test_an_answer_of_a_composites_last_step_is_noted() -> None:
    composite = {"name": "Both", "steps": [{"name": "one", "url": URL, "response_body": "{"}]}
    community = Community(composites=(composite,))

    assert community.call("POST", "/composite/both/execute").content == b"{"
    assert "line 1, column 2" in community.executions[0].entry()["note"]


def test_a_query_that_is_not_utf8_arrives_unchanged_and_is_readable_in_the_record() -> None:
    community = Community(connector())

    community.call("GET", "/things/execute?a=%FF%20%2B")

    assert community.requests[0].url.query == b"a=%FF%20%2B"
    assert json.dumps(community.executions[0].entry()["query"]) == '{"a": "\\ufffd +"}'


# What is handed on beside the log


def test_an_execution_holds_the_call_as_it_came_and_the_answer_as_it_goes_back() -> None:
    community = Community(
        connector(method="PUT", headers=[{"key": "X-Key", "value": "k"}]),
        answer=lambda request: httpx.Response(
            409, content=b"taken", headers={"Content-Type": "text/plain", "Set-Cookie": "a=1"}
        ),
    )

    community.call(
        "PUT", "/things/execute?a=1", content=b"{}", headers={"X-Path-Params": "unused=1"}
    )

    relayed = community.executions[0].relayed
    assert relayed is not None
    assert relayed.definition.permalink == "things"
    assert (relayed.call.query_string, relayed.call.body) == ("a=1", b"{}")
    assert relayed.call.header("x-path-params") == "unused=1"
    assert relayed.call.header("x-key") == ""
    assert relayed.answer == Answer(409, ((b"content-type", b"text/plain"),), b"taken")


def test_an_answer_of_the_gateways_own_relays_nothing() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    community = Community(connector(), answer=refuse)

    for method in ("GET", "POST"):
        community.call(method, "/things/execute")

    assert [execution.relayed for execution in community.executions] == [None, None]
