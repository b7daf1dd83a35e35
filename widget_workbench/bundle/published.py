"""What of a widget is published: the files that the platform would host, by their path in the widget's directory."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from widget_workbench import shipped
from widget_workbench.bundle.bundle_file import BundleFile
from widget_workbench.bundle.entry import (
    LOADER,
    MANIFEST,
    SKELETON,
    UNSUPPORTED,
    BeforePython,
    BundleError,
    entry_fragment,
    text_of,
)
from widget_workbench.bundle.hosting import DIRECTORY, Hosting
from widget_workbench.bundle.imports import imported_modules
from widget_workbench.bundle.stamp import Stamp
from widget_workbench.checking.walking import files_below, is_utf8
from widget_workbench.manifest import WidgetManifest
from widget_workbench.parts import sha256
from widget_workbench.prerendering import NOTHING, FirstPaint
from widget_workbench.runtime import Runtime, runtime

if TYPE_CHECKING:
    from widget_workbench.repository import Widget

ENTRY = "index.html"

# Of bundle.json's shape.
_FORMAT = 1

_LICENCES = "LICENCES.txt"

NO_BYTECODE: Mapping[str, bytes] = MappingProxyType({})


def published_files(
    widget: Widget,
    hosting: Hosting,
    dependencies: Iterable[BundleFile] = (),
    commit: str | None = None,
    *,
    bytecode: Mapping[str, bytes] = NO_BYTECODE,
    paint: FirstPaint = NOTHING,
) -> dict[str, bytes | Path]:
    """The published tree of one widget.

    Args:
        widget: as the repository has it. A JavaScript widget's source directory is taken as it is.
        hosting: where the runtime is fetched from.
        dependencies: the archives of the packages that a Python widget asks for.
        commit: of the widget's sources, for its stamp.
        bytecode: of a Python widget's sources, by path; without it, visitors' browsers compile them.
        paint: what a Python widget's entry shows, and begins, before Python is there.

    Returns:
        Published path, with "/" between its parts, to a file on disk or the bytes themselves. Symbolic links are
        skipped, as the platform skips them (platform.md §1).

    Raises:
        BundleError: a file that becomes part of the entry, a module, or a file's name is not UTF-8.
        ShippedFilesMissing: the runtime is not there.
        OSError: a file cannot be read.
    """
    files = dict(_tree(widget.source))
    if not widget.python:
        return {**files}
    # Read now: the entry states each file's length, which a file that is saved meanwhile would not keep.
    own = own_files(widget)
    _refuse_other_encodings(own)
    current = runtime()
    dependencies = tuple(dependencies)
    parts = _runtime_files(current, hosting, _is_late_due(own, current, bool(dependencies)))
    fetched = [
        *parts,
        _licences(),
        *dependencies,
        *(BundleFile.own(path, content) for path, content in (own | dict(bytecode)).items()),
    ]
    before = BeforePython(
        skeleton=files[SKELETON].read_bytes() if SKELETON in files else None,
        unsupported=files[UNSUPPORTED].read_bytes() if UNSUPPORTED in files else None,
        paint=paint,
        boot=widget.manifest.boot if isinstance(widget.manifest, WidgetManifest) else None,
    )
    stamp = _stamp(widget, fetched, current, before, commit)
    entry = entry_fragment(fetched, current.release, stamp, before)
    return {
        ENTRY: entry.encode(),
        MANIFEST: _manifest(fetched, current, widget, stamp),
        LOADER: current.loader,
        **{file.path: file.content for file in fetched if file.url is None},
    }


def _stamp(
    widget: Widget,
    fetched: Sequence[BundleFile],
    current: Runtime,
    before: BeforePython,
    commit: str | None,
) -> Stamp:
    """Of all that the bundle holds; of the entry as it is without the stamp."""
    version = widget.manifest.version
    entry = entry_fragment(fetched, current.release, Stamp(version, ""), before)
    hashes = {file.path: file.sha256 for file in fetched}
    hashes |= {LOADER: sha256(current.loader.read_bytes()), ENTRY: sha256(entry.encode())}
    return Stamp.of(version, hashes, commit)


def _refuse_other_encodings(own: Mapping[str, bytes]) -> None:
    for path, content in own.items():
        if is_module(path):
            text_of(content, path)


def own_files(widget: Widget) -> dict[str, bytes]:
    """The contents of what a Python widget's author has written and publishes, by path.

    Raises:
        BundleError: the name of a file, published or not, is not UTF-8.
        OSError: a file cannot be read.
    """
    return {path: file.read_bytes() for path, file in _tree(widget.source) if ships(path)}


def _runtime_files(current: Runtime, hosting: Hosting, late_is_due: bool) -> list[BundleFile]:
    found = []
    for part in current.manifest.shipped_parts(snapshot=hosting.snapshot):
        for name in current.manifest.parts[part]:
            location = hosting.location(part, name, current.manifest)
            known = current.manifest.files[name]
            found.append(
                BundleFile(
                    path=location.path,
                    sha256=known.sha256,
                    size=known.size,
                    content=current.files[name],
                    url=location.url,
                    part=part,
                    due=part == "late" and late_is_due,
                )
            )
    return found


def _licences() -> BundleFile:
    """The licences of what is passed on with the widget: those of its dependencies stand in their archives."""
    texts = [path.read_bytes() for path in sorted(shipped.licenses().glob("*.txt"))]
    content = b"\n\n".join(texts)
    return BundleFile(
        f"{DIRECTORY}{_LICENCES}", sha256(content), len(content), content, part="licences"
    )


def _is_late_due(own: Mapping[str, bytes], current: Runtime, has_dependencies: bool) -> bool:
    """Whether the widget imports what the library's second part holds, as far as its text tells."""
    if has_dependencies:
        return True  # nobody has looked through these, and few do without
    late = set(current.manifest.late_modules)
    return any(
        not late.isdisjoint(imported_modules(content))
        for path, content in own.items()
        if is_module(path)
    )


def _manifest(files: Iterable[BundleFile], current: Runtime, widget: Widget, stamp: Stamp) -> bytes:
    """`bundle.json`: whole hashes stand in it, since the platform's scan of HTML takes them for credentials."""
    document = {
        "format": _FORMAT,
        "release": current.release,
        "pyodide": current.manifest.pyodide,
        "python": current.manifest.python,
        "widget": {"type": widget.type, "version": widget.manifest.version},
        "build": stamp.record(),
        "files": [file.record() for file in files],
    }
    return json.dumps(document, indent=1).encode() + b"\n"


# What design.md's layout names, and nothing else: a note or a key left beside main.py is nobody's to see.
_NEVER_SHIPPED = ("test_*.py", "*_test.py", "conftest.py", "*.pyi", ".*", "__pycache__")


def never_ships(path: str) -> bool:
    """Whether a file of a widget's directory is a test, a stub of types, or hidden, by its path there."""
    return any(
        fnmatch.fnmatchcase(part, pattern) for part in path.split("/") for pattern in _NEVER_SHIPPED
    )


def ships(path: str) -> bool:
    """Whether a file of a Python widget's directory is published, by its path there."""
    if never_ships(path):
        return False
    directory, *below = path.split("/")
    if below:
        return directory == "assets"
    return path.endswith(".py") or path in ("style.css", "thumbnail.png")


def is_module(path: str) -> bool:
    """Whether a published file is one that the widget's package imports: one in assets/ is there to be downloaded."""
    return path.endswith(".py") and not path.startswith("assets/")


def _tree(directory: Path) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for path, file in files_below(directory):
        if not is_utf8(path):
            raise BundleError(f"the name {path!r} is not UTF-8: rename it.")
        found.append((path, file))
    return found
