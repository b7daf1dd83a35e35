"""What the preview shows: the repository, or what a build made of it, as it was at the last page load."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from widget_workbench.checking.content import Content, bytes_of
from widget_workbench.gateway import Configuration
from widget_workbench.preview.configuration import configuration_of
from widget_workbench.preview.hosted_widget import HostedWidget, NotServedError
from widget_workbench.preview.upstreams import Upstreams
from widget_workbench.problem import Problem
from widget_workbench.repository import Repository

# Pages that are still open ask for files of what they were loaded with.
_KEPT = 4

logger = logging.getLogger(__name__)


class Reading(Protocol):
    """What is shown at one time.

    Attributes:
        repository: its widgets, connectors and settings.
        key: what stands in the URLs of files that pages ask for later: a release, or a publication's prefix.
        files: hashes of each widget's files, by type (`saved`).
    """

    @property
    def repository(self) -> Repository: ...
    @property
    def key(self) -> str: ...
    @property
    def files(self) -> dict[str, dict[str, str]]: ...
    def url_of(self, widget_type: str) -> str: ...
    def hosted(self, widget_type: str) -> HostedWidget: ...
    def shared_file(self, name: str) -> Content | None: ...


class Shown(Protocol):
    """Where readings come from: `Sources` or `PublishedDirectory`."""

    def read(self) -> tuple[Reading, tuple[Problem, ...]]: ...
    def glance(self) -> tuple[Reading, tuple[Problem, ...]]: ...
    def is_current(self) -> bool: ...


class Site:
    """What is shown now.

    Args:
        root: the repository, whose upstreams are imported.
        shown: gives what is to be shown.
        first: the reading that is shown at first.
    """

    def __init__(self, root: Path, shown: Shown, first: Reading) -> None:
        self.root = root.resolve()
        self._shown = shown
        self._kept: dict[str, Reading] = {}
        self.upstreams = Upstreams(self.root)
        self.problems: tuple[Problem, ...] = ()
        self._followers: list[Callable[[Repository], None]] = []
        self.show(first)

    def read(self) -> tuple[Reading, tuple[Problem, ...]]:
        """Reads anew, without showing it yet.

        Returns:
            The reading, and the problems that come on top of its repository's own.
        """
        return self._shown.read()

    def glance(self) -> tuple[Reading, tuple[Problem, ...]]:
        """The same in a hurry, for pages that are open."""
        return self._shown.glance()

    def is_current(self) -> bool:
        """Whether nothing has been saved since the last reading."""
        return self._shown.is_current()

    def show(self, reading: Reading, problems: tuple[Problem, ...] = ()) -> None:
        """Makes a reading the current one, and logs the problems that were not there before.

        To be called on the server's own thread, since upstreams are imported here.
        """
        repository = reading.repository
        mounting = self.upstreams.mount(repository.settings.upstreams, repository.bad_upstreams)
        known = set(self.problems)
        found = (*repository.problems, *mounting, *problems)
        self.problems = tuple(sorted(found, key=lambda problem: not problem.error))
        for problem in self.problems:
            if problem not in known:
                logger.warning("%s: %s", problem.path, problem.message)
        self.reading = reading
        self._keep(reading)
        self._configuration = configuration_of(repository, self.upstreams.transports)
        for follower in self._followers:
            follower(repository)

    def follow(self, follower: Callable[[Repository], None]) -> None:
        """Calls a function with the repository as it is shown now, and again with each later reading of it."""
        self._followers.append(follower)
        follower(self.reading.repository)

    def configuration(self) -> Configuration:
        """What the gateway works with."""
        return self._configuration

    def shared_file(self, key: str, name: str) -> bytes:
        """A file that the widgets of a reading share, such as one of the runtime.

        Raises:
            NotServedError: no such reading is shown, or it has no such file.
        """
        content = self._reading(key).shared_file(name)
        if content is None:
            raise NotServedError(f"There is no file {name!r} here.")
        return bytes_of(content)

    def hosted(self, key: str, widget_type: str) -> HostedWidget:
        """A widget of a reading.

        Raises:
            NotServedError: no such reading is shown, or it has no such widget.
        """
        return self._reading(key).hosted(widget_type)

    def _reading(self, key: str) -> Reading:
        if key not in self._kept:
            raise NotServedError(f"{key!r} is not here any more: load the page again.")
        return self._kept[key]

    def _keep(self, reading: Reading) -> None:
        self._kept.pop(reading.key, None)
        self._kept[reading.key] = reading
        for key in list(self._kept)[:-_KEPT]:
            del self._kept[key]
