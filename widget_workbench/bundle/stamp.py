"""What tells one build of a widget from another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

# Hexadecimal digits that people are shown: enough to tell the builds of one widget, or a repository's commits.
_SHOWN = 12


@dataclass(frozen=True)
class Stamp:
    """A build of a widget.

    Attributes:
        version: of its `widget.json`.
        content: a SHA-256 of all that the bundle holds, and of its version.
        commit: of its sources, where they are committed.
    """

    version: str
    content: str
    commit: str | None = None

    @classmethod
    def of(cls, version: str, hashes: Mapping[str, str], commit: str | None = None) -> Stamp:
        """The stamp of a bundle.

        Args:
            version: of its `widget.json`.
            hashes: the SHA-256 of each of its files, by path.
            commit: of its sources.
        """
        told = json.dumps([version, sorted(hashes.items())])
        return cls(version, sha256(told.encode()).hexdigest(), commit)

    @property
    def build(self) -> str:
        """The content's hash, as people are shown it."""
        return self.content[:_SHOWN]

    @property
    def short_commit(self) -> str | None:
        """The commit, as people are shown it."""
        return None if self.commit is None else self.commit[:_SHOWN]

    def line(self) -> str:
        """For the registry's `description`."""
        commit = "" if self.commit is None else f", commit {self.short_commit}"
        return f"Version {self.version}, build {self.build}{commit}."

    def record(self) -> dict[str, Any]:
        """For `bundle.json`."""
        commit = {} if self.commit is None else {"commit": self.commit}
        return {"version": self.version, "content": self.content, **commit}
