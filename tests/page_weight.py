"""What a page with a Python widget holds, in Python and in the browser, after their garbage was collected."""

from __future__ import annotations

from playwright.sync_api import Page

# Interpreters are where the loader's runtime.js keeps them.
_PYTHON = """
async () => {
    const entries = [...globalThis[Symbol.for("pyodide-widget.interpreters")].values()].flat();
    const [{ interpreter }] = await Promise.all(entries.map(({ runtime }) => runtime));
    const gc = interpreter.pyimport("gc");
    gc.collect();
    return { modules: interpreter.pyimport("sys").modules.length, objects: gc.get_objects().length };
}
"""

# Looks, and milliseconds between them: for a second, the workbench knows of a widget that has left the page.
_LOOKS, _BETWEEN = 12, 150


def page_weight(page: Page, nodes: int = 0) -> dict[str, int]:
    """The least of some looks at what a page holds.

    Args:
        page: in Chromium, with one interpreter.
        nodes: DOM nodes with which a look is the last.

    Returns:
        `modules` of `sys.modules`, `objects` that Python's garbage collector knows, DOM `nodes`, event `listeners`, and
        bytes of JavaScript's `heap`.
    """
    looks = [_look(page)]
    while looks[-1]["nodes"] > nodes and len(looks) < _LOOKS:
        page.wait_for_timeout(_BETWEEN)
        looks.append(_look(page))
    return min(looks, key=lambda held: held["nodes"])


def _look(page: Page) -> dict[str, int]:
    held: dict[str, int] = {}
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    # What the one lets go, the other still holds until it is told.
    for _ in range(3):
        held = page.evaluate(_PYTHON)
        session.send("HeapProfiler.collectGarbage")
    counters = session.send("Memory.getDOMCounters")
    usage = session.send("Runtime.getHeapUsage")
    session.detach()
    return {
        **held,
        "nodes": int(counters["nodes"]),
        "listeners": int(counters["jsEventListeners"]),
        "heap": int(usage["usedSize"]),
    }
