"""Which commit a widget's bundle was built from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path

from widget_workbench.git import asked

_LOCK = "widgets.lock"
_PLACES = ("--", "widgets", _LOCK)

_COMMIT = re.compile("[0-9a-f]{40,64}")


class SourceCommits:
    """The commits of a repository's widgets, as far as git knows them.

    A bundle is of the last commit that has changed its widget: one that changes another widget leaves it as it is, byte
    by byte.

    Args:
        root: the repository.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def of(
        self,
        directory: Path,
        files: Iterable[Path],
        *,
        reads: Callable[[str], bool],
        locked: bool,
    ) -> str | None:
        """The commit of a widget.

        Args:
            directory: the widget's.
            files: what is built of it.
            reads: whether a build takes a file of its directory, by its path there.
            locked: whether `widgets.lock` says what else is.

        Returns:
            The commit's name in full; None where there is none, or a file is not as that commit has it.
        """
        names = [file.relative_to(self._root).as_posix() for file in files]
        paths = [directory.relative_to(self._root).as_posix()]
        if locked:
            names.append(_LOCK)
            paths.append(_LOCK)
        below = f"{paths[0]}/"
        changed = self._changed or ()
        gone = (path.removeprefix(below) for path in changed if path.startswith(below))
        if any(name not in self._committed for name in names) or any(map(reads, gone)):
            return None
        # Not `log`, whose output a person's configuration changes.
        told = (asked(self._root, "rev-list", "-1", "HEAD", "--", *paths) or "").strip()
        return told if _COMMIT.fullmatch(told) else None

    @cached_property
    def _changed(self) -> frozenset[str] | None:
        """The files that are not as HEAD has them, those that are gone included, relative to the root; None where
        nobody knows.
        """
        listed = asked(self._root, "diff", "--name-only", "--relative", "-z", "HEAD", *_PLACES)
        return None if listed is None else frozenset(listed.split("\0"))

    @cached_property
    def _committed(self) -> frozenset[str]:
        """Those that are, likewise; none where nobody knows."""
        known = asked(self._root, "ls-files", "-z", *_PLACES)
        if known is None or self._changed is None:
            return frozenset()
        return frozenset(known.split("\0")) - self._changed
