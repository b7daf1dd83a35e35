"""Browser tests: one browser, one HTTP cache and one preview server a repository, for the whole run of a worker.

Every test watches the console of every page it has: an error or a warning that it did not announce fails it, and so
does an announced one that never came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    expect,
)

from widget_workbench.browser import find_browser, launch_arguments
from widget_workbench.preview import running

TESTS = Path(__file__).parent.parent
REPOSITORIES = {
    "examples": TESTS.parent / "examples",
    "javascript": TESTS / "fixtures" / "javascript",
    "probe": TESTS / "fixtures" / "probe",
}

# A plain start of Pyodide takes two to four seconds here; a machine that runs two workers, more.
READY_MS = 60_000

expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any],
) -> dict[str, Any]:
    browser = find_browser()
    if browser is None:
        pytest.exit("no browser was found; run `make browser`", returncode=1)
    return {
        **browser_type_launch_args,
        "executable_path": str(browser),
        "args": launch_arguments(),
    }


@dataclass
class Console:
    """What the pages of the running test have printed, and what the test said they would."""

    printed: list[tuple[str, str]] = field(default_factory=list)
    announced: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.printed.append(("pageerror", str(error))))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.printed.append((message.type, f"{message.text} ({message.location['url']})"))

    def announce(self, *patterns: str) -> None:
        """Says which errors or warnings will come: regular expressions, each of which must be met at least once."""
        self.announced += patterns

    def check(self) -> None:
        unexpected = [
            text
            for _, text in self.printed
            if not any(re.search(pattern, text) for pattern in self.announced)
        ]
        missing = [
            pattern
            for pattern in self.announced
            if not any(re.search(pattern, text) for _, text in self.printed)
        ]
        assert not unexpected, f"the console showed what nobody announced: {unexpected}"
        assert not missing, f"the console never showed: {missing}"


@pytest.fixture(scope="session")
def _session_console() -> Console:
    return Console()


@pytest.fixture(autouse=True)
def console(_session_console: Console, context: BrowserContext) -> Iterator[Console]:
    """The console of this test's pages. Tests that expect an error call `console.announce`."""
    _session_console.printed.clear()
    _session_console.announced.clear()
    yield _session_console
    for page in context.pages:
        page.evaluate("() => 0")  # what the page printed before this has arrived after it
    _session_console.check()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One context, so that all pages share the HTTP cache."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@dataclass
class Preview:
    """A running preview server."""

    url: str

    def log(self) -> list[dict[str, Any]]:
        """The executions since the last `clear`, oldest first."""
        entries: list[dict[str, Any]] = httpx.get(f"{self.url}/_preview/log").json()
        return entries

    def clear(self) -> None:
        httpx.delete(f"{self.url}/_preview/log").raise_for_status()


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], Preview]]:
    """Starts the preview of a repository on a free port; one server a repository."""
    previews: dict[Path, Preview] = {}
    with ExitStack() as servers:

        def start(root: Path) -> Preview:
            if root not in previews:
                previews[root] = Preview(servers.enter_context(running(root)).rstrip("/"))
            return previews[root]

        yield start


@dataclass
class CommunityPage:
    """An open community page."""

    page: Page
    preview: Preview

    def host(self, widget_type: str) -> Locator:
        """The widget's host element."""
        return self.page.locator(f'gs-cc-registry-widget[data-widget-type="{widget_type}"]')

    def widget(self, widget_type: str, state: str = "ready") -> Locator:
        """The widget's host element once it is in that state; locators pierce its shadow root."""
        host = self.host(widget_type)
        expect(host).to_have_attribute("data-widget-state", state, timeout=READY_MS)
        return host

    def python(self, source: str, **values: Any) -> Any:
        """Runs Python in the probe widget, with `sdk` and all of `widget`; returns its `result` as JSON has it."""
        text = self.page.evaluate(
            "([source, values]) => window.runPython(source, values)",
            [source, json.dumps(values)],
        )
        outcome = json.loads(text)
        if "traceback" in outcome:
            raise AssertionError(outcome["traceback"])
        return outcome["result"]


Open = Callable[..., CommunityPage]


@pytest.fixture(scope="session")
def open_community(
    context: BrowserContext, serve: Callable[[Path], Preview], _session_console: Console
) -> Open:
    """Opens a community page of one of this project's repositories, or of a path."""

    def open_page(
        repository: str | Path,
        *widgets: str,
        prepare: Callable[[Page], None] = lambda page: None,
        **parameters: str,
    ) -> CommunityPage:
        preview = serve(REPOSITORIES[repository] if isinstance(repository, str) else repository)
        page = context.new_page()
        _session_console.watch(page)
        prepare(page)
        if widgets:
            parameters["widgets"] = ",".join(widgets)
        page.goto(f"{preview.url}/?{urlencode(parameters)}")
        return CommunityPage(page, preview)

    return open_page


@pytest.fixture
def community(open_community: Open, context: BrowserContext) -> Iterator[Open]:
    """`open_community`, whose pages close with the test."""
    before = set(context.pages)
    yield open_community
    for page in set(context.pages) - before:
        page.close()


@pytest.fixture(scope="module")
def probe(open_community: Open) -> Iterator[CommunityPage]:
    """A page with the probe widget, ready; one for all tests of a module that leave it as it was."""
    opened = open_community("probe", "probe")
    opened.widget("probe")
    yield opened
    opened.page.close()


def eventually(page: Page, predicate: str) -> None:
    """Waits for a condition in the page. Playwright's own wait evaluates text, which the CSP forbids."""
    held = page.evaluate(
        f"""() => new Promise((resolve) => {{
            const holds = {predicate};
            const deadline = performance.now() + 15_000;
            const look = () => {{
                if (holds() || performance.now() > deadline) {{
                    resolve(Boolean(holds()));
                }} else {{
                    requestAnimationFrame(look);
                }}
            }};
            look();
        }})"""
    )
    assert held, f"this never came true: {predicate}"
