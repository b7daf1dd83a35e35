"""Cookies, stored data, passwords and keystrokes on their way to another site."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from widget_workbench.checking.content_scan.javascript import (
    EXTERNAL_LITERAL,
    GAP,
    NAME,
    QUOTE,
    calls,
    member,
    named_url,
    named_urls,
)
from widget_workbench.checking.content_scan.match import Match
from widget_workbench.checking.content_scan.source_text import SourceText

_COOKIE = rf"document(?:{member('cookie')})"
_STORAGE = (
    r"(?:localStorage|sessionStorage)(?![\w$])(?!\s{0,9}\.\s{0,9}(?:setItem|removeItem|clear))"
)
_FORM_DATA = r"new\s{1,9}FormData\s{0,9}\("
_KEYS = r"(?:event|evt|ev|e)\s{0,9}\.\s{0,9}(?:key|keyCode|which|charCode)(?![\w$])"
_PROTECTED_FIELD = (
    r"\[\s{0,9}type\s{0,9}=\s{0,9}\\?[\"']?password|password\w{0,20}\s{0,9}\.\s{0,9}value"
)

_PRIVATE = (
    ("the visitor's cookies", re.compile(_COOKIE)),
    ("what the browser has stored", re.compile(_STORAGE)),
    ("a password", re.compile(_PROTECTED_FIELD, re.IGNORECASE)),
    ("a form's values", re.compile(_FORM_DATA)),
    ("the visitor's keystrokes", re.compile(_KEYS)),
)
_SENDERS = ("fetch", "sendBeacon", "open", "WebSocket", "EventSource", "post", "ajax", "get")
_ARGUMENT = re.compile(
    rf"(?:{QUOTE}[A-Za-z]{{3,7}}{QUOTE}{GAP},{GAP})?(?:\{{[^{{}}]{{0,200}}?url{GAP}:{GAP})?(?:{EXTERNAL_LITERAL}|{NAME})"
)
_SOURCE = re.compile(
    rf"(?:\.\s{{0,9}}(?:src|href|action)|location){GAP}\+?={GAP}{EXTERNAL_LITERAL}"
)
_EXTERNAL = re.compile(EXTERNAL_LITERAL)
_NEAR = 400  # characters: of one statement, or of a few that belong together

_WAY_OUT = "the scan takes that for data exfiltration; call a connector, which sends what it has to and no more."


def data_exfiltration(source: SourceText) -> Iterator[Match]:
    """Private data near a request to another site."""
    text = source.text
    private = sorted(
        (found.start(), what) for what, pattern in _PRIVATE for found in pattern.finditer(text)
    )
    if not private or "//" not in text.replace("\\", "/"):
        return
    for start, end, url in _requests(text):
        first = bisect_left(private, (start - _NEAR, ""))
        last = bisect_right(private, (end + _NEAR, chr(0x10FFFF)))
        near = [
            (abs(place - start), what)
            for place, what in private[first:last]
            if _is_together(text, place, start, end)
        ]
        if near:
            _, what = min(near)
            yield Match(start, end, f"sends {what} to {url[:80]}: {_WAY_OUT}")


def _requests(text: str) -> Iterator[tuple[int, int, str]]:
    """Where something is sent to an external URL, and to which."""
    urls = named_urls(text)
    for name in _SENDERS:
        for call in calls(text, name):
            argument = _ARGUMENT.match(text, call.end)
            if argument is None:
                continue
            url = argument["url"] or named_url(urls, argument["name"], call.start)
            if url:
                yield call.start, argument.end(), url
    for given in _SOURCE.finditer(text):
        yield given.start(), given.end(), given["url"]


def _is_together(text: str, place: int, start: int, end: int) -> bool:
    """Whether they are of one function, as far as its end tells: two braces closed between them part them."""
    between = text[min(place, end) : max(place, start)]
    return between.count("}") - between.count("{") < 2
