"""How the static parts of a template are read: where a hole may stand, and which HTML is refused."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import pytest

import widget
from widget import _template_parser
from widget._resolving import resolve
from widget._template_parser import MARK, Parsed, parse
from widget._template_parts import AttributePart, ContentPart, EventPart, KeyPart, TextPart
from widget._templates import Interpolation, Template

from .template_cases import dom, html, t


def parsed(text: str) -> Parsed:
    return parse(t(text, x=None, y=None))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<{x}>", "{x} stands in the name of a tag, <{x}…>; write the name out"),
        ("<h{x}></h{x}>", "{x} stands in the name of a tag, <h{x}…>; write the name out"),
        ("<p></{x}>", "{x} stands in the name of a tag, </{x}…>; write the name out"),
        ("<p></p{x}>", "{x} stands in the name of a tag, </p{x}…>; write the name out"),
        ("a <{x}", "{x} stands in the name of a tag"),
        ("<p {x}></p>", "{x} stands in the tag <p> where the name of an attribute is due"),
        ("<p {x}=a></p>", "{x} stands in the tag <p> where the name of an attribute is due"),
        ("<p a {x}></p>", "{x} stands in the tag <p> where the name of an attribute is due"),
        ("<p data-{x}=a></p>", "{x} stands in the name of an attribute, <p data-{x}…>"),
        ("<p a{x}></p>", "{x} stands in the name of an attribute, <p a{x}…>"),
        ("<!-- {x} -->", "{x} stands in a comment"),
        ("<!--{x}-->", "{x} stands in a comment"),
        ("<!-- a --!><!-- {x} -->", "{x} stands in a comment"),
        ("<script>{x}</script>", "{x} stands in the content of <script>"),
        ("<script type=text/plain>'{x}'</script>", "{x} stands in the content of <script>"),
        ("<SCRIPT>{x}</sCript>", "{x} stands in the content of <script>"),
        ("<style>p {{ color: {x} }}</style>", "{x} stands in the content of <style>; no value"),
        ("<svg><style>{x}</style></svg>", "{x} stands in the content of <style>"),
        ("<iframe>{x}</iframe>", "{x} stands in the content of <iframe>"),
        ("<xmp>{x}</xmp>", "{x} stands in the content of <xmp>"),
        ("<noembed>{x}</noembed>", "{x} stands in the content of <noembed>"),
        ("<noframes>{x}</noframes>", "{x} stands in the content of <noframes>"),
        ("<a href=/a/{x}></a>", "{x} stands in a part of the attribute href=/a/{x} of <a>; put"),
        ("<a href={x}/a></a>", "{x} stands in a part of the attribute href={x}/a of <a>; put"),
        ("<a href={x}{y}></a>", "{x} stands in a part of the attribute href={x}{y} of <a>; put"),
        ("<a href={x}/ ></a>", "{x} stands in a part of the attribute href={x}/ of <a>; put"),
        ("<a onclick='{x}()'></a>", "{x} stands in a part of the attribute onclick; write onclick"),
        (
            "<a hidden=' {x}'></a>",
            "{x} stands in a part of the attribute hidden, which is there or",
        ),
        (
            "<iframe srcdoc={x}></iframe>",
            "{x} stands in the attribute srcdoc of <iframe>: a document",
        ),
        (
            "<meta content={x}>",
            "{x} stands in the attribute content of <meta>: a <meta> in a widget",
        ),
        ("<base href={x}>", "{x} stands in the attribute href of <base>: a <base> in a widget"),
        ("<select value={x}></select>", "write <option selected={…}>"),
        ("<textarea value={x}></textarea>", "write <textarea>{…}</textarea>"),
        (
            "<p @a={x}></p>",
            "{x} stands in the attribute @a of <p>: HTML may have attributes of such",
        ),
        ("<p is={x}></p>", "it has to be known when the element is made"),
        ('<p style="{x}: red"></p>', "{x} stands in the name of a property in the attribute style"),
        (
            '<p style="a: b; {x}"></p>',
            "{x} stands in the name of a property in the attribute style",
        ),
        ('<p style="a: {y}; {x}"></p>', "{x} stands in the name of a property"),
        ('<p style="a: url({x})"></p>', "{x} stands in url(…) in the attribute style of <p>"),
        ("<p style='a: url(\"{x}\")'></p>", "{x} stands in url(…) in the attribute style of <p>"),
        ('<p style="a: calc(1px + url({x}))"></p>', "{x} stands in url(…)"),
        ('<p style="a: -webkit-image-set({x} 1x)"></p>', "{x} stands in -webkit-image-set(…)"),
        (
            '<p style="a: {x}(b)"></p>',
            "{x} stands in the name of a function in the attribute style",
        ),
        ('<p style="a: /* {x} */ b"></p>', "{x} stands in a comment in the attribute style"),
        ('<p style="a: \\{x}"></p>', "{x} stands in an escape in the attribute style"),
        ('<p style="a: ur\\6c ({x})"></p>', "{x} stands in ur\\6c (…) in the attribute style"),
        ('<p style="a: u\\72l({x})"></p>', "{x} stands in u\\72l(…) in the attribute style"),
    ],
)
def test_a_hole_where_no_value_can_stand(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"^line 1 of the template: ") as raised:
        html(text, x="a", y="b")
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    "style",
    [
        "a: {x}",
        "a:{x};b:{x}",
        "a: '{x}'",
        "a: ';/* url(' {x}",
        "a: '\\'' {x}",
        "/* a; */ a: {x}px calc(1px + {x} * (2 - {x}))",
        "a: url(b) {x}",
        "a: var(--b;) {x}",
    ],
)
def test_a_value_may_stand_in_a_declarations_value(style: str) -> None:
    (value,) = resolve(t(f'<p style="{style}"></p>', x=1)).values
    assert value == style.replace("{x}", "1")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<p>", "<p>, line 1 of the template, is not closed; end it with </p>"),
        ("a\n<b>\n<i></i>", "<b>, line 2 of the template, is not closed"),
        ("<p></b></p>", "</b> stands where </p> is due, for the <p> of line 1"),
        ("<p>\n</p></p>", "line 2 of the template: </p> ends nothing that has begun"),
        ("<br></br>", "</br> has no place: <br> holds nothing, and has no end tag"),
        ("<p><input></input></p>", "</input> has no place: <input> holds nothing"),
        ("<div/>", "<div/> has begun and not ended; write <div></div>"),
        ("<svg><foreignObject><p/></foreignObject></svg>", "<p/> has begun and not ended"),
        ("<p", "the tag <p> is not closed; end it with >"),
        ("<p a", "the tag <p> is not closed; end it with >"),
        ("<p a='b", "the value of a in <p> is missing, or its quote is not closed"),
        ("<p a=></p>", "the value of a in <p> is missing"),
        (
            '<p class={{"done": {x}}}></p>',
            "part those of a dict by blanks, class={ {…} }, or quote",
        ),
        ("<p class={{'a': 1}}></p>", "the value of class in <p> begins with a brace"),
        ('<p a=b"c></p>', '" in the tag <p> is no name of an attribute'),
        ("<p a='b'\"></p>", '" in the tag <p> is no name of an attribute'),
        ("<p =a></p>", "= in the tag <p> is no name of an attribute"),
        ("<p <b></p>", "< in the tag <p> is no name of an attribute"),
        ("<p<b></p>", "< in the tag <p> is no name of an attribute"),
        ("<p a=1 b A=2></p>", "<p> has the attribute a twice"),
        ("<p a={x} a={x}></p>", "<p> has the attribute a twice"),
        ("<!-- a", "the comment is not closed; end it with -->"),
        ("<!doctype html>", "<!… is no part of a widget's HTML"),
        ("<![CDATA[a]]>", "<!… is no part of a widget's HTML"),
        ("<?xml?>", "<?… is no part of a widget's HTML"),
        ("</ p>", "an end tag is </, a name and >"),
        ("<p></p a>", "an end tag is </, a name and >"),
        ("</", "an end tag is </, a name and >"),
        ("<body></body>", "<body> has no place in a widget"),
        ("<plaintext>", "<plaintext> has no place in a widget: it is a part of a page"),
        (
            "<noscript></noscript>",
            "<noscript> has no place in a widget: it is for browsers that run no scripts, where no widget runs",
        ),
        (
            "<template>{x}</template>",
            "<template> has no place in a widget: a widget shows all that it holds. For what is used several times, "
            "call a function",
        ),
        ("<math><annotation-xml>", "<annotation-xml> has no place in a widget: it holds HTML"),
        ("<math><mtext><mglyph>", "<mglyph> has no place in a widget: it holds HTML"),
        ("<svg><font color=a>", "<font> cannot stand in <svg>, which would end before it"),
        ("<svg><style><a b='</style>", "<a… stands in the content of <style>, where it is no tag"),
        ("<select><xmp></p></xmp></select>", "</… stands in the content of <xmp>, where it is no"),
        ("<style><!--</style>", "<!… stands in the content of <style>, where it is no tag"),
        ("<svg><script href={x} /></svg>", "a <script> in a template does not run"),
        ("<style></\u017ftyle>", "<style> is not closed"),
        ("<lin\u212a>", "<lin\u212a>, line 1 of the template, is not closed"),
        ("<svg><p></p></svg>", "<p> cannot stand in <svg>, which would end before it"),
        ("<math><div></div></math>", "<div> cannot stand in <math>"),
        ("<style>p", "<style> is not closed; end it with </style>"),
        ("<textarea>a</textareas>", "<textarea> is not closed; end it with </textarea>"),
        ("<script>let a</script>", "a <script> in a template does not run"),
        ("<p onclick='a()'></p>", "the attribute onclick of <p> holds JavaScript; write onclick="),
        ("<p OnClick></p>", "the attribute OnClick of <p> holds JavaScript; write onclick="),
        ("<a href='javascript:a'></a>", "the attribute href of <a>: an address of the scheme"),
        ("<a href=' java&Tab;script&colon;a'></a>", "an address of the scheme javascript: would"),
        (
            "<iframe src=data:text/html,a></iframe>",
            "an address of the scheme data: may be an image",
        ),
        ("<ul><li key={x}></li></ul>", "key= stands on <li> within <ul>; it belongs on"),
        ("<li key={x}></li><li></li>", "key= belongs to a template of one element"),
        ("<li key=a></li> text", "key= belongs to a template of one element"),
        ("a\0b", "the template's text holds the character NUL"),
        (f"<p a='{MARK}'></p>", "the template's text holds the character U+FDD0"),
    ],
)
def test_html_that_a_browser_would_repair_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="the template") as raised:
        html(text, x="a")
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "<br><br/><br /><img alt=a>",
        "<BR><Div></dIV >",
        "<p a b=c d='e' f=\"g\"\n h = i ></p>",
        "<a href=/a/b></a>",
        "a < b <3 <= c > d",
        "<svg viewBox='0'><path d='a'/><title><b2></b2></title><desc><p></p></desc></svg>",
        "<math><mi>x<b></b></mi><mo/></math>",
        "<svg><path d=a /><path d=a/></path><path d /></svg>",
        "<style>a > b {{ }} < 1 <</style>",
        "<p a=a<b b='<i>'></p>",
        "<textarea><p></textarea>",
        "<textarea><p></textareas></textarea>",
        "<title>&lt;</title >",
        "<textarea>\n\na</textarea>",
        "<pre>\n\na</pre>",
        "<iframe srcdoc='&lt;p>' src=data:image/png,a></iframe>",
        "<table><tr><td></td></tr></table>",
        "<tr><td></td></tr>",
        "<my-element on=a></my-element>",
        "&amp;&lt;&copy;&#65;&notit;",
    ],
)
def test_other_html_stands_as_it_is_read(text: str) -> None:
    source = text.replace("{{", "{").replace("}}", "}")
    assert dom(html(text)) == dom(source)
    assert dom(parsed(text).marked) == dom(source)


def test_a_comment_keeps_its_place_and_nothing_else() -> None:
    comments = (
        "<!-- a -->",
        "<!---->",
        "<!-->",
        "<!--->",
        "<!-- <p> --!>",
        "<!-- --- -->",
        "<!--<!-->",
    )
    assert html(f"<pre>{'b'.join(comments)}{{}}</pre>", "\n") == (
        f"<pre>{'b'.join(['<!---->'] * len(comments))}\n</pre>"
    )


def test_layout_around_a_template_is_dropped_and_blanks_within_stay() -> None:
    assert html("\n   <p> a\n b </p>\n ") == "<p> a\n b </p>"
    assert html("  {}  ", "a") == "  a  "
    assert html(" \n {} ", "a") == "a "
    assert html(" {} \n\t", "a") == " a"
    assert html("\n  \n") == ""
    assert html("\n\xa0{}\xa0\n", "a") == "\xa0a\xa0"
    assert html("a\r\nb\rc") == "a\nb\nc"
    assert html("\n  {}\n  ", "\n a \n") == "\n a \n"


@pytest.mark.parametrize(
    ("text", "value", "read"),
    [
        # What ends in an open character reference, or in <, does not become one with what follows.
        ("&{x}", "lt;", "&lt;"),
        ("&am{x}", "p;", "&amp;"),
        ("&{x}lt;", "", "&lt;"),
        ("a &lt{x}", "b", "a <b"),
        ("&#65{x}", "6;", "A6;"),
        ("AT&T{x}", "HORN;", "AT&THORN;"),
        ("{x}&", t("lt;"), "lt;&"),
        ("&{x}", t("lt;"), "&lt;"),
        ("{x}lt;", t("&"), "&lt;"),
        ("{x}b>", t("a <"), "a <b>"),
        ("{x}/b>", t("a <"), "a </b>"),
    ],
)
def test_static_text_and_values_stay_apart(text: str, value: Any, read: str) -> None:
    assert dom(html(text, x=value)) == [read]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=1&amp;b={x}", "a=1&b=x"),
        ("a=1&b={x}", "a=1&b=x"),
        ("a=1&copy={x}", "a=1&copy=x"),
        ("a=1&copy;={x}", "a=1©=x"),
        ("a=1&copyx={x}", "a=1&copyx=x"),
        ("&notit;{x}", "&notit;x"),
        ("&NotEqualTilde;{x}", "≂̸x"),
        ("&nothing;{x}", "&nothing;x"),
        ("&{x}", "&x"),
        ("&#65;&#x42;&#x80;{x}", "AB€x"),
        ("{x}&quot;", 'x"'),
        ("{x}&lt", "x<"),
        ("\r{x}", "\nx"),
    ],
)
def test_character_references_beside_a_value(text: str, value: str) -> None:
    resolved = resolve(t(f"<p title='{text}'></p>", x="x"))
    assert resolved.values == [value]
    # An independent reading of the same source; where a hole ends a name, no source says the same.
    assert dom(f"<p title='{text.replace('{x}', 'x')}'></p>") == [("p", {"title": value}, [])]


def test_the_text_of_a_textarea() -> None:
    assert resolve(t("<textarea>\n\na &amp; &copy {}</textarea>", 1)).values == ["\na & © 1"]
    assert resolve(t("<title>\n&lt;{}{}</title>", 1, 2)).values == ["\n<12"]
    (part,) = parsed("<svg><title>{x}</title></svg>").parts
    assert isinstance(part, ContentPart)


def test_marks_pieces_and_parts() -> None:
    got = parsed(
        "\n<tr key={x} class='a {x} b {y}'><td onclick={x} title={x}>{x}{y}"
        "<input VALUE={x} disabled><textarea>a{x}{y}</textarea></td></tr>\n"
    )
    assert got.marked == (
        f'<tr key="{MARK}0" class="{MARK}1"><td onclick="{MARK}2" title="{MARK}3"><!--{MARK}4--><!--{MARK}5-->'
        f'<input VALUE="{MARK}6" disabled><textarea>{MARK}7</textarea></td></tr>'
    )
    assert got.pieces == (
        *("<tr", "", "><td", "", ">", "", "<input", " disabled><textarea>\n"),
        "</textarea></td></tr>",
    )
    assert [(type(part), part.name) for part in got.parts] == [
        (KeyPart, "key"),
        (AttributePart, "class"),
        (EventPart, "click"),
        (AttributePart, "title"),
        (ContentPart, "<td>"),
        (ContentPart, "<td>"),
        (AttributePart, "VALUE"),
        (TextPart, "textarea"),
    ]
    assert [part.first for part in got.parts] == [0, 1, 3, 4, 5, 6, 7, 8]
    assert got.key == 0
    assert got.namespace == "html"


@pytest.mark.parametrize(
    ("text", "live"),
    [
        ("<input value={x}>", True),
        ("<input checked={x}>", True),
        ("<option selected={x}></option>", True),
        ("<details open={x}></details>", True),
        ("<dialog open={x}></dialog>", True),
        ("<video muted={x}></video>", True),
        ("<button value={x}></button>", False),
        ("<progress value={x}></progress>", False),
        ("<input type={x}>", False),
    ],
)
def test_which_attributes_visitors_change_too(text: str, live: bool) -> None:
    (part,) = parsed(text).parts
    assert isinstance(part, AttributePart)
    assert part.live is live


def test_static_parts_are_parsed_once_and_not_kept_for_ever(monkeypatch: Any) -> None:
    monkeypatch.setattr(_template_parser, "_parsed", {name: {} for name in ("html", "svg", "math")})
    monkeypatch.setattr(_template_parser, "_MOST_PARSED", 3)
    first = parsed("<p>{x}</p>")
    assert parse(t("<p>{}</p>", 7)) is first
    others = [parsed(f"<p>{{x}}</p>{n}") for n in range(2)]
    assert parsed("<p>{x}</p>") is first
    parsed("<p>{x}</p>3")
    again = parsed("<p>{x}</p>")
    assert again is not first
    assert len({each.number for each in (first, again, *others)}) == 4
    assert len(_template_parser._parsed["html"]) == 3


def test_a_template_that_was_refused_is_refused_again_by_its_own_names() -> None:
    for name in ("first", "second"):
        with pytest.raises(ValueError, match=f"{{{name}}} stands in a comment"):
            html(f"<!-- {{{name}}} -->", **{name: 1})


def test_a_value_without_an_expression_is_named_all_the_same() -> None:
    with pytest.raises(ValueError, match=r"\{…\} stands in a comment"):
        resolve(Template("<!--", Interpolation(1), "-->"))


def test_the_stand_in_is_as_the_standard_library() -> None:
    template = Template("a", "b", Interpolation(1, "x", "r", ">3"), Interpolation(2))
    assert template.strings == ("ab", "", "")
    assert template.values == (1, 2)
    first, second = template.interpolations
    assert (first.value, first.expression, first.conversion, first.format_spec) == (
        1,
        "x",
        "r",
        ">3",
    )
    assert (second.value, second.expression, second.conversion, second.format_spec) == (
        2,
        "",
        None,
        "",
    )


def test_rendering_imports_nothing_heavy() -> None:
    """A widget's start pays for each module of the standard library."""
    imported: set[str] = set()
    for path in Path(widget.__file__).parent.glob("_*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Import):
                imported.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                imported.add(node.module.partition(".")[0])
    assert imported & {"html", "xml", "urllib", "string", "decimal", "email"} == set()
    assert imported <= sys.stdlib_module_names
