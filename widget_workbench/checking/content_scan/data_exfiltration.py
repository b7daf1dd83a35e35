"""What a visitor has in the browser, or types, sent to another host.

Seen is what stands in one expression with an external URL (`fetch("https://…", {body: document.cookie})`), in the
`send()` that follows an `open()`, and what goes through one variable. Reading alone is no finding, and
neither is a request to the community's own site.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

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
from widget_workbench.checking.content_scan.source_text import SourceText, Span
from widget_workbench.checking.content_scan.urls import told

# What is read, each with the word that a text without it lacks, and whether sending it is a suspicion only.
_KINDS = (
    (
        "document.cookie",
        "cookie",
        re.compile(rf"document(?:{member('cookie')})(?!{GAP}=(?!=))"),
        False,
    ),
    (
        "what is in the browser's storage",
        "Storage",
        re.compile(
            r"(?:local|session)Storage(?!\s{0,20}\??\.\s{0,20}(?:setItem|removeItem|clear|length)(?![\w$]))"
            r"(?!\s{0,20}\.\s{0,20}[\w$]{1,60}\s{0,20}=(?!=))(?!\[[^\]]{1,60}\]\s{0,20}=(?!=))"
        ),
        False,
    ),
    (
        "a password field's value",
        "assw",
        re.compile(
            rf"[pP]assw(?:or)?d[\w$-]{{0,20}}[\"'`\])\s]{{0,8}}(?:{member('value')})(?!{GAP}=(?!=))"
        ),
        False,
    ),
    (
        "the values of all fields",
        "forms",
        re.compile(rf"document(?:{member('forms')})"),
        False,
    ),
    (
        "the values of all fields",
        "querySelectorAll",
        re.compile(rf"querySelectorAll{GAP}\({GAP}{QUOTE}(?:input|form|textarea)"),
        False,
    ),
    ("a form's values", "FormData", re.compile(r"FormData\s{0,20}\("), True),
    ("a form's values", "serialize", re.compile(r"\.serialize(?:Array)?\s{0,20}\("), True),
)
_KEY_HANDLER = re.compile(r"key(?:down|press|up)(?![a-z])")
_KEY = re.compile(
    r"\.\s{0,9}(?:key|keyCode|charCode|which|code)(?![\w$])(?!\s{0,9}(?:[=!]==?|[<>(]))"
)
_HANDLER_LENGTH = 800

# From an external URL to the end of its expression, and from a variable to where it is sent, in characters.
_EXPRESSION_LENGTH = 1_000
_REACH = 2_000

_URL = re.compile(
    rf"""{EXTERNAL_LITERAL}|["'`]\s{{0,80}}(?P<socket>(?i:wss?:)(?:\\?/){{2}}[^"'`\r\n]{{0,500}})"""
)
_ASSIGNMENT = re.compile(
    r"(?P<name>[A-Za-z_$][\w$]{0,60})\s{0,20}(?:\+|\|\||\?\?)?=(?![=>])[^;{}=]{0,200}\Z"
)
_PUSHED = re.compile(
    r"(?P<name>[A-Za-z_$][\w$]{0,60})\s{0,20}\.\s{0,20}(?:push|append|concat)\([^;{}]{0,100}\Z"
)
_BEFORE_LENGTH = 300
_FUNCTION = re.compile(r"=>|\bfunction\b")
_SENDERS = ("fetch", "sendBeacon", "WebSocket", "open")
_FIRST_NAME = re.compile(rf"(?:{QUOTE}[A-Za-z]{{3,7}}{QUOTE}{GAP},{GAP})?{NAME}\s{{0,20}}[,)]")
_SENT = re.compile(r"\.\s{0,20}send\s{0,20}\(")
_OPENED = re.compile(
    rf"(?:open{GAP}\({GAP}{QUOTE}[A-Za-z]{{3,7}}{QUOTE}{GAP},{GAP}|WebSocket{GAP}\({GAP})\Z"
)
_OPENED_LENGTH = 120

# The end of a member or of a function's name, and what may stand between it and its URL.
_SENDER_BEFORE = re.compile(
    rf"(?:\.(?:src|href)|(?<![\w$.])location|(?<![\w$])(?:fetch|sendBeacon|WebSocket|EventSource|open|post))"
    rf"{GAP}(?:\+?=|\(){GAP}(?:{QUOTE}[A-Za-z]{{3,7}}{QUOTE}{GAP},{GAP})?\Z"
)

_TOKEN = re.compile(
    r""""(?:[^"\\\r\n]|\\.){0,500}"|'(?:[^'\\\r\n]|\\.){0,500}'|[()\[\]{};,]|</?(?=[A-Za-z])|>(?!=)|[\r\n]\s{0,200}"""
)
_GOES_ON_BEFORE = tuple("+,(&|?:=[{")
_GOES_ON_AFTER = tuple("+.,?:&|)]}")

_WAY_OUT = (
    "the scan takes that for data exfiltration; keep it in the page, or call the service by a connector "
    "(sdk.connectors.execute) with what it needs."
)


@dataclass(frozen=True)
class _Source:
    """A place where something of the visitor's is read."""

    start: int
    end: int
    what: str
    suspicion: bool


@dataclass(frozen=True)
class _Variable:
    """What has been given something of the visitor's, from a place on."""

    name: str
    start: int
    source: _Source


def data_exfiltration(source: SourceText) -> Iterator[Match]:
    """Each expression that sends, once."""
    text = source.text
    if "//" not in text.replace("\\", "/"):
        return
    read = sorted(_sources(text), key=lambda each: each.start)
    if not read:
        return
    variables = list(_variables(text, read))
    reported: set[int] = set()
    for place, url in _destinations(text):
        for start, end in _sending_expressions(text, place):
            found = _read_in(read, start, end) or _variable_in(text, variables, start, end)
            if found and found.start not in reported:
                reported.add(found.start)
                what = f"sends {found.what} to {told(url)}"
                begins = _sender_start(text, place.start)
                yield Match(begins, place.end, f"{what}: {_WAY_OUT}", found.suspicion)
                break


def _sender_start(text: str, url: int) -> int:
    """Where the call or the assignment begins that the URL is for; the URL itself if it is for something else."""
    sender = _SENDER_BEFORE.search(text, max(0, url - _OPENED_LENGTH), url)
    return sender.start() if sender else url


def _sources(text: str) -> Iterator[_Source]:
    for what, word, pattern, suspicion in _KINDS:
        if word in text:
            for found in pattern.finditer(text):
                yield _Source(found.start(), found.end(), what, suspicion)
    end = 0
    for handler in _KEY_HANDLER.finditer(text):
        for key in _KEY.finditer(text, max(end, handler.end()), handler.end() + _HANDLER_LENGTH):
            yield _Source(key.start(), key.end(), "what is typed", False)
            end = key.end()


def _variables(text: str, read: list[_Source]) -> Iterator[_Variable]:
    for source in read:
        before = text[max(0, source.start - _BEFORE_LENGTH) : source.start]
        statement = re.split(r";|[{}]|\)\s{0,9}[\r\n]", before)[-1]
        found = _ASSIGNMENT.search(statement) or _PUSHED.search(statement)
        if found and not _FUNCTION.search(found[0]):
            yield _Variable(found["name"], source.end, source)


def _destinations(text: str) -> Iterator[tuple[Span, str]]:
    """External URLs where they stand, and the names of some where they are given to what sends."""
    for url in _URL.finditer(text):
        yield Span(*url.span()), url["url"] or url["socket"]
    urls = named_urls(text)
    if not urls:
        return
    for sender in _SENDERS:
        for call in calls(text, sender):
            name = _FIRST_NAME.match(text, call.end)
            if name and (given := named_url(urls, name["name"], call.start)):
                yield Span(name.start("name"), name.end("name")), given


def _sending_expressions(text: str, place: Span) -> Iterator[tuple[int, int]]:
    """The expression from the URL on, without functions in it; then what is sent to what the URL was opened for."""
    yield place.start, _expression_end(text, place)
    before = text[max(0, place.start - _OPENED_LENGTH) : place.start]
    if _OPENED.search(before):
        for sent in _SENT.finditer(text, place.end, place.end + _EXPRESSION_LENGTH):
            yield sent.end(), _expression_end(text, Span(sent.end(), sent.end()))


def _expression_end(text: str, place: Span) -> int:
    """Where the call ends that has the URL among its arguments, or else the expression that begins with it."""
    limit = min(len(text), place.start + _EXPRESSION_LENGTH)
    function = _FUNCTION.search(text, place.end, limit)
    if function:
        limit = function.start()
    depth = 0
    comma = limit
    position = place.end
    if text[place.start : place.start + 1] in ('"', "'", "`"):
        position += 1
    for token in _TOKEN.finditer(text, position, limit):
        sign = token[0][0]
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
            if depth < 0:
                # Commas separate a call's arguments, and the properties of what a call is given as its settings.
                is_call = sign == ")" or _is_setting(text, place)
                return token.start() if is_call else min(comma, token.start())
        elif depth == 0 and (sign in ";<>" or (sign in "\r\n" and _ends_statement(text, token))):
            return min(comma, token.start())
        elif depth == 0 and sign == ",":
            comma = min(comma, token.start())
    return limit if depth > 0 else min(comma, limit)


def _is_setting(text: str, place: Span) -> bool:
    return text[max(0, place.start - 8) : place.start].rstrip().endswith(("url:", "url :"))


def _ends_statement(text: str, token: re.Match[str]) -> bool:
    before = text[max(0, token.start() - 40) : token.start()].rstrip()
    after = text[token.end() : token.end() + 1]
    return not before.endswith(_GOES_ON_BEFORE) and not after.startswith(_GOES_ON_AFTER)


def _read_in(read: list[_Source], start: int, end: int) -> _Source | None:
    """What is read there, first of all what is more than a suspicion."""
    first = bisect_left(read, start, key=lambda each: each.start)
    last = bisect_left(read, end, key=lambda each: each.start)
    return min(read[first:last], key=lambda each: each.suspicion, default=None)


def _variable_in(text: str, variables: list[_Variable], start: int, end: int) -> _Source | None:
    """The last one given that stands in the expression and is still visible there."""
    at = bisect_left(variables, start, key=lambda each: each.start)
    for variable in reversed(variables[max(0, at - 20) : at]):
        if start - variable.start > _REACH:
            break
        use = re.compile(rf"(?<![\w$.\"'`/?&=-]){re.escape(variable.name)}(?![\w$\"'`:=-])")
        if use.search(text, start, end) and _is_visible(text, variable.start, start):
            return variable.source
    return None


def _is_visible(text: str, start: int, end: int) -> bool:
    """Whether the block that a variable was given its value in is still open."""
    depth = 0
    for sign in re.finditer(r"[{}]", text[start:end]):
        depth += 1 if sign[0] == "{" else -1
        if depth < 0:
            return False
    return True
