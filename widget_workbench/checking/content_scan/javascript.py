"""Pieces of JavaScript, found in a text without parsing it: it may be HTML, a comment, or no JavaScript at all.

Every repetition is bounded, so that the time is linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache

from widget_workbench.checking.content_scan.source_text import Span

GAP = r"(?:\s|/\*[^*]{0,80}\*/){0,60}"
"""What may stand between two tokens."""

QUOTE = r"""["'`]"""

GLOBAL_OBJECTS = r"(?:window|self|top|parent|document|globalThis|frames|opener|defaultView)"

EXTERNAL_LITERAL = (
    r"""["'`]\s{0,80}(?P<url>(?:(?i:https?:)(?:\\?/|\\\\){2}|(?:\\?/|\\\\){2}(?=[\w\[${.]))"""
    r"""[^"'`\r\n]{0,500})"""
)
"""The beginning of a string that is an external URL, or begins with one; `url` goes up to its end."""

NAME = r"(?P<name>[A-Za-z_$][\w$]{0,60})"

_NAME_BEFORE = re.compile(r"(?P<name>[A-Za-z_$][\w$]{2,60})\s{0,20}\Z")
_ASSIGNED_URL = re.compile(rf"=\s{{0,20}}{EXTERNAL_LITERAL}")


def member(names: str) -> str:
    """A pattern for access to one of the members, with a dot or with brackets.

    Args:
        names: as alternatives of a pattern.
    """
    return (
        rf"{GAP}(?:\?\.{GAP}|\.{GAP})(?:{names})(?![\w$])"
        rf"|{GAP}(?:\?\.{GAP})?\[{GAP}{QUOTE}(?:{names}){QUOTE}{GAP}\]"
    )


def calls(text: str, name: str) -> Iterator[Span]:
    """Where a function is called, from its name up to its first argument, by whatever access."""
    for call in _call(name).finditer(text):
        if not _is_name_character(text[call.start() - 1 : call.start()]):
            yield Span(call.start(), call.end())


def named_urls(text: str) -> dict[str, list[tuple[int, str]]]:
    """The external URLs that names are given, each with where.

    Names of one or two letters are left out: minified code uses them again and again.
    """
    found: dict[str, list[tuple[int, str]]] = {}
    for assignment in _ASSIGNED_URL.finditer(text):
        start = assignment.start()
        name = _NAME_BEFORE.search(text[max(0, start - 84) : start])
        if name:
            found.setdefault(name["name"], []).append((start, assignment["url"]))
    return found


def named_url(urls: dict[str, list[tuple[int, str]]], name: str, before: int) -> str | None:
    """What the name was given last before a place."""
    given = urls.get(name, [])
    index = bisect_left(given, (before, ""))
    return given[index - 1][1] if index else None


@cache
def _call(name: str) -> re.Pattern[str]:
    # The name comes first, so that the search runs at the speed of one for a word.
    return re.compile(rf"{re.escape(name)}(?:{QUOTE}{GAP}\])?{GAP}\)?{GAP}(?:\?\.{GAP})?\({GAP}")


def _is_name_character(character: str) -> bool:
    return character.isalnum() or character in ("_", "$")
