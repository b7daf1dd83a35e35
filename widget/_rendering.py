"""What an instance shows in its container, and the events of it: the Python half of `static/loader/rendering.js`."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

from . import _ffi
from ._events import Event, Handler
from ._patching import Patching
from ._resolving import Resolved


class Rendering:
    """The container of one instance.

    Args:
        container: the widget's own element.
        run: calls a handler on behalf of the widget, reporting what it raises.
        take_over: JavaScript's, which rendering.js calls before it first shows anything; None where nothing has stood
            in the container before.
    """

    def __init__(
        self,
        container: Any,
        run: Callable[[Handler, object], object],
        take_over: Any = None,
    ) -> None:
        self._container = container
        self._run = run
        self._take_over = take_over
        self._patching = Patching(_ffi.print_warning)
        self._listeners: dict[int, Handler] = {}
        self._numbers = itertools.count(1)
        self._hearing: Any = None
        self._page: Any = None
        self._applying = False
        self._next: Resolved | None = None

    def show(self, new: Resolved) -> None:
        """Makes the container show `new`; what is the same as before is not touched.

        Within a change of the page, as by an author's own listener that the change lets the browser call, it is shown
        when that is done.

        Raises:
            ValueError: the browser reads the template's HTML otherwise than it was checked; nothing has changed.
        """
        self._next = new
        if self._applying:
            return
        self._applying = True
        try:
            while self._next is not None:
                new, self._next = self._next, None
                if not self._apply(new):
                    # Somebody has changed what was rendered, by sdk.root, or by translating the page.
                    self._patching.forget()
                    self._apply(new)
        finally:
            self._applying = False
            self._next = None

    def _apply(self, new: Resolved) -> bool:
        page = self._on_page()
        changes = self._patching.compare(new)
        if self._patching.templates:
            try:
                page.define(json.dumps(self._patching.templates))
            except _ffi.JsException as error:
                self._patching.reject()
                raise ValueError(
                    f"the template cannot be shown: {_ffi.message_of(error)}"
                ) from None
        try:
            applied: bool = page.apply(json.dumps(changes))
        except BaseException:
            # Nobody knows what of it is on the page.
            self._patching.forget()
            raise
        if applied:
            self._patching.accept(new)
        return applied

    def listen(self, event: str, selector: str, handler: Handler) -> Callable[[], None]:
        """Calls `handler` for each `event` on an element in the container that `selector` matches.

        Returns:
            A callable that ends it; calling it again does nothing.
        """
        number = next(self._numbers)
        # A selector that does not parse fails here, not at the first event.
        self._on_page().delegation.listen(number, event, selector)
        self._listeners[number] = handler

        def unlisten() -> None:
            if self._listeners.pop(number, None) is not None and self._page is not None:
                self._page.delegation.unlisten(number)

        return unlisten

    def key_of(self, element: Any) -> Any:
        """The key of the nearest list item around an element; None where there is none."""
        if self._page is not None:
            for number in self._page.owners(element):
                block = self._patching.blocks.get(number)
                if block is not None and block.key is not None:
                    return block.key
        return None

    def close(self) -> None:
        """Ends all listening, and frees what it held. What is on the page stays."""
        if self._page is not None:
            self._page.close()
            self._hearing.destroy()
            self._page = self._hearing = None
        self._listeners.clear()
        self._patching.forget()

    def _on_page(self) -> Any:
        if self._page is None:
            self._hearing = _ffi.create_proxy(self._hear)
            self._page = _ffi.bridge().rendering(self._container, self._hearing, self._take_over)
        return self._page

    def _hear(self, js_event: Any, target: Any, number: int, part: int | None) -> None:
        """Calls a handler of the template at its place, or a listener by its number."""
        handler: Handler | None
        if isinstance(part, int):
            block = self._patching.blocks.get(number)
            handler = block.values[part] if block is not None else None
        else:
            handler = self._listeners.get(number)
        if handler is not None:
            self._run(handler, Event(js_event, target, self.key_of))
