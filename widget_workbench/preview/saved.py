"""What of each widget is saved, in a form by which a page finds out what has changed since it was loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from widget_workbench.bundle.entry import SKELETON, UNSUPPORTED
from widget_workbench.bundle.published import is_module, never_ships, ships
from widget_workbench.checking.walking import files_below
from widget_workbench.repository import Repository, Widget

_STYLE = "style.css"
_MANIFEST = "widget.json"

# Of a Python widget, what is shown and not published as it is.
_SHOWN = frozenset({SKELETON, UNSUPPORTED, _MANIFEST})

# Of the repository, beside its widgets: who is played, and how connectors are executed.
_DEFINITIONS = ("*.toml", "*.json", "widgets/*/*.json")


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


def definitions(root: Path) -> str:
    """A hash of the files that say what the repository is: its settings, its connectors, and its widgets' manifests.

    Args:
        root: the repository.
    """
    found = (file for pattern in _DEFINITIONS for file in root.glob(pattern))
    return _hash(sorted((file.relative_to(root).as_posix(), file) for file in found))


def _of(widget: Widget) -> Saved:
    modules: list[tuple[str, Path]] = []
    style: list[tuple[str, Path]] = []
    rest: list[tuple[str, Path]] = []
    for path, file in _files(widget):
        if widget.python and is_module(path):
            modules.append((path, file))
        elif widget.python and path == _STYLE:
            style.append((path, file))
        else:
            rest.append((path, file))
    return Saved(_hash(modules), _hash(style), _hash(rest))


def _files(widget: Widget) -> list[tuple[str, Path]]:
    """What a page shows of a widget: nothing beside it, such as notes or the packages of its tools."""
    directory = widget.directory
    if widget.python:
        own = [(path.name, path) for path in _listed(directory) if path.is_file()]
        own += [(f"assets/{path}", file) for path, file in _below(directory / "assets")]
        return sorted((path, file) for path, file in own if ships(path) or path in _SHOWN)
    published = [(path, file) for path, file in _below(widget.source) if not never_ships(path)]
    return [*published, (f"../{_MANIFEST}", directory / _MANIFEST)]


def _listed(directory: Path) -> list[Path]:
    try:
        return list(directory.iterdir())
    except OSError:
        return []  # as in `_hash`


def _below(directory: Path) -> list[tuple[str, Path]]:
    try:
        return files_below(directory)
    except OSError:
        return []


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
