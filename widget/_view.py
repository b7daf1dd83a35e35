"""The function that renders a widget: when it runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Protocol

# A view may put right what it finds, such as a page number that is too high; this often in a row, it never ends.
MOST_RUNS_OF_ITS_OWN = 10


class Handle(Protocol):
    """What the loop gives for a call to come."""

    def cancel(self) -> None: ...


class View:
    """An author's view: it runs once in a turn of the loop, however much has changed.

    Args:
        function: the author's; what it returns is rendered.
        render: puts that on the page.
        soon: calls a function in the loop's next turn.
        failed: takes what a run in a turn of its own has raised.

    Attributes:
        running: whether it is running at this moment.
        shown: whether a run has succeeded.

    Raises:
        TypeError: the function is none, or one that waits.
    """

    def __init__(
        self,
        function: Callable[[], Any],
        *,
        render: Callable[[Any], None],
        soon: Callable[[Callable[[], None]], Handle],
        failed: Callable[[BaseException], None],
    ) -> None:
        if not callable(function):
            raise TypeError(f"sdk.view takes a function that returns a template, not {function!r}")
        self.name = getattr(function, "__name__", type(function).__name__)
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(
                f"the view {self.name} must be a plain def, since it shows what is there already; await in init, in a "
                "handler or in the function of an sdk.resource"
            )
        self._function = function
        self._render = render
        self._soon = soon
        self._failed = failed
        self._due: Handle | None = None
        self._closed = False
        self._cause = ""
        self._runs_of_its_own = 0
        self._runs_of_failures = 0
        self.running = False
        self.shown = False

    def request(self, cause: str = "") -> None:
        """Lets it run in the next turn.

        Args:
            cause: what has changed, for a message: ``state.count``.
        """
        self._cause = cause
        if self._due is None and not self._closed:
            self._due = self._soon(self.turn)

    def request_by_failure(self, cause: str) -> None:
        """The same, on behalf of what hears that it has failed: some times in a row, as it would never end."""
        if self._runs_of_failures < MOST_RUNS_OF_ITS_OWN:
            self._runs_of_failures += 1
            self.request(cause)

    def run_if_due(self) -> None:
        """Runs it now, if it would run in the next turn.

        Raises:
            Exception: what the function or the rendering raises.
            RuntimeError: it has let itself run again too often.
        """
        if self._due is None:
            return
        self._cancel()
        self.running = True
        try:
            self._show(self._function())
            self.shown = True
            self._runs_of_failures = 0
        finally:
            self.running = False
            # Nothing was due as it began.
            self._runs_of_its_own = 0 if self._due is None else self._runs_of_its_own + 1
            if is_endless := self._runs_of_its_own == MOST_RUNS_OF_ITS_OWN:
                self._cancel()
                self._runs_of_its_own = 0
        if is_endless:
            raise RuntimeError(
                f"the view {self.name} sets {self._cause} whenever it runs, and so would run for ever; let it only "
                "read, and set in a handler or a task. A handler stands in a template without parentheses: "
                "onclick={add}, not onclick={add()}"
            )

    def _show(self, shown: Any) -> None:
        try:
            if shown is None:
                raise TypeError(
                    f'the view {self.name} returned None: end it by `return t"…"`; to show nothing, by `return t""`'
                )
            self._render(shown)
        except Exception as error:
            # No frame of the author's is on the stack any more.
            code = getattr(inspect.unwrap(self._function), "__code__", None)
            place = f", line {code.co_firstlineno} of {code.co_filename}" if code else ""
            error.add_note(
                f"(in what the view {self.name} has returned{place.replace('/widgets/', 'widgets/')})"
            )
            raise

    def turn(self) -> None:
        """The same as the loop calls it: what it raises is told."""
        try:
            self.run_if_due()
        except BaseException as error:
            self._failed(error)

    def close(self) -> None:
        """It runs no more."""
        self._closed = True
        self._cancel()

    def _cancel(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
