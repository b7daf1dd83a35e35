"""What a file of a published tree holds: in memory, or on disk."""

from __future__ import annotations

from pathlib import Path

Content = bytes | Path


def size_of(content: Content) -> int:
    """Bytes of a file's content."""
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def bytes_of(content: Content) -> bytes:
    """A file's content."""
    return content if isinstance(content, bytes) else content.read_bytes()
