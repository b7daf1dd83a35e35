"""What widgets below the fold do to the page that has them: its Largest Contentful Paint, its answers to clicks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .chromium import Chromium, rested_page

SCRIPT = Path(__file__).parent / "page" / "below-the-fold.js"

# With the default boot policy, as they are published. The host fetches and places widgets of any kind at once: what
# that costs its page, those in JavaScript tell.
WIDGETS, TWINS = ("startup_python",) * 3, ("startup_javascript",) * 3

# While the page loads, and while Python would: pressed so often, for so long, in seconds.
INTERVAL, PERIOD = 0.1, 1.5

PAGES = {
    name: f"?widgets=&below={','.join(types)}"
    for name, types in {"without": (), "with": WIDGETS, "with twins": TWINS}.items()
}
"""By name, the addresses of the page without widgets, with ours, and with as many in JavaScript."""


@dataclass(frozen=True)
class Vitals:
    """Of one load, in milliseconds.

    Attributes:
        lcp: Largest Contentful Paint.
        inp: Interaction to Next Paint.
    """

    lcp: float
    inp: float


def measure(
    chromium: Chromium, url: str, repeats: int, told: Callable[[str], None]
) -> dict[str, list[Vitals]]:
    """Loads the pages in turns, and clicks on them.

    Args:
        chromium: the browser.
        url: of the page.
        repeats: rounds.
        told: gets a line for each round.

    Returns:
        By the names in `PAGES`.
    """
    found: dict[str, list[Vitals]] = {name: [] for name in PAGES}
    for number in range(repeats):
        told(f"The host's page: round {number + 1} of {repeats}")
        for name in PAGES if number % 2 == 0 else reversed(PAGES):
            found[name].append(_vitals(chromium, url + PAGES[name]))
    return found


def _vitals(chromium: Chromium, url: str) -> Vitals:
    with chromium.fresh() as context:
        page = rested_page(context)
        page.add_init_script(path=SCRIPT)
        page.goto(url, wait_until="commit")
        # The browser picks no larger paint after a first click: that waits until there was one.
        page.wait_for_load_state("load")
        box: Any = page.locator("#search input").bounding_box()
        end = time.monotonic() + PERIOD
        while time.monotonic() < end:
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.wait_for_timeout(INTERVAL * 1000)
        return Vitals(**page.evaluate("() => vitals()"))
