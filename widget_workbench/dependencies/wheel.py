"""The files of a wheel that ship to the browser, after everything about the wheel was checked."""

from __future__ import annotations

from collections.abc import Mapping
from email.parser import BytesHeaderParser
from pathlib import Path

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from widget_workbench.dependencies.archive import read_archive, refused
from widget_workbench.dependencies.browser_files import destinations
from widget_workbench.dependencies.browser_python import PLATFORM, PYTHON_SERIES, accepted_tags
from widget_workbench.dependencies.wheel_record import check_record

_DIST_INFO = ".dist-info"


def shipped_files(wheel: Path) -> Mapping[str, bytes]:
    """The files of a wheel that a browser needs, by their paths relative to site-packages.

    Of a package's shared libraries, which come in a plain zip file, all files by their paths in there.

    Args:
        wheel: the file that `fetched` gave.

    Raises:
        DependencyError: it is not for the browser, not what its name and its RECORD say, or made to do harm.
    """
    if wheel.suffix == ".zip":
        return dict(sorted(read_archive(wheel).items()))
    name, version = _name_and_version(wheel)
    files = read_archive(wheel)
    dist_info = _dist_info(files, wheel)
    _check_metadata(files, dist_info, name, version, wheel)
    check_record(files, dist_info, wheel)
    shipped: dict[str, bytes] = {}
    for path, place in sorted(destinations(files, dist_info).items()):
        if place in shipped:
            raise refused(wheel, f"holds {path!r} and another file for the same place {place!r}")
        shipped[place] = files[path]
    return dict(sorted(shipped.items()))


def _name_and_version(wheel: Path) -> tuple[str, Version]:
    try:
        name, version, _, tags = parse_wheel_filename(wheel.name)
    except InvalidWheelFilename:
        raise refused(
            wheel, "has no name of a wheel (name-version-python-abi-platform.whl)"
        ) from None
    if not tags & accepted_tags():
        raise refused(wheel, f"is for another platform than Python {PYTHON_SERIES} on {PLATFORM}")
    return name, version


def _dist_info(files: Mapping[str, bytes], wheel: Path) -> str:
    found = {path.partition("/")[0] for path in files if _DIST_INFO in path.partition("/")[0]}
    if len(found) != 1:
        raise refused(wheel, f"holds {len(found)} directories {_DIST_INFO} instead of one")
    return found.pop()


def _check_metadata(
    files: Mapping[str, bytes], dist_info: str, name: str, version: Version, wheel: Path
) -> None:
    metadata = files.get(f"{dist_info}/METADATA")
    if metadata is None or f"{dist_info}/WHEEL" not in files:
        raise refused(wheel, f"has no METADATA or no WHEEL in {dist_info}")
    headers = BytesHeaderParser().parsebytes(metadata)
    directory = dist_info.removesuffix(_DIST_INFO).rpartition("-")
    for where, told_name, told_version in (
        ("its METADATA", str(headers["Name"]), str(headers["Version"])),
        (dist_info, directory[0], directory[2]),
    ):
        if canonicalize_name(told_name) != name or not _is_version(told_version, version):
            raise refused(
                wheel, f"is {told_name} {told_version} by {where}, and another by the file's name"
            )


def _is_version(text: str, version: Version) -> bool:
    try:
        return Version(text) == version
    except InvalidVersion:
        return False
