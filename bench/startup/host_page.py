"""What widgets below the fold do to the page that has them: its Largest Contentful Paint, its answers to clicks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .chromium import PAGE_SECONDS, Chromium, NotStarted, rested_page

SCRIPT = Path(__file__).parent / "page" / "below-the-fold.js"

# With the default boot policy, as they are published. The host fetches and places widgets of any kind at once: what
# that costs its page, those in JavaScript tell.
WIDGETS, TWINS = ("startup_python",) * 3, ("startup_javascript",) * 3

# Rounds for each of the others' ones: a frame is a tenth of what is measured, and processes compete for two cores.
ROUNDS_EACH = 3

# While the page loads, and while Python would: pressed so often, for so long, in seconds.
INTERVAL, PERIOD = 0.1, 1.5

WITH, WITHOUT, FAR, WITH_TWINS = "with", "without", "far below", "with twins"

PAGES = {
    WITHOUT: "?widgets=&near&below=",
    WITH: f"?widgets=&near&below={','.join(WIDGETS)}",
    FAR: f"?widgets=&below={','.join(WIDGETS)}",
    WITH_TWINS: f"?widgets=&near&below={','.join(TWINS)}",
}
"""By name, the addresses of the page without widgets; with ours within a screen of what is in sight, where they start
when the page is quiet; with ours farther down, where they do not; and with as many in JavaScript."""

# Of the first of ours, once it is ready.
STARTED = """
(seconds) => new Promise((resolve) => {
  const host = document.querySelector("gs-cc-registry-widget");
  const end = performance.now() + seconds * 1000;
  const look = () => {
    const state = host.dataset.widgetState;
    if (state === "ready" || performance.now() > end) resolve(state);
    else setTimeout(look, 50);
  };
  look();
})
"""


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
        repeats: rounds, of which this makes `ROUNDS_EACH` for each.
        told: gets a line for each round.

    Returns:
        By the names in `PAGES`.

    Raises:
        NotStarted: widgets that are to start when the page is quiet did not.
    """
    found: dict[str, list[Vitals]] = {name: [] for name in PAGES}
    rounds = repeats * ROUNDS_EACH
    for number in range(rounds):
        told(f"The host's page: round {number + 1} of {rounds}")
        for name in PAGES if number % 2 == 0 else reversed(PAGES):
            found[name].append(_vitals(chromium, url + PAGES[name], starts=name == WITH))
    return found


def _vitals(chromium: Chromium, url: str, *, starts: bool) -> Vitals:
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
        vitals = Vitals(**page.evaluate("() => vitals()"))
        if starts and (state := page.evaluate(STARTED, PAGE_SECONDS)) != "ready":
            raise NotStarted(
                f"A widget below the fold was {state} {PAGE_SECONDS} s after the page."
            )
        return vitals
