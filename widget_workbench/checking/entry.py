"""What publishing makes of a widget's entry: it has to be UTF-8, and HTML (platform.md §1)."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator

from widget_workbench.checking.html_syntax import html_syntax
from widget_workbench.hosted_entry import hosted_entry
from widget_workbench.problem import Code, Problem

# Where the entry stops being a fragment.
_OF_A_DOCUMENT = ("!doctype", "html", "head", "body")

# Characters. In longer ones references are not looked for: nobody writes such an entry, and parsing takes long.
_LONGEST_PARSED = 300_000


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
    syntax = html_syntax(html)
    for what in syntax.failures:
        yield Problem(
            path, f"{what}: it does not parse as HTML.", Code.TRANSFORMATION_FAILED, error=True
        )
    if syntax.failures:
        return
    if whole := [tag for tag in _OF_A_DOCUMENT if tag in syntax.tags]:
        what = f"has a <{whole[0]}>: an entry is a fragment, which the platform puts into a page."
        yield Problem(path, what, Code.SUSPICIOUS_CONTENT)
    if len(html) <= _LONGEST_PARSED:
        for reference in hosted_entry(html, "").references:
            if posixpath.normpath(reference) not in files:
                what = f"refers to {reference}, which is not published with the widget."
                yield Problem(path, what, Code.MISSING_FILE)
