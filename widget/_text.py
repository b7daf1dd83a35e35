"""Which values have a text form that can be shown, and how text is written in HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from . import _ffi
from ._arguments import kind
from ._templates import Template

if TYPE_CHECKING:
    from ._templates import Interpolation


# Told from their class at once: in the browser, what else `expands` asks takes some 20 µs, and a table has thousands.
_PLAINLY_EXPANDING = frozenset({list, tuple, type(item for item in "")})

# An expression that is a text alone, such as a dict begins with.
_TEXT = re.compile(r"""\s*("[^"]*"|'[^']*')\s*""")


class WrongType(TypeError):
    """A value of a type that its place does not take; the message is completed by whoever knows the place."""


class WrongValue(ValueError):
    """Likewise, a value of the right type."""


def text_of(value: object) -> str:
    """The text form of a value that has one.

    Returns:
        A str itself, a number as Python writes it, else what the `__str__` of the value's own class gives.

    Raises:
        WrongType: the value has none.
        WrongValue: the text holds NUL, which HTML cannot hold (WHATWG HTML, 13.2.5).
    """
    cls = type(value)
    if cls is int or cls is float:
        return str(value)
    text: str = value if cls is str else _text_of_object(value)  # type: ignore[assignment]
    if "\0" in text:
        raise WrongValue("a text with a NUL character cannot stand in HTML; remove it")
    return text


def escaped(text: str) -> str:
    """Text as HTML source: it reads back as `text` in content, in a quoted attribute, in <textarea> and <title>."""
    # A carriage return would be read as a line feed (WHATWG HTML, 13.2.3.5).
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("\r", "&#13;")
    )


def formatted(interpolation: Interpolation) -> str:
    """The value of an interpolation with its conversion and its format applied, as an f-string does it.

    Raises:
        WrongType, WrongValue: the value does not know the format.
    """
    value = interpolation.value
    if interpolation.conversion == "r":
        value = repr(value)
    elif interpolation.conversion == "a":
        value = ascii(value)
    elif interpolation.conversion == "s":
        value = str(value)
    try:
        return format(value, interpolation.format_spec)
    except TypeError as error:
        raise WrongType(str(error)) from error
    except ValueError as error:
        # t'{"a": 1}' is the text "a" in a format of its own.
        hint = (
            "; a dict wants blanks around it: { {…} }"
            if _TEXT.fullmatch(interpolation.expression)
            else ""
        )
        raise WrongValue(f"{error}{hint}") from error


def expands(value: object) -> bool:
    """Whether a value that is no str stands for the items it iterates over."""
    if type(value) in _PLAINLY_EXPANDING:
        return True
    # Not the class: that of an Enum's members can be iterated over, the members cannot.
    return (
        hasattr(value, "__iter__")
        and not isinstance(value, (str, bytes, bytearray, memoryview, Mapping))
        and not callable(value)
        and not _ffi.is_object(value)
    )


def _text_of_object(value: object) -> str:
    if isinstance(value, str) and not hasattr(type(value), "__html__"):
        return str(value)
    if isinstance(value, (int, float, complex)) and not isinstance(value, bool):
        return str(value)
    way_out = _way_out(value)
    if not way_out and type(value).__str__ is not object.__str__:
        return str(value)
    raise WrongType(
        f"{kind(value)} is no text; {way_out or 'interpolate one of its attributes, or give its class a __str__'}"
    )


def _way_out(value: object) -> str:
    """What to write instead of a value whose text form is nobody's wish; "" of any other."""
    cls = type(value)
    if value is None or isinstance(value, bool):
        return 'write {… or ""} for nothing'
    if _ffi.is_object(value):
        return "a JavaScript object is to be converted first: value.to_py()"
    if cls is Template or hasattr(cls, "__html__"):
        return "it can stand between tags only"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "decode it: value.decode()"
    if isinstance(value, Mapping):
        return 'name what is to be shown, such as value["name"]'
    if hasattr(cls, "__await__"):
        return "await it before the template"
    if hasattr(cls, "__aiter__"):
        return "collect it before the template: [item async for item in …]"
    if callable(value):
        return "call it: write {name()}"
    if expands(value) and cls.__str__ is object.__str__:
        return 'join it: " ".join(…)'
    return ""
