"""What an entry shows, and begins, before Python is there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True)
class FirstPaint:
    """Of one widget.

    Attributes:
        markup: the HTML of its first render, with slots for what prints a property; None where it keeps its skeleton.
        calls: the connector calls that the loader may begin, in their order.
        reason: why it keeps its skeleton, in a sentence; empty where it does not.
        failure: what the widget's start failed with, and where, as it is configured by default; empty where it did not.
        calls_end: why these are no more, where the platform would not take the next one in an entry, in a sentence.
    """

    markup: str | None = None
    calls: Sequence[Mapping[str, Any]] = ()
    reason: str = ""
    failure: str = ""
    calls_end: str = ""

    @property
    def permalinks(self) -> tuple[str, ...]:
        """Of the connectors that are called."""
        return tuple(call["options"]["permalink"] for call in self.calls)

    @property
    def listed_calls(self) -> str:
        """The calls as the entry lists them, as JSON."""
        return json.dumps(self.calls, separators=(",", ":"))

    def unmarked(self, reason: str) -> FirstPaint:
        """The same, with the skeleton in the place of the markup."""
        return replace(self, markup=None, reason=reason)

    def written(self) -> bytes:
        """To be read by `read`."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, content: bytes) -> FirstPaint:
        """From what `written` gave."""
        return cls(**json.loads(content))


NOTHING = FirstPaint()
"""Of a widget that nobody has prerendered."""
