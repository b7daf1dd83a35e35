"""The gateway's way to the network: an httpx transport over httpcore's connections.

httpx has no public hook between resolving a name and connecting to it; httpcore's network backend is one. Connections
are kept here and not in httpcore's pool: that walks through all of its connections at each request, and its limit of
idle ones counts those in use, so that a fast call beside 200 slow ones took five times as long. Nothing is read from
the environment (no proxy, no .netrc), no redirect is followed, no cookie kept: a transport does none of that.
"""

import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager

import httpcore
import httpx

from widget_workbench.gateway.network.failures import in_words
from widget_workbench.gateway.network.tcp import TcpBackend

_Origin = tuple[bytes, bytes, int | None]

KEPT_SECONDS = 5.0  # below what servers commonly keep an idle connection for
MOST_KEPT = 100  # idle connections, of all hosts

# RFC 9110 §9.2.2: a client may send these again of its own accord.
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class NetworkTransport(httpx.AsyncBaseTransport):
    """Sends requests over TCP and TLS through the given network backend, HTTP/1.1, connections kept for reuse.

    A kept connection may turn out to be closed by the other side when it is used again: an idempotent request is then
    sent once more, over a connection of its own.

    Args:
        backend: opens the connections; `GuardedBackend` for what connectors name.
        ssl_context: the trusted authorities; default: certifi's. Made at the first https request,
            since loading them takes some 20 ms.
    """

    def __init__(
        self, backend: httpcore.AsyncNetworkBackend, *, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        self._backend = TcpBackend(backend)
        self._ssl_context = ssl_context
        self._kept = _KeptConnections()

    async def forget(self) -> None:
        """Closes the kept connections, and lets none that is in use now be used again."""
        kept, self._kept = self._kept, _KeptConnections()
        await kept.aclose()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        kept = self._kept  # those of now: what is opened before all are let go is not kept after it
        with _httpx_exceptions(request):
            connection, response = await self._answer(request, kept)
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(request, response, connection, kept),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._kept.aclose()

    async def _answer(
        self, request: httpx.Request, kept: "_KeptConnections"
    ) -> tuple[httpcore.AsyncHTTPConnection, httpcore.Response]:
        sent = _as_httpcore(request)
        connection = await kept.take(_origin(request.url))
        if connection is not None:
            try:
                return connection, await connection.handle_async_request(sent)
            except (httpcore.NetworkError, httpcore.RemoteProtocolError):
                if request.method not in _IDEMPOTENT:
                    raise
        connection = self._connection(sent.url.origin)
        return connection, await connection.handle_async_request(sent)

    def _connection(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        if self._ssl_context is None and origin.scheme == b"https":
            self._ssl_context = httpx.create_ssl_context(trust_env=False)
        return httpcore.AsyncHTTPConnection(
            origin,
            ssl_context=self._ssl_context,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=self._backend,
        )


class _KeptConnections:
    """Idle connections; of an origin's, the one that was used last is taken first."""

    def __init__(self) -> None:
        self._origins: dict[httpcore.AsyncHTTPConnection, _Origin] = {}  # in the order of their use
        self._is_closed = False

    async def take(self, origin: _Origin) -> httpcore.AsyncHTTPConnection | None:
        """A connection that is still open, as far as can be told before it is used."""
        idle = [kept for kept, its in reversed(self._origins.items()) if its == origin]
        for connection in idle:
            if self._origins.pop(connection, None) is None:
                continue  # another call took it, while one that has expired was closed here
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return None

    async def keep(self, connection: httpcore.AsyncHTTPConnection, origin: _Origin) -> None:
        if self._is_closed:
            await connection.aclose()
            return
        self._origins[connection] = origin
        oldest = next(iter(self._origins))
        if len(self._origins) > MOST_KEPT or oldest.has_expired():
            del self._origins[oldest]
            await oldest.aclose()

    async def aclose(self) -> None:
        self._is_closed = True
        while self._origins:
            connection, _ = self._origins.popitem()
            await connection.aclose()


class _Body(httpx.AsyncByteStream):
    """The answer's body; closing it gives the connection back, if all was read."""

    def __init__(
        self,
        request: httpx.Request,
        response: httpcore.Response,
        connection: httpcore.AsyncHTTPConnection,
        kept: _KeptConnections,
    ) -> None:
        self._request = request
        self._response = response
        self._connection: httpcore.AsyncHTTPConnection | None = connection
        self._kept = kept

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._response.stream, AsyncIterable)
        with _httpx_exceptions(self._request):
            async for part in self._response.stream:
                yield part

    async def aclose(self) -> None:
        await self._response.aclose()
        connection, self._connection = self._connection, None
        if connection is not None and connection.is_idle():
            await self._kept.keep(connection, _origin(self._request.url))


def _origin(url: httpx.URL) -> _Origin:
    return url.raw_scheme, url.raw_host, url.port


def _as_httpcore(request: httpx.Request) -> httpcore.Request:
    assert isinstance(request.stream, httpx.AsyncByteStream)
    url = request.url
    extensions = request.extensions
    if url.raw_host.endswith(b"."):  # RFC 6066 §3: TLS names a host without the trailing dot
        extensions = {**extensions, "sni_hostname": url.raw_host.decode("ascii").rstrip(".")}
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        ),
        headers=request.headers.raw,
        content=request.stream,
        extensions=extensions,
    )


@contextmanager
def _httpx_exceptions(request: httpx.Request) -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException as error:
        raise httpx.TimeoutException(in_words(error), request=request) from error
    except httpcore.LocalProtocolError as error:
        raise httpx.LocalProtocolError(in_words(error), request=request) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise httpx.TransportError(in_words(error), request=request) from error
