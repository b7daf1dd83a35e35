"""What tells one state of a set of files from another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def digest(files: Mapping[str, bytes]) -> str:
    """A hash of files by their path, as hexadecimal digits: the same for the same files, whatever their order."""
    told = hashlib.sha256()
    for path, content in sorted(files.items()):
        told.update(f"{path} {len(content)}\n".encode())
        told.update(content)
    return told.hexdigest()
