"""What a value becomes in each place of a template, and which values each place refuses, in which words."""

from __future__ import annotations

import datetime
import decimal
import enum
import re
import uuid
from collections.abc import AsyncIterator
from pathlib import PurePosixPath
from typing import Any

import pytest

from widget import markup
from widget._html import html_of
from widget._resolving import Html, Resolved, resolve
from widget._templates import Interpolation, Markup, Template

from .template_cases import html, t


class Color(enum.Enum):
    RED = "red"


class Shade(enum.StrEnum):
    DARK = "dark"


class Level(enum.IntEnum):
    HIGH = 3


class Plain:
    """Has no text form of its own."""


class WithHtml:
    def __html__(self) -> str:
        return "<i>mine</i>"


class WithBrokenHtml:
    def __html__(self) -> int:
        return 3


def handler() -> None:
    """One of the widget's."""


async def coroutine_function() -> None:
    """Likewise."""


async def asynchronous() -> AsyncIterator[int]:
    yield 1


# WHATWG HTML's index of attributes: all whose value is "Boolean attribute". Two of them are of other standards: Picture
# in Picture's and Remote Playback's. `hidden` is one of these but for "until-found".
BOOLEAN_ATTRIBUTES = (
    *("allowfullscreen", "alpha", "async", "autofocus", "autoplay", "checked", "controls"),
    *("default", "defer", "disabled", "disablepictureinpicture", "disableremoteplayback"),
    *("formnovalidate", "hidden", "inert", "ismap", "itemscope", "loop", "multiple", "muted"),
    *("nomodule", "novalidate", "open", "playsinline", "readonly", "required", "reversed"),
    *("selected", "shadowrootclonable", "shadowrootdelegatesfocus", "shadowrootserializable"),
)

# The same index: enumerated attributes whose words mean yes and no, with an element, both words, and a third value.
ATTRIBUTES_OF_WORDS = (
    ("div", "autocorrect", "on", "off", None),
    ("div", "contenteditable", "true", "false", "plaintext-only"),
    ("div", "draggable", "true", "false", None),
    ("div", "spellcheck", "true", "false", None),
    ("div", "translate", "yes", "no", None),
    ("div", "writingsuggestions", "true", "false", None),
    ("form", "autocomplete", "on", "off", None),
    ("input", "autocomplete", "on", "off", "street-address"),
    ("select", "autocomplete", "on", "off", "country"),
    ("textarea", "autocomplete", "on", "off", "one-time-code"),
)

# All attributes that hold an address, or several, by an element that has them: those of WHATWG HTML, those that are
# obsolete there but still heeded or once were (`html` and `head`, which have two of them, stand in no widget), SVG's.
ADDRESS_ATTRIBUTES = {
    "action": "form",
    "archive": "object",
    "background": "table",
    "cite": "blockquote",
    "classid": "object",
    "codebase": "object",
    "data": "object",
    "formaction": "button",
    "href": "a",
    "imagesrcset": "p",
    "longdesc": "img",
    "manifest": "p",
    "ping": "a",
    "poster": "video",
    "profile": "p",
    "src": "img",
    "srcset": "img",
    "usemap": "img",
    "xlink:href": "a",
}


def element(tag: str, name: str) -> str:
    """The template of an element whose attribute is the value x."""
    start = f"<{tag} {name}={{x}}>"
    written = start if tag in ("img", "input") else f"{start}</{tag}>"
    return f"<svg>{written}</svg>" if name == "xlink:href" else written


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("", ""),
        (0, "0"),
        (-1.5, "-1.5"),
        (2**70, str(2**70)),
        (1j, "1j"),
        (None, ""),
        (True, ""),
        (False, ""),
        (decimal.Decimal("1.10"), "1.10"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (uuid.UUID(int=1), str(uuid.UUID(int=1))),
        (PurePosixPath("a/b"), "a/b"),
        (ValueError("wrong"), "wrong"),
        (Color.RED, "Color.RED"),
        (Shade.DARK, "dark"),
        (Level.HIGH, "3"),
        (markup("<b>x</b>"), "<b>x</b>"),
        (markup("<b>") + "<c>", "&lt;b&gt;&lt;c&gt;"),
        (WithHtml(), "<i>mine</i>"),
        ([], ""),
        (["a", 1, None, True, False, "<"], "a1&lt;"),
        (("a", ["b", ["c"]]), "abc"),
        ((n for n in "ab"), "ab"),
        (map(str, [1, 2]), "12"),
        (range(3), "012"),
        ({"a": 1}.values(), "1"),
        ({"a": 1}.items(), "a1"),
        ({7}, "7"),
        (t("<i>{}</i>", "<"), "<i>&lt;</i>"),
        ([t("<i>{}</i>", n) for n in (1, 2)], "<i>1</i><i>2</i>"),
        ([markup("<b>x</b>"), WithHtml()], "<b>x</b><i>mine</i>"),
        (t("{}", t("{}", t("{}", 1))), "1"),
    ],
)
def test_content(value: Any, shown: str) -> None:
    assert html("<p>{}</p>", value) == f"<p>{shown}</p>"


def test_conversions_and_formats_are_applied_and_give_text() -> None:
    assert html("{:.2f}", 1 / 3) == "0.33"
    assert html("{!r}", "<") == "&#x27;&lt;&#x27;".replace("&#x27;", "'")
    assert html("{!a:>6}", "é") == "'\\xe9'"
    assert html("{!s}", markup("<b>")) == "&lt;b&gt;"
    assert html('<i title="{:%d}" lang={:s}></i>', datetime.date(2026, 1, 2), "pl") == (
        '<i title="02" lang="pl"></i>'
    )
    assert html("<title>{:.1f}</title>", 2) == "<title>2.0</title>"
    assert resolve(t("<li key={!s}></li>", 3)).key == "3"


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        # Any attribute; quoted or not is the same.
        ("<a title={x}></a>", 'a"b', '<a title="a&quot;b"></a>'),
        ('<a title="{x}"></a>', "a'b", '<a title="a\'b"></a>'),
        ("<a title='{x}'></a>", "<&>", '<a title="&lt;&amp;&gt;"></a>'),
        ("<a title={x}></a>", "", '<a title=""></a>'),
        ("<a title={x}></a>", 3, '<a title="3"></a>'),
        ("<a title={x}></a>", None, "<a></a>"),
        ("<a title={x}></a>", False, "<a></a>"),
        ("<a download={x}></a>", True, '<a download=""></a>'),
        ('<a title="to {x}!"></a>', '"', '<a title="to &quot;!"></a>'),
        ("<input value={x}>", "v", '<input value="v">'),
        ("<input value={x}/>", "v", '<input value="v">'),
        ("<a data-n={x} ></a>", 1.5, '<a data-n="1.5"></a>'),
        # A boolean attribute.
        ("<input disabled={x}>", True, '<input disabled="">'),
        ('<input disabled="{x}">', True, '<input disabled="">'),
        ("<input disabled={x}>", False, "<input>"),
        ("<input CHECKED={x}>", None, "<input>"),
        ("<p hidden={x}></p>", "until-found", '<p hidden="until-found"></p>'),
        # One that has words for True and False.
        ("<p aria-busy={x}></p>", True, '<p aria-busy="true"></p>'),
        ("<p aria-busy={x}></p>", False, '<p aria-busy="false"></p>'),
        ("<p aria-busy={x}></p>", None, "<p></p>"),
        ("<p aria-label={x}></p>", "l", '<p aria-label="l"></p>'),
        ("<p draggable={x}></p>", False, '<p draggable="false"></p>'),
        ("<p translate={x}></p>", False, '<p translate="no"></p>'),
        ("<input autocomplete={x}>", False, '<input autocomplete="off">'),
        # class.
        ("<p class={x}></p>", "a b", '<p class="a b"></p>'),
        (
            "<p class={x}></p>",
            ["a", None, False, ["b", ("c",)], {"d": 1, "e": 0}],
            '<p class="a b c d"></p>',
        ),
        ("<p class={x}></p>", {"on": True, "off": None}, '<p class="on"></p>'),
        ("<p class={x}></p>", (name for name in "ab"), '<p class="a b"></p>'),
        ("<p class={x}></p>", [], "<p></p>"),
        ("<p class={x}></p>", None, "<p></p>"),
        ('<p class="row {x}"></p>', ["a", "b"], '<p class="row a b"></p>'),
        ('<p class="row {x}"></p>', None, '<p class="row "></p>'),
        ('<p class="row {x}"></p>', True, '<p class="row "></p>'),
        ('<p class="col-{x}"></p>', 3, '<p class="col-3"></p>'),
        # style.
        ("<p style={x}></p>", {"color": "red", "top": 0}, '<p style="color: red; top: 0"></p>'),
        ("<p style={x}></p>", {"color": None, "top": False}, "<p></p>"),
        ("<p style={x}></p>", {"--aB_1": "1px"}, '<p style="--aB_1: 1px"></p>'),
        ("<p style={x}></p>", None, "<p></p>"),
        ('<p style="width: {x}px"></p>', 10, '<p style="width: 10px"></p>'),
        ('<p style="width: {x:.1f}%"></p>', 1 / 3, '<p style="width: 0.3%"></p>'),
        # A key is not on the page, nor is a handler.
        ("<p key={x}></p>", 1, "<p></p>"),
        ("<p onclick={x}></p>", handler, "<p></p>"),
        ("<p onclick={x}></p>", None, "<p></p>"),
        ("<p ONCLICK='{x}'></p>", False, "<p></p>"),
        # Places that hold text only.
        ("<textarea>{x}</textarea>", "</textarea>", "<textarea>\n&lt;/textarea&gt;</textarea>"),
        ("<textarea>{x}</textarea>", None, "<textarea>\n</textarea>"),
        ("<title>a{x}b</title>", 1, "<title>a1b</title>"),
    ],
)
def test_attributes_and_texts(text: str, value: Any, written: str) -> None:
    assert html(text, x=value) == written


@pytest.mark.parametrize(
    ("text", "value", "error", "sentence"),
    [
        ("<p>{x}</p>", {"a": 1}, TypeError, "a dict is no text; name what is to be shown"),
        ("<p>{x}</p>", b"b", TypeError, "a bytes is no text; decode it"),
        ("<p>{x}</p>", handler, TypeError, "a function is no text; call it: write {name()}"),
        ("<p>{x}</p>", Plain, TypeError, "a type is no text; call it"),
        ("<p>{x}</p>", Plain(), TypeError, "Plain is no text; interpolate one of its attributes"),
        ("<p>{x}</p>", asynchronous(), TypeError, "no text; collect it before the template"),
        ("<p>{x}</p>", "a\0b", ValueError, "a text with a NUL character cannot stand in HTML"),
        ("<p>{x}</p>", [["a\0b"]], ValueError, "NUL"),
        ("<p>{x}</p>", markup("\0"), ValueError, "HTML with a NUL character"),
        ("<p>{x}</p>", WithBrokenHtml(), TypeError, "__html__() gave an int, not a str"),
        ("<p>{x:.2f}</p>", "a", ValueError, "Unknown format code 'f'"),
        ("<p>{x:.2f}</p>", None, TypeError, "unsupported format string"),
        ("<a title={x}></a>", "\0", ValueError, "NUL"),
        ("<a class={x}></a>", "\0", ValueError, "NUL"),
        ("<a title='a{x}'></a>", "\0", ValueError, "NUL"),
        ("<textarea>{x}</textarea>", "\0", ValueError, "NUL"),
        ("<a title={x}></a>", ["a"], TypeError, 'a list is no text; join it: " ".join(…)'),
        ("<a title={x}></a>", t(""), TypeError, "it can stand between tags only"),
        ("<a title={x}></a>", markup("a"), TypeError, "it can stand between tags only"),
        ("<a title='{x}.'></a>", None, TypeError, 'None is no text; write {… or ""} for nothing'),
        ("<a title='{x}.'></a>", True, TypeError, "a bool is no text"),
        ("<textarea>{x}</textarea>", ["a"], TypeError, "a list is no text"),
        ("<title>{x}</title>", markup("a"), TypeError, "it can stand between tags only"),
        ("<input disabled={x}>", "yes", TypeError, "it takes a bool, not a str"),
        ("<input disabled={x}>", 1, TypeError, "it takes a bool, not an int"),
        ("<p hidden={x}></p>", "x", TypeError, "it takes a bool, not a str"),
        ("<p class={x}></p>", True, TypeError, "class takes a str, a list or a dict, not True"),
        ("<p class={x}></p>", [True], TypeError, "class takes a str, a list or a dict, not True"),
        ("<p class={x}></p>", handler, TypeError, "a function is no text"),
        ("<p style={x}></p>", "color: red", TypeError, "style takes a dict of property to value"),
        ("<p style={x}></p>", {1: 2}, TypeError, "a property of style is a str, not an int"),
        ("<p style={x}></p>", {"a": True}, TypeError, "a bool is no text"),
        ("<p style={x}></p>", {"zIndex": 1}, ValueError, "no property of CSS; write z-index"),
        ("<p style={x}></p>", {"a:b;c": 1}, ValueError, "'a:b;c' is no property of CSS"),
        ("<p onclick={x}></p>", "f()", TypeError, "a str is no handler; it takes a function"),
        ("<p onclick={x}></p>", 3, TypeError, "an int is no handler"),
        ("<p onclick={x}></p>", True, TypeError, "a bool is no handler"),
        ("<p key={x}></p>", [1], TypeError, "a key is hashable, which a list is not; take an id"),
        ("<p key='a{x}'></p>", None, TypeError, "None is no text"),
    ],
)
def test_what_a_place_does_not_take_is_refused(
    text: str, value: Any, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as raised:
        resolve(t(text, x=value))
    assert type(raised.value) is error
    assert sentence in str(raised.value)
    assert str(raised.value).startswith("{x} in ")
    assert "line 1 of the template" in str(raised.value)


@pytest.mark.parametrize("name", BOOLEAN_ATTRIBUTES)
def test_a_boolean_attribute_is_there_or_not_and_takes_nothing_else(name: str) -> None:
    # The rule goes by the name alone: some of these elements stand in no template.
    text = f"<p {name}={{x}}></p>"
    assert html(text, x=True) == f'<p {name}=""></p>'
    assert html(text, x=False) == "<p></p>"
    assert html(text, x=None) == "<p></p>"
    refused: tuple[Any, ...] = ("yes", "", "true", "false", name, 1, 0, [])
    for value in refused:
        with pytest.raises(TypeError, match=rf"the attribute {name} of <p>.* it takes a bool, not"):
            html(text, x=value)
    with pytest.raises(ValueError, match=rf"a part of the attribute {name}, which is there or not"):
        html(f'<p {name}="a {{x}}"></p>', x=True)


@pytest.mark.parametrize(("tag", "name", "yes", "no", "other"), ATTRIBUTES_OF_WORDS)
def test_an_attribute_that_has_words_for_yes_and_no_takes_a_bool_and_these_words(
    tag: str, name: str, yes: str, no: str, other: str | None
) -> None:
    text = element(tag, name)
    for value, word in ((True, yes), (False, no), (yes, yes), (no, no), (other, other)):
        if word is not None:
            assert html(text, x=value) == text.replace("{x}", f'"{word}"')
    # To be absent is a third thing: the element goes by what its parent is.
    assert html(text, x=None) == text.replace(f" {name}={{x}}", "")


def test_a_coroutine_is_to_be_awaited_and_a_handler_not_to_be_called() -> None:
    coroutine = coroutine_function()
    with pytest.raises(TypeError, match="a coroutine is no text; await it before the template"):
        html("<p>{}</p>", coroutine)
    with pytest.raises(TypeError, match=r"write onclick=\{handler\}, without calling it"):
        html("<p onclick={}></p>", coroutine)
    coroutine.close()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("\n\n<ul>\n <li>{user.tags}</li>\n</ul>", "the content of <li>, line 4 of the template"),
        ("{user.tags}", "the content of the template, line 1 of the template"),
        ("<a\n title='{user.tags}'></a>", "the attribute title of <a>, line 2 of the template"),
        ("<title>\n{user.tags}</title>", "the content of <title>, line 2 of the template"),
        ("<a onclick={user.tags}></a>", "the attribute onclick of <a>, line 1 of the template"),
        ("<a key={user.tags}></a>", "the attribute key of <a>, line 1 of the template"),
    ],
)
def test_a_refusal_names_the_expression_and_the_place(text: str, place: str) -> None:
    with pytest.raises(TypeError) as raised:
        resolve(t(text, **{"user.tags": {}}))
    assert str(raised.value).startswith(f"{{user.tags}} in {place}: ")


@pytest.mark.parametrize(
    ("text", "value", "scheme"),
    [
        ("<a href={x}></a>", "javascript:alert(1)", "javascript"),
        ("<a href={x}></a>", "JavaScript:alert(1)", "javascript"),
        ("<a href={x}></a>", " \x01\tjava\nscr\rip\tt:alert(1)", "javascript"),
        ("<a HREF={x}></a>", "vbscript:x", "vbscript"),
        ("<a href='java{x}'></a>", "script:x", "javascript"),
        ("<a href='javascript:{x}'></a>", "x", "javascript"),
        ("<a href='{x}:alert(1)'></a>", "javascript", "javascript"),
        ("<a href='javascript&colon;{x}'></a>", "x", "javascript"),
        ("<a href=' javascript&#58;{x}'></a>", "x", "javascript"),
        ("<form action={x}></form>", "javascript:x", "javascript"),
        ("<button formaction={x}></button>", "javascript:x", "javascript"),
        ("<video poster={x}></video>", "javascript:x", "javascript"),
        ("<img src={x}>", "javascript:x", "javascript"),
        ("<img srcset={x}>", "a.png 1x, javascript:x 2x", "javascript"),
        ("<a ping={x}></a>", "/a javascript:x", "javascript"),
        ("<object data={x}></object>", "javascript:x", "javascript"),
        ("<q cite={x}></q>", "javascript:x", "javascript"),
        ("<table background={x}></table>", "javascript:x", "javascript"),
        ("<svg><a xlink:href={x}></a></svg>", "javascript:x", "javascript"),
        ("<svg><set attributeName='href' to={x} /></svg>", "javascript:x", "javascript"),
        ("<svg><animate from={x} /></svg>", "javascript:x", "javascript"),
        ("<svg><animate by={x} /></svg>", "javascript:x", "javascript"),
        ("<svg><animate values={x} /></svg>", "#;java\nscript:x", "javascript"),
        ("<a href={x}></a>", "data:text/html,x", "data"),
        ("<a href={x}></a>", "data:,x", "data"),
        ("<iframe src={x}></iframe>", "data:image/svg+xml,x", "data"),
        ("<object data={x}></object>", "data: Image/SVG+xml,x", "data"),
        ("<embed src={x}>", "data:image/svg+xml;base64,x", "data"),
        ("<svg><use href={x} /></svg>", "data:image/svg+xml,x", "data"),
    ],
)
def test_an_address_that_runs_is_refused(text: str, value: str, scheme: str) -> None:
    with pytest.raises(ValueError, match=rf"an .* of the scheme {scheme}: ") as raised:
        html(text, x=value)
    name = text.lower().partition("{x}")[0].rpartition("=")[0].rpartition(" ")[2]
    assert f"the attribute {name} of <" in str(raised.value).lower()


@pytest.mark.parametrize(("name", "tag"), ADDRESS_ATTRIBUTES.items())
@pytest.mark.parametrize(
    ("address", "scheme"),
    [
        ("javascript:alert(1)", "javascript"),
        (" \tJava\nScript\r:alert(1)", "javascript"),
        ("vbscript:msgbox(1)", "vbscript"),
        ("data:text/html,<script>alert(1)</script>", "data"),
        ("DATA:text/html;base64,PHNjcmlwdD4=", "data"),
        ("data:application/xhtml+xml,<x/>", "data"),
    ],
)
def test_no_attribute_that_holds_an_address_takes_one_that_runs(
    name: str, tag: str, address: str, scheme: str
) -> None:
    text = element(tag, name)
    if "\n" in address and name in ("archive", "imagesrcset", "ping", "srcset"):
        # Where blanks part addresses, none of these is one.
        address = address.translate(dict.fromkeys(map(ord, " \t\n\r")))
    with pytest.raises(ValueError, match=rf"the scheme {scheme}: ") as raised:
        html(text, x=address)
    assert f"the attribute {name} of <{tag}>" in str(raised.value)
    with pytest.raises(ValueError, match=rf"the scheme {scheme}: "):
        html(text.replace("{x}", "'{x}'"), x=address)


@pytest.mark.parametrize(("name", "tag"), ADDRESS_ATTRIBUTES.items())
@pytest.mark.parametrize(
    "address",
    [
        "https://x.example/a?b=javascript:c",
        "HTTP://x.example",
        "//x.example/a",
        "a/b.png",
        "../javascript:x",
        "?q=data:text/html,x",
        "#javascript:x",
        "data:image/png;base64,AAAA",
        "",
    ],
)
def test_every_attribute_that_holds_an_address_takes_the_others(
    name: str, tag: str, address: str
) -> None:
    text = element(tag, name)
    assert html(text, x=address) == text.replace("{x}", f'"{address}"')


@pytest.mark.parametrize("tag", ["<a href={x}></a>", "<img srcset={x}>", "<a ping={x}></a>"])
@pytest.mark.parametrize(
    "address",
    [
        "https://x.example/?a=javascript:b",
        "/javascript:x",
        "#javascript:x",
        "?javascript:x",
        "javascript",
        "mailto:a@x.example",
        "tel:+48",
        "./a:b",
        "data:image/png;base64,AAAA",
        "data:image/svg+xml,x",
        "",
    ],
)
def test_other_addresses_stand_as_they_are(tag: str, address: str) -> None:
    assert html(tag, x=address) == tag.replace("{x}", f'"{address}"')


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("red", "red"),
        ("#ff0", "#ff0"),
        ("-1.5rem", "-1.5rem"),
        ("50%", "50%"),
        ("1px solid var(--x, rgb(1 2 3 / 50%))", None),
        ("calc((1px + 2px) * 3 / 4)", None),
        ("12px/1.5 Inter, sans-serif", None),
        ("COLOR-MIX(in oklab, red, blue)", None),
        ("linear-gradient(90deg, red, blue)", None),
        ("żółty", "żółty"),
        ("red; top: 0", "red\\3b  top\\3a  0"),
        ("url(https://x.example)", "url\\28 https\\3a \\2f \\2f x.example\\29 "),
        ("-webkit-image-set('a' 1x)", "-webkit-image-set\\28 \\27 a\\27  1x\\29 "),
        ("calc(url(x))", "calc\\28 url\\28 x\\29 \\29 "),
        ("expression(1)", "expression\\28 1\\29 "),
        ("calc(1", "calc\\28 1"),
        ("1)", "1\\29 "),
        ("(1)", "\\28 1\\29 "),
        ("2*3", "2\\2a 3"),
        ("/", "\\2f "),
        ("a/", "a\\2f "),
        ("calc(1/*2)", "calc\\28 1\\2f \\2a 2\\29 "),
        ("a\\", "a\\5c "),
        ("a\nb", "a\\a b"),
        ('"a"', "\\22 a\\22 "),
        ("'a'", "\\27 a\\27 "),
        ("{}@!<>&", "\\7b \\7d \\40 \\21 \\3c \\3e \\26 "),
    ],
)
def test_a_value_within_a_style_stays_one_value(value: str, written: str | None) -> None:
    resolved = resolve(t('<p style="background: {x} !important"></p>', x=value))
    assert resolved.values == [f"background: {written or value} !important"]


def test_in_a_dict_of_styles_quoted_strings_and_importance_may_stand() -> None:
    def style(value: str) -> Any:
        return resolve(t("<p style={x}></p>", x={"font": value})).values[0]

    assert style("12px 'Open Sans', serif") == "font: 12px 'Open Sans', serif"
    assert style("12px ! important") == "font: 12px !important"
    assert style("'a\\' ; top: 0") == "font: \\27 a\\5c \\27  \\3b  top\\3a  0"
    assert style("'a ; top: 0") == "font: \\27 a \\3b  top\\3a  0"
    assert style("'a\n'") == "font: \\27 a\\a \\27 "


@pytest.mark.parametrize(
    "value",
    [
        "env(safe-area-inset-top)",
        "env(safe-area-inset-top, 20px)",
        "counter(item)",
        "counter(item, upper-roman)",
        "counters(item, '.')",
        "[full] 1fr",
        "repeat(2, [col] 1fr)",
        "[full-start] minmax(1rem, 1fr) [main-start] auto [main-end full-end]",
        "calc(1px + (2px * (3 - var(--a, 1))))",
        "calc(min(1px, max(2px, 3px)) + clamp(1px, calc((2px) / 2), 3px))",
    ],
)
def test_what_a_style_computes_names_or_counts_stands_as_it_is(value: str) -> None:
    assert resolve(t("<p style={x}></p>", x={"--a": value})).values == [f"--a: {value}"]
    if "'" not in value:  # within a style's text, a string may be around it already
        assert resolve(t("<p style='--a: {x}'></p>", x=value)).values == [f"--a: {value}"]


@pytest.mark.parametrize(
    "value",
    [
        "url(https://x.example/a.png)",
        "URL('https://x.example/a.png')",
        "u\\72l(a.png)",
        "src('https://x.example/a.png')",
        "Src(a)",
        "image('a.png')",
        "image(ltr 'a.png', red)",
        "image-set('a.png' 1x)",
        "-webkit-image-set(url(a.png) 1x)",
        "-webkit-cross-fade(url(a.png), red, 50%)",
        "element(#a)",
        "-moz-element(#a)",
        "attr(data-a)",
        "attr(data-a type(<url>), red)",
        "calc(1px + attr(data-a px))",
        "linear-gradient(red, url(a.png))",
        "var(--a, url(a.png))",
        "env(a, image-set('a.png' 1x))",
    ],
)
def test_what_a_style_would_load_is_no_call_of_a_function_any_more(value: str) -> None:
    for text, given in (
        ("<p style={x}></p>", {"background": value}),
        ("<p style='background: {x}'></p>", value),
    ):
        (written,) = resolve(t(text, x=given)).values
        rest = written.removeprefix("background: ")
        assert not set(rest) & set("()'\""), "neither a call nor a string"
        # CSS Syntax 4.3.7: what each escape stands for, which is what was given.
        assert re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), rest) == value


def test_what_can_be_rendered() -> None:
    def rendered(value: Any) -> str:
        return html_of(resolve(value))

    assert rendered(t("<p></p>")) == "<p></p>"
    assert rendered(markup("<p>")) == "<p>"
    assert rendered(WithHtml()) == "<i>mine</i>"
    assert rendered(None) == ""
    assert rendered([t("a"), None, False, [markup("<b>")]]) == "a<b>"
    assert rendered(t("{}", n) for n in range(3)) == "012"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("<p>", r"a str cannot be rendered, a template can: write t'…' .* or markup\(…\)"),
        (["<p>"], "a str cannot be rendered"),
        ([[3]], "an int cannot be rendered, a template can: write t'…' around"),
        (True, "a bool cannot be rendered"),
        (handler, "a function cannot be rendered, a template can: call it"),
        ({"a": 1}, "a dict cannot be rendered"),
        (b"b", "a bytes cannot be rendered"),
        (Plain(), "Plain cannot be rendered"),
    ],
)
def test_what_cannot_be_rendered(value: Any, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        resolve(value)


def test_a_coroutine_cannot_be_rendered() -> None:
    coroutine: Any = coroutine_function()
    with pytest.raises(TypeError, match="await it first"):
        resolve(coroutine)
    coroutine.close()


def test_what_holds_itself_is_refused() -> None:
    items: list[Any] = []
    items.append(items)
    for value in (items, t("{}", items)):
        with pytest.raises(ValueError, match="holds itself, or is nested too deeply"):
            resolve(value)


def test_what_raises_in_an_authors_own_code_comes_through() -> None:
    class Broken:
        def __str__(self) -> str:
            raise ZeroDivisionError("mine")

    def rows() -> Any:
        yield t("<li></li>")
        raise LookupError("mine too")

    with pytest.raises(ZeroDivisionError, match=r"^mine$"):
        html("{}", Broken())
    with pytest.raises(LookupError, match=r"^mine too$"):
        html("{}", rows())


def test_markup_takes_html_only() -> None:
    value: Any = t("<p></p>")
    with pytest.raises(TypeError, match=r"markup\(\) takes a str of HTML, not a? ?Template"):
        markup(value)
    assert type(markup("a")) is Markup
    assert type(markup("a") + "<") is str
    assert type(markup("a{}").format("<")) is str


def test_the_values_of_parts() -> None:
    resolved = resolve(
        t(
            "<p id={} onclick={} title='{}'>{}{}{}{}</p>",
            *(
                "i",
                handler,
                "t",
                "text",
                markup("<b>"),
                t("x"),
                ["a", t("<i key={}></i>", 7)],
            ),
        )
    )
    *flat, text, marked_up, nested, items = resolved.values
    assert flat == ["i", handler, "t"]
    assert (type(text), text) == (str, "text")
    assert (type(marked_up), marked_up) == (Html, "<b>")
    assert isinstance(nested, Resolved)
    assert [type(item) for item in items] == [Resolved, Resolved]
    assert [item.key for item in items] == [None, 7]
    assert items[0].values == ["a"]
    assert resolved.number == 0


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("<li key={x}></li>", 7),
        ("\n <li id='other' key={x}></li>\n ", 7),
        ("<!-- c --><li key={x}></li>", 7),
        ("<li key='a-{x}'></li>", "a-7"),
        ("<li key='one'>{x}</li>", "one"),
        ("<li id={x}></li>", "7"),
        ("<li id='one'>{x}</li>", "one"),
        ("<li><b id='one'>{x}</b></li>", None),
        ("<li>{x}</li>", None),
        ("<li id='one'></li>{x}", None),
        ("<li id='one'></li> text {x}", None),
        ("<dt id='one'></dt><dd>{x}</dd>", None),
    ],
)
def test_the_key_of_an_item(text: str, key: Any) -> None:
    assert resolve(t(text, x=7)).key == key
    assert ' key="' not in html(text, x=7)


def test_a_generator_is_gone_through_once() -> None:
    taken: list[int] = []

    def rows() -> Any:
        for n in range(3):
            taken.append(n)
            yield t("<li>{}</li>", n)

    assert html("<ul>{}</ul>", rows()) == "<ul><li>0</li><li>1</li><li>2</li></ul>"
    assert taken == [0, 1, 2]


def test_templates_compose_across_namespaces() -> None:
    icon: Template = t("<path d={} /><circle r='1'/>", "M0 0")
    assert html("<svg viewBox={}>{}</svg>", "0 0 1 1", icon) == (
        '<svg viewBox="0 0 1 1"><path d="M0 0"></path><circle r=\'1\'></circle></svg>'
    )
    assert html("<svg>{}</svg>", [icon]).count("<path") == 1
    with pytest.raises(ValueError, match="<path/> has begun and not ended"):
        html("<p>{}</p>", icon)


@pytest.mark.parametrize("expression", ['"a"', "'a'", ' "a"'])
def test_a_dict_that_became_a_format_is_told_how_to_be_one(expression: str) -> None:
    # t'<p class={"a": True}></p>'; a blank after the brace is the expression's.
    key = Interpolation("a", expression, None, " True")
    with pytest.raises(ValueError, match=r"; a dict wants blanks around it: \{ \{…\} \}$"):
        html_of(resolve(Template("<p class=", key, "></p>")))


def test_a_text_in_a_format_of_numbers_is_not_told_of_dicts() -> None:
    with pytest.raises(ValueError, match=r"format code 'f' for object of type 'str'$"):
        html("<p>{price:.2f}</p>", price="12")
    upper = Interpolation("X", '"x".upper()', None, "d")
    with pytest.raises(ValueError, match=r"format code 'd' for object of type 'str'$"):
        html_of(resolve(Template("<p>", upper, "</p>")))
