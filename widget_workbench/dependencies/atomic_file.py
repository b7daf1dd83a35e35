"""Files that others may read or write at the same time."""

from __future__ import annotations

import os
import uuid
from pathlib import Path


def write_atomically(file: Path, content: bytes) -> None:
    """Writes a file: whoever reads it meanwhile gets the old or the new content, whole.

    Raises:
        OSError: it cannot be written.
    """
    temporary = file.with_name(f".{uuid.uuid4()}.tmp")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)
