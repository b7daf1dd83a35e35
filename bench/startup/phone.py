"""What a page's process holds of memory on a phone, and when memory gets scarce; and that the widget still works.

Chromium's protocol tells what lies in JavaScript's heap, not what the engine needs beside it, such as compiled code. On
a phone all of it counts, as the operating system counts it, which ends the processes that hold the most.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import CDPSession, Page

from .chromium import PAGE_SECONDS, Chromium, NotStarted, start
from .contenders import JAVASCRIPT, OURS, PYODIDE, PYSCRIPT_MPY, Contender

SCRIPT = Path(__file__).parent / "page" / "instances.js"

CONTENDERS = (OURS, PYODIDE, PYSCRIPT_MPY, JAVASCRIPT)

ROUNDS = 5

# Milliseconds after which a widget is at rest, and those that a page has to react to what it was told.
REST, REACTION = 3000, 1000

# Of the protocol's Memory.simulatePressureNotification.
LEVELS = ("moderate", "critical")

# Milliseconds of work by which a page's process is known among the browser's.
WORK = 200


@dataclass(frozen=True)
class Held:
    """One page's process, bytes that belong to no file.

    Attributes:
        started: as the widget's answer is on screen.
        rested: some seconds later.
        pressed: after the browser was told that memory is scarce, and then that it is all but used up.
        collected: after the page's garbage was collected.
    """

    started: int
    rested: int
    pressed: int
    collected: int


def measure(
    chromium: Chromium, url: str, repeats: int, told: Callable[[str], None]
) -> dict[str, list[Held]]:
    """Loads each contender's page as a phone does, in turns.

    Args:
        chromium: the browser.
        url: of the page.
        repeats: rounds, of which `ROUNDS` at most are made.
        told: gets a line for each round.

    Returns:
        By contender; nothing on systems other than Linux.

    Raises:
        NotStarted: a page did not show its widget, or no second one under pressure.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        told("A phone's memory: not measured, since this system has no /proc/…/smaps_rollup")
        return {}
    found: dict[str, list[Held]] = {contender.name: [] for contender in CONTENDERS}
    rounds = min(repeats, ROUNDS)
    for number in range(rounds):
        told(f"A phone's memory: round {number + 1} of {rounds}")
        for contender in CONTENDERS if number % 2 == 0 else reversed(CONTENDERS):
            found[contender.name].append(_held(chromium, url, contender))
    return found


def _held(chromium: Chromium, url: str, contender: Contender) -> Held:
    browser = chromium.browser.new_browser_cdp_session()
    with chromium.phone() as context:
        page = context.new_page()
        page.add_init_script(path=SCRIPT)
        start(page, url + contender.query)
        at_first = {process: _memory(process) for process in _processor_seconds(browser)}
        page.wait_for_timeout(REST)
        # Only now: at first another one is at work, too.
        process = _process_of(page, browser)
        started = at_first[process]
        rested = _memory(process)
        for level in LEVELS:
            browser.send("Memory.simulatePressureNotification", {"level": level})
            page.wait_for_timeout(REACTION)
        pressed = _memory(process)
        session = context.new_cdp_session(page)
        session.send("HeapProfiler.enable")
        session.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(REACTION)
        collected = _memory(process)
        _see_that_it_works(page, contender)
        return Held(started, rested, pressed, collected)


def _see_that_it_works(page: Page, contender: Contender) -> None:
    ready: float | str = page.evaluate(
        "([type, seconds]) => { addInstance(type); return allReady(seconds); }",
        [contender.type, PAGE_SECONDS],
    )
    if isinstance(ready, str):
        raise NotStarted(f"Of {contender.name}, under memory pressure: {ready}")


def _process_of(page: Page, browser: CDPSession) -> int:
    """The page's process: the one that works while the page does."""
    before = _processor_seconds(browser)
    page.evaluate(
        "(time) => { const end = performance.now() + time; while (performance.now() < end); }", WORK
    )
    after = _processor_seconds(browser)
    return max(after, key=lambda process: after[process] - before.get(process, after[process]))


def _processor_seconds(browser: CDPSession) -> dict[int, float]:
    told = browser.send("SystemInfo.getProcessInfo")["processInfo"]
    return {each["id"]: each["cpuTime"] for each in told if each["type"] == "renderer"}


def _memory(process: int) -> int:
    facts = Path(f"/proc/{process}/smaps_rollup").read_text()
    kilobytes = re.search(r"^Pss_Anon:\s+(\d+) kB$", facts, re.MULTILINE)
    assert kilobytes, facts
    return int(kilobytes[1]) * 1024
