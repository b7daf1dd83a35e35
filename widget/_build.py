"""Which build of a widget is running."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Build:
    """A build of a widget: `sdk.build`.

    Attributes:
        version: of its ``widget.json``.
        release: of the Python runtime that it was built with.
        content: the first twelve digits of a SHA-256 of all that the bundle holds; ``bundle.json`` has it whole.
        commit: the first twelve digits of the commit that its sources are from; None where they were not committed.
    """

    version: str
    release: str
    content: str
    commit: str | None = None

    def __str__(self) -> str:
        commit = "" if self.commit is None else f", commit {self.commit}"
        return f"{self.version} (build {self.content}{commit})"
