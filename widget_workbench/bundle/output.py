"""Writes a built tree, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from widget_workbench.bundle.entry import BundleError
from widget_workbench.checking.registries import CONNECTORS, EXTENSIONS

# Seconds.
_LONGEST_BUILD = 3600

OF_A_BUILD = frozenset({EXTENSIONS, CONNECTORS, "runtime", "scripts", "stylesheets", "widgets"})
"""All that a build puts at the root."""


def write_tree(directory: Path, files: Mapping[str, bytes | Path], repository: Path) -> None:
    """Puts a tree in the place of the one that was built before.

    It is written beside it and then takes its place: a build that fails or is killed leaves the former one.

    Args:
        directory: where the tree goes.
        files: content, or a file that has it, by path.
        repository: that the tree was built from, which nothing is written into but this directory.

    Raises:
        BundleError: something else is in the directory's place, or it cannot be written.
    """
    refuse_foreign(directory, repository)
    directory = directory.resolve()
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        restore(directory)
        _tidy(directory)
        with _beside(directory) as made:
            for path, content in files.items():
                _write(made / path, content)
            _swap(made, directory)
    except OSError as error:
        raise BundleError(
            f"{directory} could not be written{_about(error)}: {error.strerror or error}. What was there is as it was."
        ) from None


def _about(error: OSError) -> str:
    """Which file it was: it may be one that is read."""
    return f" ({error.filename})" if error.filename else ""


def refuse_foreign(directory: Path, repository: Path) -> None:
    """Refuses a directory that no build has made, whatever its name: a build would replace it.

    Args:
        directory: where a tree is to go.
        repository: that it is built from.

    Raises:
        BundleError: there is something else.
    """
    directory, repository = directory.resolve(), repository.resolve()
    if repository.is_relative_to(directory) or directory.is_relative_to(repository / "widgets"):
        raise BundleError(f"{directory} holds the widgets themselves: name another by --out.")
    if not os.path.lexists(directory):
        return
    if not directory.is_dir():
        raise BundleError(f"{directory} is no directory: name another by --out.")
    there = {path.name for path in directory.iterdir()}
    if there and not ({EXTENSIONS, CONNECTORS} <= there <= OF_A_BUILD):
        raise BundleError(
            f"{directory} is no earlier build's, and would be replaced: empty it, or name another by --out."
        )


@contextmanager
def _beside(directory: Path) -> Iterator[Path]:
    """A directory on the same file system, which is gone afterwards."""
    name = Path(tempfile.mkdtemp(prefix=_unfinished(directory), dir=directory.parent))
    try:
        made = name / "tree"
        made.mkdir()
        yield made
    finally:
        shutil.rmtree(name, ignore_errors=True)


def _write(path: Path, content: bytes | Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        shutil.copyfile(content, path)
    else:
        path.write_bytes(content)


def _swap(made: Path, directory: Path) -> None:
    made.chmod(0o755)
    former = _former(directory)
    shutil.rmtree(former, ignore_errors=True)
    if directory.exists():
        directory.rename(former)
    try:
        made.rename(directory)
    except BaseException:
        restore(directory)
        raise
    shutil.rmtree(former, ignore_errors=True)


def restore(directory: Path) -> None:
    """Brings back what a build was killed over, between taking the former tree away and putting the new one there.

    Args:
        directory: where the tree belongs.
    """
    with suppress(OSError):
        if not directory.exists():
            _former(directory).rename(directory)


def _tidy(directory: Path) -> None:
    """Removes what builds have left that were killed, as far as none of them can be running."""
    for path in directory.parent.glob(f"{_unfinished(directory)}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _LONGEST_BUILD:
                shutil.rmtree(path, ignore_errors=True)


def _unfinished(directory: Path) -> str:
    return f".{directory.name}.building-"


def _former(directory: Path) -> Path:
    return directory.with_name(f".{directory.name}.former")
