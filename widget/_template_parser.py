"""The static parts of a template: HTML with holes, read as a browser's tokenizer reads it (WHATWG HTML, 13.2.5).

Where a hole stands decides what a value in it may be and how it is written, so anything that a browser would repair by
guessing is refused here: what the browser sees is what was checked.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from ._attributes import is_live, refusal, rule_of
from ._static_text import decoded_attribute, decoded_text, without_open_end
from ._styles import refusal_of_hole
from ._template_parts import AttributePart, ContentPart, EventPart, KeyPart, Part, TextPart
from ._templates import Template
from ._text import WrongValue

# Stands for a hole while the text is read, and marks a part in what the browser parses. A noncharacter: nobody's text.
MARK = "\ufdd0"

_VOID = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr"),
    }
)
# Their content is no markup (13.2.5.4).
_RAW_TEXT = frozenset({"iframe", "noembed", "noframes", "noscript", "script", "style", "xmp"})
_TEXT_ONLY = frozenset({"textarea", "title"})
_NOT_IN_A_WIDGET = {
    # A browser's parser drops these within a page's body, or never finds their end.
    **dict.fromkeys(
        ("body", "frame", "frameset", "head", "html", "plaintext"), "it is a part of a page"
    ),
    "noscript": "it is for browsers that run no scripts, where no widget runs",
    "template": "a widget shows all that it holds. For what is used several times, call a function",
    # Their elements' namespace depends on attributes and on where else they stand (13.2.6: integration points).
    **dict.fromkeys(
        ("annotation-xml", "malignmark", "mglyph"),
        "it holds HTML in one place and MathML in another",
    ),
}
# The parser drops a line break that follows their start (13.2.6.4.7).
_DROPS_LINE_BREAK = frozenset({"listing", "pre", "textarea"})

# What the children are of, where that is not what their parent is of (13.2.6: integration points).
_NAMESPACE_WITHIN = {
    "html": {"math": "math", "svg": "svg"},
    "math": dict.fromkeys(("mi", "mn", "mo", "ms", "mtext"), "html"),
    "svg": dict.fromkeys(("desc", "foreignobject", "title"), "html"),
}
# These end an <svg> or <math> that they stand in (13.2.6.5); <font> by some of its attributes.
_ENDS_FOREIGN = frozenset(
    {
        *("b", "big", "blockquote", "body", "br", "center", "code", "dd", "div", "dl", "dt", "em"),
        *(
            "embed",
            "font",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "head",
            "hr",
            "i",
            "img",
            "li",
            "listing",
        ),
        *("menu", "meta", "nobr", "ol", "p", "pre", "ruby", "s", "small", "span", "strike"),
        *("strong", "sub", "sup", "table", "tt", "u", "ul", "var"),
    }
)

_TAG_NAME = re.compile(r"[A-Za-z][^\t\n\f\r />\ufdd0\"'<=]*")
_BEFORE_ATTRIBUTE = re.compile(r"[\t\n\f\r /]*")
_ATTRIBUTE_NAME = re.compile(r"[^\t\n\f\r />=\ufdd0\"'<]+")
# What all browsers let `setAttribute` set; some ask for a name of XML.
_SETTABLE = re.compile(r"[A-Za-z_:][\w:.-]*", re.ASCII)
_ATTRIBUTE_VALUE = re.compile(
    r"[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'"
    r"|(?P<hole>\ufdd0)(?=[\t\n\f\r >]|/>|\Z)|(?P<unquoted>[^\t\n\f\r >\"']+))"
)
# What a tokenizer takes for a tag or a comment, wherever it does not know better.
_LIKE_A_TAG = re.compile(r"<[A-Za-z/!?]")
# A browser's parser knows no other letters' case (13.2.5.8).
_LOWER_CASE = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_COMMENT_END = re.compile(r"(?<=<!--)-?>|--!?>")
_BLANKS = " \t\n\f"

# Each template literal is one entry; more come only from templates that are put together while running.
_MOST_PARSED = 2000

Shape: TypeAlias = "list[str | int | list[Shape]]"

_numbers = itertools.count()
_parsed: dict[str, dict[tuple[str, ...], Parsed]] = {"html": {}, "svg": {}, "math": {}}


class Parsed:
    """The static parts of a template.

    Attributes:
        number: one for each.
        strings: of the template.
        namespace: what it is to be parsed within: ``html``, ``svg`` or ``math``.
        marked: the HTML for a browser to parse. A content part is the comment ``<!--MARK0-->``, 0 being the part's
            number; an attribute, an event and a key are attributes of the value ``MARK0``; a text part is the text
            ``MARK0``.
        pieces: the HTML before, between and after the parts. An attribute's name is in none of them, as it may be
            absent.
        parts: in the order of the document.
        on_page: the numbers of those whose values are on the page, as handlers and keys are not.
        shape: the elements that the browser has to make of it, each ``[tag, line, children]``.
        key: which part gives the key by which a list's item is known, or the key itself where it is written into the
            template, or None.
    """

    __slots__ = (
        "key",
        "marked",
        "namespace",
        "number",
        "on_page",
        "parts",
        "pieces",
        "shape",
        "strings",
    )

    def __init__(self, strings: tuple[str, ...], namespace: str, scan: _Scan) -> None:
        self.number = next(_numbers)
        self.strings = strings
        self.namespace = namespace
        self.marked = "".join(scan.marked)
        self.pieces = (*scan.pieces, "".join(scan.piece))
        self.parts = tuple(scan.parts)
        self.on_page = tuple(
            number
            for number, part in enumerate(scan.parts)
            if not isinstance(part, (EventPart, KeyPart))
        )
        self.shape = scan.shape
        self.key = scan.key()


def parse(template: Template, namespace: str = "html") -> Parsed:
    """Reads a template's static parts, once for all templates of the same ones.

    Args:
        template: its values do not matter.
        namespace: of the elements around it.

    Raises:
        ValueError: a hole stands where no value can, or the HTML is not what a browser reads unchanged. The message
            names the place.
    """
    parsed = _parsed[namespace].get(template.strings)
    if parsed is not None:
        return parsed
    scan = _Scan(template, namespace)
    scan.read()
    known = _parsed[namespace]
    if len(known) >= _MOST_PARSED:
        del known[next(iter(known))]
    parsed = known[template.strings] = Parsed(template.strings, namespace, scan)
    return parsed


@dataclass
class _Element:
    """One that has begun and not ended."""

    tag: str
    line: int
    within: str  # the namespace of its children
    content_at: int
    children: list[Shape]


class _Scan:
    """One reading of a template, from left to right."""

    def __init__(self, template: Template, namespace: str) -> None:
        self.marked: list[str] = []
        self.pieces: list[str] = []
        self.piece: list[str] = []
        self.parts: list[Part] = []
        self.shape: list[Shape] = []
        self._template = template
        self._namespace = namespace
        self._text = self._joined(template.strings)
        self._position = 0
        self._open: list[_Element] = []
        # Of the outermost elements; what else stands beside them makes it no single root.
        self._roots = 0
        self._beside_root = False
        self._own_key: int | str | None = None
        self._id: int | str | None = None

    def key(self) -> int | str | None:
        """See `Parsed`."""
        single = self._roots == 1 and not self._beside_root
        if self._own_key is not None and not single:
            self._fail(
                "key= belongs to a template of one element, which is the list's item; this one has more than that",
                0,
            )
        if not single:
            return None
        return self._id if self._own_key is None else self._own_key

    def read(self) -> None:
        """Reads it all."""
        text = self._text
        while self._position < len(text):
            start = self._position
            if text[start] == MARK:
                self._content()
            elif text[start] != "<":
                self._characters()
            elif text.startswith("<!--", start):
                self._comment()
            elif text.startswith("</", start):
                self._end_tag()
            elif text.startswith((f"<{MARK}", "<!", "<?"), start):
                self._refuse_markup()
            elif _TAG_NAME.match(text, start + 1):
                self._start_tag()
            else:
                self._characters()
        if self._open:
            element = self._open[-1]
            raise ValueError(
                f"<{element.tag}>, line {element.line} of the template, is not closed; end it with </{element.tag}>"
            )

    def _joined(self, strings: tuple[str, ...]) -> str:
        for string in strings:
            for character, name in ((MARK, "U+FDD0"), ("\0", "NUL")):
                if character in string:
                    raise ValueError(
                        f"the template's text holds the character {name}, which HTML has no place for; remove it"
                    )
        text = MARK.join(strings).replace("\r\n", "\n").replace("\r", "\n")
        # Lines that hold nothing, before the template and after it, are layout of Python's.
        body = text.lstrip(_BLANKS)
        self._lines_before = text.count("\n", 0, len(text) - len(body))
        text = body if self._lines_before else text
        body = text.rstrip(_BLANKS)
        return body if "\n" in text[len(body) :] else text

    def _line(self, position: int) -> int:
        return 1 + self._lines_before + self._text.count("\n", 0, position)

    def _hole(self, position: int) -> int:
        """The number of the hole at a place, or of the next after it."""
        return self._text.count(MARK, 0, position)

    def _expression(self, hole: int) -> str:
        return f"{{{self._template.interpolations[hole].expression or '…'}}}"

    def _source(self, text: str, position: int) -> str:
        """A stretch of the template as the author has written it, for messages."""
        holes = itertools.count(self._hole(position))
        return re.sub(MARK, lambda _: self._expression(next(holes)), text)

    def _fail(self, message: str, position: int) -> NoReturn:
        raise ValueError(f"line {self._line(position)} of the template: {message}")

    def _refuse_hole(self, where: str, position: int) -> NoReturn:
        self._fail(f"{self._expression(self._hole(position))} stands in {where}", position)

    def _within(self) -> str:
        return self._open[-1].within if self._open else self._namespace

    def _static(self, html: str) -> None:
        self.marked.append(html)
        self.piece.append(html)

    def _add(self, part: Part, before: str, after: str) -> int:
        """Adds a part, between what stands around its mark.

        Returns:
            Its number.
        """
        number = len(self.parts)
        self.marked.append(f"{before}{MARK}{number}{after}")
        self.pieces.append("".join(self.piece))
        self.piece.clear()
        self.parts.append(part)
        return number

    def _content(self) -> None:
        start = self._position
        self._position += 1
        name = f"<{self._open[-1].tag}>" if self._open else "the template"
        self._beside_root = self._beside_root or not self._open
        if self._open and self._open[-1].content_at == start:
            self._save_line_break(self._open[-1])
        part = ContentPart(name, self._hole(start), self._line(start), self._within())
        self._add(part, "<!--", "-->")

    def _save_line_break(self, element: _Element) -> None:
        """Gives the parser a line break to drop, where the value that follows may begin with one of its own."""
        if element.tag in _DROPS_LINE_BREAK and element.within == "html":
            self.piece.append("\n")

    def _characters(self) -> None:
        start = self._position
        end = min(
            (
                found
                for found in (self._text.find(stop, start + 1) for stop in ("<", MARK))
                if found >= 0
            ),
            default=len(self._text),
        )
        self._position = end
        text = self._text[start:end]
        if not self._open and not text.isspace():
            self._beside_root = True
        # Whatever follows is not to become one with it: a value, or what stands around this template.
        if text[0] == "<":
            text = f"&lt;{text[1:]}"
        if not self._text.startswith("<", end):
            text = without_open_end(text)
        self._static(text)

    def _comment(self) -> None:
        start = self._position
        end = _COMMENT_END.search(self._text, start + 4)
        if end is None:
            self._fail("the comment is not closed; end it with -->", start)
        hole = self._text.find(MARK, start, end.end())
        if hole >= 0:
            self._refuse_hole("a comment, where no value can; delete what is commented out", hole)
        # It keeps its place, where it parts two texts, and no more.
        self._static("<!---->")
        self._position = end.end()

    def _refuse_markup(self) -> NoReturn:
        start = self._position
        if self._text[start + 1] == MARK:
            name = self._source(self._text[start + 1 : start + 2], start + 1)
            self._refuse_hole(
                f"the name of a tag, <{name}…>; write the name out, with one template for each",
                start + 1,
            )
        self._fail(
            f"{self._text[start : start + 2]}… is no part of a widget's HTML; write &lt; for the character <",
            start,
        )

    def _end_tag(self) -> None:
        start = self._position
        name = _TAG_NAME.match(self._text, start + 2)
        after = name.end() if name else start + 2
        if self._text.startswith(MARK, after):
            written = self._source(self._text[start : after + 1], start)
            self._refuse_hole(f"the name of a tag, {written}…>; write the name out", after)
        end = re.compile(r"[\t\n\f\r ]*>").match(self._text, after)
        if name is None or end is None:
            self._fail("an end tag is </, a name and >; write &lt; for the character <", start)
        tag = name[0].translate(_LOWER_CASE)
        if tag in _VOID and self._within() == "html":
            self._fail(f"</{tag}> has no place: <{tag}> holds nothing, and has no end tag", start)
        if not self._open:
            self._fail(f"</{tag}> ends nothing that has begun", start)
        element = self._open.pop()
        if element.tag != tag:
            self._fail(
                f"</{tag}> stands where </{element.tag}> is due, for the <{element.tag}> of line {element.line}",
                start,
            )
        self._static(f"</{name[0]}>")
        self._position = end.end()

    def _start_tag(self) -> None:
        start = self._position
        name = _TAG_NAME.match(self._text, start + 1)
        assert name is not None
        self._position = name.end()
        if self._text.startswith(MARK, self._position):
            written = self._source(self._text[start : self._position + 1], start)
            self._refuse_hole(
                f"the name of a tag, {written}…>; write the name out, with one template for each",
                self._position,
            )
        tag = name[0].translate(_LOWER_CASE)
        namespace = self._within()
        self._check_tag(tag, namespace, start)
        self._roots += not self._open
        children: list[Shape] = []
        beside = self._open[-1].children if self._open else self.shape
        beside.append([tag, self._line(start), children])
        self._static(f"<{name[0]}")
        closes_itself = self._attributes(tag, start)
        if namespace == "html":
            if closes_itself and tag not in _VOID:
                self._fail(f"<{tag}/> has begun and not ended; write <{tag}></{tag}>", start)
            self._static(">")
            if tag in _VOID:
                return
        else:
            # Not "/>": where a browser takes the element for one of HTML after all, that closes nothing, and all that
            # follows in a <style> would be its content.
            self._static(f"></{name[0]}>" if closes_itself else ">")
            if closes_itself:
                if tag == "script":
                    self._refuse_script(start)
                return
        within = _NAMESPACE_WITHIN[namespace].get(tag, namespace)
        self._open.append(_Element(tag, self._line(start), within, self._position, children))
        if tag in _RAW_TEXT:
            self._raw_text(tag, start)
        elif tag in _TEXT_ONLY and namespace == "html":
            self._text_only(tag, start)

    def _check_tag(self, tag: str, namespace: str, start: int) -> None:
        if tag in _NOT_IN_A_WIDGET:
            self._fail(f"<{tag}> has no place in a widget: {_NOT_IN_A_WIDGET[tag]}", start)
        if namespace != "html" and tag in _ENDS_FOREIGN:
            self._fail(
                f"<{tag}> cannot stand in <{namespace}>, which would end before it; "
                "in <svg>, put HTML into a <foreignObject>",
                start,
            )

    def _attributes(self, tag: str, start: int) -> bool:
        """Reads the rest of a start tag.

        Returns:
            Whether it ends in ``/>``.
        """
        text = self._text
        seen: set[str] = set()
        while True:
            blank = _BEFORE_ATTRIBUTE.match(text, self._position)
            assert blank is not None
            self._position = position = blank.end()
            if text.startswith(">", position):
                self._position += 1
                return blank[0].endswith("/")
            if text.startswith(MARK, position):
                self._refuse_hole(
                    f"the tag <{tag}> where the name of an attribute is due; write name={{…}} for each",
                    position,
                )
            name = _ATTRIBUTE_NAME.match(text, position)
            if name is None:
                self._fail(
                    f"the tag <{tag}> is not closed; end it with >"
                    if position == len(text)
                    else f"{text[position]} in the tag <{tag}> is no name of an attribute; quote the value before it",
                    start,
                )
            if text.startswith(MARK, name.end()):
                written = self._source(text[position : name.end() + 1], position)
                self._refuse_hole(
                    f"the name of an attribute, <{tag} {written}…>; write the name out", name.end()
                )
            lower = name[0].translate(_LOWER_CASE)
            if lower in seen:
                self._fail(f"<{tag}> has the attribute {lower} twice", position)
            seen.add(lower)
            self._attribute(tag, name[0], name.end())

    def _attribute(self, tag: str, name: str, position: int) -> None:
        """Reads what follows an attribute's name."""
        start = position - len(name)
        found = _ATTRIBUTE_VALUE.match(self._text, position)
        if found is None:
            self._position = position
            if re.compile(r"[\t\n\f\r ]*=").match(self._text, position):
                self._fail(
                    f"the value of {name} in <{tag}> is missing, or its quote is not closed", start
                )
            self._static_attribute(tag, name, None, f" {name}", start)
            return
        if (found["unquoted"] or "").startswith("{"):
            self._fail(
                f"the value of {name} in <{tag}> begins with a brace, since two braces stand for one; part those of a "
                f"dict by blanks, {name}={{ {{…}} }}, or quote the value",
                start,
            )
        self._position = found.end()
        value = next(text for text in found.groups() if text is not None)
        if MARK not in value:
            self._static_attribute(tag, name, value, f" {self._text[start : found.end()]}", start)
            return
        hole_at = self._text.index(MARK, position)
        if found["unquoted"] is not None:
            written = self._source(found["unquoted"], position)
            self._refuse_hole(
                f"a part of the attribute {name}={written} of <{tag}>; put the value into quotes",
                hole_at,
            )
        part = self._attribute_part(tag, name, tuple(value.split(MARK)), hole_at)
        number = self._add(part, f' {name}="', '"')
        self._note_key(tag, name.translate(_LOWER_CASE), number, start)

    def _attribute_part(
        self, tag: str, written_name: str, strings: tuple[str, ...], position: int
    ) -> Part:
        name = written_name.translate(_LOWER_CASE)
        first = self._hole(position)
        line = self._line(position)
        whole = strings == ("", "")
        if _is_event(name):
            if not whole:
                self._refuse_hole(
                    f"a part of the attribute {name}; write {name}={{handler}} alone", position
                )
            return EventPart(tag, name[2:], first, line)
        strings = tuple(map(decoded_attribute, strings))
        if name == "key":
            return KeyPart(tag, name, first, line, strings)
        reason = refusal(tag, name)
        if not _SETTABLE.fullmatch(name):
            reason = "HTML may have attributes of such names, but nothing can set them; a handler is onclick={…}"
        if reason:
            self._refuse_hole(f"the attribute {name} of <{tag}>: {reason}", position)
        rule = rule_of(tag, name)
        if not whole and rule.only_whole:
            self._refuse_hole(
                f"a part of the attribute {name}, which is there or not; write {name}={{…}} alone",
                position,
            )
        if not whole and name == "style":
            refused = refusal_of_hole(strings)
            if refused is not None:
                hole, where = refused
                self._fail(
                    f"{self._expression(first + hole)} stands in {where} in the attribute style of <{tag}>; "
                    "it can be the value of a property, or part of one. style={…} takes a dict of properties; an image "
                    "of a changing address is an <img>",
                    position,
                )
        return AttributePart(
            tag, written_name, first, line, strings, rule=rule, live=is_live(tag, name)
        )

    def _static_attribute(
        self, tag: str, name: str, value: str | None, html: str, position: int
    ) -> None:
        lower = name.translate(_LOWER_CASE)
        text = decoded_attribute(value or "")
        if _is_event(lower):
            self._fail(
                f"the attribute {name} of <{tag}> holds JavaScript; write {lower}={{handler}}, a function of the "
                "widget's",
                position,
            )
        try:
            rule_of(tag, lower).checked(text)
        except WrongValue as error:
            self._fail(f"the attribute {name} of <{tag}>: {error}", position)
        self._note_key(tag, lower, text, position)
        if lower != "key":
            self._static(_without_tags(html))

    def _note_key(self, tag: str, name: str, key: int | str, position: int) -> None:
        if name == "key":
            if self._open:
                self._fail(
                    f"key= stands on <{tag}> within <{self._open[0].tag}>; it belongs on the outermost element of a "
                    "list's item",
                    position,
                )
            self._own_key = key
        elif name == "id" and not self._open:
            self._id = key

    def _raw_text(self, tag: str, start: int) -> None:
        """Reads the content of an element in which nothing is markup, nor a character reference."""
        end = self._end_of(tag, start)
        hole = self._text.find(MARK, self._position, end)
        if hole >= 0:
            way_out = {
                "script": "; no value can be made safe there: write the logic in Python",
                "style": "; no value can be made safe there: put it into a style attribute, or set a custom property",
            }
            self._refuse_hole(f"the content of <{tag}>{way_out.get(tag, '')}", hole)
        if tag == "script":
            self._refuse_script(start)
        tag_within = _LIKE_A_TAG.search(self._text, self._position, end)
        if tag_within is not None:
            # In <svg> or <select> it would be one.
            self._fail(
                f"{tag_within[0]}… stands in the content of <{tag}>, where it is no tag; put a blank after <",
                tag_within.start(),
            )
        self._static(self._text[self._position : end])
        self._position = end

    def _refuse_script(self, position: int) -> NoReturn:
        self._fail("a <script> in a template does not run; write the logic in Python", position)

    def _text_only(self, tag: str, start: int) -> None:
        """Reads the content of an element that holds text, and nothing else."""
        end = self._end_of(tag, start)
        content_at = self._position
        if tag in _DROPS_LINE_BREAK and self._text.startswith("\n", content_at):
            content_at += 1
        text = self._text[content_at:end]
        if MARK not in text:
            self._static(_without_tags(self._text[self._position : end]))
        else:
            self._save_line_break(self._open[-1])
            strings = tuple(map(decoded_text, text.split(MARK)))
            at = self._text.index(MARK, content_at)
            self._add(TextPart(tag, tag, self._hole(at), self._line(at), strings), "", "")
        self._position = end

    def _end_of(self, tag: str, start: int) -> int:
        end = re.compile(rf"</{tag}(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII).search(
            self._text, self._position
        )
        if end is None:
            self._fail(f"<{tag}> is not closed; end it with </{tag}>", start)
        return end.start()


def _is_event(name: str) -> bool:
    return name.startswith("on") and len(name) > 2


def _without_tags(source: str) -> str:
    """The source of an attribute or a text, in which no parser finds a tag, wherever it thinks that it is.

    So every < that is left in a template begins a tag, and a parser that is in doubt about one element is not about
    the places of values that follow.
    """
    return source.replace("<", "&lt;")
