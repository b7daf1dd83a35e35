"""Everything that a repository publishes, by path, as the platform reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from widget_workbench.bundle.bundle_file import BundleFile
from widget_workbench.bundle.entry import BundleError
from widget_workbench.bundle.hosting import DIRECTORY, Hosted, Hosting
from widget_workbench.bundle.published import published_files
from widget_workbench.bundle.registries import (
    connectors_registry,
    extensions_registry,
    thumbnail,
)
from widget_workbench.checking.ambiguous_paths import ambiguous_paths
from widget_workbench.checking.content import Content
from widget_workbench.checking.registries import (
    CONNECTORS,
    EXTENSIONS,
    global_code_file_problems,
)
from widget_workbench.checking.scanned_files import scan_problems
from widget_workbench.checking.widget_files import PublishedWidget, widget_problems
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

    Attributes:
        files: content, or a file that has it, by path.
        problems: why the platform would not take it, and what it would take though it is not meant.
    """

    def __init__(
        self,
        repository: Repository,
        hosting: Hosting,
        dependencies: Callable[[Widget], Iterable[BundleFile]],
    ) -> None:
        self._repository = repository
        self._hosting = hosting
        self._dependencies = dependencies
        self.files: dict[str, Content] = {}
        self.problems: list[Problem] = []
        self._add_registries()
        widgets: list[Widget | ExternalWidget] = [*repository.widgets, *repository.external_widgets]
        for widget in widgets:
            self._add_widget(widget)
        for each in repository.global_code:
            path = f"{each.kind}/{each.name}/{each.content.name}"
            self.files[path] = each.content
            self.problems += global_code_file_problems(path, self.files)
        self.problems += ambiguous_paths(self.files)
        self.problems += scan_problems(self.files)
        if isinstance(hosting, Hosted):
            self.files |= {f"{RUNTIME}{name}": path for name, path in runtime().files.items()}

    def _add_registries(self) -> None:
        for path, made in ((EXTENSIONS, extensions_registry), (CONNECTORS, connectors_registry)):
            try:
                self.files[path] = made(self._repository)
            except BundleError as error:
                self._fail(path, error)

    def _add_widget(self, widget: Widget | ExternalWidget) -> None:
        directory = f"widgets/{widget.type}"
        try:
            own = widget_tree(widget, self._hosting, self._dependencies)
        except BundleError as error:
            self._fail(directory, error)
            return
        except OSError as error:
            what = f"{error.filename} cannot be read: {error.strerror}."
            self.problems.append(Problem(directory, what, Code.UNREADABLE_FILE, error=True))
            return
        files = {f"{directory}/{path}": content for path, content in own.items()}
        self.files |= files
        self.problems += widget_problems(_published(widget), files)
        self.problems += self._links(widget)

    def _links(self, widget: Widget | ExternalWidget) -> Iterator[Problem]:
        if not isinstance(widget, Widget):
            return
        for path in sorted(widget.source.rglob("*")):
            if path.is_symlink():
                place = path.relative_to(self._repository.root).as_posix()
                what = "is a symbolic link, which publishing skips."
                yield Problem(place, what, Code.SKIPPED_LINK)

    def _fail(self, path: str, error: BundleError) -> None:
        self.problems.append(Problem(path, str(error), error.code, error=True))


def _published(widget: Widget | ExternalWidget) -> PublishedWidget:
    directory = f"widgets/{widget.type}"
    image = thumbnail(widget)
    picture = None if image is None else f"{directory}/{image}"
    if isinstance(widget, ExternalWidget):
        return PublishedWidget(widget.type, None, None, picture)
    source = directory if widget.python else f"{directory}/{_relative(widget)}".removesuffix("/.")
    return PublishedWidget(widget.type, source, f"{source}/{widget.entry}", picture)


def widget_tree(
    widget: Widget | ExternalWidget,
    hosting: Hosting,
    dependencies: Callable[[Widget], Iterable[BundleFile]],
) -> dict[str, Content]:
    """What of a widget stands in its directory of the built tree, by path."""
    files: dict[str, Content] = {}
    if isinstance(widget, Widget):
        below = "" if widget.python else f"{_relative(widget)}/".removeprefix("./")
        packages = dependencies(widget) if widget.python else ()
        for path, content in published_files(widget, hosting, packages).items():
            files[f"{below}{path}"] = content
    if (image := thumbnail(widget)) is not None:
        files[image] = _image(widget.directory, image)
    return files


def _relative(widget: Widget) -> str:
    return widget.source.relative_to(widget.directory).as_posix()


def _image(directory: Path, image: str) -> Path:
    path = directory / image
    if path.is_symlink() or not path.resolve().is_relative_to(directory.resolve()):
        raise BundleError(
            f"`imageSrc`: {image} leads through a symbolic link, which publishing skips.",
            Code.MISSING_FILE,
        )
    if not path.is_file():
        raise BundleError(f"`imageSrc`: {image} does not exist.", Code.MISSING_FILE)
    return path
