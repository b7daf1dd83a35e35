"""Which of a wheel's files a visitor's browser needs, and where they belong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

_SUFFIXES_LEFT_OUT = frozenset(
    (
        *(".pyc", ".pyi", ".pyo", ".pth"),
        *(".a", ".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".pxd", ".pxi", ".pyx"),
    )
)
_NAMES_LEFT_OUT = frozenset(("conftest.py", "py.typed"))
_DIRECTORIES_LEFT_OUT = frozenset(("__pycache__",))
_TEST_DIRECTORIES = frozenset(("test", "tests"))
_TEST_FILE = re.compile(r"(?:test_.*|.*_test)\.py")

_METADATA = frozenset(("METADATA", "entry_points.txt", "top_level.txt"))
_LICENCE = re.compile(r"(?:LICEN[CS]E|COPYING|NOTICE|AUTHORS)", re.IGNORECASE)
_LICENCE_DIRECTORIES = frozenset(("license_files", "licenses"))


def destinations(paths: Iterable[str], dist_info: str) -> dict[str, str]:
    """Where the files belong that a browser needs, relative to site-packages, by their paths in the wheel.

    Args:
        paths: of the wheel's files.
        dist_info: the name of its `.dist-info` directory.
    """
    placed = {path: _destination(PurePosixPath(path), dist_info) for path in paths}
    kept = {path: place for path, place in placed.items() if place is not None}
    tests = _directories_of_tests(kept.values())
    return {
        path: str(place)
        for path, place in kept.items()
        if _ships(place, dist_info) and tests.isdisjoint(place.parents)
    }


def _destination(path: PurePosixPath, dist_info: str) -> PurePosixPath | None:
    """Without the directories of a wheel that stand for places; None for places that a browser does not have."""
    if path.parts[0] != f"{dist_info.removesuffix('.dist-info')}.data":
        return path
    if len(path.parts) > 2 and path.parts[1] in ("platlib", "purelib"):
        return PurePosixPath(*path.parts[2:])
    return None


def _directories_of_tests(places: Iterable[PurePosixPath]) -> frozenset[PurePosixPath]:
    """By name and content: some packages have a directory `test` that is for those who use them."""
    return frozenset(
        directory
        for place in places
        if _TEST_FILE.fullmatch(place.name)
        for directory in place.parents
        if directory.name in _TEST_DIRECTORIES and len(directory.parts) > 1
    )


def _ships(place: PurePosixPath, dist_info: str) -> bool:
    if place.parts[0] == dist_info:
        return _is_kept_metadata(place)
    return not (
        place.suffix in _SUFFIXES_LEFT_OUT
        or place.name in _NAMES_LEFT_OUT
        or not _DIRECTORIES_LEFT_OUT.isdisjoint(place.parts)
    )


def _is_kept_metadata(place: PurePosixPath) -> bool:
    if len(place.parts) > 2:
        return place.parts[1] in _LICENCE_DIRECTORIES
    return place.name in _METADATA or _LICENCE.match(place.name) is not None
