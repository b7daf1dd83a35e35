"""A tree of files in git: written byte by byte, and read again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from widget_workbench.publishing.errors import PublishError
from widget_workbench.publishing.git import Git, quoted
from widget_workbench.publishing.quarantine import Quarantine
from widget_workbench.visible_text import visible_line

# What the platform fetches is read, not run.
_MODE = "100644"


@dataclass(frozen=True)
class Blob:
    """A file: its content's id in git, its bytes, and what git knows of its kind."""

    id: str
    size: int
    mode: str = _MODE


class Tree:
    """A tree in git.

    Attributes:
        id: its own.
    """

    def __init__(self, git: Git, id: str) -> None:
        """The tree of this id."""
        self._git = git
        self.id = id

    @classmethod
    def of_commit(cls, git: Git, commit: str) -> Tree:
        """The tree of a commit."""
        return cls(git, git.text("rev-parse", "--verify", f"{commit}^{{tree}}"))

    @cached_property
    def files(self) -> Mapping[str, Blob]:
        """Each of its files, by path."""
        listed = self._git.text("ls-tree", "-r", "-l", "-z", "--full-tree", self.id)
        return dict(map(_entry, filter(None, listed.split("\0"))))

    @property
    def root(self) -> frozenset[str]:
        """The names at its root."""
        return frozenset(path.partition("/")[0] for path in self.files)

    def content(self, path: str) -> bytes | None:
        """A file's; None where there is none."""
        blob = self.files.get(path)
        return None if blob is None else self._git.output("cat-file", "blob", blob.id)


def write_tree(quarantine: Quarantine, files: Mapping[str, bytes | Path]) -> Tree:
    """Writes a tree into the quarantine.

    Neither `core.autocrlf` nor a `.gitattributes` alters a byte: a bundle knows its files by their hashes.

    Args:
        quarantine: that gets it.
        files: content, or a file that has it, by path.

    Raises:
        PublishError: a file cannot be read, or its path is none that git takes.
    """
    distinct = list(dict.fromkeys(files.values()))
    ids = dict(zip(distinct, _hashed(quarantine, distinct), strict=True))
    lines = b"".join(
        b"%s %s\t%s\0" % (_MODE.encode(), ids[content].encode(), os.fsencode(path))
        for path, content in files.items()
    )
    quarantine.git.output("update-index", "-z", "--index-info", given=lines)
    tree = Tree(quarantine.git, quarantine.git.text("write-tree"))
    # What git does not take it leaves out, and succeeds.
    if left_out := sorted(files.keys() - tree.files.keys()):
        raise PublishError(
            f"git takes no file of such a path, so nothing was published: {', '.join(map(visible_line, left_out))}. "
            "Rename it, or leave it out of what is built."
        )
    return tree


def _hashed(quarantine: Quarantine, contents: Iterable[bytes | Path]) -> list[str]:
    directory = quarantine.directory / "contents"
    try:
        directory.mkdir()
        paths = [
            _written(directory / str(number), content) for number, content in enumerate(contents)
        ]
    except OSError as error:
        raise PublishError(
            f"{error.filename or directory} could not be written: {error.strerror or error}."
        ) from None
    listed = b"".join(os.fsencode(quoted(path)) + b"\n" for path in paths)
    hashed = quarantine.git.text("hash-object", "-w", "--no-filters", "--stdin-paths", given=listed)
    return hashed.split()


def _written(path: Path, content: bytes | Path) -> Path:
    if isinstance(content, Path):
        return content.absolute()
    path.write_bytes(content)
    return path


def _entry(line: str) -> tuple[str, Blob]:
    fields, _, path = line.partition("\t")
    mode, _, id, size = fields.split()
    return path, Blob(id, int(size) if size.isdecimal() else 0, mode)  # a submodule has none: "-"
