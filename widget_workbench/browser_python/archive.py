"""Stored zips whose bytes depend on nothing but their files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

# The oldest date that a zip can hold.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def archive_of(files: Mapping[str, bytes]) -> bytes:
    """A zip of the files, in the order in which they are given.

    Args:
        files: content by path, with "/" between its parts.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, content in files.items():
            # Not the computer's own way of writing, which differs by system.
            member = zipfile.ZipInfo(path, _EPOCH)
            member.create_system = 3
            archive.writestr(member, content)
    return buffer.getvalue()


def files_of(archive: bytes) -> dict[str, bytes]:
    """The files of a zip, content by path.

    Raises:
        zipfile.BadZipFile: it is none.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}
