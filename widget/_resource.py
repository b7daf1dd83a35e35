"""What a widget shows and does not have yet: a connector's answer, fetched, kept and fetched again."""

from __future__ import annotations

import asyncio
import inspect
import math
import os
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._errors import (
    ConnectorError,
    ConnectorExecuteError,
    ConnectorNetworkError,
    ConnectorTimeoutError,
)
from ._templates import Interpolation, Template
from ._traceback import summary

if TYPE_CHECKING:
    from ._events import Event
    from ._instance import Instance

T = TypeVar("T")

# RFC 9110 §9.2.2: what does the same done twice as done once. A composite connector is always called by POST.
_IDEMPOTENT_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})

# Too many requests, and overloaded: the call was turned away and nothing has been done (RFC 6585 §4, RFC 9110 §15.6.4).
_TURNED_AWAY = frozenset({429, 503})

# The service behind the connector could not be reached or took too long (platform.md §5); it may have done its work.
_NO_ANSWER = frozenset({502, 504})

# Seconds before the first repetition, doubled for each further one.
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0


class Resource(Generic[T]):
    """The answer of a function that waits, such as a connector call; `sdk.resource` makes it.

    The view runs again when anything of it changes. Of several calls the latest counts: what an earlier one answers
    or raises is dropped.
    """

    def __init__(
        self,
        instance: Instance,
        function: Callable[..., Awaitable[T]],
        arguments: tuple[Any, ...],
        *,
        every: float | None,
        retry: int,
        debounce: float,
        idempotent: bool,
    ) -> None:
        _check(function, every=every, retry=retry, debounce=debounce)
        instance.add_resource(self)
        self._name = getattr(function, "__name__", type(function).__name__)
        self._instance = instance
        self._function = function
        self._arguments = arguments
        self._every = every
        self._retry = retry
        self._debounce = debounce
        self._idempotent = idempotent

        self._pending = False
        self._error: Exception | None = None
        self._value: T | None = None
        self._has_value = False
        self._waiting: list[asyncio.Future[None]] = []

        # Of the call that is out or about to be: its task, or the timer before it.
        self._task: asyncio.Task[None] | None = None
        self._end_timer: Callable[[], None] = _nothing
        self._failures = 0
        self._reported = ""
        self._warned = False

        # When the next poll is due, by the loop's clock.
        self._poll_at: float | None = None
        self._end_watching = instance.on_visibility_change(self._await_poll) if every else _nothing

    @property
    def pending(self) -> bool:
        """Whether the answer that was last asked for is still to come. A poll in the background is not asked for."""
        return self._pending

    @property
    def error(self) -> Exception | None:
        """What the latest call raised; None if it has answered, or while another is pending."""
        return self._error

    @property
    def value(self) -> T | None:
        """The latest answer, also while another is pending or after one has failed; None before the first.

        Set it to show a change before, or without, asking again, and in place of an error; the next answer takes its
        place.
        """
        return self._value

    @value.setter
    def value(self, value: T) -> None:
        if self._instance.refresh(f"the value of {self._name}"):
            self._value, self._has_value, self._error = value, True, None

    def reload(self, *arguments: Any) -> asyncio.Future[None]:
        """Calls the function again, after `debounce` seconds in which nobody has asked for yet another call.

        As a handler, ``onclick={weather.reload}``, it is called without the event.

        Args:
            arguments: for the function; without any, those of the last time.

        Returns:
            Something that may be awaited: done when the answer is there, be it an error or that of a later call.

        Raises:
            RuntimeError: it is called by the view, or by the function itself: neither would ever come to rest.
        """
        self._instance.refuse_in_view(f"reload() of {self._name}")
        if self._is_latest():
            raise RuntimeError(
                f"{self._name} calls reload() of its own sdk.resource, and so would run for ever"
            )
        answered: asyncio.Future[None] = self._instance.loop().create_future()
        if not self._instance.refresh(f"reload() of {self._name}"):
            answered.set_result(None)
            return answered
        self._waiting.append(answered)
        self._begin(arguments, after=self._debounce)
        return answered

    # `call_with` would take the star for a parameter that asks for the event.
    reload.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)]
    )

    def show(
        self,
        card: Callable[[T], Any],
        pending: Any = "Loading…",
        failed: Callable[[Exception], Any] | None = None,
    ) -> Template:
        """A template of all its states: what is pending, an error with a button to try again, the value.

        Args:
            card: renders the value, as soon as there is one; it stays while another is pending.
            pending: shown, and told to screen readers, until the answer is there.
            failed: what to say of an error, in words for visitors; without it, the exception's own sentence.
        """
        error = self._error
        return _template(
            # Always there, since screen readers tell changes only of what they know already.
            '<p class="widget-status" role="status" tabindex="-1">{pending}</p>{error}{card}',
            pending=pending if self._pending else None,
            error=None if error is None else self._failure(error, failed or _sentence),
            card=card(self._value) if self._has_value else None,  # type: ignore[arg-type]
        )

    def start(self) -> None:
        """The first call."""
        self._begin((), after=0)

    def close(self) -> None:
        """Ends the call that is out, and all further ones."""
        self._stop()
        self._end_watching()
        self._end_watching = _nothing
        for answered in self._waiting:
            answered.cancel()
        self._waiting.clear()

    def _begin(self, arguments: tuple[Any, ...], *, after: float) -> None:
        self._arguments = arguments or self._arguments
        self._pending, self._error = True, None
        self._stop()
        self._failures = 0
        self._call_after(after)

    def _stop(self) -> None:
        self._end_timer()
        self._end_timer = _nothing
        self._poll_at = None
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()

    def _call_after(self, seconds: float) -> None:
        if seconds:
            self._end_timer = self._instance.call_later(seconds, self._call)
        else:
            self._call()

    def _call(self) -> None:
        self._end_timer = _nothing
        self._poll_at = None
        self._task = self._instance.task(self._answer())

    async def _answer(self) -> None:
        outcome: Exception | None = None
        value: T | None = None
        try:
            value = await self._awaitable()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Nobody has cancelled the call: what the function awaits was, and whoever waits here has to be told.
            outcome = RuntimeError(f"{self._name} was cancelled")
        except Exception as error:
            outcome = error
        if not self._is_latest():
            return
        self._task = None
        if outcome is None:
            self._value, self._has_value = value, True
            self._error = None
            self._reported = ""
        elif self._failures < self._retry and self._may_pass(outcome):
            self._failures += 1
            self._call_after(_pause(self._failures))
            return
        else:
            self._error = outcome
            self._report(outcome)
        self._settle()

    def _awaitable(self) -> Awaitable[T]:
        answer = self._function(*self._arguments)
        if not inspect.isawaitable(answer):
            raise TypeError(
                f"{self._name}, the function of an sdk.resource, returned {type(answer).__name__}, for which nobody "
                "needs to wait; write async def, or return a call without awaiting it: lambda: sdk.connectors.get(…)"
            )
        return answer

    def _is_latest(self) -> bool:
        return self._task is not None and self._task is asyncio.current_task()

    def _settle(self) -> None:
        self._pending = False
        waiting, self._waiting = self._waiting, []
        for answered in waiting:
            if not answered.done():
                answered.set_result(None)
        self._instance.refresh(self._name)
        if self._every is not None:
            self._poll_at = self._instance.loop().time() + self._every
            self._await_poll()

    def _await_poll(self) -> None:
        """Polls when it is due, at once where it has been; not while nobody can see the page."""
        if self._poll_at is None:
            return
        self._end_timer()
        self._end_timer = _nothing
        if not self._instance.page_hidden:
            left = self._poll_at - self._instance.loop().time()
            self._failures = 0
            self._call_after(max(0.0, left))

    def _may_pass(self, error: Exception) -> bool:
        """Whether the same call may succeed a moment later, and does no harm if it has arrived already."""
        status = error.status if isinstance(error, ConnectorExecuteError) else None
        if status in _TURNED_AWAY:
            return True
        if status not in _NO_ANSWER and not isinstance(
            error, ConnectorNetworkError | ConnectorTimeoutError
        ):
            return False
        assert isinstance(error, ConnectorError)
        if self._idempotent or error.method in _IDEMPOTENT_METHODS:
            return True
        self._warn_not_repeated(error)
        return False

    def _warn_not_repeated(self, error: ConnectorError) -> None:
        if not self._warned:
            self._warned = True
            self._instance.warn(
                f"{error.method} {error.permalink} is not repeated, in spite of retry={self._retry}: though it failed, "
                "it may have arrived, and done its work. If doing that twice is no harm, as of a call that only reads, "
                "write sdk.resource(…, idempotent=True)."
            )

    def _report(self, error: Exception) -> None:
        """Tells of a mistake in the function, once in a row. That a call fails is no mistake, but one of its states."""
        if not isinstance(error, ConnectorError) and self._reported != summary(error):
            self._reported = summary(error)
            self._instance.report(error)

    def _failure(self, error: Exception, failed: Callable[[Exception], Any]) -> Template:
        return _template(
            '<div class="widget-status-error" role="alert"><p>{sentence}</p> '
            '<button type="button" onclick={reload}>Try again</button></div>',
            sentence=failed(error),
            reload=self._try_again,
        )

    def _try_again(self, event: Event) -> None:
        # The button is about to go; a keyboard's next step starts from where the outcome will be told.
        event.target.closest(".widget-status-error").previousElementSibling.focus()
        self.reload()


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, ConnectorError) else summary(error)


def _pause(failures: int) -> float:
    """Seconds before a call is repeated: longer each time, and not the same for all the visitors of a page."""
    longest = min(_FIRST_PAUSE * 2.0 ** min(failures - 1, 10), _LONGEST_PAUSE)
    return longest * (1 + _chance()) / 2


def _chance() -> float:
    # Not `random`, whose state a memory snapshot makes the same for every visitor.
    return os.urandom(1)[0] / 255


def _template(html: str, **values: Any) -> Template:
    """What a t-string would give, which older Pythons than the browser's cannot parse."""
    pieces = re.split(r"{(\w+)}", html)  # text and names, by turns
    return Template(
        *(
            Interpolation(values[piece], piece) if index % 2 else piece
            for index, piece in enumerate(pieces)
        )
    )


def _check(function: Any, *, every: float | None, retry: int, debounce: float) -> None:
    if inspect.iscoroutine(function):
        function.close()
        raise TypeError(
            f"sdk.resource takes the function itself, so as to call it again: sdk.resource({function.__name__}, …), "
            f"not {function.__name__}(…)"
        )
    if not callable(function):
        raise TypeError(f"sdk.resource takes a function to call and await, not {function!r}")
    if every is not None and not (_is_seconds(every) and every > 0):
        raise ValueError(f"every= must be seconds, more than 0, or None, not {every!r}")
    if not _is_seconds(debounce):
        raise ValueError(f"debounce= must be seconds, 0 or more, not {debounce!r}")
    if type(retry) is not int or retry < 0:
        raise ValueError(f"retry= must be a number of repetitions, 0 or more, not {retry!r}")


def _is_seconds(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value < math.inf  # type: ignore[operator]


def _nothing() -> None:
    """Ends what is not there."""
