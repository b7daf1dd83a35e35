"""What the platform has against the files of one widget (platform.md §1)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from widget_workbench.checking.content import Content, bytes_of, size_of
from widget_workbench.checking.entry import entry_problems
from widget_workbench.checking.limits import exceeded
from widget_workbench.problem import Code, Problem
from widget_workbench.secret_values import FILE as SECRETS

BUNDLE_MANIFEST = "bundle.json"
"""What a bundle's directory holds, and no other widget's."""


@dataclass(frozen=True)
class PublishedWidget:
    """A widget as the registry has it; its paths are the tree's.

    Attributes:
        type: the widget's.
        directory: what is published, `source.path`; None for one that is hosted elsewhere.
        entry: the path of its entry; None likewise.
        thumbnail: the path of its picture, `imageSrc`.
    """

    type: str
    directory: str | None
    entry: str | None
    thumbnail: str | None

    @property
    def manifest(self) -> str:
        """Where `bundle.json` stands, if a build made the widget of Python."""
        return f"{_below(self.directory) or ''}{BUNDLE_MANIFEST}"

    def published(self, tree: Mapping[str, Content]) -> dict[str, Content]:
        """The files of the tree that stand in the published directory, by their paths."""
        below = _below(self.directory)
        return {
            path: held
            for path, held in tree.items()
            if below is not None and path.startswith(below)
        }

    def files(self, tree: Mapping[str, Content]) -> dict[str, Content]:
        """Those, and the thumbnail, wherever that is."""
        own = self.published(tree)
        if self.thumbnail is not None and self.thumbnail in tree:
            own[self.thumbnail] = tree[self.thumbnail]
        return own


def widget_problems(widget: PublishedWidget, tree: Mapping[str, Content]) -> Iterator[Problem]:
    """What is wrong with a widget's files.

    Args:
        widget: which.
        tree: everything that is published, by path.
    """
    files = widget.files(tree)
    place = widget.directory or widget.type
    if widget.thumbnail is not None and widget.thumbnail not in tree:
        what = f"`imageSrc`: {widget.thumbnail} does not exist."
        yield Problem(place, what, Code.MISSING_FILE, error=True)
    # A thumbnail beside the published directory is none of its files.
    sizes = {path: size_of(content) for path, content in widget.published(tree).items()}
    beside = {path: size_of(content) for path, content in files.items() if path not in sizes}
    for each in (sizes, beside):
        for path, code, what in exceeded(each, widget.thumbnail):
            yield Problem(path or place, what, code, error=True)
    yield from _confidential(files)
    if widget.entry is None:
        return
    if widget.entry not in files:
        what = f"`source`: the entry {widget.entry} does not exist."
        yield Problem(place, what, Code.ENTRY_FILE_NOT_FOUND, error=True)
        return
    below = _below(widget.directory) or ""
    published = {path.removeprefix(below) for path in files}
    yield from entry_problems(widget.entry, bytes_of(files[widget.entry]), published)


def _confidential(files: Iterable[str]) -> Iterator[Problem]:
    """Files that nobody means to publish."""
    for path in files:
        name = posixpath.basename(path)
        if name == SECRETS:
            what = "would be published, and every visitor could read it: take it out of the widget."
            yield Problem(path, what, Code.TRACKED_SECRETS, error=True)
        elif name.startswith(".env"):
            what = "is published, and every visitor can read it: take it out if it holds secrets."
            yield Problem(path, what, Code.SUSPICIOUS_CONTENT)


def _below(directory: str | None) -> str | None:
    if directory is None:
        return None
    normal = posixpath.normpath(directory)
    return "" if normal == "." else f"{normal}/"
