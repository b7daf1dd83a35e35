"""Reads a wheel's zip file without trust: nothing in it decides where a file lands, or how much memory it takes."""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from widget_workbench.dependencies.errors import DependencyError

MOST_BYTES = 200 * 2**20
"""What a file may unpack to."""

_MOST_MEMBERS = 50_000
_BOMB_BYTES, _BOMB_RATIO = 20 * 2**20, 100  # less is no harm, however well it packs

_ENCRYPTED = (
    0x1 | 0x40 | 0x2000
)  # the flags of the format: by password, strongly, with the directory
_DRIVE = re.compile(r"[A-Za-z]:")


def read_archive(file: Path) -> Mapping[str, bytes]:
    """The files in a zip file by their paths, in its own order.

    Raises:
        DependencyError: it is damaged, or holds what no honest wheel does.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            for member in members:
                _check_member(member, file)
            _check_size(members, file)
            files = [member for member in members if not member.is_dir()]
            _check_names([member.filename for member in files], file)
            return {member.filename: archive.read(member) for member in files}
    except OSError as error:
        raise DependencyError(f"{file} cannot be read: {error.strerror or error}.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DependencyError(
            f"{file.name} is damaged ({error}), and is not used: take another version of the package."
        ) from None


def refused(file: Path, reason: str) -> DependencyError:
    """The error for a file that is not what it should be.

    Args:
        file: the wheel.
        reason: why, without a subject: "has no RECORD".
    """
    return DependencyError(
        f"{file.name} {reason}. Nothing of it is used: take another version of the package."
    )


def _check_member(member: zipfile.ZipInfo, file: Path) -> None:
    # As it stands in the file: `filename` has been changed by then, on Windows also in its backslashes.
    name = member.orig_filename
    mode = stat.S_IFMT(member.external_attr >> 16)
    if "\\" in name or "\0" in name or any(ord(character) < 32 for character in name):
        raise refused(file, f"holds {name!r}, a path with a character that no path may have")
    if name.startswith("/") or _DRIVE.match(name):
        raise refused(file, f"holds {name!r}, an absolute path")
    if {"", ".", ".."} & set(name.removesuffix("/").split("/")):
        raise refused(file, f"holds {name!r}, a path that leads elsewhere")
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise refused(file, f"holds {name!r}, which is a link or a device and no file")
    if member.flag_bits & _ENCRYPTED:
        raise refused(file, f"holds {name!r}, which is encrypted")


def _check_size(members: Sequence[zipfile.ZipInfo], file: Path) -> None:
    """By the sizes that it declares, which zipfile then holds it to."""
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > _MOST_MEMBERS:
        raise refused(
            file,
            f"holds {len(members)} files, and more than {_MOST_MEMBERS} are taken for an attack",
        )
    if unpacked > MOST_BYTES:
        raise refused(
            file,
            f"unpacks to {unpacked // 2**20} MB, and a browser gets {MOST_BYTES // 2**20} MB at most",
        )
    if unpacked > _BOMB_BYTES and unpacked > _BOMB_RATIO * packed:
        raise refused(
            file,
            f"unpacks to {unpacked // max(packed, 1)} times its size, which is taken for an attack",
        )


def _check_names(names: Iterable[str], file: Path) -> None:
    """On some systems, names are one whose letters differ in case or in how they are composed."""
    met: dict[str, str] = {}
    for name in names:
        alike = unicodedata.normalize("NFC", name).casefold()
        if name == met.get(alike):
            raise refused(file, f"holds {name!r} twice")
        if alike in met:
            raise refused(
                file, f"holds {met[alike]!r} and {name!r}, which some systems take for one"
            )
        met[alike] = name
    for alike, name in met.items():
        parts = alike.split("/")
        for end in range(1, len(parts)):
            above = "/".join(parts[:end])
            if above in met:
                raise refused(
                    file, f"holds {met[above]!r} as a file and, with {name!r}, as a directory"
                )
