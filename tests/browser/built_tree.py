"""A built tree in the place of what the preview makes of a repository."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from widget_workbench.bundle import Hosted
from widget_workbench.bundle.bundle_file import BundleFile
from widget_workbench.repository import Repository, Widget

RELEASE = "built"

HOSTED_AT = f"/_runtime/{RELEASE}/"
"""Where the runtime's files are served that a build leaves to be hosted."""


@dataclass(frozen=True)
class HostedRuntime:
    """The files that a build with `--runtime URL` leaves to be hosted, if it was one."""

    directory: Path
    release: str = RELEASE

    @property
    def files(self) -> Mapping[str, Path]:
        return {path.name: path for path in self.directory.glob("*")}


@dataclass(frozen=True)
class BuiltTree:
    """What the platform would host, read from a directory that `widget build` has written."""

    directory: Path

    def published_files(
        self, widget: Widget, hosting: Hosted, dependencies: Iterable[BundleFile]
    ) -> Mapping[str, bytes | Path]:
        """Every file below the widget's `source`, whatever the repository holds by now."""
        source = self.directory / "widgets" / widget.type
        if not widget.python:
            source /= widget.source.relative_to(widget.directory)
        files = (path for path in source.rglob("*") if path.is_file())
        return {path.relative_to(source).as_posix(): path for path in files}

    def dependency_files(
        self, repository: Repository, told: Callable[[str], None]
    ) -> Callable[[Widget], Iterable[BundleFile]]:
        return lambda widget: ()

    def runtime(self) -> HostedRuntime:
        return HostedRuntime(self.directory / "runtime")
