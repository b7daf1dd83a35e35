"""What the preview shows: the repository as it was at the last page load."""

import logging
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from widget_workbench.bundle.bundle_file import BundleFile
from widget_workbench.bundle.hosting import Hosted
from widget_workbench.gateway import Configuration
from widget_workbench.preview.configuration import configuration_of
from widget_workbench.preview.hosting import HostedEntry, fill_in, hosted_entry
from widget_workbench.preview.page import widget_url
from widget_workbench.preview.upstreams import Upstreams
from widget_workbench.repository import (
    Problem,
    Repository,
    RepositoryError,
    Widget,
    read_repository,
)

Content = bytes | Path

DependencyFiles = Callable[[Widget], Iterable[BundleFile]]
"""Gives the archives of the packages that a widget depends on."""

_INLINE_MODULE = re.compile(r"~module/(?P<number>\d{1,4})\.js")

# Pages that are still open ask for files of the release that they were loaded with.
_RELEASES_KEPT = 4

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
        self, widget: Widget, hosting: Hosted, dependencies: Iterable[BundleFile]
    ) -> Mapping[str, Content]: ...
    def dependency_files(
        self, repository: Repository, told: Callable[[str], None]
    ) -> DependencyFiles: ...
    def runtime(self) -> Runtime: ...


class NotServedError(Exception):
    """There is nothing to serve under a URL, in a sentence."""


class HostedWidget:
    """A widget's published tree as the platform serves it."""

    def __init__(self, widget: Widget, files: Mapping[str, Content], root: Path) -> None:
        self._widget = widget
        self._files = files
        self._root = root

    def content(self, path: str) -> bytes:
        """The bytes under a published path, or of an inline module.

        Raises:
            NotServedError: the widget publishes no such file.
        """
        if path.startswith("~module/"):
            return self._inline_module(path)
        if path == self._widget.entry:
            return self.entry().html.encode()
        return self._file(path)

    def entry(self) -> HostedEntry:
        """The rewritten entry.

        Raises:
            NotServedError: there is none, or the platform would reject it.
        """
        try:
            html = self._file(self._widget.entry).decode()
        except UnicodeDecodeError as error:
            raise NotServedError(
                f"TRANSFORMATION_FAILED: the entry {self._widget.entry} is not UTF-8 "
                f"(byte {error.start})."
            ) from None
        return hosted_entry(html, widget_url(self._widget.type))

    def _file(self, path: str) -> bytes:
        content = self._files.get(path)
        if isinstance(content, bytes):
            return content
        if content is None or not self._may_be_read(content):
            raise NotServedError(f"The widget {self._widget.type!r} publishes no file {path!r}.")
        try:
            return content.read_bytes()
        except OSError as error:
            raise NotServedError(
                f"The widget {self._widget.type!r}: {path!r} cannot be read: {error.strerror}."
            ) from None

    def _may_be_read(self, file: Path) -> bool:
        """A file of the repository has to lie in it; the loader's and ours lie elsewhere."""
        return not file.is_relative_to(self._root) or file.resolve().is_relative_to(self._root)

    def _inline_module(self, path: str) -> bytes:
        modules = self.entry().modules
        found = _INLINE_MODULE.fullmatch(path)
        if found is None or int(found["number"]) >= len(modules):
            raise NotServedError(
                f"The widget {self._widget.type!r} has no inline module {path!r}. Relative imports "
                "in an inline module lead nowhere: move it to a file of its own."
            )
        return fill_in(modules[int(found["number"])], self._widget.manifest.props()).encode()


class Reading:
    """One reading of the repository, and its widgets' published trees, each of which is made once."""

    def __init__(self, repository: Repository, bundle: Bundle, runtime: Runtime) -> None:
        self.repository = repository
        self.runtime = runtime
        self._bundle = bundle
        self._dependencies = bundle.dependency_files(repository, logger.info)
        self._widgets = {widget.type: widget for widget in repository.widgets}
        self._hosted: dict[str, HostedWidget] = {}
        self._lock = threading.Lock()

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
                problems.append(Problem(f"widgets/{widget.type}", str(error)))
        return tuple(problems)

    def _published(self, widget: Widget) -> HostedWidget:
        hosting = Hosted(f"/_runtime/{self.runtime.release}/")
        try:
            packages = self._dependencies(widget) if widget.python else ()
            files = self._bundle.published_files(widget, hosting, packages)
        except Exception as error:  # whatever is wrong with one widget, the others are shown
            logger.debug("The widget %r could not be bundled.", widget.type, exc_info=True)
            raise NotServedError(f"it cannot be bundled: {error}") from error
        return HostedWidget(widget, files, self.repository.root)


class Site:
    """The repository as it is shown now.

    Raises:
        RepositoryError: `root` is no widget repository.
    """

    def __init__(self, root: Path, bundle: Bundle) -> None:
        self._root = root.resolve()
        self._bundle = bundle
        self._runtimes: dict[str, Runtime] = {}
        self.upstreams = Upstreams(self._root)
        self.problems: tuple[Problem, ...] = ()
        self.show(Reading(read_repository(self._root), bundle, bundle.runtime()))

    def read(self) -> tuple[Reading, tuple[Problem, ...]]:
        """Reads the repository's files anew and hosts its widgets, without showing them yet.

        Returns:
            The reading, and the problems that come on top of the repository's own. Where there is
            no repository any more, the reading is the current one.
        """
        try:
            repository = read_repository(self._root)
        except RepositoryError as error:
            return self.reading, (Problem("widgets", str(error)),)
        reading = Reading(repository, self._bundle, self._bundle.runtime())
        return reading, reading.check_hosting()

    def show(self, reading: Reading, problems: tuple[Problem, ...] = ()) -> None:
        """Makes a reading the current one, and logs the problems that were not there before.

        To be called on the server's own thread, since upstreams are imported here.
        """
        repository = reading.repository
        mounting = self.upstreams.mount(repository.settings.upstreams, repository.bad_upstreams)
        known = set(self.problems)
        self.problems = (*repository.problems, *mounting, *problems)
        for problem in self.problems:
            if problem not in known:
                logger.warning("%s: %s", problem.path, problem.message)
        self.reading = reading
        self._keep(reading.runtime)
        self._configuration = configuration_of(repository, self.upstreams.transports)

    def configuration(self) -> Configuration:
        """What the gateway works with."""
        return self._configuration

    def runtime_file(self, release: str, name: str) -> bytes:
        """A file of a release of the runtime.

        Raises:
            NotServedError: no such release is shown, or it has no such file.
        """
        runtime = self._runtimes.get(release)
        if runtime is None:
            raise NotServedError(f"The runtime {release!r} is not here: load the page again.")
        content = runtime.files.get(name)
        if content is None:
            raise NotServedError(f"The runtime has no file {name!r}.")
        return content if isinstance(content, bytes) else content.read_bytes()

    def _keep(self, runtime: Runtime) -> None:
        self._runtimes.pop(runtime.release, None)
        self._runtimes[runtime.release] = runtime
        for release in list(self._runtimes)[:-_RELEASES_KEPT]:
            del self._runtimes[release]
