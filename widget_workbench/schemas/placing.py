"""Puts the schemas into a repository, where `$schema` can name them whatever an author has installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from widget_workbench.schemas.making import FILES, written

DIRECTORY = ".schemas"

_PLACES = {
    "widget.schema.json": ("widgets/*/widget.json", '"$schema": "../../{path}",'),
    "connectors.schema.json": ("widgets/*/connectors.json", '"$schema": "../../{path}",'),
    "script.schema.json": ("scripts/*/script.json", '"$schema": "../../{path}",'),
    "stylesheet.schema.json": ("stylesheets/*/stylesheet.json", '"$schema": "../../{path}",'),
    "preview.schema.json": ("preview.toml", '"$schema" = "{path}"'),
}


def put_schemas(root: Path) -> Iterator[tuple[str, str]]:
    """Writes the schemas.

    Args:
        root: the repository.

    Yields:
        Which files a schema is of, and the line in them that names it.

    Raises:
        OSError: they cannot be written.
    """
    (root / DIRECTORY).mkdir(exist_ok=True)
    for name in FILES:
        (root / DIRECTORY / name).write_text(written(name), encoding="utf-8")
        files, line = _PLACES[name]
        yield files, line.format(path=f"{DIRECTORY}/{name}")
