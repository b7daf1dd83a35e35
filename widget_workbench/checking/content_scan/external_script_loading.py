"""Scripts from hosts that the platform does not trust."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from widget_workbench.checking.content_scan.javascript import (
    EXTERNAL_LITERAL,
    GAP,
    NAME,
    QUOTE,
    calls,
    named_url,
    named_urls,
)
from widget_workbench.checking.content_scan.markup import Tag, tags
from widget_workbench.checking.content_scan.match import Match
from widget_workbench.checking.content_scan.source_text import SourceText, Span
from widget_workbench.checking.content_scan.urls import (
    TRUSTED_HOSTS,
    is_external,
    is_trusted_script,
    told,
)

# Functions that load a script from their first argument; of `importScripts`, from all of them.
_LOADERS = (
    *("import", "loadScript", "getScript", "Worker", "SharedWorker", "addModule", "register"),
    *("importScripts", "injectScript"),
)
_ARGUMENT = re.compile(
    rf"(?:new\s{{1,20}}URL{GAP}\({GAP})?(?:{EXTERNAL_LITERAL}|{NAME}\s{{0,20}}[,)])"
)
_LITERAL = re.compile(EXTERNAL_LITERAL)
_ARGUMENTS_LENGTH = 1_000

_STATIC = re.compile(rf"import{GAP}{EXTERNAL_LITERAL}")
_FROM = re.compile(rf"from{GAP}{EXTERNAL_LITERAL}")
_CLAUSE = re.compile(r"(?:import|export)[\w\s{},*$\"'-]{1,2000}")
_CLAUSE_LENGTH = 2_000

# `element.src = …`, `element["src"] = …`, `element.setAttribute("src", …)` and `{src: …}`, from the word on.
_SOURCE = re.compile(
    rf"src(?:{QUOTE}{GAP}\]|{QUOTE})?{GAP}(?P<sign>=(?!=)|:|,){GAP}(?:{EXTERNAL_LITERAL}|{NAME})"
)
_BEFORE_SOURCE = {
    "=": re.compile(rf"(?P<object>[\w$]{{0,60}})\s{{0,20}}(?:\.|\[){GAP}{QUOTE}?\Z"),
    ",": re.compile(
        rf"(?P<object>[\w$]{{0,60}})\s{{0,20}}\.\s{{0,20}}setAttribute{GAP}\({GAP}{QUOTE}\Z"
    ),
    ":": re.compile(rf"(?P<object>)[{{,\s]{QUOTE}?\Z"),
}
_BEFORE_LENGTH = 160
_SCRIPT_PATH = re.compile(r"[^?#]{0,500}\.m?jsx?(?:[?#]|\Z)", re.IGNORECASE)
_CREATED = re.compile(
    rf"createElement(?:NS)?{GAP}\({GAP}(?:{QUOTE}[^\"'`]{{0,60}}{QUOTE}{GAP},{GAP})?{QUOTE}(?:svg:)?script{QUOTE}",
    re.IGNORECASE,
)
_CREATED_NAME = re.compile(
    r"(?P<name>[\w$]{1,60})\s{0,20}=\s{0,20}(?:[\w$]{1,30}\s{0,9}\.\s{0,9}){0,3}\Z"
)
# How far from its creation an element gets its source, in characters.
_NEAR = 800

_MAPPED = re.compile(r"\"(?P<url>(?:https?:)?//[^\"]{1,500})\"\s{0,20}[,}\r\n]", re.IGNORECASE)

_WAY_OUT = (
    f"the scan takes scripts from https://{TRUSTED_HOSTS[0]}, {', '.join(TRUSTED_HOSTS[1:-1])} and {TRUSTED_HOSTS[-1]} "
    "only; take it from there or ship it in the widget's directory."
)


def external_script_loading(source: SourceText) -> Iterator[Match]:
    """Scripts by element, by import, by a function that loads one, and by an element that a script makes."""
    if "//" not in source.text.replace("\\", "/"):
        return
    if any(tag in source.lower for tag in ("<script", "<link")):
        yield from _elements(tags(source))
    urls = named_urls(source.text)
    reported: set[int] = set()
    loaded = chain(
        _imports(source.text), _loaded(source.text, urls), _made_elements(source.text, urls)
    )
    for place, url in loaded:
        if place.start not in reported and not is_trusted_script(url.text):
            reported.add(place.start)
            yield _match(place, url)


@dataclass(frozen=True)
class _Url:
    """A URL as it is written, and the name that was given it, if that stands in its place."""

    text: str
    name: str = ""


def _match(place: Span, url: _Url) -> Match:
    host = told(url.text)
    what = f"loads a script from {f'{url.name}, which is {host}' if url.name else host}"
    return Match(place.start, place.end, f"{what}: {_WAY_OUT}", bool(url.name))


def _elements(marked_up: list[Tag]) -> Iterator[Match]:
    for tag in marked_up:
        for url in _scripts_of(tag):
            if is_external(url) and not is_trusted_script(url):
                what = f"loads a script from {told(url)} by <{tag.name}>"
                yield Match(tag.start, tag.start + len(tag.name) + 1, f"{what}: {_WAY_OUT}")


def _scripts_of(tag: Tag) -> Iterator[str]:
    if tag.name == "script":
        yield from (tag.attribute(name) for name in ("src", "href", "xlink:href"))
        if tag.attribute("type").lower() == "importmap":
            yield from (mapped["url"] for mapped in _MAPPED.finditer(tag.content))
    if tag.name == "link":
        relations = tag.attribute("rel").lower().split()
        as_script = tag.attribute("as").lower() in ("script", "worker")
        if "modulepreload" in relations or (as_script and {"preload", "prefetch"} & {*relations}):
            yield tag.attribute("href")


def _imports(text: str) -> Iterator[tuple[Span, _Url]]:
    for statement in _STATIC.finditer(text):
        if not _is_in_name(text, statement.start()):
            yield Span(*statement.span()), _Url(statement["url"])
    for clause in _FROM.finditer(text):
        before = text[max(0, clause.start() - _CLAUSE_LENGTH) : clause.start()]
        begins = max(before.rfind("import"), before.rfind("export"))
        if begins >= 0 and _CLAUSE.fullmatch(before, begins):
            start = clause.start() - len(before) + begins
            if not _is_in_name(text, start):
                yield Span(start, clause.end()), _Url(clause["url"])


def _loaded(text: str, urls: dict[str, list[tuple[int, str]]]) -> Iterator[tuple[Span, _Url]]:
    for loader in _LOADERS:
        for call in calls(text, loader):
            if (
                loader == "register"
                and "serviceWorker" not in text[max(0, call.start - 30) : call.start]
            ):
                continue
            argument = _ARGUMENT.match(text, call.end)
            if argument and (url := _url_of(argument, urls)):
                yield Span(call.start, argument.end()), url
            if loader == "importScripts":
                yield from _further_arguments(text, call)


def _further_arguments(text: str, call: Span) -> Iterator[tuple[Span, _Url]]:
    end = text.find(")", call.end, call.end + _ARGUMENTS_LENGTH)
    for argument in _LITERAL.finditer(text, call.end + 1, end if end >= 0 else call.end):
        yield Span(*argument.span()), _Url(argument["url"])


def _made_elements(
    text: str, urls: dict[str, list[tuple[int, str]]]
) -> Iterator[tuple[Span, _Url]]:
    created = [
        _CreatedElement(element.end(), _name_of(text, element.start()))
        for element in _CREATED.finditer(text)
    ]
    starts = [element.end for element in created]
    for given in _SOURCE.finditer(text):
        start = given.start()
        before = _BEFORE_SOURCE[given["sign"]].search(text[max(0, start - _BEFORE_LENGTH) : start])
        url = _url_of(given, urls)
        if not before or not url:
            continue
        latest = created[: bisect_right(starts, start)][-1:]
        is_script = any(element.takes(before["object"], start) for element in latest)
        has_script_path = given["sign"] != ":" and _SCRIPT_PATH.match(url.text) is not None
        if is_script or (has_script_path and not url.name):
            yield Span(start - len(before["object"]) - 1, given.end()), url


@dataclass(frozen=True)
class _CreatedElement:
    """A script element that is made at a place, and the variable that gets it, if that is told."""

    end: int
    name: str

    def takes(self, variable: str, place: int) -> bool:
        """Whether what happens to a variable at a place after it happens to this element."""
        is_same = not self.name or not variable or self.name == variable
        return is_same and place - self.end <= _NEAR


def _name_of(text: str, created: int) -> str:
    """The variable that gets the new element, empty if it is not told."""
    name = _CREATED_NAME.search(text[max(0, created - 160) : created])
    return name["name"] if name else ""


def _url_of(found: re.Match[str], urls: dict[str, list[tuple[int, str]]]) -> _Url | None:
    if found["url"] is not None:
        return _Url(found["url"])
    url = named_url(urls, found["name"], found.start())
    return _Url(url, found["name"]) if url else None


def _is_in_name(text: str, start: int) -> bool:
    before = text[start - 1 : start]
    return before.isalnum() or before in ("_", "$")
