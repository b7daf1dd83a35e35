"""What is kept of a test that fails: in words for its report, a screenshot of each page, and a trace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import playwright.sync_api as playwright

from widget_workbench.testing.page import HOST, CommunityPage

if TYPE_CHECKING:
    from widget_workbench.testing.community import Community

_SCREENSHOT_MS = 5_000

_MESSAGES_SHOWN = 20


class Evidence:
    """The evidence of the tests of one browser context.

    Args:
        context: of the browser.
        traced: whether what is done in the pages is recorded, for `playwright show-trace`.
    """

    def __init__(self, context: playwright.BrowserContext, *, traced: bool) -> None:
        self._tracing = context.tracing if traced else None
        self._recording = False
        if self._tracing:
            self._tracing.start(screenshots=True, snapshots=True)

    def begin(self, title: str) -> None:
        """Records from here on; what was recorded before is dropped."""
        if self._tracing is None:
            return
        try:
            if self._recording:
                self._tracing.stop_chunk()
            self._tracing.start_chunk(title=title)
            self._recording = True
        except playwright.Error:  # the browser is gone; the tests that need it say so
            self._recording = False

    def keep(self, communities: Iterable[Community], directory: Path) -> Iterator[tuple[str, str]]:
        """Writes screenshots and the trace to a directory, which is made.

        Yields:
            Sections for the test's report: title and text. What could not be kept is told there too.
        """
        try:
            yield from self._kept(communities, directory)
        except (OSError, playwright.Error) as error:
            yield "evidence", f"Not all of it could be kept: {str(error).splitlines()[0]}"

    def _kept(self, communities: Iterable[Community], directory: Path) -> Iterator[tuple[str, str]]:
        directory.mkdir(parents=True, exist_ok=True)
        number = 0
        for community in communities:
            for page in community.pages:
                number += 1
                lines = _in_words(page, directory / f"page-{number}.png")
                yield f"community page {number}", "\n".join(lines)
            calls = [
                f"{call.widget or 'a widget'}: {call}: {source}"
                for call, source in community.connectors.of_test
            ]
            if calls:
                yield "connector calls", "\n".join(calls)
        if self._tracing and self._recording:
            trace = directory / "trace.zip"
            self._tracing.stop_chunk(path=trace)
            self._recording = False
            yield "trace", f"playwright show-trace {_shown(trace)}"


def _in_words(page: CommunityPage, screenshot: Path) -> Iterator[str]:
    yield page.page.url
    if not page.catch_up():
        yield "The page does not respond, or is closed."
        return
    hosts = page.page.locator(HOST).evaluate_all(
        "(hosts) => hosts.map(({ dataset }) => `${dataset.widgetType} (${dataset.widgetState})`)"
    )
    yield f"Widgets: {', '.join(hosts) or 'none'}"
    messages = page.console.messages
    if messages:
        yield "Console:"
    if len(messages) > _MESSAGES_SHOWN:
        yield f"  … {len(messages) - _MESSAGES_SHOWN} before"
    for message in messages[-_MESSAGES_SHOWN:]:
        yield "  " + f"{message.type}: {message}".replace("\n", "\n  ")
    yield f"Screenshot: {_screenshot(page, screenshot)}"


def _screenshot(page: CommunityPage, path: Path) -> str:
    try:
        page.page.screenshot(path=path, full_page=True, timeout=_SCREENSHOT_MS)
    except playwright.Error as error:
        return f"none ({error.message.splitlines()[0]})"
    return str(_shown(path))


def _shown(path: Path) -> Path:
    """As it can be pasted where pytest was started."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
