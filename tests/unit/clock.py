"""An event loop whose clock jumps to the next timer, so that tests of seconds take none and are exact."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class ClockLoop(asyncio.SelectorEventLoop):
    """A loop that never waits.

    Attributes:
        seconds: what its clock shows.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        return self.seconds


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, loop: ClockLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("the loop waits for what will never come")
        self._loop.seconds += timeout
        return super().select(0)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end, by such a clock."""
    with asyncio.Runner(loop_factory=ClockLoop) as runner:
        return runner.run(coroutine)


def now() -> float:
    """Seconds since the loop began, to the millisecond."""
    return round(asyncio.get_running_loop().time(), 3)
