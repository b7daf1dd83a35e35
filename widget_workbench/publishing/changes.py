"""What a release changes of what is live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import PurePosixPath

from widget_workbench.publishing.definitions import (
    REGISTRIES,
    Definitions,
    Entry,
    Kind,
    read_definitions,
)
from widget_workbench.publishing.tree import Blob, Tree

Files = Mapping[str, Blob]

Sizes = Mapping[str, int | None]
"""The bytes of each file, by its path; None of one that goes away."""


class State(Enum):
    """What becomes of a thing."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True)
class Change:
    """A thing that is not as it was.

    Attributes:
        kind: a widget, a connector, ...
        name: by which it is known: a widget's type, a connector's permalink.
        state: what becomes of it.
        before: its entry in the registry, and
        after: the new one; None where it has none.
        files_before: its files by path, relative to its directory, and
        files_after: the new ones.
    """

    kind: Kind
    name: str
    before: Entry | None
    after: Entry | None
    files_before: Files
    files_after: Files

    @property
    def state(self) -> State:
        """What becomes of it."""
        if self.before is None and not self.files_before:
            return State.ADDED
        if self.after is None and not self.files_after:
            return State.REMOVED
        return State.CHANGED

    @property
    def is_one(self) -> bool:
        """Whether anything differs."""
        return self.before != self.after or bool(self.changed_files)

    @cached_property
    def changed_files(self) -> Sizes:
        """The files that differ."""
        return _changed(self.files_before, self.files_after)

    @property
    def version_before(self) -> str | None:
        """A widget's."""
        return _version(self.before)

    @property
    def version(self) -> str | None:
        """A widget's new one."""
        return _version(self.after)


@dataclass(frozen=True)
class Changes:
    """All of a release.

    Attributes:
        things: that are not as they were.
        other_files: that differ, the registries aside.
        unreadable: what of the live registries cannot be compared.
    """

    things: tuple[Change, ...]
    other_files: Sizes
    unreadable: tuple[str, ...] = ()

    def of(self, kind: Kind) -> list[Change]:
        """The things of a kind."""
        return [change for change in self.things if change.kind is kind]


def changes_between(live: Tree | None, new: Tree) -> Changes:
    """What differs.

    Args:
        live: what is published; None where nothing is.
        new: what will be.
    """
    before, after = _Side.of(live), _Side.of(new)
    keys = sorted(
        before.things() | after.things(), key=lambda key: (list(Kind).index(key[0]), key[1])
    )
    compared = (
        Change(
            *key,
            before.definitions.entries.get(key),
            after.definitions.entries.get(key),
            before.owned.get(key, {}),
            after.owned.get(key, {}),
        )
        for key in keys
    )
    return Changes(
        tuple(change for change in compared if change.is_one),
        _changed(before.others, after.others),
        before.definitions.unreadable,
    )


@dataclass(frozen=True)
class _Side:
    definitions: Definitions
    owned: Mapping[tuple[Kind, str], Files]
    others: Files

    @classmethod
    def of(cls, tree: Tree | None) -> _Side:
        owned: dict[tuple[Kind, str], dict[str, Blob]] = {}
        others: dict[str, Blob] = {}
        for path, blob in tree.files.items() if tree else ():
            if owner := _owner(path):
                key, below = owner
                owned.setdefault(key, {})[below] = blob
            elif path not in REGISTRIES:
                others[path] = blob
        return cls(read_definitions(tree), owned, others)

    def things(self) -> set[tuple[Kind, str]]:
        return {*self.definitions.entries, *self.owned}


def _owner(path: str) -> tuple[tuple[Kind, str], str] | None:
    """Whose file it is, and its path there."""
    parts = PurePosixPath(path).parts
    for kind in Kind:
        if len(parts) > 2 and parts[0] == kind.directory:
            return (kind, parts[1]), "/".join(parts[2:])
    return None


def _changed(before: Files, after: Files) -> Sizes:
    paths: Iterable[str] = sorted({*before, *after})
    return dict(_differing(paths, before, after))


def _differing(
    paths: Iterable[str], before: Files, after: Files
) -> Iterator[tuple[str, int | None]]:
    for path in paths:
        new = after.get(path)
        if new != before.get(path):
            yield path, new.size if new else None


def _version(entry: Entry | None) -> str | None:
    return None if entry is None or "version" not in entry else str(entry["version"])
