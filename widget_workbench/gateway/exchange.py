"""One request to an upstream, bounded in time and size."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from widget_workbench.gateway.addresses import AddressRefusedError
from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.content_encoding import BodyReader
from widget_workbench.gateway.errors import ConnectorMisconfiguredError, DownstreamError

# Where a URL leads: the transport, and whether it leads to an upstream that is mapped for the host. Raises
# ConnectorMisconfiguredError for a URL that connectors may not call.
Route = Callable[[httpx.URL], tuple[httpx.AsyncBaseTransport, bool]]

# RFC 9110 §6.4.1: whatever an upstream claims, nothing follows these.
_BODILESS_STATUSES = (204, 205, 304)


@dataclass(frozen=True)
class Limits:
    """What an upstream has for its answer, redirects included.

    Attributes:
        seconds: from the beginning, for all of it. Enforced here, since transports differ in what
            their own timeouts cover, and the one for ASGI applications has none.
        size: bytes of a body, compressed and not.
        deadline: when the time is over, by the event loop's clock.
    """

    seconds: float
    size: int
    deadline: float

    @classmethod
    def from_now(cls, *, seconds: float, size: int) -> "Limits":
        return cls(seconds, size, asyncio.get_running_loop().time() + seconds)


async def send_once(request: httpx.Request, route: Route, limits: Limits) -> Answer:
    """Sends one request and reads the whole answer; a redirect is an answer like any other.

    Raises:
        DownstreamError: no answer, too late, too large, or not HTTP.
        ConnectorMisconfiguredError: the host may not be reached, as `route` says or as its name resolves.
    """
    transport, mapped = route(request.url)
    host = request.url.host
    try:
        async with asyncio.timeout_at(limits.deadline):
            response = await transport.handle_async_request(request)
            try:
                return await _read(request, response, limits.size)
            finally:
                await response.aclose()
    except (TimeoutError, httpx.TimeoutException):
        raise DownstreamError(
            _failure(f"{host} did not answer within {limits.seconds:g} s", real_host=not mapped),
            code="DOWNSTREAM_TIMEOUT",
        ) from None
    except AddressRefusedError as error:
        raise ConnectorMisconfiguredError(str(error)) from error
    except (httpx.HTTPError, UnicodeError) as error:
        what = f"{host} could not be called: {str(error) or type(error).__name__}"
        of_the_network = isinstance(error, httpx.TransportError)
        raise DownstreamError(_failure(what, real_host=of_the_network and not mapped)) from error


def _failure(what: str, *, real_host: bool) -> str:
    """If a call led to the host itself, failing to reach it tells so: it may not be what the caller meant."""
    what = what.rstrip(".")
    if not real_host:
        return f"{what}."
    return f"{what}; no upstream is mapped for it, so the real host was called."


async def _read(request: httpx.Request, response: httpx.Response, size_limit: int) -> Answer:
    status = response.status_code
    if not 200 <= status <= 599:
        raise DownstreamError(
            f"{request.url.host} answered with the status {status}, which is none."
        )
    headers = tuple((name.lower(), value) for name, value in response.headers.raw)
    assert isinstance(response.stream, httpx.AsyncByteStream)
    if request.method == "HEAD" or status in _BODILESS_STATUSES:
        async for _ in response.stream:
            pass  # a connection is kept if its answer was read to the end
        return Answer(status, headers, b"")
    reader = BodyReader(request.url.host, headers, size_limit)
    async for part in response.stream:
        reader.feed(part)
    return Answer(status, headers, reader.finish())
