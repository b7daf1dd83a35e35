"""An `Sdk` without a page, for unit tests of a widget's functions.

    def test_load(fake_sdk: FakeSdk) -> None:
        fake_sdk.connectors["weather-api"].respond(json={"temp": 21.4})
        assert fake_sdk.run(load(fake_sdk, "Warsaw")) == 21.4
        assert fake_sdk.connectors["weather-api"].calls[0].query == {"q": "Warsaw"}

What it does is done by the code that runs in the visitor's browser, as far as that needs no JavaScript: arguments are
checked, errors told apart and handlers called by `widget` itself. It runs on the author's computer, and in the page by
`community.run_python`, where the real host is not disturbed.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
import sys
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import FrameType, SimpleNamespace, TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from widget import Sdk, _arguments, _connectors
from widget._calling import current as _current
from widget._html import html_of
from widget._instance import Instance, _hearing_of_error, _parting
from widget._resolving import resolve
from widget._sdk import Props

from .author_code import author_traceback, without_between
from .fake_connectors import FakeClient, FakeConnectors, FakeStubs
from .javascript_values import through_javascript
from .stubs import UnmatchedCallError
from .waiting import waiting

if TYPE_CHECKING:
    from widget._connectors import _Client
    from widget._events import Handler
    from widget._instance import Stage
    from widget._templates import Renderable

    # Of any properties: whatever widget's function is tested takes it.
    _AnySdk = Sdk[Any]
else:
    _AnySdk = Sdk

T = TypeVar("T")

_logger = logging.getLogger("widget")

# Longer than a client waits for an answer unless told otherwise.
RUN_SECONDS = 60.0

# Members of `Sdk` that are the page's, beside those that are overridden below.
_OF_THE_PAGE = frozenset({"js"})

# The methods of a loop, one of which is on the stack while it runs, also where a library has patched asyncio.
_RUNNING = frozenset({"_run_once", "run_forever"})


class FakeSdk(_AnySdk):
    """What an author's `init` receives, without a page; the fixture `fake_sdk` gives one.

    Args:
        props: the configured properties.
        design_tokens: the page's, by name without the leading `--`.
        web: stands for the community's Web SDK: answers by name, ``{"Context.User": {"username": "ann"}}`` (see
            `FakeWeb`), or any object with the namespaces that the widget uses. None: as on an embed.

    Attributes:
        connectors: both the client that the widget calls and the stubs that answer it: by permalink,
            ``fake_sdk.connectors["weather-api"].respond(json=…)``, and composite ones by
            ``fake_sdk.connectors.composite["weekly-report"]``. Clients that the code makes by `WidgetServiceSDK` are
            answered by the same stubs, as long as the fixture is in use, or the `with` block of an instance of one's
            own, or its `run`.
        reported: what handlers, tasks and later runs of the view have raised and nobody awaited, as far as `verify` has
            not told it. Whoever expects an exception takes it out.
        page_hidden: whether the page is in the background, where resources do not poll; False until a test sets it.
    """

    connectors: FakeConnectors

    def __init__(
        self,
        *,
        props: Mapping[str, Any] | None = None,
        design_tokens: Mapping[str, str | None] | None = None,
        web: Any = None,
    ) -> None:
        self._instance: _FakeInstance = _FakeInstance(self)
        self._values: dict[str, Any] = _copy(props or {}, "props")
        self._design_tokens = dict(design_tokens or {})
        self._stubs = FakeStubs()
        self._in_use = ExitStack()
        self._runner: asyncio.Runner | None = None
        self.props = FakeProps(lambda: self._values)
        self.connectors = FakeConnectors(self._stubs, FakeClient(self._stubs, {}, shared=True))
        self.web = web
        self.reported: list[BaseException] = self._instance.reported

    # What is the host's.

    @property
    def web(self) -> Any:
        """The community's Web SDK, as far as a test gives it; ``fake_sdk.web.calls`` are those of given answers."""
        return self._web

    @web.setter
    def web(self, web: Any) -> None:
        if isinstance(web, Mapping):
            from .fake_web import FakeWeb

            web = FakeWeb(web)
        self._web = web

    @property
    def version(self) -> str:
        """Of the host's SDK; the fake community page has the same."""
        return "1.0.0"

    @property
    def design_tokens(self) -> dict[str, str | None]:
        """The page's design tokens, a copy."""
        return dict(self._design_tokens)

    def set_design_tokens(self, tokens: Mapping[str, str | None]) -> None:
        """Changes design tokens, as the page would: ``designTokensChanged`` follows.

        Args:
            tokens: by name with or without the leading `--`; None takes a value away.
        """
        for name, value in tokens.items():
            self._design_tokens[name.removeprefix("--")] = value
        self.emit("designTokensChanged", self.design_tokens)

    def set_props(self, props: Mapping[str, Any]) -> None:
        """Merges properties, as the widget itself may do and as an admin's change does; ``propsChanged`` follows.

        Raises:
            TypeError, ValueError: a value that is not JSON.
        """
        self._values = {**self._values, **_copy(props, "props")}
        self.emit("propsChanged", self._values)

    async def when_ready(self) -> None:
        """Waits until the host is ready, which it is."""
        await asyncio.sleep(0)

    def emit(self, event: str, data: _arguments.Json = None) -> None:
        """Emits an event to the handlers, those of the host's own events included; "destroy" ends the instance.

        In a `def` test it returns when the handlers have finished, those that are `async def` included. In an
        `async def` test, as in the page, it returns when they have begun: ``await fake_sdk.handlers_finished()``.

        Raises:
            TypeError, ValueError: data that is not JSON.
        """
        if data is not None:
            _arguments.json_value(data, "data")
        if event == "destroy":
            self._do(self._instance.unmount)
        else:
            self._do(lambda: self._instance.hear(event, data))

    def destroy(self) -> None:
        """Takes the widget off the page: its "destroy" handlers run, then all that it owns is cancelled."""
        self.emit("destroy")

    # What only a test has.

    def run(self, awaitable: Awaitable[T], *, timeout: float = RUN_SECONDS) -> T:
        """Runs a coroutine of the widget's in a `def` test, and gives what it returns.

        All runs share one event loop: what is under way beside the coroutine, such as a task of `create_task`, stands
        still in between and is cancelled at the end of the test.

        Args:
            awaitable: such as ``init(fake_sdk)``.
            timeout: seconds that it may take.

        Raises:
            TimeoutError: it takes longer; the message says where it waits.
            RuntimeError: an event loop runs already, as in an `async def` test, where the coroutine is awaited.
            Exception: what the coroutine raises.
        """
        __tracebackhide__ = True
        if not inspect.isawaitable(awaitable):
            raise TypeError(
                f"fake_sdk.run() takes a coroutine, such as init(fake_sdk) of an `async def init`, not {awaitable!r}"
            )
        if _loop_runs():
            if inspect.iscoroutine(awaitable):
                awaitable.close()
            raise RuntimeError(
                "fake_sdk.run() is for `def` tests: here an event loop runs, so await the coroutine instead"
            )
        running = self._within(awaitable, timeout)
        with _in_use(self), _no_loop_marked():
            try:
                return self._own_runner().run(running, context=self._instance.own_context())
            except BaseException as error:
                error.__traceback__ = without_between(error.__traceback__)
                raise

    async def handlers_finished(self) -> None:
        """Waits until the `async def` handlers that are under way have finished."""
        while self._instance.handlers:
            await asyncio.wait(self._instance.handlers)

    def verify(self) -> list[str]:
        """What went on that the test did not ask for, since the last time, each a message.

        That is: calls that nothing answers, stubs that are required and were not called, and exceptions of handlers and
        tasks that nobody awaited.
        """
        messages = [
            *self._stubs.complaints(),
            *(
                f"A handler or a task raised what nobody awaits:\n\n{author_traceback(error)}"
                for error in (*self._instance.unraised, *self.reported)
                if not isinstance(error, UnmatchedCallError)
            ),
        ]
        self._instance.unraised.clear()
        self.reported.clear()
        return messages

    def __enter__(self) -> FakeSdk:
        self._in_use.enter_context(_in_use(self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Cancels what is under way still; handlers of "destroy" are not called."""
        with self._in_use.pop_all():
            if self._runner is not None:
                with _no_loop_marked():
                    self._runner.close()
                self._runner = None

    @property
    def html(self) -> str:
        """What the widget shows, as HTML; empty before it has rendered anything.

        A view that is due, since something has changed, runs before.

        Raises:
            Exception: what the view raised in its first run, if nobody has been told yet.
        """
        __tracebackhide__ = True
        self._instance.bring_up_to_date()
        return self._instance.html

    @property
    def page_hidden(self) -> bool:
        return self._instance.page_hidden

    @page_hidden.setter
    def page_hidden(self, hidden: bool) -> None:
        self._do(lambda: self._instance.hide_page(hidden))

    # What needs a page.

    @property
    def root(self) -> Any:
        __tracebackhide__ = True
        _refuse("root")

    def query(self, selector: str) -> NoReturn:
        __tracebackhide__ = True
        _refuse("query")

    def query_all(self, selector: str) -> NoReturn:
        __tracebackhide__ = True
        _refuse("query_all")

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            __tracebackhide__ = True
            if name in _OF_THE_PAGE:
                _refuse(name)
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
            )

    # How it works.

    def client(self, options: Mapping[str, Any]) -> FakeClient:
        """A client of the code's own, answered by the same stubs; `WidgetServiceSDK` asks for it."""
        return FakeClient(self._stubs, options)

    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop that runs, or else the one that `run` will run."""
        return asyncio.get_running_loop() if _loop_runs() else self._own_runner().get_loop()

    def _do(self, action: Callable[[], object]) -> None:
        """Runs what calls handlers, in a loop as in the page."""
        if _loop_runs():
            action()
        else:
            self.run(self._acted(action))

    async def _acted(self, action: Callable[[], object]) -> None:
        action()
        await self.handlers_finished()

    async def _within(self, awaitable: Awaitable[T], timeout: float) -> T:
        __tracebackhide__ = True
        task = asyncio.ensure_future(awaitable)
        with self._instance.spared(task, asyncio.current_task()):
            done, _ = await asyncio.wait((task,), timeout=timeout)
            if not done:
                places = [str(place) for each in asyncio.all_tasks() if (place := waiting(each))]
                task.cancel()
                await asyncio.wait((task,))
                raise TimeoutError(
                    f"fake_sdk.run() was not done within {timeout:g} s: {'; '.join(places) or 'it waits'}."
                )
            result = task.result()
            self._instance.bring_up_to_date()
            return result

    def _own_runner(self) -> asyncio.Runner:
        if self._runner is None:
            # With a factory of its own, it leaves the thread's current loop as it is.
            self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
            loop = self._runner.get_loop()
            loop.set_exception_handler(self._instance.loop_reported)
            if sys.version_info < (3, 12):
                loop.set_task_factory(self._instance.noted_task)
            # Of one that nobody closes; the runner's own closing would run the loop, while another may be running.
            weakref.finalize(self, loop.close)
        return self._runner


class FakeProps(Props):
    """The configured properties as they are now."""

    def __init__(self, current: Callable[[], dict[str, Any]]) -> None:
        self._values = current

    def _current(self) -> dict[str, Any]:
        copy: dict[str, Any] = through_javascript(self._values())
        return copy


class _FakeInstance(Instance):
    """What the code owns: as in the page, but of Python alone.

    Attributes:
        handlers: the tasks of `async def` handlers that are under way.
        html: what was rendered last.
        unraised: what the view's first run has raised in the loop, as long as no `run` has raised it.
        reported: exceptions that nobody awaits.
    """

    def __init__(self, sdk: FakeSdk) -> None:
        super().__init__(_Stage())
        self.handlers: set[asyncio.Task[Any]] = set()
        self.html = ""
        self.reported: list[BaseException] = []
        self._sdk = weakref.ref(sdk)
        self._listeners: list[tuple[str, Handler]] = []
        self.unraised: list[BaseException] = []
        self._hidden = False
        self._visibility: list[Callable[[], object]] = []
        self._spared: set[asyncio.Task[Any] | None] = set()
        # Of Python 3.11, whose tasks do not tell their context.
        self._noted: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
        self._noted_parting: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()

    def fake_sdk(self) -> FakeSdk | None:
        """What it belongs to; None once nobody holds that."""
        return self._sdk()

    def hear(self, event: str, data: object) -> None:
        """Calls the listeners to an event, each with a copy of its data."""
        for listener in tuple(self._listeners):
            if listener[0] == event and listener in self._listeners:
                hear = self._hear_error if event == "error" else self._hear
                hear(listener[1], data if event == "error" else through_javascript(data))

    def render(self, renderable: Renderable) -> None:
        resolved = resolve(renderable)
        if self._end:
            self.warn_ended("sdk.render was called")
        else:
            self.html = html_of(resolved)

    async def yield_(self) -> None:
        """Gives others a turn each time, so that what runs in between does not depend on the clock."""
        await asyncio.sleep(0)

    def listen(self, event: str, selector: str, handler: Handler) -> Callable[[], None]:
        """Takes a handler that nothing will call: here are no elements."""
        self._mounted("sdk.listen(…)")
        return lambda: None

    def bring_up_to_date(self) -> None:
        """Runs the view, if it is due.

        Raises:
            Exception: what its first run has raised, now or in the loop.
        """
        __tracebackhide__ = True
        if self._view is not None:
            self._view.turn()
        if self.unraised:
            raise self.unraised.pop()

    def _fail(self, error: BaseException) -> None:
        self.unraised.append(error)
        self._tell(error)

    def hide_page(self, hidden: bool) -> None:
        """Puts the page into the background, or back."""
        self._hidden = hidden
        for function in tuple(self._visibility):
            function()

    @property
    def page_hidden(self) -> bool:
        return self._hidden

    def on_visibility_change(self, function: Callable[[], object]) -> Callable[[], None]:
        self._visibility.append(function)
        return lambda: self._visibility.remove(function)

    def loop(self) -> asyncio.AbstractEventLoop:
        sdk = self._sdk()
        assert sdk is not None
        return sdk.loop()

    def call_later(self, seconds: float, function: Callable[[], object]) -> Callable[[], None]:
        return self.loop().call_later(seconds, function).cancel

    def warn(self, text: str) -> None:
        _logger.warning(text)

    def own_context(self) -> contextvars.Context:
        """A context in which what is started belongs to it."""
        return self._own_context()

    def report(self, error: BaseException) -> None:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise error
        self.reported.append(error)
        if self._stage is not None and not _hearing_of_error.get():
            message = self._summary(error)
            stack = author_traceback(error)
            told = SimpleNamespace(name="Error", message=message, stack=stack)
            self.hear("error", {"message": message, "error": told})
            self._tell(error)

    def loop_reported(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Takes what a task has raised that nobody awaits."""
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.report(error)
        else:
            loop.default_exception_handler(context)

    def noted_task(
        self, loop: asyncio.AbstractEventLoop, coro: Any, **options: Any
    ) -> asyncio.Task[Any]:
        """A task factory, by which the tasks that the code starts itself are known."""
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, **options)
        if _current.get(None) is self._reference:
            self._note(task)
        return task

    def _note(self, task: asyncio.Task[Any]) -> None:
        self._noted.add(task)
        if _parting.get():
            self._noted_parting.add(task)

    @contextmanager
    def spared(self, *tasks: asyncio.Task[Any] | None) -> Iterator[None]:
        """Tasks of the test, which outlive the widget."""
        self._spared.update(tasks)
        try:
            yield
        finally:
            self._spared.difference_update(tasks)

    def _owns(self, task: asyncio.Task[Any]) -> bool:
        if task in self._spared or task is asyncio.current_task():
            return False
        return task in self._noted if sys.version_info < (3, 12) else super()._owns(task)

    def _is_parting(self, task: asyncio.Task[Any]) -> bool:
        noted = task in self._noted_parting
        return noted if sys.version_info < (3, 12) else super()._is_parting(task)

    def _task(self, coro: Coroutine[Any, Any, T], *, eager: bool = False) -> asyncio.Task[T]:
        sdk = self._sdk()
        assert sdk is not None
        options: dict[str, Any] = {"context": self._own_context()}
        # Where it is missing, a handler begins at the loop's next turn.
        if sys.version_info >= (3, 12) and _loop_runs():
            options["eager_start"] = eager
        task: asyncio.Task[T] = asyncio.Task(coro, loop=sdk.loop(), **options)
        self._note(task)
        if eager and not task.done():
            self.handlers.add(task)
            task.add_done_callback(self.handlers.discard)
        return task

    def _subscribe_host(self, stage: Stage, event: str, handler: Handler) -> Callable[[], None]:
        listener = (event, handler)
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)


class _Stage:
    """What the loader would hand over: a widget without a page."""

    type = "fake"
    package = "fake"
    sdk = None
    container = None
    takeOver = None  # noqa: N815

    def asset(self, path: str) -> str | None:
        return f"assets/{path}"

    def assets(self) -> str:
        return "[]"

    def build(self) -> str:
        return '{"version": "0.0.0", "release": "fake", "content": "000000000000"}'

    def entered(self) -> None: ...
    def ready(self) -> None: ...
    def failed(self, message: str, traceback: str) -> None: ...
    def reported(self, message: str, traceback: str) -> None: ...
    def recovered(self, message: str) -> None: ...
    def uncovered(self) -> None: ...
    def prefetched(self, client_text: str) -> None: ...
    def begun(self) -> None: ...


def _copy(values: Mapping[str, Any], place: str) -> dict[str, Any]:
    copy: dict[str, Any] = through_javascript(_arguments.json_object(values, place))
    return copy


def _refuse(name: str) -> NoReturn:
    __tracebackhide__ = True
    raise RuntimeError(
        f"sdk.{name} needs a page, which fake_sdk has not: test this with the fixture community, as in "
        'community.open("weather")'
    )


def _loop_runs() -> bool:
    """Whether a loop has called this code, in a task or otherwise."""
    loop = asyncio._get_running_loop()
    if loop is None:
        return False
    return asyncio.current_task() is not None or not _stands_still(loop)


def _stands_still(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether a loop is marked as running, and yet nothing on this stack runs it.

    So Playwright's synchronous API leaves its loop between two calls: it runs in a greenlet, which has a stack of its
    own (`playwright/_impl/_greenlets.py`). Of loops that are no Python, as the page's, the stack tells nothing.
    """
    if not isinstance(loop, asyncio.BaseEventLoop):
        return False
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name in _RUNNING and frame.f_locals.get("self") is loop:
            return False
        frame = frame.f_back
    return True


@contextmanager
def _no_loop_marked() -> Iterator[None]:
    """Lets a loop run where one that stands still is marked as running; one that runs stays marked."""
    if _loop_runs():
        yield
        return
    marked = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(marked)


# Those whose stubs answer a `WidgetServiceSDK`, the latest last, and how one is made without them.
_users: list[FakeSdk] = []
_real_client = _connectors._own_client


@contextmanager
def _in_use(sdk: FakeSdk) -> Iterator[None]:
    """Lets the clients that code makes by `WidgetServiceSDK` be answered by the stubs of `sdk`."""
    _users.append(sdk)
    _connectors._own_client = _own_client
    try:
        yield
    finally:
        _users.remove(sdk)
        if not _users:
            _connectors._own_client = _real_client


def _own_client(options: dict[str, Any]) -> _Client:
    """The client of a `WidgetServiceSDK`: of the instance whose code runs, else of the latest `FakeSdk` in use."""
    reference = _current.get(None)
    instance = reference() if reference is not None else None
    if isinstance(instance, _FakeInstance):
        sdk = instance.fake_sdk()
        assert sdk is not None
        return sdk.client(options)
    # In the page real widgets run beside a test; they keep the real host.
    return _users[-1].client(options) if instance is None else _real_client(options)
