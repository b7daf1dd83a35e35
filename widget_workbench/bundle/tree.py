"""Everything that a repository publishes, by path, as the platform reads it."""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from widget_workbench.bundle.bundle_file import BundleFile
from widget_workbench.bundle.entry import MANIFEST, SKELETON, BundleError
from widget_workbench.bundle.hosting import DIRECTORY, Hosted, Hosting
from widget_workbench.bundle.published import own_files, published_files, ships
from widget_workbench.bundle.registries import (
    connectors_registry,
    extensions_registry,
    thumbnail,
)
from widget_workbench.bundle.source_commits import SourceCommits
from widget_workbench.bundle.stamp import Stamp
from widget_workbench.checking.ambiguous_paths import ambiguous_paths
from widget_workbench.checking.content import Content, bytes_of
from widget_workbench.checking.registries import (
    CONNECTORS,
    EXTENSIONS,
    global_code_file_problems,
    read_registries,
)
from widget_workbench.checking.scanned_files import scan_problems
from widget_workbench.checking.walking import links_below
from widget_workbench.checking.widget_files import PublishedWidget, widget_problems
from widget_workbench.parts import sha256
from widget_workbench.prerendering import FirstPaint
from widget_workbench.problem import Code, Problem
from widget_workbench.repository import ExternalWidget, Repository, Widget
from widget_workbench.runtime import runtime

RUNTIME = DIRECTORY
"""Where the runtime's files stand that the author is to host."""


class RepositoryTree:
    """The tree of a repository, made and checked.

    Args:
        repository: what is good of it is published.
        hosting: where the runtime is fetched from.
        dependencies: gives the archives of a widget's packages.
        bytecode: gives that of a widget's Python files.
        paint: gives what a widget's entry shows, and begins, before Python is there.
        described: whether the registry's descriptions tell the builds.

    Attributes:
        files: content, or a file that has it, by path.
        problems: why the platform would not take it, and what it would take though it is not meant.
    """

    def __init__(
        self,
        repository: Repository,
        hosting: Hosting,
        dependencies: Callable[[Widget], Iterable[BundleFile]],
        bytecode: Callable[[Widget], Mapping[str, bytes]],
        paint: Callable[[Widget], FirstPaint],
        *,
        described: bool = False,
    ) -> None:
        self._repository = repository
        self._commits = SourceCommits(repository.root)
        self._hosting = hosting
        self._dependencies = dependencies
        self._bytecode = bytecode
        self._paint = paint
        self.files: dict[str, Content] = {}
        self.problems: list[Problem] = []
        self._stamps: dict[str, Stamp] = {}
        widgets: list[Widget | ExternalWidget] = [*repository.widgets, *repository.external_widgets]
        for widget in widgets:
            self._add_widget(widget)
        self._add_registries(described)
        for each in repository.global_code:
            path = f"{each.kind}/{each.name}/{each.content.name}"
            self.files[path] = each.content
            self.problems += global_code_file_problems(path, self.files)
        self.problems += ambiguous_paths(self.files)
        self.problems += scan_problems(self.files)
        if not any(problem.error for problem in (*repository.problems, *self.problems)):
            # Whatever the sources did not show: nothing is built that a check of it would refuse.
            self.problems += [each for each in read_registries(self.files).problems if each.error]
        if isinstance(hosting, Hosted):
            self.files |= {f"{RUNTIME}{name}": path for name, path in runtime().files.items()}

    def _add_registries(self, described: bool) -> None:
        stamps = self._stamps if described else {}
        try:
            self.files[EXTENSIONS] = extensions_registry(self._repository, stamps)
        except BundleError as error:
            self._fail(EXTENSIONS, error)
        try:
            self.files[CONNECTORS] = connectors_registry(self._repository)
        except BundleError as error:
            self._fail(CONNECTORS, error)

    def _add_widget(self, widget: Widget | ExternalWidget) -> None:
        directory = f"widgets/{widget.type}"
        try:
            own = self._tree(widget)
        except BundleError as error:
            self._fail(directory, error)
            return
        except OSError as error:
            what = f"{error.filename} cannot be read: {error.strerror}."
            self.problems.append(Problem(directory, what, Code.UNREADABLE_FILE, error=True))
            return
        files = {f"{directory}/{path}": content for path, content in own.items()}
        self.files |= files
        if isinstance(widget, Widget):
            self._stamps[widget.type] = stamp_of(widget, own)
        self.problems += widget_problems(_published(widget), files)
        self.problems += self._links(widget)

    def _tree(self, widget: Widget | ExternalWidget) -> dict[str, Content]:
        """What of a widget stands in its directory of the built tree, by path."""
        files: dict[str, Content] = {}
        if isinstance(widget, Widget):
            below = "" if widget.python else f"{_relative(widget)}/".removeprefix("./")
            packages = list(self._dependencies(widget)) if widget.python else []
            commit = self._commit(widget, locked=bool(packages)) if widget.python else None
            published = published_files(
                widget,
                self._hosting,
                packages,
                commit,
                bytecode=self._bytecode(widget),
                paint=self._paint(widget),
            )
            files = {f"{below}{path}": content for path, content in published.items()}
        if (image := thumbnail(widget)) is not None:
            files[image] = _image(widget.directory, image)
        return files

    def _commit(self, widget: Widget, *, locked: bool) -> str | None:
        sources = [widget.directory / path for path in own_files(widget)]
        more = [widget.directory / name for name in (SKELETON, "widget.json")]
        files = [*sources, *(file for file in more if file.is_file())]
        return self._commits.of(widget.directory, files, reads=_reads, locked=locked)

    def _links(self, widget: Widget | ExternalWidget) -> Iterator[Problem]:
        if not isinstance(widget, Widget):
            return
        for path in links_below(widget.source):
            place = path.relative_to(self._repository.root).as_posix()
            what = "is a symbolic link, which publishing skips."
            yield Problem(place, what, Code.SKIPPED_LINK)

    def _fail(self, path: str, error: BundleError) -> None:
        self.problems.append(Problem(path, str(error), error.code, error=True))


def _reads(path: str) -> bool:
    """Whether a build takes a file of a widget's directory."""
    return ships(path) or path in (SKELETON, "widget.json")


def stamp_of(widget: Widget, files: Mapping[str, Content]) -> Stamp:
    """The stamp of a widget's build; of one in JavaScript, too, which has none in its files.

    Args:
        widget: whose.
        files: what stands in its directory of the built tree.
    """
    if widget.python:
        return Stamp(**json.loads(bytes_of(files[MANIFEST]))["build"])
    hashes = {path: sha256(bytes_of(content)) for path, content in files.items()}
    return Stamp.of(widget.manifest.version, hashes)


def _published(widget: Widget | ExternalWidget) -> PublishedWidget:
    directory = f"widgets/{widget.type}"
    image = thumbnail(widget)
    picture = None if image is None else f"{directory}/{image}"
    if isinstance(widget, ExternalWidget):
        return PublishedWidget(widget.type, None, None, picture)
    source = directory if widget.python else f"{directory}/{_relative(widget)}".removesuffix("/.")
    entry = posixpath.normpath(f"{source}/{widget.entry}")
    return PublishedWidget(widget.type, source, entry, picture)


def _relative(widget: Widget) -> str:
    return widget.source.relative_to(widget.directory).as_posix()


def _image(directory: Path, image: str) -> Path:
    path = directory / image
    inside = Path(os.path.realpath(path)).is_relative_to(os.path.realpath(directory))
    if path.is_symlink() or not inside:
        raise BundleError(
            f"`imageSrc`: {image} leads through a symbolic link, which publishing skips.",
            Code.MISSING_FILE,
        )
    if not os.path.isfile(path):
        raise BundleError(f"`imageSrc`: {image} does not exist.", Code.MISSING_FILE)
    return path
