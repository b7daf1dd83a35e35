"""What a rule has found, before it is told as a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from widget_workbench.checking.content_scan.source_text import SourceText


@dataclass(frozen=True)
class Match:
    """A place in the text, in characters, and what is wrong there (see `Finding`)."""

    start: int
    end: int
    reason: str
    suspicion: bool = False


Rule = Callable[[SourceText], Iterator[Match]]
"""All that one category has to say of a text, in any order."""
