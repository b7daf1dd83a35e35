"""What a connector call raises.

ConnectorError
├── ConnectorBoundaryError      the host refused the call before any request
├── ConnectorExecuteError       the connector, or what it called, answered with an error
├── ConnectorNotFoundError      no connector has this permalink
├── ConnectorTimeoutError       no answer within the timeout (also a TimeoutError)
└── ConnectorNetworkError       the host could not be reached (also a ConnectionError)

The host's classes reach a widget as values only, and its plain errors carry no mark that is documented (platform.md
§4), so a class is told by names, fields and elapsed time, in the order of `from_host`, and never by message text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

# A browser's clock and its timers are rounded separately, to 1 ms at the coarsest of the three engines.
CLOCK_STEP_MS = 1

# Of what a service says, in characters: it may be a whole page. An exception's `detail` has it all.
_LONGEST_SAID = 500


class ConnectorError(Exception):
    """A connector call that failed. Its text is one sentence that says what happened.

    Attributes:
        permalink: of the connector that was called.
        method: the HTTP method of the call, ``"POST"`` for a composite.
    """

    def __init__(self, message: str, *, permalink: str, method: str) -> None:
        super().__init__(message)
        self.permalink = permalink
        self.method = method


class ConnectorBoundaryError(ConnectorError):
    """The host refused the call before it sent anything: path parameters that it does not accept.

    Attributes:
        reason: the host's own words, or None.
    """

    def __init__(self, message: str, *, permalink: str, method: str, reason: str | None) -> None:
        super().__init__(message, permalink=permalink, method=method)
        self.reason = reason


class ConnectorExecuteError(ConnectorError):
    """The connector answered with an error: its own, or one of the service behind it.

    Which fields are set depends on the answer (platform.md §4): the envelope gives ``code params detail scope``, the
    older one ``failure_scope reason``; an answer of the service behind the connector gives ``status``, and its text as
    ``detail``.

    Attributes:
        code: such as ``"MISSING_PATH_PARAMETERS"``, or None.
        params: the keys of the path parameters that failed; empty where the error is not about those.
        detail: what went wrong, for a person, or None.
        scope: the step of the connector's execution that failed, or None.
        failure_scope: the same in the older envelope, or None.
        reason: the older envelope's ``detail``, or None.
        request_id: by which the platform's logs know the call, or None.
        status: HTTP status, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        permalink: str,
        method: str,
        code: str | None = None,
        params: tuple[str, ...] = (),
        detail: str | None = None,
        scope: str | None = None,
        failure_scope: str | None = None,
        reason: str | None = None,
        request_id: str | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message, permalink=permalink, method=method)
        self.code = code
        self.params = params
        self.detail = detail
        self.scope = scope
        self.failure_scope = failure_scope
        self.reason = reason
        self.request_id = request_id
        self.status = status


class ConnectorNotFoundError(ConnectorError):
    """No connector has this permalink."""


class ConnectorTimeoutError(ConnectorError, TimeoutError):
    """The host gave up waiting after the timeout, 30 seconds unless set otherwise."""


class ConnectorNetworkError(ConnectorError, ConnectionError):
    """The host could not be reached: no network, or the request was blocked."""


@dataclass(frozen=True)
class HostError:
    """What a JavaScript error says of itself, as `_ffi.describe` reads it.

    Attributes:
        names: the class names of the error and, behind it, of its causes.
        message: of the error itself.
        fields: the error's own, under the host's names; absent ones are missing.
        elapsed_ms: from the call to the rejection.
        timeout_ms: of the client as the call began; None where the client does not tell.
        offline: whether the browser knows that it has no network.
    """

    names: tuple[frozenset[str], ...]
    message: str
    fields: dict[str, Any]
    elapsed_ms: float
    timeout_ms: float | None
    offline: bool

    def named(self, *candidates: str) -> bool:
        """Whether the error, or a cause behind it, is of one of these classes."""
        return any(not link.isdisjoint(candidates) for link in self.names)


def from_host(
    error: HostError,
    *,
    permalink: str,
    method: str,
    timeout_ms: float,
) -> ConnectorError:
    """The exception that a rejection of the host's `execute` becomes.

    Args:
        error: what the host rejected with.
        permalink: of the connector.
        method: of the call.
        timeout_ms: that was in force.

    Returns:
        One of this module's exceptions, to be raised from the JavaScript error.
    """
    call = f"{method} {permalink}"
    what = error.message.rstrip(". ") or "the host gave no reason"
    if error.named("ConnectorBoundaryError"):
        reason = _text(error.fields.get("reason"))
        return ConnectorBoundaryError(
            f"{call} was refused by the host before it was sent: {reason or what}",
            permalink=permalink,
            method=method,
            reason=reason,
        )
    if error.named("ConnectorExecuteError"):
        return _execute_error(error.fields, call, what, permalink=permalink, method=method)
    if error.fields.get("status") == 404:
        return ConnectorNotFoundError(
            f'{call} failed: no connector has the permalink "{permalink}". Check its spelling, that the connector '
            "is published (in the preview: that it stands in a connectors.json), and that a composite connector is "
            "called by connectors.composite.execute, any other by connectors.execute",
            permalink=permalink,
            method=method,
        )
    if error.named("AbortError", "TimeoutError") or error.elapsed_ms >= timeout_ms - CLOCK_STEP_MS:
        return ConnectorTimeoutError(
            f"{call} was not answered in time: the host waits {timeout_ms:g} ms",
            permalink=permalink,
            method=method,
        )
    if error.named("TypeError") or error.offline:
        return ConnectorNetworkError(
            f"{call} could not reach the host: {what}",
            permalink=permalink,
            method=method,
        )
    return ConnectorError(f"{call} failed: {what}", permalink=permalink, method=method)


def _execute_error(
    fields: dict[str, Any], call: str, what: str, *, permalink: str, method: str
) -> ConnectorExecuteError:
    status = fields.get("status")
    code = _text(fields.get("code"))
    detail = _text(fields.get("detail"))
    scope = _text(fields.get("scope"))
    failure_scope = _text(fields.get("failureScope"))
    reason = _text(fields.get("reason"))
    params = fields.get("params")
    marks = ", ".join(
        mark for mark in (status and f"status {status}", code, scope or failure_scope) if mark
    )
    return ConnectorExecuteError(
        f"{call} failed{f' ({marks})' if marks else ''}: {_said(detail or reason or what)}",
        permalink=permalink,
        method=method,
        code=code,
        params=tuple(map(str, params)) if isinstance(params, list) else (),
        detail=detail,
        scope=scope,
        failure_scope=failure_scope,
        reason=reason,
        request_id=_text(fields.get("requestId")),
        status=status if isinstance(status, int) else None,
    )


def _said(text: str) -> str:
    """What a service has to say, for a sentence: of a JSON object the member for people, of a page its beginning."""
    if text.startswith("{"):
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            body = {}
        # RFC 9457 has detail and title, RFC 6749 error_description and error; most have message.
        for name in ("detail", "message", "error_description", "error", "title"):
            if isinstance(body.get(name), str) and body[name]:
                text = body[name]
                break
    return text if len(text) <= _LONGEST_SAID else f"{text[:_LONGEST_SAID]}…"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
