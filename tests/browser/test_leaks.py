"""What mounting and destroying a widget leaves behind, counted: nothing."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import CDPSession

from widget_workbench.testing import Community, CommunityPage

from .conftest import WriteWidget

INSTANCES = 500
WARM_UP = 60
BATCHES = 5

# A widget that does all that one can: a view, a state, resources, handlers, listeners, timers, tasks.
BUSY = """
import asyncio
import js

async def init(sdk):
    state = sdk.state(count=0, rows=list(range(20)))

    async def load(number=1):
        await asyncio.sleep(0)
        return number

    async def forever():
        await asyncio.Event().wait()

    loaded = sdk.resource(load, every=60, retry=2)
    searched = sdk.resource(load, debounce=30, start=False)
    never = sdk.resource(forever)

    async def add(event):
        js.window.heard += 1
        state.count += 1
        state.rows = [*state.rows[1:], state.rows[-1] + 1]
        searched.reload(state.count)
        # No sleep: until it is over, Pyodide's loop keeps what waits for it, cancelled or not.
        await forever()

    def row(number):
        return t'''<li key={number}><input value={number} onfocus={(lambda: None)}>
            <button onclick={add}>{number}</button></li>'''

    @sdk.view
    def view():
        return t'''
            <form onsubmit={add}><button>Send</button></form>
            {loaded.show(lambda value: t"<p>{value}</p>")}{never.show(lambda value: t"<p>{value}</p>")}
            <ul>{[row(number) for number in state.rows]}</ul>{state.count}
        '''

    sdk.on("propsChanged", lambda props: None)
    sdk.on("destroy", lambda: None)
    sdk.on_error(lambda error: None)
    sdk.listen("click", "li", lambda event: event.key)
    sdk.listen("scroll", "ul", lambda event: None)
    asyncio.create_task(forever())
    sdk.create_task(forever())
    asyncio.get_event_loop().call_later(0.01, lambda: None)
"""

# A widget that keeps one of each kind for ever, so that finding none elsewhere means something.
LEAKING = """
import js
from pyodide.ffi import create_proxy

kept = []

async def init(sdk):
    sdk.render(t"<form onsubmit={print}><button>x</button></form><ul><li><button>x</button></li></ul>")
    listener = create_proxy(lambda event: None)
    js.document.addEventListener("a-leak", listener)
    kept.append([sdk.js.root, listener])
"""

# Beside it, what stays on the page and counts.
COUNTER = """
import gc

import js
from pyodide.ffi import create_proxy

def count():
    gc.collect()
    return len(gc.get_objects())

async def init(sdk):
    js.window.countObjects = create_proxy(count)
    sdk.root.textContent = "counting"
"""

MOUNT_AND_DESTROY = """async ([type, times]) => {
    const turn = () => new Promise((resolve) => setTimeout(resolve));
    for (let index = 0; index < times; index++) {
        const host = document.createElement("gs-cc-registry-widget");
        host.dataset.widgetType = type;
        document.querySelector("main").append(host);
        while (host.dataset.widgetState !== "ready") {
            if (host.dataset.widgetState === "error") throw new Error(host.shadowRoot.textContent);
            await turn();
        }
        host.shadowRoot.querySelector("form button").click();
        host.shadowRoot.querySelector("li button").click();
        await turn();
        window.community.sdkOf(host).setProps({ index });
        await turn();
        host.remove();
        await turn();
    }
}"""

COUNT = """() => {
    const [[{ booted }]] = globalThis[Symbol.for("pyodide-widget.interpreters")].values();
    // Python first: what it frees lets go of JavaScript's objects.
    return [window.countObjects(), booted.interpreter._module._hiwire_num_refs()];
}"""


def counts(page: CommunityPage, devtools: CDPSession) -> dict[str, int]:
    """What there is, once all is collected that can be."""
    for _ in range(2):
        # Each side may hold what the other one has just let go of.
        objects, references = page.page.evaluate(COUNT)
        devtools.send("HeapProfiler.collectGarbage")
    found: dict[str, Any] = devtools.send("Memory.getDOMCounters")
    return {
        "Python objects": objects,
        "JavaScript objects that Python holds": references,
        "DOM nodes": found["nodes"],
        "DOM listeners": found["jsEventListeners"],
    }


def slope(values: list[int]) -> float:
    """By how much each step adds, by least squares."""
    steps = range(len(values))
    middle, mean = sum(steps) / len(values), sum(values) / len(values)
    above = sum((step - middle) * (value - mean) for step, value in zip(steps, values, strict=True))
    return above / sum((step - middle) ** 2 for step in steps)


def left_behind(page: CommunityPage, widget_type: str, instances: int) -> dict[str, float]:
    """What each of so many instances leaves, of each kind."""
    devtools = page.page.context.new_cdp_session(page.page)
    page.page.evaluate(MOUNT_AND_DESTROY, [widget_type, WARM_UP])
    counted = [counts(page, devtools)]
    for _ in range(BATCHES):
        page.page.evaluate(MOUNT_AND_DESTROY, [widget_type, instances // BATCHES])
        counted.append(counts(page, devtools))
    return {
        what: slope([each[what] for each in counted]) / (instances // BATCHES)
        for what in counted[0]
    }


def with_counter(community: Community) -> CommunityPage:
    page = community.open("counter", prepare=lambda page: page.add_init_script("window.heard = 0"))
    page.widget("counter")
    return page


def test_five_hundred_instances_leave_nothing_behind(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("busy", BUSY)
    write_widget("counter", COUNTER)
    page = with_counter(community)
    left = left_behind(page, "busy", INSTANCES)
    # What each instance leaves is a whole number; any fraction is of the one that is on its way out.
    assert all(abs(each) < 0.05 for each in left.values()), left
    assert page.page.evaluate("() => heard") == 2 * (WARM_UP + INSTANCES)


def test_what_is_left_behind_is_counted(community: Community, write_widget: WriteWidget) -> None:
    write_widget("leaking", LEAKING)
    write_widget("counter", COUNTER)
    left = left_behind(with_counter(community), "leaking", 50)
    assert all(each > 0.9 for each in left.values()), left
