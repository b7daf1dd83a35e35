"""One request to a token endpoint (RFC 6749 §4.4.2, §5; RFC 7523 §2.1)."""

import json
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from widget_workbench import __version__
from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.authentication.tokens import IssuedToken
from widget_workbench.gateway.errors import (
    AuthenticationError,
    ConnectorMisconfiguredError,
    DownstreamError,
)
from widget_workbench.gateway.header_fields import header_value
from widget_workbench.gateway.masking import Masking
from widget_workbench.gateway.unknown_expressions import unknown_in_origin

Send = Callable[[httpx.Request], Awaitable[Answer]]

# RFC 6749 §5.2 for `error`; a description is for people, and often longer than the first thing that it says.
_ERROR_CODE = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]{1,100}")
_LONGEST_DESCRIPTION = 200  # characters

LONGEST_TOKEN = 16_384  # characters; ours: commonly, servers take no longer header


async def request_token(
    send: Send, url: str, form: Mapping[str, str], *, masking: Masking
) -> IssuedToken:
    """Asks a token endpoint for a token.

    Args:
        send: sends the request, within the gateway's limits and rules; follows no redirect.
        url: the token endpoint.
        form: the grant; an empty value is left out.
        masking: knows what no message may hold, whatever the endpoint repeats.

    Raises:
        AuthenticationError: there is no token. The detail names the endpoint's host and what it said.
    """
    request = _request(url, form)
    # Without user name and password, which may stand there.
    endpoint = request.url.netloc.decode("ascii")
    try:
        answer = await send(request)
    except (DownstreamError, ConnectorMisconfiguredError) as error:
        raise AuthenticationError(
            masking.text(f"The token request to {endpoint} failed: {error.detail.rstrip('.')}")
        ) from error
    try:
        return _issued(answer, masking)
    except _NoTokenError as error:
        raise AuthenticationError(
            f"The token endpoint {endpoint} answered {answer.status} {error}", error.statement
        ) from None


class _NoTokenError(Exception):
    """An answer without a token; `str()` of it continues "The endpoint answered 200 …", `statement` is its reason."""

    def __init__(self, what: str, statement: str = "") -> None:
        super().__init__(what)
        self.statement = statement


def _request(url: str, form: Mapping[str, str]) -> httpx.Request:
    if unknown := unknown_in_origin(url):
        raise AuthenticationError(f"authentication.config.token_url needs {unknown}")
    try:
        parsed = httpx.URL(url)
        has_host = bool(parsed.host)  # raises for `xn--` before what decodes to nothing
    except (httpx.InvalidURL, UnicodeError):
        has_host = False
    if not has_host:
        raise AuthenticationError(
            "authentication.config.token_url is not a URL that starts with https:// and names a host"
        )
    try:
        body = urlencode({name: value for name, value in form.items() if value})
    except UnicodeEncodeError:
        raise AuthenticationError(
            "A text in authentication.config holds half of a surrogate pair, which no form can carry"
        ) from None
    return httpx.Request(
        "POST",
        parsed,
        headers={
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": f"widget-workbench/{__version__}",
        },
        content=body.encode("ascii"),
    )


def _issued(answer: Answer, masking: Masking) -> IssuedToken:
    body = _object(answer.body)
    if not 200 <= answer.status <= 299:
        raise _NoTokenError("instead of a token", _stated_error(body or {}, masking))
    if body is None:
        raise _NoTokenError("with something that is no JSON object")
    token = body.get("access_token")
    if not isinstance(token, str) or not token.strip():
        raise _NoTokenError("without an access_token", _stated_error(body, masking))
    try:
        text = header_value(token)
    except ValueError as error:
        raise _NoTokenError(f"with an access_token that {error}") from None
    if len(text) > LONGEST_TOKEN:
        raise _NoTokenError(
            f"with an access_token of {len(text):,} characters, and the gateway sends {LONGEST_TOKEN:,} at most"
        )
    return IssuedToken(text, _lifetime(body.get("expires_in")))


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _stated_error(body: Mapping[str, Any], masking: Masking) -> str:
    """What the endpoint says is wrong (RFC 6749 §5.2): `: invalid_client (Unknown client)`, or nothing."""
    code = body.get("error")
    if not isinstance(code, str) or not _ERROR_CODE.fullmatch(code):
        return ""
    description = _first_line(body.get("error_description"), masking)
    return masking.text(f": {code}") + (f" ({description})" if description else "")


def _first_line(text: Any, masking: Masking) -> str:
    """The first line of a text for people, cut to a length; empty if it is none."""
    if not isinstance(text, str):
        return ""
    # Masked while it is whole: of a secret that is cut, nothing would be found.
    line = (masking.text(text).strip().splitlines() or [""])[0].rstrip(" .")
    if not line.isprintable():
        return ""
    return line if len(line) <= _LONGEST_DESCRIPTION else f"{line[:_LONGEST_DESCRIPTION]}…"


def _lifetime(expires_in: Any) -> float | None:
    """Seconds; some endpoints write the number as a text."""
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float | str):
        return None
    try:
        seconds = float(expires_in)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) else None
