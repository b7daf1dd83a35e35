"""URLs by which a connector would reach what it may not (platform.md §5): each is told so, and nobody is called.

A canary listens on 127.0.0.1 and ::1, and the gateway's network leads every connection there, wherever it was meant to
go: what counts is that none comes. The last tests show that the canary would count one.
"""
# ruff: noqa: RUF001, S104 (look-alike characters and 0.0.0.0 are what is tested)

import asyncio
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import httpcore
import httpx
import pytest
import trustme
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from widget_workbench.gateway import (
    AllowedHosts,
    Configuration,
    Connectors,
    Gateway,
    GuardedBackend,
    NetworkTransport,
    read_definitions,
)

from .hostile_upstream import OK, HostileUpstream, says_and_hangs_up

PUBLIC = "93.184.215.14"

# What resolves by name here; addresses, however they are written, are resolved as the system does it.
NAMES = {
    "public.example": [PUBLIC],
    "localhost": ["127.0.0.1", "::1"],
    "localhost.localdomain": ["127.0.0.1"],
    "ip6-localhost": ["::1"],
    "router.example": ["192.168.0.1"],
    "metadata.example": ["169.254.169.254"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "scoped.example": ["fe80::1%lo"],
    "mixed.example": [PUBLIC, "10.0.0.1"],
    "mixed6.example": ["2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::1"],
}

HOSTS = {
    "this computer, by name": [
        "localhost",
        "LocalHost",
        "localhost.",
        "localhost..",
        "a.localhost",
        ".localhost",
        "localhost.localdomain",
        "ip6-localhost",
    ],
    "its own network, by name": [
        "local",
        "printer.local",
        "metadata.google.internal",
        "metadata.google.internal.",
        "nas.home.arpa",
    ],
    "a name that leads there": [
        "router.example",
        "metadata.example",
        "mapped.example",
        "nat64.example",
        "scoped.example",
        "mixed.example",
        "mixed6.example",
    ],
    "127.0.0.0/8, loopback": ["127.0.0.1", "127.0.0.1.", "127.255.255.254"],
    "0.0.0.0/8, this network": ["0.0.0.0", "0.1.2.3"],
    "10.0.0.0/8, private": ["10.0.0.1", "10.255.255.255"],
    "172.16.0.0/12, private": ["172.16.0.1", "172.31.255.255"],
    "192.168.0.0/16, private": ["192.168.0.1", "192.168.255.255"],
    "169.254.0.0/16, link-local, clouds' metadata": ["169.254.0.1", "169.254.169.254"],
    "100.64.0.0/10, carriers' NAT": ["100.64.0.1", "100.100.100.200", "100.127.255.255"],
    "192.0.0.0/24, protocols": ["192.0.0.1", "192.0.0.192"],
    "documentation, benchmarks, 6to4 relays": [
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "198.18.0.1",
        "192.88.99.1",
    ],
    "multicast, reserved, broadcast": [
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
    ],
    "decimal": ["2130706433", "2130706433.", "2852039166", "0"],
    "octal": ["0177.0.0.1", "017700000001", "0177.1", "02130706433", "0000127.0.0.1"],
    "hexadecimal": ["0x7f000001", "0X7F000001", "0x7f.0.0.1", "0x7f.1", "0xA9FEA9FE"],
    "short": ["127.1", "127.0.1", "10.1"],
    "mixed": ["127.0.0.0x1", "127.0x0.00.1", "0x7f.0.0.01"],
    "out of range": ["127.0.0.256", "127.0.0.1.0", "4294967297", "0x17f000001"],
    "IPv6: loopback, unspecified": ["[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]"],
    "IPv6: link-local, with a zone": ["[fe80::1]", "[fe80::1%25lo]", "[fe80::1%lo]"],
    "IPv6: unique local": ["[fc00::1]", "[fd00:ec2::254]"],
    "IPv6: site-local": ["[fec0::1]"],
    "IPv6: multicast": ["[ff02::1]", "[ff0e::1]"],
    "IPv6: IPv4-mapped": ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]"],
    "IPv6: IPv4-translated": ["[::ffff:0:127.0.0.1]"],
    "IPv6: IPv4-compatible": ["[::127.0.0.1]", "[::7f00:1]"],
    "IPv6: NAT64": ["[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]"],
    "IPv6: NAT64 of a network's own": ["[64:ff9b:1::7f00:1]", "[64:ff9b:1::5db8:d70e]"],
    "IPv6: 6to4": ["[2002:7f00:1::]", "[2002:c0a8:101::1]"],
    "IPv6: Teredo": ["[2001::1]", "[2001:0:5db8:d70e::1]"],
    "IPv6: ISATAP": ["[2606:4700::5efe:7f00:1]"],
    "IPv6: discard, documentation, segment routing": [
        "[100::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[5f00::1]",
    ],
    "IPv6: not as it is written": ["[::1", "::1", "[127.0.0.1]", "[::1].", "[::1]x", "[]"],
    "full-width and circled characters": [
        "１２７.0.0.1",
        "127。0。0。1",
        "127．0．0．1",
        "127｡0｡0｡1",
        "ｌｏｃａｌｈｏｓｔ",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "ⓛocalhost",
        "lo\u00adcalhost",
        "local\u200dhost",
    ],
    "percent-encoded": [
        "%6c%6f%63%61%6c%68%6f%73%74",
        "%31%32%37.0.0.1",
        "127%2e0%2e0%2e1",
        "127.0.0.1%00.public.example",
        "public.example%40127.0.0.1",
        "public.example%2f@127.0.0.1",
    ],
    "user information": [
        "public.example@127.0.0.1",
        "public.example:443@127.0.0.1",
        "127.0.0.1@public.example",
        "user:word@localhost",
        "@127.0.0.1",
        "a@b@127.0.0.1",
    ],
    "what a parser may take for the host's end": [
        "127.0.0.1#@public.example",
        "127.0.0.1?@public.example",
        "127.0.0.1/@public.example",
        "127.0.0.1#.public.example",
        r"127.0.0.1\@public.example",
        r"127.0.0.1\.public.example",
        r"public.example\@127.0.0.1",
        r"\127.0.0.1",
        "127.0.0.1:80:443",
        "127.0.0.1:",
    ],
    "white space and control characters": [
        "127.0.0.1\t",
        "\t127.0.0.1",
        "local\thost",
        "local\nhost",
        "local\r\nhost",
        "127.0.0.1\0.public.example",
        "127.0.0.1 .public.example",
        " localhost",
    ],
    "no host": ["", ":443", "@"],
    "no name that a host can have": [".", "..", "*", "-", "public..example", "a" * 64 + ".example"],
    "no port": [
        "public.example:0",
        "public.example:65536",
        "public.example:-1",
        "public.example:443:443",
        "public.example:https",
        "public.example:99999999999999999999",
    ],
}

URLS = {
    "not https": [
        "http://public.example/",
        "HTTP://public.example/",
        f"http://{PUBLIC}/",
        "http://127.0.0.1/",
        "ftp://public.example/",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "gopher://127.0.0.1:70/",
        "ws://public.example/",
        "data:text/plain,x",
        "javascript:alert(1)",
        "unix:/run/docker.sock",
        "http+unix://%2Frun%2Fdocker.sock/",
    ],
    "no protocol, or no host": [
        "public.example/x",
        "//public.example/x",
        "//127.0.0.1/",
        "/x",
        "https:",
        "https:/127.0.0.1/",
        "https:127.0.0.1",
        "https:///127.0.0.1/",
        r"https:\\127.0.0.1/",
        " https://127.0.0.1/",
        "\thttps://127.0.0.1/",
        "ht\ntps://127.0.0.1/",
        "https\0://127.0.0.1/",
    ],
}


def rows(table: Mapping[str, Sequence[str]]) -> list[Any]:
    return [
        pytest.param(text, id=f"{kind}: {text[:40]}".encode("unicode_escape").decode())
        for kind, texts in table.items()
        for text in texts
    ]


class Canary:
    """Listens on this computer, on one port of both IP versions, and counts who connects."""

    def __init__(self) -> None:
        self._listeners = [socket.create_server(("127.0.0.1", 0), backlog=1000)]
        self.port: int = self._listeners[0].getsockname()[1]
        with suppress(OSError):  # a computer without IPv6
            address = ("::1", self.port)
            self._listeners.append(
                socket.create_server(address, family=socket.AF_INET6, backlog=1000)
            )
        for listener in self._listeners:
            listener.setblocking(False)

    @property
    def has_ipv6(self) -> bool:
        return len(self._listeners) == 2

    def connections(self) -> int:
        """How many there were since it was asked last: the system has completed them, accepted or not."""
        return sum(map(_accept_all, self._listeners))

    def close(self) -> None:
        for listener in self._listeners:
            listener.close()


def _accept_all(listener: socket.socket) -> int:
    count = 0
    with suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()
            count += 1
    return count


@pytest.fixture(scope="module")
def open_canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.close()


@pytest.fixture
def canary(open_canary: Canary) -> Canary:
    """With nothing counted yet."""
    open_canary.connections()
    return open_canary


class ToCanary(httpcore.AnyIOBackend):
    """A network on which every connection leads to the canary, but those to addresses that lead elsewhere."""

    def __init__(self, canary: Canary, elsewhere: Mapping[str, int] | None = None) -> None:
        super().__init__()
        self._canary = canary
        self._elsewhere = elsewhere or {}

    async def connect_tcp(
        self, host: str, port: int, *args: Any, **kwargs: Any
    ) -> httpcore.AsyncNetworkStream:
        port = self._elsewhere.get(host, self._canary.port)
        return await super().connect_tcp("127.0.0.1", port, *args, **kwargs)


async def resolve(host: str, port: int) -> Sequence[str]:
    """As the system does, short, octal and hexadecimal addresses included, but with `NAMES` for names."""
    name = host.lower().rstrip(".")
    if name in NAMES:
        return NAMES[name]
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return [str(address[0]) for *_, address in found]


def execute(
    definition: Mapping[str, Any],
    canary: Canary | None,
    *,
    upstreams: Mapping[str, httpx.AsyncBaseTransport] | None = None,
    variables: Mapping[str, str] | None = None,
    allow_hosts: Iterable[str] = (),
) -> httpx.Response:
    """One execution of the only connector.

    Args:
        canary: where every connection leads; None: the network and the resolver that the gateway has of its own.
    """
    allowed = AllowedHosts.of(allow_hosts)
    definitions, _ = read_definitions({"connectors": [{"name": "a", **definition}]})
    configuration = Configuration(
        Connectors(definitions), upstreams or {}, allowed, variables=variables or {}
    )
    network = None
    if canary is not None:
        network = NetworkTransport(
            GuardedBackend(exempt=allowed.exempt, resolve=resolve, network=ToCanary(canary))
        )
    gateway = Gateway(configuration=lambda: configuration, network=network, time_limit=0.2)
    return asyncio.run(calls(gateway, 1))[0]


async def calls(gateway: Gateway, number: int) -> list[httpx.Response]:
    """The answers to as many calls, one after the other."""
    transport = httpx.ASGITransport(gateway)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        answers = [await client.get("/a/execute") for _ in range(number)]
    await gateway.aclose()
    return answers


def refusal(response: httpx.Response, status: int, code: str) -> str:
    """The envelope's one sentence or two."""
    errors = response.json()["errors"]
    assert (response.status_code, errors["code"]) == (status, code)
    detail: str = errors["detail"]
    assert detail.endswith(".")
    assert "\n" not in detail
    assert "Traceback" not in detail
    return detail


def test_the_table_is_long_enough() -> None:
    """The issue asks for more than 60."""
    hosts = [host for group in HOSTS.values() for host in group]

    assert len(set(hosts)) == len(hosts) >= 60


@pytest.mark.parametrize("host", rows(HOSTS))
def test_a_hostile_host_is_refused(canary: Canary, host: str) -> None:
    response = execute({"url": f"https://{host}/x"}, canary)

    assert refusal(response, 500, "CONNECTOR_MISCONFIGURED")
    assert canary.connections() == 0


@pytest.mark.parametrize("url", rows(URLS))
def test_a_hostile_url_is_refused(canary: Canary, url: str) -> None:
    response = execute({"url": url}, canary)

    assert refusal(response, 500, "CONNECTOR_MISCONFIGURED")
    assert canary.connections() == 0


# What is checked is what a URL came to, by the same rules: one of each kind shows that it is.
ONE_OF_EACH = {kind: hosts[:1] for kind, hosts in HOSTS.items()}


@pytest.mark.parametrize("host", rows(ONE_OF_EACH))
def test_it_is_refused_after_rendering_too(canary: Canary, host: str) -> None:
    url = "https://{{ get_variable('host') }}/x"

    response = execute({"url": url}, canary, variables={"host": host})

    assert refusal(response, 500, "CONNECTOR_MISCONFIGURED")
    assert canary.connections() == 0


class Redirecting:
    """An upstream that redirects once, so that what follows is not its loop."""

    def __init__(self, location: str) -> None:
        self._location = location.encode()
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests += 1
        response = Response(status_code=302)
        response.raw_headers.append((b"location", self._location))
        await response(scope, receive, send)


# A Location without a host leads back to who gave it.
REDIRECTED_TO = {kind: hosts for kind, hosts in ONE_OF_EACH.items() if kind != "no host"}


@pytest.mark.parametrize("host", rows(REDIRECTED_TO))
def test_a_redirect_to_it_is_the_upstreams_failure(canary: Canary, host: str) -> None:
    upstream = Redirecting(f"https://{host}/x")

    response = execute(
        {"url": "https://api.example/"},
        canary,
        upstreams={"api.example": httpx.ASGITransport(upstream)},
    )

    detail = refusal(response, 502, "DOWNSTREAM_ERROR")
    assert "api.example redirected the call" in detail
    assert upstream.requests == 1
    assert canary.connections() == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "router.example", "mixed.example"]
)
def test_a_token_endpoint_is_held_to_the_same_rules(canary: Canary, host: str) -> None:
    config = {
        "client_id": "me",
        "client_secret": "s3cret",
        "token_url": f"https://{host}/token",
    }
    response = execute(
        {
            "url": "https://public.example/",
            "authentication": {"type": "oauth_client_credentials", "config": config},
        },
        canary,
    )

    errors = response.json()["errors"]
    assert errors["code"] in ("CONNECTOR_MISCONFIGURED", "AUTHENTICATION_ERROR")
    assert errors["detail"].endswith(".")
    assert "s3cret" not in response.text
    assert canary.connections() == 0


class Alternating:
    """A resolver that gives each of the answers in turn: the name of one who may rebind it at any time."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = answers
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self._answers[(self.asked - 1) % len(self._answers)]


@pytest.mark.parametrize(
    ("answers", "statuses"),
    [
        ([[PUBLIC], ["127.0.0.1"]], [200, 500] * 4),
        ([["127.0.0.1"], [PUBLIC]], [500, 200] * 4),
        ([[PUBLIC], ["::1"], ["169.254.169.254"]], [200, 500, 500] * 2),
        ([[PUBLIC], [PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC]], [200, 500, 500] * 2),
    ],
    ids=str,
)
def test_a_name_that_changes_its_mind_is_called_where_it_was_checked(
    canary: Canary, answers: list[list[str]], statuses: list[int]
) -> None:
    authority = trustme.CA()
    certificate = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.example").configure_cert(certificate)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    upstream = HostileUpstream(says_and_hangs_up(OK), certificate)
    resolver = Alternating(*answers)
    definitions, _ = read_definitions(
        {"connectors": [{"name": "a", "url": "https://api.example/"}]}
    )
    configuration = Configuration(Connectors(definitions))

    async def call_again_and_again() -> list[int]:
        async with upstream.running():
            network = ToCanary(canary, {PUBLIC: upstream.port})
            backend = GuardedBackend(exempt=lambda *_: False, resolve=resolver, network=network)
            gateway = Gateway(
                configuration=lambda: configuration,
                network=NetworkTransport(backend, ssl_context=trusted),
            )
            return [answer.status_code for answer in await calls(gateway, len(statuses))]

    assert asyncio.run(call_again_and_again()) == statuses
    assert resolver.asked == len(statuses), "each call resolves the name once, and no more"
    assert upstream.connections == statuses.count(200)
    assert canary.connections() == 0


# The gateway as the preview has it: the system's resolver, and the real network

OF_THIS_COMPUTER = [
    "localhost",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "0177.1",
    "0.0.0.0",
    "[::1]",
    "[::ffff:127.0.0.1]",
]


@pytest.mark.parametrize("host", OF_THIS_COMPUTER)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_the_default_network_does_not_reach_this_computer(
    canary: Canary, scheme: str, host: str
) -> None:
    response = execute({"url": f"{scheme}://{host}:{canary.port}/"}, None)

    assert refusal(response, 500, "CONNECTOR_MISCONFIGURED")
    assert canary.connections() == 0


# The canary counts


@pytest.mark.parametrize("host", OF_THIS_COMPUTER)
def test_without_the_rules_each_of_these_reaches_the_canary(canary: Canary, host: str) -> None:
    """Straight, by what the gateway connects with: so a zero above is the rules' doing."""
    address = host.strip("[]")
    if address == "::1" and not canary.has_ipv6:
        pytest.skip("this computer has no IPv6")

    async def connect() -> None:
        stream = await httpcore.AnyIOBackend().connect_tcp(address, canary.port, timeout=1)
        await stream.aclose()

    asyncio.run(connect())

    assert canary.connections() > 0


@pytest.mark.parametrize("host", ["public.example", PUBLIC])
def test_what_may_be_called_reaches_it_on_that_network(canary: Canary, host: str) -> None:
    response = execute({"url": f"https://{host}/"}, canary)

    assert response.json()["errors"]["code"] == "DOWNSTREAM_TIMEOUT"
    assert canary.connections() == 1


def test_allow_hosts_is_the_way_out_for_a_developers_own(canary: Canary) -> None:
    host = f"localhost:{canary.port}"

    execute({"url": f"http://{host}/"}, canary, allow_hosts=[host])

    assert canary.connections() == 1
