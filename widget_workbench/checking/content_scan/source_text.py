"""The text of one scanned file, and where in it something stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from string import ascii_lowercase, ascii_uppercase

LONGEST_EXCERPT = 80
"""Characters."""

_HTML = {".html", ".htm"}
_LINE_END = re.compile(r"\r\n?|\n")
_QUOTE_REFERENCE = re.compile(r"&(?:quot|apos|#0{0,4}(?:34|39)|#x0{0,4}(?:22|27));", re.IGNORECASE)
_DOUBLE = ("quot", "34", "22")
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)

# Of a secret, and of one that is too short to show as much.
_SHOWN, _SHOWN_OF_SHORT, _SHORT = 4, 1, 8


@dataclass(frozen=True)
class Span:
    """From `start` up to, not including, `end`, in characters."""

    start: int
    end: int


class SourceText:
    """A file's text with its lines. Nothing is left out of it: nobody knows whether the platform reads comments.

    Attributes:
        path: the file's.
        text: what the rules read. The quotes that HTML writes as character references stand in it as quotes, padded,
            so that handlers in attributes read like other code and every place keeps its offset.
    """

    def __init__(self, path: str, text: str) -> None:
        """Takes the text as it was decoded."""
        self.path = path
        self.text = _QUOTE_REFERENCE.sub(_padded_quote, text) if is_html(path) else text
        self._masked = self.text
        self._secrets: list[str] = []

    @cached_property
    def lower(self) -> str:
        """The text with ASCII in lower case: other letters may change their length, and all offsets with it."""
        return self.text.lower() if self.text.isascii() else self.text.translate(_LOWER)

    @cached_property
    def line_starts(self) -> list[int]:
        """Offsets, one a line."""
        return [0, *(end.end() for end in _LINE_END.finditer(self.text))]

    def line(self, offset: int) -> int:
        """The line of a place, from 1."""
        return bisect_right(self.line_starts, offset)

    def mask(self, secrets: Iterable[Span]) -> None:
        """No excerpt and no reason shows these texts from now on, whichever rule it is for and wherever they stand."""
        self._secrets = sorted(
            {self.text[secret.start : secret.end] for secret in secrets}, key=len, reverse=True
        )
        for secret in self._secrets:
            self._masked = self._masked.replace(secret, masked(secret))

    def without_secrets(self, reason: str) -> str:
        """A reason as it may be printed: it may quote a secret, or its beginning."""
        for secret in self._secrets:
            start = reason.find(secret[:_SHORT])
            while start >= 0:
                length = _common(secret, reason[start:])
                reason = reason[:start] + masked(secret[:length]) + reason[start + length :]
                start = reason.find(secret[:_SHORT], start + length)
        return reason

    def shown(self, start: int, end: int) -> str:
        """A place's text as it may be printed: in one line, shortened."""
        return _one_line(self._masked[start : min(end, start + 2 * LONGEST_EXCERPT)])

    def excerpt(self, start: int, end: int) -> str:
        """A place's text with some of what surrounds it on its lines."""
        around = max(0, LONGEST_EXCERPT - (end - start)) // 2
        before = self._masked[max(0, start - around) : start]
        after = self._masked[end : end + around]
        first = start - len(re.split(r"[\r\n]", before)[-1])
        last = end + len(re.split(r"[\r\n]", after)[0])
        return self.shown(first, last)


def is_html(path: str) -> bool:
    """By the file's suffix."""
    return PurePosixPath(path).suffix.lower() in _HTML


def masked(secret: str) -> str:
    """As many characters, of which the first tell which secret it is."""
    shown = _SHOWN if len(secret) >= _SHORT else _SHOWN_OF_SHORT
    return secret[:shown] + "*" * (len(secret) - shown)


def _common(first: str, second: str) -> int:
    """How many characters they begin with in common."""
    pairs = zip(first, second, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))


def _one_line(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST_EXCERPT else line[: LONGEST_EXCERPT - 1] + "…"


def _padded_quote(reference: re.Match[str]) -> str:
    quote = '"' if any(name in reference[0].lower() for name in _DOUBLE) else "'"
    return quote + " " * (len(reference[0]) - 1)
