"""Gets the wheels of a lock, each checked by its hash: from the cache, else from where they were locked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from widget_workbench.dependencies.errors import DependencyError
from widget_workbench.dependencies.index_download import ANEW, fetch_from_index
from widget_workbench.dependencies.lock_file import FILE
from widget_workbench.dependencies.package import Package
from widget_workbench.dependencies.pyodide_download import NotFetchedError, fetched_from_pyodide
from widget_workbench.dependencies.pyodide_lock import PyodideLock
from widget_workbench.dependencies.source_builds import NotBuiltError, rebuilt_wheel
from widget_workbench.dependencies.wheel_cache import WheelCache


def fetched(
    packages: Iterable[Package],
    *,
    index: PyodideLock,
    told: Callable[[str], None],
    cache: WheelCache | None = None,
) -> Mapping[Package, Path]:
    """The file of each package: its wheel; of a `library`, a zip file.

    Args:
        packages: of a lock.
        index: Pyodide's own packages.
        told: gets a line for each step that takes long.
        cache: keeps what is fetched or built; by default the user's.

    Raises:
        DependencyError: a file is no longer to be had, or is another one than was locked.
    """
    wanted = tuple(dict.fromkeys(packages))
    kept = cache or WheelCache.of_user()
    missing = [each for each in wanted if each.kind == "index" and not _is_kept(each, kept)]
    if missing:
        fetch_from_index(missing, kept, told)
    files: dict[Package, Path] = {}
    for package in wanted:
        if package.kind == "built":
            files[package] = _built(package, kept, told)
        elif package.kind == "index":
            files[package] = _kept(package, kept)
        else:
            files[package] = _from_pyodide(package, index, kept, told)
    return files


def _is_kept(package: Package, cache: WheelCache) -> bool:
    return cache.find(package.sha256, package.file) is not None


def _kept(package: Package, cache: WheelCache) -> Path:
    found = cache.find(package.sha256, package.file)
    if found is None:
        raise DependencyError(
            f"{package.file} was damaged right after it was kept: look at the disk."
        )
    return found


def _from_pyodide(
    package: Package, index: PyodideLock, cache: WheelCache, told: Callable[[str], None]
) -> Path:
    if not _is_kept(package, cache):
        told(f"Fetching {package} from Pyodide's own packages")
    try:
        return fetched_from_pyodide(index, package.file, package.sha256, cache)
    except NotFetchedError as error:
        raise DependencyError(
            f"{FILE} names {package} of Pyodide's own packages, and {error}. Look at the network, or let "
            "WIDGET_PYODIDE_PACKAGES name another place."
        ) from None


def _built(package: Package, cache: WheelCache, told: Callable[[str], None]) -> Path:
    if cache.find_built(package.sha256) is None:
        told(f"Building {package} from its source distribution")
    try:
        return rebuilt_wheel(package, cache)
    except NotBuiltError as error:
        raise DependencyError(
            f"{FILE} names {package}, to be built from {package.file}, and {error}: {ANEW}."
        ) from None
