"""Gets the wheels of a lock, each checked by its hash: from the cache, else from where they were locked."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from widget_workbench.dependencies.errors import DependencyError
from widget_workbench.dependencies.lock_file import FILE
from widget_workbench.dependencies.package import Package
from widget_workbench.dependencies.pip_process import BROWSER_OPTIONS, PipRun, run_pip
from widget_workbench.dependencies.pyodide_download import NotFetchedError, fetched_from_pyodide
from widget_workbench.dependencies.pyodide_lock import PyodideLock
from widget_workbench.dependencies.source_builds import NotBuiltError, rebuilt_wheel
from widget_workbench.dependencies.wheel_cache import WheelCache, sha256_of

_ANEW = "resolve anew (with upgrade) to take another version"


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
    from_index = [each for each in wanted if each.kind == "index"]
    _fetch_from_index([each for each in from_index if not _is_kept(each, kept)], kept, told)
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


def _fetch_from_index(
    packages: Sequence[Package], cache: WheelCache, told: Callable[[str], None]
) -> None:
    if not packages:
        return
    count = f"{len(packages)} wheels" if len(packages) > 1 else packages[0].file
    told(f"Fetching {count} from the package index")
    with tempfile.TemporaryDirectory(prefix="widget-") as directory:
        requirements = Path(directory, "requirements.txt")
        lines = [f"{each.name}=={each.version} --hash=sha256:{each.sha256}\n" for each in packages]
        requirements.write_text("".join(lines), encoding="utf-8")
        downloads = Path(directory, "downloads")
        downloads.mkdir()
        done = run_pip(
            [
                *("download", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
                *BROWSER_OPTIONS,
                *("--dest", str(downloads), "--requirement", str(requirements)),
            ],
            Path(directory),
        )
        if not done.succeeded:
            raise _not_fetched(packages, done)
        _keep_all(packages, downloads, cache)


def _keep_all(packages: Sequence[Package], downloads: Path, cache: WheelCache) -> None:
    """By their hashes: an index may name a file otherwise today."""
    found = {sha256_of(file): file for file in downloads.iterdir()}
    for package in packages:
        cache.keep(found[package.sha256], package.file)


def _not_fetched(packages: Sequence[Package], done: PipRun) -> DependencyError:
    done.check_network()
    output = done.ended.output
    for package in packages:
        if f"No matching distribution found for {package.name}==" in output:
            return DependencyError(
                f"{FILE} names {package}, which the package index no longer has: {_ANEW}."
            )
    if "DO NOT MATCH THE HASHES" in output:
        named = [
            str(each)
            for each in packages
            if f"{each.name}==" in output.partition("DO NOT MATCH")[2]
        ]
        return DependencyError(
            f"The package index has another file for {', '.join(named) or 'a package'} than {FILE} names by its hash: "
            f"find out why; where the new one is right, {_ANEW}."
        )
    return DependencyError(f"pip cannot fetch the packages of {FILE}: {done.errors()}.")


def _from_pyodide(
    package: Package, index: PyodideLock, cache: WheelCache, told: Callable[[str], None]
) -> Path:
    if not _is_kept(package, cache):
        told(f"Fetching {package} from Pyodide's own packages")
    try:
        return fetched_from_pyodide(index, package.file, package.sha256, cache)
    except NotFetchedError as error:
        raise DependencyError(
            f"{FILE} names {package} of Pyodide's own packages, and {error}: look at the network, or use another "
            "base URL."
        ) from None


def _built(package: Package, cache: WheelCache, told: Callable[[str], None]) -> Path:
    if cache.find_built(package.sha256) is None:
        told(f"Building {package} from its source distribution")
    try:
        return rebuilt_wheel(package, cache)
    except NotBuiltError as error:
        raise DependencyError(
            f"{FILE} names {package}, to be built from {package.file}, and {error}: {_ANEW}."
        ) from None
