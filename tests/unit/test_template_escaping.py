"""Whatever text stands in a place is read back there, and nothing else comes of it: by the word of an independent HTML
parser. The real browsers are asked in tests/browser.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from widget._html import html_of
from widget._resolving import resolve
from widget._styles import _is_harmless_expression
from widget._template_parser import MARK, parse
from widget._template_parts import AttributePart, ContentPart, EventPart, KeyPart, TextPart

from .template_cases import Dom, dom, html, t

# What means something to a parser, more often than chance would have it.
TELLING = st.sampled_from(
    [
        *("<", ">", "&", '"', "'", "`", "/", "=", " ", "\n", "\r", "\r\n", "\t", "\f", ";", "-->"),
        *("<!--", "</p>", "</textarea>", "</title>", "<script>", "<img onerror=a src=b>", "&lt;"),
        *("&#60;", "&am", "lt;", "\ufdd0", "\ufdd01", "\ufeff", "\x80", "\x0b", "]]>", "{", "}"),
        *("javascript:", "\\", "*/", "\U0001f600", "\u2028", "on", "x"),
    ]
)
TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    st.lists(TELLING, max_size=6).map("".join),
)

ATTRIBUTES = (
    "title",
    "alt",
    "data-a",
    "aria-label",
    "id",
    "class",
    "value",
    "lang",
    "for",
    "onlook",
)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
@example("\n", "\r")
def test_texts_are_read_back_as_they_were_given(one: str, two: str) -> None:
    written = html(
        "<div>{}</div><p title={} alt='a{}b' class=\"{} {}\">a{}{}b</p>"
        "<pre>{}</pre><pre>\n{}</pre><listing>{}{}</listing>"
        "<textarea>{}</textarea><textarea>\n {} {}</textarea><textarea>\n\n{}</textarea>"
        "<svg><title>{}</title><a title={}><desc><pre>{}</pre></desc></a></svg><math><mi>{}</mi></math>",
        *(one, one, two, one, two, one, two, one, two, one, two),
        *(one, one, two, one, one, two, one, one),
    )
    assert dom(written) == [
        ("div", {}, _text(one)),
        (
            "p",
            {"title": one, "alt": f"a{two}b", "class": f"{one} {two}"},
            [f"a{one}{two}b"],
        ),
        ("pre", {}, _text(one)),
        ("pre", {}, _text(two)),
        ("listing", {}, _text(one + two)),
        ("textarea", {}, _text(one)),
        ("textarea", {}, _text(f" {one} {two}")),
        ("textarea", {}, _text(f"\n{one}")),
        (
            "svg",
            {},
            [
                ("title", {}, _text(one)),
                ("a", {"title": two}, [("desc", {}, [("pre", {}, _text(one))])]),
            ],
        ),
        ("math", {}, [("mi", {}, _text(one))]),
    ]


@settings(deadline=None)
@given(TEXTS)
def test_texts_in_nested_templates_lists_and_titles(text: str) -> None:
    item = t("<li key={} title={}>{}</li>", text, text, [text, text])
    element = ("li", {"title": text}, _text(text + text))
    assert dom(html("<ul>{}</ul>{}", (item for _ in range(2)), text)) == [
        ("ul", {}, [element, element]),
        *_text(text),
    ]
    assert dom(html("<title>a{}</title>", text)) == [("title", {}, [f"a{text}"])]


@settings(deadline=None)
@given(TEXTS)
def test_an_address_is_refused_or_read_back(text: str) -> None:
    refused = ""
    try:
        written = html("<a href={}></a>", text)
    except ValueError as error:
        refused = str(error)
    if refused:
        assert re.search("(?i)(javascript|vbscript|data):", re.sub("[\t\r\n]", "", text))
        assert "the attribute href of <a>" in refused
    else:
        assert dom(written) == [("a", {"href": text}, [])]


# CSS Syntax, 4.3: enough of it to tell where a declaration's value ends.
_CSS = re.compile(
    r"(?P<comment>/\*)|(?P<string>\"(?:\\(?s:.)|[^\"\\\n])*\"|'(?:\\(?s:.)|[^'\\\n])*')"
    r"|(?P<escape>\\(?:[0-9a-f]{1,6} ?|[^\n0-9a-f]))|(?P<function>[\w-]+\()|(?P<other>(?s:.))"
)


@settings(deadline=None)
@given(TEXTS, st.booleans())
@example("a;b", False)
@example('"', True)
@example("url(a)", False)
def test_a_value_within_a_style_ends_where_it_is_written_to_end(
    text: str, dictionary: bool
) -> None:
    style: Any = {"color": text, "top": "0"}
    if dictionary:
        (value,) = resolve(t("<p style={}></p>", style)).values
    else:
        (value,) = resolve(t('<p style="color: {}; top: 0"></p>', text)).values
    assert value.startswith("color: ")
    assert value.endswith("; top: 0")
    for token in _CSS.finditer(value.removeprefix("color: ").removesuffix("; top: 0")):
        assert not token["comment"]
        assert (
            token["other"] is None
            or token["other"] not in "\"'\\;:{}[]<>@!\n\r\f"
            or (
                # The one thing that is not part of the value.
                dictionary and value.endswith("!important; top: 0")
            )
        )
        assert (token["function"] or "").lower() not in ("url(", "src(", "image-set(", "element(")


@settings(deadline=None)
@given(TEXTS, st.sampled_from("\"'"))
def test_a_value_within_a_string_of_a_style_stays_in_it(text: str, quote: str) -> None:
    other = {'"': "'", "'": '"'}[quote]
    (value,) = resolve(t(f"<p style={other}--a: {quote}{{}}{quote}{other}></p>", text)).values
    string = value.removeprefix("--a: ")
    assert _CSS.fullmatch(string)
    match = _CSS.match(string)
    assert match is not None
    assert match["string"] == string
    assert _unescaped(string[1:-1]) == text


def _unescaped(css: str) -> str:
    """What CSS reads (CSS Syntax, 4.3.7)."""
    return re.sub(r"\\([0-9a-f]{1,6}) ?", lambda escape: chr(int(escape[1], 16)), css)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from(["{}", "a {}", "url(#{})", "url(#a) {}"]))
@example("url(https://a.example/)", "{}")
@example("u\\72l(a)", "{}")
@example("a) url(b", "url(#{})")
def test_a_value_of_css_in_svg_stays_within_its_place(text: str, around: str) -> None:
    (value,) = resolve(t(f'<svg><path fill="{around}"/></svg>', text)).values
    before, _, after = around.partition("{}")
    written = value[len(before) : len(value) - len(after)]
    assert value == before + written + after
    assert _unescaped(written) == text
    # No call but of what computes, no string, no end of what stands around it.
    assert re.fullmatch(r"url\(#[\w-]+\)|(?:[^\\\"'();]|\\[0-9a-f]{1,6} )*", written) or (
        _is_harmless_expression(text, strings=False)
    )


@pytest.mark.parametrize("value", ["url(#shade)", "none", "rgb(1 2 3 / 50%)", "var(--a, #fff)"])
def test_what_svg_is_painted_with_stays_as_it_is(value: str) -> None:
    written = html("<svg><path fill={} mask={}></path></svg>", value, value)
    assert written == f'<svg><path fill="{value}" mask="{value}"></path></svg>'


def test_an_attribute_of_a_custom_element_means_what_the_element_wants() -> None:
    assert html("<x-list filter={}></x-list>", "a(b)") == '<x-list filter="a(b)"></x-list>'


@pytest.mark.parametrize("attribute", ["values", "from", "to", "by"])
@pytest.mark.parametrize(
    "value",
    [
        "url(https://a.example/)",
        "none;URL(a)",
        "image-set('a' 1x)",
        "url(#a);url(b)",
        "u\\72l(a)",
        "-webkit-image-set(a 1x)",
        "javascript:a",
    ],
)
def test_what_is_animated_loads_nothing(attribute: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"the attribute {attribute} of <animate>"):
        html(f'<svg><animate attributeName="mask" {attribute}={{}} /></svg>', value)


@pytest.mark.parametrize(
    "value", ["0;10;20", "#fff;#000", "M0 0L1 1", "rotate(30);scale(2)", "url(#a);none", "(1)"]
)
def test_what_is_animated_may_be_any_plain_value(value: str) -> None:
    assert f'values="{value}"' in html("<svg><animate values={}></animate></svg>", value)


@pytest.mark.parametrize("text", ["a" * 300_000 + ")", " " * 300_000 + "!x", "!" * 300_000])
def test_a_long_value_takes_no_time_of_its_square(text: str) -> None:
    """That would be minutes."""
    html("<p style={}></p>", {"--a": text})
    html('<p style="--a: {}"></p>', text)
    html("<svg><path fill={} /></svg>", text)


def test_a_foreign_element_that_closes_itself_is_written_with_its_end() -> None:
    """As one of HTML, which a value beside it may make it, it would not be closed by a slash."""
    assert html("<svg><style /><path d={} /></svg>", "a") == (
        '<svg><style></style><path d="a"></path></svg>'
    )


# What a template is made of, put together without sense.
SOUP = st.lists(
    st.sampled_from(
        [
            *("{x}", "{x}", "{x}", "{x}", "<p", "<a", "<b>", "</b>", "</p>", "<p>", ">", ">", "/>"),
            *(
                " ",
                "\n",
                "=",
                "/",
                '"',
                "'",
                "<",
                "</",
                "<!--",
                "-->",
                "--!>",
                "-",
                "!",
                "a",
                "title",
            ),
            *(
                " title=",
                ' title="',
                " id='",
                " href=",
                " onclick=",
                " key=",
                " class=",
                "&",
                "&lt",
                ";",
            ),
            *(
                "<textarea>",
                "</textarea>",
                "<title>",
                "</title>",
                "<style>",
                "</style>",
                "<iframe>",
            ),
            *(
                "</iframe>",
                "<script>",
                "</script>",
                "<svg>",
                "</svg>",
                "<path ",
                "<desc>",
                "</desc>",
            ),
            *("<foreignObject>", "</foreignObject>", "<math>", "</math>", "<mi>", "</mi>", "<pre>"),
            *(
                "</pre>",
                "<div>",
                "</div>",
                "<br>",
                "<input ",
                "<img ",
                "<xmp>",
                "</xmp>",
                "<noscript>",
            ),
            *(
                "</noscript>",
                "<?",
                "<!",
                "<![CDATA[",
                "]]>",
                "<plaintext>",
                "<template>",
                "</template>",
            ),
        ]
    ),
    max_size=12,
).map("".join)

SENSIBLE = st.recursive(
    st.sampled_from(
        [
            "{x}",
            "a",
            " ",
            "\n",
            "<br>",
            "<!-- a -->",
            "<input value={x}>",
            "&am",
            "<textarea>{x}</textarea>",
        ]
    ),
    lambda inner: st.builds(
        lambda tag, attribute, children: f"<{tag}{attribute}>{''.join(children)}</{tag}>",
        st.sampled_from(
            ["p", "div", "svg", "math", "mi", "desc", "title", "foreignObject", "pre", "b"]
        ),
        st.sampled_from(
            ["", " title={x}", " title='a{x}b{x}'", " onclick={x}", " id = {x} ", " hidden={x}"]
        ),
        st.lists(inner, max_size=3),
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(SOUP, SENSIBLE))
@example("<svg><title>{x}</title></svg>")
@example("<p a=/>{x}</p>")
@example("<!--->{x}-->")
def test_a_hole_stands_where_a_browser_finds_it_or_is_refused(text: str) -> None:
    """Else a value would be written for another place than its own."""
    try:
        parsed = parse(t(text, x=None))
    except ValueError:
        return
    found: dict[int, tuple[str, str]] = {}
    _find_marks(dom(parsed.marked), found, "")
    told = {}
    for number, part in enumerate(parsed.parts):
        match part:
            case ContentPart():
                told[number] = ("content", part.name if part.name != "the template" else "<>")
            case TextPart():
                told[number] = ("text", f"<{part.name}>")
            case EventPart():
                told[number] = ("attribute", f"on{part.name}")
            case AttributePart() | KeyPart():
                told[number] = ("attribute", part.name)
    if _rearranged(text):
        # What a browser's parser moves or closes is told by the page; here only that no place is of another kind.
        told = {number: (kind, "") for number, (kind, _) in told.items()}
        found = {number: (kind, "") for number, (kind, _) in found.items()}
        assert told.items() >= found.items()
        return
    assert found == told


@settings(max_examples=400, deadline=None)
@given(st.one_of(SOUP, SENSIBLE), TEXTS)
def test_no_text_changes_what_is_around_it(text: str, value: str) -> None:
    try:
        plain = html_of(resolve(t(text, x="xQx")))
    except (ValueError, TypeError):
        return
    # No scheme of an address begins so.
    written = html_of(resolve(t(text, x=f"x{value}x")))
    assert dom(written) == _with_value(dom(plain), f"x{value}x")


def _text(text: str) -> Dom:
    return [text] if text else []


def _rearranged(text: str) -> bool:
    """Whether the tree is another than its tags, by rules of the tree's construction."""
    return bool(
        re.search(
            r"<p\b.*<(p|div|pre|listing|xmp)\b|<a\b.*<a\b|<template|<noscript|<b>.*</(p|div|pre|a)>|<title",
            text,
            re.DOTALL,
        )
    )


def _find_marks(nodes: Dom, found: dict[int, tuple[str, str]], parent: str) -> None:
    for node in nodes:
        if isinstance(node, str):
            assert MARK not in node or node.startswith(MARK)
            if node.startswith(MARK):
                found[int(node[1:])] = ("text", f"<{parent}>")
        elif len(node) == 2:
            assert MARK not in node[1] or node[1].startswith(MARK)
            if node[1].startswith(MARK):
                found[int(node[1][1:])] = ("content", f"<{parent}>")
        else:
            tag, attributes, children = node
            for name, value in attributes.items():
                assert MARK not in name
                if value and MARK in value:
                    assert value.startswith(MARK)
                    found[int(value[1:])] = ("attribute", name)
            _find_marks(children, found, tag.lower())


def _with_value(nodes: Dom, value: str) -> Dom:
    replaced: Dom = []
    for node in nodes:
        if isinstance(node, str):
            replaced.append(node.replace("xQx", value))
        elif len(node) == 2:
            replaced.append(node)
        else:
            tag, attributes, children = node
            replaced.append(
                (
                    tag,
                    {
                        name: held.replace("xQx", value) if held else held
                        for name, held in attributes.items()
                    },
                    _with_value(children, value),
                )
            )
    return replaced
