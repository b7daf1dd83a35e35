"""The files below a directory, however deep: without recursion, and without following links."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def files_below(directory: Path) -> list[tuple[str, Path]]:
    """The files, by their paths relative to the directory with "/" between the parts, in the order of these.

    Raises:
        OSError: a directory cannot be read.
    """
    found = [
        (path, entry)
        for path, entry in _entries(directory)
        if not entry.is_symlink() and entry.is_file()
    ]
    return [(path, Path(entry.path)) for path, entry in sorted(found, key=lambda each: each[0])]


def links_below(directory: Path) -> list[Path]:
    """The symbolic links, likewise."""
    return sorted(Path(entry.path) for _, entry in _entries(directory) if entry.is_symlink())


def is_utf8(path: str) -> bool:
    """Whether a path's names are: Python reads the bytes of others as characters that there are not (PEP 383)."""
    return not any("\udc80" <= character <= "\udcff" for character in path)


def _entries(directory: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    waiting: list[tuple[str, str]] = [("", str(directory))]
    while waiting:
        below, place = waiting.pop()
        with os.scandir(place) as entries:
            for entry in entries:
                path = f"{below}{entry.name}"
                if path == ".git":
                    continue
                yield path, entry
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((f"{path}/", entry.path))
