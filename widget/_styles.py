"""Values in a `style` attribute: none of them can become another declaration, an address, or more than a value."""

from __future__ import annotations

import re

from ._arguments import kind
from ._text import WrongType, WrongValue, text_of

# Functions that only compute: none of them loads anything.
_HARMLESS_FUNCTION = re.compile(
    r"rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix|light-dark|var|env|counters?"
    r"|calc|min|max|clamp|round|mod|rem|abs|sign|a?sin|a?cos|a?tan|atan2|pow|sqrt|hypot|log|exp"
    r"|translate(x|y|z|3d)?|rotate(x|y|z|3d)?|scale(x|y|z|3d)?|skew[xy]?|matrix(3d)?|perspective"
    r"|(repeating-)?(linear|radial|conic)-gradient"
    r"|blur|brightness|contrast|drop-shadow|grayscale|hue-rotate|invert|opacity|saturate|sepia"
    r"|cubic-bezier|steps|linear|minmax|repeat|fit-content|calc-size|anchor(-size)?|scroll|view"
    r"|polygon|circle|ellipse|inset|rect|xywh|path|ray",
    re.IGNORECASE,
)
# What is drawn, of the same document: a gradient, a mask, a marker.
_FRAGMENT = re.compile(r"url\(#[\w-]+\)", re.IGNORECASE)
# All calls of functions; the one before a parenthesis alone is of no name.
_CALL = re.compile(r"([\w-]*)\(")

_PLAIN_CHARACTERS = r" \-+.,%#\w\x80-\U0010ffff"
# A slash at an end might meet an asterisk outside, and begin a comment.
_PLAIN = re.compile(rf"[{_PLAIN_CHARACTERS}]*(?:(?<=.)/(?=.)[{_PLAIN_CHARACTERS}]*)*")
_NOT_PLAIN = re.compile(rf"[^{_PLAIN_CHARACTERS}]")
_TOKEN = re.compile(
    # A word is read as a whole, called or not: to begin anew at each of its letters takes the square of its length.
    rf"(?P<word>[A-Za-z][\w-]*+)(?P<call>\()?|(?P<open>[(\[])|(?P<close>[)\]])"
    rf"|(?P<string>\"[^\"\\\n\r\f]*\"|'[^'\\\n\r\f]*')|[*/]|[{_PLAIN_CHARACTERS}]"
)
_PROPERTY = re.compile(r"--[\w-]+|-?[a-z][a-z-]*")
_IMPORTANT = re.compile(r"!\s*important\s*\Z", re.IGNORECASE)


def css_value(text: str, *, strings: bool = False) -> str:
    """What stands for `text` within a CSS value, or within a string in one.

    Args:
        text: words, numbers, colours, lengths and calls of functions that load nothing pass as they are. In anything
            else each further character is escaped (CSS Syntax, 4.3.7), and stands for itself and nothing more.
        strings: whether quoted strings pass too. Not where the value stands in a string already.
    """
    if _PLAIN.fullmatch(text) or _is_harmless_expression(text, strings=strings):
        return text
    return _NOT_PLAIN.sub(lambda character: f"\\{ord(character[0]):x} ", text)


def presented(text: str) -> str:
    """The value of an attribute of SVG that is one of CSS, such as ``fill``: as `css_value`, or ``url(#id)``."""
    return text if _FRAGMENT.fullmatch(text) else css_value(text)


def loading_function(text: str) -> str:
    """The name of a function that loads what its argument names, or may; "" where `text` calls none.

    Args:
        text: values of CSS, of numbers, of a path: whatever SVG animates.
    """
    if "\\" in text:
        return "\\"  # an escape, by which any name can be written
    for call in _CALL.finditer(text):
        if not _HARMLESS_FUNCTION.fullmatch(call[1] or "calc") and not _FRAGMENT.match(
            text, call.start()
        ):
            return call[1]
    return ""


def declarations(values: dict[object, object]) -> str | None:
    """A `style` attribute's text from properties and values; those of None or False are left out.

    Raises:
        WrongType: a property or a value that has no text.
        WrongValue: what is no property's name.
    """
    written = []
    for name, value in values.items():
        if not isinstance(name, str):
            raise WrongType(f"a property of style is a str, not {kind(name)}")
        if not _PROPERTY.fullmatch(name):
            dashed = re.sub(r"_|(?=[A-Z])", "-", name).lower()
            way_out = f"; write {dashed}" if _PROPERTY.fullmatch(dashed) else ""
            raise WrongValue(f"{name!r} is no property of CSS{way_out}")
        if value is None or value is False:
            continue
        text = text_of(value)
        important = _IMPORTANT.search(text)
        if important:
            text = text[: important.start()].rstrip()
        value_written = css_value(text, strings=True)
        written.append(f"{name}: {value_written}{' !important' if important else ''}")
    return "; ".join(written) or None


def refusal_of_hole(strings: tuple[str, ...]) -> tuple[int, str] | None:
    """Looks for a hole in a style attribute's text that stands elsewhere than in the value of a declaration.

    Args:
        strings: the text before, between and after the holes.

    Returns:
        Which hole, counted from 0, and what it stands in; None where all stand well.
    """
    scan = _StyleScan()
    for hole, text in enumerate(strings[:-1]):
        scan.read(text)
        where = scan.refusal()
        if not where and strings[hole + 1].startswith("("):
            where = "the name of a function"
        if where:
            return hole, where
    return None


class _StyleScan:
    """How far the text of a style attribute has come (CSS Syntax, 4.3.1)."""

    _STEP = re.compile(
        # A blank after an escape in digits is part of it.
        r"/\*|\*/|\\\Z|(?:[-\w]|\\[0-9A-Fa-f]{1,6}\s?|\\.)*\(|\\.|[)\"':;]|.",
        re.DOTALL,
    )

    def __init__(self) -> None:
        self._in_value = False
        self._quote = ""
        self._in_comment = False
        self._after_backslash = False
        self._functions: list[str] = []

    def read(self, text: str) -> None:
        for step in self._STEP.finditer(text):
            self._take(step[0])

    def refusal(self) -> str:
        """What a hole at this place stands in, where a value must not stand; else ""."""
        if self._in_comment:
            return "a comment"
        if self._after_backslash:
            return "an escape"
        if not all(map(_HARMLESS_FUNCTION.fullmatch, self._functions)):
            return f"{self._functions[-1]}(…)"
        return "" if self._in_value else "the name of a property"

    def _take(self, step: str) -> None:
        self._after_backslash = step == "\\"
        if self._in_comment:
            self._in_comment = step != "*/"
        elif self._quote:
            # A function's parenthesis is one step, and may end in no quote.
            self._quote = "" if step == self._quote else self._quote
        elif step == "/*":
            self._in_comment = True
        elif step in ("'", '"'):
            self._quote = step
        elif step.endswith("("):
            self._functions.append(step[:-1] or (self._functions or ["calc"])[-1])
        elif step == ")":
            del self._functions[-1:]
        elif step == ":":
            self._in_value = True
        elif step == ";" and not self._functions:
            self._in_value = False


def _is_harmless_expression(text: str, *, strings: bool) -> bool:
    closing: list[str] = []
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            return False
        position = token.end()
        if token["call"]:
            if not _HARMLESS_FUNCTION.fullmatch(token["word"]):
                return False
            closing.append(")")
        elif token["open"]:
            # Parentheses of their own group what is computed, within a function; brackets name the lines of a grid.
            if token["open"] == "(" and not closing:
                return False
            closing.append(")" if token["open"] == "(" else "]")
        elif token["close"]:
            if not closing or closing.pop() != token["close"]:
                return False
        elif (token["string"] and not strings) or (token[0] == "*" and not closing):
            # Outside of parentheses an asterisk has no meaning, or might be one half of a comment's mark.
            return False
    return not closing and "/*" not in text and not text.startswith("/") and not text.endswith("/")
