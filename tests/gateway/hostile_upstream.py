"""An upstream over TCP that answers with exactly the bytes it is told, and a gateway whose network leads to it."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx

from widget_workbench.gateway import (
    AllowedHosts,
    Configuration,
    Connectors,
    Gateway,
    GuardedBackend,
    NetworkTransport,
    read_definitions,
)

HOST = "api.example"
ADDRESS = "93.184.215.14"  # where names lead that nothing else is told of

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Exchange:
    """A request as it arrived, and the way to answer it."""

    head: bytes
    body: bytes
    number: int  # among the requests of its connection, from 1
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter

    @property
    def target(self) -> str:
        return self.head.split(b" ", 2)[1].decode("latin-1")

    @property
    def method(self) -> str:
        return self.head.split(b" ", 1)[0].decode("latin-1")

    def header(self, name: str) -> str | None:
        """The first header of this lower-case name."""
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name:
                return value.strip()
        return None

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def reset(self) -> None:
        """Ends the connection with RST, not FIN."""
        without_lingering = struct.pack("ii", 1, 0)
        raw = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, without_lingering)
        self._writer.transport.abort()

    async def hang(self) -> None:
        """Says nothing more, until the other side has closed the connection."""
        await self._reader.read()


Respond = Callable[[Exchange], Awaitable[None]]


class HangUp(Exception):
    """Raised by a `Respond`: the connection is closed, and that is all of the answer."""


@dataclass
class HostileUpstream:
    """Answers every request by `respond`, and keeps connections open.

    Attributes:
        requests: of all connections, in order.
        connections: how many there were.
    """

    respond: Respond
    tls: ssl.SSLContext | None = None
    requests: list[Exchange] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _serving: set[asyncio.Task[Any]] = field(default_factory=set)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for task in self._serving:
                task.cancel()
            await asyncio.gather(*self._serving, return_exceptions=True)

    async def idle(self) -> None:
        """Returns when no connection is open."""
        await asyncio.gather(*self._serving)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            number = 0
            while True:
                number += 1
                exchange = await _arrived(reader, writer, number)
                self.requests.append(exchange)
                await self.respond(exchange)
        except (HangUp, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()


async def _arrived(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
) -> Exchange:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
    return Exchange(head, await reader.readexactly(length), number, reader, writer)


class Loopback(httpcore.AnyIOBackend):
    """A network on which every address leads to one upstream on this computer, but for the `dead` ones, which hang,
    and those that are `down`, which refuse.

    Attributes:
        attempts: the addresses that were connected to, in order.
    """

    def __init__(self, upstream: HostileUpstream) -> None:
        super().__init__()
        self.dead: set[str] = set()
        self.down: set[str] = set()
        self.attempts: list[str] = []
        self._upstream = upstream

    async def connect_tcp(
        self, host: str, port: int, *args: Any, **kwargs: Any
    ) -> httpcore.AsyncNetworkStream:
        self.attempts.append(host)
        if host in self.dead:
            await asyncio.Event().wait()
        if host in self.down:
            raise httpcore.ConnectError(ConnectionRefusedError())
        return await super().connect_tcp("127.0.0.1", self._upstream.port, *args, **kwargs)


class Community:
    """A gateway whose connectors call a hostile upstream.

    Args:
        respond: what the upstream does.
        definitions: the connectors.
        names: the addresses that names have; every other name has `ADDRESS`.
        allow_hosts: hosts that may be called over http, and are not resolved.
        certificate: makes the upstream speak TLS.
        trusted: whom the gateway trusts; default: as in production.
        limits: `time_limit` and `size_limit`, the gateway's.
    """

    def __init__(
        self,
        respond: Respond,
        *definitions: Mapping[str, Any],
        names: Mapping[str, Sequence[str]] | None = None,
        allow_hosts: Iterable[str] = (HOST,),
        certificate: ssl.SSLContext | None = None,
        trusted: ssl.SSLContext | None = None,
        **limits: Any,
    ) -> None:
        self.upstream = HostileUpstream(respond, certificate)
        self.network = Loopback(self.upstream)
        self.resolved: list[str] = []
        self._names = names or {}
        allowed = AllowedHosts.of(allow_hosts)
        connectors, problems = read_definitions({"connectors": list(definitions)})
        assert problems == []
        configuration = Configuration(Connectors(connectors), {}, allowed)
        backend = GuardedBackend(exempt=allowed.exempt, resolve=self._resolve, network=self.network)
        self.transport = NetworkTransport(backend, ssl_context=trusted)
        self._gateway = Gateway(
            configuration=lambda: configuration, network=self.transport, **limits
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client of the gateway."""
        transport = httpx.ASGITransport(self._gateway)
        async with (
            self.upstream.running(),
            httpx.AsyncClient(transport=transport, base_url="http://gateway") as client,
        ):
            try:
                yield client
            finally:
                await self._gateway.aclose()

    def call(
        self, path: str = "/things/execute", method: str = "GET", **options: Any
    ) -> httpx.Response:
        """One execution, from the upstream's start to its end."""

        async def execute() -> httpx.Response:
            async with self.running() as client:
                return await client.request(method, path, **options)

        return asyncio.run(execute())

    async def _resolve(self, host: str, port: int) -> Sequence[str]:
        self.resolved.append(host)
        addresses = self._names.get(host, [ADDRESS])
        if not addresses:
            raise OSError("Name or service not known")
        return addresses


def connector(**fields: Any) -> dict[str, Any]:
    return {"name": "Things", "permalink": "things", "url": f"http://{HOST}/things", **fields}


def says(*parts: bytes) -> Respond:
    """Sends the parts, then waits for the next request."""

    async def respond(exchange: Exchange) -> None:
        for part in parts:
            await exchange.send(part)

    return respond


def says_and_hangs_up(*parts: bytes) -> Respond:
    """Sends the parts, then closes the connection."""

    async def respond(exchange: Exchange) -> None:
        for part in parts:
            await exchange.send(part)
        raise HangUp

    return respond
