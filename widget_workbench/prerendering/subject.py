"""A widget as prerendering sees it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from widget_workbench.manifest import PlatformFields
from widget_workbench.prerendering.conditions import Conditions, conditions_of


@dataclass(frozen=True)
class Subject:
    """A widget to be run.

    Attributes:
        type: its own.
        manifest: its widget.json.
        modules: the contents of its Python files, by path.
        assets: the paths of the files in its assets/.
        packages: the archives of those that it depends on, by name and version.
    """

    type: str
    manifest: PlatformFields
    modules: Mapping[str, bytes]
    assets: Sequence[str] = ()
    packages: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def runs(self) -> tuple[Sequence[Conditions], Sequence[Conditions]]:
        """Under what it is run, in each of two interpreters; the first of all runs is the one that is shown."""
        return conditions_of(self.manifest)

    def key(self, release: str) -> str:
        """A hash of all that its first paint is made of.

        Args:
            release: of the runtime.
        """
        facts = [
            release,
            self.type,
            sorted(self.assets),
            [[each.written() for each in runs] for runs in self.runs],
            sorted((path, _sha256(content)) for path, content in self.modules.items()),
            sorted((title, _sha256(content)) for title, content in self.packages.items()),
        ]
        return _sha256(json.dumps(facts).encode())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
