"""What the platform takes of one widget (platform.md §1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from widget_workbench.problem import Code

# The platform does not say which kind of MB it means: kept is the smaller one.
MEGABYTE = 1_000_000
MOST_FILES = 100
LARGEST_WIDGET = 10 * MEGABYTE
LARGEST_FILE = 2 * MEGABYTE
LARGEST_THUMBNAIL = 512_000


def exceeded(
    sizes: Mapping[str, int], thumbnail: str | None = None
) -> Iterator[tuple[str, Code, str]]:
    """What of a widget is too much, each as the file's path, the platform's code and a sentence.

    Args:
        sizes: bytes of each of its files, by path.
        thumbnail: the path of the picture that the widgets' library shows.
    """
    if len(sizes) > MOST_FILES:
        yield (
            "",
            Code.MAX_FILES_EXCEEDED,
            f"it has {len(sizes)} files, and the platform takes {MOST_FILES}: leave some out, or join several in one.",
        )
    total = sum(sizes.values())
    if total > LARGEST_WIDGET:
        yield (
            "",
            Code.MAX_SIZE_EXCEEDED,
            f"its files are {megabytes(total)} together, and the platform takes {megabytes(LARGEST_WIDGET)}; the "
            f"largest are {', '.join(_largest(sizes))}. Make files smaller, leave out files or dependencies, or "
            "make two widgets of it.",
        )
    for path, size in sizes.items():
        if path == thumbnail and size > LARGEST_THUMBNAIL:
            yield (
                path,
                Code.MAX_SIZE_EXCEEDED,
                f"the thumbnail is {size:,} bytes, and the platform takes {LARGEST_THUMBNAIL:,}; "
                "420 by 145 pixels look best.",
            )
        elif size > LARGEST_FILE:
            yield (
                path,
                Code.MAX_SIZE_EXCEEDED,
                f"is {size:,} bytes, and the platform takes {LARGEST_FILE:,} a file: make it smaller, or split it.",
            )


def megabytes(size: int) -> str:
    """Bytes in words: "1.76 MB"."""
    return f"{size / MEGABYTE:.2f} MB"


def _largest(sizes: Mapping[str, int]) -> list[str]:
    paths = sorted(sizes, key=lambda path: -sizes[path])[:3]
    return [f"{path} ({megabytes(sizes[path])})" for path in paths]
