"""The HTML of a first render, of which a browser makes the very nodes that the loader would.

The loader (static/loader/rendering.js) parses each template's static parts by itself and puts values into places; here
the same is done with a DOM of our own, which is then written as HTML. Not all that can be built can be written: what a
parser would make something else of is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from widget_workbench.hosted_entry import hosted_entry
from widget_workbench.prerendering.comparison import Asset, Block, Differs, Html, Slot, Value
from widget_workbench.prerendering.dom import (
    Comment,
    Element,
    Node,
    Text,
    elements,
    normalized,
    parsed,
    parsed_in_place,
    written,
)

# Marks the place of a part (widget/_template_parser.py).
_MARK = "\ufdd0"

SLOTS = "data-props"
"""The attribute that tells which attributes of an element print which property."""

HELD = "data-held"
"""The attribute that tells what other attributes of an element are to be once the loader listens; null: absent."""

# A property's name that may stand in a comment as it is.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.]+(-[A-Za-z0-9_.]+)*", re.ASCII)

# As static/loader/template-prototype.js leaves them out of `markup()`.
_HANDLER = re.compile(r"on", re.IGNORECASE)
_SCRIPT_ADDRESS = re.compile(r"[\0- ]*(javascript|vbscript):", re.IGNORECASE)

# Elements of SVG and MathML in which HTML stands again.
_HTML_WITHIN = frozenset({"foreignObject", "desc", "title", "mi", "mn", "mo", "ms", "mtext"})

# Where a widget's files are put, to see what the platform rewrites.
_SOMEWHERE = "https://hosted.invalid/widget/"
_ASSETS = "assets/"


def markup(root: Block) -> str:
    """The HTML of a first render, with slots for what prints a property.

    Raises:
        Differs: there is no HTML of which all browsers make that.
    """
    nodes = _Building(slots=True).block(root)
    _hold_forms(nodes)
    html = written(nodes)
    _refuse_half_a_character(html)
    if "{{" in html:
        raise Differs(
            "two braces stand in a <style>, where the platform would put a property's value"
        )
    shown = normalized(_Building(slots=False).block(root))
    _refuse_what_runs(shown)
    hosted = hosted_entry(f"<div>{html}</div>", _SOMEWHERE).html
    (container,) = parsed_in_place(hosted)
    assert isinstance(container, Element)
    read = normalized(filled(container.children, {}))
    if read != shown:
        raise Differs(_otherwise(shown, read))
    return html


def _hold_forms(nodes: Iterable[Node]) -> None:
    """Makes forms of the kind that sends nothing and leads nowhere, until there is somebody to listen.

    A form whose method is `dialog` does nothing outside of a <dialog> (WHATWG HTML, 4.10.21.3).
    """
    for element in elements(nodes):
        if HELD in element.attributes:
            raise Differs(f"an element has the attribute {HELD}, which is the loader's")
        name = "method" if element.name == "form" else "formmethod"
        method = element.attributes.get(name)
        if (element.name == "form" or method is not None) and str(method).lower() != "dialog":
            element.attributes[name] = "dialog"
            element.attributes[HELD] = json.dumps({name: method}, separators=(",", ":"))


def _refuse_half_a_character(html: str) -> None:
    try:
        html.encode()
    except UnicodeEncodeError as error:
        code = ord(html[error.start])
        raise Differs(
            f"half of a character (\\u{code:04x}) stands in it, for which HTML has no form"
        ) from None


def slot_comment(slot: Slot) -> str:
    """What stands before a slot's text, in a comment."""
    return f"prop{'=' if slot.empty else ':'}{_name(slot.prop)}"


def _name(name: str) -> str:
    if _PLAIN_NAME.fullmatch(name):
        return name
    return re.sub(r"[-<>{]", lambda found: f"\\u{ord(found[0]):04x}", json.dumps(name))


class _Building:
    """Makes nodes of templates and values.

    Args:
        slots: whether what prints a property, and the addresses of assets, are to be written as the loader and the
            platform find them; else as they come out by default.
    """

    def __init__(self, *, slots: bool) -> None:
        self._slots = slots

    def block(self, block: Block) -> list[Node]:
        namespace = block.template["namespace"]
        return self._filled(parsed(block.template["marked"], namespace), block, namespace)

    def _filled(self, nodes: Iterable[Node], block: Block, namespace: str) -> list[Node]:
        found: list[Node] = []
        for node in nodes:
            if isinstance(node, Comment) and node.data.startswith(_MARK):
                found += self._content(_value(node.data, block), namespace)
            elif isinstance(node, Text) and node.data.startswith(_MARK):
                found.append(Text(str(_value(node.data, block))))
            elif isinstance(node, Element):
                found.append(self._element(node, block))
            else:
                found.append(node)
        return found

    def _element(self, element: Element, block: Block) -> Element:
        attributes: dict[str, str] = {}
        slots: dict[str, Any] = {}
        for name, text in element.attributes.items():
            value = _value(text, block) if text.startswith(_MARK) else text
            if isinstance(value, Slot):
                slots[name] = {"prop": value.prop, "empty": True} if value.empty else value.prop
                value = value.default
            elif isinstance(value, Asset):
                value = f"{'' if self._slots else _SOMEWHERE}{_ASSETS}{value.path}"
            if isinstance(value, str):
                attributes[name] = value
        if slots and self._slots:
            if SLOTS in attributes:
                raise Differs(f"an element has the attribute {SLOTS}, which is the loader's")
            attributes[SLOTS] = json.dumps(slots, separators=(",", ":"))
        within = "html" if element.name in _HTML_WITHIN else element.namespace
        children = self._filled(element.children, block, within)
        return Element(element.name, element.namespace, attributes, children)

    def _content(self, value: Value, namespace: str) -> list[Node]:
        if isinstance(value, Slot):
            text = Text(value.default or "")
            comment = Comment(slot_comment(value))
            return [comment, text, Comment("/prop")] if self._slots else [text]
        if isinstance(value, Block):
            return self.block(value)
        if isinstance(value, list):
            return [node for each in value for node in self.block(each)]
        if isinstance(value, Html):
            return _vouched(value.source, namespace)
        return [Text(str(value))]


def _value(mark: str, block: Block) -> Value:
    return block.values[int(mark.removeprefix(_MARK))]


def _vouched(html: str, namespace: str) -> list[Node]:
    """What the loader makes of HTML that an author vouches for."""
    if re.search("</?template", html, re.IGNORECASE):
        raise Differs("markup(…) holds a <template>")
    nodes = parsed(html, namespace)
    for element in elements(nodes):
        for name, value in tuple(element.attributes.items()):
            address = re.sub(r"[\t\n\r]", "", value)
            if _HANDLER.match(name) or _SCRIPT_ADDRESS.match(address):
                del element.attributes[name]
        if SLOTS in element.attributes:
            raise Differs(f"markup(…) holds the attribute {SLOTS}, which is the loader's")
    if "<!--prop" in html or "<!--/prop" in html:
        raise Differs("markup(…) holds a comment of the form that is the loader's")
    return nodes


def _refuse_what_runs(nodes: Sequence[Node]) -> None:
    for element in elements(nodes):
        if element.name == "script":
            raise Differs(
                "markup(…) holds a <script>, which would run in the entry and does not in a widget"
            )


def _otherwise(shown: Sequence[Node], read: Sequence[Node]) -> str:
    """Says what of the nodes the HTML does not come to."""
    for one, other in zip(elements(shown), elements(read), strict=False):
        if (one.name, one.attributes) != (other.name, other.attributes):
            break
    else:
        return "browsers would read its HTML as something else where it is not put together by a script"
    if one.name != other.name:
        what = f"browsers put a <{other.name}> where <{one.name}> stands"
        return f"{what}, unless a script puts it together: write all elements that HTML asks for"
    names = [name for name in one.attributes if one.attributes[name] != other.attributes.get(name)]
    return (
        f"the address in {' and '.join(names)} of <{one.name}> is relative to the page, and the platform would take it "
        "for one of the widget's files: write a whole URL, or sdk.asset(…)"
    )


def filled(nodes: Sequence[Node], props: Mapping[str, Any]) -> list[Node]:
    """What the loader makes of markup by a page's properties.

    Args:
        nodes: that a browser has made of the markup.
        props: texts by name; what has none, keeps what stands there by default.
    """
    found: list[Node] = []
    waiting = list(nodes)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, Comment) and re.match("prop[:=]", node.data):
            default: list[Node] = []
            while not (isinstance(waiting[0], Comment) and waiting[0].data == "/prop"):
                default.append(waiting.pop(0))
            waiting.pop(0)
            name = node.data[5:]
            text = props.get(json.loads(name) if name.startswith('"') else name)
            keep = text is None or (text == "" and node.data[4] == ":")
            found += default if keep else [Text(text or "")]
        elif isinstance(node, Element):
            children = filled(node.children, props)
            attributes = _filled_attributes(node.attributes, props)
            found.append(Element(node.name, node.namespace, attributes, children))
        else:
            found.append(node)
    return found


def _filled_attributes(attributes: Mapping[str, str], props: Mapping[str, Any]) -> dict[str, str]:
    found = dict(attributes)
    for name, value in json.loads(found.pop(HELD, "{}")).items():
        del found[name]
        if value is not None:
            found[name] = value
    for name, told in json.loads(found.pop(SLOTS, "{}")).items():
        prop, empty = (told["prop"], told["empty"]) if isinstance(told, dict) else (told, False)
        text = props.get(prop)
        if text is not None and (text or empty):
            found[name] = text
    return found
