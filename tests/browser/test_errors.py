"""Every exception of a connector call, raised in the browser by its real cause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from widget_workbench.testing import CommunityFactory

from .conftest import PROBE, Probe

# Runs a call and tells what it raised, with the fields that the class has.
CATCH = """
async def caught(awaitable):
    try:
        await awaitable
    except ConnectorError as error:
        return {
            "class": type(error).__name__,
            "bases": [base.__name__ for base in type(error).__mro__],
            "text": str(error),
            "cause": type(error.__cause__).__name__,
            **vars(error),
        }
    return None
"""


def caught(opened: Probe, call: str, before: str = "") -> dict[str, Any]:
    """What a call raised; `before` is run first."""
    error: dict[str, Any] | None = opened.python(
        f"{CATCH}\n{before}\nresult = await caught({call})"
    )
    assert error is not None, f"{call} raised nothing"
    return error


def other_sentences(page: Page) -> None:
    """A host whose every sentence is gibberish: whoever reads messages is lost."""
    page.route(
        "**/_community/messages.js",
        lambda route: route.fulfill(
            content_type="text/javascript",
            body='export const messages = new Proxy({}, { get: () => () => "Xyzzy" });',
        ),
    )


@pytest.fixture(scope="module", params=["as it is", "other sentences", "bare"])
def host(request: pytest.FixtureRequest) -> str:
    which: str = request.param
    return which


@pytest.fixture(scope="module")
def opened(host: str, community_factory: CommunityFactory) -> Iterator[Probe]:
    """The probe on a host as it is, on one with other sentences, and on one with unmarked errors as well."""
    with community_factory(PROBE) as community:
        yield Probe(
            community,
            prepare=None if host == "as it is" else other_sentences,
            errors="bare" if host == "bare" else None,
        )


@pytest.mark.parametrize(
    "path_params",
    ['{"": "a"}', '{"  ": "a"}', '{"a": None}', '{"a": True}', '{"a": ["b"]}', '{"a": "b" * 5000}'],
)
def test_path_parameters_that_the_host_refuses(opened: Probe, path_params: str) -> None:
    error = caught(opened, f'sdk.connectors.execute("with-path", path_params={path_params})')
    assert error["class"] == "ConnectorBoundaryError"
    assert error["reason"]
    assert (error["permalink"], error["method"]) == ("with-path", "GET")
    assert error["cause"] == "JsException"


def test_the_platforms_envelope(opened: Probe) -> None:
    error = caught(
        opened,
        'sdk.connectors.execute("envelope", query_params={"status": 422, "code": "CONNECTOR_MISCONFIGURED", '
        '"detail": "No secret.", "scope": "Authentication", "params": "a,b"})',
    )
    assert error["class"] == "ConnectorExecuteError"
    assert (error["code"], error["detail"], error["scope"], error["params"], error["status"]) == (
        "CONNECTOR_MISCONFIGURED",
        "No secret.",
        "Authentication",
        ["a", "b"],
        422,
    )
    assert error["request_id"] == "request-1"
    assert (error["failure_scope"], error["reason"]) == (None, None)


def test_the_older_envelope(opened: Probe) -> None:
    error = caught(opened, 'sdk.connectors.execute("legacy")')
    assert error["class"] == "ConnectorExecuteError"
    assert (error["failure_scope"], error["reason"], error["request_id"], error["status"]) == (
        "Downstream (network/external service)",
        "The service did not answer.",
        "request-2",
        500,
    )


@pytest.mark.parametrize("status", [400, 404, 418, 500, 503])
def test_an_error_of_the_service_behind_the_connector(opened: Probe, status: int) -> None:
    error = caught(opened, f'sdk.connectors.execute("status", path_params={{"code": {status}}})')
    assert error["class"] == "ConnectorExecuteError"
    assert error["status"] == status
    assert f"The upstream answered {status}." in error["detail"]


@pytest.mark.parametrize(
    ("path_params", "code", "keys"),
    [
        ("None", "MISSING_PATH_PARAMETERS", ["user_id"]),
        ('{"user_id": ".."}', "INVALID_PATH_PARAMETERS", ["user_id"]),
    ],
)
def test_path_parameters_that_the_gateway_refuses(
    opened: Probe, path_params: str, code: str, keys: list[str]
) -> None:
    error = caught(opened, f'sdk.connectors.execute("with-path", path_params={path_params})')
    assert (error["class"], error["code"], error["params"], error["status"]) == (
        "ConnectorExecuteError",
        code,
        keys,
        400,
    )


def test_an_unknown_permalink(opened: Probe, host: str) -> None:
    opened.connectors["no-such-connector"].leave_real()
    error = caught(opened, 'sdk.connectors.execute("no-such-connector")')
    # An unmarked error has nothing that could tell but its text.
    assert error["class"] == ("ConnectorError" if host == "bare" else "ConnectorNotFoundError")
    assert error["permalink"] == "no-such-connector"
    if host != "bare":
        assert 'no connector has the permalink "no-such-connector"' in error["text"]


def test_a_timeout_is_told_by_the_time_that_passed_where_nothing_else_tells(
    opened: Probe,
) -> None:
    error = caught(
        opened,
        'WidgetServiceSDK(timeout=200).connectors.execute("slow", query_params={"ms": 5000})',
    )
    assert error["class"] == "ConnectorTimeoutError"
    assert "TimeoutError" in error["bases"]
    assert "200 ms" in error["text"]


def test_a_timeout_of_the_shared_client(opened: Probe) -> None:
    error = caught(
        opened,
        'sdk.connectors.execute("slow", query_params={"ms": 5000})',
        before="sdk.connectors.set_default_timeout(150)",
    )
    opened.python("sdk.connectors.set_default_timeout(30_000)")
    assert error["class"] == "ConnectorTimeoutError"


def test_no_network(opened: Probe, host: str) -> None:
    opened.page.route("**/connectors/echo/**", lambda route: route.abort())
    try:
        error = caught(opened, 'sdk.connectors.execute("echo")')
    finally:
        opened.page.unroute("**/connectors/echo/**")
    assert error["class"] == ("ConnectorError" if host == "bare" else "ConnectorNetworkError")


def test_no_network_that_the_browser_knows_of(opened: Probe) -> None:
    opened.page.context.set_offline(True)
    try:
        error = caught(opened, 'sdk.connectors.execute("echo")')
    finally:
        opened.page.context.set_offline(False)
    assert error["class"] == "ConnectorNetworkError"
    assert "ConnectionError" in error["bases"]


@pytest.mark.parametrize(
    ("rejection", "kind", "text"),
    [
        ('"boom"', "ConnectorError", '"boom"'),
        ("7", "ConnectorError", "7"),
        ("undefined", "ConnectorError", "undefined"),
        ("null", "ConnectorError", "null"),
        ("{a: 1}", "ConnectorError", '{"a":1}'),
        ('{status: 404, message: "gone"}', "ConnectorNotFoundError", "no connector"),
        ('{name: "ConnectorExecuteError", code: "X", status: 422}', "ConnectorExecuteError", "X"),
        ('new DOMException("stop", "AbortError")', "ConnectorTimeoutError", "not answered in time"),
        ("Object.create(null)", "ConnectorError", "{}"),
        ("{get message() { throw 1; }}", "ConnectorError", "cannot be shown"),
        ("new Proxy({}, {get() { throw 1; }})", "ConnectorError", "the host rejected"),
        ("Object.assign(new Error('big'), {detail: 1n, params: [1n]})", "ConnectorError", "big"),
        (
            "Object.defineProperty(new Error('odd'), 'name', {get() { throw 1; }})",
            "ConnectorError",
            "odd",
        ),
        (
            "Object.assign(new Error('x'), {name: 'ConnectorExecuteError', detail: 1n, code: 'C'})",
            "ConnectorExecuteError",
            "C",
        ),
        (
            "(() => { const loop = {}; loop.loop = loop; return loop; })()",
            "ConnectorError",
            "object",
        ),
    ],
)
def test_a_rejection_with_anything_ends_the_wait(
    probe: Probe, rejection: str, kind: str, text: str
) -> None:
    probe.page.evaluate(
        f"() => {{ window.odd = {{ execute: () => Promise.reject({rejection}) }}; }}"
    )
    error = caught(
        probe,
        "Connectors(client).execute('odd')",
        before="from widget._connectors import _Client\nclient = _Client(js.window.odd, None)",
    )
    assert error["class"] == kind
    assert text in error["text"]


def test_a_host_that_throws_before_it_promises(probe: Probe) -> None:
    probe.page.evaluate(
        "() => { window.odd = { execute() { throw new RangeError('too far'); } }; }"
    )
    error = caught(
        probe,
        "Connectors(client).execute('odd')",
        before="from widget._connectors import _Client\nclient = _Client(js.window.odd, None)",
    )
    assert (error["class"], error["cause"]) == ("ConnectorError", "JsException")
    assert "too far" in error["text"]


def test_the_javascript_error_is_the_cause(probe: Probe) -> None:
    probe.page.evaluate(
        """() => {
            window.mine = new Error("mine");
            window.odd = { execute: () => Promise.reject(window.mine) };
        }"""
    )
    assert probe.python(
        """
from widget._connectors import _Client
try:
    await Connectors(_Client(js.window.odd, None)).execute("odd")
except ConnectorError as error:
    result = error.__cause__ == js.window.mine
"""
    )


REFUSALS = [
    ("execute('echo', body={'a': 1})", "TypeError", "use payload="),
    ("execute('echo', params={'a': 1})", "TypeError", "use query_params="),
    ("get('echo', payload={'a': 1})", "ValueError", "payload= with GET would be dropped"),
    ("delete('echo', payload={'a': 1})", "ValueError", "payload= with DELETE would be dropped"),
    ("execute('echo', 'HEAD', payload={})", "ValueError", "payload= with HEAD would be dropped"),
    (
        "execute('echo', 'OPTIONS', payload={})",
        "ValueError",
        "payload= with OPTIONS would be dropped",
    ),
    ("execute('echo', query_params={'q': None})", "TypeError", 'query_params["q"] is None'),
    (
        "post('echo', payload={'items': [0, 1, 2, {'due': object()}]})",
        "TypeError",
        'payload["items"][3]["due"]',
    ),
    ("post('echo', payload={1: 'a'})", "TypeError", "payload has the key 1"),
    ("post('echo', payload={'n': float('nan')})", "ValueError", 'payload["n"] is nan'),
    ("post('echo', payload={'n': float('inf')})", "ValueError", 'payload["n"] is inf'),
    ("post('echo', payload={'n': 2**53})", "ValueError", 'payload["n"] is 9007199254740992'),
    ("execute('echo', headers={'X-A': 'Łódź'})", "ValueError", "beyond Latin-1"),
    ("execute(7)", "TypeError", "permalink must be a str"),
    (
        "composite.execute('echo', path_params={'a': 'b'})",
        "TypeError",
        "no path parameters for a composite",
    ),
    ("composite.execute('echo', body={})", "TypeError", "use payload="),
]


@pytest.mark.parametrize(("call", "kind", "sentence"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_what_would_not_arrive_is_refused_and_nothing_is_sent(
    probe: Probe, call: str, kind: str, sentence: str
) -> None:
    calls = probe.connectors.calls
    requests: list[str] = []
    probe.page.on("request", lambda request: requests.append(request.url))
    raised = probe.python(
        f"""
try:
    await sdk.connectors.{call}
except Exception as error:
    result = [type(error).__name__, str(error)]
"""
    )
    assert raised[0] == kind
    assert sentence in raised[1]
    assert requests == []
    assert probe.connectors.calls == calls
