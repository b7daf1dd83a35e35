"""Handlers of the page's events: what they are told, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest

from widget_workbench.testing import Community

from .conftest import Probe, WriteWidget, eventually

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


@pytest.mark.parametrize("event", ["focus", "blur", "scroll", "mouseenter", "load", "toggle"])
def test_what_does_not_bubble_is_heard_where_it_happens_and_nowhere_else(
    probe: Probe, event: str
) -> None:
    assert probe.python(
        f"""
heard = []
def hear(name): return lambda: heard.append(name)
sdk.render(t'<div on{event}={{hear("outer")}}><p on{event}={{hear("inner")}}>x</p><b>x</b></div>')
for name in ("b", "p"):
    sdk.query(name).dispatchEvent(js.Event.new("{event}"))
result = heard
"""
    ) == ["inner"]


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
