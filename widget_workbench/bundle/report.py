"""What each widget of a built tree weighs, against what the platform takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from widget_workbench import shipped
from widget_workbench.bundle.entry import LOADER, MANIFEST
from widget_workbench.bundle.published import ENTRY, is_module
from widget_workbench.checking.limits import LARGEST_FILE, LARGEST_WIDGET, MOST_FILES
from widget_workbench.prerendering import FirstPaint
from widget_workbench.runtime import runtime

_AT_A_START = ("core", "wasm", "snapshot", "library", "widget", "dependency")


@dataclass(frozen=True)
class WidgetReport:
    """One widget.

    Attributes:
        type: the widget's.
        files: how many it has.
        bytes: of all of them.
        largest_file: the path of the largest, and
        largest_bytes: its bytes.
        first_visit_bytes: what a visitor's browser fetches, with nothing in its caches, until a Python widget is ready,
            not compressed by the server; None for one in JavaScript.
        prerendered: whether the entry of a Python widget shows its first render; None for one in JavaScript.
        prefetched: the permalinks that its entry lets the loader call.
        skeleton_because: why the entry shows a skeleton; empty where it does not.
        prefetch_ends_because: why the loader may not call more, where the platform would not take the next call in the
            entry; else empty.
    """

    type: str
    files: int
    bytes: int
    largest_file: str
    largest_bytes: int
    first_visit_bytes: int | None
    prerendered: bool | None
    prefetched: tuple[str, ...]
    skeleton_because: str
    prefetch_ends_because: str

    def shares(self) -> dict[str, float]:
        """What part of each limit it takes, 1 being all."""
        return {
            "files": self.files / MOST_FILES,
            "bytes": self.bytes / LARGEST_WIDGET,
            "largest_file": self.largest_bytes / LARGEST_FILE,
        }


@dataclass(frozen=True)
class Report:
    """All widgets, in the order of their types."""

    widgets: tuple[WidgetReport, ...]

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "widgets": [{**asdict(each), "shares": each.shares()} for each in self.widgets],
        }


def report_of(files: Mapping[str, bytes | Path], paints: Mapping[str, FirstPaint]) -> Report:
    """The report of a built tree.

    Args:
        files: content, or a file that has it, by path.
        paints: what the entries of Python widgets show before Python is there, by the widgets' types.
    """
    trees: dict[str, dict[str, bytes | Path]] = {}
    for path, content in files.items():
        directory, _, below = path.partition("/")
        if directory == "widgets":
            widget_type, _, own = below.partition("/")
            trees.setdefault(widget_type, {})[own] = content
    return Report(
        tuple(_widget(name, own, paints.get(name)) for name, own in sorted(trees.items()))
    )


def _widget(
    widget_type: str, files: Mapping[str, bytes | Path], paint: FirstPaint | None
) -> WidgetReport:
    sizes = {path: _size(content) for path, content in files.items()}
    largest = max(sizes, key=lambda path: sizes[path])
    return WidgetReport(
        type=widget_type,
        files=len(sizes),
        bytes=sum(sizes.values()),
        largest_file=largest,
        largest_bytes=sizes[largest],
        first_visit_bytes=_first_visit(files, sizes),
        prerendered=None if paint is None else paint.markup is not None,
        prefetched=() if paint is None else paint.permalinks,
        skeleton_because="" if paint is None else paint.reason,
        prefetch_ends_because="" if paint is None else paint.calls_end,
    )


def _first_visit(files: Mapping[str, bytes | Path], sizes: Mapping[str, int]) -> int | None:
    manifest = files.get(MANIFEST)
    if not isinstance(manifest, bytes):
        return None
    fetched = sum(size for path, size in sizes.items() if path in (ENTRY, LOADER, MANIFEST))
    for record in json.loads(manifest)["files"]:
        part = record.get("part")
        path = record["path"]
        own = part is None and (is_module(path.removesuffix("c")) or path == "style.css")
        if own or part in _AT_A_START or record.get("due"):
            fetched += _size_of_core(record) if part == "core" else record["bytes"]
    return fetched


def _size_of_core(record: Mapping[str, Any]) -> int:
    """Trimmed, or from the CDN as it is."""
    name = record["path"].rpartition("/")[2]
    known = runtime().manifest.files.get(name)
    return known.size if known else (shipped.pyodide_core() / name).stat().st_size


def _size(content: bytes | Path) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size
