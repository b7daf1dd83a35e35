"""What of a widget is published: the files that the platform would host, by their path in the widget's directory."""

from __future__ import annotations

import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from widget_workbench import shipped
from widget_workbench.bundle.entry import SKELETON, entry_fragment

if TYPE_CHECKING:
    from widget_workbench.repository import Widget

ENTRY = "index.html"


def published_files(widget: Widget, runtime_base: str) -> dict[str, bytes | Path]:
    """The published tree of one widget.

    Args:
        widget: as the repository has it. A JavaScript widget's source directory is taken as it is.
        runtime_base: URL below which the runtime's files are served, ending in "/".

    Returns:
        Published path, with "/" between its parts, to a file on disk or the bytes themselves. Symbolic links are
        skipped, as the platform skips them (platform.md §1).

    Raises:
        BundleError: a file that becomes part of the entry is not UTF-8.
        OSError: a file cannot be read.
    """
    files = dict(_tree(widget.source))
    if not widget.python:
        return {**files}
    # Read now: the entry states each file's length, which a file that is saved meanwhile would not keep.
    own = {path: file.read_bytes() for path, file in files.items() if _ships(path)}
    loader = {f"loader/{file.name}": file for file in sorted(shipped.static("loader").glob("*.js"))}
    skeleton = files[SKELETON].read_bytes() if SKELETON in files else None
    entry = entry_fragment(own, loader, runtime_base, skeleton, widget.manifest.version)
    return {ENTRY: entry.encode(), **loader, **own}


# What design.md's layout names, and nothing else: a note or a key left beside main.py is nobody's to see.
_NEVER_SHIPPED = ("test_*.py", "*_test.py", "conftest.py", ".*", "__pycache__")


def _ships(path: str) -> bool:
    directory, *below = path.split("/")
    if any(
        fnmatch.fnmatchcase(part, pattern)
        for part in (directory, *below)
        for pattern in _NEVER_SHIPPED
    ):
        return False
    if below:
        return directory == "assets"
    return path.endswith(".py") or path in ("style.css", "thumbnail.png")


def _tree(directory: Path) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for entry in sorted(directory.iterdir()):
        if entry.is_symlink():
            continue
        if entry.is_dir():
            found += [(f"{entry.name}/{path}", file) for path, file in _tree(entry)]
        elif entry.is_file():
            found.append((entry.name, entry))
    return found
