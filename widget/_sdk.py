"""What an author's `init` receives (design: `Sdk`; platform.md §3)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from . import _arguments, _ffi
from ._connectors import Connectors, shared_connectors
from ._web import web_sdk

if TYPE_CHECKING:
    from ._events import Handler
    from ._instance import Instance

T = TypeVar("T")


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
    def design_tokens(self) -> dict[str, str | None]:
        """The page's design tokens: name without the leading ``--`` to value, a copy."""
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

    def create_task(self, coro: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Runs a coroutine beside `init`; it is cancelled with the instance, and what it raises is reported."""
        return self._instance.create_task(coro)


class Props(Mapping[str, Any]):
    """The configured properties as they are now."""

    def __init__(self, host: Any) -> None:
        self._host = host

    def _current(self) -> dict[str, Any]:
        # Parsed anew each time: what is handed out is the caller's, and changing it changes nothing here.
        values: dict[str, Any] | None = json.loads(_ffi.to_text(self._host.getProps()) or "null")
        return values or {}

    def __getitem__(self, name: str) -> Any:
        return self._current()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._current())

    def __len__(self) -> int:
        return len(self._current())

    def __repr__(self) -> str:
        return f"Props({self._current()!r})"
