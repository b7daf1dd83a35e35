"""Handlers of the page's events: what they are told, and what becomes of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from widget_workbench.testing import Community

from .conftest import TESTS, Probe, WriteWidget, eventually

ROOT = TESTS.parent

# What the standards fire without `bubbles`, as far as it is fired at an element: UI Events and Pointer Events; HTML's
# focus, forms, dialogs, popovers, <details>, media, canvas, <track>, resources; CSSOM View; Encrypted Media Extensions.
DO_NOT_BUBBLE = {
    *("abort", "beforetoggle", "blur", "cancel", "canplay", "canplaythrough", "close", "command"),
    *("contextlost", "contextrestored", "cuechange", "durationchange", "emptied", "encrypted"),
    *("ended", "error", "focus", "invalid", "load", "loadeddata", "loadedmetadata", "loadstart"),
    *("mouseenter", "mouseleave", "pause", "play", "playing", "pointerenter", "pointerleave"),
    *("progress", "ratechange", "resize", "scroll", "scrollend", "seeked", "seeking", "stalled"),
    *("suspend", "timeupdate", "toggle", "volumechange", "waiting", "waitingforkey"),
}

# Fired anew at each element that the pointer comes into.
OF_ONE_ELEMENT = {"mouseenter", "mouseleave", "pointerenter", "pointerleave"}


def taken_not_to_bubble() -> set[str]:
    """Every name in the list that the loader has of its own."""
    source = (ROOT / "static" / "loader" / "delegation.js").read_text()
    found = re.search(
        r"const NOT_BUBBLING = new Set\(\[(.*?)^\]\);", source, re.DOTALL | re.MULTILINE
    )
    assert found, "the list has another form now"
    return set(re.findall(r'"(\w+)"', found[1]))


CONTROLS = """
heard, sent = {}, []
def submit(event): sent.append([event.form, event.js.defaultPrevented])
def hear(event): heard[event.target.id] = [event.value, event.checked]
sdk.render(t'''<form onsubmit={submit}>
  <input id="text" name="text" value="typed" onchange={hear}>
  <input id="number" name="number" type="number" value="7" onchange={hear}>
  <input id="hidden" name="hidden" type="hidden" value="h">
  <input id="alone" name="alone" type="checkbox" checked onchange={hear}>
  <input name="off" type="checkbox">
  <input id="of-two" name="two" type="checkbox" value="a" checked onchange={hear}>
  <input name="two" type="checkbox" value="b">
  <input name="none" type="checkbox" value="a"><input name="none" type="checkbox" value="b">
  <input id="radio" name="radio" type="radio" value="x" onchange={hear}>
  <input name="radio" type="radio" value="y" checked>
  <input name="unchosen" type="radio" value="x">
  <select id="one" name="one" onchange={hear}><option>a</option><option value="b" selected>B</option></select>
  <select id="many" name="many" multiple onchange={hear}>
    <option selected>a</option><option>b</option><option selected>c</option>
  </select>
  <textarea id="long" name="long" onchange={hear}>{"two\\nlines"}</textarea>
  <input name="same" value="1"><input name="same" value="2">
  <input name="__proto__" value="p">
  <input name="file" type="file">
  <input value="nameless">
  <input name="disabled" value="d" disabled>
  <fieldset name="set" disabled><input name="within" value="w"></fieldset>
  <output name="output">o</output>
  <p id="paragraph" onclick={hear}>p</p>
  <button id="plain" name="by" value="plain">Send</button>
  <button id="other" name="by" value="other" onclick={hear}>Send</button>
</form>''')
"""


def controls(probe: Probe, then: str) -> Any:
    return probe.python(CONTROLS + then)


def test_the_value_of_each_control(probe: Probe) -> None:
    assert controls(
        probe,
        """
sdk.query("#paragraph").click()
for control in sdk.query_all("[id]"):
    control.dispatchEvent(js.Event.new("change", js.JSON.parse('{"bubbles": true}')))
result = heard
""",
    ) == {
        "text": ["typed", False],
        "number": ["7", False],
        "alone": ["on", True],
        "of-two": ["a", True],
        "radio": ["x", False],
        "one": ["b", False],
        "many": [["a", "c"], False],
        "long": ["two\nlines", False],
        "paragraph": [None, False],
    }


def test_a_form_that_is_sent_is_its_values_by_name_and_stays_on_the_page(probe: Probe) -> None:
    values = {
        "text": "typed",
        "number": "7",
        "hidden": "h",
        "alone": True,
        "off": False,
        "two": ["a"],
        "none": [],
        "radio": "y",
        "unchosen": None,
        "one": "b",
        "many": ["a", "c"],
        "long": "two\nlines",
        "same": ["1", "2"],
        "__proto__": "p",
    }
    assert controls(
        probe, "sdk.query('#other').click(); sdk.query('form').requestSubmit(); result = sent"
    ) == [[{**values, "by": "other"}, True], [values, True]]


def test_what_is_in_no_form_says_so(probe: Probe) -> None:
    assert (
        probe.python(
            """
def hear(event):
    global result
    try: event.form
    except ValueError as error: result = str(error)
sdk.render(t"<button onclick={hear}>x</button>")
sdk.query("button").click()
"""
        )
        == "event.form: the <button> that the click was heard on is in no <form>"
    )


def test_the_key_is_that_of_the_keyboard_or_else_of_the_row(probe: Probe) -> None:
    assert probe.python(
        """
heard = []
def hear(event): heard.append([event.js.type, event.key])
def row(key, inner): return t'<li key={key}><i onclick={hear} onkeydown={hear}>x</i>{inner}</li>'
sdk.render(t'''<i onclick={hear}>out</i><ul>
    {[row((1, "a"), t"<ul>{[row(7, None)]}</ul>"), row("b", t"<b onclick={hear}>b</b>")]}
</ul>''')
for each in sdk.query_all("i, b"): each.click()
sdk.query("li i").dispatchEvent(js.KeyboardEvent.new("keydown", js.JSON.parse('{"key": "ArrowDown", "bubbles": true}')))
result = heard
"""
    ) == [
        ["click", None],
        ["click", [1, "a"]],
        ["click", 7],
        ["click", "b"],
        ["click", "b"],
        ["keydown", "ArrowDown"],
    ]


def test_an_event_goes_outwards_until_a_handler_stops_it(probe: Probe) -> None:
    assert probe.python(
        """
heard = []
def stop(event):
    heard.append("stopped")
    event.js.stopPropagation()
def show(inner):
    sdk.render(t'''<div onclick={hear("outer")}><p onclick={inner}><b><i>x</i></b></p></div>''')
def hear(what): return lambda event: heard.append((what, event.target.localName))
end = sdk.listen("click", "b", lambda event: heard.append(("listen", event.target.localName)))
show(hear("inner"))
sdk.query("i").click()
show(stop)
sdk.query("i").click()
end()
show(None)
sdk.query("i").click()
result = heard
"""
    ) == [
        ["listen", "b"],
        ["inner", "p"],
        ["outer", "div"],
        ["listen", "b"],
        "stopped",
        ["outer", "div"],
    ]


@pytest.mark.parametrize("event", sorted(DO_NOT_BUBBLE | taken_not_to_bubble()))
def test_what_does_not_bubble_is_heard_where_it_happens_and_nowhere_else(
    probe: Probe, event: str
) -> None:
    assert probe.python(
        f"""
heard = []
def hear(name): return lambda event: heard.append([name, event.target.localName])
sdk.render(t'''<div on{event}={{hear("outer")}}><p on{event}={{hear("inner")}}><i>x</i></p><b>x</b></div>''')
end = sdk.listen("{event}", "p", hear("listened"))
for name in ("b", "i", "p"):
    sdk.query(name).dispatchEvent(js.Event.new("{event}"))
end()
sdk.query("p").dispatchEvent(js.Event.new("{event}"))
result = heard
"""
    ) == [
        # What happens within an element can be listened to there, but for what is of each element's own.
        *([] if event in OF_ONE_ELEMENT else [["listened", "p"]]),
        ["inner", "p"],
        ["listened", "p"],
        ["inner", "p"],
    ]


@pytest.mark.parametrize("kind", ["mouse", "pointer"])
def test_what_a_pointer_enters_and_leaves_is_the_element_and_nothing_within_or_around_it(
    probe: Probe, kind: str
) -> None:
    probe.python(
        f"""
from pyodide.ffi import create_proxy

js.window.heard = js.Array.new()
def hear(name): return lambda event: js.window.heard.push(f"{{name}} {{event.target.className}}")
ends = [
    sdk.listen("{kind}enter", ".menu", hear("enters")), sdk.listen("{kind}leave", ".menu", hear("leaves"))
]
js.window.endListening = create_proxy(lambda: [end() for end in ends] and None)
sdk.render(t'''<div class="around" style="padding: 30px"><div class="menu" style="padding: 30px">
      <p class="item" on{kind}enter={{hear("is at")}}>item</p><p class="next">next</p>
    </div></div><p class="out">out</p>''')
"""
    )
    widget = probe.page.locator("[data-widget-type=probe]")

    def to(name: str) -> None:
        box = widget.locator(f".{name}").bounding_box()
        assert box
        # The upper left corner: of what has padding, it is the element itself and nothing within.
        probe.page.mouse.move(box["x"] + 5, box["y"] + 5)

    to("out")
    for name in ("around", "menu", "item", "next", "menu", "around", "menu", "out", "item", "out"):
        to(name)
    # Chromium dispatches what the mouse does in its next frame.
    probe.page.evaluate("() => new Promise((go) => requestAnimationFrame(() => setTimeout(go)))")
    heard = probe.page.evaluate("() => { endListening(); return heard; }")
    assert heard == [
        *("enters menu", "is at item", "leaves menu"),
        *("enters menu", "leaves menu"),
        *("enters menu", "is at item", "leaves menu"),
    ]


def test_what_a_form_holds_invalid_is_heard_at_the_field(probe: Probe) -> None:
    assert probe.python(
        """
heard = []
def hear(event): heard.append([event.js.type, event.target.localName, event.js.isTrusted])
sdk.render(t'''<form oninvalid={hear}><p oninvalid={hear}><input required oninvalid={hear}><input></p></form>''')
heard.append(sdk.query("form").reportValidity())
sdk.query("input").value = "typed"
heard.append(sdk.query("form").reportValidity())
result = heard
"""
    ) == [["invalid", "input", True], False, True]


@pytest.mark.parametrize(
    ("template", "event", "happen"),
    [
        ("<details ontoggle={hear}><summary>s</summary></details>", "toggle", "summary.click()"),
        ("<details ontoggle={hear} open><summary>s</summary></details>", "toggle", ""),
        ("<div popover ontoggle={hear}>p</div>", "toggle", "div.showPopover()"),
        ("<dialog onclose={hear} open>d</dialog>", "close", "dialog.close()"),
        ("<img onerror={hear} src='data:image/png;base64,AAAA'>", "error", ""),
        ("<img onload={hear} src={'data:image/gif;base64,' + GIF}>", "load", ""),
        ("<video onvolumechange={hear}></video>", "volumechange", "video.volume = 0.5"),
        (
            "<div onscroll={hear} style='height: 9px; overflow: auto'><p>a</p><p>b</p></div>",
            "scroll",
            "div.scrollTop = 9",
        ),
    ],
)
def test_what_the_browser_itself_fires_without_bubbling_is_heard(
    probe: Probe, template: str, event: str, happen: str
) -> None:
    tag = re.findall(r"\w+", template)[0]
    assert probe.python(
        f"""
GIF = "R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
done = asyncio.get_running_loop().create_future()
def hear(event):
    if not done.done():
        done.set_result([event.js.type, event.target.localName, event.js.isTrusted])
sdk.render(None)
sdk.render(t"<section>{template}</section>")
{tag}, summary = sdk.query("{tag}"), sdk.query("summary")
{happen}
result = await asyncio.wait_for(done, 15)
"""
    ) == [event, tag, True]


def test_escape_cancels_a_dialog_which_a_handler_can_prevent(probe: Probe) -> None:
    probe.python(
        """
js.window.heard = js.Array.new()
def hear(event):
    js.window.heard.push(event.js.type)
    if event.js.type == "cancel" and sdk.query("input").checked:
        event.js.preventDefault()
def show(): sdk.query("dialog").showModal()
sdk.render(t'''<button onclick={show}>Open</button>
    <dialog oncancel={hear} onclose={hear}><label><input type="checkbox">Stay</label></dialog>''')
"""
    )
    widget = probe.page.locator("[data-widget-type=probe]")
    dialog = widget.locator("dialog")
    # Browsers ask nobody before they close a dialog in which nothing has been done since it opened.
    widget.get_by_role("button", name="Open").click()
    widget.get_by_label("Stay").check()
    probe.page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    assert probe.page.evaluate("() => heard") == ["cancel"]
    widget.get_by_label("Stay").uncheck()
    probe.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    # The dialog tells in a task of its own that it has closed.
    probe.page.evaluate(
        """() => new Promise((go) => {
            const look = () => heard.length === 3 ? go() : requestAnimationFrame(look);
            look();
        })"""
    )
    assert probe.page.evaluate("() => heard") == ["cancel", "cancel", "close"]


@pytest.mark.parametrize("listens", [False, True])
@pytest.mark.parametrize(
    ("form", "button", "closes"),
    [
        ('<form method="dialog"', "<button value=v>Go</button>", True),
        ('<form method="DIALOG"', "<button value=v>Go</button>", True),
        ("<form", "<button value=v formmethod=dialog>Go</button>", True),
        # A field's name stands before the form's own.
        ('<form method="dialog"', "<input name=method><button value=v>Go</button>", True),
        ("<form", "<button>Go</button>", False),
        ('<form method="get" action="/elsewhere"', "<button>Go</button>", False),
        ('<form method="post" action="/elsewhere"', "<button>Go</button>", False),
        ('<form method="dialog"', "<button formmethod=get>Go</button>", False),
        ("<form", "<input name=method value=dialog><button>Go</button>", False),
    ],
)
def test_a_form_closes_its_dialog_if_that_is_its_method_and_otherwise_does_nothing_by_itself(
    probe: Probe, form: str, button: str, closes: bool, listens: bool
) -> None:
    address = probe.page.url
    probe.python(
        f"""
from pyodide.ffi import create_proxy

js.window.heard = js.Array.new()
def hear(event): js.window.heard.push(event.js.defaultPrevented)
js.window.endListening = create_proxy(sdk.listen("submit", "form", hear) if listens else lambda: None)
sdk.render(None)
sdk.render(t'''<dialog>{form} {"" if listens else "onsubmit={hear}"}>{button}</form></dialog>''')
sdk.query("dialog").showModal()
""",
        listens=listens,
    )
    dialog = probe.page.locator("[data-widget-type=probe] dialog")
    dialog.get_by_role("button", name="Go").click()
    expect(dialog).to_be_visible(visible=not closes)
    outcome = dialog.evaluate("(dialog) => [dialog.open, dialog.returnValue, heard]")
    assert outcome == [not closes, "v" if closes else "", [not closes]]
    assert probe.page.url == address
    # The page is not to be locked for the tests that follow.
    probe.python("js.window.endListening()\nsdk.query('dialog').close()")


def test_ten_thousand_rows_with_two_handlers_each_are_listened_to_once_for_each_type(
    probe: Probe,
) -> None:
    probe.page.evaluate(
        """() => {
            const { prototype } = EventTarget;
            const { addEventListener } = prototype;
            window.added = [];
            window.restore = () => Object.assign(prototype, { addEventListener });
            prototype.addEventListener = function (type, ...rest) {
                added.push([type, this instanceof Element ? this.outerHTML.slice(0, 25) : `${this}`]);
                return addEventListener.call(this, type, ...rest);
            };
        }"""
    )
    try:
        # Of types that no other test here has let the container be listened to for.
        heard = probe.python(
            """
heard = []
def show(turn, count):
    def hear(number): return lambda event: heard.append([turn, number, event.js.type])
    rows = [t"<li key={n} ondblclick={hear(n)} onauxclick={hear(n)}>{n}</li>" for n in range(count)]
    sdk.render(t"<ol>{rows}</ol>")
sdk.render(None)
show(1, 10_000)
show(2, 10_001)
bubbling = js.JSON.parse('{"bubbles": true}')
rows = sdk.query_all("li")
for number, name in ((0, "dblclick"), (9_999, "auxclick"), (10_000, "dblclick")):
    rows[number].dispatchEvent(js.MouseEvent.new(name, bubbling))
sdk.render(None)
result = heard
"""
        )
    finally:
        probe.page.evaluate("() => restore()")
    assert heard == [[2, 0, "dblclick"], [2, 9999, "auxclick"], [2, 10_000, "dblclick"]]
    added = [each for each in probe.page.evaluate("() => added") if "click" in each[0]]
    container = "<div data-widget-root"
    assert sorted(type for type, _ in added) == ["auxclick", "dblclick"]
    assert all(on.startswith(container) for _, on in added), added


def test_the_handlers_of_an_event_run_though_the_first_of_them_renders(probe: Probe) -> None:
    assert probe.python(
        """
heard = []
def show(there):
    inner = t"<b onclick={gone}>x</b>" if there else None
    sdk.render(t"<div onclick={outer}>{inner}</div>")
def gone(event):
    show(False)
    heard.append(["inner", event.target.isConnected])
def outer(): heard.append("outer")
show(True)
sdk.query("b").click()
result = heard
"""
    ) == [["inner", False], "outer"]


def test_an_async_handler_prevents_what_the_browser_does_before_it_waits(probe: Probe) -> None:
    assert (
        probe.python(
            """
done = asyncio.Event()
async def go(event):
    event.js.preventDefault()
    await asyncio.sleep(0)
    done.set()
sdk.render(t'<a href="#elsewhere" onclick={go}>x</a>')
sdk.query("a").click()
await done.wait()
result = js.location.hash
"""
        )
        == ""
    )


def test_async_handlers_overlap_and_end_one_by_one(probe: Probe) -> None:
    assert probe.python(
        """
heard = []
waiting, tasks = {}, {}
async def run(event):
    key = event.key
    tasks[key] = asyncio.current_task()
    heard.append(f"{key} begun")
    waiting[key] = asyncio.Event()
    try:
        await waiting[key].wait()
        heard.append(f"{key} done in a row that is {'there' if event.target.isConnected else 'gone'}")
    except asyncio.CancelledError:
        heard.append(f"{key} cancelled")
        raise
def show(keys): sdk.render(t"<ul>{[t'<li key={k}><b onclick={run}>x</b></li>' for k in keys]}</ul>")
show("abc")
for button in sdk.query_all("b"): button.click()
show("bc")
waiting["b"].set()
await asyncio.sleep(0)
await asyncio.sleep(0)
waiting["a"].set()
await asyncio.sleep(0)
await asyncio.sleep(0)
tasks["c"].cancel()
await asyncio.sleep(0)
await asyncio.sleep(0)
result = heard
"""
    ) == [
        "a begun",
        "b begun",
        "c begun",
        "b done in a row that is there",
        "a done in a row that is gone",
        "c cancelled",
    ]


def test_a_handler_ends_with_its_widget_and_what_it_raises_is_told(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "pressed",
        """
        import asyncio
        import js

        async def init(sdk):
            js.window.log = js.Array.new()

            def fail(): raise LookupError("in a def, on purpose")

            async def fail_later():
                await asyncio.sleep(0)
                raise LookupError("in an async def, on purpose")

            async def wait():
                js.window.log.push("begun")
                try:
                    await asyncio.Event().wait()
                finally:
                    js.window.log.push("ended")

            sdk.on_error(lambda error: js.window.log.push(str(error)))
            sdk.render(t'''<button onclick={fail}>Fail</button><button onclick={fail_later}>Later</button>
                <button onclick={wait}>Wait</button>''')
        """,
    )
    page = community.open("pressed")
    widget = page.widget("pressed")
    page.console.expect("on purpose")
    for name in ("Fail", "Later", "Wait"):
        widget.get_by_role("button", name=name, exact=True).click()
    eventually(page, "() => log.length === 3")
    page.page.evaluate(
        """() => {
            const host = document.querySelector("[data-widget-type=pressed]");
            window.button = [...host.shadowRoot.querySelectorAll("button")].at(-1);
        }"""
    )
    page.destroy("pressed")
    page.page.evaluate("() => button.click()")
    eventually(page, "() => log.length === 4")
    assert page.page.evaluate("() => log") == [
        "in a def, on purpose",
        "in an async def, on purpose",
        "begun",
        "ended",
    ]


def test_a_handler_that_waits_for_what_nobody_else_knows_is_not_collected(probe: Probe) -> None:
    assert (
        probe.python(
            """
import gc
heard = []
async def wait():
    try:
        await asyncio.Event().wait()
    finally:
        heard.append("ended")
sdk.render(t"<b onclick={wait}>x</b>")
sdk.query("b").click()
gc.collect()
result = heard
"""
        )
        == []
    )
