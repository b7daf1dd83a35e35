"""Who may talk to the preview, and the headers that the platform sends (platform.md §1).

The server runs on the author's own computer, next to a browser full of other sites. None of them
may have it execute connectors: neither a page that sends requests across origins, nor one whose
host name was rebound to 127.0.0.1.
"""

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TRUSTED_CDNS = (
    "https://cdn.jsdelivr.net https://cdnjs.cloudflare.com https://unpkg.com https://esm.sh"
)


def content_security_policy(*, wasm: bool = True) -> str:
    """The platform's policy as platform.md §1 gives it; `wasm=False` plays a host without it."""
    wasm_source = "'wasm-unsafe-eval' " if wasm else ""
    return (
        f"default-src 'self'; script-src 'self' 'unsafe-inline' {wasm_source}{_TRUSTED_CDNS}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' https: data:; "
        "font-src 'self' https: data:; object-src 'none'; base-uri 'self'"
    )


SECURITY_HEADERS = {
    "Content-Security-Policy": content_security_policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "SAMEORIGIN",
}

# Of W3C Fetch Metadata, §2.4: what the page itself asks for, and what one types into the address bar.
_OWN_SITES = frozenset({"same-origin", "none"})


class OwnOriginOnly:
    """Refuses requests that do not come from the preview's own page, or from outside a browser.

    The port is that of the socket the request came in by. A link from elsewhere to the page itself
    is followed: a top-level navigation shows nothing to the site it came from.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = _refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse(refusal, 403)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": "not our origin"})


class SecurityHeaders:
    """Adds the platform's headers to every answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _refusal(scope: Scope) -> str | None:
    """Why a request is refused, in a sentence; None if it is not."""
    headers = Headers(scope=scope)
    host = headers.get("host", "").lower()
    own_hosts = list(_own_hosts(scope))
    if host not in own_hosts:
        return f"The preview answers to {', '.join(own_hosts)} only, not to {host!r}."
    for origin in headers.getlist("origin"):
        if origin.lower() != f"http://{host}":
            return f"The preview answers its own page only, not {origin}."
    sites = set(headers.getlist("sec-fetch-site"))
    if not sites <= _OWN_SITES and not _opens_the_page(scope, headers):
        return "The preview answers its own page only, not other sites."
    return None


def _own_hosts(scope: Scope) -> Iterable[str]:
    _, port = scope["server"]
    for name in ("127.0.0.1", "localhost", "[::1]"):
        yield f"{name}:{port}"
        if port == 80:
            yield name


def _opens_the_page(scope: Scope, headers: Headers) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and scope["path"] == "/"
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )
