"""First paints that were made before, kept for all of a user's repositories."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path

from widget_workbench import __version__
from widget_workbench.dependencies.atomic_file import write_atomically
from widget_workbench.prerendering.first_paint import FirstPaint

_DIGEST_BYTES = hashlib.sha256().digest_size


class FirstPaintCache:
    """First paints by the hash of all that they are made of. A damaged one counts as none.

    Args:
        directory: made when something is kept.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "first-paints" / _rules()

    def find(self, key: str) -> FirstPaint | None:
        """The one of a key; None where there is none."""
        try:
            kept = (self._directory / key).read_bytes()
        except OSError:
            return None
        digest, content = kept[:_DIGEST_BYTES], kept[_DIGEST_BYTES:]
        return FirstPaint.read(content) if hashlib.sha256(content).digest() == digest else None

    def keep(self, key: str, paint: FirstPaint) -> None:
        """Keeps one; one that cannot be kept is made again the next time."""
        content = paint.written()
        with suppress(OSError):
            self._directory.mkdir(parents=True, exist_ok=True)
            write_atomically(self._directory / key, hashlib.sha256(content).digest() + content)


@cache
def _rules() -> str:
    """What tells one way of making first paints from another."""
    told = hashlib.sha256(__version__.encode())
    room = Path(__file__).parent
    for file in sorted((*room.glob("*.py"), *room.glob("*.mjs"), *room.glob("interpreter/*.py"))):
        told.update(file.read_bytes())
    return told.hexdigest()[:12]
