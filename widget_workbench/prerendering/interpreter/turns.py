"""An event loop whose turns are taken one by one, and in which no time passes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context
from typing import Any

from pyodide.webloop import WebLoop

# A loop that still has something to do after so many turns waits for nothing, and never will.
MOST_TURNS = 2000


class Turns(WebLoop):  # type: ignore[misc]  # it has no types
    """What is ready runs when it is told to; what is to come later never comes."""

    def __init__(self) -> None:
        super().__init__()
        self._ready: deque[asyncio.Handle] = deque()

    def call_later(
        self,
        delay: float,
        callback: Callable[..., Any],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """As the loop of a page; only what is due at once is ever called."""
        handle = asyncio.Handle(callback, args, self, context)
        if delay <= 0:
            self._ready.append(handle)
        return handle

    def run(self, stopped: Callable[[], bool]) -> None:
        """Takes turns until everything waits, or `stopped` says so after one."""
        for _ in range(MOST_TURNS):
            # What is ready as the turn begins; what that makes ready has the next one.
            for _ in range(len(self._ready)):
                handle = self._ready.popleft()
                if not handle.cancelled():
                    handle._run()
            if not self._ready or stopped():
                break

    def forget(self) -> None:
        """Nothing is ready any more."""
        self._ready.clear()
