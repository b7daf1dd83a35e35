"""What was compiled before, kept for all of a user's repositories."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from widget_workbench.dependencies.atomic_file import write_atomically

_DIGEST_BYTES = hashlib.sha256().digest_size


class ArchiveCache:
    """Archives by the hash of what they were made from. A damaged one counts as none.

    Args:
        directory: of the archives that are made in one way; made itself when something is kept.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def find(self, key: str) -> bytes | None:
        """The archive of a hash; None where there is none."""
        try:
            kept = (self._directory / key).read_bytes()
        except OSError:
            return None
        digest, archive = kept[:_DIGEST_BYTES], kept[_DIGEST_BYTES:]
        return archive if hashlib.sha256(archive).digest() == digest else None

    def keep(self, key: str, archive: bytes) -> None:
        """Keeps an archive; one that cannot be kept is made again the next time."""
        with suppress(OSError):
            self._directory.mkdir(parents=True, exist_ok=True)
            write_atomically(self._directory / key, hashlib.sha256(archive).digest() + archive)
