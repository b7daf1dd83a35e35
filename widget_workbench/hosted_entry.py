"""What the platform does to a widget's entry on publishing (platform.md §1).

justhtml parses as browsers do and tells where each element stood, so that only the references are
replaced in the author's own text: selectolax can only serialise its tree, which drops and reorders
what an author wrote, and the standard library's tokens miss rules of HTML (an `<img>` in a
`<textarea>`).
"""

import html as html_entities
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from justhtml import Element, JustHTML, Node

# `<a href>` leads away from the widget; a `<base>` would be the page's.
_NOT_ASSETS = {"a", "area", "base"}
_ASSET_ATTRIBUTES_OF = {"data": {"object"}, "poster": {"video"}, "srcset": {"img", "source"}}
_ASSET_ATTRIBUTES = {"src", "href", "xlink:href"}

_SPACE = "\t\n\f\r "
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PLACEHOLDER = re.compile(r"\{\{\s*([\w-]+)\s*\}\}", re.ASCII)

# Comments and strings first, so that a url() in them is none.
_CSS_URL = re.compile(
    r"""/\*.*?(?:\*/|\Z)
      | (?<![\w-])url\(\s*(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^"'()\s]+))\s*\)
      | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True)
class HostedEntry:
    """A rewritten entry.

    Attributes:
        html: its text.
        modules: the texts of its inline modules, in order. Module `n` has to be served at
            `<base_url>~module/<n>.js`.
        references: the published files that it refers to, each by its path.
    """

    html: str
    modules: tuple[str, ...]
    references: tuple[str, ...]


class _Base:
    """Where the published tree stands; what was found to lie there."""

    def __init__(self, url: str, versions: Mapping[str, str]) -> None:
        self._url = url
        self._versions = versions
        self.references: list[str] = []

    def hosted(self, url: str) -> str:
        """A relative reference under the base; what leads elsewhere, or is a template, as it is."""
        path = url.strip(_SPACE)
        if not path or "{{" in path or path.startswith(("#", "?", "//")) or _SCHEME.match(path):
            return url
        path = path.removeprefix("/")
        while path.startswith("./"):
            path = path.removeprefix("./")
        published = unquote(re.split(r"[?#]", path)[0])
        self.references.append(published)
        if (version := self._versions.get(published)) and "?" not in path:
            file, mark, fragment = path.partition("#")
            path = f"{file}?{version}{mark}{fragment}"
        return self._url + path


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class _Attribute:
    """Where an attribute's value stands, quotes included."""

    name: str
    start: int
    end: int


def hosted_entry(
    html: str, base_url: str, versions: Mapping[str, str] = MappingProxyType({})
) -> HostedEntry:
    """Rewrites asset references to hosted URLs and gives each inline module a URL of its own.

    Everything else stays as the author wrote it, `{{ property }}` included.

    Args:
        html: the entry, a fragment.
        base_url: where the widget's published tree stands, with a trailing slash.
        versions: queries to be added to the addresses of published files, by path; for previews.
    """
    html = html.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    edits: list[_Edit] = []
    modules: list[str] = []
    base = _Base(base_url, versions)
    for start, element in _elements(html):
        name_end, attributes, tag_end = start_tag(html, start)
        edits += _reference_edits(element, attributes, base)
        content = _raw_content(element, html, tag_end)
        if element.name == "style":
            edits.append(_Edit(tag_end, tag_end + len(content), _hosted_css(content, base)))
        elif _is_inline_module(element):
            url = f"{base_url}~module/{len(modules)}.js"
            edits.append(_Edit(name_end, name_end, f" src={_quoted(url)}"))
            edits.append(_Edit(tag_end, tag_end + len(content), ""))
            modules.append(content)
    references = tuple(dict.fromkeys(base.references))
    return HostedEntry(_applied(edits, html), tuple(modules), references)


def fill_in(text: str, props: Mapping[str, Any]) -> str:
    """Replaces `{{ property }}` in an inline module as the page does in the rest of the entry.

    The value is escaped for HTML, since to the platform the module is part of the entry's HTML.
    A name that is no property stays as it is.
    """

    def value(placeholder: re.Match[str]) -> str:
        name = placeholder[1]
        return html_entities.escape(_as_text(props[name])) if name in props else placeholder[0]

    return _PLACEHOLDER.sub(value, text)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _elements(html: str) -> list[tuple[int, Element]]:
    """Every element that a browser would make of the fragment, and where its start tag stands.

    Templates' contents included; elements that no tag of their own made are left out.
    """
    root = JustHTML(html, fragment=True, sanitize=False, track_node_locations=True).root
    found: dict[int, Element] = {}
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Element) and node.origin_offset is not None:
            found.setdefault(node.origin_offset, node)
        waiting.extend(child for child in node.children or () if isinstance(child, Node))
        if getattr(node, "template_content", None) is not None:
            waiting.append(node.template_content)
    return sorted(found.items())


def start_tag(html: str, start: int) -> tuple[int, dict[str, _Attribute], int]:
    """Where a start tag's name ends, its attributes, and where its content begins.

    HTML's tokenizer states from "tag name" on; the first of two equal attribute names counts.

    Raises:
        IndexError, ValueError: the text ends before the tag does.
    """
    attributes: dict[str, _Attribute] = {}
    name_end = position = _until(_SPACE + "/>", html, start + 1)
    while True:
        while html[position] in _SPACE + "/":
            position += 1
        if html[position] == ">":
            return name_end, attributes, position + 1
        name_start = position
        position = _until(_SPACE + "/>=", html, position + 1)  # even an "=" here begins a name
        name = html[name_start:position].lower()
        value_start = value_end = position
        after_name = _after_space(html, position)
        if html[after_name] == "=":
            value_start = _after_space(html, after_name + 1)
            value_end = position = _value_end(html, value_start)
        attributes.setdefault(name, _Attribute(name, value_start, value_end))


def _after_space(html: str, position: int) -> int:
    while html[position] in _SPACE:
        position += 1
    return position


def _value_end(html: str, start: int) -> int:
    if html[start] in "\"'":
        return html.index(html[start], start + 1) + 1
    return _until(_SPACE + ">", html, start)


def _until(characters: str, html: str, position: int) -> int:
    while html[position] not in characters:
        position += 1
    return position


def _reference_edits(
    element: Element, attributes: Mapping[str, _Attribute], base: _Base
) -> Iterator[_Edit]:
    for name, place in attributes.items():
        value = element.attrs.get(name) or ""
        hosted = _hosted_value(element.name.lower(), name, value, base)
        if hosted != value:
            yield _Edit(place.start, place.end, _quoted(hosted))


def _hosted_value(element: str, attribute: str, value: str, base: _Base) -> str:
    if attribute == "style":
        return _hosted_css(value, base)
    if attribute == "srcset" and element in _ASSET_ATTRIBUTES_OF["srcset"]:
        return _hosted_srcset(value, base)
    if attribute in _ASSET_ATTRIBUTES and element not in _NOT_ASSETS:
        return base.hosted(value)
    if element in _ASSET_ATTRIBUTES_OF.get(attribute, ()):
        return base.hosted(value)
    return value


def _hosted_srcset(srcset: str, base: _Base) -> str:
    """HTML's "parse a srcset attribute": a URL up to white space, which commas at its end conclude; else its
    descriptors follow, up to a comma that is not in parentheses.
    """
    parts: list[str] = []
    position = 0
    while position < len(srcset):
        start = _past(srcset, position, _SPACE + ",")
        end = start
        while end < len(srcset) and srcset[end] not in _SPACE:
            end += 1
        url = srcset[start:end].rstrip(",")
        parts += (srcset[position:start], base.hosted(url) if url else "")
        position = start + len(url)
        if position == end:
            after = _past_descriptors(srcset, position)
            parts.append(srcset[position:after])
            position = after
    return "".join(parts)


def _past(text: str, position: int, characters: str) -> int:
    while position < len(text) and text[position] in characters:
        position += 1
    return position


def _past_descriptors(srcset: str, position: int) -> int:
    in_parentheses = False
    while position < len(srcset) and (in_parentheses or srcset[position] != ","):
        in_parentheses = srcset[position] == "(" or (in_parentheses and srcset[position] != ")")
        position += 1
    return position


def _hosted_css(css: str, base: _Base) -> str:
    def hosted(found: re.Match[str]) -> str:
        kind = found.lastgroup
        if kind is None:
            return found[0]
        before = css[found.start() : found.start(kind)]
        return before + base.hosted(found[kind]) + css[found.end(kind) : found.end()]

    return _CSS_URL.sub(hosted, css)


def _is_inline_module(element: Element) -> bool:
    kind = (element.attrs.get("type") or "").strip(_SPACE).lower()
    return (
        element.name == "script"
        and element.namespace == "html"
        and kind == "module"
        and "src" not in element.attrs
    )


def _raw_content(element: Element, html: str, start: int) -> str:
    """The text of a `style` or `script`, which HTML takes as it stands; empty for other content."""
    text = "".join(getattr(child, "data", None) or "" for child in element.children)
    return text if html.startswith(text, start) else ""


def _quoted(value: str) -> str:
    return '"' + value.replace("&", "&amp;").replace('"', "&quot;") + '"'


def _applied(edits: list[_Edit], html: str) -> str:
    parts: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        parts += html[position : edit.start], edit.text
        position = edit.end
    return "".join((*parts, html[position:]))
