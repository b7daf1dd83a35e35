"""The host's connectors clients (platform.md §4), called as a JavaScript widget calls them: one row a rule."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, Request

from widget_workbench.testing import Community, CommunityFactory, CommunityPage

from .conftest import PROBE

WIDGET = """
window.sdks ??= [];
export function init(sdk) {
    window.sdks.push(sdk);
    sdk.root.append("Ready.");
}
"""

# What a row's JavaScript has at hand: two widgets' sdk, their client, the class, and a client of one's own.
RUN = """async () => {
    const { WidgetServiceSDK } = window;
    const [first, second] = window.sdks;
    const shared = first.connectors;
    const own = new WidgetServiceSDK().connectors;
    try {
        return { value: await (async () => { %s })() };
    } catch (error) {
        const { name: _, cause, ...fields } = error;
        return { error: error.name, message: error.message, fields, isError: error instanceof Error };
    } finally {
        shared.configure({ headers: {}, timeout: 30_000, csrfToken: "" });
    }
}"""


@dataclass(frozen=True)
class Sent:
    """A request to the gateway, as the browser sent it."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: str | None


@dataclass
class Host:
    """A community page with two instances of a JavaScript widget."""

    community: Community
    opened: CommunityPage
    sent: list[Sent] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.opened.page

    def run(self, source: str) -> dict[str, Any]:
        """What the JavaScript returns, or throws; `sent` has what it sent."""
        self.sent.clear()
        outcome: dict[str, Any] = self.page.evaluate(RUN % source)
        if "fields" in outcome:  # undefined, which the answer did not tell, has become None
            told = outcome["fields"].items()
            outcome["fields"] = {name: value for name, value in told if value is not None}
        return outcome

    def value(self, source: str) -> Any:
        outcome = self.run(source)
        assert "value" in outcome, outcome
        return outcome["value"]

    def remember(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.path.startswith("/connectors/"):
            query = parse_qsl(parts.query, keep_blank_values=True)
            body = request.post_data
            self.sent.append(Sent(request.method, parts.path, query, request.headers, body))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The probe's connectors, and a JavaScript widget: pages without Python."""
    root = tmp_path_factory.mktemp("repository")
    for name in ("preview.toml", "preview.connectors.json", "upstream.py"):
        shutil.copy(PROBE / name, root)
    held = json.loads((root / "preview.connectors.json").read_text())
    held["connectors"] += [
        {
            "name": f"whoami {method}",
            "permalink": "whoami",
            "url": "https://probe.example/echo",
            "method": method,
            "headers": [{"key": "X-User", "value": "{{ user.username }}"}],
        }
        for method in ("GET", "POST")
    ]
    (root / "preview.connectors.json").write_text(json.dumps(held))
    dist = root / "widgets" / "plain" / "dist"
    dist.mkdir(parents=True)
    manifest = {
        "title": "Plain",
        "category": "Tests",
        "source": {"path": "dist", "entry": "index.html"},
    }
    (dist.parent / "widget.json").write_text(json.dumps(manifest))
    (dist / "index.html").write_text('<script type="module" src="./widget.js"></script>')
    (dist / "widget.js").write_text(WIDGET)
    return root


@pytest.fixture(scope="module")
def host(repository: Path, community_factory: CommunityFactory) -> Iterator[Host]:
    with community_factory(repository) as community:
        opened = community.open("plain", "plain")
        for nth in range(2):
            opened.widget("plain", nth=nth)
        host = Host(community, opened)
        opened.page.on("request", host.remember)
        for permalink in ("no-such-connector", "text"):
            community.connectors[permalink].leave_real()
        community.connectors.composite["report"].leave_real()
        yield host


# What is sent


@pytest.mark.parametrize("client", ["own", "shared"])
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param(
            '{permalink: "echo", method: "GET"}',
            {"method": "GET", "path": "/connectors/echo/execute", "query": [], "body": None},
            id="the permalink is in the path",
        ),
        pytest.param('{permalink: "echo"}', {"method": "GET"}, id="GET unless told otherwise"),
        *[
            pytest.param(
                f'{{permalink: "echo", method: "{method}", payload: {{a: [1, null]}}}}',
                {"method": method, "body": '{"a":[1,null]}'},
                id=f"{method} sends the payload",
            )
            for method in ("POST", "PUT", "PATCH")
        ],
        *[
            pytest.param(
                f'{{permalink: "echo", method: "{method}", payload: {{a: 1}}}}',
                {"method": method, "body": None},
                id=f"{method} sends no payload",
            )
            for method in ("GET", "DELETE", "HEAD", "OPTIONS")
        ],
        pytest.param(
            '{permalink: "echo", method: "POST"}',
            {"method": "POST", "body": None},
            id="no payload, no body",
        ),
        pytest.param(
            '{permalink: "echo", queryParams: {q: "a b&c=d", é: "ż", empty: ""}}',
            {"query": [("q", "a b&c=d"), ("é", "ż"), ("empty", "")]},
            id="query parameters are urlencoded",
        ),
        pytest.param(
            '{permalink: "with-two-paths", pathParams: {user_id: 42, post_slug: "hello-world"}}',
            {
                "path": "/connectors/with-two-paths/execute",
                "x-path-params": "user_id=42&post_slug=hello-world",
            },
            id="path parameters are in a header, numbers too",
        ),
        pytest.param(
            '{permalink: "echo", pathParams: {"a&b": "c d"}}',
            {"x-path-params": "a%26b=c+d"},
            id="path parameters are urlencoded",
        ),
        pytest.param(
            '{permalink: "echo", pathParams: {}}',
            {"x-path-params": None},
            id="without path parameters there is no header",
        ),
        pytest.param(
            '{permalink: "echo", headers: {"X-Widget": "1"}}',
            {"x-widget": "1"},
            id="headers of the request's own",
        ),
        pytest.param(
            '{permalink: "echo", method: "POST", payload: {}, body: "x", json: {a: 1}, params: {b: "2"}, timeout: 1}',
            {"method": "POST", "body": "{}", "query": []},
            id="unknown options are ignored in silence, and there is no timeout of a request's own",
        ),
        pytest.param(
            '{permalink: "echo", method: "POST", payload: {}}',
            {"content-type": "application/json"},
            id="a payload is JSON",
        ),
        pytest.param(
            '{permalink: "echo", method: "POST", payload: {}, headers: {"X-CSRF-Token": "x", "X-Path-Params": "a=b"}, '
            'pathParams: {c: "d"}}',
            {"x-path-params": "c=d"},
            id="the host's own headers are not the caller's to replace",
        ),
    ],
)
def test_a_call_on_the_wire(
    host: Host, client: str, options: str, expected: dict[str, Any]
) -> None:
    host.run(f"return await {client}.execute({options})")

    [sent] = host.sent
    told: dict[str, Any] = {**sent.headers, "method": sent.method, "path": sent.path}
    told |= {"query": sent.query, "body": sent.body}
    assert {name: told.get(name) for name in expected} == expected
    assert sent.headers["x-csrf-token"] == page_token(host)


def page_token(host: Host) -> str | None:
    return host.page.locator("#csrftoken").get_attribute("content")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param(
            '{permalink: "report", payload: {a: 1}, queryParams: {q: "1"}}',
            {
                "method": "POST",
                "path": "/connectors/composite/report/execute",
                "query": [("q", "1")],
                "body": '{"a":1}',
                "content-type": "application/json",
            },
            id="a composite has an address of its own",
        ),
        pytest.param(
            '{permalink: "report", method: "GET", headers: {"X-Widget": "1"}}',
            {"method": "POST", "body": None, "x-widget": None},
            id="it is always POST, and takes no headers",
        ),
    ],
)
def test_a_composite_on_the_wire(host: Host, options: str, expected: dict[str, Any]) -> None:
    host.page.route("**/connectors/composite/**", lambda route: route.fulfill(json={"rows": 3}))
    try:
        for client in ("own", "shared"):
            assert host.value(f"return await {client}.composite.execute({options})") == {"rows": 3}
            [sent] = host.sent
            told: dict[str, Any] = {**sent.headers, "method": sent.method, "path": sent.path}
            told |= {"query": sent.query, "body": sent.body}
            assert {name: told.get(name) for name in expected} == expected
            assert sent.headers["x-csrf-token"] == page_token(host)
        host.value(
            "const sdk = new WidgetServiceSDK({headers: {'X-Mine': '1'}});"
            'return await sdk.connectors.composite.execute({permalink: "report"})'
        )
        assert host.sent[0].headers["x-mine"] == "1"
    finally:
        host.page.unroute("**/connectors/composite/**")


def test_a_client_waits_for_30_seconds_unless_told_otherwise(host: Host) -> None:
    host.page.reload()
    host.opened.widget("plain")

    read = "[new WidgetServiceSDK().connectors, window.sdks[0].connectors].map((c) => c.getDefaultTimeout?.() ?? null)"
    assert host.page.evaluate(read) == [None, 30_000]


# What is refused before it is sent


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ('execute({permalink: "echo", pathParams: {"": "a"}})', "is empty or blank"),
        ('execute({permalink: "echo", pathParams: {" \\t": "a"}})', "is empty or blank"),
        ('execute({permalink: "echo", pathParams: {a: null}})', "not null"),
        ('execute({permalink: "echo", pathParams: {a: undefined}})', "not undefined"),
        ('execute({permalink: "echo", pathParams: {a: true}})', "not boolean"),
        ('execute({permalink: "echo", pathParams: {a: {}}})', "not object"),
        ('execute({permalink: "echo", pathParams: {a: "b".repeat(4095)}})', "take 4097 characters"),
        ('execute({permalink: "echo", pathParams: {a: "é".repeat(700)}})', "take 4202 characters"),
        ('composite.execute({permalink: "echo", pathParams: {a: "b"}})', "no path parameters"),
        ('composite.execute({permalink: "echo", pathParams: {}})', "no path parameters"),
    ],
)
@pytest.mark.parametrize("client", ["own", "shared"])
def test_boundaries(host: Host, client: str, call: str, reason: str) -> None:
    outcome = host.run(f"return await {client}.{call}")

    assert outcome["error"] == "ConnectorBoundaryError"
    assert outcome["isError"]
    assert set(outcome["fields"]) == {"reason"}
    assert reason in outcome["fields"]["reason"]
    assert host.sent == []


def test_4096_characters_are_not_too_many(host: Host) -> None:
    host.run('await own.execute({permalink: "echo", pathParams: {a: "b".repeat(4094)}})')
    assert len(host.sent[0].headers["x-path-params"]) == 4096


# What comes back


def envelope(code: str, **errors: Any) -> str:
    told = {"success": False, "errors": {"code": code, **errors}, "request_id": "r-1"}
    return json.dumps(told)


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        pytest.param(200, '{"a": [1, null]}', {}, {"value": {"a": [1, None]}}, id="parsed JSON"),
        pytest.param(200, "[1]", {}, {"value": [1]}, id="a top-level array"),
        pytest.param(200, "", {}, {"value": None}, id="null for nothing"),
        pytest.param(
            200,
            "a,b",
            {"Content-Type": "text/csv"},
            {"value": "a,b"},
            id="the text of what is no JSON",
        ),
        pytest.param(
            200, "{", {}, {"error": "Error", "fields": {}}, id="a plain error for broken JSON"
        ),
        pytest.param(
            422,
            envelope(
                "TEMPLATE_ERROR", detail="In headers[0].", scope="Configuration", params=["a"]
            ),
            {},
            {
                "error": "ConnectorExecuteError",
                "fields": {
                    "status": 422,
                    "code": "TEMPLATE_ERROR",
                    "detail": "In headers[0].",
                    "scope": "Configuration",
                    "params": ["a"],
                    "requestId": "r-1",
                },
            },
            id="every field of the envelope",
        ),
        pytest.param(
            404,
            envelope("CONNECTOR_NOT_FOUND", detail="No."),
            {"X-Connector-Timing": '{"error":"CONNECTOR_NOT_FOUND"}'},
            {"error": "Error", "fields": {"status": 404}},
            id="a plain error for an unknown permalink",
        ),
        pytest.param(
            404,
            envelope("CONNECTOR_NOT_FOUND", detail="No."),
            {"X-Connector-Timing": '{"cache_hit":false}'},
            {
                "error": "ConnectorExecuteError",
                "fields": {
                    "status": 404,
                    "code": "CONNECTOR_NOT_FOUND",
                    "detail": "No.",
                    "requestId": "r-1",
                },
            },
            id="an upstream's own error, which only looks like an unknown permalink",
        ),
        pytest.param(
            500,
            '{"failure_scope": "Downstream", "reason": "No answer.", "request_id": "r-2"}',
            {},
            {
                "error": "ConnectorExecuteError",
                "fields": {
                    "status": 500,
                    "failureScope": "Downstream",
                    "reason": "No answer.",
                    "requestId": "r-2",
                },
            },
            id="the older envelope",
        ),
        pytest.param(
            404,
            '{"message": "no such user"}',
            {"X-Request-ID": "r-3"},
            {
                "error": "ConnectorExecuteError",
                "fields": {
                    "status": 404,
                    "detail": '{"message": "no such user"}',
                    "requestId": "r-3",
                },
            },
            id="an upstream's own error, and the request's id from the header",
        ),
        pytest.param(
            302,
            "",
            {},
            {"error": "ConnectorExecuteError", "fields": {"status": 302, "detail": ""}},
            id="whatever is no success is an error",
        ),
    ],
)
def test_an_answer(
    host: Host, status: int, body: str, headers: dict[str, str], expected: dict[str, Any]
) -> None:
    answered = {"Content-Type": "application/json", **headers}
    host.page.route(
        "**/connectors/**",
        lambda route: route.fulfill(status=status, body=body, headers=answered),
    )
    try:
        outcome = host.run('return await own.execute({permalink: "echo"})')
    finally:
        host.page.unroute("**/connectors/**")
    assert {name: outcome.get(name) for name in expected} == expected


def test_the_gateways_own_answers(host: Host) -> None:
    """The same by the gateway itself: an unknown permalink, another method, a missing path parameter."""
    unknown = host.run('return await shared.execute({permalink: "no-such-connector"})')
    assert (unknown["error"], unknown["fields"]) == ("Error", {"status": 404})
    bodiless = host.run(
        'return await own.execute({permalink: "no-such-connector", method: "HEAD"})'
    )
    assert (bodiless["error"], bodiless["fields"]) == ("Error", {"status": 404})
    method = host.run('return await shared.execute({permalink: "text", method: "POST"})')
    assert (method["error"], method["fields"]["status"]) == ("ConnectorExecuteError", 405)
    missing = host.run('return await shared.execute({permalink: "with-path"})')
    assert missing["error"] == "ConnectorExecuteError"
    assert missing["fields"]["code"] == "MISSING_PATH_PARAMETERS"
    assert missing["fields"]["params"] == ["user_id"]
    assert missing["fields"]["requestId"]


def test_time_and_the_network_end_in_plain_errors(host: Host) -> None:
    late = host.run(
        "const hasty = new WidgetServiceSDK({timeout: 50}).connectors;"
        'return await hasty.execute({permalink: "slow", queryParams: {ms: "5000"}})'
    )
    assert (late["error"], late["fields"]) == ("Error", {})
    assert "50 ms" in late["message"]
    host.page.route("**/connectors/**", lambda route: route.abort())
    try:
        gone = host.run('return await own.execute({permalink: "echo"})')
    finally:
        host.page.unroute("**/connectors/**")
    assert (gone["error"], gone["fields"]) == ("Error", {})


# Who shares what


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("return first.connectors === second.connectors", True, id="one for the page"),
        pytest.param(
            "return [shared.getHeaders(), shared.getDefaultTimeout(), shared.getBaseUrl()]",
            [{}, 30_000, "/connectors"],
            id="its defaults",
        ),
        pytest.param(
            'first.connectors.configure({headers: {"X-A": "1"}, timeout: 5}); first.connectors.configure({timeout: 9});'
            "return [second.connectors.getHeaders(), second.connectors.getDefaultTimeout()]",
            [{"X-A": "1"}, 9],
            id="configure holds for all widgets, and leaves what it does not name",
        ),
        pytest.param(
            'shared.configure({headers: {"X-A": "1"}}); shared.configure({headers: {"X-B": "2"}});'
            "return shared.getHeaders()",
            {"X-B": "2"},
            id="configure replaces the headers",
        ),
        pytest.param("shared.configure(); return shared.getHeaders()", {}, id="or changes nothing"),
        pytest.param(
            'shared.configure({headers: {"X-A": "1", "X-B": "1"}}); shared.updateHeaders({"X-B": "2"});'
            "return shared.getHeaders()",
            {"X-A": "1", "X-B": "2"},
            id="updateHeaders merges them",
        ),
        pytest.param(
            'const headers = {"X-A": "1"}; shared.configure({headers}); headers["X-A"] = "2";'
            'shared.getHeaders()["X-A"] = "3"; return shared.getHeaders()',
            {"X-A": "1"},
            id="headers go in and out as copies",
        ),
        pytest.param(
            "shared.setDefaultTimeout(7); return second.connectors.getDefaultTimeout()",
            7,
            id="setDefaultTimeout holds for all widgets",
        ),
        pytest.param(
            "const {execute} = shared; return (await execute({permalink: 'echo'})).method",
            "GET",
            id="execute needs no this",
        ),
        pytest.param(
            "return Object.keys(own).sort()", ["composite", "execute"], id="an instance has no more"
        ),
    ],
)
def test_the_shared_client(host: Host, source: str, expected: Any) -> None:
    value = host.value(source)
    if isinstance(value, list) and len(value) == 3:
        value[2] = urlsplit(value[2]).path
    assert value == expected


def test_clients_are_independent(host: Host) -> None:
    seen = host.value(
        """
        const options = { headers: { "X-Mine": "a" }, csrfToken: "mine" };
        const a = new WidgetServiceSDK(options).connectors;
        options.headers["X-Mine"] = "changed later";
        const b = new WidgetServiceSDK({ headers: { "X-Mine": "b" } }).connectors;
        shared.configure({ headers: { "X-Mine": "page", "X-Page": "1" }, csrfToken: "pages", timeout: 1 });
        for (const client of [a, b, own]) await client.execute({ permalink: "echo" });
        shared.setDefaultTimeout(30_000);
        await shared.execute({ permalink: "echo", headers: { "X-Mine": "request" } });
        shared.configure({ csrfToken: "" });
        await shared.execute({ permalink: "echo" });
        return true;
        """
    )
    assert seen is True
    pages = page_token(host)
    names = ("x-mine", "x-page", "x-csrf-token")
    assert [tuple(sent.headers.get(name) for name in names) for sent in host.sent] == [
        ("a", None, "mine"),
        ("b", None, pages),
        (None, None, pages),
        ("request", "1", "pages"),
        ("page", "1", pages),
    ]


# The page's token


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_connectors_run_as_the_pages_visitor(host: Host, method: str) -> None:
    call = f'execute({{permalink: "whoami", method: "{method}"}})'
    assert host.value(f'return (await shared.{call}).headers["x-user"]') == "ann"
    opened = host.community.open("plain", "plain", user="guest")
    for nth in range(2):
        opened.widget("plain", nth=nth)
    guest = Host(host.community, opened)
    for client in ("shared", "own"):
        refused = guest.run(f"return await {client}.{call}")
        assert (refused["error"], refused["fields"]["status"]) == ("ConnectorExecuteError", 403)
        assert refused["fields"]["code"] == "GUEST_REFUSED"


POST = 'return (await shared.execute({permalink: "echo", method: "POST", payload: {}})).method'
GET = 'return (await shared.execute({permalink: "echo"})).method'
EXPIRE = "await window.community.expireCsrfToken();"
RENEW = "await window.community.renewCsrfToken();"
LOSE = 'const element = document.getElementById("csrftoken"); element.id = "";'
FIND = 'element.id = "csrftoken";'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(EXPIRE, RENEW, id="that has expired"),
        pytest.param('shared.configure({csrfToken: "mine"});', "", id="that is another one"),
        pytest.param(LOSE, FIND, id="that is gone"),
    ],
)
def test_a_token_that_does_not_hold(host: Host, before: str, after: str) -> None:
    refused = host.run(f"{before} try {{ {POST} }} finally {{ {after} }}")
    assert (refused["error"], refused["fields"]["status"]) == ("ConnectorExecuteError", 403)
    assert refused["fields"]["code"] == "CSRF_TOKEN_INVALID"
    assert refused["fields"]["detail"].endswith("Load the page again.")
    assert host.value(POST) == "POST"
    # What only reads is answered all the same.
    assert host.value(f"{before} try {{ {GET} }} finally {{ {after} }}") == "GET"


def test_a_renewed_token_is_read_at_the_next_call(host: Host) -> None:
    before = page_token(host)
    assert host.value(RENEW + POST) == "POST"
    assert host.sent[0].headers["x-csrf-token"] == page_token(host) != before
