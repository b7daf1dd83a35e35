"""Builds wheels of source distributions, for packages that nobody offers as a wheel.

Only pure Python comes of it: this computer's compiler makes nothing that the browser's Python could load. Building runs
the package's own code on this computer, as `pip install` of it would.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import InvalidSdistFilename, parse_sdist_filename, parse_wheel_filename

from widget_workbench.dependencies.browser_python import PYTHON_SERIES, accepted_tags
from widget_workbench.dependencies.package import Package
from widget_workbench.dependencies.pip_process import PipRun, run_pip
from widget_workbench.dependencies.wheel_cache import WheelCache, sha256_of

# An extension that a package can do without is left out where nothing compiles it: so it is in the browser.
_NO_COMPILER = "no-compiler-for-the-browser"
_WITHOUT_COMPILER = {
    "CC": _NO_COMPILER,
    "CXX": _NO_COMPILER,
    "RUSTC": _NO_COMPILER,
    "CARGO_NET_OFFLINE": "true",  # it would fetch what it then cannot compile
    "DISTUTILS_USE_SDK": "1",  # on Windows: the compiler of the environment, which has none
    "MSSDK": "1",
}

_NONE_THERE = ("No matching distribution found", "ResolutionImpossible")

# In pip's log, after the time; pip indents what a build says.
_BUILDS_ERROR = re.compile(
    r"\S+ {2,}(?P<text>(?:.*\s)?(?!ERROR: .* exited with)(?:\w*Error|ERROR|error): \S.*)"
)


class NotBuiltError(Exception):
    """There is no pure wheel to be had; the message tells why, without a full stop."""


@dataclass(frozen=True)
class BuiltWheel:
    """A pure wheel, and the source distribution that it was built of."""

    wheel: Path
    version: str
    source_file: str
    source_sha256: str


def built_wheel(name: str, specifier: str, cache: WheelCache) -> BuiltWheel:
    """Builds the newest source distribution of a package that the index has.

    Args:
        name: the package's normalised name.
        specifier: which versions will do, such as `>=1.2,<2`; empty for all.
        cache: has the wheel if it was built before, and keeps it.

    Raises:
        NotBuiltError: there is no source distribution, or no pure wheel came of it.
        DependencyError: the index cannot be reached, or the wheel cannot be kept.
    """
    return _built(name, f"{name}{specifier}\n", cache)


def rebuilt_wheel(package: Package, cache: WheelCache) -> Path:
    """Builds a package of a lock, from the very source distribution that it names.

    Args:
        package: one that is `built`.
        cache: has the wheel if it was built before, and keeps it.

    Raises:
        NotBuiltError: the source distribution is not to be had, or no pure wheel came of it.
        DependencyError: the index cannot be reached, or the wheel cannot be kept.
    """
    kept = cache.find_built(package.sha256)
    if kept is not None:
        return kept
    line = f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n"
    return _built(package.name, line, cache).wheel


def _built(name: str, requirement_line: str, cache: WheelCache) -> BuiltWheel:
    with tempfile.TemporaryDirectory(prefix="widget-") as directory:
        source = _source(name, requirement_line, Path(directory))
        _, version = parse_sdist_filename(source.name)
        sha256 = sha256_of(source)
        wheel = cache.find_built(sha256)
        if wheel is None:
            wheel = cache.keep_built(_pure_wheel(source, Path(directory)), sha256)
        return BuiltWheel(wheel, str(version), source.name, sha256)


def _source(name: str, requirement_line: str, directory: Path) -> Path:
    requirements = directory / "requirements.txt"
    requirements.write_text(requirement_line, encoding="utf-8")
    downloads = directory / "downloads"
    downloads.mkdir()
    # Which releases are for the browser's Python is asked here: the build itself runs on this computer's.
    done = run_pip(
        [
            *("download", "--no-deps", "--no-binary", name, "--python-version", PYTHON_SERIES),
            *("--dest", str(downloads), "--requirement", str(requirements)),
        ],
        directory,
        _WITHOUT_COMPILER,
    )
    if not done.succeeded:
        done.check_network()
        if any(sign in done.ended.output for sign in _NONE_THERE):
            raise NotBuiltError("the index has no source distribution of it that fits")
        if "DO NOT MATCH THE HASHES" in done.ended.output:
            raise NotBuiltError("the index has another file in its place, by its hash")
        raise NotBuiltError(_reason(done))
    (source,) = downloads.iterdir()
    try:
        parse_sdist_filename(source.name)
    except InvalidSdistFilename:
        raise NotBuiltError(
            f"its source distribution {source.name} has an old kind of name, which no build takes"
        ) from None
    return source


def _pure_wheel(source: Path, directory: Path) -> Path:
    wheels = directory / "wheels"
    done = run_pip(
        [
            *("wheel", "--no-deps", "--ignore-requires-python"),
            *("--wheel-dir", str(wheels), str(source)),
        ],
        directory,
        _WITHOUT_COMPILER,
    )
    if not done.succeeded:
        done.check_network()
        raise NotBuiltError(_reason(done))
    (wheel,) = wheels.iterdir()
    tags = parse_wheel_filename(wheel.name)[3]
    if not any((tag.abi, tag.platform) == ("none", "any") for tag in tags):
        raise NotBuiltError(
            f"its source distribution builds {wheel.name}, which is for this computer alone"
        )
    if not tags & accepted_tags():
        raise NotBuiltError(
            f"its source distribution builds {wheel.name}, which is not for Python {PYTHON_SERIES}"
        )
    return wheel


def _reason(done: PipRun) -> str:
    """That it needs a compiler; else the build's own last error on one line, else pip's."""
    if _NO_COMPILER in done.log:
        return "its source distribution needs a compiler, and what one makes here is for this computer alone"
    found = [found["text"] for found in map(_BUILDS_ERROR.match, done.log.splitlines()) if found]
    text = found[-1] if found else done.errors()
    return f"its source distribution cannot be built here: {text[:300].rstrip('.')}"
