"""A small DOM: what a browser makes of HTML, and HTML of which a browser makes that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape

from justhtml import Comment as ParsedComment
from justhtml import Element as ParsedElement
from justhtml import JustHTML
from justhtml import Template as ParsedTemplate
from justhtml import Text as ParsedText


@dataclass
class Text:
    """Some text."""

    data: str


@dataclass
class Comment:
    """A comment."""

    data: str


@dataclass
class Element:
    """An element.

    Attributes:
        name: as the DOM has it.
        namespace: `html`, `svg` or `math`.
        attributes: values by name.
        children: what it holds.
    """

    name: str
    namespace: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)


Node = Text | Comment | Element

_VOID = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr"),
    }
)
# In these nothing is markup, nor a character reference.
_RAW_TEXT = frozenset({"iframe", "noembed", "noframes", "script", "style", "xmp"})
# The parser drops a line break that follows their start.
_DROPS_LINE_BREAK = frozenset({"listing", "pre", "textarea"})

# The platform puts a property's value in the place of {{ name }}, wherever that stands in an entry.
_TWO_BRACES = re.compile(r"\{(?=\{)")


def parsed(html: str, namespace: str = "html") -> list[Node]:
    """What `template.innerHTML = html` makes.

    Args:
        html: without a <template>.
        namespace: of the elements around it.
    """
    if namespace != "html":
        html = f"<{namespace}>{html}</{namespace}>"
    root = JustHTML(f"<template>{html}</template>", fragment=True, sanitize=False).root
    template = next(node for node in root.children or () if isinstance(node, ParsedTemplate))
    nodes = _nodes(template.template_content)
    if namespace == "html":
        return nodes
    wrapper = nodes[0]
    assert isinstance(wrapper, Element)
    # What HTML ended the wrapper stands after it.
    return [*wrapper.children, *nodes[1:]]


def parsed_in_place(html: str) -> list[Node]:
    """What a browser makes of HTML in a page."""
    return _nodes(JustHTML(html, fragment=True, sanitize=False).root)


def _nodes(parent: object) -> list[Node]:
    found: list[Node] = []
    for node in getattr(parent, "children", None) or ():
        if isinstance(node, ParsedText):
            found.append(Text(node.data or ""))
        elif isinstance(node, ParsedComment):
            found.append(Comment(str(node.data or "")))
        elif isinstance(node, ParsedElement):
            attributes = {name: value or "" for name, value in node.attrs.items()}
            element = Element(node.name, node.namespace or "html", attributes, _nodes(node))
            found.append(element)
    return found


def written(nodes: Iterable[Node]) -> str:
    """HTML of nodes, in which the platform finds no placeholder, raw text aside."""
    return "".join(_written(nodes))


def _written(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Text):
            yield escaped(node.data)
        elif isinstance(node, Comment):
            yield f"<!--{node.data}-->"
        else:
            yield from _element(node)


def _element(element: Element) -> Iterator[str]:
    yield f"<{element.name}"
    for name, value in element.attributes.items():
        yield f' {name}="{escaped(value)}"' if value else f" {name}"
    yield ">"
    if element.namespace == "html":
        if element.name in _VOID:
            return
        if element.name in _RAW_TEXT:
            yield from (child.data for child in element.children if isinstance(child, Text))
            yield f"</{element.name}>"
            return
        first = element.children[0] if element.children else None
        if element.name in _DROPS_LINE_BREAK and isinstance(first, Text) and first.data[:1] == "\n":
            yield "\n"
    yield from _written(element.children)
    yield f"</{element.name}>"


def escaped(text: str) -> str:
    """Text as HTML source, in content or in a quoted attribute."""
    source = escape(text).replace("\r", "&#13;")
    return _TWO_BRACES.sub("&#123;", source)


def normalized(nodes: Iterable[Node]) -> list[Node]:
    """The same nodes with one text in the place of several, and none in the place of an empty one."""
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, Text):
            if found and isinstance(found[-1], Text):
                found[-1] = Text(found[-1].data + node.data)
            elif node.data:
                found.append(Text(node.data))
        elif isinstance(node, Element):
            children = normalized(node.children)
            found.append(Element(node.name, node.namespace, dict(node.attributes), children))
        else:
            found.append(node)
    return found


def elements(nodes: Iterable[Node]) -> Iterator[Element]:
    """All elements, at any depth, in the order of the document."""
    for node in nodes:
        if isinstance(node, Element):
            yield node
            yield from elements(node.children)
