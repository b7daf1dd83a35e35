"""Redirects: followed as browsers do, and credentials stay with the origin they are for (RFC 9110 §15.4)."""

from collections.abc import Awaitable, Callable, Collection

import httpx

from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.errors import (
    ConnectorMisconfiguredError,
    DownstreamError,
    RefusedUrlError,
)
from widget_workbench.gateway.network.addresses import host_of

MOST_REDIRECTS = 5  # ours: the portal gives no number

_FOLLOWED = (301, 302, 303, 307, 308)

_CREDENTIALS = (b"authorization", b"cookie", b"proxy-")

# RFC 9110 §15.4: what describes the body goes when the body goes.
_OF_THE_BODY = (b"content-", b"transfer-encoding")


async def follow_redirects(
    request: httpx.Request,
    send: Callable[[httpx.Request], Awaitable[Answer]],
    *,
    check: Callable[[httpx.URL, httpx.URL], None] = lambda source, target: None,
    credential_headers: Collection[str] = (),
    body_is_confidential: bool = False,
) -> Answer:
    """Sends the request, and anew to where its answer redirects, until an answer is none.

    301 and 302 make a POST a GET, 303 makes all but HEAD a GET, 307 and 308 keep method and body. To another origin go
    neither `credential_headers` nor Authorization, Cookie and Proxy-*. A redirect without a Location is an answer.

    Args:
        send: sends one request and does not follow; refuses the URLs that connectors may not call.
        check: refuses a redirect, told from which URL to which, by a ConnectorMisconfiguredError.
        credential_headers: names of further headers that hold credentials, in any case.
        body_is_confidential: whether the body holds credentials.

    Raises:
        DownstreamError: a Location that is no URL, or leads to where connectors may not go, or would take a
            confidential body to another origin; too many redirects.
        Exception: whatever `send` raises.
    """
    credentials = (*_CREDENTIALS, *(name.lower().encode() for name in credential_headers))
    answer = await send(request)
    for _ in range(MOST_REDIRECTS):
        location = _location(request.url, answer)
        if location is None:
            return answer
        following = _redirected(request, answer.status, location, credentials)
        if body_is_confidential and following.content and _differ(request.url, location):
            raise DownstreamError(
                f"{host_of(request.url)} redirected the call to {_origin(location)}, and its body holds what is signed "
                "for the host that the connector names."
            )
        try:
            check(request.url, location)
            answer = await send(following)
        except ConnectorMisconfiguredError as error:
            reason = f"{error.rule}." if isinstance(error, RefusedUrlError) else error.detail
            raise DownstreamError(
                f"{host_of(request.url)} redirected the call to {_origin(location)}, which is refused: "
                f"{reason[:1].lower()}{reason[1:]}"
            ) from error
        request = following
    if _location(request.url, answer) is not None:
        raise DownstreamError(
            f"{host_of(request.url)} redirected the call once more after {MOST_REDIRECTS} redirects, the "
            "most that the gateway follows."
        )
    return answer


def _location(url: httpx.URL, answer: Answer) -> httpx.URL | None:
    """Where the answer redirects to; None if it is no redirect that is followed.

    Raises:
        DownstreamError: its Location is no URL.
    """
    if answer.status not in _FOLLOWED:
        return None
    locations = {value for name, value in answer.headers if name == b"location"}
    if not locations:
        return None
    if len(locations) > 1:
        raise DownstreamError(f"{host_of(url)} redirected the call with more than one Location.")
    location = locations.pop()
    try:
        reference = httpx.URL(location.decode())
        target = url.join(reference).copy_with(fragment=None)
        has_host = bool(reference.host)  # raises for `xn--` before what decodes to nothing
    except (httpx.InvalidURL, ValueError):  # UnicodeDecodeError among them
        raise _no_url(url) from None
    if target.scheme not in ("http", "https") or (reference.scheme and not has_host):
        raise _no_url(url)
    return target


def _no_url(url: httpx.URL) -> DownstreamError:
    return DownstreamError(
        f"{host_of(url)} redirected the call, and its Location is no URL that starts with https://."
    )


def _redirected(
    request: httpx.Request, status: int, target: httpx.URL, credentials: tuple[bytes, ...]
) -> httpx.Request:
    method = request.method
    if (status == 303 and method != "HEAD") or (status in (301, 302) and method == "POST"):
        method = "GET"
    keeps_body = method == request.method
    dropped: tuple[bytes, ...] = (b"host",)  # the new one's name comes from the URL
    if not keeps_body:
        dropped += _OF_THE_BODY
    if _differ(request.url, target):
        dropped += credentials
    kept = [
        (name, value)
        for name, value in request.headers.raw
        if not _is_one_of(dropped, name.lower())
    ]
    return httpx.Request(
        method, target, headers=kept, content=request.content or None if keeps_body else None
    )


def _is_one_of(names: tuple[bytes, ...], name: bytes) -> bool:
    """Whether the name is one of these; those that end in `-` stand for all that begin so."""
    return any(name.startswith(each) if each.endswith(b"-") else name == each for each in names)


def _differ(url: httpx.URL, other: httpx.URL) -> bool:
    return _origin(url) != _origin(other)


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
