"""The cost of one connector call, measured against its peers in one run: `make bench`.

The host answers at once, so what is left is the way from the caller to the host and back. The rows take turns, round by
round, since a machine's speed drifts more between minutes than between rounds.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from widget_workbench.browser import find_browser, launch_arguments
from widget_workbench.preview import running

REPOSITORY = Path(__file__).parent / "repository"

ROUNDS = 25
ROWS = ("JavaScript", "raw FFI", "widget")
# Calls in one round: enough to be far above the clock's step of 0.1 ms.
ANSWERS = {"small": 200, "1,000 rows": 8}
AIMS = {"small": "≤ 1.1", "1,000 rows": "< 1"}

# The host's class, replaced before any script of the page runs: the answers are ready beforehand.
STUB = """
const rows = Array.from({ length: 1000 }, (_, id) => ({
  id, name: `Contact ${id}`, email: `contact${id}@example.com`, score: id / 7, active: id % 2 === 0, tags: ["a", "b"],
}));
const answers = { "small": { city: "Warsaw", temperature: 21.5 }, "1,000 rows": rows };
const client = { execute: async ({ permalink }) => answers[permalink] };
Object.defineProperty(window, "WidgetServiceSDK", {
  get: () => class { connectors = client; },
  set: () => {},
});
window.timeJavaScript = async (permalink, count) => {
  const begin = performance.now();
  for (let index = 0; index < count; index++) {
    await client.execute({ permalink, method: "GET", queryParams: { q: "Warsaw", units: "metric" } });
  }
  return performance.now() - begin;
};
"""


def main() -> None:
    """Prints the table."""
    executable = find_browser()
    if executable is None:
        sys.exit("No browser was found; run `make browser`.")
    with running(REPOSITORY) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(executable), args=launch_arguments()
        )
        page = browser.new_page()
        page.add_init_script(STUB)
        page.goto(f"{url}?widgets=calls&workbench=none")
        expect(page.locator("[data-widget-state=ready]")).to_be_attached(timeout=60_000)
        print(
            f"One `await connectors.execute(…)`, Chromium {browser.version}: median of {ROUNDS} rounds\n"
        )
        print(f"{'answer':<12}{'caller':<12}{'µs a call':>10}{'spread':>16}{'÷ raw FFI':>11}  aim")
        for answer, count in ANSWERS.items():
            _print_rows(answer, _measure(page, answer, count))
        browser.close()


def _measure(page: Page, answer: str, count: int) -> dict[str, list[float]]:
    """Microseconds a call, by row."""
    timers: dict[str, str] = {
        "JavaScript": "([a, n]) => window.timeJavaScript(a, n)",
        "raw FFI": "([a, n]) => window.timePython.raw(a, n)",
        "widget": "([a, n]) => window.timePython.library(a, n)",
    }
    times: dict[str, list[float]] = {row: [] for row in ROWS}
    for round_number in range(ROUNDS + 1):
        for row in ROWS:
            # A call within JavaScript takes less than the clock's step even so many times.
            calls = count * 100 if row == "JavaScript" else count
            milliseconds: Any = page.evaluate(timers[row], [answer, calls])
            if round_number > 0:  # the first round warms up
                times[row].append(milliseconds * 1000 / calls)
    return times


def _print_rows(answer: str, times: dict[str, list[float]]) -> None:
    reference = statistics.median(times["raw FFI"])
    for row in ROWS:
        median = statistics.median(times[row])
        low, *_, high = statistics.quantiles(times[row], n=10)
        aim = AIMS[answer] if row == "widget" else ""
        print(
            f"{answer:<12}{row:<12}{median:>10.2f}{f'{low:.0f} - {high:.0f}':>16}"
            f"{median / reference:>11.2f}  {aim}".rstrip()
        )


if __name__ == "__main__":
    main()
