"""Which addresses connectors may reach (platform.md §5), with a resolver and a network of our own."""

import asyncio
import ipaddress
from collections.abc import Iterable, Mapping, Sequence

import httpcore
import httpx
import pytest

from widget_workbench.gateway import (
    AddressRefusedError,
    AllowedHosts,
    Configuration,
    Connectors,
    Gateway,
    GuardedBackend,
    NetworkTransport,
    read_definitions,
)
from widget_workbench.gateway.network.addresses import is_public, refuse_private_name

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Network(httpcore.AsyncNetworkBackend):
    """Accepts every connection, but those to `down`, and notes where it goes."""

    def __init__(self, down: Iterable[str] = ()) -> None:
        self.down = set(down)
        self.connections: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.connections.append((host, port))
        if host in self.down:
            raise httpcore.ConnectError("refused")
        return httpcore.AsyncMockStream([ANSWER])


class Internet:
    """A gateway whose names resolve as told and whose connections lead nowhere."""

    def __init__(
        self,
        names: Mapping[str, Sequence[str]] | None = None,
        *,
        allow_hosts: Iterable[str] = (),
        down: Iterable[str] = (),
    ) -> None:
        self.network = Network(down)
        self.resolved: list[str] = []
        self._names = dict(names or {})
        self._allowed = AllowedHosts.of(allow_hosts)

    def call(self, url: str) -> httpx.Response:
        definitions, problems = read_definitions({"connectors": [{"name": "a", "url": url}]})
        assert problems == []
        configuration = Configuration(Connectors(definitions), {}, self._allowed)
        backend = GuardedBackend(
            exempt=self._allowed.exempt, resolve=self._resolve, network=self.network
        )
        gateway = Gateway(configuration=lambda: configuration, network=NetworkTransport(backend))

        async def answer() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(gateway), base_url="http://gateway"
            ) as client:
                response = await client.get("/a/execute")
            await gateway.aclose()
            return response

        return asyncio.run(answer())

    async def _resolve(self, host: str, port: int) -> Sequence[str]:
        self.resolved.append(host)
        try:
            return self._names[host]
        except KeyError:
            raise OSError("Name or service not known") from None


def refusal(response: httpx.Response) -> str:
    errors = response.json()["errors"]
    assert response.status_code == 500
    assert errors["code"] == "CONNECTOR_MISCONFIGURED"
    detail: str = errors["detail"]
    return detail


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example/",
        "http://93.184.215.14/",
        "HTTP://api.example/",
        "ftp://api.example/",
        "file:///etc/passwd",
        "api.example/x",
        "//api.example/x",
        "https:///x",
        "https://",
        "https://api.example:99999/",
        "https://user@api.example/",
        "https://user:word@api.example/",
        "https://localhost@api.example/",
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://localhost:8443/",
        "https://a.localhost/",
        "https://127.0.0.1/",
        "https://127.255.0.1/",
        "https://0.0.0.0/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://192.0.2.1/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://[ff02::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b:1::1]/",
        "https://[2002:7f00:1::]/",
        "https://[2002:c0a8:101::1]/",
        "https://[2001::1]/",
    ],
)
def test_an_address_that_is_not_public_is_refused_as_it_is_written(url: str) -> None:
    internet = Internet({"api.example": ["93.184.215.14"]})

    assert refusal(internet.call(url))
    assert internet.resolved == []
    assert internet.network.connections == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["fe80::1%eth0"],
        ["::ffff:192.168.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:a00:1::"],
        ["fec0::1"],
        ["192.88.99.1"],
        ["3fff::1"],
        ["93.184.215.14", "127.0.0.1"],
        ["127.0.0.1", "93.184.215.14"],
    ],
)
def test_a_name_is_refused_if_any_address_of_it_is_not_public(addresses: list[str]) -> None:
    internet = Internet({"api.example": addresses})

    detail = refusal(internet.call("https://api.example/"))

    assert "'api.example'" in detail
    assert internet.network.connections == []


@pytest.mark.parametrize(
    "spelling",
    ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "93.184.55054", "1.2.3.4.5"],
)
def test_an_odd_spelling_of_an_address_is_refused_whatever_it_would_lead_to(spelling: str) -> None:
    internet = Internet({spelling: ["93.184.215.14"]})

    assert refusal(internet.call(f"https://{spelling}/"))
    assert internet.resolved == []
    assert internet.network.connections == []


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("api.example", True),
        ("API.example.", True),
        ("a_b.c-d.example", True),
        ("xn--bcher-kva.example", True),
        ("intranet", True),
        ("internal.example", True),
        ("93.184.215.14", True),
        ("93.184.215.14.", True),
        ("localhost", False),
        ("a.localhost.", False),
        ("printer.local", False),
        ("metadata.google.internal", False),
        ("nas.home.arpa", False),
        ("", False),
        (".", False),
        ("api..example", False),
        (".example", False),
        ("-a.example", False),
        ("a-.example", False),
        ("a b.example", False),
        ("a\n.example", False),
        ("%6c%6f.example", False),
        ("a,b.example", False),
        ("bücher.example", False),
        ("a" * 64 + ".example", False),
        (".".join(["a" * 63] * 4), False),
        ("0", False),
        ("0x", False),
        ("a.0X7F", False),
        ("::1", False),
        ("1::2::3", False),
    ],
)
def test_a_host_is_judged_as_it_is_written(host: str, public: bool) -> None:
    if public:
        refuse_private_name(host)
    else:
        with pytest.raises(AddressRefusedError):
            refuse_private_name(host)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        # IANA's IPv4 special-purpose registry, and the addresses beside each network
        ("0.0.0.1", False),
        ("0.255.255.255", False),
        ("1.0.0.0", True),
        ("9.255.255.255", True),
        ("10.0.0.0", False),
        ("10.255.255.255", False),
        ("11.0.0.0", True),
        ("100.63.255.255", True),
        ("100.64.0.0", False),
        ("100.127.255.255", False),
        ("100.128.0.0", True),
        ("126.255.255.255", True),
        ("127.0.0.0", False),
        ("127.255.255.255", False),
        ("128.0.0.0", True),
        ("169.253.255.255", True),
        ("169.254.0.0", False),
        ("169.254.255.255", False),
        ("169.255.0.0", True),
        ("172.15.255.255", True),
        ("172.16.0.0", False),
        ("172.31.255.255", False),
        ("172.32.0.0", True),
        ("192.0.0.0", False),
        ("192.0.0.9", False),
        ("192.0.0.255", False),
        ("192.0.1.0", True),
        ("192.0.2.0", False),
        ("192.0.3.0", True),
        ("192.88.99.1", False),
        ("192.167.255.255", True),
        ("192.168.0.0", False),
        ("192.168.255.255", False),
        ("192.169.0.0", True),
        ("198.17.255.255", True),
        ("198.18.0.0", False),
        ("198.19.255.255", False),
        ("198.20.0.0", True),
        ("198.51.100.0", False),
        ("203.0.113.0", False),
        ("223.255.255.255", True),
        ("224.0.0.0", False),
        ("239.255.255.255", False),
        ("240.0.0.0", False),
        ("255.255.255.255", False),
        # IANA's IPv6 registry, and what is not given out at all
        ("::", False),
        ("::1", False),
        ("::2", False),
        ("::93.184.215.14", False),
        ("::ffff:93.184.215.14", True),
        ("::ffff:127.0.0.1", False),
        ("::ffff:0:93.184.215.14", False),
        ("64:ff9b::93.184.215.14", True),
        ("64:ff9b::192.168.0.1", False),
        ("64:ff9b:1::93.184.215.14", False),
        ("100::1", False),
        ("100:0:0:1::1", False),
        ("1fff:ffff::1", False),
        ("2000::1", True),
        ("2001::1", False),
        ("2001:1::1", False),
        ("2001:20::1", False),
        ("2001:1ff::1", False),
        ("2001:200::1", True),
        ("2001:db8::1", False),
        ("2002:5db8:d70e::1", False),
        ("2003::1", True),
        ("2600::5efe:10.0.0.1", False),
        ("2600::200:5efe:93.184.215.14", False),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("2606:2800:21f::1%eth0", False),
        ("::ffff:93.184.215.14%eth0", False),
        ("3fff::1", False),
        ("3fff:1000::1", True),
        ("4000::1", False),
        ("5f00::1", False),
        ("fc00::1", False),
        ("fdff::1", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
    ],
)
def test_an_address_is_public_by_the_registries(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize(
    "address",
    [
        "93.184.215.14",
        "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
        "64:ff9b::5db8:d70e",
        "::ffff:93.184.215.14",
    ],
)
def test_the_connection_goes_to_the_address_that_was_checked(address: str) -> None:
    internet = Internet({"api.example": [address]})

    response = internet.call("https://api.example/")

    assert response.text == "ok"
    assert internet.resolved == ["api.example"]
    assert internet.network.connections == [(address, 443)]


@pytest.mark.parametrize("host", ["münchen.example", "MÜNCHEN.example", "xn--mnchen-3ya.example"])
def test_a_name_beyond_ascii_is_looked_up_as_idna_writes_it(host: str) -> None:
    internet = Internet({"xn--mnchen-3ya.example": ["93.184.215.14"]})

    assert internet.call(f"https://{host}/").text == "ok"
    assert internet.resolved == ["xn--mnchen-3ya.example"]


def test_a_name_beyond_ascii_is_told_as_it_is_looked_up() -> None:
    response = Internet().call("https://münchen.example/")

    assert response.status_code == 502
    detail = response.json()["errors"]["detail"]
    assert detail.startswith("xn--mnchen-3ya.example could not be called: its name")


def test_a_name_that_idna_does_not_read_is_no_url() -> None:
    assert "is not a URL" in refusal(Internet().call("https://xn--a/"))


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    internet = Internet({"api.example": ["93.184.215.14", "93.184.215.15"]}, down=["93.184.215.14"])

    assert internet.call("https://api.example:8443/").text == "ok"
    assert internet.network.connections == [("93.184.215.14", 8443), ("93.184.215.15", 8443)]


def test_a_public_literal_is_connected_to() -> None:
    internet = Internet()

    assert internet.call("https://93.184.215.14/").text == "ok"
    assert internet.resolved == []
    assert internet.network.connections == [("93.184.215.14", 443)]


def test_a_name_that_does_not_resolve_is_the_upstreams_failure() -> None:
    response = Internet().call("https://nowhere.example/")

    assert response.status_code == 502
    detail = response.json()["errors"]["detail"]
    assert detail.startswith("nowhere.example could not be called: its name could not be resolved;")


@pytest.mark.parametrize(
    ("entry", "url", "reached"),
    [
        ("localhost:9000", "http://localhost:9000/", ("localhost", 9000)),
        ("LOCALHOST:9000", "http://localhost:9000/", ("localhost", 9000)),
        ("localhost", "http://localhost:1234/", ("localhost", 1234)),
        ("localhost", "http://localhost/", ("localhost", 80)),
        ("10.0.0.7", "https://10.0.0.7/", ("10.0.0.7", 443)),
        ("münchen.example", "http://xn--mnchen-3ya.example/", ("xn--mnchen-3ya.example", 80)),
        ("München.example:9000", "http://münchen.example:9000/", ("xn--mnchen-3ya.example", 9000)),
        ("xn--mnchen-3ya.example", "http://münchen.example/", ("xn--mnchen-3ya.example", 80)),
        ("[::1]:9000", "http://[::1]:9000/", ("::1", 9000)),
    ],
)
def test_an_allowed_host_is_exempt_from_the_rules(
    entry: str, url: str, reached: tuple[str, int]
) -> None:
    internet = Internet(allow_hosts=[entry])

    assert internet.call(url).text == "ok"
    assert internet.network.connections == [reached]


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("localhost:9000", "http://localhost:9001/"),
        ("localhost:9000", "http://127.0.0.1:9000/"),
        ("api.example", "http://other.api.example/"),
    ],
)
def test_an_allowed_host_exempts_nothing_else(entry: str, url: str) -> None:
    internet = Internet(allow_hosts=[entry])

    assert refusal(internet.call(url))
    assert internet.network.connections == []


def test_a_refusal_names_the_way_out() -> None:
    detail = refusal(Internet().call("https://localhost/"))

    assert "allow_hosts" in detail
    assert "[upstreams]" in detail


@pytest.mark.parametrize("host", ["localhost", "printer.local", "10.0.0.1", "2130706433", "::1"])
def test_the_network_itself_refuses_what_nobody_has_checked_before(host: str) -> None:
    async def resolve(name: str, port: int) -> list[str]:
        return ["93.184.215.14"]

    network = GuardedBackend(
        exempt=lambda host, port: False, resolve=resolve, network=httpcore.AsyncMockBackend([])
    )

    with pytest.raises(AddressRefusedError):
        asyncio.run(network.connect_tcp(host, 443))
