"""One request to an upstream, bounded in time and size."""

import asyncio
from dataclasses import dataclass

import httpx

from widget_workbench.gateway.addresses import AddressRefusedError
from widget_workbench.gateway.errors import ConnectorMisconfiguredError, DownstreamError

# What an upstream says about its body, and when to come back. Everything else ends here: cookies
# and authentication challenges are not the page's business, a Location would make the browser
# follow it, hop-by-hop headers belong to the other connection.
RELAYED_HEADERS = (b"content-type", b"content-language", b"retry-after")

# RFC 9110 §6.4.1: whatever an upstream claims, nothing follows these.
_BODILESS_STATUSES = (204, 205, 304)


@dataclass(frozen=True)
class Answer:
    """What is relayed of an upstream's answer."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


async def exchange(
    request: httpx.Request,
    transport: httpx.AsyncBaseTransport,
    *,
    time_limit: float,
    size_limit: int,
    mapped: bool,
) -> Answer:
    """Sends the request and reads the whole answer; a redirect is an answer like any other.

    Args:
        time_limit: seconds for all of it. Enforced here, since transports differ in what their
            own timeouts cover, and the one for ASGI applications has none.
        size_limit: bytes of the answer's body, decompressed.
        mapped: whether the transport leads to an upstream that is mapped for the host. If it leads
            to the host itself, failing to reach it tells so: it may not be what the caller meant.

    Raises:
        DownstreamError: no answer, too late, too large, or not HTTP.
        ConnectorMisconfiguredError: the host resolves to an address that is not public.
    """
    limits = dict.fromkeys(("connect", "read", "write", "pool"), time_limit)
    request.extensions["timeout"] = limits
    host = request.url.host
    try:
        async with asyncio.timeout(time_limit):
            response = await transport.handle_async_request(request)
            try:
                return await _read(response, size_limit)
            finally:
                await response.aclose()
    except (TimeoutError, httpx.TimeoutException):
        raise DownstreamError(
            _failure(f"{host} did not answer within {time_limit:g} s", real_host=not mapped),
            code="DOWNSTREAM_TIMEOUT",
        ) from None
    except AddressRefusedError as error:
        raise ConnectorMisconfiguredError(str(error)) from error
    except (httpx.HTTPError, UnicodeError) as error:
        what = f"{host} could not be called: {str(error) or type(error).__name__}"
        of_the_network = isinstance(error, httpx.TransportError)
        raise DownstreamError(_failure(what, real_host=of_the_network and not mapped)) from error


def _failure(what: str, *, real_host: bool) -> str:
    what = what.rstrip(".")
    if not real_host:
        return f"{what}."
    return f"{what}; no upstream is mapped for it, so the real host was called."


async def _read(response: httpx.Response, size_limit: int) -> Answer:
    if not 200 <= response.status_code <= 599:
        raise DownstreamError(f"The answer has the status {response.status_code}, which is none.")
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > size_limit:
            raise DownstreamError(
                f"The answer is larger than {size_limit:,} bytes, the most that the gateway "
                "relays.",
                code="RESPONSE_TOO_LARGE",
            )
    headers = tuple(
        (name.lower(), value)
        for name, value in response.headers.raw
        if name.lower() in RELAYED_HEADERS
    )
    bodiless = response.status_code in _BODILESS_STATUSES
    return Answer(response.status_code, headers, b"" if bodiless else bytes(body))
