"""The wheels that were fetched or built, kept for all of a user's repositories."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import uuid
from contextlib import suppress
from pathlib import Path

import platformdirs

from widget_workbench.dependencies.atomic_file import write_atomically
from widget_workbench.dependencies.errors import DependencyError

VARIABLE = "WIDGET_CACHE_DIR"
"""The environment variable that names the directory to keep them in."""

_BUILD_NOTE = re.compile(r"(?P<sha256>[0-9a-f]{64}) (?P<file>[^/\\\s]+\.whl)\n")


class WheelCache:
    """Files by their SHA-256, which is checked whenever one is taken out.

    Many processes may use a cache at once: a file appears whole or not at all.

    Args:
        directory: made when something is kept.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._wheels = directory / "wheels"
        self._builds = directory / "built"

    @classmethod
    def of_user(cls) -> WheelCache:
        """The cache in the directory that `WIDGET_CACHE_DIR` names, else in the user's own for such things."""
        named = os.environ.get(VARIABLE)
        return cls(Path(named) if named else platformdirs.user_cache_path("widget-workbench"))

    def find(self, sha256: str, file: str) -> Path | None:
        """A file that is kept, whole; None where there is none."""
        path = self._wheels / sha256 / file
        return path if path.is_file() and sha256_of(path) == sha256 else None

    def keep(self, source: Path, file: str) -> Path:
        """Copies a file into the cache; gives where it is then.

        Args:
            source: the file.
            file: the name it is to have.

        Raises:
            DependencyError: it cannot be written.
        """
        target = self._wheels / sha256_of(source) / file
        temporary = target.with_name(f".{uuid.uuid4()}.tmp")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, temporary)
            os.replace(temporary, target)
        except OSError as error:
            raise self._unwritable(error) from None
        finally:
            with suppress(OSError):  # where nothing can be written, there is nothing to remove
                temporary.unlink()
        return target

    def find_built(self, source_sha256: str) -> Path | None:
        """The wheel that was built from a source distribution; None where there is none."""
        try:
            note = (self._builds / source_sha256).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None
        found = _BUILD_NOTE.fullmatch(note)
        return self.find(found["sha256"], found["file"]) if found else None

    def keep_built(self, wheel: Path, source_sha256: str) -> Path:
        """Copies a wheel into the cache that was built from a source distribution; gives where it is then.

        Raises:
            DependencyError: it cannot be written.
        """
        kept = self.keep(wheel, wheel.name)
        try:
            self._builds.mkdir(parents=True, exist_ok=True)
            note = f"{kept.parent.name} {kept.name}\n"
            write_atomically(self._builds / source_sha256, note.encode())
        except OSError as error:
            raise self._unwritable(error) from None
        return kept

    def _unwritable(self, error: OSError) -> DependencyError:
        return DependencyError(
            f"Fetched packages cannot be kept in {self._wheels.parent}: {error.strerror}. Let the environment variable "
            f"{VARIABLE} name a directory that can be written."
        )


def sha256_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
