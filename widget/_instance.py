"""One mounted widget: what it owns, how it starts and how it ends.

Everything that an author makes through `sdk` or asyncio belongs to the instance. Tasks are told by a context variable:
whatever task is started from the instance's own code carries it, also one that the author forgot.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import json
import sys
import time
import weakref
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from . import _ffi, _guidance, _late_library, _modules, _waking
from ._build import Build
from ._calling import calling_instance
from ._calling import current as _current
from ._events import Handler, call_with
from ._rendering import Rendering
from ._resolving import resolve
from ._resource import Resource
from ._sdk import Sdk
from ._state import State
from ._traceback import author_traceback, summary
from ._view import View

if TYPE_CHECKING:
    from ._templates import Renderable

T = TypeVar("T")

# Set where handlers of "error" run, and whatever they start: what those raise is not emitted again.
_hearing_of_error: contextvars.ContextVar[bool] = contextvars.ContextVar(
    "widget_hearing_of_error", default=False
)

# Set where handlers run that may finish after their widget has ended, those of "destroy" and of `Sdk.on_error`, and
# whatever they start.
_parting: contextvars.ContextVar[bool] = contextvars.ContextVar("widget_parting", default=False)

# Where the loader puts packages (static/loader/dependencies.js).
DEPENDENCIES = "/lib/dependencies/"

# How long they may.
FAREWELL_SECONDS = 5

# Seconds that a long piece of work goes on before the page has its turn: half of what a display shows a picture for.
TURN = 0.008

# The event, in `Instance.subscribe`, of what the widget itself raises. The host's events have other names.
_FAILURE = "sdk.on_error"

# The host knows nothing of subscriptions to these.
_OWN_EVENTS = frozenset({"destroy", _FAILURE})


class Stage(Protocol):
    """What the loader hands over for one instance (platform.d.ts)."""

    type: str
    package: str
    sdk: Any
    container: Any
    takeOver: Any  # noqa: N815

    def asset(self, path: str) -> str | None: ...
    def assets(self) -> str: ...
    def build(self) -> str: ...
    def entered(self) -> None: ...
    def ready(self) -> None: ...
    def failed(self, message: str, traceback: str) -> None: ...
    def reported(self, message: str, traceback: str) -> None: ...
    def recovered(self, message: str) -> None: ...
    def uncovered(self) -> None: ...
    def prefetched(self, client_text: str) -> Any: ...
    def begun(self) -> None: ...


# Those that nobody has let go of.
instances: weakref.WeakSet[Instance] = weakref.WeakSet()


def install() -> None:
    """Makes an interpreter a browser's. Called once, before its memory is made a snapshot of if that is done."""
    _late_library.install()
    _guidance.install()
    _modules.install()
    asyncio.get_event_loop().set_exception_handler(_report_unhandled)


def prepare(surroundings: str) -> None:
    """Makes an interpreter this page's. Called by the loader, once.

    Args:
        surroundings: variables of the environment, as JSON.
    """
    _waking.wake(json.loads(surroundings))
    _ffi.connect()


def complete_library(content: Any) -> None:
    """Adds the standard library's second part. Called by the loader, once it is there.

    Args:
        content: a JavaScript Uint8Array.
    """
    _late_library.complete(content.to_bytes())


def decompressed(content: Any) -> Any:
    """What zstd has compressed. Called by the loader.

    Args:
        content: a JavaScript Uint8Array.

    Returns:
        A JavaScript Uint8Array.
    """
    from compression import zstd

    return _ffi.to_uint8_array(zstd.decompress(content.to_bytes()))


def add_path(directory: str) -> None:
    """Makes imports look into a directory, too. Called by the loader, which has filled it."""
    # Sorted, so that it does not depend on which came first who is found first.
    packages = sorted({directory, *(path for path in sys.path if path.startswith(DEPENDENCIES))})
    sys.path[:] = [path for path in sys.path if not path.startswith(DEPENDENCIES)] + packages


def mount(stage: Stage) -> Instance:
    """Starts one instance of a widget. Called by the loader.

    Returns:
        The instance, whose `unmount` the loader calls when the widget leaves the page.
    """
    instance = Instance(stage)
    instance.start()
    return instance


def calling() -> str | None:
    """The type of the widget whose code runs at this moment; to be asked within a call from it to JavaScript."""
    instance = calling_instance()
    return instance.type if instance is not None else None


class Instance:
    """One mounted widget.

    Attributes:
        type: the widget's.
        states: what the widget remembers, in the order of its making.
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
        self._warned_ended = False
        self._rendering = Rendering(stage.container, self.run_handler, stage.takeOver)
        self._view_error: BaseException | None = None
        self._view: View | None = None
        self._resources: list[Resource[Any]] = []
        self.states: list[State] = []
        # The loop knows its tasks weakly: one that waits for what nobody else knows would be collected before its end.
        self._tasks: set[asyncio.Task[Any]] = set()
        # What makes a client's calls, by its options, while some may have been made beforehand.
        self._prefetching: dict[str, Any] | None = {}
        self._turn_ends = 0.0
        self._starting = True
        self._failed = False
        # How it has ended: nothing that it does is seen any more.
        self._end = ""
        instances.add(self)

    def start(self) -> None:
        """Imports the widget's main.py and runs its `init` in a task of the instance."""
        self._task(self._init())

    async def _init(self) -> None:
        stage = self._mounted("init")
        try:
            init = _modules.load_init(stage.package)
            sdk = Sdk(self, stage.sdk)
            stage.entered()
            result = init(sdk)
            if inspect.isawaitable(result):
                await result
            if self._view is not None and not self._view.shown:
                self._view.run_if_due()
            self._starting = False
        except asyncio.CancelledError:
            self._fail(
                RuntimeError(
                    "init was cancelled, by itself or by what it awaited; catch asyncio.CancelledError around a task "
                    "that you cancel"
                )
            )
            raise
        except BaseException as error:
            self._fail(error)
        else:
            # It may have caught the cancellation that a failing view brings.
            if not self._failed and self._stage is not None:
                stage.ready()
                # Whatever `init` has started makes its first call before that.
                self._soon(self._begun)

    def _begun(self) -> None:
        self._prefetching = None
        if self._stage is not None:
            self._stage.begun()

    def _fail(self, error: BaseException) -> None:
        """Shows that the widget could not start, and ends what it had begun."""
        _guidance.explain(error)
        stage = self._stage
        # Where the view's first run has failed, `init` is cancelled and comes here as well.
        if stage is not None and not self._failed:
            self._failed = True
            self._tell(error)
            # Whoever tidies up at the end does so now, since another try begins from nothing.
            self._call_parting("destroy", None, self._own_context())
            self._end = "failed"
            self._release(keep=asyncio.current_task())
            stage.failed(self._summary(error), author_traceback(error))

    def report(self, error: BaseException) -> None:
        """Prints, shows and emits what a handler or a task raised; the widget goes on."""
        _guidance.explain(error)
        if self._stage is not None and not _hearing_of_error.get():
            self._stage.reported(self._summary(error), author_traceback(error))
            self._tell(error)
        else:
            _ffi.print_error(author_traceback(error))

    def report_view(self, error: BaseException) -> None:
        """The same of what a view raised, until `view_succeeded`."""
        self._view_error = error
        self.report(error)

    def view_succeeded(self) -> None:
        """Takes away what `report_view` has shown."""
        if self._view_error is not None and self._stage is not None:
            self._stage.recovered(self._summary(self._view_error))
        self._view_error = None

    def _tell(self, error: BaseException) -> None:
        """Calls the handlers of `Sdk.on_error`; what they raise is printed and no more."""
        context = self._own_context()
        context.run(_hearing_of_error.set, True)
        self._call_parting(_FAILURE, error, context)

    def _call_parting(self, event: str, argument: object, context: contextvars.Context) -> None:
        """Calls the handlers of one of our own events, which may finish after the widget has ended."""
        context.run(_parting.set, True)
        for of, handler, _ in tuple(self._subscriptions):
            if of == event:
                context.run(self.run_handler, handler, argument)

    def _summary(self, error: BaseException) -> str:
        return f'The widget "{self.type}" failed: {summary(error)}'

    def _mounted(self, what: str) -> Stage:
        """What the loader has handed over.

        Args:
            what: is asked for, for a message: ``sdk.view``.

        Raises:
            RuntimeError: the widget has ended.
        """
        if self._stage is None or self._end:
            raise RuntimeError(
                f"this widget has {self._end}, so {what} is of no use any more; end such work in a handler of "
                'sdk.on("destroy", …)'
            )
        return self._stage

    def uncovered_container(self) -> Any:
        """The container, without the skeleton.

        Once the widget has ended it is an element of no document, so that what still tidies up there, such as a
        `finally` around a call, does no harm.
        """
        if self._stage is None or self._end:
            self.warn_ended("sdk.root was used")
        else:
            self._stage.uncovered()
        return self._container

    def prefetching(self, client_text: str) -> Any:
        """The bridge's `execute` that has what the loader has called already; None where that is nothing.

        Args:
            client_text: of the client that it was called through (static/loader/prefetch.js).
        """
        if self._prefetching is None or self._stage is None:
            return None
        if client_text not in self._prefetching:
            take = self._stage.prefetched(client_text)
            made = None if take is None else _ffi.bridge().prefetching(take)
            self._prefetching[client_text] = made
        return self._prefetching[client_text]

    def asset(self, path: str) -> str:
        """The URL of one of the widget's assets.

        Raises:
            FileNotFoundError: it has none of that path.
        """
        stage = self._mounted("sdk.asset(…)")
        url = stage.asset(path)
        if url is None:
            there = ", ".join(json.loads(stage.assets())) or "none"
            raise FileNotFoundError(
                f"the widget has no assets/{path}; in assets/ there are: {there}"
            )
        return url

    def build(self) -> Build:
        """Which build of the widget this is."""
        build: dict[str, str | None] = json.loads(self._mounted("sdk.build").build())
        return Build(
            version=build.get("version") or "",
            release=build.get("release") or "",
            content=build.get("content") or "",
            commit=build.get("commit"),
        )

    def warn_ended(self, what: str) -> None:
        """Says, once, that something was done for a page that the widget is no longer on."""
        if not self._warned_ended:
            self._warned_ended = True
            self.warn(
                f'{what} after the widget "{self.type}" had {self._end}, where nothing shows it any more: end such '
                'work with the widget, in a handler of sdk.on("destroy", …) or in a task of sdk.create_task(…).'
            )

    def create_task(self, coro: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task of the instance, whose exception is reported."""
        task = self._task(coro)
        task.add_done_callback(self._report_task)
        return task

    def _task(self, coro: Coroutine[Any, Any, T], *, eager: bool = False) -> asyncio.Task[T]:
        # Not loop.create_task: Pyodide's does not pass eager_start on.
        task = asyncio.Task(
            coro,
            loop=asyncio.get_event_loop(),
            context=self._own_context(),
            eager_start=eager,  # type: ignore[call-arg]  # of 3.12; the browser has 3.14
        )
        if not task.done():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return task

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
        if inspect.isgenerator(result) or inspect.isasyncgen(result):
            name = getattr(handler, "__name__", type(handler).__name__)
            self.report(TypeError(f"the handler {name} holds a yield, so calling it runs nothing"))
        if not inspect.iscoroutine(result):
            return None
        task = self._task(result, eager=True)
        task.add_done_callback(self._report_task)
        return task

    def subscribe(self, event: str, handler: Handler) -> Callable[[], None]:
        """Listens to one of the host's events, or one of the widget's own."""
        stage = self._mounted(f'sdk.on("{event}", …)')
        self.unsubscribe(event, handler)  # a handler hears an event once
        end = _nothing if event in _OWN_EVENTS else self._subscribe_host(stage, event, handler)
        subscription = (event, handler, end)
        self._subscriptions.append(subscription)

        def unsubscribe() -> None:
            for index, each in enumerate(self._subscriptions):
                if each is subscription:
                    del self._subscriptions[index]
                    end()

        return unsubscribe

    def on_error(self, handler: Handler) -> Callable[[], None]:
        """Hears of what the widget raises, as `report` and a start that fails tell it."""
        self._mounted("sdk.on_error(…)")
        return self.subscribe(_FAILURE, handler)

    def _subscribe_host(self, stage: Stage, event: str, handler: Handler) -> Callable[[], None]:
        hear = self._hear_error if event == "error" else self._hear
        proxy = _ffi.create_proxy(lambda data=None, *_: hear(handler, data))
        stop = stage.sdk.on(event, proxy)

        def end() -> None:
            stop()
            proxy.destroy()

        return end

    def _hear(self, handler: Handler, data: Any) -> None:
        def heard() -> Any:
            return call_with(handler, _ffi.to_python(data))

        heard.__name__ = getattr(handler, "__name__", type(handler).__name__)  # for messages
        self.run_handler(heard, None)

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
        self._mounted("sdk.listen(…)")
        return self._rendering.listen(event, selector, handler)

    def render(self, renderable: Renderable) -> None:
        """Shows a template in the container; once the widget has ended it does nothing but warn.

        Raises:
            TypeError, ValueError: what cannot be rendered, or a value that must not stand where it stands; what was
                shown before stays.
        """
        new = resolve(renderable)
        if self._stage is None or self._end:
            self.warn_ended("sdk.render was called")
            return
        self._rendering.show(new)

    def set_view(self, function: Callable[[], Any]) -> None:
        """Lets a function render the widget, from the next turn of the loop on."""
        self._mounted("sdk.view")
        if self._view is not None:
            raise RuntimeError(
                f"the widget has a view already, {self._view.name}, and a widget has one; call other functions from it"
            )
        self._view = View(
            function, render=self._render_view, soon=self._soon, failed=self._view_failed
        )
        self.subscribe("propsChanged", lambda: self.refresh("a property"))
        self.subscribe("designTokensChanged", lambda: self.refresh("a design token"))
        self._view.request()

    def _soon(self, function: Callable[[], None]) -> asyncio.Handle:
        return self.loop().call_soon(function, context=self._context.copy())

    def _render_view(self, renderable: Renderable) -> None:
        self.render(renderable)
        self.view_succeeded()

    def _view_failed(self, error: BaseException) -> None:
        if self._starting and self._view is not None and not self._view.shown:
            self._fail(error)
        else:
            self.report_view(error)

    def refresh(self, what: str) -> bool:
        """Lets the view run in the next turn, if there is one.

        Args:
            what: has changed, for a message: ``state.count``.

        Returns:
            Whether the widget is still there; if it is not, nothing may change any more.
        """
        if self._end:
            self.warn_ended(f"{what} was set")
        elif self._view is not None:
            by_failure = self._view_error is not None and _hearing_of_error.get()
            (self._view.request_by_failure if by_failure else self._view.request)(what)
        return not self._end

    def refuse_in_view(self, what: str, way_out: str = "do it in init, or in a handler") -> None:
        """Refuses what would be done anew at every run of the view.

        Raises:
            RuntimeError: the view is running.
        """
        if self._view is not None and self._view.running:
            raise RuntimeError(
                f"{what} stands in the view {self._view.name}, which would do it at every run; {way_out}"
            )

    def add_resource(self, resource: Resource[Any]) -> None:
        """Takes a resource, to be closed with the instance."""
        self._mounted("sdk.resource(…)")
        self._resources.append(resource)

    def remember(self, initial: dict[str, Any]) -> State:
        """What `sdk.state(…)` gives."""
        state = State(self.refresh, initial)
        self.states.append(state)
        return state

    @property
    def host(self) -> Any:
        """The element that the community shows the widget in.

        Raises:
            RuntimeError: the widget has ended.
        """
        return self._mounted("its element").sdk.root.host

    def is_at(self, host: Any) -> bool:
        """Whether an element shows this instance."""
        return self._stage is not None and not self._end and self.host == host

    async def yield_(self) -> None:
        """Gives the page its turn, unless it had one just now."""
        if time.perf_counter() >= self._turn_ends:
            await asyncio.sleep(0)
            self._turn_ends = time.perf_counter() + TURN

    def task(self, coro: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task of the instance, whose exception is its caller's to tell."""
        return self._task(coro)

    def loop(self) -> asyncio.AbstractEventLoop:
        """The page's event loop."""
        return asyncio.get_event_loop()

    def call_later(self, seconds: float, function: Callable[[], object]) -> Callable[[], None]:
        """Calls a function after some time; the callable that it returns prevents that."""
        return _ffi.call_later(seconds, function)

    @property
    def page_hidden(self) -> bool:
        """Whether the page cannot be seen, as where its tab is in the background."""
        return _ffi.page_hidden()

    def on_visibility_change(self, function: Callable[[], object]) -> Callable[[], None]:
        """Calls a function whenever `page_hidden` has changed; the callable that it returns ends it."""
        return _ffi.on_visibility_change(function)

    def warn(self, text: str) -> None:
        """Tells the author of what is odd, on the console."""
        _ffi.print_warning(text)

    def unmount(self) -> None:
        """Ends the instance: its "destroy" handlers run, then everything that it owns is cancelled and freed.

        The handlers are not the host's to call, since they have to come before anything is freed.
        """
        if self._stage is None:
            return
        self._call_parting("destroy", None, self._own_context())
        self._stage = None
        self._end = "left the page"
        self._release()

    def _release(self, keep: asyncio.Task[Any] | None = None) -> None:
        """Ends listening and tasks; handlers that may finish have `FAREWELL_SECONDS` for it."""
        self._rendering.close()
        if self._view is not None:
            self._view.close()
        for resource in self._resources:
            resource.close()
        self._resources.clear()
        for _, _, end in self._subscriptions:
            end()
        self._subscriptions.clear()
        owned = [task for task in asyncio.all_tasks() if self._owns(task) and task is not keep]
        parting = [task for task in owned if self._is_parting(task)]
        for task in owned:
            if task not in parting:
                task.cancel()
        if parting:
            asyncio.get_event_loop().call_later(FAREWELL_SECONDS, self._end_parting)

    def _end_parting(self) -> None:
        for task in asyncio.all_tasks():
            if self._owns(task):
                task.cancel()

    def _owns(self, task: asyncio.Task[Any]) -> bool:
        context = task.get_context()  # type: ignore[attr-defined]  # of 3.12
        return context.get(_current) is self._reference

    def _is_parting(self, task: asyncio.Task[Any]) -> bool:
        context = task.get_context()  # type: ignore[attr-defined]  # of 3.12
        return bool(context.get(_parting))


def _nothing() -> None:
    """Ends what the host knows nothing of."""


def _report_unhandled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What a task raised that nobody awaits belongs to the instance in whose context it ran."""
    instance = calling_instance()
    error = context.get("exception")
    if instance is None or error is None:
        loop.default_exception_handler(context)
    else:
        instance.report(error)
