"""Checks what the platform reads: a tree with its registries, as a push would bring it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from widget_workbench.checking.ambiguous_paths import ambiguous_paths
from widget_workbench.checking.content import Content
from widget_workbench.checking.hosted_runtime import hosted_runtime_problems
from widget_workbench.checking.registries import (
    DEPRECATED,
    EXTENSIONS,
    Registries,
    read_registries,
)
from widget_workbench.checking.scanned_files import scan_problems
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


def read_tree(directory: Path) -> PublishedTree:
    """Reads and checks a directory.

    Raises:
        OSError: a file cannot be read.
    """
    walked = dict(_walked(directory))
    files = {path: file for path, file in walked.items() if not file.is_symlink()}
    links = [path for path in walked if path not in files]
    problems: list[Problem] = []
    if FILE in files and is_tracked_by_git(directory / FILE):
        what = (
            "is tracked by git, and would be published: take it out, and change the secrets in it."
        )
        problems.append(Problem(FILE, what, Code.TRACKED_SECRETS, error=True))
    tree = checked_tree(files)
    for widget, _ in tree.registries.widgets:
        problems += [
            Problem(path, "is a symbolic link, which publishing skips.", Code.SKIPPED_LINK)
            for path in widget.files(dict.fromkeys(links, b""))
        ]
    return replace(tree, problems=(*problems, *tree.problems))


def checked_tree(files: Mapping[str, Content]) -> PublishedTree:
    """Checks a tree.

    Args:
        files: by path.
    """
    registries = read_registries(files)
    found = list(registries.problems)
    for widget, _ in registries.widgets:
        found += widget_problems(widget, files)
    widgets = {widget.type: widget for widget, _ in registries.widgets}
    found += hosted_runtime_problems(widgets, files)
    published = _published_files(files, registries)
    found += ambiguous_paths(published)
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


def _walked(directory: Path, below: str = "") -> Iterator[tuple[str, Path]]:
    for entry in sorted(os.scandir(directory), key=lambda entry: entry.name):
        path = f"{below}{entry.name}"
        if entry.name == ".git" and not below:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walked(Path(entry.path), f"{path}/")
        elif entry.is_symlink() or entry.is_file():
            yield path, Path(entry.path)
