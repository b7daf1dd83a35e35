"""A widget's first render in JSON, with the places in the author's code that a message can name."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from widget import _resolving, _template_parser
from widget._attributes import Attribute, Classes, Enumerated
from widget._resolving import Html, Resolved
from widget._template_parts import (
    AttributePart,
    ContentPart,
    EventPart,
    KeyPart,
    Part,
    TextPart,
)

from .touching import WIDGETS, place

_KINDS: dict[type[Part], str] = {
    ContentPart: "content",
    AttributePart: "attribute",
    TextPart: "text",
    EventPart: "event",
    KeyPart: "key",
}

# The rules under which any text stands as it is; under the others Python checks, or rewrites, what the loader would
# set unseen.
_TAKES_ANY_TEXT = (Attribute, Classes, Enumerated)

# What stands in a template's holes, as the author wrote it, by the number of its static parts.
_expressions: dict[int, tuple[str, ...]] = {}


def install() -> None:
    """Notes from now on what is written in the holes of templates."""
    parse = _template_parser.parse

    def noting_parse(template: Any, namespace: str = "html") -> Any:
        parsed = parse(template, namespace)
        # Anew each time: other widgets have templates of the same static parts, with something else in the holes.
        _expressions[parsed.number] = tuple(each.expression for each in template.interpolations)
        return parsed

    module: Any = _resolving
    module.parse = noting_parse


def recorded(root: Resolved, view: Callable[[], Any] | None) -> dict[str, Any]:
    """A render.

    Args:
        root: what is shown.
        view: the author's, if that has returned it.
    """
    recording = _Recording()
    block = recording.block(root)
    return {"templates": recording.templates, "root": block, "place": _place_of(view)}


def _place_of(view: Callable[[], Any] | None) -> str:
    code = getattr(view, "__code__", None)
    if code is not None and code.co_filename.startswith(WIDGETS):
        file = code.co_filename.removeprefix(WIDGETS).partition("/")[2]
        return f"{file}, line {code.co_firstlineno}"
    return place(sys._getframe())


class _Recording:
    def __init__(self) -> None:
        self.templates: list[dict[str, Any]] = []
        self._numbers: dict[int, int] = {}

    def block(self, resolved: Resolved) -> list[Any]:
        parsed = resolved.parsed
        if parsed.number not in self._numbers:
            self._numbers[parsed.number] = len(self.templates)
            expressions = _expressions.get(parsed.number, ())
            self.templates.append(
                {
                    "namespace": parsed.namespace,
                    "marked": parsed.marked,
                    "parts": [_part(part, expressions) for part in parsed.parts],
                }
            )
        values = [
            self._value(part, value)
            for part, value in zip(parsed.parts, resolved.values, strict=True)
        ]
        return [self._numbers[parsed.number], values]

    def _value(self, part: Part, value: Any) -> Any:
        if isinstance(part, EventPart | KeyPart):
            return None
        if isinstance(value, list):
            return {"list": [self.block(item) for item in value]}
        if isinstance(value, Resolved):
            return {"block": self.block(value)}
        if isinstance(value, Html):
            return {"html": str(value)}
        return value if value is None else str(value)


def _part(part: Part, expressions: tuple[str, ...]) -> dict[str, Any]:
    strings = getattr(part, "_strings", ("", ""))
    holes = expressions[part.first : part.first + len(strings) - 1]
    written = " and ".join(f"{{{hole or '…'}}}" for hole in holes)
    takes_any_text = isinstance(part, AttributePart) and type(part._rule) in _TAKES_ANY_TEXT
    return {
        "kind": _KINDS[type(part)],
        "name": part.name,
        "line": part._line,
        "says": f"{written} in {part._described.format(name=part.name, tag=part._tag)}",
        "slot": isinstance(part, ContentPart) or takes_any_text,
    }
