"""What several runs of a widget have in common: a first render in which some values only print a property.

Each run differs from the first in one thing (conditions.py), so where a value differs it is known why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from widget_workbench.prerendering.conditions import Conditions
from widget_workbench.prerendering.printed import printed

# Characters of a value that a message quotes.
_LONGEST_QUOTED = 60

# What the loader sets in Python's place: attributes that take a text and do nothing by it (static/loader/slots.js).
_FILLED = re.compile(
    r"abbr|alt|aria-[a-z]+|class|content|data-[a-z0-9-]+|datetime|dir|for|headers|height|high|id|label|lang|low|max"
    r"|maxlength|min|minlength|name|optimum|pattern|placeholder|rows|cols|size|span|step|tabindex|title|value|width"
)

# Attributes that the platform rewrites as the addresses of a widget's files, by their elements' kind in platform.md §1.
_OF_FILES = frozenset({"src", "href", "data", "poster"})


class Differs(Exception):
    """The runs differ in more than printed properties; the message names the place and the cause."""


@dataclass(frozen=True)
class Slot:
    """A text or an attribute's value that only prints a property.

    Attributes:
        prop: the property's name.
        default: what stands there by default; None where an attribute is absent then.
        empty: whether an empty text is shown as one; else the default stays.
    """

    prop: str
    default: str | None
    empty: bool


@dataclass(frozen=True)
class Html:
    """HTML that an author vouches for."""

    source: str


@dataclass(frozen=True)
class Asset:
    """The address of one of the widget's assets: its path in assets/, quoted as in a URL."""

    path: str


@dataclass(frozen=True)
class Block:
    """A template with its values.

    Attributes:
        template: as `interpreter/recording.py` tells it.
        values: by part; None of an attribute that is absent, and of what is not on the page.
    """

    template: Mapping[str, Any]
    values: tuple[Value, ...]


Value = str | None | Slot | Html | Asset | Block | list[Block]


@dataclass(frozen=True)
class Seen:
    """What one run has shown at a place.

    Attributes:
        conditions: of the run.
        templates: of the run, by number.
        value: as it is recorded.
    """

    conditions: Conditions
    templates: Sequence[Mapping[str, Any]]
    value: Any

    def at(self, value: Any) -> Seen:
        """The same run at another place."""
        return Seen(self.conditions, self.templates, value)


def compared(shown: Sequence[tuple[Conditions, Mapping[str, Any]]]) -> Block:
    """The render that all runs agree on.

    Args:
        shown: of each run its conditions and its first render, the first run's first.

    Raises:
        Differs: they do not agree.
    """
    seen = [Seen(conditions, each["templates"], each["root"]) for conditions, each in shown]
    return _Comparison(shown[0][1]["place"]).block(seen, None)


class _Comparison:
    """One comparison.

    Args:
        view: where the code is that rendered, for messages.
    """

    def __init__(self, view: str) -> None:
        self._view = view

    def block(self, seen: Sequence[Seen], part: Mapping[str, Any] | None) -> Block:
        templates = [each.templates[each.value[0]] for each in seen]
        other = [
            each
            for each, template in zip(seen, templates, strict=True)
            if template["marked"] != templates[0]["marked"]
        ]
        if other:
            self._differs(part, other, "it is another template then")
        template = templates[0]
        values = tuple(
            self._value([each.at(each.value[1][number]) for each in seen], each_part)
            for number, each_part in enumerate(template["parts"])
        )
        return Block(template, values)

    def _value(self, seen: Sequence[Seen], part: Mapping[str, Any]) -> Value:
        first = seen[0].value
        other = [each for each in seen if _kind(each.value) != _kind(first)]
        if other and not all(each.value is None or isinstance(each.value, str) for each in seen):
            self._differs(part, other, _quoted(first, other[0].value))
        if isinstance(first, dict):
            return self._content(seen, part)
        if all(each.value == first for each in seen):
            return None if first is None else str(first)
        if (asset := _asset(seen)) is not None:
            if part["kind"] != "attribute" or part["name"].lower() not in _OF_FILES:
                others = [each for each in seen if each.value != first]
                what = "the platform rewrites addresses in src, href, data and poster alone"
                self._differs(part, others, what)
            return asset
        return self._slot(seen, part)

    def _content(self, seen: Sequence[Seen], part: Mapping[str, Any]) -> Value:
        first = seen[0].value
        if "block" in first:
            return self.block([each.at(each.value["block"]) for each in seen], part)
        if "html" in first:
            other = [each for each in seen if each.value != first]
            if other:
                self._differs(part, other, "it is other HTML then")
            return Html(first["html"])
        other = [each for each in seen if len(each.value["list"]) != len(first["list"])]
        if other:
            lengths = (len(first["list"]), len(other[0].value["list"]))
            self._differs(part, other, "{} items become {}".format(*lengths))
        return [
            self.block([each.at(each.value["list"][number]) for each in seen], part)
            for number in range(len(first["list"]))
        ]

    def _slot(self, seen: Sequence[Seen], part: Mapping[str, Any]) -> Slot:
        first = seen[0].value
        found = printed([(each.conditions.props, each.value) for each in seen], first)
        if found is None:
            other = [each for each in seen if each.value != first]
            self._differs(part, other, _quoted(first, other[0].value))
        if not part["slot"] or (
            part["kind"] == "attribute" and not _FILLED.fullmatch(part["name"])
        ):
            what = "the loader fills texts in, and attributes that do nothing by theirs"
            self._differs(part, [each for each in seen if each.value != first], what)
        return Slot(found.prop, first, found.empty)

    def _differs(
        self, part: Mapping[str, Any] | None, other: Sequence[Seen], what: str
    ) -> NoReturn:
        place = (
            f"the template of {self._view}"
            if part is None
            else f"{part['says']} (line {part['line']} of the template, {self._view})"
        )
        causes = " and ".join(dict.fromkeys(each.conditions.differs for each in _simplest(other)))
        raise Differs(f"{place} changes with {causes}: {what}")


def _simplest(other: Sequence[Seen]) -> Iterator[Seen]:
    """Those runs that say most: one that differs in everything says nothing beside one that differs in one thing."""
    single = [each for each in other if each.conditions.is_single]
    yield from single or other


def _kind(value: Any) -> str:
    return next(iter(value)) if isinstance(value, dict) else type(value).__name__


def _asset(seen: Sequence[Seen]) -> Asset | None:
    """The asset whose address all runs have, each where it was put for that run."""
    paths = set()
    for each in seen:
        base = each.conditions.assets
        if not isinstance(each.value, str) or not each.value.startswith(base):
            return None
        paths.add(each.value.removeprefix(base))
    return Asset(paths.pop()) if len(paths) == 1 else None


def _quoted(*values: Any) -> str:
    return " becomes ".join(_in_words(value) for value in values)


def _in_words(value: Any) -> str:
    if value is None:
        return "nothing"
    if not isinstance(value, str):
        return {"block": "a template", "list": "a list", "html": "HTML"}[_kind(value)]
    text = value if len(value) <= _LONGEST_QUOTED else f"{value[:_LONGEST_QUOTED]}…"
    return f"“{text}”"
