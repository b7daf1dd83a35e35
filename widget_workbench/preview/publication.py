"""A built tree as the platform would host it: `widget preview --published` (platform.md §1)."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, unquote

from widget_workbench.checking.content import Content
from widget_workbench.checking.hosted_runtime import hosted_urls
from widget_workbench.checking.tree import PublishedTree, read_tree
from widget_workbench.checking.walking import files_below
from widget_workbench.checking.widget_files import BUNDLE_MANIFEST
from widget_workbench.preview.hosted_widget import HostedWidget, NotServedError
from widget_workbench.problem import Code, Problem
from widget_workbench.repository import Repository, Widget, read_published

# Of the prefix that nobody can guess.
_PREFIX_BYTES = 16


_Fingerprint = tuple[tuple[str, int, int, int, int], ...]


class RejectedError(Exception):
    """The platform would not publish the tree; the text has a line for each reason."""


class PublishedDirectory:
    """A directory as a watched branch: what it holds at a page load is a push.

    A rejected push changes nothing: what was live stays.

    Args:
        root: where `preview.toml`, `secrets.toml` and `preview.connectors.json` are.
        directory: the built tree.

    Raises:
        RejectedError: the platform would not publish the tree.
    """

    def __init__(self, root: Path, directory: Path) -> None:
        self._root = root
        self._directory = directory
        self._lock = threading.Lock()
        self._rejections: tuple[Problem, ...] = ()
        self._warnings: tuple[Problem, ...] = ()
        try:
            # Before the files are read: what changes meanwhile is another push.
            self._pushed: _Fingerprint | None = _fingerprint(directory)
            tree = read_tree(directory, held=True)
        except OSError as error:
            raise RejectedError(str(_unreadable(error))) from None
        if tree.errors:
            raise RejectedError("\n".join(map(str, tree.errors)))
        self.publication = self._accepted(tree)

    def read(self) -> tuple[Publication, tuple[Problem, ...]]:
        """Publishes what the directory holds by now, if it has changed and is not rejected.

        Returns:
            What is live, and what is wrong with the directory.
        """
        with self._lock:
            try:
                self._push()
            except OSError as error:
                # It is being built, or is gone: the next page load looks again.
                self._pushed = None
                self._rejections = (_unreadable(error),)
            self.publication.repository = read_published(self._root, self.publication.tree)
            rejected = self._rejected() if self._rejections else ()
            return self.publication, (*rejected, *self._warnings)

    def glance(self) -> tuple[Publication, tuple[Problem, ...]]:
        """The same: nothing of it is made here."""
        return self.read()

    def is_current(self) -> bool:
        """A page that shows what is published does not follow it."""
        return True

    def _push(self) -> None:
        pushed = _fingerprint(self._directory)
        if pushed == self._pushed:
            return
        tree = read_tree(self._directory, held=True)
        if not tree.errors:
            self.publication = self._accepted(tree)
        self._rejections = tree.errors
        self._pushed = pushed

    def _accepted(self, tree: PublishedTree) -> Publication:
        self._warnings = tuple(problem for problem in tree.problems if not problem.error)
        return Publication(tree, read_published(self._root, tree))

    def _rejected(self) -> tuple[Problem, ...]:
        what = "was rejected, and what was live before stays live."
        place = self._directory.name or str(self._directory)
        summary = Problem(place, what, self._rejections[0].code, error=True)
        told = (replace(each, message=f"{each.code}: {each.message}") for each in self._rejections)
        return (summary, *told)


class Publication:
    """An accepted push, whose tree holds its files, whatever becomes of the directory.

    Attributes:
        tree: that was pushed.
        repository: what it publishes, with the settings that the author's computer has by now.
        key: the prefix of its URLs, which nobody can guess.
    """

    def __init__(self, tree: PublishedTree, repository: Repository) -> None:
        self.tree = tree
        self.repository = repository
        self.key = secrets.token_urlsafe(_PREFIX_BYTES)
        self._widgets = {
            widget.type: self._hosted(widget, directory)
            for widget in repository.widgets
            for published, _ in tree.registries.widgets
            if published.type == widget.type and (directory := published.directory) is not None
        }
        self._shared = dict(_shared_files(tree.files))

    @property
    def files(self) -> dict[str, dict[str, str]]:
        """Of each widget by type, in the place of hashes: a publication never changes."""
        unchanging = {"modules": self.key, "style": self.key, "rest": self.key}
        return {widget.type: unchanging for widget in self.repository.widgets}

    def url_of(self, widget_type: str) -> str:
        """Where a widget's published tree is served."""
        return f"/_hosted/{self.key}/{quote(widget_type)}/"

    def hosted(self, widget_type: str) -> HostedWidget:
        """The widget as hosted.

        Raises:
            NotServedError: the tree has no such widget.
        """
        if widget_type not in self._widgets:
            there = ", ".join(self._widgets) or "none"
            raise NotServedError(f"There is no widget {widget_type!r}; there are: {there}.")
        return self._widgets[widget_type]

    def shared_file(self, name: str) -> Content | None:
        """A file of the runtime that the author hosts, by the path of its URL (`widget build --runtime /path/`)."""
        return self._shared.get(name)

    def _hosted(self, widget: Widget, directory: str) -> HostedWidget:
        below = "" if directory == "." else f"{directory}/"
        files = {
            path.removeprefix(below): content
            for path, content in self.tree.files.items()
            if path.startswith(below)
        }
        return HostedWidget(widget, files, self.repository.root, self.url_of(widget.type))


def _unreadable(error: OSError) -> Problem:
    what = f"cannot be read: {error.strerror}."
    return Problem(str(error.filename), what, Code.UNREADABLE_FILE, error=True)


def _fingerprint(directory: Path) -> _Fingerprint:
    """What changes with a directory's files.

    Raises:
        OSError: they cannot be asked about.
    """
    facts = []
    for path, file in files_below(directory):
        status = file.stat()
        facts.append((path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino))
    return tuple(facts)


def _shared_files(files: Mapping[str, Content]) -> Mapping[str, Content]:
    """Files of a runtime that is hosted on the community's own origin, by their paths there."""
    shared: dict[str, Content] = {}
    for path, content in files.items():
        if path.rpartition("/")[2] != BUNDLE_MANIFEST:
            continue
        for url in hosted_urls(content):
            held = files.get(f"runtime/{unquote(url).rpartition('/')[2]}")
            if url.startswith("/") and held is not None:
                shared[unquote(url).removeprefix("/")] = held
    return shared
