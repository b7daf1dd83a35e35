"""One mounted widget: what it owns, how it starts and how it ends.

Everything that an author makes through `sdk` or asyncio belongs to the instance. Tasks are told by a context variable:
whatever task is started from the instance's own code carries it, also one that the author forgot.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import weakref
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Protocol, TypeVar

from . import _ffi, _guidance, _modules
from ._events import Delegation, Handler, call_with
from ._sdk import Sdk
from ._traceback import author_traceback, summary

T = TypeVar("T")

# Weak, because a context outlives its instance: a cancelled timer of asyncio's holds it until the time is up.
_current: contextvars.ContextVar[weakref.ref[Instance]] = contextvars.ContextVar("widget_instance")

# Set where handlers of "error" run, and whatever they start: what those raise is not emitted again.
_hearing_of_error: contextvars.ContextVar[bool] = contextvars.ContextVar(
    "widget_hearing_of_error", default=False
)

# How long `async def` handlers of "destroy" may still work after the widget has left the page.
FAREWELL_SECONDS = 5


class Stage(Protocol):
    """What the loader hands over for one instance (platform.d.ts)."""

    type: str
    package: str
    sdk: Any
    container: Any

    def entered(self) -> None: ...
    def ready(self) -> None: ...
    def failed(self, message: str, traceback: str) -> None: ...
    def reported(self, message: str, traceback: str) -> None: ...
    def uncovered(self) -> None: ...


def prepare() -> None:
    """Makes a fresh interpreter ready for widgets. Called by the loader, once."""
    _ffi.connect()
    _guidance.install()
    _modules.install()
    asyncio.get_event_loop().set_exception_handler(_report_unhandled)


def mount(stage: Stage) -> Instance:
    """Starts one instance of a widget. Called by the loader.

    Returns:
        The instance, whose `destroy` the loader calls when the widget leaves the page.
    """
    instance = Instance(stage)
    instance.start()
    return instance


def calling() -> str | None:
    """The type of the widget whose code runs at this moment; to be asked within a call from it to JavaScript."""
    reference = _current.get(None)
    instance = reference() if reference is not None else None
    return instance.type if instance is not None else None


class Instance:
    """One mounted widget.

    Attributes:
        type: the widget's.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage: Stage | None = stage  # None once the widget has left the page
        self.type = stage.type
        self._container = stage.container
        self._context = contextvars.copy_context()
        self._reference = weakref.ref(self)
        self._context.run(_current.set, self._reference)
        # Event, handler, and what ends the host's subscription.
        self._subscriptions: list[tuple[str, Handler, Callable[[], None]]] = []
        self._delegation = Delegation(stage.container, self.run_handler)

    def start(self) -> None:
        """Imports the widget's main.py and runs its `init` in a task of the instance."""
        self._task(self._init())

    async def _init(self) -> None:
        stage = self._mounted()
        try:
            init = _modules.load_init(stage.package)
            sdk = Sdk(self, stage.sdk)
            stage.entered()
            result = init(sdk)
            if inspect.isawaitable(result):
                await result
        except asyncio.CancelledError:
            self._fail(RuntimeError("init was cancelled"))
            raise
        except BaseException as error:
            self._fail(error)
        else:
            if self._stage is not None:
                stage.ready()

    def _fail(self, error: BaseException) -> None:
        """Shows that the widget could not start, and ends what it had begun."""
        if self._stage is not None:
            self._release(keep=(asyncio.current_task(),))
            self._stage.failed(self._summary(error), author_traceback(error))

    def report(self, error: BaseException) -> None:
        """Prints and emits what a handler or a task raised; the widget goes on."""
        if self._stage is not None and not _hearing_of_error.get():
            self._stage.reported(self._summary(error), author_traceback(error))
        else:
            _ffi.print_error(author_traceback(error))

    def _summary(self, error: BaseException) -> str:
        return f'The widget "{self.type}" failed: {summary(error)}'

    def _mounted(self) -> Stage:
        if self._stage is None:
            raise RuntimeError("this widget has left the page")
        return self._stage

    def uncovered_container(self) -> Any:
        """The container, without the skeleton.

        Once the widget has left the page it is an element of no document, so that what still tidies up there, such as a
        `finally` around a call, does no harm.
        """
        if self._stage is not None:
            self._stage.uncovered()
        return self._container

    def create_task(self, coro: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task of the instance, whose exception is reported."""
        task = self._task(coro)
        task.add_done_callback(self._report_task)
        return task

    def _task(self, coro: Coroutine[Any, Any, T], *, eager: bool = False) -> asyncio.Task[T]:
        # Not loop.create_task: Pyodide's does not pass eager_start on.
        return asyncio.Task(
            coro,
            loop=asyncio.get_event_loop(),
            context=self._own_context(),
            eager_start=eager,  # type: ignore[call-arg]  # of 3.12; the browser has 3.14
        )

    def _own_context(self) -> contextvars.Context:
        """A copy of the running context where that is the instance's, as asyncio's tasks have; else of its first."""
        if _current.get(None) is self._reference:
            return contextvars.copy_context()
        return self._context.copy()

    def _report_task(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.report(error)

    def run_handler(self, handler: Handler, argument: object) -> asyncio.Task[Any] | None:
        """Calls an author's handler and reports what it raises.

        Args:
            handler: `def` or `async def`.
            argument: for a handler that asks for one.

        Returns:
            The task of an `async def`, already run up to its first await.
        """
        return self._own_context().run(self._run_handler, handler, argument)

    def _run_handler(self, handler: Handler, argument: object) -> asyncio.Task[Any] | None:
        try:
            result = call_with(handler, argument)
        except BaseException as error:
            self.report(error)
            return None
        if not inspect.iscoroutine(result):
            return None
        task = self._task(result, eager=True)
        task.add_done_callback(self._report_task)
        return task

    def subscribe(self, event: str, handler: Handler) -> Callable[[], None]:
        """Listens to one of the host's events, or one of the widget's own."""
        self.unsubscribe(event, handler)  # a handler hears an event once
        end = _nothing if event == "destroy" else self._subscribe_host(event, handler)
        self._subscriptions.append((event, handler, end))
        return lambda: self.unsubscribe(event, handler)

    def _subscribe_host(self, event: str, handler: Handler) -> Callable[[], None]:
        stage = self._mounted()
        hear = self._hear_error if event == "error" else self._hear
        proxy = _ffi.create_proxy(lambda data=None, *_: hear(handler, data))
        stop = stage.sdk.on(event, proxy)

        def end() -> None:
            stop()
            proxy.destroy()

        return end

    def _hear(self, handler: Handler, data: Any) -> None:
        self.run_handler(lambda: call_with(handler, _ffi.to_python(data)), None)

    def _hear_error(self, handler: Handler, data: Any) -> None:
        context = self._own_context()
        context.run(_hearing_of_error.set, True)
        context.run(self._hear, handler, data)

    def unsubscribe(self, event: str, handler: Handler) -> None:
        """Ends what `subscribe` began; does nothing where there is nothing."""
        for subscription in self._subscriptions:
            if subscription[:2] == (event, handler):
                self._subscriptions.remove(subscription)
                subscription[2]()
                return

    def listen(self, event: str, selector: str, handler: Handler) -> Callable[[], None]:
        """Listens to DOM events on the container's elements."""
        self._mounted()
        return self._delegation.listen(event, selector, handler)

    def unmount(self) -> None:
        """Ends the instance: its "destroy" handlers run, then everything that it owns is cancelled and freed.

        The handlers are not the host's to call, since they have to come before anything is freed.
        """
        if self._stage is None:
            return
        farewells = [
            task
            for event, handler, _ in tuple(self._subscriptions)
            if event == "destroy" and (task := self.run_handler(handler, None)) is not None
        ]
        self._stage = None
        self._release(keep=farewells)
        for task in farewells:
            task.add_done_callback(lambda _: self._release(keep=farewells))
            asyncio.get_event_loop().call_later(FAREWELL_SECONDS, task.cancel)

    def _release(self, keep: Collection[asyncio.Task[Any] | None] = ()) -> None:
        self._delegation.close()
        for _, _, end in self._subscriptions:
            end()
        self._subscriptions.clear()
        for task in asyncio.all_tasks():
            if self._owns(task) and task not in keep:
                task.cancel()

    def _owns(self, task: asyncio.Task[Any]) -> bool:
        context = task.get_context()  # type: ignore[attr-defined]  # of 3.12
        return context.get(_current) is self._reference


def _nothing() -> None:
    """Ends what the host knows nothing of."""


def _report_unhandled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What a task raised that nobody awaits belongs to the instance in whose context it ran."""
    reference = _current.get(None)
    instance = reference() if reference is not None else None
    error = context.get("exception")
    if instance is None or error is None:
        loop.default_exception_handler(context)
    else:
        instance.report(error)
