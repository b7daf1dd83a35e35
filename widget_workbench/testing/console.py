"""What a page prints to its console, and what of it a test expects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import playwright.sync_api as playwright

# What `console.error` prints, and what nobody catches: an exception, a Promise's rejection.
ERRORS = frozenset({"error", "pageerror"})
WARNINGS = frozenset({"warning"})

_WHAT = {
    "error": "The console shows an error that the test did not expect:",
    "pageerror": "An exception, or a Promise's rejection, was caught by nobody:",
    "warning": "The console shows a warning that the test did not expect:",
}

# How the loader prints a traceback (static/loader/instance.js).
_WIDGET_FAILURE = re.compile(r'Widget "(?P<type>[^"]+)"[^\n]*?: (?=Traceback)')


@dataclass(frozen=True)
class Message:
    """One message on a page's console.

    Attributes:
        type: the browser's: "log", "info", "warning", "error", …; "pageerror" for an exception or a Promise's rejection
            that nobody caught.
        text: as it was printed; a widget's error is its Python traceback.
        url: of the script or the request that it is about; empty where the browser does not tell.
    """

    type: str
    text: str
    url: str = ""

    def __str__(self) -> str:
        """For a person: the text, and for a request that failed its URL, which the text lacks."""
        return f"{self.text} ({self.url})" if self.text.startswith("Failed to load") else self.text


class Console:
    """The console of one page: `page.console`.

    An error, or an exception that nobody catches, fails the test unless `expect` announced it. What the browser notes
    of an answer with an error status, of a connector or of the Web SDK's, is none: the widget is told of it by an
    exception.

    Args:
        page: Playwright's page.
        unwelcome: the types of messages that fail a test.
    """

    def __init__(self, page: playwright.Page, unwelcome: frozenset[str]) -> None:
        self._unwelcome = unwelcome
        self._expected: list[str] = []
        self._told: list[Message] = []
        self._judged = 0
        self._messages: list[Message] = []
        page.on("console", self._hear)
        page.on("pageerror", self._hear_uncaught)

    @property
    def messages(self) -> list[Message]:
        """All messages so far, oldest first."""
        return list(self._messages)

    def expect(self, *patterns: str) -> None:
        """Announces errors, before or after they come: a message that a pattern is found in fails no test.

        Args:
            patterns: regular expressions. One that is found in no message by the end of the test fails it.
        """
        self._expected += patterns

    def forgive(self, message: Message) -> None:
        """Takes an error for told already: the test has failed by it, or asked for it."""
        self._told.append(message)

    def begin_test(self) -> None:
        """What earlier tests expected is expected no more, where several share the page."""
        self._expected.clear()
        self._told.clear()

    def judge(self) -> Iterator[str]:
        """What the messages since the last time leave to complain about, in sentences."""
        news = self._messages[self._judged :]
        self._judged = len(self._messages)
        for message in news:
            if message.type in self._unwelcome and not self._is_expected(message):
                yield _complaint(message)
        for pattern in self._expected:
            if not any(re.search(pattern, str(message)) for message in news):
                yield f"The console never showed what the test expects there: {pattern!r}"

    def _is_expected(self, message: Message) -> bool:
        return (
            message in self._told
            or _is_told_by_exception(message)
            or any(re.search(pattern, str(message)) for pattern in self._expected)
        )

    def _hear(self, message: playwright.ConsoleMessage) -> None:
        self._messages.append(Message(message.type, message.text, message.location["url"]))

    def _hear_uncaught(self, error: playwright.Error) -> None:
        self._messages.append(Message("pageerror", error.stack or str(error)))


def _is_told_by_exception(message: Message) -> bool:
    return message.text.startswith("Failed to load resource") and urlsplit(
        message.url
    ).path.startswith(("/connectors/", "/_community/api/"))


def _complaint(message: Message) -> str:
    if failure := _WIDGET_FAILURE.match(message.text):
        what = f'The widget "{failure["type"]}" failed after its start, and the test did not expect it:'
        text = message.text[failure.end() :]
    else:
        what, text = _WHAT.get(message.type, _WHAT["error"]), str(message)
    return f'{what}\n\n{text}\n\nIf the test is about it: page.console.expect(r"…")'
