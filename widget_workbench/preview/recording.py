"""What `widget preview --record` keeps of an execution."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from widget_workbench.fixtures import (
    NotRecordedError,
    RecordedAnswer,
    RecordedExchange,
    Recorder,
)
from widget_workbench.gateway import Answer, Call, CompositeConnector, Execution, fingerprint
from widget_workbench.gateway.definitions import BODY_METHODS


class Recording:
    """Records executions in a repository's `fixtures/`.

    Args:
        root: the repository.
    """

    def __init__(self, root: Path) -> None:
        self._recorder = Recorder(root)

    def record(self, execution: Execution) -> bool:
        """Records an execution, if its answer came from an upstream.

        Returns:
            Whether it did, and is recorded.

        Raises:
            NotRecordedError: it did, and could not be recorded.
        """
        exchange = _exchange(execution)
        if exchange is None:
            return False
        self._recorder.record(exchange)
        return True


def _exchange(execution: Execution) -> RecordedExchange | None:
    """The one place that decides what is written: nothing of the request that went to the upstream, and no headers.

    The definition's own headers hold credentials, the caller's hold tokens and request ids. What an upstream repeats
    of a secret is masked.
    """
    relayed = execution.relayed
    if relayed is None:
        return None
    call = relayed.call
    hide = execution.masking.text
    return RecordedExchange(
        permalink=execution.permalink,
        composite=isinstance(relayed.definition, CompositeConnector),
        method=execution.method,
        query=_hidden(_query(call.query_string), hide),
        path_params=_hidden(
            dict(parse_qsl(call.header("x-path-params"), keep_blank_values=True)), hide
        ),
        payload=_hidden(_payload(call), hide) if execution.method in BODY_METHODS else None,
        definition=fingerprint(relayed.definition),
        answer=_answer(relayed.answer, hide),
    )


def _hidden(value: Any, hide: Callable[[str], str]) -> Any:
    """A copy of nested dicts and lists, with what is to be hidden in any of its texts, keys included."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, dict):
        return {hide(key): _hidden(held, hide) for key, held in value.items()}
    if isinstance(value, list):
        return [_hidden(held, hide) for held in value]
    return value


def _query(text: str) -> dict[str, str | list[str]]:
    values: dict[str, list[str]] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        values.setdefault(key, []).append(value)
    return {key: held[0] if len(held) == 1 else held for key, held in values.items()}


def _payload(call: Call) -> Any:
    if not call.body:
        return None
    try:
        return json.loads(call.body)
    except (ValueError, RecursionError):
        raise NotRecordedError("its payload is not JSON, which no widget can send.") from None


def _answer(answer: Answer, hide: Callable[[str], str]) -> RecordedAnswer:
    """Text as a browser decodes it: UTF-8, whatever the content type says."""
    headers = dict(answer.headers)
    return RecordedAnswer(
        status=answer.status,
        body=hide(answer.body.decode("utf-8-sig", "replace")),
        content_type=hide(headers.get(b"content-type", b"").decode("latin-1")),
    )
