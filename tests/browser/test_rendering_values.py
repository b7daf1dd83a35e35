"""Arbitrary text in every place of a template, read back from the real browser's DOM: exactly that text, and no
element, attribute or declaration beside those that the template has.

Each batch goes both ways: by `sdk.render`, which patches what the batch before has left, and as HTML source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from .conftest import Probe

# The same examples in each run, so that a failure is everybody's.
GENERATED = settings(derandomize=True, deadline=None, max_examples=60, database=None)

# An element's name, attributes and children; or a text.
Tree: TypeAlias = "tuple[str, dict[str, str], list[Any]] | str"


@dataclass(frozen=True)
class Place:
    """A template's text with the value `x`, and the element that it makes of a text."""

    template: str
    element: Callable[[str], Tree]


def attribute(template: str, name: str, value: Callable[[str], str] = str) -> Place:
    tag = template[1:].partition(" ")[0]
    return Place(template, lambda x: (tag, {name: value(x)}, []))


def content(template: str, tag: str, value: Callable[[str], str] = str) -> Place:
    return Place(template, lambda x: (tag, {}, texts(value(x))))


def in_css(text: str) -> str:
    """Text as CSS reads it, which knows no surrogates (CSS Syntax, 3.3)."""
    javascript: str = as_javascript(text)
    return javascript.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_javascript(value: Any) -> Any:
    """The JSON that JavaScript has of a value: surrogates that stand side by side are one character there."""
    return json.loads(json.dumps(value))


def texts(*children: Tree) -> list[Tree]:
    return [child for child in children if child != ""]


PLACES = [
    content("<p>{x}</p>", "p"),
    content("<p>a&{x}{x};</p>", "p", lambda x: f"a&{x}{x};"),
    content("<p>{x!s:s}</p>", "p"),
    content("<p>{[x, (each for each in [x, None])]}</p>", "p", lambda x: x + x),
    Place("<p>{x}{t'<b>{x}</b>'}{x}</p>", lambda x: ("p", {}, texts(x, ("b", {}, texts(x)), x))),
    content("<pre>{x}</pre>", "pre"),
    content("<pre>\n{x}</pre>", "pre"),
    content("<listing>{x}{x}</listing>", "listing", lambda x: x + x),
    content("<textarea>{x}</textarea>", "textarea"),
    content("<textarea>\n{x} &lt;{x}</textarea>", "textarea", lambda x: f"{x} <{x}"),
    content("<title>{x}</title>", "title"),
    Place(
        "<table><tbody>{t'<tr><td>{x}</td></tr>'}</tbody></table>",
        lambda x: ("table", {}, [("tbody", {}, [("tr", {}, [("td", {}, texts(x))])])]),
    ),
    Place(
        "<select><option value={x}>{x}</option></select>",
        lambda x: ("select", {}, [("option", {"value": x}, texts(x))]),
    ),
    Place(
        "<svg><title>{x}</title><desc>{x}</desc><text font-family={x}>{x}</text>{t'<a id={x} />'}</svg>",
        lambda x: (
            "svg",
            {},
            [
                ("title", {}, texts(x)),
                ("desc", {}, texts(x)),
                ("text", {"font-family": x}, texts(x)),
                ("a", {"id": x}, []),
            ],
        ),
    ),
    Place(
        "<svg><foreignObject><p title={x}>{x}</p></foreignObject></svg>",
        lambda x: ("svg", {}, [("foreignObject", {}, [("p", {"title": x}, texts(x))])]),
    ),
    Place(
        "<math><mi>{x}</mi><mtext>{t'<b>{x}</b>'}</mtext></math>",
        lambda x: ("math", {}, [("mi", {}, texts(x)), ("mtext", {}, [("b", {}, texts(x))])]),
    ),
    attribute('<p title="{x}"></p>', "title"),
    attribute("<p title='{x}'></p>", "title"),
    attribute("<p title={x}></p>", "title"),
    attribute("<br title={x}/>", "title"),
    attribute("<p title='a{x}{x}&amp;'></p>", "title", lambda x: f"a{x}{x}&"),
    attribute("<p title='&{x};'></p>", "title", lambda x: f"&{x};"),
    # On the outermost element it would be a key, and the same one twice.
    Place("<p><b id={x}></b></p>", lambda x: ("p", {}, [("b", {"id": x}, [])])),
    attribute("<p data-a={x}></p>", "data-a"),
    attribute("<p aria-label={x}></p>", "aria-label"),
    attribute("<p lang={x}></p>", "lang"),
    attribute("<p a:b={x}></p>", "a:b"),
    attribute("<p xlink:href='#{x}'></p>", "xlink:href", lambda x: f"#{x}"),
    attribute("<input value={x}>", "value"),
    attribute("<input placeholder={x}>", "placeholder"),
    attribute("<a href='?a={x}#{x}'></a>", "href", lambda x: f"?a={x}#{x}"),
    attribute("<p class={x}></p>", "class"),
    attribute("<p class='a {x}'></p>", "class", lambda x: f"a {x}"),
    attribute("<p class={['a', [x]]}></p>", "class", lambda x: f"a {x}" if x else "a"),
    attribute("<p class={dict([('a', 1), (x, 1)])}></p>", "class", lambda x: f"a {x}"),
    # Of a style the tree has its declarations: see READING.
    attribute(
        "<p style=\"content: '{x}'; top: 0px\"></p>", "style", lambda x: f"content={in_css(x)} top"
    ),
    # Of what SVG is painted with, the tree has the text without its escapes.
    Place(
        "<svg><path fill={x} mask='a {x}'/></svg>",
        lambda x: ("svg", {}, [("path", {"fill": x, "mask": f"a {x}"}, [])]),
    ),
    attribute('<p style="--a: {x}; top: 0px"></p>', "style", lambda x: "--a top"),
    attribute('<p style="--a: max({x},{x}); top: 0px"></p>', "style", lambda x: "--a top"),
    attribute("<p style={dict([('--a', x), ('top', '0px')])}></p>", "style", lambda x: "--a top"),
]

# What means something to a parser, more often than chance would have it.
TELLING = st.sampled_from(
    [
        *("<", ">", "&", '"', "'", "`", "/", "=", " ", "\n", "\r", "\r\n", "\t", "\f", ";", "-->"),
        *("<!--", "</p>", "</textarea>", "</title>", "<script>", "<img onerror=a src=b>", "&lt;"),
        *("&#60;", "&am", "amp;", "\ufdd0", "\ufdd00", "\ufeff", "\x80", "\x0b", "]]>", "{", "}"),
        *("\\", "*/", "/*", "(", ")", "url(", "!important", "\U0001f600", "\ud800", "\udc00", "x"),
    ]
)
TEXTS = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=())),
    st.lists(TELLING, max_size=8).map("".join),
)
ADDRESSES = st.lists(
    st.one_of(
        st.sampled_from(["javascript", "JavaScript", "vbscript", "data", "image/png", "image/svg"]),
        st.sampled_from([":", ":", "/", ",", ";", "?", "#", "%3A", "&colon;", "a", "\u017f"]),
        st.sampled_from(["\t", "\n", "\r", " ", "\f", "\x01", "\x1f", "\x7f", "\x80", "\xa0"]),
    ),
    min_size=1,
    max_size=7,
).map("".join)

C0_AND_BLANK = "".join(map(chr, range(0x21)))

READING = """() => {
    // A surrogate is U+FFFD by the standard, and reads back as NUL in Chromium.
    const unescaped = (text) =>
        text.replace(/\\\\([0-9a-f]{1,6}) ?|\\\\(.)/gsu, (_, code, character) =>
            code ? String.fromCodePoint(parseInt(code, 16) || 0xfffd) : character);
    const declarations = (style) =>
        [...style].sort().map((name) =>
            name === "content" ? `content=${unescaped(style.content.slice(1, -1))}` : name).join(" ");
    const tree = (node) => {
        const children = [];
        for (const child of node.childNodes) {
            if (child instanceof Text && typeof children.at(-1) === "string") {
                children.push(children.pop() + child.data);
            } else if (!(child instanceof Text)) {
                children.push(tree(child));
            } else if (child.data) {
                children.push(child.data);
            }
        }
        const attributes = Array.from(node.attributes ?? [], ({ name, value }) =>
            [name, name === "style" ? declarations(node.style)
                : ["fill", "mask"].includes(name) ? unescaped(value) : value]);
        return [node.localName ?? node.nodeName, Object.fromEntries(attributes), children];
    };
    window.treesIn = (container) => JSON.stringify(tree(container)[2]);
    window.treesOf = (htmlText) => {
        const template = document.createElement("template");
        template.innerHTML = JSON.parse(htmlText);
        return window.treesIn(document.importNode(template.content, true));
    };
    window.protocolOf = (address) => URL.parse(JSON.parse(address), "https://a.example/")?.protocol;
}"""

FUNCTIONS = f"""
import json
from widget._html import html_of
from widget._resolving import resolve

def places(x):
    return [{",".join(f"t'''{place.template}'''" for place in PLACES)}]
"""


@pytest.fixture(scope="module")
def page(probe: Probe) -> Probe:
    probe.page.evaluate(READING)
    return probe


@GENERATED
@given(values=st.lists(TEXTS, min_size=1, max_size=12))
@example(values=["", "\n", "\r", "a\r\nb", "\\", "'", "\ud83d", "\ude00a"])
def test_texts_are_read_back_as_they_were_given(page: Probe, values: list[str]) -> None:
    rendered, written = page.python(
        FUNCTIONS
        + """
sdk.render(t"{[places(x) for x in values]}")
result = [
    json.loads(js.window.treesIn(sdk.root)),
    json.loads(js.window.treesOf(json.dumps(html_of(resolve(t"{[places(x) for x in values]}"))))),
]
""",
        values=values,
    )
    expected = as_javascript([place.element(x) for x in values for place in PLACES])
    assert rendered == expected
    assert written == expected


@GENERATED
@given(values=st.lists(ADDRESSES, min_size=1, max_size=30))
def test_an_address_is_refused_if_it_is_one_of_a_script_to_the_browser(
    page: Probe, values: list[str]
) -> None:
    outcomes = page.python(
        """
import json
from widget._html import html_of
from widget._resolving import resolve

result = []
for x in values:
    try:
        resolve(t"<a href={x}></a>")
        refused = ""
    except ValueError as error:
        refused = str(error)
    result.append((x, js.window.protocolOf(json.dumps(x)), refused))
""",
        values=values,
    )
    for address, protocol, refused in outcomes:
        bare = re.sub("[\t\n\r]", "", address).lstrip(C0_AND_BLANK)
        is_image = re.match(r"data:[\x00- ]*image/", bare, re.IGNORECASE)
        dangerous = protocol in ("javascript:", "vbscript:", "data:") and not is_image
        assert bool(refused) == dangerous, (address, protocol)
        assert not refused or f"the scheme {protocol}" in refused


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.template)
def test_nul_is_refused(page: Probe, place: Place) -> None:
    """A browser's parser drops it in one place and replaces it in another (HTML, 13.2.5)."""
    refused = page.python(
        f"""
x = "a\\0b"
try:
    sdk.render(t'''{place.template}''')
except ValueError as error:
    result = str(error)
"""
    )
    assert re.search(r"^\{.+\} in the (content|attribute) .*line \d of the template.*NUL", refused)
