"""The definitions that a release changes, line by line."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator

from widget_workbench.publishing.changes import Change
from widget_workbench.publishing.definitions import Entry


def definition_diff(changes: Iterable[Change]) -> Iterator[str]:
    """A unified diff of each entry that differs, as indented JSON."""
    for change in changes:
        title = f"{change.kind.value} {change.name}"
        yield from difflib.unified_diff(
            _lines(change.before),
            _lines(change.after),
            f"{title} (live)" if change.before is not None else "nothing",
            f"{title} (new)" if change.after is not None else "nothing",
            lineterm="",
        )


def _lines(entry: Entry | None) -> list[str]:
    return [] if entry is None else json.dumps(entry, indent=2, ensure_ascii=False).splitlines()
