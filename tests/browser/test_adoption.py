"""Rendering over markup that is there already: what is the same stays, what differs is put right, and from then on all
goes as if it had been rendered by Python itself.

The markup is put there as a host does it; who adopts it is the rendering of the page's own interpreter.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Route

from .conftest import Probe

# The same examples in each run, so that a failure is everybody's.
GENERATED = settings(derandomize=True, deadline=None, max_examples=80, database=None)

# What the page has at hand: markup is adopted once; what is touched is told; nodes are known again.
IN_PAGE = """() => {
    window.once = () => {
        let first = true;
        return () => {
            const is = first;
            first = false;
            return is;
        };
    };
    window.put = (element, html) => {
        const template = document.createElement("template");
        template.innerHTML = html;
        element.replaceChildren(document.importNode(template.content, true));
        element.known = new Set(element.querySelectorAll("*"));
        element.observer = new MutationObserver(() => {});
        element.observer.observe(element, {
            subtree: true, childList: true, characterData: true, attributes: true,
        });
    };
    window.touched = (element) =>
        JSON.stringify(element.observer.takeRecords().map(
            ({ type, target, attributeName }) =>
                [type, target.nodeName.toLowerCase(), attributeName].filter(Boolean).join(" ")));
    // Whatever the order of attributes.
    window.shown = (element) => {
        const copy = element.cloneNode(true);
        for (const each of copy.querySelectorAll("*")) {
            const { attributes } = Element.prototype.cloneNode.call(each);
            for (const { name } of attributes) Element.prototype.removeAttribute.call(each, name);
            const inOrder = [...attributes].sort((one, other) => (one.name < other.name ? -1 : 1));
            for (const { namespaceURI, name, value } of inOrder) {
                Element.prototype.setAttributeNS.call(each, namespaceURI, name, value);
            }
        }
        return copy.innerHTML;
    };
    window.kept = (element) =>
        JSON.stringify([...element.querySelectorAll("*")].map((each) => element.known.has(each)));
}"""

PLACE = """
import json
from widget import markup
from widget._html import html_of
from widget._rendering import Rendering
from widget._resolving import resolve

heard = []

class Place:
    def __init__(self, html=None):
        self.element = js.document.createElement("div")
        sdk.root.replaceChildren(self.element)
        js.window.put(self.element, html or "")
        take_over = None if html is None else js.window.once()
        self.rendering = Rendering(self.element, lambda handler, event: handler(event), take_over)

    def show(self, template):
        self.rendering.show(resolve(template))
        return js.window.shown(self.element)

    def touched(self):
        return json.loads(js.window.touched(self.element))

    def kept(self):
        return json.loads(js.window.kept(self.element))

def written(template):
    return html_of(resolve(template))
"""


@pytest.fixture(scope="module")
def page(probe: Probe) -> Probe:
    probe.page.evaluate(IN_PAGE)
    return probe


# Each a function of a value, whose forms are the two after it.
TEMPLATES = [
    ("t'<p>{x}</p>'", "'one'", "'two'"),
    ("t'<p>{x}</p>'", "''", "'two'"),
    ("t'<p>{x}</p>'", "'one'", "''"),
    ("t'<p>a {x} b {x}{x} c</p>'", "'one'", "'two'"),
    ("t'{x}<b>{x}</b>{x}'", "'one'", "'two'"),
    ("t'{x} and {x}'", "'one'", "'two'"),
    ("t'{x}'", "''", "'two'"),
    ("t'{x}{x}'", "'one'", "None"),
    ("t'<p>{x and t\"<b>{x}</b>\"}</p>'", "'one'", "None"),
    ("t'<p>{x and t\"<b>{x}</b>\"}</p>'", "None", "'two'"),
    ("t'<p>a{t\"{x}\"}b{t\"{t'{x}'}\"}c</p>'", "'one'", "'two'"),
    ("t'<ul>{[t\"<li key={i}>{i} {x}</li>\" for i in range(5)]}</ul>'", "'one'", "'two'"),
    ("t'<ul>{[t\"<li key={i}>{i}</li>\" for i in x]}</ul>'", "'abcd'", "'dbxa'"),
    ("t'<ul>{[t\"<li key={i}>{i}</li>\" for i in x]}</ul>'", "''", "'ab'"),
    ("t'<ul>{[t\"<li key={i}>{i}</li>\" for i in x]}</ul>'", "'ab'", "''"),
    ("t'<p>{[t\"{i}, \" for i in x]}</p>'", "'abcd'", "'dbxa'"),
    ("t'<p>{[i for i in x]} {[i for i in x]}</p>'", "'abcd'", "'dbxa'"),
    ("[t'<p>{x}</p>', x and t'{x}', t'{x}<b>{x}</b>']", "'one'", "None"),
    ("t'<p>{markup(x)}</p>{markup(x)}z'", "'a<b>1</b>c'", "'<i>2</i>'"),
    ("t'<p>{markup(x)}</p>'", "'a'", "''"),
    ("t'<p>a<!-- b -->c{x}<!-- d -->{x}</p>'", "'one'", "'two'"),
    ("t'<pre>\\n{x}</pre><pre>{x}</pre>'", "'\\n one'", "'two'"),
    ("t'<textarea>{x}</textarea><textarea>a {x}</textarea>'", "'one'", "'two'"),
    ("t'<textarea>{x}</textarea>'", "'\\none'", "''"),
    ("t'<select><option selected={x == 1}>a</option><option selected={x == 2}>b</option></select>'", "1", "2"),
    ("t'<input value={x} class=\"a {x}\" disabled={x == 1}>'", "1", "2"),
    ("t'<input type=checkbox checked={x == 1}><details open={x == 1}><summary>{x}</summary></details>'", "1", "2"),
    ("t'<svg viewBox=\"0 0 {x} {x}\"><title>{x}</title><a xlink:href=\"#{x}\"><text>{x}</text></a></svg>'", "1", "2"),
    ("t'<math><mi>{x}</mi></math>'", "1", "2"),
    ("t'<table><tbody>{[t\"<tr key={i}><td>{i}</td></tr>\" for i in x]}</tbody></table>'", "'ab'", "'bca'"),
    ("t'<p style=\"width: {x}px\" data-x={x} aria-hidden={x == 1} title=\"&amp;{x}\">{x}</p>'", "1", "2"),
    ("t'<form><input name=childNodes value={x}><input name=attributes><b>{x}</b></form>'", "1", "2"),
    ("t'<style>p {{ color: red }}</style><p>{x}</p>'", "1", "2"),
]  # fmt: skip


@pytest.mark.parametrize(("template", "first", "second"), TEMPLATES)
def test_what_is_the_same_stays_untouched_and_is_patched_from_then_on(
    page: Probe, template: str, first: str, second: str
) -> None:
    result = page.python(
        f"""
{PLACE}
def template(x): return {template}
rendered = Place()
as_rendered = [rendered.show(template(x)) for x in ({first}, {second}, {first}, {second})]
place = Place(written(template({first})))
adopted = [place.show(template({first}))]
touched, kept = place.touched(), place.kept()
place.show(template({first}))
touched += place.touched()
adopted += [place.show(template(x)) for x in ({second}, {first}, {second})]
result = [adopted, as_rendered, touched, kept]
"""
    )
    adopted, as_rendered, touched, kept = result
    assert adopted == as_rendered
    assert touched == []
    assert all(kept)


WRONG = [
    # What is on the page, what is rendered, which elements are kept.
    ("", "t'<p>a</p>'", [False]),
    ("<p>a</p>", "None", []),
    ("<p>a</p>", "t'{x}'", []),
    ("<p>other</p>", "t'<p>{x}</p>'", [True]),
    ("<p>other<b>b</b></p>", "t'<p>{x}<b>b</b></p>'", [True, True]),
    ("<p><b>b</b>other</p>", "t'<p><b>b</b>{x}</p>'", [True, True]),
    ("<p>x<b>b</b></p>", "t'<p>{x}</p>'", [True]),
    ("<p>x</p>", "t'<p>{x}<b>b</b></p>'", [True, False]),
    ("<p class=other>x</p>", "t'<p class={x}>x</p>'", [True]),
    ("<p class=other hidden>x</p>", "t'<p>{x}</p>'", [True]),
    ("<p>x</p>", "t'<p class={x} hidden>{x}</p>'", [True]),
    ("<div>x</div>", "t'<p>{x}</p>'", [False]),
    ("<p id=other>x</p>", "t'<p id=\"{x}\">x</p>'", [False]),
    ("<input type=text value=x>", "t'<input type=checkbox value={x}>'", [False]),
    ("<p>1</p><p>2</p>", "t'<p>1</p><i>x</i><p>2</p>'", [True, False, True]),
    ("<p>1</p><i>x</i>,<i>y</i><p>2</p>", "t'<p>1</p>{x}<p>2</p>'", [True, True]),
    ("<p>1</p><p>2</p>", "t'<p>1</p>{x}<p>2</p>'", [True, True]),
    ("a<b>1</b>b<i>2</i>c", "t'{x}<b>1</b>{x}<u>2</u>{x}'", [True, False]),
    ("<p><!--prop:a--><b>1</b><!--/prop--></p>", "t'<p><b>1</b></p>'", [True, False]),
    ("<p><!--other-->x</p>", "t'<p><!-- -->{x}</p>'", [True]),
    ("<table><tr><td>1</td></tr></table>", "t'<table>{t\"<tr><td>1</td></tr>\"}</table>'", [True, False, False]),
    ("<svg><title>a</title></svg>", "t'<svg><title>{x}</title></svg>'", [True, True]),
    ("<svg><a xlink:href='#y'/></svg>", "t'<svg><a xlink:href=\"#{x}\"/></svg>'", [True, True]),
    ("<title>x</title>", "t'<svg><title>{x}</title></svg>'", [False, False]),
    ("<textarea>other</textarea>", "t'<textarea>{x}</textarea>'", [True]),
    ("<ul><li>1</li></ul>", "t'<ul>{[t\"<li key={i}>{i}</li>\" for i in range(3)]}</ul>'", [True, True, False, False]),
]  # fmt: skip


@pytest.mark.parametrize(("html", "template", "kept"), WRONG)
def test_what_differs_is_put_right(page: Probe, html: str, template: str, kept: list[bool]) -> None:
    result = page.python(
        f"""
{PLACE}
def template(x): return {template}
rendered, place = Place(), Place({html!r})
shown = [place.show(template("x"))]
result = [place.kept()]
shown += [place.show(template("y")), place.show(None)]
result += [shown, [rendered.show(each) for each in (template("x"), template("y"), None)]]
"""
    )
    assert result[0] == kept
    assert result[1] == result[2]


# A tree of elements and texts, as a template's source and as what a browser parses. No element that a parser would
# move or end.
TEXTS = st.sampled_from(["", "a", "b b", " ", "&", "é", "\U0001f600"])
TREES = st.recursive(
    TEXTS,
    lambda children: st.tuples(
        st.sampled_from(["div", "b", "i"]),
        st.dictionaries(st.sampled_from(["class", "title", "lang"]), TEXTS, max_size=2),
        st.lists(children, max_size=4),
    ),
    max_leaves=12,
)

BUILD = """
def build(tree):
    if isinstance(tree, str):
        return tree
    tag, attributes, children = tree
    value = {name: attributes.get(name) for name in ("class", "title", "lang")}
    inner = [build(child) for child in children]
    a, b, c = value["class"], value["title"], value["lang"]
    match tag:
        case "div": return t"<div class={a} title={b} lang={c}>{inner}</div>"
        case "b": return t"<b class={a} title={b} lang={c}>x{inner}{''}</b>"
        case "i": return t"<i class={a} title={b} lang={c}>{t'{inner}'}y</i>"

def of(trees):
    return t"{[build(tree) for tree in trees]}"
"""


@GENERATED
@given(
    there=st.lists(TREES, max_size=4),
    rendered=st.lists(TREES, max_size=4),
    later=st.lists(TREES, max_size=4),
)
def test_whatever_is_there_is_shown_and_patched_as_if_it_were_rendered(
    page: Probe, there: Any, rendered: Any, later: Any
) -> None:
    same, other, expected, touched, kept = page.python(
        f"""
{PLACE}
{BUILD}
fresh = Place()
expected = [fresh.show(of(each)) for each in (rendered, later, there)]
place = Place(written(of(rendered)))
same = [place.show(of(rendered))]
touched, kept = place.touched(), place.kept()
same += [place.show(of(later)), place.show(of(there))]
place = Place(written(of(there)))
other = [place.show(of(each)) for each in (rendered, later, there)]
result = [same, other, expected, touched, kept]
""",
        there=there,
        rendered=rendered,
        later=later,
    )
    assert same == expected
    assert other == expected
    assert touched == []
    assert all(kept)


def test_an_address_that_the_host_has_rewritten_is_the_same_if_it_leads_there(page: Probe) -> None:
    base = page.page.url.partition("?")[0]
    assert page.python(
        PLACE
        + """
def template(x): return t'<input src={x}><a href={x}></a>'
place = Place(f'<input src="{base}a.png"><a href="./b/../a.png"></a>')
place.show(template("/a.png"))
result = [place.touched(), place.show(template("/b.png"))]
""",
        base=base,
    ) == [[], '<input src="/b.png"><a href="/b.png"></a>']
    assert page.python(
        PLACE
        + """
place = Place('<input src="/other.png"><a href="http://["></a><p title="./a"></p>')
result = [place.show(t'<input src="/a.png"><a href="/a"></a><p title="a"></p>'), place.kept()]
"""
    ) == ['<input src="/a.png"><a href="/a"></a><p title="a"></p>', [True] * 3]


def test_handlers_and_keys_are_those_of_the_nodes_on_the_page(page: Probe) -> None:
    assert page.python(
        PLACE
        + """
def template(keys):
    def hear(event): heard.append(key(event))
    def key(event): return place.rendering.key_of(event.target)
    return t'<ul>{[t"<li key={k}>{k} <button onclick={hear}>{k}</button></li>" for k in keys]}</ul>'

place = Place(written(template("abc")))
place.show(template("abc"))
def click():
    for button in place.element.querySelectorAll("button"):
        button.click()
click()
place.show(template("cxa"))
click()
result = heard
"""
    ) == ["a", "b", "c", "c", "x", "a"]


def test_texts_are_parted_when_something_changes_and_not_before(page: Probe) -> None:
    texts = "[node.data for node in place.element.firstChild.childNodes]"
    assert page.python(
        PLACE
        + f"""
def template(x): return t"<p>a {{x}} b {{x}}</p>"
place = Place("<p>a 1 b 1</p>")
place.show(template(1))
result = [{texts}]
place.show(template(1))
result.append({texts})
place.show(template(2))
result.append({texts})
"""
    ) == [["a 1 b 1"], ["a 1 b 1"], ["a ", "2", " b ", "2"]]


@pytest.mark.parametrize(
    "change",
    [
        "p.firstChild.data = 'translated'",
        "p.textContent = 'translated'",
        "p.innerHTML = '<font>a 1 b 1</font>'",
        "p.append('!')",
        "p.prepend(js.document.createElement('i'))",
        "p.remove()",
        "place.element.replaceChildren()",
    ],
)
def test_texts_of_which_somebody_has_made_something_else_are_rendered_anew(
    page: Probe, change: str
) -> None:
    shown = page.python(
        PLACE
        + f"""
def template(x): return t"<p>a {{x}} b {{x}}</p>"
place = Place("<p>a 1 b 1</p>")
place.show(template(1))
p = place.element.firstChild
{change}
place.show(template(2))
result = place.element.innerHTML
"""
    )
    assert shown in ("<p>a 2 b 2</p>", "<p><i></i>a 2 b 2</p>")


def test_a_selection_within_a_text_that_is_parted_stays(page: Probe) -> None:
    assert (
        page.python(
            PLACE
            + """
def template(x, y): return t"<p>one {x} three {y}</p>"
place = Place("<p>one two three four</p>")
place.show(template("two", "four"))
text = place.element.firstChild.firstChild
selected = js.document.createRange()
selected.setStart(text, 2)
selected.setEnd(text, 12)
place.show(template("two", "five"))
result = str(selected.toString())
"""
        )
        == "e two thre"
    )


def test_an_image_is_not_loaded_again_only_to_be_compared(page: Probe) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url.rpartition("/")[2])
        route.fulfill(body="no image, which nobody would keep")

    page.page.route("**/adopted-*", answer)
    try:
        page.python(
            PLACE
            + """
from pyodide.ffi import create_once_callable

async def failed(image):
    done = asyncio.Event()
    image.addEventListener("error", create_once_callable(lambda event: done.set()))
    await done.wait()

place = Place(written(t'<img src="/adopted-first">'))
await failed(place.element.lastChild)
place.rendering.show(resolve(t'<img src="/adopted-first"><img src="/adopted-new">'))
await failed(place.element.lastChild)
"""
        )
    finally:
        page.page.unroute("**/adopted-*")
    assert asked == ["adopted-first", "adopted-new"]


@pytest.mark.parametrize("tag", ["audio", "video"])
def test_a_muted_player_is_muted_though_the_host_has_copied_it(page: Probe, tag: str) -> None:
    assert page.python(
        PLACE
        + f"""
def template(x): return t"<{tag} muted={{x}}></{tag}>"
place = Place("<{tag} muted></{tag}>")
place.show(template(True))
result = [place.element.firstChild.muted, place.touched()]
"""
    ) == [True, []]
