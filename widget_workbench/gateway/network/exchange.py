"""One request to an upstream, bounded in time and size."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

import httpx

from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.errors import (
    TIMEOUT_CODE,
    DownstreamError,
    RefusedUrlError,
)
from widget_workbench.gateway.network.addresses import AddressRefusedError, host_of
from widget_workbench.gateway.network.content_encoding import BodyReader
from widget_workbench.gateway.network.failures import was_refused


class Leads(Enum):
    """Where a URL leads: what may be wrong when nothing answers there."""

    TO_UPSTREAM = auto()  # that is mapped for its host
    TO_ALLOWED_HOST = auto()  # which is called for real, as `allow_hosts` says
    TO_REAL_HOST = auto()  # of which nothing is said


# The transport for a URL, and where that leads. Raises ConnectorMisconfiguredError for a URL that connectors may not
# call.
Route = Callable[[httpx.URL], tuple[httpx.AsyncBaseTransport, Leads]]

# RFC 9110 §6.4.1: whatever an upstream claims, nothing follows these.
BODILESS_STATUSES = (204, 205, 304)


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


async def send_once(
    request: httpx.Request,
    route: Route,
    limits: Limits,
    *,
    note_sent: Callable[[], None] = lambda: None,
) -> Answer:
    """Sends one request and reads the whole answer; a redirect is an answer like any other.

    Args:
        note_sent: called if the upstream was reached, whatever came of it.

    Raises:
        DownstreamError: no answer, too late, too large, or not HTTP.
        RefusedUrlError: the host may not be reached, as `route` says or as its name resolves.
    """
    transport, leads = route(request.url)
    host = host_of(request.url)
    progress = _Progress()
    request.extensions["trace"] = progress.trace
    try:
        async with asyncio.timeout_at(limits.deadline):
            response = await transport.handle_async_request(request)
            try:
                return await _read(request, response, limits.size)
            finally:
                await response.aclose()
    except (TimeoutError, httpx.TimeoutException):
        raise DownstreamError(
            _failure(f"{host} did not answer within {limits.seconds:g} s", progress, leads),
            code=TIMEOUT_CODE,
        ) from None
    except AddressRefusedError as error:
        raise RefusedUrlError(error.rule, error.way_out) from error
    except (httpx.HTTPError, UnicodeError) as error:
        if isinstance(error, httpx.ConnectError | httpx.LocalProtocolError):
            progress.has_reached = False
        what = f"{host} could not be called: {str(error) or type(error).__name__}"
        if leads is Leads.TO_ALLOWED_HOST and was_refused(error):
            raise DownstreamError(
                f"{what}; is it running at {request.url.netloc.decode('ascii')}?"
            ) from error
        if isinstance(error, httpx.LocalProtocolError) or not isinstance(
            error, httpx.TransportError
        ):
            leads = Leads.TO_UPSTREAM  # another host would fail as this one does
        raise DownstreamError(_failure(what, progress, leads)) from error
    finally:
        if progress.has_reached:
            note_sent()


class _Progress:
    """Whether a request has reached its host; a transport that tells nothing of connecting has no way to go."""

    def __init__(self) -> None:
        self.has_reached = True

    async def trace(self, event: str, info: object) -> None:
        """Takes httpcore's `trace` events."""
        if event == "connection.connect_tcp.started":
            self.has_reached = False
        elif event == "http11.send_request_headers.started":
            self.has_reached = True


def _failure(what: str, progress: _Progress, leads: Leads) -> str:
    """If a call led to the real host unasked, its failure tells so: it may not be what the caller meant."""
    what = what.rstrip(".")
    if leads is not Leads.TO_REAL_HOST:
        return f"{what}."
    if progress.has_reached:
        return f"{what}; no upstream is mapped for it, so the real host was called."
    return f"{what}; no upstream is mapped for it, so the real host was tried: map it in preview.toml's [upstreams]."


async def _read(request: httpx.Request, response: httpx.Response, size_limit: int) -> Answer:
    host, status = host_of(request.url), response.status_code
    if not 200 <= status <= 599:
        raise DownstreamError(f"{host} answered with the status {status}, which is none.")
    headers = tuple((name.lower(), value) for name, value in response.headers.raw)
    assert isinstance(response.stream, httpx.AsyncByteStream)
    if request.method == "HEAD" or status in BODILESS_STATUSES:
        async for _ in response.stream:
            pass  # a connection is kept if its answer was read to the end
        return Answer(status, headers, b"")
    reader = BodyReader(host, headers, size_limit)
    async for part in response.stream:
        reader.feed(part)
    return Answer(status, headers, reader.finish())
