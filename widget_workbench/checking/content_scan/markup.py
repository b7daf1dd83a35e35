"""The start tags of a text: those of a page, and those in strings and comments, which scripts may write into one."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from justhtml import Element, JustHTML, Node

from widget_workbench.checking.content_scan.source_text import SourceText, is_html

_TAG = re.compile(r"<(?i:script|form|input|button|meta|link)(?=[\s/>\\])")
_TAG_LENGTH = 2_000
# justhtml's time grows with the square of some malformed texts; the tags of longer ones are found as those in strings.
_LONGEST_PARSED = 300_000
_ATTRIBUTE = re.compile(
    r"""(?P<name>[A-Za-z][\w:.-]{0,60})\s{0,20}=\s{0,20}\{?\s{0,20}(?:
        \\?"(?P<double>(?:[^"\\]|\\/){0,1000})
      | \\?'(?P<single>(?:[^'\\]|\\/){0,1000})
      | `(?P<template>[^`]{0,1000})
      | (?P<bare>[^\s"'`>\\{]{1,1000})
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Tag:
    """An element's start tag.

    Attributes:
        name: in lower case.
        attributes: by their names in lower case.
        start: its offset in the text.
        content: the text of a page's script.
    """

    name: str
    attributes: Mapping[str, str]
    start: int
    content: str = ""

    def attribute(self, name: str) -> str:
        """Its value without space around it; empty if it is not there."""
        return self.attributes.get(name, "").strip()


def tags(source: SourceText) -> list[Tag]:
    """All of them that the rules ask about, in their order."""
    found = {tag.start: tag for tag in _written(source.text)}
    if is_html(source.path):
        found |= {tag.start: tag for tag in _parsed(source.text)}
    return [tag for _, tag in sorted(found.items())]


def _parsed(text: str) -> Iterator[Tag]:
    """As a browser makes them of a page; the contents of templates included."""
    if len(text) > _LONGEST_PARSED:
        return
    # Both line ends become one character when HTML is read, which moves what comes after.
    text = re.sub(r"\r\n?", lambda end: "\n" if len(end[0]) == 1 else " \n", text)
    root = JustHTML(text, fragment=True, sanitize=False, track_node_locations=True).root
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Element) and node.origin_offset is not None:
            attributes = {name.lower(): value or "" for name, value in node.attrs.items()}
            content = ""
            if node.name == "script":
                content = "".join(getattr(child, "data", None) or "" for child in node.children)
            yield Tag(node.name.lower(), attributes, node.origin_offset, content)
        waiting.extend(child for child in node.children or () if isinstance(child, Node))
        if getattr(node, "template_content", None) is not None:
            waiting.append(node.template_content)


def _written(text: str) -> Iterator[Tag]:
    for tag in _TAG.finditer(text):
        written = text[tag.end() : tag.end() + _TAG_LENGTH]
        # The next tag's beginning ends this one, so that the time is linear in the text.
        written = written.partition("<")[0]
        attributes: dict[str, str] = {}
        end = 0
        for attribute in _ATTRIBUTE.finditer(written):
            if ">" in written[end : attribute.start()]:
                break
            end = attribute.end()
            value = next(value for value in attribute.groups()[1:] if value is not None)
            attributes.setdefault(attribute["name"].lower(), html.unescape(value))
        yield Tag(tag[0][1:].lower(), attributes, tag.start())
