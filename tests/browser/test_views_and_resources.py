"""State, views and resources in the page: what a visitor sees, and what is left when the widget goes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from widget_workbench.testing import Community

from .conftest import WriteWidget, eventually

COUNTER = """
import asyncio
import js

async def init(sdk):
    state = sdk.state(count=0, limit=3)
    clicked = asyncio.Event()
    js.window.runs = 0

    @sdk.view
    def view():
        js.window.runs += 1
        return t'<button onclick={add}>{state.count} of {sdk.props.get("unit", "clicks")}</button>'

    async def add():
        state.count += 1
        state.count += 1
        state.limit = 3
        await asyncio.sleep(0)
        state.count += 1
        clicked.set()

    await clicked.wait()
"""


def test_a_view_is_shown_while_init_waits_and_runs_once_in_a_turn(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("counter", COUNTER)
    page = community.open("counter")
    button = page.host("counter").get_by_role("button")
    expect(button).to_have_text("0 of clicks", timeout=60_000)
    expect(page.host("counter")).to_have_attribute("data-widget-state", "loading")
    assert page.page.evaluate("() => window.runs") == 1
    button.click()
    page.widget("counter")
    expect(button).to_have_text("3 of clicks")
    assert page.page.evaluate("() => window.runs") == 3
    page.set_props("counter", {"unit": "taps"})
    expect(button).to_have_text("3 of taps")
    page.set_tokens({"--space-100": "9px"})
    eventually(page, "() => window.runs === 5")


def test_a_widget_is_ready_when_its_view_has_been_shown(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("sync", "def init(sdk):\n    sdk.view(lambda: t'<b>shown</b>')\n")
    page = community.open(
        "sync",
        prepare=lambda page: page.add_init_script(
            """addEventListener("DOMContentLoaded", () => {
                const host = document.querySelector("gs-cc-registry-widget");
                new MutationObserver(() => {
                    if (host.dataset.widgetState === "ready") {
                        window.atReady ??= host.shadowRoot.querySelector("b")?.textContent ?? "nothing";
                    }
                }).observe(host, { attributes: true });
            })"""
        ),
    )
    page.widget("sync")
    assert page.page.evaluate("() => window.atReady") == "shown"


FAILING = """
import js

async def init(sdk):
    js.window.ended = js.Array.new()

    @sdk.view
    def view():
        raise LookupError("on purpose")

    {rest}
"""

WAITS = """try:
        await sdk.connectors.get("never")
    finally:
        js.window.ended.push("init")
"""


@pytest.mark.parametrize("rest", ["await sdk.when_ready()", "pass", WAITS])
def test_what_the_first_run_raises_fails_the_widget_once(
    community: Community, write_widget: WriteWidget, rest: str
) -> None:
    write_widget("failing", FAILING.format(rest=rest))
    community.connectors["never"].respond(json=1, delay=60)
    page = community.open("failing")
    page.console.expect(r'Widget "failing"[^\n]*: Traceback[\s\S]*LookupError: on purpose$')
    alert = page.widget("failing", state="error").get_by_role("alert")
    expect(alert).to_contain_text("LookupError: on purpose")
    if rest == WAITS:
        eventually(page, "() => window.ended.length === 1")
    errors = [message for message in page.console.messages if message.type == "error"]
    assert len(errors) == 1


def test_what_a_later_run_raises_leaves_what_was_shown_until_one_succeeds(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "divider",
        """
        def init(sdk):
            state = sdk.state(divisor=1)

            @sdk.view
            def view():
                return t"<b>{6 // state.divisor}</b><button onclick={halve}>Next</button>"

            def halve():
                state.divisor = {1: 0, 0: 2}[state.divisor]
        """,
    )
    page = community.open("divider")
    page.console.expect(r"ZeroDivisionError")
    widget = page.widget("divider")
    widget.get_by_role("button", name="Next").click()
    notice = page.host("divider").get_by_role("alert")
    expect(notice).to_contain_text("ZeroDivisionError")
    expect(widget.locator("b")).to_have_text("6")
    widget.get_by_role("button", name="Next").click()
    expect(widget.locator("b")).to_have_text("3")
    expect(notice).to_have_count(0)


WEATHER = """
def init(sdk):
    weather = sdk.resource(sdk.connectors.get, "weather-api")

    @sdk.view
    def view():
        return weather.show(lambda value: t"<b>{value['temp']}</b>")
"""


def test_a_resource_shows_its_states_and_keeps_the_focus(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("states", WEATHER)
    # Long enough to be seen while they last, on a busy machine too.
    community.connectors["weather-api"].respond(
        sequence=[{"status": 502, "delay": 3}, {"json": {"temp": 21}, "delay": 3}]
    )
    page = community.open("states")
    widget = page.widget("states")
    status = widget.get_by_role("status")
    expect(status).to_have_text("Loading…")
    status.evaluate("(element) => { window.liveRegion = element; }")
    alert = widget.get_by_role("alert")
    expect(alert).to_contain_text("GET weather-api failed (status 502)")
    expect(status).to_have_text("")
    again = alert.get_by_role("button", name="Try again")
    again.focus()
    page.page.keyboard.press("Enter")
    expect(status).to_have_text("Loading…")
    expect(alert).to_have_count(0)
    expect(widget.locator("b")).to_have_text("21")
    expect(status).to_have_text("")
    # The region that a screen reader listens to is still the same, and the keyboard goes on from it.
    assert status.evaluate("(element) => element === window.liveRegion")
    expect(status).to_be_focused()


POLLING = """
import js

def init(sdk):
    resource = sdk.resource(sdk.connectors.get, "news", every={every})

    @sdk.view
    def view():
        return t"<b>{{resource.value}}</b>"
"""

HIDE = """(hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_polling_pauses_while_the_page_is_hidden(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("polling", POLLING.format(every=0.05))
    news = community.connectors["news"]
    news.respond(json=1)
    page = community.open("polling")
    shown = page.widget("polling").locator("b")
    expect(shown).to_have_text("1")
    news.respond(json=2)
    expect(shown).to_have_text("2")
    page.page.evaluate(HIDE, True)
    # One may be under way.
    page.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 200))")
    calls = len(news.calls)
    news.respond(json=3)
    page.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 300))")
    assert len(news.calls) == calls
    page.page.evaluate(HIDE, False)
    expect(shown).to_have_text("3")


COUNTING = """
window.timers = new Set();
window.listeners = 0;
const { setTimeout, clearTimeout } = window;
window.setTimeout = (run, delay = 0, ...rest) => {
    const timer = setTimeout(run, delay, ...rest);
    if (delay >= 1_000_000) {
        window.timers.add(timer);
    }
    return timer;
};
window.clearTimeout = (timer) => {
    window.timers.delete(timer);
    clearTimeout(timer);
};
const { addEventListener, removeEventListener } = Document.prototype;
Document.prototype.addEventListener = function (type, ...rest) {
    window.listeners += type === "visibilitychange" ? 1 : 0;
    return addEventListener.call(this, type, ...rest);
};
Document.prototype.removeEventListener = function (type, ...rest) {
    window.listeners -= type === "visibilitychange" ? 1 : 0;
    return removeEventListener.call(this, type, ...rest);
};
"""


def counting(page: Page) -> None:
    page.add_init_script(f"{{{COUNTING}}}")


def test_destroy_leaves_neither_timers_nor_listeners(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("polling_hourly", POLLING.format(every=3600))
    community.connectors["news"].respond(json=1)
    page = community.open("polling_hourly", prepare=counting)
    expect(page.widget("polling_hourly").locator("b")).to_have_text("1")
    before = page.page.evaluate("() => [timers.size, listeners]")
    page.destroy("polling_hourly")
    after = page.page.evaluate("() => [timers.size, listeners]")
    assert [had - has for had, has in zip(before, after, strict=True)] == [1, 1]
    assert after[0] == 0


def test_state_set_after_destroy_is_ignored_with_one_warning(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "late",
        """
        import js
        from pyodide.ffi import create_proxy

        def init(sdk):
            state = sdk.state(count=0)
            sdk.view(lambda: t"<b>{state.count}</b>")

            def late():
                state.count += 1
                state.count += 1
                sdk.render(t"<i>late</i>")
                return state.count

            js.window.late = create_proxy(late)
        """,
    )
    page = community.open("late")
    page.widget("late")
    page.page.evaluate("() => { window.gone = document.querySelector('gs-cc-registry-widget'); }")
    page.destroy("late")
    page.console.expect(
        r"^(warning: )?state\.count was set after the widget \"late\" had left the page"
    )
    assert page.page.evaluate("() => window.late()") == 0
    assert page.page.evaluate("() => window.late()") == 0
    warnings = [message for message in page.console.messages if message.type == "warning"]
    assert len(warnings) == 1
    assert page.page.evaluate("() => gone.shadowRoot.querySelector('b').textContent") == "0"
