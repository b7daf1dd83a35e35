"""The start-up rows in Chromium: every contender under every condition, in turns, round by round."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from playwright.sync_api import BrowserContext

from .chromium import Chromium, Start, rested_page, slow_down, start
from .contenders import JAVASCRIPT, OURS, PYODIDE, PYSCRIPT_MPY, Contender

CONDITIONS = {
    "empty": "empty cache, the new page left alone for 0.8 s first",
    "busy": "empty cache, straight after a new context",
    "full": "full cache, the new page left alone for 0.8 s first",
    "slow": "empty cache, CPU throttled to a quarter, a link of 10 Mbit/s with 40 ms",
}
"""By name, in the tables' order."""

EVERY_ROUND = {
    "empty": (OURS, PYODIDE, PYSCRIPT_MPY, JAVASCRIPT),
    "busy": (OURS, PYODIDE, PYSCRIPT_MPY),
    "full": (OURS, PYODIDE),
    "slow": (OURS, PYODIDE),
}
"""Who takes part in every round, being what a bar is measured by; the others do in every `SELDOM`-th."""

SELDOM = 8

Starts = dict[str, dict[str, list[Start]]]
"""By condition and contender."""


def measure(
    chromium: Chromium,
    url: str,
    *,
    contenders: Sequence[Contender],
    conditions: Sequence[str],
    repeats: int,
    told: Callable[[str], None],
) -> Starts:
    """Starts each contender so many times.

    Args:
        chromium: the browser.
        url: of the page.
        contenders: who takes part.
        conditions: of `CONDITIONS`.
        repeats: rounds. Each goes the other way round than the one before, since a machine's speed drifts.
        told: gets a line for each round.

    Raises:
        NotStarted: a page did not show its widget's answer.
    """
    starts: Starts = {condition: {each.name: [] for each in contenders} for condition in conditions}
    with chromium.profile() as visitor:
        for contender in contenders:
            # What is in the visitor's caches from here on; and the machine's own are warm.
            _visit(visitor, url + contender.query, until_idle=True)
        for number in range(repeats):
            told(f"Start-up in Chromium: round {number + 1} of {repeats}")
            for condition in conditions:
                due = [each for each in contenders if _is_due(each, condition, number)]
                for contender in due if number % 2 == 0 else reversed(due):
                    address = url + contender.query
                    started = (
                        _visit(visitor, address)
                        if condition == "full"
                        else _first_visit(chromium, address, condition)
                    )
                    starts[condition][contender.name].append(started)
    return starts


def _is_due(contender: Contender, condition: str, round_number: int) -> bool:
    return round_number % SELDOM == 0 or contender in EVERY_ROUND[condition]


def _first_visit(chromium: Chromium, url: str, condition: str) -> Start:
    with chromium.fresh() as context:
        page = context.new_page() if condition == "busy" else rested_page(context)
        if condition == "slow":
            slow_down(page)
        return start(page, url)


def _visit(visitor: BrowserContext, url: str, *, until_idle: bool = False) -> Start:
    page = rested_page(visitor)
    started = start(page, url)
    if until_idle:
        page.wait_for_load_state("networkidle")
    page.close()
    return started
