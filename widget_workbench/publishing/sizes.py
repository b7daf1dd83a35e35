"""Bytes in words."""

from widget_workbench.checking.limits import MEGABYTE, megabytes

_KILOBYTE = 1000


def size(count: int) -> str:
    """A count of bytes: "812 bytes", "14.2 kB", "1.76 MB"."""
    if count < _KILOBYTE:
        return f"{count} byte{'' if count == 1 else 's'}"
    if count < MEGABYTE:
        return f"{count / _KILOBYTE:.1f} kB"
    return megabytes(count)
