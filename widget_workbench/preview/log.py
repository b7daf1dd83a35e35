"""The executions that `/_preview/log` shows."""

from collections import deque
from typing import Any

from widget_workbench.gateway import Execution

ENTRIES = 1000
BODY_CHARACTERS = 32_000_000  # of all entries together


class ExecutionLog:
    """The latest executions, oldest first; the oldest are forgotten when it is full.

    It keeps their entries, since an execution itself holds the whole answer.
    """

    def __init__(self, *, entries: int = ENTRIES, body_characters: int = BODY_CHARACTERS) -> None:
        self._limit = entries
        self._body_limit = body_characters
        self._entries: deque[dict[str, Any]] = deque()
        self._body_characters = 0

    def record(self, execution: Execution) -> None:
        entry = execution.entry()
        self._entries.append(entry)
        self._body_characters += _body_characters(entry)
        while len(self._entries) > self._limit or self._body_characters > self._body_limit:
            self._body_characters -= _body_characters(self._entries.popleft())

    def entries(self, request_id: str | None = None) -> list[dict[str, Any]]:
        """As `GET /_preview/log` gives them (design.md).

        Args:
            request_id: of the one that is asked for; None: all.
        """
        return [entry for entry in self._entries if request_id in (None, entry["request_id"])]

    def clear(self) -> None:
        self._entries.clear()
        self._body_characters = 0


def _body_characters(entry: dict[str, Any]) -> int:
    """Of what was sent: the connector's call, or each step's."""
    return sum(len(call["body"] or "") for call in (entry, *entry.get("steps", ())))
