"""What the values of attributes become, by the attribute's name: text, presence, an address, classes, a style."""

from __future__ import annotations

import re

from ._arguments import kind
from ._styles import css_value, declarations, loading_function, presented
from ._text import WrongType, WrongValue, expands, text_of

# WHATWG HTML, "List of attributes": those whose value is "Boolean attribute".
_BOOLEAN = frozenset(
    {
        *("allowfullscreen", "alpha", "async", "autofocus", "autoplay", "checked", "controls"),
        *("default", "defer", "disabled", "disablepictureinpicture", "disableremoteplayback"),
        *("formnovalidate", "hidden", "inert", "ismap", "itemscope", "loop", "multiple", "muted"),
        *("nomodule", "novalidate", "open", "playsinline", "readonly", "required", "reversed"),
        *("selected", "shadowrootclonable", "shadowrootdelegatesfocus", "shadowrootserializable"),
    }
)

# What True and False are called by attributes for which being absent is a third thing (WHATWG HTML, "enumerated").
_WORDS = {
    **dict.fromkeys(
        ("contenteditable", "draggable", "spellcheck", "writingsuggestions"), ("true", "false")
    ),
    "autocomplete": ("on", "off"),
    "autocorrect": ("on", "off"),
    "translate": ("yes", "no"),
}

_ADDRESS = frozenset(
    {
        *("action", "archive", "background", "cite", "classid", "codebase", "data", "formaction"),
        *("href", "imagesrcset", "longdesc", "manifest", "ping", "poster", "profile", "src"),
        *("srcset", "usemap", "xlink:href"),
    }
)
# What these write into another attribute, which may be an address (SVG Animations, 2.12).
_ANIMATIONS = frozenset(("animate", "animatemotion", "animatetransform", "set"))
_ANIMATED = frozenset(("by", "from", "to", "values"))

# Attributes of SVG whose values are CSS that may load something (SVG 2, 6.6: presentation attributes).
_PRESENTATION = frozenset(
    {
        *("clip-path", "cursor", "fill", "filter", "marker", "marker-end", "marker-mid"),
        *("marker-start", "mask", "stroke"),
    }
)

# An image of SVG, or of other XML, is a document in these, and its scripts run.
_DOCUMENTS = frozenset(("embed", "frame", "iframe", "object", "use"))
_WITH_SCRIPTS = re.compile(r"image/(svg|[^,;]*xml)")

_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
# What separates addresses; where a blank does not, one within an address goes unheeded by the browser.
_SEPARATORS = {
    **dict.fromkeys(("archive", "imagesrcset", "ping", "srcset"), re.compile(r"[\s,]+")),
    "values": re.compile(";"),
}
_LEADING = "".join(map(chr, range(0x21)))

# What a visitor changes too: the browser keeps what is now apart from what the attribute says.
_LIVE = {
    "input": ("checked", "value"),
    "option": ("selected",),
    "details": ("open",),
    "dialog": ("open",),
    "audio": ("muted",),
    "video": ("muted",),
}

_NOT_BY_HOLES = {
    "srcdoc": "a document in an attribute cannot be escaped; show the content in the widget itself",
    "is": "it has to be known when the element is made; write it into the template",
}


def is_live(tag: str, name: str) -> bool:
    """Whether an attribute's value on the page is a property that visitors change, and not the attribute."""
    return name in _LIVE.get(tag, ())


def refusal(tag: str, name: str) -> str:
    """Why no value may be put into an attribute, and what to do; "" where one may.

    Args:
        tag: the element's, in lower case.
        name: the attribute's, in lower case.
    """
    if tag in ("base", "meta"):
        return f"a <{tag}> in a widget would speak for the whole page"
    if name == "value" and tag == "select":
        return "a <select> has no such attribute; write <option selected={…}>"
    if name == "value" and tag == "textarea":
        return "a <textarea> has no such attribute; write <textarea>{…}</textarea>"
    return _NOT_BY_HOLES.get(name, "")


class Attribute:
    """The rule for attributes of which nothing special is known.

    Attributes:
        only_whole: whether no text can stand beside the value.
    """

    only_whole = False

    def whole(self, value: object) -> str | None:
        """The attribute's text, where the value is all of it; None where the attribute is to be absent.

        Raises:
            WrongType, WrongValue: the attribute does not take the value.
        """
        if type(value) is str and "\0" not in value:
            return value
        if value is None or value is False:
            return None
        return "" if value is True else text_of(value)

    def within(self, value: object) -> str:
        """What stands for the value beside other text; raises as `whole`."""
        return text_of(value)

    def checked(self, text: str) -> str:
        """The text that was put together; raises as `whole`."""
        return text


class Enumerated(Attribute):
    """An attribute that has words for True and for False."""

    def __init__(self, yes: str, no: str) -> None:
        self._yes = yes
        self._no = no

    def whole(self, value: object) -> str | None:
        if isinstance(value, bool):
            return self._yes if value else self._no
        return super().whole(value)


class Boolean(Attribute):
    """An attribute that is there or not, and has no value.

    Args:
        also: the values that it may have all the same.
    """

    only_whole = True

    def __init__(self, *also: str) -> None:
        self._also = also

    def whole(self, value: object) -> str | None:
        if value is True:
            return ""
        if value is None or value is False:
            return None
        if value in self._also:
            return str(value)
        raise WrongType(
            f"the attribute is there or not: it takes a bool, not {kind(value)}; write bool(…), or compare"
        )


class Address(Attribute):
    """An attribute that holds a URL, or several.

    Args:
        is_document: whether what is found at the address is shown as a document, in which scripts run.
        separator: what stands between several addresses; None where there is only one.
    """

    def __init__(self, *, is_document: bool, separator: re.Pattern[str] | None = None) -> None:
        self._is_document = is_document
        self._separator = separator

    def whole(self, value: object) -> str | None:
        text = super().whole(value)
        return text if text is None else self.checked(text)

    def checked(self, text: str) -> str:
        for address in self._separator.split(text) if self._separator else (text,):
            self._check(address)
        return text

    def _check(self, address: str) -> None:
        # As the URL standard's parser: blanks and control characters before it go, tabs and line breaks anywhere.
        text = address.lstrip(_LEADING)
        text = text.replace("\t", "").replace("\n", "").replace("\r", "")
        match = _SCHEME.match(text)
        if match is None:
            return
        scheme = match[1].lower()
        if scheme in ("javascript", "vbscript"):
            raise WrongValue(
                f"an address of the scheme {scheme}: would run as a script; for what a click does, write "
                "onclick={handler}"
            )
        if scheme == "data":
            media_type = text[match.end() :].lstrip(_LEADING).lower()
            if not media_type.startswith("image/"):
                raise WrongValue("an address of the scheme data: may be an image only")
            if self._is_document and _WITH_SCRIPTS.match(media_type):
                raise WrongValue(
                    "an SVG image of the scheme data: would run its scripts here; use an <img>"
                )


class Animated(Address):
    """What SVG writes into another attribute: an address, or a value of CSS, or whatever else that one holds."""

    def checked(self, text: str) -> str:
        name = loading_function(text)
        if name:
            raise WrongValue(
                f"{name}… in a value that is animated might load something; write url(#id) or a plain value"
            )
        return super().checked(text)


class Presentation(Attribute):
    """An attribute of SVG that is a property of CSS."""

    def whole(self, value: object) -> str | None:
        text = super().whole(value)
        return text if text is None else presented(text)

    def within(self, value: object) -> str:
        return css_value(text_of(value))


class Classes(Attribute):
    """`class`: a str, a list of them, or a dict of name to whether it applies."""

    def whole(self, value: object) -> str | None:
        if type(value) is str and "\0" not in value:
            return value
        return self._text(value) or None

    def within(self, value: object) -> str:
        return "" if isinstance(value, bool) else self._text(value)

    def _text(self, value: object) -> str:
        if value is None or value is False:
            return ""
        if value is True:
            raise WrongType("class takes a str, a list or a dict, not True")
        if isinstance(value, dict):
            return " ".join(text_of(name) for name, applies in value.items() if applies)
        if expands(value):
            names = [each if each.__class__ is str else self._text(each) for each in value]  # type: ignore[attr-defined]
            return text_of(" ".join(filter(None, names)))
        return text_of(value)


class Style(Attribute):
    """`style`: a dict of property to value, or values within the text of declarations."""

    def whole(self, value: object) -> str | None:
        if value is None or value is False:
            return None
        if not isinstance(value, dict):
            raise WrongType(
                f"style takes a dict of property to value, not {kind(value)}; or write the property before the hole: "
                'style="width: {…}"'
            )
        return declarations(value)

    def within(self, value: object) -> str:
        return css_value(text_of(value))


_OTHER = Attribute()
_CLASSES = Classes()
_STYLE = Style()
_CSS = Presentation()
_PRESENT = Boolean()
_HIDDEN = Boolean("until-found")
_ARIA = Enumerated("true", "false")


def rule_of(tag: str, name: str) -> Attribute:
    """The rule for the values of an attribute.

    Args:
        tag: the element's, in lower case.
        name: the attribute's, in lower case.
    """
    if name == "class":
        return _CLASSES
    if name == "style":
        return _STYLE
    if name == "hidden":
        return _HIDDEN
    if name in _BOOLEAN:
        return _PRESENT
    if name.startswith("aria-"):
        return _ARIA
    if name in _WORDS:
        return Enumerated(*_WORDS[name])
    if tag in _ANIMATIONS and name in _ANIMATED:
        return Animated(is_document=True, separator=_SEPARATORS.get(name))
    if name in _ADDRESS:
        return Address(is_document=tag in _DOCUMENTS, separator=_SEPARATORS.get(name))
    if name in _PRESENTATION and "-" not in tag:  # of a custom element, it means what that wants
        return _CSS
    return _OTHER
