"""Stubs of connectors: what they answer, and which calls they got.

Plain Python that imports nothing but the standard library: it answers for the browser's host page, for `fake_sdk` on
the author's computer, and for `fake_sdk` in the page.
"""

from __future__ import annotations

import datetime
import json as json_text
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Literal, TypeAlias, TypedDict

FailureKind: TypeAlias = Literal["network", "timeout", "not-found"]

# What the gateway marks an unknown permalink by; the host's client makes a plain Error of it (platform.md §4).
UNKNOWN_PERMALINK = "CONNECTOR_NOT_FOUND"

_SUCCESS = 200
_NOT_FOUND = 404
# Of a query, path parameters or a payload, in a message.
_CHARACTERS_SHOWN = 300

# What the platform answers where a template or the definition is at fault (platform.md §5).
_UNPROCESSABLE = 422


@dataclass(frozen=True)
class ConnectorCall:
    """One call of a connector, as it passed the edge of the host.

    Attributes:
        permalink: the connector's.
        method: in upper case; POST for a composite connector.
        query: query parameters, as the texts that are sent; a list of them for one that a JavaScript widget sends more
            than once.
        headers: those of the call and of its client, without the host's own; names in lower case.
        path_params: path parameters, as the texts that are sent.
        payload: the JSON object that is sent, or None.
        composite: whether it is a composite connector.
        widget: the type of the widget that called; None where the host page cannot tell.
    """

    permalink: str
    method: str = "GET"
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    path_params: dict[str, str] = field(default_factory=dict)
    payload: Any = None
    composite: bool = False
    widget: str | None = None

    def __str__(self) -> str:
        """As a person would say it: `GET weather-api with query {'q': 'Warsaw'}`."""
        given = (
            ("query", self.query),
            ("path parameters", self.path_params),
            ("payload", self.payload),
        )
        parts = [f"{name} {_shortened(value)}" for name, value in given if value not in ({}, None)]
        kind = "composite " if self.composite else ""
        return f"{self.method} {kind}{self.permalink}" + (
            f" with {', '.join(parts)}" if parts else ""
        )


class Envelope(TypedDict, total=False):
    """The `errors` of the platform's envelope (platform.md §4)."""

    code: str
    detail: str
    scope: str
    params: list[str]


class Response(TypedDict, total=False):
    """What `respond` takes for one answer; an element of its `sequence`."""

    json: Any
    text: str
    status: int
    delay: float | datetime.timedelta
    error: FailureKind | Envelope


@dataclass(frozen=True)
class StubAnswer:
    """What the host's client gets instead of the gateway's answer.

    Attributes:
        status: HTTP status.
        body: as text; empty for none.
        content_type: of the body.
        error_code: of an answer that is the gateway's own, as `X-Connector-Timing` tells it; None for an upstream's.
        delay: seconds before it comes.
        failure: "network": the host is not reached; "timeout": the client's time is over at once. None: an answer.
    """

    status: int = _SUCCESS
    body: str = ""
    content_type: str = "application/json"
    error_code: str | None = None
    delay: float = 0.0
    failure: Literal["network", "timeout"] | None = None


class UnmatchedCallError(Exception):
    """A call that nothing answers; the message names it and the ways out."""


class Stub:
    """One answer, or a sequence of them, for the calls of a connector that it accepts."""

    def __init__(
        self,
        name: str,
        answers: Sequence[StubAnswer],
        *,
        is_sequence: bool,
        when: Callable[[ConnectorCall], object] | None,
        required: bool,
    ) -> None:
        self._name = name
        self._answers = answers
        self._is_sequence = is_sequence
        self._when = when
        self._required = required
        self._count = 0

    @property
    def unused(self) -> bool:
        """Whether it asks to be called, and was not, or not as often as its sequence is long."""
        return self._required and self._count < len(self._answers)

    def accepts(self, call: ConnectorCall) -> bool:
        """Whether the call is one of those that it stands for.

        Raises:
            UnmatchedCallError: `when` raised.
        """
        try:
            return self._when is None or bool(self._when(call))
        except Exception as error:
            told = traceback.format_exception(error.with_traceback(_without_first(error)))
            raise UnmatchedCallError(
                f"{self._name}.respond(when=…) has to accept or decline a call, and raised:\n\n{''.join(told)}"
            ) from None

    def answer(self, call: ConnectorCall) -> StubAnswer:
        """The answer to a call that it accepts.

        Raises:
            UnmatchedCallError: its sequence is at its end.
        """
        index = self._count if self._is_sequence else 0
        self._count += 1
        if index >= len(self._answers):
            raise UnmatchedCallError(
                f"{self._name}.respond(sequence=…) holds {_counted(len(self._answers), 'answer')}, and this is call "
                f"{index + 1}.\nAdd an answer to the sequence, or say respond(json=…) for one that answers every call."
            )
        return self._answers[index]

    def __str__(self) -> str:
        """For a message: what was asked for and did not come."""
        if not self._is_sequence:
            return f"{self._name}.respond(…, required=True) was never called"
        return (
            f"{self._name}.respond(sequence=…, required=True) was called {_counted(self._count, 'time')} and holds "
            f"{_counted(len(self._answers), 'answer')}"
        )


class StubbedConnector:
    """One connector in a test: `community.connectors["weather-api"]`."""

    def __init__(self, stubs: ConnectorStubs, permalink: str, *, composite: bool) -> None:
        self._stubs = stubs
        self._permalink = permalink
        self._composite = composite
        self._name = stubs.name_of(permalink, composite)

    @property
    def calls(self) -> list[ConnectorCall]:
        """The calls so far, oldest first, whether stubbed or real."""
        return [
            call
            for call in self._stubs.calls
            if (call.permalink, call.composite) == (self._permalink, self._composite)
        ]

    def respond(
        self,
        *,
        json: Any = None,
        text: str | None = None,
        status: int | None = None,
        delay: float | datetime.timedelta = 0,
        error: FailureKind | Envelope | None = None,
        sequence: Sequence[Response] | None = None,
        when: Callable[[ConnectorCall], object] | None = None,
        required: bool = False,
    ) -> None:
        """Answers this connector's calls from now on, instead of executing it.

        The answer goes the way of a real one: the host's client reads it, and the widget gets what the client makes of
        it. Of several stubs the latest that accepts the call answers; one without `when` replaces all before it.

        Args:
            json: the answer's body, any JSON value; None without `text` is an empty body.
            text: a body that is no JSON, instead of `json`.
            status: HTTP status: 200 unless given, 422 with an envelope.
            delay: seconds (or a timedelta) until the answer comes; the client's timeout may be shorter.
            error: instead of a body: "network" (the host is not reached), "timeout" (the client's time is over, at
                once), "not-found" (no connector has the permalink), or the `errors` of the platform's envelope, such
                as ``{"code": "CONNECTOR_MISCONFIGURED", "detail": "…"}``.
            sequence: one answer after the other, each a dict of the arguments above; the call after the last one
                fails the test.
            when: accepts or declines a call; declined ones are for earlier stubs.
            required: whether the test fails unless every answer was asked for.

        Raises:
            TypeError, ValueError: arguments that exclude each other, or no answer.
        """
        __tracebackhide__ = True
        single: Response = {"delay": delay}
        if json is not None:
            single["json"] = json
        if text is not None:
            single["text"] = text
        if status is not None:
            single["status"] = status
        if error is not None:
            single["error"] = error
        if sequence is not None and (len(single) > 1 or delay):
            raise TypeError(
                f"{self._name}.respond: sequence= stands alone; give each of its answers json=, status=, delay= and "
                "error= of its own"
            )
        if sequence is not None and not sequence:
            raise ValueError(f"{self._name}.respond: sequence= is empty")
        responses = [single] if sequence is None else sequence
        stub = Stub(
            self._name,
            list(map(partial(_answer, place=f"{self._name}.respond"), responses)),
            is_sequence=sequence is not None,
            when=when,
            required=required,
        )
        self._stubs.add(self._permalink, self._composite, stub, replaces=when is None)


class ConnectorStubs:
    """The connectors of a test, by permalink; each may be stubbed or left as it is.

    Args:
        before_calls: called before calls are shown, so that those under way have arrived.

    Attributes:
        composite: the composite connectors, by permalink.
    """

    # What a test calls this, for messages.
    name = "connectors"

    def __init__(self, before_calls: Callable[[], None] = lambda: None) -> None:
        self._before_calls = before_calls
        self._calls: list[ConnectorCall] = []
        self._stubs: dict[tuple[str, bool], list[Stub]] = {}
        self._required: list[Stub] = []
        self._unmatched: list[str] = []
        self.composite = CompositeStubs(self)

    def __getitem__(self, permalink: str) -> StubbedConnector:
        return StubbedConnector(self, permalink, composite=False)

    @property
    def calls(self) -> list[ConnectorCall]:
        """Every call so far, oldest first."""
        self._before_calls()
        return list(self._calls)

    def add(self, permalink: str, composite: bool, stub: Stub, *, replaces: bool) -> None:
        """Lets a stub stand for a connector; `StubbedConnector.respond` does."""
        stubs = self._stubs.setdefault((permalink, composite), [])
        if replaces:
            stubs.clear()
        stubs.insert(0, stub)
        self._required.append(stub)

    def answer(self, call: ConnectorCall) -> StubAnswer | None:
        """Notes the call, and gives the answer of its stub; None where the connector has none.

        Raises:
            UnmatchedCallError: the connector has stubs, and none of them answers this call.
        """
        self._calls.append(call)
        stubs = self._stubs.get((call.permalink, call.composite), ())
        for stub in stubs:
            if stub.accepts(call):
                return stub.answer(call)
        if not stubs or self.may_be_declined(call):
            return None
        name = self.name_of(call.permalink, call.composite)
        raise UnmatchedCallError(
            "The connector is stubbed, and no respond(when=…) of it accepts this call.\n"
            f"Say {name}.respond(json=…) before them, for all other calls."
        )

    @property
    def stubbed(self) -> list[tuple[str, bool]]:
        """Permalink, and whether composite, of the connectors that have stubs."""
        return list(self._stubs)

    def complaints(self) -> Iterator[str]:
        """What went wrong since the last time, each in a message."""
        yield from self._unmatched
        self._unmatched.clear()
        for stub in self._required:
            if stub.unused:
                yield f"A stub waits for calls that did not come: {stub}."
        self._required.clear()

    def may_be_declined(self, call: ConnectorCall) -> bool:
        """Whether something else answers a call that every stub of its connector declines."""
        return False

    def name_of(self, permalink: str, composite: bool) -> str:
        """What a test calls a connector: `connectors["weather-api"]`."""
        return f'{self.name}{".composite" if composite else ""}["{permalink}"]'


class CompositeStubs:
    """The composite connectors of a test, by permalink."""

    def __init__(self, stubs: ConnectorStubs) -> None:
        self._stubs = stubs

    def __getitem__(self, permalink: str) -> StubbedConnector:
        return StubbedConnector(self._stubs, permalink, composite=True)


def _answer(response: Response, place: str) -> StubAnswer:
    __tracebackhide__ = True
    unknown = sorted(set(response) - set(Response.__annotations__))
    if unknown:
        there = ", ".join(Response.__annotations__)
        raise TypeError(f"{place}: an answer has no {unknown[0]!r}; it has {there}")
    given = [name for name in ("json", "text", "error") if name in response]
    if len(given) > 1:
        raise TypeError(f"{place}: {given[0]}= and {given[1]}= exclude each other")
    delay = _seconds(response.get("delay", 0), place)
    if "error" in response:
        return _failed(response["error"], response.get("status"), delay, place)
    status = response.get("status", _SUCCESS)
    if "text" in response:
        return StubAnswer(status, response["text"], "text/plain; charset=utf-8", delay=delay)
    body = _json(response["json"], place) if "json" in response else ""
    return StubAnswer(status, body, delay=delay)


def _failed(error: object, status: int | None, delay: float, place: str) -> StubAnswer:
    __tracebackhide__ = True
    if isinstance(error, Mapping):
        return _own_answer(status or _UNPROCESSABLE, error, delay, place)
    if status is not None:
        raise TypeError(f"{place}: status= goes with json=, text= or an envelope, not {error!r}")
    if error == "not-found":
        return _own_answer(_NOT_FOUND, {"code": UNKNOWN_PERMALINK}, delay, place)
    if error == "network":
        return StubAnswer(delay=delay, failure="network")
    if error == "timeout":
        return StubAnswer(delay=delay, failure="timeout")
    raise ValueError(
        f'{place}: error= is "network", "timeout", "not-found" or an envelope\'s errors as a dict, not {error!r}'
    )


def _own_answer(status: int, errors: Mapping[str, Any], delay: float, place: str) -> StubAnswer:
    """The gateway's own answer: an envelope, and the header that tells it from an upstream's."""
    __tracebackhide__ = True
    body = _json({"success": False, "errors": dict(errors), "request_id": "stub"}, place)
    code = errors.get("code")
    return StubAnswer(status, body, error_code=code if isinstance(code, str) else None, delay=delay)


def _json(value: object, place: str) -> str:
    __tracebackhide__ = True
    try:
        return json_text.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{place}: json= is no JSON: {error}") from None
    except RecursionError:
        raise ValueError(f"{place}: json= is nested too deeply to be sent as JSON") from None


def _seconds(delay: float | datetime.timedelta, place: str) -> float:
    __tracebackhide__ = True
    seconds = delay.total_seconds() if isinstance(delay, datetime.timedelta) else float(delay)
    if seconds < 0:
        raise ValueError(f"{place}: delay= is negative")
    return seconds


def _without_first(error: BaseException) -> TracebackType | None:
    """The traceback without the frame that caught it."""
    return error.__traceback__.tb_next if error.__traceback__ else None


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _CHARACTERS_SHOWN else f"{text[:_CHARACTERS_SHOWN]}…"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
