"""A widget whose first rendering is in its entry: what stands there is the widget's from the beginning, and stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from widget_workbench.testing import Community, CommunityPage

from .conftest import WriteWidget, eventually, place
from .prerendered_entry import prerendered

Prepare = Callable[[Page], object]

# What `init` waits for until a test opens it, and what a widget writes down.
GATE_AND_LOG = """
window.log = [];
window.gate = new Promise((resolve) => { window.openGate = resolve; });
window.containerOf = (type, nth = 0) => document
    .querySelectorAll(`gs-cc-registry-widget[data-widget-type=${type}]`)[nth]
    .shadowRoot.querySelector("[data-widget-root]");
"""


class Waiting:
    """A page with a prerendered widget whose `init` has been entered and waits."""

    def __init__(
        self,
        community: Community,
        type: str,
        markup: str,
        *,
        style: str | None = None,
        count: int = 1,
        **options: Any,
    ) -> None:
        def prepare(page: Page) -> None:
            page.add_init_script(GATE_AND_LOG)
            prerendered(type, markup, style=style)(page)

        self.type = type
        self.opened: CommunityPage = community.open(*[type] * count, prepare=prepare, **options)
        self.page = self.opened.page
        entered = f"performance.getEntriesByName('pyodide-widget:init:{type}').length"
        eventually(self.opened, f"() => {entered} === {count}")
        self.widget: Locator = self.opened.host(type).locator("[data-widget-root]")

    def watch(self) -> None:
        """Takes note of all nodes, and of all that becomes of them."""
        self.page.evaluate(
            """(type) => {
                const container = containerOf(type);
                window.nodes = new Set();
                const walker = document.createTreeWalker(container);
                while (walker.nextNode()) nodes.add(walker.currentNode);
                window.mutations = [];
                new MutationObserver((records) => mutations.push(
                    ...records.map(({ type, target }) => [type, target.nodeName]),
                )).observe(container, {
                    subtree: true, childList: true, characterData: true, attributes: true,
                });
                window.shifts = [];
                new PerformanceObserver((list) => shifts.push(...list.getEntries()))
                    .observe({ type: "layout-shift" });
            }""",
            self.type,
        )

    def seen(self) -> dict[str, Any]:
        """What has become of them."""
        seen: dict[str, Any] = self.page.evaluate(
            """async (type) => {
                await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
                const walker = document.createTreeWalker(containerOf(type));
                let fresh = 0;
                while (walker.nextNode()) fresh += !nodes.has(walker.currentNode);
                return { fresh, mutations, shifts: shifts.length };
            }""",
            self.type,
        )
        return seen

    def go_on(self, state: Any = "ready") -> None:
        self.page.evaluate("() => window.openGate()")
        self.opened.widget(self.type, state=state)

    def log(self) -> list[Any]:
        written: list[Any] = self.page.evaluate("() => window.log")
        return written


UNTOUCHED = {"fresh": 0, "mutations": [], "shifts": 0}

COUNTER = """
import js

async def init(sdk):
    await js.window.gate
    state = sdk.state(count=0)

    def count(event):
        js.window.log.push(f"{event.js.type} {event.js.shiftKey} {event.js.ctrlKey}")
        state.count += 1

    @sdk.view
    def view():
        return t'''
          <section class="card">
            <h2 title={sdk.props.get("title") or "None"}>{sdk.props.get("title") or "Counter"}</h2>
            <p>Clicked {state.count} times, {state.count} in all</p>
            <button onclick={count}>Count</button>
            {state.count > 1 and t"<p>More than once</p>"}
            <ul>{(t"<li key={i}>{i}</li>" for i in range(state.count))}</ul>
          </section>
        '''
"""

# As the view's first run.
COUNTED = """<section class="card">
            <h2 title="None" data-props='{"title": "title"}'><!--prop:title-->Counter<!--/prop--></h2>
            <p>Clicked 0 times, 0 in all</p>
            <button>Count</button>
            
            <ul></ul>
          </section>"""  # noqa: W293


def test_the_first_rendering_meets_its_markup_and_touches_nothing(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("counter", COUNTER)
    waiting = Waiting(community, "counter", COUNTED, props={"title": "A <b>title</b>"})
    widget = waiting.widget
    expect(widget.get_by_role("heading")).to_have_text("A <b>title</b>")
    expect(widget.get_by_role("heading")).to_have_attribute("title", "A <b>title</b>")
    assert widget.get_attribute("aria-busy") is None
    waiting.watch()
    waiting.go_on()
    assert waiting.seen() == UNTOUCHED

    for _ in range(2):
        widget.get_by_role("button").click()
    expect(widget).to_contain_text("Clicked 2 times, 2 in all")
    expect(widget).to_contain_text("More than once")
    expect(widget.get_by_role("listitem")).to_have_text(["0", "1"])
    assert waiting.log() == ["click False False"] * 2


# Slots.

SLOTS = {
    # The property's value, and what is shown; None: the default.
    "tags": ("<script>log.push(1)</script><b>", "<script>log.push(1)</script><b>"),
    "quotes": ("\"'&amp;&", "\"'&amp;&"),
    "comment": ("--><b>", "--><b>"),
    "blanks": ("  a\n b ", "  a\n b "),
    "zero": (0, "0"),
    "number": (-42, "-42"),
    "safe": (2**53 - 1, "9007199254740991"),
    "unsafe": (2**53, None),
    "fraction": (1.5, None),
    "empty": ("", None),
    "null": (None, None),
    "true": (True, None),
    "list": (["a"], None),
    "object": ({"a": "b"}, None),
    "with blank": ("a", "a"),
    "with-hyphen.dot_": ("a", "a"),
    '"--"': ("a", "a"),
}


def written(name: str) -> str:
    """As it stands in a comment."""
    if name.replace("-", "").replace(".", "").replace("_", "").isalnum():
        return name
    return '"' + name.replace('"', '\\"').replace("-", "\\u002d") + '"'


def test_slots_are_filled_with_text_before_python_is_there(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("slots", "import js\n\nasync def init(sdk):\n    await js.window.gate\n")
    markup = "".join(f"<p>a <!--prop:{written(name)}-->default<!--/prop--> b</p>" for name in SLOTS)
    props = {name: value for name, (value, _) in SLOTS.items()}
    waiting = Waiting(community, "slots", markup, props=props)
    expected = [f"a {'default' if text is None else text} b" for _, text in SLOTS.values()]
    assert waiting.widget.locator("p").evaluate_all("(all) => all.map((p) => p.textContent)") == (
        expected
    )
    counts = "(all) => all.map((p) => [p.childNodes.length, p.childElementCount])"
    assert waiting.widget.locator("p").evaluate_all(counts) == [[3, 0]] * len(SLOTS)
    assert waiting.log() == []


def test_a_slot_says_whether_an_empty_text_is_shown(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("empty", "import js\n\nasync def init(sdk):\n    await js.window.gate\n")
    markup = "".join(
        f'<p title=default data-props=\'{{"title": {{"prop": "{name}", "empty": {empty}}}}}\'>'
        f"<!--prop{mark}{name}-->default<!--/prop--></p>"
        for mark, empty in (("=", "true"), (":", "false"))
        for name in ("empty", "null", "missing", "text")
    )
    props = {"empty": "", "null": None, "text": "text"}
    waiting = Waiting(community, "empty", markup, props=props)
    shown = "(all) => all.map((p) => [p.title, p.textContent])"
    expected = ["", "default", "default", "text", "default", "default", "default", "text"]
    assert waiting.widget.locator("p").evaluate_all(shown) == [[text, text] for text in expected]


def test_attributes_are_filled_likewise_and_none_that_does_anything(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("attributes", "import js\n\nasync def init(sdk):\n    await js.window.gate\n")
    markup = """
      <input title=default placeholder=default aria-label=default class=default data-props='{
        "placeholder": "text", "title": "number", "aria-label": "missing", "class": "text"}'>
      <input type=range value=1 data-props='{"value": "big", "max": "bigger"}'>
      <a data-props='{"href": "address", "onclick": "code", "style": "css", "ping": "address", "title": "text"}'>a</a>
      <img alt="" data-props='{"src": "address", "onerror": "code", "srcset": "address"}'>
      <iframe data-props='{"srcdoc": "html", "src": "address"}'></iframe>
      <form data-props='{"action": "address"}'><button data-props='{"formaction": "address"}'></button></form>
      <svg><a data-props='{"xlink:href": "address"}'><set data-props='{"to": "address"}'/></a></svg>
      <p data-props="no JSON"></p><p data-props="null"></p><p data-props='{"title": ["text"]}'></p>
    """
    props = {
        "text": '"><b>&',
        "number": 7,
        "big": 500,
        "bigger": 1000,
        "address": "javascript:log.push(1)",
        "code": "log.push(2)",
        "css": "color: red",
        "html": "<script>parent.log.push(3)</script>",
    }
    waiting = Waiting(community, "attributes", markup, props=props)
    elements = waiting.widget.locator("*").evaluate_all(
        """(all) => all.map((each) => [
            each.localName,
            Object.fromEntries(Array.from(each.attributes, ({name, value}) => [name, value])),
        ])"""
    )
    text = props["text"]
    assert elements == [
        [
            "input",
            {"title": "7", "placeholder": text, "aria-label": "default", "class": text},
        ],
        ["input", {"type": "range", "value": "500", "max": "1000"}],
        ["a", {"title": text}],
        ["img", {"alt": ""}],
        ["iframe", {}],
        ["form", {}],
        ["button", {}],
        ["svg", {}],
        ["a", {}],
        ["set", {}],
        ["p", {}],
        ["p", {}],
        ["p", {}],
    ]
    expect(waiting.widget.locator("[type=range]")).to_have_value("500")
    assert waiting.log() == []


def test_what_is_no_slot_is_left_alone(community: Community, write_widget: WriteWidget) -> None:
    write_widget("no_slots", "import js\n\nasync def init(sdk):\n    await js.window.gate\n")
    markup = (
        "<p><!--prop:a-->x<b>y</b><!--/prop--></p><p><!--prop:a-->x</p><p>x<!--/prop--></p>"
        '<p><!--prop:"a-->x<!--/prop--></p><p><!--props:a-->x<!--/prop--></p><p><!--prop:a--><!--/prop--></p>'
    )
    waiting = Waiting(community, "no_slots", markup, props={"a": "A"})
    texts = waiting.widget.locator("p").evaluate_all("(all) => all.map((p) => p.innerHTML)")
    assert texts == [
        "<!--prop:a-->x<b>y</b><!--/prop-->",
        "<!--prop:a-->x",
        "x<!--/prop-->",
        '<!--prop:"a-->x<!--/prop-->',
        "<!--props:a-->x<!--/prop-->",
        "A",
    ]


# What a visitor has done meanwhile.

FORM = """
import js

async def init(sdk):
    await js.window.gate

    def show(turn, **values):
        given = {"text": "", "long": "", "checked": False, "chosen": "a", "open": False, **values}
        sdk.render(t'''
          <input id="typed" value={given["text"]}>
          <textarea>{given["long"]}</textarea>
          <input id="box" type="checkbox" checked={given["checked"]}>
          <select>{(t"<option selected={o == given['chosen']}>{o}</option>" for o in "abc")}</select>
          <details open={given["open"]}><summary>More</summary><p>About {turn}</p></details>
          <ul style="height: 80px; overflow: auto">{(t"<li key={i}>{i}</li>" for i in range(30))}</ul>
        ''')

    show(0)
    sdk.on("propsChanged", lambda props: show(**props["show"]))
"""

FORM_MARKUP = f"""<input id="typed" value="">
          <textarea></textarea>
          <input id="box" type="checkbox">
          <select><option selected="">a</option><option>b</option><option>c</option></select>
          <details><summary>More</summary><p>About 0</p></details>
          <ul style="height: 80px; overflow: auto">{"".join(f"<li>{i}</li>" for i in range(30))}</ul>"""

NOW = """(container) => {
    const $ = (selector) => container.querySelector(selector);
    const typed = $("#typed");
    return [
        typed.value, typed.selectionStart, typed.selectionEnd, $("textarea").value, $("#box").checked,
        $("select").value, $("details").open, $("ul").scrollTop,
        container.getRootNode().activeElement?.id,
    ];
}"""


def test_what_a_visitor_has_done_stays_and_what_python_says_later_arrives(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("form", FORM)
    waiting = Waiting(community, "form", FORM_MARKUP)
    widget = waiting.widget
    widget.locator("summary").click()
    widget.locator("#box").check()
    widget.locator("select").select_option("c")
    widget.locator("textarea").press_sequentially("longer")
    widget.locator("#typed").press_sequentially("typed")
    widget.evaluate(
        """(container) => {
            container.querySelector("#typed").setSelectionRange(1, 3);
            container.querySelector("ul").scrollTop = 100;
        }"""
    )
    before = widget.evaluate(NOW)
    assert before == ["typed", 1, 3, "longer", True, "c", True, 100, "typed"]
    waiting.watch()
    waiting.go_on()
    assert waiting.seen() == UNTOUCHED
    assert widget.evaluate(NOW) == before

    waiting.opened.set_props("form", {"show": {"turn": 1}})
    expect(widget).to_contain_text("About 1")
    assert widget.evaluate(NOW) == before
    values = {"text": "set", "long": "set", "checked": True, "chosen": "b", "open": True}
    waiting.opened.set_props("form", {"show": {"turn": 2, **values}})
    expect(widget).to_contain_text("About 2")
    assert widget.evaluate(NOW) == ["set", 1, 3, "set", True, "b", True, 100, "typed"]
    waiting.opened.set_props("form", {"show": {"turn": 3}})
    expect(widget).to_contain_text("About 3")
    assert widget.evaluate(NOW)[3:7] == ["", False, "a", False]


def test_a_text_that_is_being_composed_is_composed_to_its_end(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "composing",
        """
        import js

        async def init(sdk):
            await js.window.gate
            state = sdk.state(query="")

            def hear(event):
                js.window.log.push(event.value)
                state.query = event.value

            sdk.view(lambda: t'<input value={state.query} oninput={hear}><p>{state.query}</p>')
        """,
    )
    waiting = Waiting(community, "composing", '<input value=""><p></p>')
    field = waiting.widget.locator("input")
    field.focus()
    devtools = waiting.page.context.new_cdp_session(waiting.page)
    devtools.send(
        "Input.imeSetComposition", {"text": "にほ", "selectionStart": 2, "selectionEnd": 2}
    )
    field.evaluate(
        "(field) => field.addEventListener('compositionend', ({data}) => log.push(`end ${data}`))"
    )
    waiting.go_on()
    expect(waiting.widget.locator("p")).to_have_text("にほ")
    devtools.send(
        "Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3}
    )
    devtools.send("Input.insertText", {"text": "日本"})
    expect(waiting.widget.locator("p")).to_have_text("日本")
    expect(field).to_have_value("日本")
    assert waiting.log() == ["にほ", "にほん", "日本", "end 日本"]


# Events.

EVENTS = """
import js

async def init(sdk):
    await js.window.gate

    def log(event):
        inner = event.js.target
        value = inner.value if inner.localName == "input" else ""
        js.window.log.push(f"{event.js.type} {inner.id} {value}".strip())

    def click(event):
        keys = [name for name in ("alt", "ctrl", "meta", "shift") if getattr(event.js, f"{name}Key")]
        js.window.log.push(" ".join(["click", event.target.id, *keys]))

    sdk.render(t'''
      <form onsubmit={log} oninput={log} onchange={log}>
        <input id="text" name="text"><input id="box" type="checkbox" onclick={click}>
        <button id="send" onclick={click}>Send</button>
        <button id="plain" type="button" onclick={click}><b>Plain</b></button>
      </form>
      <form id="lonely" onsubmit={log}><input id="alone"></form>
      <a id="leads" href="/elsewhere" target="_blank" onclick={click}>Leads</a>
      <a id="anchor" href="#x" onclick={click}>Anchor</a>
      <p id="p" onclick={click}>Text</p>
      <details id="details"><summary id="summary" onclick={click}>More</summary></details>
    ''')
"""

EVENTS_MARKUP = """<form>
        <input id="text" name="text"><input id="box" type="checkbox">
        <button id="send">Send</button>
        <button id="plain" type="button"><b>Plain</b></button>
      </form>
      <form id="lonely"><input id="alone"></form>
      <a id="leads" href="/elsewhere" target="_blank">Leads</a>
      <a id="anchor" href="#x">Anchor</a>
      <p id="p">Text</p>
      <details id="details"><summary id="summary">More</summary></details>"""


@pytest.fixture
def events(community: Community, write_widget: WriteWidget) -> Waiting:
    write_widget("events", EVENTS)
    return Waiting(community, "events", EVENTS_MARKUP)


def test_what_is_clicked_and_typed_is_heard_later_in_its_order(events: Waiting) -> None:
    widget = events.widget
    widget.locator("#plain b").click(modifiers=["Shift", "Alt"])
    widget.locator("#text").press_sequentially("ab")
    widget.locator("#p").click()
    widget.locator("#box").check()
    widget.locator("#text").press("End")
    widget.locator("#text").press_sequentially("c")
    widget.locator("#summary").click()
    widget.locator("#anchor").click()
    widget.locator("#text").press("Enter")
    assert events.log() == []
    url = events.page.url
    events.go_on()
    eventually(events.opened, "() => log.length >= 10")
    assert events.log() == [
        "click plain alt shift",
        "input text abc",
        "change text abc",
        "click p",
        "click box",
        "input box on",
        "change box on",
        "click summary",
        "click anchor",
        "click send",
        "submit",
    ]
    expect(widget.locator("#box")).to_be_checked()
    expect(widget.locator("#details")).to_have_attribute("open", "")
    assert events.page.url in (url, f"{url}#x")
    # Heard once, and from now on as they come.
    events.page.evaluate("() => { window.log = []; }")
    widget.locator("#plain").click()
    widget.locator("#text").press("Enter")
    eventually(events.opened, "() => log.length >= 3")
    assert events.log() == ["click plain", "click send", "submit"]


def test_a_form_without_a_button_is_sent_later(events: Waiting) -> None:
    events.widget.locator("#alone").press("Enter")
    events.go_on()
    eventually(events.opened, "() => log.length > 0")
    assert events.log() == ["submit lonely"]


def test_a_link_that_leads_elsewhere_does_so_at_once(events: Waiting) -> None:
    with events.page.context.expect_page() as popup:
        events.widget.locator("#leads").click()
    assert popup.value.url.endswith("/elsewhere")
    popup.value.close()
    events.widget.locator("#plain").click()
    events.go_on()
    eventually(events.opened, "() => log.length > 0")
    assert events.log() == ["click plain"]
    assert len([each for each in events.page.context.pages if "elsewhere" in each.url]) == 0


def test_the_page_hears_of_a_click_once(events: Waiting) -> None:
    events.page.evaluate(
        "() => document.addEventListener('click', () => log.push('the page'), true)"
    )
    events.widget.locator("#plain").click()
    events.go_on()
    eventually(events.opened, "() => log.length > 1")
    assert events.log() == ["the page", "click plain"]


def test_events_of_what_is_not_there_any_more_are_dropped(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("differs", EVENTS)
    markup = EVENTS_MARKUP.replace('<p id="p">Text</p>', '<p id="q"><button>Other</button></p>')
    waiting = Waiting(community, "differs", markup)
    waiting.widget.locator("#q button").click()
    waiting.widget.locator("#plain").click()
    waiting.go_on()
    eventually(waiting.opened, "() => log.length > 0")
    expect(waiting.widget.locator("#p")).to_have_text("Text")
    assert waiting.log() == ["click plain"]


def test_what_was_typed_before_anybody_listened_is_heard_too(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("early", EVENTS)

    def prepare(page: Page) -> None:
        page.add_init_script(GATE_AND_LOG)
        page.add_init_script(
            # As the entry is put into the page, before its modules run.
            """
            const { append } = DocumentFragment.prototype;
            DocumentFragment.prototype.append = function (...nodes) {
                append.apply(this, nodes);
                const text = this.querySelector?.("#text");
                if (text) text.value = "early";
            };
            """
        )
        prerendered("early", EVENTS_MARKUP)(page)

    page = community.open("early", prepare=prepare)
    page.page.evaluate("() => window.openGate()")
    page.widget("early")
    eventually(page, "() => log.length > 0")
    assert page.page.evaluate("() => log") == ["input text early"]


CHOICE = """
import js

async def init(sdk):
    await js.window.gate

    def note(event):
        js.window.log.push(f"{event.js.type} {event.js.target.id}")

    @sdk.view
    def view():
        return t'''
          <select id="city" oninput={note} onchange={note}>
            <option>Gdynia</option><option>Warsaw</option>
          </select>
          <select id="days" onchange={note}><option>1</option><option selected={True}>3</option></select>
          <select id="many" multiple={True} onchange={note}><option>a</option><option>b</option></select>
          <select id="left" onchange={note}><option>a</option><option>b</option></select>
          <input type="checkbox" id="box" onchange={note}>
        '''
"""

CHOICE_MARKUP = """
          <select id="city">
            <option>Gdynia</option><option>Warsaw</option>
          </select>
          <select id="days"><option>1</option><option selected="">3</option></select>
          <select id="many" multiple=""><option>a</option><option>b</option></select>
          <select id="left"><option>a</option><option>b</option></select>
          <input type="checkbox" id="box">
        """


def test_what_was_chosen_before_anybody_listened_is_heard_too(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("choice", CHOICE)

    def prepare(page: Page) -> None:
        page.add_init_script(GATE_AND_LOG)
        page.add_init_script(
            # As the entry is put into the page, before its modules run.
            """
            const { append } = ShadowRoot.prototype;
            ShadowRoot.prototype.append = function (...nodes) {
                append.apply(this, nodes);
                const one = (id) => this.querySelector(`#${id}`);
                if (one("city")) {
                    one("city").value = "Warsaw";
                    one("days").value = "1";
                    one("many").options[1].selected = true;
                    one("box").checked = true;
                }
            };
            """
        )
        prerendered("choice", CHOICE_MARKUP)(page)

    page = community.open("choice", prepare=prepare)
    page.page.evaluate("() => window.openGate()")
    page.widget("choice")
    eventually(page, "() => log.length >= 5")
    assert sorted(page.page.evaluate("() => log")) == [
        "change box",
        "change city",
        "change days",
        "change many",
        "input city",
    ]
    chosen = page.page.evaluate(
        """() => Array.from(containerOf("choice").querySelectorAll("select"), ({ value }) => value)"""
    )
    assert chosen == ["Warsaw", "1", "b", "a"]


def test_of_two_instances_each_hears_its_own(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("twice", COUNTER)
    waiting = Waiting(community, "twice", COUNTED, count=2)
    second = waiting.opened.host("twice", nth=1).locator("[data-widget-root]")
    for _ in range(2):
        second.get_by_role("button").click()
    waiting.go_on()
    waiting.opened.widget("twice", nth=1)
    expect(second).to_contain_text("Clicked 2 times, 2 in all")
    expect(waiting.widget).to_contain_text("Clicked 0 times, 0 in all")


# What else becomes of the markup.


def test_whoever_takes_the_container_gets_it_empty(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "takes",
        """
        import js

        async def init(sdk):
            await js.window.gate
            js.window.log.push(sdk.root.innerHTML)
            sdk.render(t'<p onclick={(lambda: js.window.log.push("click"))}>Rendered</p>')
        """,
    )
    waiting = Waiting(community, "takes", "<p>Rendered</p>")
    waiting.watch()
    waiting.widget.locator("p").click()
    waiting.go_on()
    expect(waiting.widget).to_have_text("Rendered")
    assert waiting.seen()["fresh"] > 0
    assert waiting.log() == [""]


def test_whoever_shows_nothing_has_an_empty_container(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("nothing", "import js\n\nasync def init(sdk):\n    await js.window.gate\n")
    waiting = Waiting(community, "nothing", "<p>Prerendered</p>")
    waiting.go_on()
    expect(waiting.widget).to_be_empty()


def test_a_template_that_cannot_be_shown_leaves_what_is_there(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "refused",
        """
        import js

        async def init(sdk):
            await js.window.gate
            try:
                sdk.render(t"<p><div></div></p>")
            except ValueError:
                js.window.log.push("refused")
            sdk.render(t"<p>Prerendered</p>")
        """,
    )
    waiting = Waiting(community, "refused", "<p>Prerendered</p>")
    waiting.watch()
    waiting.go_on()
    assert waiting.seen() == UNTOUCHED
    assert waiting.log() == ["refused"]


FAILS_ONCE = """
import js

attempts = 0

async def init(sdk):
    global attempts
    attempts += 1
    await js.window.gate
    def click():
        js.window.log.push(f"click {attempts}")
    if attempts == 1:
        raise LookupError("the first time")
    sdk.render(t'<h2>{sdk.props["title"]}</h2><button onclick={click}>Press</button>')
"""


def test_another_try_begins_with_the_markup(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("fails_once", FAILS_ONCE)
    markup = "<h2><!--prop:title-->Title<!--/prop--></h2><button>Press</button>"
    waiting = Waiting(community, "fails_once", markup, props={"title": "One"})
    widget, page = waiting.widget, waiting.page
    widget.get_by_role("button").click()
    waiting.go_on("error")
    expect(widget.get_by_role("alert")).to_contain_text("LookupError: the first time")
    expect(widget).not_to_contain_text("Press")

    page.evaluate(
        "() => { window.gate = new Promise((resolve) => { window.openGate = resolve; }); }"
    )
    waiting.opened.set_props("fails_once", {"title": "Two"})
    widget.get_by_role("button", name="Try again").click()
    expect(widget.get_by_role("heading")).to_have_text("Two")
    widget.get_by_role("button", name="Press").click()
    waiting.watch()
    waiting.go_on()
    eventually(waiting.opened, "() => log.length > 0")
    assert waiting.seen() == UNTOUCHED
    assert waiting.log() == ["click 2"]


def test_one_that_leaves_while_it_waits_is_forgotten(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("leaves", COUNTER)
    waiting = Waiting(community, "leaves", COUNTED)
    waiting.widget.get_by_role("button").click()
    waiting.opened.destroy("leaves")
    place(waiting.opened, "leaves")
    waiting.page.evaluate("() => window.openGate()")
    widget = waiting.opened.widget("leaves")
    expect(widget).to_contain_text("Clicked 0 times, 0 in all")
    widget.get_by_role("button").click()
    expect(widget).to_contain_text("Clicked 1 times, 1 in all")
    assert waiting.log() == ["click False False"]


STYLE = ".widget-status { color: rgb(1, 2, 3) } p { margin: 7px }"


@pytest.mark.parametrize("style", [STYLE, None])
def test_the_style_stays_while_the_loader_adopts_its_own(
    community: Community, write_widget: WriteWidget, style: str | None
) -> None:
    widget_type = "plain" if style is None else "styled"
    write_widget(
        widget_type,
        """
        import js

        async def init(sdk):
            await js.window.gate
            sdk.render(t'<p class="widget-status">Status</p><p class="visually-hidden">Hidden</p>')
        """,
        {} if style is None else {"style.css": style},
    )

    def prepare(page: Page) -> None:
        page.add_init_script(
            GATE_AND_LOG
            + """
            // What the elements look like, at each step in which a style comes or goes.
            new MutationObserver(() => {
                const root = document.querySelector("gs-cc-registry-widget")?.shadowRoot;
                if (root && !root.watched) {
                    root.watched = true;
                    const look = () => {
                        const texts = [...root.querySelectorAll("[data-widget-root] p")].map((p) => {
                            const { color, margin, position } = getComputedStyle(p);
                            return [color, margin, position].join(" ");
                        });
                        if (texts.length) log.push(texts.join(", "));
                    };
                    new MutationObserver(look).observe(root, { childList: true });
                }
            }).observe(document, { childList: true, subtree: true });
            """
        )
        markup = '<p class="widget-status">Status</p><p class="visually-hidden">Hidden</p>'
        prerendered(widget_type, markup, style=style)(page)

    opened = community.open(widget_type, prepare=prepare)
    opened.page.evaluate("() => window.openGate()")
    opened.widget(widget_type)
    looks = opened.page.evaluate("() => log")
    assert len(looks) >= 2
    assert len(set(looks)) == 1
    assert ("rgb(1, 2, 3)" in looks[0]) == (style is not None)
    styles = "(host) => host.shadowRoot.querySelectorAll('style[data-widget-base], style[data-widget-skeleton]').length"
    assert opened.host(widget_type).evaluate(styles) == 0
