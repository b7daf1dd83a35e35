"""What publishing makes of a widget's entry: it has to be UTF-8, and HTML (platform.md §1)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from justhtml import JustHTML

from widget_workbench.hosted_entry import hosted_entry
from widget_workbench.problem import Code, Problem

# Browsers mend any HTML. These are the errors after which what follows is no longer what its author meant, by the names
# that HTML's standard gives them.
_FAILURES = {
    "eof-in-tag": "ends in the middle of a tag",
    "eof-in-comment": "ends in the middle of a comment",
    "unexpected-null-character": "holds a NUL character",
}
_RAW_TEXT = re.compile(r"<(script|style|textarea|title)(?=[\s/>])", re.IGNORECASE)
_DOCUMENT = re.compile(r"<(!doctype|html|head|body)(?=[\s/>])", re.IGNORECASE)


def entry_problems(path: str, content: bytes, files: Collection[str]) -> Iterator[Problem]:
    """What is wrong with an entry.

    Args:
        path: of the entry, in the tree.
        content: of it.
        files: the paths that the widget publishes, relative to the directory that the entry's addresses mean.
    """
    try:
        html = content.decode()
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 (byte {error.start}): save it in that encoding."
        yield Problem(path, what, Code.TRANSFORMATION_FAILED, error=True)
        return
    failures = list(_failures(html))
    for what in failures:
        yield Problem(path, what, Code.TRANSFORMATION_FAILED, error=True)
    if not failures:
        yield from _warnings(path, html, files)


def _failures(html: str) -> Iterator[str]:
    parsed = JustHTML(html, fragment=True, sanitize=False, collect_errors=True)
    for error in parsed.errors:
        if error.code in _FAILURES:
            yield f"{_FAILURES[error.code]} (line {error.line}): it does not parse as HTML."
    if (unclosed := _unclosed(html)) is not None:
        yield f"has a <{unclosed}> that is never closed: it does not parse as HTML."


def _unclosed(html: str) -> str | None:
    """The element whose text swallows the rest of the page."""
    position = 0
    while (opening := _RAW_TEXT.search(html, position)) is not None:
        name = opening[1].lower()
        closing = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, opening.end())
        if closing is None:
            return name
        position = closing.end()
    return None


def _warnings(path: str, html: str, files: Collection[str]) -> Iterator[Problem]:
    if (found := _DOCUMENT.search(html)) is not None:
        what = f"has a <{found[1]}>: an entry is a fragment, which the platform puts into a page."
        yield Problem(path, what, Code.SUSPICIOUS_CONTENT)
    for reference in hosted_entry(html, "").references:
        if reference not in files:
            what = f"refers to {reference}, which is not published with the widget."
            yield Problem(path, what, Code.MISSING_FILE)
