"""The author's loop: from a saved file to the painted frame that shows it, in one run: `make bench`.

The peers are the same card in JavaScript, whose modules the page imports anew, and loading the page again, as one does
without hot replacement. They take turns. After that the Python widget is saved many times more, and what grows by it is
told: nothing should.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.page_weight import page_weight
from widget_workbench.browser import find_browser, launch_arguments
from widget_workbench.preview import running

WIDGETS = Path(__file__).parent / "repository" / "widgets"
PYTHON, JAVASCRIPT = "saving_python", "saving_javascript"

ROUNDS = 30
# Saves of each kind before the first is timed: compiled code, caches.
WARM = 5

BARS = {"main.py": "≤ 300, aim 150", "style.css": "≤ 100"}
RELOAD = "main.py, page loaded again"

SAVES, WEIGHED_EVERY = 200, 10
# Of them, those before the first weighing.
SETTLING = 40

# Looks at every frame whether a visible widget of the type has such a paragraph, and gives the wall clock's
# milliseconds when the frame that has it is painted: a message that a frame's callback posts comes after it.
CLOCK = """
window.shown = (type, text, color) => new Promise((resolve) => {
  const isShown = (element) => {
    const paragraph = element.shadowRoot?.querySelector("p");
    return paragraph?.textContent === text
      && (!color || getComputedStyle(paragraph).color === color)
      && paragraph.checkVisibility({ visibilityProperty: true });
  };
  const look = () => {
    const widgets = document.querySelectorAll(`[data-widget-type=${type}]`);
    if (!Array.from(widgets).some(isShown)) {
      requestAnimationFrame(look);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(Date.now());
    port2.postMessage(null);
  };
  look();
});
"""

# What grows, as `page_weight` names it.
HELD = {
    "modules": "modules of Python's",
    "objects": "objects of Python's",
    "nodes": "DOM nodes",
    "listeners": "event listeners",
    "heap": "bytes of JavaScript's heap",
}

STARTS = "() => performance.getEntriesByName('pyodide-widget:boot').length"


class Author:
    """Saves the widgets that a page shows.

    Args:
        widgets: their directory.
        page: of a preview.
        url: its address, with both.
    """

    def __init__(self, widgets: Path, page: Page, url: str) -> None:
        self._widgets = widgets
        self._page = page
        self._url = url
        # What an author saves is new each time: the first render of what an earlier run has saved is kept on disk.
        self._number = time.time_ns() // 1_000_000 % 1_000_000
        page.add_init_script(CLOCK)

    def open(self) -> None:
        """Shows the page, which follows what is saved from then on."""
        self._page.goto(self._url)
        expect(self._page.locator("[data-widget-state=ready]")).to_have_count(2, timeout=60_000)

    def save_code(self) -> float:
        """Of the Python widget; the milliseconds until it is shown."""
        return self._save(f"{PYTHON}/main.py", PYTHON, "SAVE = {}")

    def save_style(self) -> float:
        """Of the Python widget."""
        self._number += 1
        color = f"rgb({self._number % 256}, 2, 3)"
        text = self._page.locator(f"[data-widget-type={PYTHON}] p").inner_text()
        return self._shown_after(f"{PYTHON}/style.css", r"rgb\(.*\)", color, [PYTHON, text, color])

    def save_javascript(self) -> float:
        """Of the other one."""
        return self._save(f"{JAVASCRIPT}/dist/widget.js", JAVASCRIPT, "SAVE = {}")

    def save_and_load(self) -> float:
        """The Python widget's code, and loads the page instead of waiting for it; it is left afterwards."""
        return self._save(f"{PYTHON}/main.py", PYTHON, "SAVE = {}", load=True)

    def weigh(self) -> dict[str, int]:
        """What the page holds: `page_weight`."""
        return page_weight(self._page)

    def starts(self) -> int:
        """How often the page has started an interpreter."""
        return int(self._page.evaluate(STARTS))

    def _save(self, path: str, widget: str, line: str, *, load: bool = False) -> float:
        self._number += 1
        new = line.format(self._number)
        shown = [widget, f"Save {self._number}", ""]
        return self._shown_after(path, line.format(r"\d+"), new, shown, load=load)

    def _shown_after(
        self, path: str, old: str, new: str, shown: Sequence[str], *, load: bool = False
    ) -> float:
        file = self._widgets / path
        text, count = re.subn(old, new, file.read_text(), count=1)
        assert count == 1, file
        wait = "shown => { window.result = window.shown(...shown); }"
        if not load:
            self._page.evaluate(wait, shown)
        begun = time.time() * 1000
        # As editors do that keep the old file until the new one is whole.
        fresh = file.with_name(f".{file.name}.saving")
        fresh.write_text(text)
        os.replace(fresh, file)
        if load:
            self._page.goto(self._url, wait_until="commit")
            self._page.evaluate(wait, shown)
        ended: float = self._page.evaluate("() => window.result")
        if load:
            # It would follow what is saved for others.
            self._page.goto("about:blank")
        return ended - begun


def main() -> None:
    """Prints both tables; exits with 1 if an interpreter was started anew."""
    executable = find_browser()
    if executable is None:
        sys.exit("No browser was found; run `make browser`.")
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        root = Path(directory)
        for widget in (PYTHON, JAVASCRIPT):
            shutil.copytree(WIDGETS / widget, root / "widgets" / widget)
        browser = playwright.chromium.launch(
            executable_path=str(executable), args=launch_arguments()
        )
        with running(root) as url:
            address = f"{url}?widgets={PYTHON},{JAVASCRIPT}"
            print(
                f"From a saved file to the painted frame, Chromium {browser.version}: {ROUNDS} saves of each\n"
            )
            author, loading = (
                Author(root / "widgets", browser.new_page(), address) for _ in range(2)
            )
            author.open()
            _print_times(author, loading)
            _print_growth(author)
            if author.starts() != 1:
                sys.exit("An interpreter was started anew.")
        browser.close()


def _print_times(author: Author, loading: Author) -> None:
    saves: dict[str, Callable[[], float]] = {
        "main.py": author.save_code,
        "style.css": author.save_style,
        "widget.js": author.save_javascript,
        RELOAD: loading.save_and_load,
    }
    times: dict[str, list[float]] = {saved: [] for saved in saves}
    for round_number in range(WARM + ROUNDS):
        for saved, save in saves.items():
            milliseconds = save()
            if round_number >= WARM:
                times[saved].append(milliseconds)
    reference = statistics.median(times[RELOAD])
    print(f"{'saved':<28}{'ms':>6}{'spread':>14}{'÷ page load':>13}  bar")
    for saved, taken in times.items():
        median = statistics.median(taken)
        low, *_, high = statistics.quantiles(taken, n=10)
        print(
            f"{saved:<28}{median:>6.0f}{f'{low:.0f} - {high:.0f}':>14}{median / reference:>13.2f}"
            f"  {BARS.get(saved, '')}".rstrip()
        )


def _print_growth(author: Author) -> None:
    numbers: list[int] = []
    weights: list[dict[str, int]] = []
    for number in range(SAVES + 1):
        author.save_code()
        if number >= SETTLING and number % WEIGHED_EVERY == 0:
            numbers.append(number)
            weights.append(author.weigh())
    print(f"\n{SAVES} more saves of main.py: what the page holds, and how much more by each save\n")
    print(f"{'':<28}{'at first':>12}{'at last':>12}{'slope':>10}")
    for name, what in HELD.items():
        held = [weight[name] for weight in weights]
        slope = statistics.linear_regression(numbers, held).slope
        print(f"{what:<28}{held[0]:>12}{held[-1]:>12}{slope:>10.2f}")


if __name__ == "__main__":
    main()
