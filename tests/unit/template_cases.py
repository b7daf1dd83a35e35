"""Templates without template strings, which the Python that runs these tests does not have, and what a parser that is
not ours reads in their HTML.
"""

from __future__ import annotations

import string
from typing import Any, TypeAlias

from justhtml import JustHTML
from justhtml import Template as ParsedTemplate

from widget._html import html_of
from widget._resolving import resolve
from widget._templates import Interpolation, Template

# An element's name, attributes and children; a text; a comment as ("!", text).
Dom: TypeAlias = "list[tuple[str, dict[str, str | None], Dom] | tuple[str, str] | str]"


def t(text: str, *values: Any, **named: Any) -> Template:
    """`t"…"`: of the names within braces, or of the values in turn where the braces are empty."""
    parts: list[str | Interpolation] = []
    in_turn = iter(values)
    for literal, name, format_spec, conversion in string.Formatter().parse(text):
        parts.append(literal)
        if name is not None:
            value = named[name] if name else next(in_turn)
            parts.append(Interpolation(value, name, conversion, format_spec or ""))
    return Template(*parts)


def html(text: str, *values: Any, **named: Any) -> str:
    """The HTML of `t(…)`."""
    return html_of(resolve(t(text, *values, **named)))


def dom(source: str) -> Dom:
    """What justhtml reads in HTML source, as a <template>'s content, where a table's row may stand by itself."""
    document = JustHTML(f"<template>{source}</template>", fragment=True, sanitize=False)
    template = document.query("template")[0]
    assert isinstance(template, ParsedTemplate)
    return _children(template.template_content)


def _children(node: Any) -> Dom:
    found: Dom = []
    for child in node.children or ():
        if child.name == "#text":
            # Texts side by side are one.
            before = found.pop() if found and isinstance(found[-1], str) else ""
            assert isinstance(before, str)
            found.append(before + child.data)
        elif child.name == "#comment":
            found.append(("!", child.data))
        else:
            found.append((child.name, dict(child.attrs), _children(child)))
    return found
