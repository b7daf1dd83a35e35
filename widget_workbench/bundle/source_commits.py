"""Which commit a widget's bundle was built from."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from widget_workbench.git import asked

_LOCK = "widgets.lock"


class SourceCommits:
    """The commits of a repository's widgets, as far as git knows them.

    A bundle is of the last commit that has changed its widget: one that changes another widget leaves it as it is, byte
    by byte.

    Args:
        root: the repository.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def of(self, directory: Path, files: Iterable[Path], *, locked: bool) -> str | None:
        """The commit of a widget.

        Args:
            directory: the widget's.
            files: what is built of it.
            locked: whether `widgets.lock` says what else is.

        Returns:
            The commit's name in full; None where there is none, or a file is not as that commit has it.
        """
        names = [file.relative_to(self._root).as_posix() for file in files]
        paths = [directory.relative_to(self._root).as_posix()]
        if locked:
            names.append(_LOCK)
            paths.append(_LOCK)
        if any(name not in self._committed for name in names):
            return None
        return (asked(self._root, "log", "-1", "--format=%H", "--", *paths) or "").strip() or None

    @cached_property
    def _committed(self) -> frozenset[str]:
        """The files that are as HEAD has them, relative to the root."""
        places = ("--", "widgets", _LOCK)
        known = asked(self._root, "ls-files", "-z", *places)
        changed = asked(self._root, "diff", "--name-only", "--relative", "-z", "HEAD", *places)
        if known is None or changed is None:
            return frozenset()
        return frozenset(known.split("\0")) - frozenset(changed.split("\0"))
