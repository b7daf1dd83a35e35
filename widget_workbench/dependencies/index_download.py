"""Fetches wheels of the package index, by pip."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from widget_workbench.dependencies.errors import DependencyError
from widget_workbench.dependencies.lock_file import FILE
from widget_workbench.dependencies.package import Package
from widget_workbench.dependencies.pip_process import BROWSER_OPTIONS, PipRun, run_pip
from widget_workbench.dependencies.wheel_cache import WheelCache, sha256_of

ANEW = "take another version by `widget build --upgrade`"
"""The way out where a lock names what is not to be had any more."""


def fetch_from_index(
    packages: Sequence[Package], cache: WheelCache, told: Callable[[str], None]
) -> None:
    """Fetches wheels of a lock into the cache.

    Args:
        packages: at least one.
        cache: where they are kept.
        told: gets a line.

    Raises:
        DependencyError: a wheel is no longer to be had, or is another one than was locked.
    """
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
        # By their hashes: an index may name a file otherwise today.
        found = {sha256_of(file): file for file in downloads.iterdir()}
        for package in packages:
            cache.keep(found[package.sha256], package.file)


def _not_fetched(packages: Sequence[Package], done: PipRun) -> DependencyError:
    done.check_network()
    output = done.ended.output
    for package in packages:
        if f"No matching distribution found for {package.name}==" in output:
            return DependencyError(
                f"{FILE} names {package}, which the package index no longer has: {ANEW}."
            )
    if "DO NOT MATCH THE HASHES" in output:
        differing = output.partition("DO NOT MATCH")[2]
        named = [str(each) for each in packages if f"{each.name}==" in differing]
        return DependencyError(
            f"The package index has another file for {', '.join(named) or 'a package'} than {FILE} names by its hash: "
            f"find out why; where the new one is right, {ANEW}."
        )
    return DependencyError(f"pip cannot fetch the packages of {FILE}: {done.errors()}.")
