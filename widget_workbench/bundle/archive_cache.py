"""Archives of packages that were compiled before, kept for all of a user's repositories."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from widget_workbench import __version__, dependencies
from widget_workbench.browser_python import compiler_version

_DIGEST_BYTES = hashlib.sha256().digest_size


class ArchiveCache:
    """Archives by the hash of the wheel that they were made from. A damaged one counts as none.

    Args:
        directory: made when something is kept.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "archives" / _rules()

    def find(self, wheel_sha256: str) -> bytes | None:
        """The archive of a wheel; None where there is none."""
        try:
            kept = (self._directory / wheel_sha256).read_bytes()
        except OSError:
            return None
        digest, archive = kept[:_DIGEST_BYTES], kept[_DIGEST_BYTES:]
        return archive if hashlib.sha256(archive).digest() == digest else None

    def keep(self, wheel_sha256: str, archive: bytes) -> None:
        """Keeps an archive; one that cannot be kept is made again the next time."""
        with suppress(OSError):
            self._directory.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._directory, delete=False) as file:
                file.write(hashlib.sha256(archive).digest() + archive)
            os.replace(file.name, self._directory / wheel_sha256)


@cache
def _rules() -> str:
    """What tells one way of making archives from another."""
    told = hashlib.sha256(f"{__version__} {compiler_version()}".encode())
    rooms = sorted(Path(str(dependencies.__file__)).parent.glob("*.py"))
    for file in (*rooms, Path(__file__).with_name("dependency_archives.py")):
        told.update(file.read_bytes())
    return told.hexdigest()[:12]
