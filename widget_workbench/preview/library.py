"""What the page's workbench knows of a widget beside what the community's registry has of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from widget_workbench.bundle.registries import thumbnail
from widget_workbench.preview.hosted_widget import NotServedError
from widget_workbench.repository import Repository, Widget


def library_entry(widget: Widget) -> dict[str, Any]:
    """As the widgets' library and the No-Code Builder show a widget (platform.md §2).

    Args:
        widget: the widget.

    Returns:
        JSON: `category`, `inLibrary`, `settings`, `configuration` (the platform's names), `thumbnail` (its address, or
        None) and `directory` (of what is published, absolute; links to an editor lead there).
    """
    manifest = widget.manifest
    shown = manifest.model_dump(
        mode="json",
        by_alias=True,
        exclude_none=True,
        include={"category", "settings", "configuration"},
    )
    return {
        **shown,
        "inLibrary": manifest.widgets_library,
        "thumbnail": _thumbnail_address(widget),
        "directory": str(widget.source.resolve()),
    }


def _thumbnail_address(widget: Widget) -> str | None:
    path = thumbnail(widget)
    if path is None:
        return None
    address = f"/_preview/thumbnail/{quote(widget.type)}"
    try:
        # A page that is open shows a picture that it has by its address, whatever is there by now.
        return f"{address}?{(widget.directory / path).stat().st_mtime_ns}"
    except OSError:  # it has gone since
        return address


def thumbnail_file(repository: Repository, widget_type: str) -> Path:
    """The picture of a widget.

    Args:
        repository: that has it.
        widget_type: the widget's.

    Raises:
        NotServedError: there is none, or a link leads out of the widget's directory.
    """
    for widget in repository.widgets:
        if widget.type == widget_type and (path := thumbnail(widget)) is not None:
            directory = widget.directory.resolve()
            file = (directory / path).resolve()
            if file.is_relative_to(directory) and file.is_file():
                return file
    raise NotServedError(f"The widget {widget_type!r} has no thumbnail.")
