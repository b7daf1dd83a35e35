"""The two registries at the root of what the platform reads (platform.md §1, §5, §6)."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from widget_workbench.bundle.entry import BundleError
from widget_workbench.bundle.published import ENTRY
from widget_workbench.bundle.stamp import Stamp
from widget_workbench.manifest import OWN_FIELDS
from widget_workbench.problem import Code
from widget_workbench.repository import ExternalWidget, GlobalCode, Repository, Widget

THUMBNAIL = "thumbnail.png"


def extensions_registry(repository: Repository, stamps: Mapping[str, Stamp] = {}) -> bytes:
    """Widgets, scripts and stylesheets, each with all that its author's file says of it.

    Args:
        repository: whose.
        stamps: of the widgets, by type, whose descriptions are to tell their builds.
    """
    widgets: list[Widget | ExternalWidget] = [*repository.widgets, *repository.external_widgets]
    document: dict[str, Any] = {
        "widgets": [
            _widget(widget, stamps.get(widget.type))
            for widget in sorted(widgets, key=lambda each: each.type)
        ]
    }
    for kind in ("scripts", "stylesheets"):
        if entries := [_global(each) for each in repository.global_code if each.kind == kind]:
            document[kind] = entries
    return _written(document)


def connectors_registry(repository: Repository) -> bytes:
    """The connectors of every widget's `connectors.json`."""
    document: dict[str, list[Any]] = {"connectors": [], "composite_connectors": []}
    for path in connector_files(repository.root):
        definitions = _readable(path)
        for kind in document:
            document[kind] += definitions.get(kind, [])
    return _written(document)


def connector_files(root: Path) -> Iterable[Path]:
    """The files that define published connectors."""
    return sorted(
        path
        for path in (root / "widgets").glob("[!._]*/connectors.json")
        if path.is_file() and not path.parent.is_symlink()
    )


def thumbnail(widget: Widget | ExternalWidget) -> str | None:
    """The picture that the widgets' library shows, relative to the widget's directory."""
    manifest = widget.manifest
    if manifest.image_src is not None:
        return posixpath.normpath(manifest.image_src)
    default = widget.directory / THUMBNAIL
    has_one = manifest.image_name is None and default.is_file() and not default.is_symlink()
    return THUMBNAIL if has_one else None


def _widget(widget: Widget | ExternalWidget, stamp: Stamp | None) -> dict[str, Any]:
    """As the template merges it: the type is the directory's name, and paths are the repository's."""
    document = {**_json(widget.directory / "widget.json"), "type": widget.type}
    directory = f"widgets/{widget.type}"
    if isinstance(widget, Widget):
        if widget.python:
            document.pop("content", None)
            document["source"] = {"path": directory, "entry": ENTRY}
        else:
            source = document["source"]
            document["source"] = {
                **source,
                "path": _joined(directory, source["path"]),
                "entry": posixpath.normpath(source["entry"]),
            }
    if (image := thumbnail(widget)) is not None:
        document["imageSrc"] = _joined(directory, image)
    if stamp is not None:
        document["description"] = "\n".join(
            filter(None, (widget.manifest.description, stamp.line()))
        )
    for name in ("$schema", *OWN_FIELDS):
        document.pop(name, None)
    return document


def _global(code: GlobalCode) -> dict[str, Any]:
    document = {"name": code.name, **_json(code.definition)}
    document.pop("$schema", None)
    return {
        **document,
        "source": {"path": f"{code.kind}/{code.name}", "entry": code.content.name},
    }


def _joined(directory: str, path: str) -> str:
    return posixpath.normpath(f"{directory}/{path}")


def _json(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
    return document


def _readable(path: Path) -> Mapping[str, list[Any]]:
    """The arrays in a file: reading the repository has told already what is wrong with it."""
    try:
        definitions = _json(path)
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(definitions, dict):
        return {}
    return {kind: held for kind, held in definitions.items() if isinstance(held, list)}


def _written(document: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    except UnicodeEncodeError as error:
        raise BundleError(
            f"A widget.json or connectors.json has half of a character (\\u{ord(error.object[error.start]):04x}) in a "
            "text: write the character itself.",
            Code.INVALID_DEFINITION,
        ) from None
