"""What a handler of DOM events receives, and how handlers are called."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Never, TypeAlias

from . import _ffi

if sys.version_info >= (3, 14):
    from annotationlib import Format

Handler: TypeAlias = Callable[..., Any]


class Event:
    """A DOM event, with what handlers ask it for.

    Attributes:
        js: the browser's own event object, for `preventDefault()` and all else.
        target: the element that the handler's attribute stands on, or that the selector of `sdk.listen` matched; the
            browser's own ``js.target`` may be an element within it.
    """

    __slots__ = ("_key_of", "js", "target")

    def __init__(
        self, js: Any, target: Any, key_of: Callable[[Any], Any] = lambda element: None
    ) -> None:
        self.js = js
        self.target = target
        self._key_of = key_of

    @property
    def value(self) -> Any:
        """What stands in the target, or is chosen there, as a str; of ``<select multiple>`` a list of str.

        None where the target is nothing that has a value.
        """
        return json.loads(_ffi.bridge().valueOf(self.target))

    @property
    def checked(self) -> bool:
        """Whether the target, a checkbox or a radio button, is checked."""
        return getattr(self.target, "checked", False) is True

    @property
    def form(self) -> dict[str, Any]:
        """The values of the form that the target is, or is in, by name.

        A field gives a str; a checkbox without ``value`` a bool, checkboxes with one the list of those that are
        checked; radio buttons the value of the checked one, or None; ``<select multiple>``, or several text fields of
        one name, a list. Files and what is disabled are left out; of the buttons the one that sent the form counts.

        Raises:
            ValueError: the target is in no form.
        """
        text = _ffi.bridge().formOf(self.target, getattr(self.js, "submitter", None))
        if text is None:
            raise ValueError(
                f"event.form: the <{self.target.localName}> that the {self.js.type} was heard on is in no <form>"
            )
        values: dict[str, Any] = json.loads(text)
        return values

    @property
    def key(self) -> Any:
        """Of a keyboard event the key pressed, by the DOM's name, such as ``"ArrowDown"``.

        Of any other event the `key` of the list item that the target is in, as the template was given it; None where
        there is none.
        """
        pressed = getattr(self.js, "key", None)
        return pressed if isinstance(pressed, str) else self._key_of(self.target)

    def __repr__(self) -> str:
        return f"<Event {self.js.type}>"

    # Type checkers say it themselves, as long as they do not see this.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Never:
            if name.startswith("_") or hasattr(type(self), name):  # what one of these raised itself
                object.__getattribute__(self, name)
            words = name.split("_")
            camel = words[0] + "".join(word[:1].upper() + word[1:] for word in words[1:])
            way_out = (
                "that of a submit is prevented already, and for another write event.js.preventDefault()"
                if camel == "preventDefault"
                else f"the browser's own event is event.js, as in event.js.{camel}"
            )
            raise AttributeError(f"an Event has no {name!r}: {way_out}", name=name, obj=self)


def call_with(handler: Handler, argument: object) -> Any:
    """Calls a handler, with the argument only if it asks for one.

    `def refresh():` is a handler too, and a parameter with a default is not asking: `lambda row=row: …` is how a loop
    gives each handler a value of its own.
    """
    return handler(argument) if _asks_for_argument(handler) else handler()


def _asks_for_argument(handler: Handler) -> bool:
    try:
        parameters = _signature(handler).parameters.values()
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


def _signature(handler: Handler) -> inspect.Signature:
    if sys.version_info >= (3, 14):
        # An annotation may be of what is there for type checkers alone, as a widget's `Props` is.
        return inspect.signature(handler, annotation_format=Format.FORWARDREF)
    return inspect.signature(handler)
