"""Redirects: where they lead, with which method, and what goes along (RFC 9110 §15.4, platform.md §5)."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from widget_workbench.gateway import (
    AllowedHosts,
    Configuration,
    Connectors,
    Gateway,
    read_definitions,
)

from .hostile_upstream import HOST, OK, Community, Exchange, connector

OTHER = "other.example"
HOSTS = (HOST, OTHER, f"{HOST}:8080", "xn--mnchen-3ya.example")


def redirect(status: int, *locations: str) -> bytes:
    fields = "".join(f"Location: {location}\r\n" for location in locations)
    return f"HTTP/1.1 {status} Moved\r\n{fields}Content-Length: 0\r\n\r\n".encode()


class Redirected:
    """A call whose first answer is `first`; every other request is answered with 200.

    Attributes:
        requests: what the upstream got, after the first.
    """

    def __init__(self, first: bytes, method: str = "GET", body: bytes = b"", **fields: Any) -> None:
        async def respond(exchange: Exchange) -> None:
            is_first = len(community.upstream.requests) == 1
            await exchange.send(first if is_first else OK)

        definition = connector(method=method, url=f"http://{HOST}/a/b?key=1", **fields)
        community = Community(
            respond, definition, allow_hosts=HOSTS, names={"private.example": ["10.0.0.1"]}
        )
        self.response = community.call(method=method, content=body)
        self.requests = community.upstream.requests[1:]
        self.connected = community.network.attempts

    @property
    def followed(self) -> Exchange:
        (request,) = self.requests
        return request

    @property
    def refusal(self) -> str:
        assert self.response.status_code == 502
        errors = self.response.json()["errors"]
        assert (errors["code"], errors["scope"]) == (
            "DOWNSTREAM_ERROR",
            "Downstream (network/external service)",
        )
        assert self.requests == []
        detail: str = errors["detail"]
        return detail


@pytest.mark.parametrize(
    ("location", "host", "target"),
    [
        (f"http://{HOST}/c", HOST, "/c"),
        ("/c?d=e", HOST, "/c?d=e"),
        ("c", HOST, "/a/c"),
        ("../c", HOST, "/c"),
        ("?d=e", HOST, "/a/b?d=e"),
        ("//other.example/c", OTHER, "/c"),
        ("http://OTHER.example:80/c", OTHER, "/c"),
        ("http://api.example:8080", f"{HOST}:8080", "/"),
        ("http://m\u00fcnchen.example/c", "xn--mnchen-3ya.example", "/c"),
        ("http://xn--mnchen-3ya.example/c", "xn--mnchen-3ya.example", "/c"),
        ("/c#part", HOST, "/c"),
        ("/caf\N{LATIN SMALL LETTER E WITH ACUTE}", HOST, "/caf%C3%A9"),
        ("/a%2Fb?c=%26", HOST, "/a%2Fb?c=%26"),
    ],
)
def test_a_location_is_resolved_against_the_url(location: str, host: str, target: str) -> None:
    call = Redirected(redirect(302, location))

    assert call.response.text == "ok"
    assert call.followed.target == target
    assert call.followed.header("host") == host


@pytest.mark.parametrize(
    ("status", "method", "followed_by"),
    [
        (301, "GET", "GET"),
        (301, "HEAD", "HEAD"),
        (301, "POST", "GET"),
        (301, "PUT", "PUT"),
        (302, "GET", "GET"),
        (302, "POST", "GET"),
        (302, "PATCH", "PATCH"),
        (302, "DELETE", "DELETE"),
        (303, "GET", "GET"),
        (303, "HEAD", "HEAD"),
        (303, "POST", "GET"),
        (303, "PUT", "GET"),
        (303, "DELETE", "GET"),
        (307, "GET", "GET"),
        (307, "POST", "POST"),
        (307, "PUT", "PUT"),
        (308, "POST", "POST"),
        (308, "PATCH", "PATCH"),
    ],
)
def test_the_method_and_the_body_that_follow(status: int, method: str, followed_by: str) -> None:
    body = b'{"a": 1}' if method in ("POST", "PUT", "PATCH") else b""
    call = Redirected(
        redirect(status, "/c"),
        method,
        body,
        headers=[{"key": "Content-Type", "value": "application/json"}],
    )

    assert call.response.status_code == 200
    assert call.followed.method == followed_by
    kept = followed_by == method
    assert call.followed.body == (body if kept else b"")
    assert call.followed.header("content-type") == ("application/json" if kept else None)
    assert (call.followed.header("content-length") is None) == (not kept or not body)


@pytest.mark.parametrize("status", [300, 304, 305, 306])
def test_another_3xx_is_an_answer(status: int) -> None:
    call = Redirected(redirect(status, "/c"))

    assert (call.response.status_code, call.requests) == (status, [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_nowhere_is_an_answer(status: int) -> None:
    call = Redirected(redirect(status))

    assert (call.response.status_code, call.requests) == (status, [])


# Credentials

CREDENTIALS = [
    {"key": "Authorization", "value": "Bearer secret"},
    {"key": "Cookie", "value": "session=secret"},
    {"key": "Proxy-Authorization", "value": "secret"},
    {"key": "X-Api-Key", "value": "secret"},
]


@pytest.mark.parametrize(
    ("location", "kept"),
    [
        ("/c", True),
        (f"http://{HOST}/c", True),
        (f"http://{OTHER}/c", False),
        (f"http://{HOST}:8080/c", False),
    ],
)
@pytest.mark.parametrize("status", [302, 307])
def test_credentials_go_to_their_own_origin_only(location: str, kept: bool, status: int) -> None:
    call = Redirected(
        redirect(status, location), headers=[*CREDENTIALS, {"key": "Accept", "value": "text/csv"}]
    )

    assert call.followed.header("accept") == "text/csv"
    for header in CREDENTIALS:
        expected = header["value"] if kept else None
        assert call.followed.header(header["key"].lower()) == expected


@pytest.mark.parametrize("where", ["header", "query"])
def test_an_api_key_goes_to_its_own_origin_only(where: str) -> None:
    call = Redirected(
        redirect(302, f"http://{OTHER}/c"),
        authentication={
            "type": "api_key",
            "config": {"key": "X-Key", "value": "secret", "in": where},
        },
    )

    assert b"secret" not in call.followed.head


def test_credentials_that_were_dropped_do_not_come_back() -> None:
    async def respond(exchange: Exchange) -> None:
        answers = {
            "/1": redirect(302, f"http://{OTHER}/2"),
            "/2": redirect(302, f"http://{HOST}/3"),
        }
        await exchange.send(answers.get(exchange.target, OK))

    definition = connector(url=f"http://{HOST}/1", headers=CREDENTIALS)
    community = Community(respond, definition, allow_hosts=HOSTS)

    assert community.call().text == "ok"
    assert [b"secret" in each.head for each in community.upstream.requests] == [True, False, False]


# Refusals


@pytest.mark.parametrize(
    ("location", "origin"),
    [
        ("http://127.0.0.1:9/", "http://127.0.0.1:9"),
        ("http://public.example/", "http://public.example"),
        ("https://127.0.0.1/", "https://127.0.0.1"),
        ("https://localhost/", "https://localhost"),
        ("https://169.254.169.254/latest/meta-data", "https://169.254.169.254"),
        ("https://[::1]/", "https://[::1]"),
        ("https://[::ffff:10.0.0.1]/", "https://[::ffff:10.0.0.1]"),
        ("https://2130706433/", "https://2130706433"),
        ("https://ann:word@public.example/", "https://public.example"),
        ("https://private.example/", "https://private.example"),
    ],
)
def test_a_redirect_to_what_connectors_may_not_reach_is_the_upstreams_failure(
    location: str, origin: str
) -> None:
    call = Redirected(redirect(302, location))

    detail = call.refusal
    assert detail.startswith(f"{HOST} redirected the call to {origin}, which is refused: ")
    assert "word" not in detail.partition("refused: ")[0]
    assert call.connected == [HOST]


@pytest.mark.parametrize(
    ("location", "rule"),
    [
        ("http://public.example/", "the platform calls https only."),
        (
            "https://10.0.0.1/",
            "the host '10.0.0.1' is not a public address, which connectors may not reach.",
        ),
        (
            "https://private.example/",
            "the host 'private.example' is found at 10.0.0.1, not a public address, which connectors may not reach.",
        ),
        (
            "https://ann:word@public.example/",
            "the URL of public.example holds a user name or password.",
        ),
    ],
)
def test_a_refused_redirect_is_told_by_the_rule_since_nobody_writes_its_url(
    location: str, rule: str
) -> None:
    call = Redirected(redirect(302, location))

    assert call.refusal.partition(", which is refused: ")[2] == rule


class Redirecting:
    """An application that redirects to `location`, but answers at `/there`."""

    def __init__(self, location: str) -> None:
        self._location = location
        self.requests: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests.append(scope["path"])
        response = Response("ok")
        if scope["path"] != "/there":
            response = Response(status_code=302, headers={"Location": self._location})
        await response(scope, receive, send)


PUBLIC, OWN, MAPPED = "public.example", "own.example:9000", "mapped.example"


@pytest.mark.parametrize(
    ("source", "target", "reached"),
    [
        (PUBLIC, f"http://{OWN}/there", False),
        (PUBLIC, f"https://{OWN}/there", False),
        (PUBLIC, f"https://{MAPPED}/there", False),
        (PUBLIC, f"https://{MAPPED.upper()}.:443/there", False),
        (PUBLIC, "https://other.example/there", True),
        (PUBLIC, "/there", True),
        (OWN, f"http://{OWN}/there", True),
        (OWN, "/there", True),
        (OWN, f"https://{MAPPED}/there", True),
        (OWN, f"https://{PUBLIC}/there", True),
        (MAPPED, f"http://{OWN}/there", True),
        (MAPPED, f"https://{MAPPED}/there", True),
        (MAPPED, "/there", True),
        (MAPPED, f"https://{PUBLIC}/there", True),
    ],
)
def test_a_developers_own_hosts_are_redirected_to_by_each_other_only(
    source: str, target: str, reached: bool
) -> None:
    application = Redirecting(target)
    response = _call(source, application)

    assert application.requests == ["/from", "/there"][: 1 + reached]
    if reached:
        assert response.text == "ok"
    else:
        errors = response.json()["errors"]
        assert (response.status_code, errors["code"]) == (502, "DOWNSTREAM_ERROR")
        assert f"{PUBLIC} redirected the call to http" in errors["detail"]
        assert errors["detail"].endswith(f"If {PUBLIC} may lead there, map or name it there, too.")


def test_a_redirect_back_from_elsewhere_does_not_lead_to_a_developers_own_host() -> None:
    """Own to public is fine; what the public one says then is its own doing."""
    hops = {"/from": f"https://{PUBLIC}/on", "/on": f"http://{OWN}/there"}

    class Chain(Redirecting):
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            self._location = hops.get(scope["path"], "")
            await super().__call__(scope, receive, send)

    application = Chain("")

    assert _call(OWN, application).status_code == 502
    assert application.requests == ["/from", "/on"]


def _call(host: str, application: ASGIApp) -> httpx.Response:
    """A call of `/from` on a host, where the application is the whole network, and the mapped host, too."""
    network = httpx.ASGITransport(application)
    definitions, problems = read_definitions(
        {"connectors": [connector(url=f"{'http' if host == OWN else 'https'}://{host}/from")]}
    )
    assert problems == []
    configuration = Configuration(
        Connectors(definitions), {MAPPED: network}, AllowedHosts.of([OWN])
    )
    gateway = Gateway(configuration=lambda: configuration, network=network)

    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.get("/things/execute")

    return asyncio.run(answer())


@pytest.mark.parametrize(
    "location",
    [
        "ftp://api.example/",
        "file:///etc/passwd",
        "javascript:1",
        "http://",
        "http:c",
        "http://a:b/",
        "https://xn--a/",
    ],
)
def test_a_location_that_is_no_url_is_the_upstreams_failure(location: str) -> None:
    call = Redirected(redirect(302, location))

    assert call.refusal == (
        f"{HOST} redirected the call, and its Location is no URL that starts with https://."
    )


def test_two_locations_are_the_upstreams_failure() -> None:
    call = Redirected(redirect(302, "/c", "/d"))

    assert "more than one Location" in call.refusal


def call_through(redirects: int) -> tuple[httpx.Response, int]:
    """The answer after so many redirects, and how many requests there were."""

    async def respond(exchange: Exchange) -> None:
        number = int(exchange.target.strip("/"))
        await exchange.send(redirect(302, f"/{number + 1}") if number < redirects else OK)

    community = Community(respond, connector(url=f"http://{HOST}/0"))
    response = community.call()
    assert community.upstream.connections == 1
    return response, len(community.upstream.requests)


def test_five_redirects_are_followed() -> None:
    response, requests = call_through(5)

    assert (response.text, requests) == ("ok", 6)


def test_a_sixth_redirect_is_the_upstreams_failure() -> None:
    response, requests = call_through(6)

    assert (response.status_code, requests) == (502, 6)
    assert "after 5 redirects" in response.json()["errors"]["detail"]


def test_all_redirects_together_have_one_time_limit() -> None:
    async def respond(exchange: Exchange) -> None:
        await asyncio.sleep(0.08)
        await exchange.send(redirect(302, "/again"))

    community = Community(respond, connector(), time_limit=0.2)

    errors = community.call().json()["errors"]

    assert errors["code"] == "DOWNSTREAM_TIMEOUT"
    assert 1 < len(community.upstream.requests) <= 3
