"""A community page that a test has opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import playwright.sync_api as playwright

from widget_workbench.testing import in_page
from widget_workbench.testing.console import Console

HOST = "gs-cc-registry-widget"

# What the loader marks a widget by whose boot policy waits for a visitor's touch.
_WAITS_FOR_TOUCH = '[data-widget-boot="interaction"]'

_SCROLL_TO = """(host) => {
    const { top, bottom } = host.getBoundingClientRect();
    if (bottom < 0 || top > innerHeight) {
        host.scrollIntoView({ block: "center", behavior: "instant" });
    }
}"""

# A page answers in milliseconds, unless its one thread is busy: a start of Python holds it for seconds.
_ANSWER_MS = 15_000


class WidgetFailed(AssertionError):
    """A widget did not get into the state that the test asked for; the message has the Python traceback."""

    __module__ = "widget_workbench.testing"  # where authors import it from, and what pytest prints


@dataclass(frozen=True)
class Failure:
    """What a widget's host event `error` told: at its start, or later from a handler or a task.

    Attributes:
        widget: its type.
        nth: which one, where the type is on the page several times; from 0.
        message: one sentence.
        traceback: Python's, or JavaScript's stack; empty where there is none.
    """

    widget: str
    nth: int
    message: str
    traceback: str


class CommunityPage:
    """An open community page; `community.open` gives it.

    Attributes:
        page: Playwright's own `Page`, for everything else: `page.page.keyboard`, `page.page.get_by_role(…)`.
        console: what the page prints, and what of it the test expects.
        failures: what widgets have failed by so far, oldest first.
        is_stuck: whether its one thread has been found busy for good.
    """

    def __init__(
        self,
        page: playwright.Page,
        console: Console,
        *,
        python: Mapping[str, bool],
        timeout: float,
    ) -> None:
        self.page = page
        self.console = console
        self.failures: list[Failure] = []
        self._python = python
        self._timeout = timeout
        self.is_stuck = False

    def widget(
        self,
        type: str,
        *,
        nth: int = 0,
        state: Literal["ready", "error"] = "ready",
        timeout: float | None = None,
    ) -> playwright.Locator:
        """A widget of the page, once it is ready.

        Scrolls it into view, and touches it where its boot policy waits for that.

        Args:
            type: the widget's, its directory's name.
            nth: which one, where the type is on the page several times; from 0.
            state: "error" for a test of how the widget fails; what it printed as it failed is then expected.
            timeout: seconds to wait, instead of the option `--widget-timeout`.

        Returns:
            The widget's own container, inside its shadow root; of a JavaScript widget, which has none, the host
            element. Locators pierce the shadow root: `page.widget("weather").get_by_role("button")`.

        Raises:
            WidgetFailed: it failed, with the Python traceback; or it did not get ready in time, with what it waits for.
        """
        __tracebackhide__ = True
        host = self.host(type, nth=nth)
        seconds = self._timeout if timeout is None else timeout
        try:
            self._settle(host, seconds * 1000)
        except (playwright.TimeoutError, AssertionError):
            raise WidgetFailed(self._why_not_settled(type, nth, seconds)) from None
        reached = host.get_attribute("data-widget-state")
        if reached == "error":
            failures = self._failures_of(type, nth)
            for failure in failures:
                self._forgive(failure)
            if state != "error":
                raise WidgetFailed(_why_failed(type, failures))
        elif reached != state:
            raise WidgetFailed(f'The widget "{type}" did not fail: its state is "{reached}".')
        return host.locator("[data-widget-root]") if self._python.get(type) else host

    def host(self, type: str, *, nth: int = 0) -> playwright.Locator:
        """A widget's host element, `<gs-cc-registry-widget>`, in whatever state it is."""
        return self.page.locator(f'{HOST}[data-widget-type="{type}"]').nth(nth)

    def set_props(self, type: str, props: Mapping[str, Any], *, nth: int = 0) -> None:
        """Configures a widget anew, as an admin would: the properties are merged, `propsChanged` follows."""
        self.host(type, nth=nth).evaluate(
            "(host, props) => window.community.setProps(host, props)", dict(props)
        )

    def set_tokens(self, tokens: Mapping[str, str | None]) -> None:
        """Changes design tokens on the whole page; `designTokensChanged` follows.

        Args:
            tokens: values by name, with or without the leading `--`; None takes a value away.
        """
        self.page.evaluate("(tokens) => window.community.setDesignTokens(tokens)", dict(tokens))

    def destroy(self, type: str, *, nth: int = 0) -> None:
        """Removes a widget from the page, upon which the host emits its `destroy`."""
        self.host(type, nth=nth).evaluate("(host) => host.remove()")

    def call_python(self, function: str, argument: str, widget: str | None = None) -> str | None:
        """Calls a function of page_runner.py in the page's interpreter.

        Args:
            function: takes a text, and gives one.
            argument: for it.
            widget: whose modules are to be importable there; None asks only an interpreter that has started.

        Returns:
            What the function gave; None where no interpreter has started.
        """
        __tracebackhide__ = True
        call = {
            "widget": widget,
            "files": in_page.page_files(),
            "module": in_page.PAGE_MODULE,
            "function": function,
            "argument": argument,
        }
        answer: str | None = self.page.evaluate("(call) => window.widgetTestPython(call)", call)
        return answer

    def catch_up(self) -> bool:
        """Waits until what the page has printed and called so far has arrived here.

        Returns:
            Whether the page answers: False where its thread is busy, or the page is closed.
        """
        if self.is_stuck or self.page.is_closed():
            return False
        try:
            self.page.locator("html").get_attribute("lang", timeout=_ANSWER_MS)
        except playwright.Error:
            self.is_stuck = not self.page.is_closed()
            return False
        return True

    def _settle(self, host: playwright.Locator, milliseconds: float) -> None:
        """Waits until the widget is ready or has failed."""
        # What is not there when the page answers is hardly to come.
        self.page.locator("html").wait_for(state="attached", timeout=milliseconds)
        host.wait_for(state="attached", timeout=min(milliseconds, _ANSWER_MS))
        # Not Playwright's own way, which waits for the element to stand still, as it hardly does while a page starts.
        host.evaluate(_SCROLL_TO, timeout=milliseconds)
        settled = host.and_(
            self.page.locator('[data-widget-state="ready"], [data-widget-state="error"]')
        )
        untouched = host.locator(_WAITS_FOR_TOUCH)
        settled.or_(untouched).first.wait_for(state="attached", timeout=milliseconds)
        if untouched.count():
            host.hover()
            settled.wait_for(state="attached", timeout=milliseconds)

    def _failures_of(self, type: str, nth: int) -> list[Failure]:
        self.catch_up()
        return [each for each in self.failures if (each.widget, each.nth) == (type, nth)]

    def _forgive(self, failure: Failure) -> None:
        for message in self.console.messages:
            if failure.traceback.strip() and failure.traceback.strip() in message.text:
                self.console.forgive(message)

    def _why_not_settled(self, type: str, nth: int, seconds: float) -> str:
        if not self.catch_up():
            return (
                f'The widget "{type}" was not ready within {seconds:g} s: the page does not respond. Its one thread is '
                "busy, as it is with a loop in Python that never awaits."
            )
        hosts = self.page.locator(HOST).evaluate_all(
            "(hosts) => hosts.map((host) => host.dataset.widgetType)"
        )
        if hosts.count(type) <= nth:
            there = ", ".join(hosts) or "none"
            which = f" number {nth + 1} (nth={nth}, counted from 0)" if nth else ""
            return f'There is no widget "{type}"{which} on the page; there are: {there}.'
        state = self.host(type, nth=nth).get_attribute("data-widget-state")
        if state != "loading":
            return (
                f'The widget "{type}" was not ready within {seconds:g} s, and is "{state}" only now. Where the '
                "computer is slow, or busy, --widget-timeout gives it more time."
            )
        lines = [f'The widget "{type}" was not ready within {seconds:g} s: it is "{state}" still.']
        lines += self._what_it_waits_for(type)
        return "\n".join(lines)

    def _what_it_waits_for(self, type: str) -> Iterator[str]:
        pending = self.call_python(in_page.PENDING, type)
        if self._python.get(type) and pending is None:
            yield "Python has not started yet."
        for place in in_page.read_pending(pending or "[]"):
            yield f"{place}."
        for call in self.page.evaluate("() => window.widgetTestUnderWay()"):
            seconds = call["milliseconds"] / 1000
            yield (
                f"No answer has come yet to {call['method']} {call['permalink']}, called {seconds:.1f} s ago."
            )


def _why_failed(type: str, failures: list[Failure]) -> str:
    if not failures:
        return f'The widget "{type}" failed, and told nothing about it.'
    latest = failures[-1]
    told = latest.traceback.strip() or latest.message
    return f'The widget "{type}" failed:\n\n{told}'
