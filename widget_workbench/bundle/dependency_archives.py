"""The packages that widgets depend on, as bundles bring them: compiled for the browser's Python, and compressed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from pathlib import Path

from widget_workbench import __version__, dependencies, shipped
from widget_workbench.browser_python import Compilation, carry_out, compiler_version
from widget_workbench.bundle.archive_cache import ArchiveCache
from widget_workbench.bundle.bundle_file import BundleFile
from widget_workbench.bundle.hosting import DIRECTORY
from widget_workbench.dependencies import (
    Lock,
    Package,
    PyodideLock,
    WheelCache,
    fetched,
    locked,
    requirements_of,
    shipped_files,
)
from widget_workbench.parts import in_parts, sha256
from widget_workbench.repository import Repository, Widget
from widget_workbench.runtime import runtime

ROOT = "/lib/dependencies/"
"""Where packages stand in the browser (static/loader/dependencies.js)."""

PACKAGES_URL = "WIDGET_PYODIDE_PACKAGES"
"""The environment variable that names a place for Pyodide's own packages, instead of its CDN."""

SHARED_LIBRARIES = "/usr/lib/"
"""Where the browser's Python looks for what compiled modules link, as Pyodide has it."""


class DependencyArchives:
    """What the widgets of a repository depend on: resolved, fetched and compiled when it is first asked for.

    Args:
        repository: whose widgets ask.
        told: gets a line for each step that takes long.
        frozen: `widgets.lock` may not change.
        upgrade: each package is taken in its newest version that fits.
    """

    def __init__(
        self,
        repository: Repository,
        *,
        told: Callable[[str], None],
        frozen: bool = False,
        upgrade: bool = False,
    ) -> None:
        self._repository = repository
        self._told = told
        self._frozen = frozen
        self._upgrade = upgrade
        self._cache = WheelCache.of_user()
        self._archives = ArchiveCache(self._cache.directory / "archives" / _rules())
        self._made: dict[Package, bytes] = {}

    @cached_property
    def _index(self) -> PyodideLock:
        file = shipped.pyodide_core() / "pyodide-lock.json"
        return PyodideLock.read(file, os.environ.get(PACKAGES_URL))

    @cached_property
    def lock(self) -> Lock:
        """What the dependencies come to: `widgets.lock`, brought in line with the widgets.

        Raises:
            DependencyError: what is asked for cannot be had, or the lock would change though it may not.
        """
        asked = {
            widget.type: _requirements(widget)
            for widget in self._repository.widgets
            if widget.python
        }
        return locked(
            self._repository.root,
            asked,
            index=self._index,
            told=self._told,
            frozen=self._frozen,
            upgrade=self._upgrade,
            cache=self._cache,
        )

    @property
    def cache(self) -> Path:
        """The directory of what was made before, kept for all of a user's repositories."""
        return self._cache.directory

    def make(self) -> None:
        """Makes the archives of all widgets at once, which is quicker than one after another.

        Raises:
            DependencyError: a package cannot be had, or is not as it should be.
            BrowserPythonError: there is no JavaScript engine to compile with.
        """
        self._make(self.lock.packages)

    def _make(self, packages: Iterable[Package]) -> None:
        wanted = [package for package in packages if package not in self._made]
        for package in wanted:
            if (kept := self._archives.find(package.sha256)) is not None:
                self._made[package] = kept
        missing = [package for package in wanted if package not in self._made]
        if not missing:
            return
        wheels = fetched(missing, index=self._index, told=self._told, cache=self._cache)
        self._told(f"Compiling {', '.join(package.name for package in missing)}")
        archives = carry_out(
            [compilation_of(package, wheels[package]) for package in missing], runtime=runtime()
        )
        for package, archive in zip(missing, archives, strict=True):
            self._made[package] = archive
            self._archives.keep(package.sha256, archive)

    def files(self, widget: Widget) -> list[BundleFile]:
        """The archives of a widget's packages, in the order of their names.

        Raises:
            DependencyError: a package cannot be had, or is not as it should be.
            BrowserPythonError: there is no JavaScript engine to compile with.
        """
        if not _requirements(widget):
            return []  # whatever is wrong with what others ask for
        packages = self.lock.of(widget.type)
        self._make(packages)
        return [
            BundleFile(
                path=f"{DIRECTORY}{part.name}",
                sha256=sha256(part.content),
                size=len(part.content),
                content=part.content,
                part="dependency",
                dependency=_title(package),
            )
            for package in packages
            for part in in_parts(f"{package.name}-{package.version}", ".bin", self._made[package])
        ]


def dependency_files(
    repository: Repository, told: Callable[[str], None]
) -> Callable[[Widget], list[BundleFile]]:
    """What gives the archives of a widget's packages: see `DependencyArchives.files`."""
    return DependencyArchives(repository, told=told).files


def _requirements(widget: Widget) -> tuple[str, ...]:
    main = (widget.directory / "main.py").read_bytes()
    return requirements_of(main, f"widgets/{widget.type}/main.py")


def compilation_of(package: Package, wheel: Path) -> Compilation:
    """What makes a package's archive of its wheel, or of the zip file that a shared library comes in.

    Raises:
        DependencyError: the wheel is not as it should be.
    """
    files = shipped_files(wheel)
    if package.kind == "library":
        files = {f"{SHARED_LIBRARIES}{Path(path).name}": content for path, content in files.items()}
    return Compilation(
        files=files,
        root=f"{ROOT}{_title(package).replace(' ', '-')}/",
        package=True,
        broken=True,
    )


def _title(package: Package) -> str:
    return f"{package.name} {package.version}"


@cache
def _rules() -> str:
    """What tells one way of making archives from another."""
    told = hashlib.sha256(f"{__version__} {compiler_version()}".encode())
    rooms = sorted(Path(str(dependencies.__file__)).parent.glob("*.py"))
    for file in (*rooms, Path(__file__)):
        told.update(file.read_bytes())
    return told.hexdigest()[:12]
