"""Character references in a template's own text (WHATWG HTML, 13.2.5.72 and following).

The table of their names is large, so it is imported where a template really has one beyond the commonest.
"""

from __future__ import annotations

import re

from ._text import escaped

_COMMON = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": "\xa0"}

_REFERENCE = re.compile(
    r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]*(?:;|(?![=A-Za-z0-9])))"
)
_OPEN_END = re.compile(r"&[#0-9A-Za-z]*\Z")


def decoded_text(text: str) -> str:
    """The text that a browser reads in an element's content."""
    if "&" not in text:
        return text
    from html import unescape

    return unescape(text)


def decoded_attribute(text: str) -> str:
    """The text that a browser reads in an attribute's value.

    A name without its semicolon is none where a letter, a digit or ``=`` follows it, as in ``?a=1&copy=2``.
    """
    return _REFERENCE.sub(_referred_to, text) if "&" in text else text


def without_open_end(text: str) -> str:
    """HTML source that what follows it cannot become one with: no character reference is left open at its end."""
    end = _OPEN_END.search(text)
    return text if end is None else text[: end.start()] + escaped(decoded_text(end[0]))


def _referred_to(reference: re.Match[str]) -> str:
    written = reference[0]
    if written in _COMMON:
        return _COMMON[written]
    if written[1] == "#":
        return decoded_text(written)
    from html.entities import html5

    return html5.get(written[1:], written)
