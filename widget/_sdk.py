"""What an author's `init` receives (design: `Sdk`; platform.md §3)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Never, TypeVar

from . import _arguments, _ffi
from ._build import Build
from ._connectors import Connectors, shared_connectors
from ._resource import Resource
from ._state import State
from ._web import web_sdk

if TYPE_CHECKING:
    from ._events import Handler
    from ._instance import Instance
    from ._templates import HasHtml, Renderable, Template

T = TypeVar("T")
View = TypeVar(
    "View", bound="Callable[[], Template | HasHtml | Iterable[Template | HasHtml | None]]"
)


class Sdk:
    """One instance of a widget, and through it the host.

    What is made through it (listeners, tasks, handlers) ends with the instance.

    Attributes:
        js: the host's own sdk object, for what is not wrapped. `sdk.js.root` is the ShadowRoot.
        props: the configured properties, a read-only mapping that always shows the current ones.
        connectors: the `Connectors` client that the widgets of the page share; on older hosts one of this widget's own.
        web: the community's Web SDK under the host's names (`await sdk.web.Content.search("login", limit=5)`), or None
            where the host has none.
    """

    def __init__(self, instance: Instance, host: Any) -> None:
        self._instance = instance
        self.js = host
        self.props = Props(host)
        self.connectors: Connectors = shared_connectors(host)
        self.web = web_sdk(host)

    @property
    def root(self) -> Any:
        """The widget's own container element. Its first use takes the skeleton away."""
        return self._instance.uncovered_container()

    @property
    def version(self) -> str:
        """Of the host's SDK."""
        return str(self.js.version)

    @property
    def build(self) -> Build:
        """Which build of the widget this is."""
        return self._instance.build()

    @property
    def design_tokens(self) -> dict[str, str | None]:
        """The page's design tokens, by name without the leading ``--``; a copy."""
        tokens: dict[str, str | None] = _ffi.to_python(self.js.getDesignTokens())
        return tokens

    def set_props(self, props: Mapping[str, Any]) -> None:
        """Merges properties into the instance's own; ``propsChanged`` follows. They are not stored.

        Raises:
            TypeError, ValueError: a value that is not JSON.
        """
        self.js.setProps(_ffi.to_host(_arguments.json_object(props, "props")))

    async def when_ready(self) -> None:
        """Waits until the host is ready; it is, when `init` runs."""
        await _ffi.call(self.js, "whenReady")

    def query(self, selector: str) -> Any:
        """The first element of the widget that matches a CSS selector, or None."""
        found = self.root.querySelector(selector)
        return found if _ffi.is_object(found) else None

    def query_all(self, selector: str) -> list[Any]:
        """Every element of the widget that matches a CSS selector."""
        return list(self.root.querySelectorAll(selector))

    def asset(self, path: str) -> str:
        """The URL of a file in the widget's ``assets/``, wherever the platform has put it.

        Args:
            path: relative to ``assets/``, such as ``logo.svg``.

        Raises:
            FileNotFoundError: the widget has no such file.
        """
        return self._instance.asset(path)

    def on(self, event: str, handler: Handler) -> Callable[[], None]:
        """Calls `handler` at each of the instance's events.

        Args:
            event: the host's name: ``propsChanged``, ``destroy``, ``error``, ``designTokensChanged``, or one's own.
            handler: `def` or `async def`. One that has a parameter without a default gets the event's data, as plain
                Python values.

        Returns:
            A callable that unsubscribes; calling it again does nothing.
        """
        return self._instance.subscribe(event, handler)

    def off(self, event: str, handler: Handler) -> None:
        """Unsubscribes `handler`; does nothing where it was not subscribed."""
        self._instance.unsubscribe(event, handler)

    def on_error(self, handler: Handler) -> Callable[[], None]:
        """Calls `handler` with each exception that the widget's own code raises and does not catch.

        That is in `init`, in handlers, tasks and views. The visitor is told anyway; this is for telling others, as by a
        connector. Errors before `init` runs, such as a file of the widget that is missing, are not heard here.

        Args:
            handler: `def` or `async def`; it gets the exception itself. Where the widget ends, by the error or
                meanwhile, an `async def` has 5 s more. What the handler raises is printed on the console, and no more.

        Returns:
            A callable that unsubscribes; calling it again does nothing.
        """
        return self._instance.on_error(handler)

    def emit(self, event: str, data: _arguments.Json = None) -> None:
        """Emits an event to this instance's listeners, those in JavaScript included.

        Raises:
            TypeError, ValueError: data that is not JSON.
        """
        if data is None:
            self.js.emit(event)
        else:
            _arguments.json_value(data, "data")
            self.js.emit(event, _ffi.to_host(data))

    def render(self, renderable: Renderable) -> None:
        """Shows a template in the widget's container; of what is shown already, only what differs is changed.

        What a visitor has typed, opened, scrolled or focused stays.

        Args:
            renderable: a t-string, `markup(…)` or anything else with ``__html__``, or a list of those.

        Raises:
            TypeError: it is none of these, or a value in it cannot be shown where it stands.
            ValueError: a value must not stand where it stands, such as an address of ``javascript:``.
            RuntimeError: it is called by the view, whose return value is what is shown.
        """
        self._instance.refuse_in_view("sdk.render(…)", "return the template")
        self._instance.render(renderable)

    def state(self, /, **initial: Any) -> State:
        """Values that the widget remembers; the view runs again, in the next turn of the loop, when one is set.

            state = sdk.state(count=0)
            state.count += 1

        A list or dict changed in place is not seen until it is set: ``state.rows = [*state.rows, row]``.

        Args:
            initial: every name with its first value; no others can be set later.

        Raises:
            RuntimeError: it is called by the view, whose next run would have forgotten it.
        """
        self._instance.refuse_in_view("sdk.state(…)")
        return self._instance.remember(initial)

    def view(self, function: View) -> View:
        """Marks the function that renders the widget::

            @sdk.view
            def view():
                return t"<p>{state.count}</p>"

        It runs first in the next turn of the loop, at the latest as `init` ends, and what it raises then is as if
        `init` had raised it. It runs again, once in a turn, after `state` or a resource has changed, or the host's
        properties or design tokens; what it raises then is reported, and what was shown stays.

        Args:
            function: a plain `def` without parameters. What it returns is rendered as by `render`, and may not be None:
                a view without its `return` would show nothing, and nobody would be told.

        Returns:
            The function.

        Raises:
            TypeError: it is an `async def`, or no function.
            RuntimeError: the widget has a view already.
        """
        self._instance.set_view(function)
        return function

    def resource(
        self,
        function: Callable[..., Awaitable[T]],
        *arguments: Any,
        every: float | None = None,
        retry: int = 0,
        debounce: float = 0.0,
        start: bool = True,
        idempotent: bool = False,
    ) -> Resource[T]:
        """The answer of a connector call, with its states, kept for the view::

            weather = sdk.resource(lambda: sdk.connectors.get("weather-api"), every=60, retry=2)

            @sdk.view
            def view():
                return weather.show(card)

        Args:
            function: an `async def`, or another that returns something to await. It is called in the next turn of the
                loop, and at each `Resource.reload`.
            arguments: for the function, until `reload` is given others.
            every: seconds after an answer before the function is called again, in the background; not while the page
                is hidden. None: never.
            retry: how often a call is repeated, after 0.5, 1, 2 … at most 30 seconds, when it failed for what may pass:
                the network, a timeout, status 429, 502, 503 or 504. Nothing else is repeated; nor is a POST or PATCH
                that may have done its work in spite of the failure.
            debounce: seconds in which no further `reload` is asked for, before it calls the function.
            start: whether to call the function now; otherwise the first `reload` does.
            idempotent: whether a POST or PATCH does no harm if it is done twice, as one that only reads. Composite
                connectors are called by POST. With it, `retry` repeats those too.

        Raises:
            TypeError: `function` is none, such as the coroutine of a call.
            ValueError: a number that is none of seconds, or of repetitions.
            RuntimeError: it is called by the view, or after the widget has left the page.
        """
        self._instance.refuse_in_view("sdk.resource(…)")
        resource = Resource(
            self._instance,
            function,
            arguments,
            every=every,
            retry=retry,
            debounce=debounce,
            idempotent=idempotent,
        )
        if start:
            resource.start()
        return resource

    def listen(self, event: str, selector: str, handler: Handler) -> Callable[[], None]:
        """Calls `handler` for DOM events on the widget's elements, present and future.

        Args:
            event: the DOM's name, such as ``click``. A ``submit`` has its default action prevented.
            selector: CSS; the handler runs for the element that matches it and was clicked, or holds what was.
            handler: `def` or `async def`. One that has a parameter without a default gets the `Event`.

        Returns:
            A callable that ends it; calling it again does nothing.
        """
        return self._instance.listen(event, selector, handler)

    async def yield_(self) -> None:
        """Lets the page answer what its visitor does, and show what has changed, before the code goes on.

            for row in rows:
                total += weigh(row)
                await sdk.yield_()

        To be awaited often in what takes long: it comes back at once where the widget has waited by it less than 8
        milliseconds ago.
        """
        await self._instance.yield_()

    def create_task(self, coro: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Runs a coroutine beside `init`; it is cancelled with the instance, and what it raises is reported."""
        return self._instance.create_task(coro)


class _NoProperty(str):
    """What a KeyError says: it shows its argument's repr."""

    __slots__ = ()

    def __new__(cls, name: str, values: Mapping[str, Any]) -> _NoProperty:
        known = ", ".join(map(repr, values)) or "none"
        return super().__new__(
            cls,
            f"there is no property {name!r}; there are {known}. widget.json declares them, and sdk.props.get(…) does "
            "without",
        )

    __repr__ = str.__str__


class Props(Mapping[str, Any]):
    """The configured properties as they are now.

    Raises:
        KeyError: on getting, by ``props["…"]``, one that nobody has configured.
    """

    def __init__(self, host: Any) -> None:
        self._host = host

    def _current(self) -> dict[str, Any]:
        # Parsed anew each time: what is handed out is the caller's, and changing it changes nothing here.
        values: dict[str, Any] | None = json.loads(_ffi.to_text(self._host.getProps()) or "null")
        return values or {}

    def __getitem__(self, name: str) -> Any:
        values = self._current()
        if name not in values:
            raise KeyError(_NoProperty(name, values))
        return values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._current())

    def __len__(self) -> int:
        return len(self._current())

    def __repr__(self) -> str:
        return f"Props({self._current()!r})"

    # Type checkers say it themselves, as long as they do not see this.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Never:
            raise AttributeError(
                f'properties are not attributes: write sdk.props["{name}"]', name=name, obj=self
            )
