"""Pages that lead a visitor elsewhere, or ask for a password."""

from __future__ import annotations

import re
from collections.abc import Iterator

from widget_workbench.checking.content_scan.javascript import (
    EXTERNAL_LITERAL,
    GAP,
    GLOBAL_OBJECTS,
    NAME,
    QUOTE,
    calls,
    member,
    named_url,
    named_urls,
)
from widget_workbench.checking.content_scan.markup import Tag, tags
from widget_workbench.checking.content_scan.match import Match
from widget_workbench.checking.content_scan.source_text import SourceText
from widget_workbench.checking.content_scan.urls import is_external

_ASSIGNED = re.compile(
    rf"location(?:{QUOTE}{GAP}\])?(?:{member('href')})?{GAP}=(?![=>]){GAP}"
    rf"(?P<choice>[\w.$\[\]()!=<>&|\s]{{0,100}}(?:\?|\|\||&&){GAP})?(?:{EXTERNAL_LITERAL}|{NAME}\s{{0,20}}[;)}}\r\n])"
)
_CALLED = re.compile(
    rf"location(?:{QUOTE}{GAP}\])?(?:{member('assign|replace')}){GAP}(?:\?\.{GAP})?\({GAP}"
    rf"(?:{EXTERNAL_LITERAL}|{NAME}\s{{0,20}}\))"
)
# A second argument is none of Location's: it is a string's replace().
_SECOND_ARGUMENT = re.compile(rf"[\"'`]{GAP},")

_NAMED_BEFORE = re.compile(rf"(?:{GLOBAL_OBJECTS}{GAP}(?:\?\.|\.)?{GAP}(?:\[{GAP}{QUOTE})?)+\Z")
_LOOK_BACK = 80
_HANDLER_BEFORE = re.compile(r"on[a-z]{3,20}\s{0,9}=\s{0,9}[\"']\s{0,9}\Z", re.IGNORECASE)
_DECLARED_BEFORE = re.compile(r"(?:const|let|var)\s{1,20}\Z")
_ATTRIBUTE_AFTER = re.compile(r"\s{0,20}(?:/?>|[\w:-]{1,40}\s{0,9}=\s{0,9}[\"'{])")

_OPENED = re.compile(
    rf"{EXTERNAL_LITERAL}{QUOTE}{GAP},{GAP}{QUOTE}_(?P<frame>self|top|parent){QUOTE}"
)
_NAVIGATED = re.compile(EXTERNAL_LITERAL)

_REFRESH = re.compile(r"[\s\d.]{0,20}[;,]?\s{0,20}(?:url\s{0,20}=)?\s{0,20}[\"']?", re.IGNORECASE)

_PASSWORD_FIELD = re.compile(
    r"""\.\s{0,9}type\s{0,9}=\s{0,9}["'`]password["'`]
      | setAttribute\(\s{0,9}["'`]type["'`]\s{0,9},\s{0,9}["'`]password["'`]
      | ["'`]input["'`]\s{0,9},\s{0,9}\{[^{}]{0,200}["'`]?type["'`]?\s{0,9}:\s{0,9}["'`]password["'`]""",
    re.VERBOSE,
)

_REDIRECT = "the scan takes that for phishing; link to it with <a href> instead."
_LOGIN = "the scan takes that for a fake login form; leave signing in to the community's own page."


def phishing_redirect(source: SourceText) -> Iterator[Match]:
    """Ways to another page without a click on a link, and forms with a password field."""
    if "location" in source.text:
        yield from _assignments(source)
        yield from _calls_of_location(source)
    yield from _opened(source)
    if "password" in source.lower or "refresh" in source.lower or "action" in source.lower:
        marked_up = tags(source)
        yield from _refreshes(source, marked_up)
        yield from _forms(source, marked_up)
    if "password" in source.lower:
        for field in _PASSWORD_FIELD.finditer(source.text):
            yield Match(field.start(), field.end(), f"makes a password field: {_LOGIN}", True)


def _assignments(source: SourceText) -> Iterator[Match]:
    urls = named_urls(source.text)
    for assignment in _ASSIGNED.finditer(source.text):
        start = _start_of_location(source.text, assignment)
        if start is None or _is_declared(source.text, start) or _is_attribute(source, assignment):
            continue
        if assignment["url"] is not None:
            url = source.shown(*assignment.span("url"))
            what = f"assigns the external URL {url} to window.location"
            yield Match(start, assignment.end(), f"{what}: {_REDIRECT}")
        elif named_url(urls, assignment["name"], start):
            what = f"assigns {assignment['name']}, an external URL, to window.location"
            yield Match(start, assignment.end(), f"{what}: {_REDIRECT}", True)


def _calls_of_location(source: SourceText) -> Iterator[Match]:
    urls = named_urls(source.text)
    for call in _CALLED.finditer(source.text):
        start = _start_of_location(source.text, call)
        if start is None or _SECOND_ARGUMENT.match(source.text, call.end()):
            continue
        if call["url"] is not None:
            url = source.shown(*call.span("url"))
            yield Match(start, call.end(), f"sends the page to the external URL {url}: {_REDIRECT}")
        elif named_url(urls, call["name"], start):
            what = f"sends the page to {call['name']}, an external URL"
            yield Match(start, call.end(), f"{what}: {_REDIRECT}", True)


def _opened(source: SourceText) -> Iterator[Match]:
    for call in calls(source.text, "open"):
        if opened := _OPENED.match(source.text, call.end):
            url = source.shown(*opened.span("url"))
            what = f'opens the external URL {url} in the place of the page ("_{opened["frame"]}")'
            yield Match(call.start, opened.end(), f"{what}: {_REDIRECT}")
    for call in calls(source.text, "navigate"):
        is_navigation = source.text[max(0, call.start - 12) : call.start].endswith("navigation.")
        if is_navigation and (navigated := _NAVIGATED.match(source.text, call.end)):
            url = source.shown(*navigated.span("url"))
            what = f"sends the page to the external URL {url}"
            yield Match(call.start, navigated.end(), f"{what}: {_REDIRECT}")


def _start_of_location(text: str, found: re.Match[str]) -> int | None:
    """Where the expression begins; None if this is the location of something else, such as an event's."""
    before = text[max(0, found.start() - _LOOK_BACK) : found.start()]
    if named := _NAMED_BEFORE.search(before):
        start = found.start() - len(named[0])
        return start if not _continues_name(text[start - 1 : start]) else None
    if _HANDLER_BEFORE.search(before):
        return found.start()
    return None if _continues_name(before[-1:]) or before[-1:] in tuple("\"'`") else found.start()


def _continues_name(character: str) -> bool:
    return character.isalnum() or character in ("_", "$", ".", "-")


def _is_declared(text: str, start: int) -> bool:
    """A variable of its own, as in `const location = …`."""
    return _DECLARED_BEFORE.search(text[max(0, start - 30) : start]) is not None


def _is_attribute(source: SourceText, assignment: re.Match[str]) -> bool:
    """An attribute of that name, as in `<job-card location="https://…">`."""
    text = source.text
    quoted = text[assignment.end() : assignment.end() + 1]
    return (
        text[assignment.start() - 1 : assignment.start()].isspace()
        and assignment["url"] is not None
        and text[assignment.start() + len("location")] == "="
        and quoted in ('"', "'")
        and _ATTRIBUTE_AFTER.match(text, assignment.end() + 1) is not None
    )


def _refreshes(source: SourceText, marked_up: list[Tag]) -> Iterator[Match]:
    for tag in marked_up:
        if tag.name == "meta" and tag.attribute("http-equiv").lower() == "refresh":
            url = _REFRESH.sub("", tag.attribute("content"), count=1)
            if is_external(url):
                shown = url.rstrip("\"'")
                what = f"sends the page to {shown} by <meta http-equiv=refresh>"
                yield Match(tag.start, tag.start + 5, f"{what}: {_REDIRECT}")


def _forms(source: SourceText, marked_up: list[Tag]) -> Iterator[Match]:
    """Password fields, by the form that they stand in: from its tag up to its end or the next one's tag."""
    form: Tag | None = None
    told = -1
    for tag in marked_up:
        if tag.name == "form":
            form = tag
            if tag.attribute("action").lower().startswith("javascript:"):
                what = "has a form whose action is a javascript: URL"
                way_out = "the scan may take that for phishing; listen to its submit event instead."
                yield Match(tag.start, tag.start + 5, f"{what}: {way_out}", True)
        if tag.name != "input" or tag.attribute("type").lower() != "password":
            continue
        if form and source.lower.find("</form", form.start, tag.start) >= 0:
            form = None
        place = form or tag
        if place.start == told:
            continue
        told = place.start
        action = _external_action(form, marked_up) if form else ""
        length = len(place.name) + 1
        if action:
            what = f"sends a form with a password field to {action}"
            yield Match(place.start, place.start + length, f"{what}: {_LOGIN}")
        else:
            what = "has a form with a password field" if form else "has a password field"
            yield Match(place.start, place.start + length, f"{what}: {_LOGIN}", True)


def _external_action(form: Tag, marked_up: list[Tag]) -> str:
    """Where the form is sent to, by its own tag or that of a button in it; empty for the community's own site."""
    after = (tag for tag in marked_up if tag.start > form.start)
    actions = [form.attribute("action")]
    for tag in after:
        if tag.name == "form":
            break
        actions.append(tag.attribute("formaction"))
    return next((action for action in actions if is_external(action) or _is_code(action)), "")


def _is_code(url: str) -> bool:
    return url.lower().startswith("javascript:")
