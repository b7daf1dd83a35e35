"""What of each widget is saved, in a form by which a page finds out what has changed since it was loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from widget_workbench.bundle.published import is_module, never_ships
from widget_workbench.checking.walking import files_below
from widget_workbench.repository import Repository, Widget

_STYLE = "style.css"

# Read by the gateway, which has the new ones as soon as they are read.
_CONNECTORS = "connectors.json"


@dataclass(frozen=True)
class Saved:
    """One widget's files: hashes that tell whether they have changed, and nothing else.

    Attributes:
        modules: of the Python files.
        style: of style.css.
        rest: of everything else that a page shows, be it widget.json, an asset or a JavaScript widget's module.
    """

    modules: str
    style: str
    rest: str


def saved(repository: Repository) -> dict[str, dict[str, str]]:
    """By type, what `Saved` says.

    Args:
        repository: as it was read.
    """
    return {widget.type: asdict(_of(widget)) for widget in repository.widgets}


def _of(widget: Widget) -> Saved:
    modules: list[tuple[str, Path]] = []
    style: list[tuple[str, Path]] = []
    rest: list[tuple[str, Path]] = []
    for path, file in _files(widget.directory):
        if path == _CONNECTORS or never_ships(path):
            continue
        if widget.python and is_module(path):
            modules.append((path, file))
        elif widget.python and path == _STYLE:
            style.append((path, file))
        else:
            rest.append((path, file))
    return Saved(_hash(modules), _hash(style), _hash(rest))


def _files(directory: Path) -> list[tuple[str, Path]]:
    try:
        return files_below(directory)
    except OSError:
        return []  # as in `_hash`


def _hash(files: Iterable[tuple[str, Path]]) -> str:
    digest = hashlib.sha256()
    for path, file in files:
        try:
            content = file.read_bytes()
        except OSError:
            # It went while it was looked at: the next look is on its way.
            continue
        digest.update(f"{len(path)} {path} {len(content)} ".encode(errors="surrogateescape"))
        digest.update(content)
    return digest.hexdigest()[:16]
