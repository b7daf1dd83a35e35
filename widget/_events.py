"""Listening to the DOM: one listener on the container for each type of event, whatever the number of elements."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from . import _ffi

Handler: TypeAlias = Callable[..., Any]

# These do not bubble up to the container; only capturing sees them there.
_NOT_BUBBLING = frozenset(
    {
        *("blur", "focus", "invalid", "toggle", "scroll", "load", "error"),
        *("mouseenter", "mouseleave", "pointerenter", "pointerleave"),
        *("play", "pause", "ended", "timeupdate", "volumechange"),
    }
)


@dataclass(frozen=True)
class Event:
    """A DOM event.

    Attributes:
        js: the browser's own event object.
        target: the element that the listener's selector matched.
    """

    js: Any
    target: Any


def call_with(handler: Handler, argument: object) -> Any:
    """Calls a handler, with the argument only if it asks for one.

    `def refresh():` is a handler too, and a parameter with a default is not asking: `lambda row=row: …` is how a loop
    gives each handler a value of its own.
    """
    return handler(argument) if _asks_for_argument(handler) else handler()


def _asks_for_argument(handler: Handler) -> bool:
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):  # a builtin without a signature
        return True
    return any(
        parameter.kind is parameter.VAR_POSITIONAL
        or (
            parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
            and parameter.default is parameter.empty
        )
        for parameter in parameters
    )


class Delegation:
    """The listeners of one container.

    Args:
        container: the widget's own element.
        run: calls a handler on behalf of the widget, reporting what it raises.
    """

    def __init__(self, container: Any, run: Callable[[Handler, object], object]) -> None:
        self._container = container
        self._run = run
        self._listeners: dict[str, list[tuple[str, Handler]]] = {}
        self._proxies: dict[str, Any] = {}

    def listen(self, event: str, selector: str, handler: Handler) -> Callable[[], None]:
        """Calls `handler` for each `event` on an element in the container that `selector` matches.

        Returns:
            A callable that ends it; calling it again does nothing.
        """
        self._container.matches(
            selector
        )  # a selector that does not parse fails here, not at the first event
        entry = (selector, handler)
        self._listeners.setdefault(event, []).append(entry)
        if event not in self._proxies:
            self._proxies[event] = proxy = _ffi.create_proxy(
                lambda js_event: self._dispatch(event, js_event)
            )
            self._container.addEventListener(event, proxy, event in _NOT_BUBBLING)

        def unlisten() -> None:
            if entry in self._listeners.get(event, []):
                self._listeners[event].remove(entry)

        return unlisten

    def close(self) -> None:
        """Removes every listener and frees what they held."""
        for event, proxy in self._proxies.items():
            self._container.removeEventListener(event, proxy, event in _NOT_BUBBLING)
            proxy.destroy()
        self._proxies.clear()
        self._listeners.clear()

    def _dispatch(self, event: str, js_event: Any) -> None:
        for entry in tuple(self._listeners.get(event, ())):
            if entry not in self._listeners.get(event, ()):  # ended by a handler before it
                continue
            selector, handler = entry
            target = js_event.target.closest(selector)
            if not _ffi.is_object(target) or not self._container.contains(target):
                continue
            if event == "submit":
                # Nobody wants the page to reload; a form in a widget is the widget's to send.
                js_event.preventDefault()
            self._run(handler, Event(js_event, target))
