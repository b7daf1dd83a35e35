"""A host's connectors client without a host: stubs answer, the rest is as in the page.

What an author passes is checked by `widget` itself, and what goes wrong becomes an exception there too. In between,
this does in Python what the fake community page does in JavaScript (static/community/connectors-client.js): it refuses
what the host refuses, reads answers as the host reads them, and gives up after the client's timeout.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from widget import Composite, Connectors
from widget._arguments import METHODS_WITH_PAYLOAD
from widget._connectors import DEFAULT_TIMEOUT_MS, _Client
from widget._errors import HostError, from_host

from .javascript_values import number_text, parse, through_javascript
from .stubs import (
    UNKNOWN_PERMALINK,
    ConnectorCall,
    ConnectorStubs,
    StubAnswer,
    StubbedConnector,
    UnmatchedCallError,
)

# What the fake page has: nothing is behind it here.
BASE_URL = "http://127.0.0.1/connectors"

# platform.md §4.
_PATH_PARAMS_MAX_LENGTH = 4096

# Answers that have no body, whatever is sent (RFC 9110 §6.4.1).
_STATUSES_WITHOUT_BODY = frozenset({204, 205, 304})

# What the host adds to a request of its own accord is not shown to tests.
_HOSTS_OWN_HEADERS = frozenset({"x-csrf-token", "x-path-params"})

_JSON_TYPE = re.compile(r"application/(.+\+)?json", re.IGNORECASE)


class FakeStubs(ConnectorStubs):
    """The stubs of one `FakeSdk`. Nothing is behind them: a call that they do not answer fails the test."""

    name = "fake_sdk.connectors"

    def answer(self, call: ConnectorCall) -> StubAnswer:
        """Notes the call, and gives the answer of its stub.

        Raises:
            UnmatchedCallError: there is none. Code that catches it fails the test all the same, by `complaints`.
        """
        __tracebackhide__ = True
        try:
            answer = super().answer(call)
            if answer is None:
                name = self.name_of(call.permalink, call.composite)
                raise UnmatchedCallError(f"Answer it by {name}.respond(json=…).")
        except UnmatchedCallError as unmatched:
            message = f"Nothing answers {call}:\n{unmatched}"
            self._unmatched.append(message)
            raise UnmatchedCallError(message) from None
        return answer


class FakeConnectors(Connectors):
    """The client that a widget calls, and the stubs that answer it: `fake_sdk.connectors["weather-api"].respond(…)`.

    Attributes:
        composite: the composite connectors, likewise.
    """

    def __init__(self, stubs: FakeStubs, client: FakeClient) -> None:
        super().__init__(client)
        self._stubs = stubs
        self.composite: FakeComposite = FakeComposite(stubs, client)

    def __getitem__(self, permalink: str) -> StubbedConnector:
        return self._stubs[permalink]

    @property
    def calls(self) -> list[ConnectorCall]:
        """Every call so far, oldest first."""
        return self._stubs.calls


class FakeComposite(Composite):
    """The composite connectors: both the client and its stubs."""

    def __init__(self, stubs: FakeStubs, client: FakeClient) -> None:
        super().__init__(client)
        self._stubs = stubs

    def __getitem__(self, permalink: str) -> StubbedConnector:
        return self._stubs.composite[permalink]


@dataclass
class _Settings:
    """What a client's calls carry. A CSRF token is taken and not looked at."""

    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = DEFAULT_TIMEOUT_MS


class SharedClient:
    """The methods of a newer host's `sdk.connectors`, under the host's names (platform.md §4)."""

    def __init__(self, settings: _Settings) -> None:
        self._settings = settings

    def configure(self, options: Mapping[str, Any]) -> None:
        self._settings.headers = options.get("headers", self._settings.headers)
        self._settings.timeout = options.get("timeout", self._settings.timeout)

    def updateHeaders(self, headers: Mapping[str, str]) -> None:  # noqa: N802
        self._settings.headers = {**self._settings.headers, **headers}

    def setDefaultTimeout(self, milliseconds: float) -> None:  # noqa: N802
        self._settings.timeout = milliseconds

    def getHeaders(self) -> dict[str, str]:  # noqa: N802
        return dict(self._settings.headers)

    def getDefaultTimeout(self) -> float:  # noqa: N802
        return self._settings.timeout

    def getBaseUrl(self) -> str:  # noqa: N802
        return BASE_URL


class FakeClient(_Client):
    """One client: `sdk.connectors`, or one of the widget's own.

    Args:
        stubs: what answers.
        options: headers and timeout, as `WidgetServiceSDK` hands them to the host.
        shared: whether it has the methods of `sdk.connectors`.
    """

    _to_host = staticmethod(through_javascript)

    def __init__(
        self, stubs: FakeStubs, options: Mapping[str, Any], *, shared: bool = False
    ) -> None:
        settings = _Settings(options.get("headers", {}), options.get("timeout", DEFAULT_TIMEOUT_MS))
        self._settings = settings
        self._stubs = stubs
        self.host = SharedClient(settings) if shared else None

    async def send(self, options: dict[str, Any], method: str, *, composite: bool = False) -> Any:
        __tracebackhide__ = True
        # Read now: the client is shared, and others may change it while this call is out.
        timeout_ms = self._settings.timeout
        permalink = options["permalink"]
        try:
            call = _call(through_javascript(options), method, composite, self._settings.headers)
            answer = self._stubs.answer(call)
            await _arrival(answer, timeout_ms, permalink)
            return _value(answer, permalink, has_body=method != "HEAD")
        except _Rejection as rejection:
            raise from_host(
                rejection.told, permalink=permalink, method=method, timeout_ms=timeout_ms
            ) from None


class _Rejection(Exception):
    """What the host's `execute` rejects with.

    Args:
        name: of the error's class.
        message: as static/community/messages.js has it; told apart by none.
        cause: the class of the error behind it, where there is one.
        elapsed_ms: from the call to the rejection.
        fields: the error's own.
    """

    def __init__(
        self,
        name: str,
        message: str,
        *,
        cause: str | None = None,
        elapsed_ms: float = 0,
        **fields: Any,
    ) -> None:
        super().__init__(message)
        names = tuple(frozenset({each}) for each in (name, cause) if each)
        self.told = HostError(names, message, fields, elapsed_ms, None, offline=False)


def _call(
    options: dict[str, Any], method: str, composite: bool, headers: Mapping[str, str]
) -> ConnectorCall:
    """The call as it passes the edge of the host."""
    permalink = options["permalink"]
    given = [*headers.items(), *options.get("headers", {}).items()]
    return ConnectorCall(
        permalink=permalink,
        method=method,
        query={name: _text(value) for name, value in options.get("queryParams", {}).items()},
        headers={
            name.lower(): value for name, value in given if not _is_hosts_own(name.lower(), value)
        },
        path_params=_path_params(permalink, options.get("pathParams", {})),
        payload=options.get("payload") if method in METHODS_WITH_PAYLOAD else None,
        composite=composite,
    )


def _is_hosts_own(name: str, value: str) -> bool:
    return name in _HOSTS_OWN_HEADERS or (name, value) == ("content-type", "application/json")


def _path_params(permalink: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Path parameters as the texts that are sent, or the host's refusal of them (platform.md §4)."""

    def refused(reason: str) -> _Rejection:
        message = f'Connector "{permalink}" was not called: {reason}'
        return _Rejection("ConnectorBoundaryError", message, reason=reason)

    for name, value in values.items():
        if not name.strip():
            raise refused("a path parameter's name is empty or blank.")
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            kind = "null" if value is None else "boolean" if isinstance(value, bool) else "object"
            raise refused(f'path parameter "{name}" must be a string or a number, not {kind}.')
    texts = {name: _text(value) for name, value in values.items()}
    length = len("&".join(f"{_form(name)}={_form(text)}" for name, text in texts.items()))
    if length > _PATH_PARAMS_MAX_LENGTH:
        raise refused(
            f"the path parameters take {length} characters when serialized; at most {_PATH_PARAMS_MAX_LENGTH} are "
            "allowed."
        )
    return texts


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else number_text(value)


def _form(text: str) -> str:
    """As `URLSearchParams` writes it, which differs from Python's in two characters."""
    return quote_plus(text, safe="*").replace("~", "%7E")


async def _arrival(answer: StubAnswer, timeout_ms: float, permalink: str) -> None:
    """Waits until the answer is there.

    Raises:
        _Rejection: it does not come, or not within the client's timeout.
    """
    elapsed_ms = min(answer.delay * 1000, timeout_ms)
    await asyncio.sleep(elapsed_ms / 1000)
    if answer.failure == "timeout" or elapsed_ms >= timeout_ms:
        message = f'Connector "{permalink}" did not answer within {timeout_ms:g} ms.'
        raise _Rejection("Error", message, cause="AbortError", elapsed_ms=elapsed_ms)
    if answer.failure == "network":
        message = f'Connector "{permalink}" could not be reached.'
        raise _Rejection("Error", message, cause="TypeError", elapsed_ms=elapsed_ms)


def _value(answer: StubAnswer, permalink: str, *, has_body: bool) -> Any:
    """What `execute` returns of an answer (static/community/connector-answer.js).

    Raises:
        _Rejection: it is an error, or cannot be read.
    """
    text = answer.body if has_body and answer.status not in _STATUSES_WITHOUT_BODY else ""
    if not 200 <= answer.status < 300:
        raise _failure(permalink, answer, text)
    if text == "":
        return None
    media_type = answer.content_type.partition(";")[0].strip()
    if not _JSON_TYPE.fullmatch(media_type):
        return text
    try:
        return parse(text)
    except ValueError:
        message = f'Connector "{permalink}" answered with a body that is not valid JSON.'
        raise _Rejection("Error", message, cause="SyntaxError") from None
    except RecursionError:
        message = "the host answered with JSON that is nested more than 1000 deep"
        raise _Rejection("Error", message) from None


def _failure(permalink: str, answer: StubAnswer, text: str) -> _Rejection:
    status = answer.status
    if (status, answer.error_code) == (404, UNKNOWN_PERMALINK):
        return _Rejection("Error", f'No connector has the permalink "{permalink}".', status=status)
    envelope = _object(text)
    fields: dict[str, Any] = {"status": status, "requestId": envelope.get("request_id")}
    errors = envelope.get("errors")
    if envelope.get("success") is False and isinstance(errors, dict):
        fields |= {name: errors.get(name) for name in ("code", "detail", "scope", "params")}
    elif "failure_scope" in envelope:
        fields |= {
            "failureScope": envelope["failure_scope"],
            "reason": envelope.get("reason"),
        }
    else:
        fields["detail"] = text
    detail = fields.get("detail") or fields.get("reason") or fields.get("code")
    message = f'Connector "{permalink}" failed with HTTP status {status}'
    return _Rejection(
        "ConnectorExecuteError", f"{message}: {detail}" if detail else f"{message}.", **fields
    )


def _object(text: str) -> dict[str, Any]:
    """A JSON object's members; none where the text is something else."""
    try:
        value = parse(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
