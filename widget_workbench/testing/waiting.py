"""Where a task waits, in the author's own code."""

from __future__ import annotations

import asyncio
import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

from .author_code import is_authors, shown

# Under these names coroutines, generators and asynchronous generators keep their frame and what they wait for.
_FRAMES = ("cr_frame", "gi_frame", "ag_frame")
_AWAITED = ("cr_await", "gi_yieldfrom", "ag_await")


@dataclass(frozen=True)
class Waiting:
    """What a task waits for; as text, a sentence without its full stop.

    Attributes:
        task: the outermost of the author's functions in it, such as "init".
        function: the innermost.
        file: of the innermost.
        line: likewise.
        source: that line's text.
    """

    task: str
    function: str
    file: str
    line: int
    source: str

    def __str__(self) -> str:
        within = f" in {self.function}," if self.function != self.task else ""
        return f"{self.task} waits{within} at {self.file}, line {self.line}: `{self.source}`"


def waiting(task: asyncio.Task[Any]) -> Waiting | None:
    """Where a task that is not done waits; None where none of the author's code is under way in it."""
    frames = [frame for frame in _frames(task.get_coro()) if is_authors(frame.f_code.co_filename)]
    if not frames:
        return None
    innermost = frames[-1]
    file, line = innermost.f_code.co_filename, innermost.f_lineno
    return Waiting(
        task=frames[0].f_code.co_qualname,
        function=innermost.f_code.co_qualname,
        file=shown(file),
        line=line,
        source=linecache.getline(file, line).strip(),
    )


def _frames(awaited: Any) -> Iterator[FrameType]:
    """The frames of a coroutine and of those that it awaits, outermost first."""
    while awaited is not None:
        frame = _first(awaited, _FRAMES)
        if frame is not None:
            yield frame
        awaited = _first(awaited, _AWAITED)


def _first(holder: object, names: tuple[str, ...]) -> Any:
    return next((value for name in names if (value := getattr(holder, name, None))), None)
