"""Loads the contenders in Chromium, under each condition."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from widget_workbench.browser import find_browser, launch_arguments

# Milliseconds that a new page is left alone before it is led to the widget.
REST = 800
# Seconds that a page has to show the widget's answer; the slowest takes a fifth of it here.
PAGE_SECONDS = 120

CPU_SLOWDOWN = 4
# Of Playwright's devices.
PHONE = "Pixel 7"
# Bytes a second, and milliseconds: a link of 10 Mbit/s.
LINK = {"downloadThroughput": 10_000_000 / 8, "uploadThroughput": 10_000_000 / 8, "latency": 40}

# Of the page's clock (page/clock.js); looked for as the other engines' drivers do.
RESULT = """
(seconds) => new Promise((resolve) => {
  const end = performance.now() + seconds * 1000;
  const look = () => {
    if (window.result !== undefined || performance.now() > end) resolve(window.result ?? null);
    else setTimeout(look, 50);
  };
  look();
})
"""


class NotStarted(Exception):
    """A page did not show its widget's answer in time; the message has what it printed."""


@dataclass(frozen=True)
class Start:
    """One start, as page/clock.js describes it: milliseconds since the page was asked for."""

    painted: float
    init: float
    data: float
    longTasks: int | None  # noqa: N815 - the page's own name
    blocked: float
    marks: dict[str, float]


class Chromium:
    """The browser, and what of it a load may start from."""

    def __init__(self, playwright: Playwright, executable: Path) -> None:
        self._kind = playwright.chromium
        self._phone: Any = playwright.devices[PHONE]
        self._options: Any = {"executable_path": str(executable), "args": launch_arguments()}
        self.browser = self._kind.launch(**self._options)
        self.version = self.browser.version

    @contextmanager
    def fresh(self) -> Iterator[BrowserContext]:
        """A context that has nothing of an earlier one."""
        context = self.browser.new_context()
        try:
            yield context
        finally:
            context.close()

    @contextmanager
    def phone(self) -> Iterator[BrowserContext]:
        """A fresh context with a phone's screen, touches and name."""
        context = self.browser.new_context(**self._phone)
        try:
            yield context
        finally:
            context.close()

    @contextmanager
    def profile(self) -> Iterator[BrowserContext]:
        """A browser of its own with an empty profile, whose caches are on disk as a visitor's are.

        A fresh context keeps its caches in memory, and nothing in them that is as large as Pyodide's core.
        """
        with TemporaryDirectory(ignore_cleanup_errors=True) as directory:
            context = self._kind.launch_persistent_context(directory, **self._options)
            try:
                yield context
            finally:
                context.close()


@contextmanager
def chromium() -> Iterator[Chromium]:
    """The browser, started.

    Raises:
        BrowserMissing: `WIDGET_BROWSER` names something that is not a file.
        RuntimeError: there is none.
    """
    executable = find_browser()
    if executable is None:
        raise RuntimeError("No browser was found; run `make browser`.")
    with sync_playwright() as playwright:
        started = Chromium(playwright, executable)
        yield started
        started.browser.close()


def rested_page(context: BrowserContext) -> Page:
    """A new page that was left alone: what a browser does for one is over."""
    page = context.new_page()
    page.wait_for_timeout(REST)
    return page


def slow_down(page: Page) -> None:
    """Gives a page a slow processor and a slow link."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **LINK})
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})


def start(page: Page, url: str) -> Start:
    """Leads a page to a widget, and waits for its answer on screen.

    Raises:
        NotStarted: it did not come.
    """
    printed: list[str] = []
    page.on("console", lambda message: printed.append(message.text))
    page.on("pageerror", lambda error: printed.append(str(error)))
    page.goto(url, wait_until="commit")
    result: dict[str, Any] | None = page.evaluate(RESULT, PAGE_SECONDS)
    if result is None:
        raise NotStarted("\n".join([f"{url} showed no answer in {PAGE_SECONDS} s.", *printed]))
    return Start(**result)
