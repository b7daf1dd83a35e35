"""Many widgets on one page, of all the examples' types, whose dependencies differ; and each further instance of one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from .chromium import PAGE_SECONDS, Chromium, NotStarted, rested_page

SCRIPT = Path(__file__).parent / "page" / "instances.js"

COUNTS = (1, 10, 50)
FURTHER = 12
PAGES = 3

# Of different dependencies: `directory` brings pydantic with a compiled core, `insights` leather.
TYPES = (
    "directory",
    "insights",
    "weather",
    "search",
    "feedback",
    "contact_create",
    "contact_update",
    "task_delete",
    "client_headers",
    "request_headers",
    "report",
)
# Of which further instances are timed: one whose `init` asks nobody, and one that waits for its connector's answer.
ALONE, WAITING = "contact_create", "weather"


@dataclass(frozen=True)
class Crowds:
    """What many widgets take, in milliseconds.

    Attributes:
        alone: from navigation to `ready`, for one widget of each type, once.
        heaviest: the type that takes longest.
        ready: the same until all are ready, by how many there are.
        further: from asking for an instance of a mounted type until its `init` had returned, by type.
    """

    alone: dict[str, float]
    heaviest: str
    ready: dict[int, list[float]]
    further: dict[str, list[float]]


def measure(chromium: Chromium, url: str, repeats: int, told: Callable[[str], None]) -> Crowds:
    """Loads pages of 1, 10 and 50 widgets in turns; the one widget is of the heaviest type.

    Args:
        chromium: the browser.
        url: of the page.
        repeats: rounds.
        told: gets a line for each round.

    Raises:
        NotStarted: a widget failed, or was not ready in time.
    """
    alone = {each: _ready(chromium, url, (each,)) for each in TYPES}
    heaviest = max(TYPES, key=lambda each: alone[each])
    others = [each for each in TYPES if each != heaviest]
    ready: dict[int, list[float]] = {count: [] for count in COUNTS}
    for number in range(repeats):
        told(f"Many widgets: round {number + 1} of {repeats}")
        for count in COUNTS if number % 2 == 0 else reversed(COUNTS):
            placed = itertools.islice(itertools.cycle((heaviest, *others)), count)
            ready[count].append(_ready(chromium, url, tuple(placed)))
    # On pages of their own, between which whatever else the machine does has passed.
    further = {
        each: [cost for _ in range(PAGES) for cost in _further(chromium, url, each)]
        for each in (ALONE, WAITING)
    }
    return Crowds(alone, heaviest, ready, further)


def _further(chromium: Chromium, url: str, widget_type: str) -> list[float]:
    with chromium.fresh() as context:
        page = rested_page(context)
        _open(page, url, (widget_type,))
        # The rest of the library comes when the page is idle, once, and is no instance's cost.
        page.wait_for_load_state("networkidle")
        costs: list[float] = page.evaluate(
            "([type, count]) => addInstances(type, count)", [widget_type, FURTHER]
        )
        return costs


def _ready(chromium: Chromium, url: str, placed: tuple[str, ...]) -> float:
    with chromium.fresh() as context:
        return _open(rested_page(context), url, placed)


def _open(page: Page, url: str, placed: tuple[str, ...]) -> float:
    page.add_init_script(path=SCRIPT)
    page.goto(f"{url}?widgets={','.join(placed)}", wait_until="commit")
    found: float | str = page.evaluate("(seconds) => allReady(seconds)", PAGE_SECONDS)
    if isinstance(found, str):
        raise NotStarted(f"Of {len(placed)} widgets on one page, {found}")
    return found
