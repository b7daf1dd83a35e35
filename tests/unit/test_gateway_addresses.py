"""Which addresses connectors may reach (platform.md §5), with a resolver and a network of our own."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import httpcore
import httpx
import pytest

from widget_workbench.gateway import (
    AllowedHosts,
    Configuration,
    Connectors,
    Gateway,
    GuardedBackend,
    NetworkTransport,
    read_definitions,
)

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


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
def test_an_odd_spelling_of_an_address_is_refused_by_what_it_resolves_to(spelling: str) -> None:
    internet = Internet({spelling: ["127.0.0.1"]})

    assert refusal(internet.call(f"https://{spelling}/"))
    assert internet.network.connections == []


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


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    internet = Internet({"api.example": ["93.184.215.14", "93.184.215.15"]}, down=["93.184.215.14"])

    assert internet.call("https://api.example:8443/").text == "ok"
    assert internet.network.connections == [("93.184.215.14", 8443), ("93.184.215.15", 8443)]


def test_a_public_literal_is_connected_to() -> None:
    internet = Internet({"93.184.215.14": ["93.184.215.14"]})

    assert internet.call("https://93.184.215.14/").text == "ok"


def test_a_name_that_does_not_resolve_is_the_upstreams_failure() -> None:
    response = Internet().call("https://nowhere.example/")

    assert response.status_code == 502
    assert "'nowhere.example' could not be resolved" in response.json()["errors"]["detail"]


@pytest.mark.parametrize(
    ("entry", "url", "reached"),
    [
        ("localhost:9000", "http://localhost:9000/", ("localhost", 9000)),
        ("LOCALHOST:9000", "http://localhost:9000/", ("localhost", 9000)),
        ("localhost", "http://localhost:1234/", ("localhost", 1234)),
        ("localhost", "http://localhost/", ("localhost", 80)),
        ("10.0.0.7", "https://10.0.0.7/", ("10.0.0.7", 443)),
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
