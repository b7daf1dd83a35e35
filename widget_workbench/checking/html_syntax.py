"""Whether a text parses as HTML: browsers mend any, but not the end of one that stops in the middle of something.

HTML's tokenizer, as far as it has to be known for that. justhtml's own list of errors takes `<` in a script for a tag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from widget_workbench.hosted_entry import start_tag

# Elements whose content is text, up to their end tag, whatever it looks like.
_RAW_TEXT = frozenset(
    {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript"}
)
# In these all elements have content like others.
_FOREIGN = frozenset({"svg", "math"})

_COMMENT_END = re.compile(r"-->|--!>|\Z")
_NAME = re.compile(r"/?[A-Za-z][^\s/>]*")


@dataclass
class HtmlSyntax:
    """What was found.

    Attributes:
        failures: why it does not parse, each in a sentence without its subject.
        tags: the names of the start tags, in lower case; "!doctype" where there is one.
    """

    failures: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)


def html_syntax(html: str) -> HtmlSyntax:
    """Reads a text's tags.

    Args:
        html: a fragment, or a document.
    """
    syntax = HtmlSyntax()
    if "\0" in html:
        syntax.failures.append(f"holds a NUL character (line {_line(html, html.index(chr(0)))})")
    position: int | None = 0
    foreign = 0
    while position is not None and (position := _find(html, "<", position)) is not None:
        if html.startswith("<!--", position):
            position = _after_comment(html, position, syntax)
        elif (name := _NAME.match(html, position + 1)) is None:
            position = _after_other(html, position, syntax)
        else:
            position, tag, closes_itself = _after_tag(html, position, name[0].lower(), syntax)
            if tag.lstrip("/") in _FOREIGN and not closes_itself:
                foreign = max(0, foreign + (-1 if tag.startswith("/") else 1))
            if position is not None and tag in _RAW_TEXT and not foreign:
                position = _after_raw_text(html, position, tag, syntax)
    return syntax


def _find(html: str, text: str, start: int) -> int | None:
    found = html.find(text, start)
    return None if found < 0 else found


def _after_comment(html: str, start: int, syntax: HtmlSyntax) -> int | None:
    # "<!-->" and "<!--->" are comments, too.
    for short in ("<!-->", "<!--->"):
        if html.startswith(short, start):
            return start + len(short)
    end = _COMMENT_END.search(html, start + 4)
    if end is None or not end[0]:
        syntax.failures.append(f"ends in the middle of a comment (line {_line(html, start)})")
        return None
    return end.end()


def _after_other(html: str, start: int, syntax: HtmlSyntax) -> int | None:
    """A doctype, what HTML reads as a comment (`<?xml …>`, `</ …>`), or a plain `<`."""
    if not html.startswith(("<!", "<?", "</"), start):
        return start + 1
    if html[start : start + 9].lower() == "<!doctype":
        syntax.tags.add("!doctype")
    end = _find(html, ">", start)
    if end is None:
        syntax.failures.append(f"ends in the middle of a tag (line {_line(html, start)})")
        return None
    return end + 1


def _after_tag(
    html: str, start: int, name: str, syntax: HtmlSyntax
) -> tuple[int | None, str, bool]:
    try:
        _, _, end = start_tag(html, start + 1 if name.startswith("/") else start)
    except (IndexError, ValueError):
        syntax.failures.append(f"ends in the middle of a tag (line {_line(html, start)})")
        return None, name, False
    if not name.startswith("/"):
        syntax.tags.add(name)
    return end, name, html.startswith("/>", end - 2)


def _after_raw_text(html: str, start: int, name: str, syntax: HtmlSyntax) -> int | None:
    end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, start)
    if end is None:
        syntax.failures.append(f"has a <{name}> that is never closed (line {_line(html, start)})")
        return None
    return end.start()


def _line(html: str, position: int) -> int:
    return html.count("\n", 0, position) + 1
