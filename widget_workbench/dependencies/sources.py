"""Where packages come from that the index has no fitting wheel of: Pyodide's distribution, then a build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet

from widget_workbench.dependencies.package import Kind
from widget_workbench.dependencies.pyodide_download import NotFetchedError, fetched_from_pyodide
from widget_workbench.dependencies.pyodide_lock import PyodideLock, PyodidePackage
from widget_workbench.dependencies.source_builds import NotBuiltError, built_wheel
from widget_workbench.dependencies.wheel_cache import WheelCache, sha256_of


@dataclass(frozen=True)
class Offer:
    """A wheel that pip is offered beside those of the index.

    `wheel_sha256` is its own; `file` and `sha256` are what a lock holds.
    """

    name: str
    kind: Kind
    wheel: Path
    wheel_sha256: str
    file: str
    sha256: str
    pyodide: PyodidePackage | None = None


@dataclass(frozen=True)
class Sources:
    """The sources beside the index.

    `told` gets a line for each step that takes long.
    """

    index: PyodideLock
    cache: WheelCache
    told: Callable[[str], None]

    def from_pyodide(self, name: str, specifier: str) -> Offer | str:
        """A package of Pyodide's distribution; or why there is none, without a full stop.

        Args:
            name: normalised.
            specifier: which versions will do; empty for all.

        Raises:
            DependencyError: what came is another file than Pyodide lists.
        """
        package = self.index.wheel(name)
        if package is None:
            return f"Pyodide {self.index.version} does not have it"
        if not SpecifierSet(specifier).contains(package.version, prereleases=True):
            return f"Pyodide {self.index.version} has version {package.version} alone"
        self.told(f"Fetching {name} {package.version} from Pyodide's own packages")
        try:
            wheel = fetched_from_pyodide(self.index, package.file_name, package.sha256, self.cache)
        except NotFetchedError as error:
            self.told(f"Pyodide's own {error}")
            return f"Pyodide's own {error}"
        return Offer(
            name, "pyodide", wheel, package.sha256, package.file_name, package.sha256, package
        )

    def compiled_by_pyodide(self, name: str, specifier: str) -> Offer | str:
        """As `from_pyodide`, for packages with compiled code alone: others are on the index in the same version."""
        package = self.index.wheel(name)
        if package is not None and package.file_name.endswith("-none-any.whl"):
            return f"Pyodide {self.index.version} has none of its own"
        return self.from_pyodide(name, specifier)

    def from_source(self, name: str, specifier: str) -> Offer | str:
        """A wheel built of a source distribution; or why there is none, without a full stop.

        Args:
            name: normalised.
            specifier: which versions will do; empty for all.

        Raises:
            DependencyError: the index cannot be reached, or the wheel cannot be kept.
        """
        self.told(f"Looking for a source distribution of {name} to build")
        try:
            built = built_wheel(name, specifier, self.cache)
        except NotBuiltError as error:
            return str(error)
        wheel_sha256 = sha256_of(built.wheel)
        return Offer(
            name, "built", built.wheel, wheel_sha256, built.source_file, built.source_sha256
        )
