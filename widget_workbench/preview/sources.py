"""What the preview shows of a source repository: its widgets, each bundled when it is first asked for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from widget_workbench.browser_python import BrowserPythonError
from widget_workbench.bundle.bundle_file import BundleFile
from widget_workbench.bundle.hosting import Hosted
from widget_workbench.checking.content import Content, bytes_of
from widget_workbench.parts import sha256
from widget_workbench.prerendering import NOTHING, FirstPaint
from widget_workbench.preview.hosted_widget import HostedWidget, NotServedError
from widget_workbench.preview.saved import definitions, saved
from widget_workbench.problem import Code, Problem
from widget_workbench.repository import Repository, RepositoryError, Widget, read_repository

DependencyFiles = Callable[[Widget], Iterable[BundleFile]]
"""Gives the archives of the packages that a widget depends on."""

logger = logging.getLogger(__name__)


class Runtime(Protocol):
    """What Python widgets share: `widget_workbench.bundle.Runtime`."""

    @property
    def release(self) -> str: ...
    @property
    def files(self) -> Mapping[str, Content]: ...


class Bundle(Protocol):
    """What the preview needs of `widget_workbench.bundle`."""

    def published_files(
        self,
        widget: Widget,
        hosting: Hosted,
        dependencies: Iterable[BundleFile],
        *,
        paint: FirstPaint,
    ) -> Mapping[str, Content]: ...
    def dependency_files(
        self, repository: Repository, told: Callable[[str], None]
    ) -> DependencyFiles: ...
    def paints_of(
        self,
        repository: Repository,
        dependencies: DependencyFiles,
        told: Callable[[str], None],
    ) -> Callable[[Widget], FirstPaint]: ...
    def runtime(self) -> Runtime: ...


class Sources:
    """A source repository, read anew at each page load.

    Raises:
        RepositoryError: `root` is no widget repository.
    """

    def __init__(self, root: Path, bundle: Bundle) -> None:
        self._root = root
        self._bundle = bundle
        self.reading = self._reading()
        # What the last look at all widgets has found.
        self._not_hosted: tuple[Problem, ...] = ()

    def glance(self) -> tuple[Reading, tuple[Problem, ...]]:
        """The same in a hurry: nothing is prerendered, and a widget is bundled when it is asked for."""
        before = self.reading.files
        try:
            self.reading = self._reading(paints=False)
        except RepositoryError as error:
            return self.reading, (Problem("widgets", str(error), Code.MISSING_FILE),)
        # Of a widget that is another since, nobody knows before a page asks for it.
        after = self.reading.files
        changed = {name for name, files in before.items() if after.get(name) != files}
        self._not_hosted = tuple(
            problem
            for problem in self._not_hosted
            if problem.path.removeprefix("widgets/") not in changed
        )
        return self.reading, self._not_hosted

    def read(self) -> tuple[Reading, tuple[Problem, ...]]:
        """Reads the repository and hosts its widgets.

        Returns:
            The reading, and the problems that come on top of the repository's own. Where there is no repository any
            more, the reading is the last one.
        """
        try:
            self.reading = self._reading()
        except RepositoryError as error:
            return self.reading, (Problem("widgets", str(error), Code.MISSING_FILE),)
        self._not_hosted = self.reading.check_hosting()
        return self.reading, self._not_hosted

    def is_current(self) -> bool:
        """Whether nothing has been saved since the last reading."""
        reading = self.reading
        return (
            definitions(self._root) == reading.definitions
            and saved(reading.repository) == reading.files
        )

    def _reading(self, *, paints: bool = True) -> Reading:
        # In this order: what is saved while it is read is newer than what is known of it.
        defined = definitions(self._root)
        repository = read_repository(self._root)
        files = saved(repository)
        return Reading(
            repository, files, defined, self._bundle, self._bundle.runtime(), paints=paints
        )


class Reading:
    """One reading of the repository, and its widgets' published trees, each of which is made once.

    Args:
        repository: as it was read.
        files: what `saved` said before any of the widgets' files were read.
        definitions: what `saved.definitions` said before.
        bundle: makes the trees.
        runtime: what Python widgets share.
        paints: whether entries have what is prerendered, as a build's do; else they are for pages that are open.
    """

    def __init__(
        self,
        repository: Repository,
        files: dict[str, dict[str, str]],
        definitions: str,
        bundle: Bundle,
        runtime: Runtime,
        *,
        paints: bool = True,
    ) -> None:
        self.repository = repository
        self.files = files
        self.definitions = definitions
        self._paints = paints
        self.key = runtime.release
        self._runtime = runtime
        self._bundle = bundle
        self._dependencies = bundle.dependency_files(repository, logger.info)
        self._paint_of = bundle.paints_of(repository, self._dependencies, logger.info)
        self._widgets = {widget.type: widget for widget in repository.widgets}
        self._hosted: dict[str, HostedWidget] = {}
        self._lock = threading.Lock()

    def url_of(self, widget_type: str) -> str:
        """Where a widget's published tree is served."""
        return f"/widgets/{widget_type}/"

    def hosted(self, widget_type: str) -> HostedWidget:
        """The widget as hosted.

        Raises:
            NotServedError: the repository has no such widget, or it cannot be bundled.
        """
        if widget_type not in self._widgets:
            raise NotServedError(
                f"There is no widget {widget_type!r}; there are: {', '.join(self._widgets)}."
            )
        with self._lock:
            if widget_type not in self._hosted:
                self._hosted[widget_type] = self._published(self._widgets[widget_type])
            return self._hosted[widget_type]

    def check_hosting(self) -> tuple[Problem, ...]:
        """Hosts every widget, and tells which ones the platform could not."""
        problems: list[Problem] = []
        for widget in self.repository.widgets:
            try:
                self.hosted(widget.type).entry()
            except NotServedError as error:
                problems.append(Problem(f"widgets/{widget.type}", str(error), Code.NOT_PREVIEWED))
        return tuple(problems)

    def _published(self, widget: Widget) -> HostedWidget:
        hosting = Hosted(f"/_runtime/{self._runtime.release}/")
        try:
            packages = self._dependencies(widget) if widget.python else ()
            paint = self._paint(widget)
            files = self._bundle.published_files(widget, hosting, packages, paint=paint)
        except Exception as error:  # whatever is wrong with one widget, the others are shown
            logger.debug("The widget %r could not be bundled.", widget.type, exc_info=True)
            raise NotServedError(f"it cannot be bundled: {error}") from error
        # A page that is open shows a picture that it has by its address, whatever is there by now. One that is loaded
        # has the addresses that a published page has.
        versions = (
            {
                path: sha256(bytes_of(content))[:12]
                for path, content in files.items()
                if path.startswith("assets/")
            }
            if widget.python and not self._paints
            else {}
        )
        url = self.url_of(widget.type)
        return HostedWidget(widget, files, self.repository.root, url, versions)

    def _paint(self, widget: Widget) -> FirstPaint:
        """What the widget's entry shows, as a build has it; its skeleton where nothing can run it."""
        if not self._paints:
            return NOTHING
        try:
            return self._paint_of(widget)
        except BrowserPythonError as error:
            logger.warning("Widgets are shown with their skeletons. %s", error)
            return NOTHING

    def shared_file(self, name: str) -> Content | None:
        """A file of the runtime."""
        return self._runtime.files.get(name)
