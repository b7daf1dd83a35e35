"""Checks what the platform reads: a tree with its registries, as a push would bring it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from widget_workbench.checking.ambiguous_paths import ambiguous_paths
from widget_workbench.checking.content import Content, bytes_of
from widget_workbench.checking.hosted_runtime import hosted_runtime_problems
from widget_workbench.checking.registries import (
    DEPRECATED,
    EXTENSIONS,
    Registries,
    read_registries,
)
from widget_workbench.checking.scanned_files import scan_problems
from widget_workbench.checking.walking import files_below, is_utf8, links_below
from widget_workbench.checking.widget_files import widget_problems
from widget_workbench.problem import Code, Problem
from widget_workbench.secret_values import FILE, is_tracked_by_git


@dataclass(frozen=True)
class PublishedTree:
    """A tree, and what is wrong with it.

    Attributes:
        files: by path, with "/" between its parts. Symbolic links are skipped, as the platform skips them.
        registries: what they say.
        problems: all of it, errors and warnings.
    """

    files: Mapping[str, Content]
    registries: Registries
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """For which the platform rejects the push."""
        return tuple(problem for problem in self.problems if problem.error)


def is_published_tree(directory: Path) -> bool:
    """Whether a directory is what the platform reads, not what such a tree is built from."""
    return any((directory / name).is_file() for name in (EXTENSIONS, DEPRECATED))


def read_tree(directory: Path, *, held: bool = False) -> PublishedTree:
    """Reads and checks a directory.

    Args:
        directory: the tree's root.
        held: whether contents are read at once, and held each once: then what is checked is what the tree has, whatever
            becomes of the directory.

    Raises:
        OSError: a file cannot be read.
    """
    files: dict[str, Content] = dict(files_below(directory))
    if held:
        files = _held(files)
    tree = checked_tree(files)
    links = {path.relative_to(directory).as_posix(): b"" for path in links_below(directory)}
    skipped = [
        Problem(path, "is a symbolic link, which publishing skips.", Code.SKIPPED_LINK)
        for widget, _ in tree.registries.widgets
        for path in widget.files(links)
    ]
    return replace(tree, problems=(*_tracked_secrets(directory, files), *skipped, *tree.problems))


def _held(files: Mapping[str, Content]) -> dict[str, Content]:
    """Each content once: widgets have the same runtime."""
    known: dict[bytes, bytes] = {}
    held: dict[str, Content] = {}
    for path, content in files.items():
        read = bytes_of(content)
        held[path] = known.setdefault(sha256(read).digest(), read)
    return held


def _tracked_secrets(directory: Path, files: Mapping[str, Content]) -> Iterator[Problem]:
    if FILE in files and is_tracked_by_git(directory / FILE):
        what = "is tracked by git, and would be pushed: take it out, and change the secrets in it."
        yield Problem(FILE, what, Code.TRACKED_SECRETS, error=True)


def checked_tree(files: Mapping[str, Content]) -> PublishedTree:
    """Checks a tree.

    Args:
        files: by path.
    """
    registries = read_registries(files)
    found = list(registries.problems)
    for widget, _ in registries.widgets:
        found += widget_problems(widget, files)
    found += hosted_runtime_problems((widget for widget, _ in registries.widgets), files)
    published = _published_files(files, registries)
    found += ambiguous_paths(published)
    found += [
        Problem(repr(path)[1:-1], "is no UTF-8: rename it.", Code.UNREADABLE_FILE, error=True)
        for path in published
        if not is_utf8(path)
    ]
    found += scan_problems(published)
    return PublishedTree(files, registries, tuple(found))


def _published_files(files: Mapping[str, Content], registries: Registries) -> Mapping[str, Content]:
    """Those that the platform fetches: a repository holds others, too."""
    published: dict[str, Content] = {}
    for widget, _ in registries.widgets:
        published |= widget.files(files)
    code = {
        path: held for path, held in files.items() if path.startswith(("scripts/", "stylesheets/"))
    }
    return published | code
