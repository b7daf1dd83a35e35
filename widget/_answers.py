"""Waiting for a host's answer.

`await` on a JavaScript Promise costs Pyodide a Future, two callables that JavaScript may call once, and three turns of
the event loop, which are messages to the page itself: some 100 µs. A connector call is awaited here instead: JavaScript
hands the answer to one function that lives as long as the interpreter, and that resumes the task at once.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Generator
from contextvars import Context
from typing import Any

_numbers = itertools.count(1)
_waiting: dict[int, Answer] = {}


class Answer:
    """An awaitable for one answer, shaped as asyncio's tasks want a future to be (`asyncio.isfuture`).

    Attributes:
        number: by which JavaScript names it to `deliver`.
        value: what was delivered, also beside an error.
    """

    # asyncio's protocol: a task that is yielded an object with this attribute set waits for its done callback.
    _asyncio_future_blocking = False

    def __init__(self) -> None:
        self.number = next(_numbers)
        self._loop = asyncio.get_running_loop()
        self._done = False
        self.value: Any = None
        self._error: BaseException | None = None
        self._wake: tuple[Callable[[Answer], object], Context | None] | None = None
        _waiting[self.number] = self

    def __await__(self) -> Generator[Answer, None, Any]:
        if not self._done:
            self._asyncio_future_blocking = True
            yield self
        return self.result()

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """The loop whose task may await this."""
        return self._loop

    def add_done_callback(
        self, callback: Callable[[Answer], object], *, context: Context | None = None
    ) -> None:
        """Called by the one task that awaits this."""
        self._wake = (callback, context)

    def done(self) -> bool:
        """Whether there is an answer, an error, or a cancellation."""
        return self._done

    def forget(self) -> None:
        """Expects no answer after all."""
        _waiting.pop(self.number, None)

    def cancelled(self) -> bool:
        """Whether the waiting was cancelled."""
        return isinstance(self._error, asyncio.CancelledError)

    def result(self) -> Any:
        """The answer.

        Raises:
            Exception: what the host rejected with.
            asyncio.CancelledError: the waiting was cancelled.
        """
        if self._error is not None:
            raise self._error
        return self.value

    def cancel(self, msg: Any = None) -> bool:
        """Stops waiting; the request itself goes on, and its answer is dropped."""
        if self._done:
            return False
        self.forget()
        self._error = asyncio.CancelledError() if msg is None else asyncio.CancelledError(msg)
        self._finish(at_once=False)
        return True

    def settle(self, value: Any, error: BaseException | None) -> None:
        """Takes the answer or the error, and resumes the task that waits."""
        self.value = value
        self._error = error
        # A task can be under way while JavaScript runs, where it called `run_sync`; another cannot be entered then.
        self._finish(at_once=asyncio.current_task(self._loop) is None)

    def _finish(self, *, at_once: bool) -> None:
        self._done = True
        if self._wake is None:
            return
        callback, context = self._wake
        self._wake = None
        if at_once and context is not None:
            context.run(callback, self)
        else:
            self._loop.call_soon(callback, self, context=context)


def deliver(number: int, value: Any, error: BaseException | None = None) -> None:
    """Called by JavaScript with the answer to a call; one that nobody waits for any more is dropped."""
    answer = _waiting.pop(number, None)
    if answer is not None:
        answer.settle(value, error)
