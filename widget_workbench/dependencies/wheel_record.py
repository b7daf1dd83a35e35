"""Checks a wheel's files by its RECORD.

By hand and not by the package `installer`: that one reads files before anything bounds their sizes, lets a listed file
be missing and a row stand twice, and rewrites backslashes.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

from widget_workbench.dependencies.archive import refused

_HASHES = ("sha256", "sha384", "sha512")
# RECORD cannot hold its own hash, and the signatures come after it.
_UNHASHED = ("RECORD", "RECORD.jws", "RECORD.p7s")


def check_record(files: Mapping[str, bytes], dist_info: str, wheel: Path) -> None:
    """Checks that RECORD lists all files, these and no others, with their hashes and sizes.

    Args:
        files: the wheel's content.
        dist_info: the name of its `.dist-info` directory.
        wheel: for messages.

    Raises:
        DependencyError: it does not.
    """
    record = files.get(f"{dist_info}/RECORD")
    if record is None:
        raise refused(wheel, "has no RECORD")
    rows = _rows(record, wheel)
    unhashed = {f"{dist_info}/{name}" for name in _UNHASHED}
    for path in files:
        if path not in rows and path not in unhashed:
            raise refused(wheel, f"holds {path!r}, which its RECORD does not list")
    for path, (hashed, size) in rows.items():
        if path not in files:
            raise refused(wheel, f"lists {path!r} in its RECORD, and does not hold it")
        if path not in unhashed:
            _check_row(path, hashed, size, files[path], wheel)


def _rows(record: bytes, wheel: Path) -> dict[str, tuple[str, str]]:
    rows: dict[str, tuple[str, str]] = {}
    try:
        for path, hashed, size in csv.reader(io.StringIO(record.decode(), newline="")):
            if path in rows:
                raise refused(wheel, f"lists {path!r} in its RECORD twice")
            rows[path] = (hashed, size)
    except (ValueError, csv.Error):  # not UTF-8, or not three fields
        raise refused(wheel, "has a RECORD that cannot be read") from None
    return rows


def _check_row(path: str, hashed: str, size: str, content: bytes, wheel: Path) -> None:
    algorithm, _, expected = hashed.partition("=")
    if algorithm not in _HASHES:
        raise refused(wheel, f"has no hash of {path!r} in its RECORD, of SHA-256 or better")
    digest = hashlib.new(algorithm, content).digest()
    if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != expected.rstrip("="):
        raise refused(wheel, f"holds {path!r} with other content than its RECORD says")
    if size and size != str(len(content)):
        raise refused(wheel, f"holds {path!r} of another size than its RECORD says")
