"""The entry of a Python widget: the HTML fragment that the platform puts into the widget's shadow root.

It declares every file of the bundle, because the platform rewrites the addresses in HTML and nowhere else
(platform.md §1). No browser fetches a `<link rel="asset">`; the loader reads its address and fetches it when it is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from widget_workbench.bundle.runtime import WIDGET_ARCHIVE, runtime

if TYPE_CHECKING:
    from widget_workbench.repository import Widget

LOADER = "loader/loader.js"


def entry_fragment(
    widget: Widget, own: Mapping[str, Path], loader: Iterable[str], runtime_base: str
) -> str:
    """The entry's HTML.

    Args:
        widget: the widget, for its skeleton.
        own: the widget's own published files by their path.
        loader: the paths of the loader's modules.
        runtime_base: URL below which the runtime's files are served, ending in "/".
    """
    current = runtime()
    lines = [f'<link rel="modulepreload" href="{escape(path)}">' for path in loader]
    for name in current.files:
        release = f' data-release="{escape(current.release)}"' if name == WIDGET_ARCHIVE else ""
        lines.append(
            _asset(
                f"runtime/{name}",
                runtime_base + name,
                f' data-bytes="{current.size(name)}"{release}',
            )
        )
    lines += [
        _asset(path, path, f' data-bytes="{file.stat().st_size}"') for path, file in own.items()
    ]
    lines += [
        *_skeleton_style(widget, own),
        f'<div data-widget-root aria-busy="true">{_skeleton(widget)}</div>',
        f'<script type="module" src="{LOADER}"></script>',
    ]
    return "\n".join(lines) + "\n"


def _asset(path: str, href: str, more: str) -> str:
    return f'<link rel="asset" href="{escape(href)}" data-asset="{escape(path)}"{more}>'


def _skeleton(widget: Widget) -> str:
    own = widget.directory / "skeleton.html"
    return own.read_text(encoding="utf-8") if own.is_file() else _DEFAULT_SKELETON


def _skeleton_style(widget: Widget, own: Mapping[str, Path]) -> list[str]:
    """The widget's style for its skeleton, which is on the page before the loader can adopt style.css."""
    if "style.css" not in own or not (widget.directory / "skeleton.html").is_file():
        return []
    style = own["style.css"].read_text(encoding="utf-8")
    # An end tag in a comment or a string would end the element; then the skeleton waits for the loader.
    return [] if "</style" in style.lower() else [f"<style data-widget-skeleton>{style}</style>"]


# Three grey lines of the height that text has, so that what follows them does not jump far.
_DEFAULT_SKELETON = """
<div aria-hidden="true" style="padding: var(--space-200, 16px); display: grid; gap: var(--space-150, 12px)">
<div style="height: 1.25rem; width: 45%; border-radius: 4px; background: var(--color-skeleton-default, #F4F5F6)"></div>
<div style="height: 1rem; border-radius: 4px; background: var(--color-skeleton-default, #F4F5F6)"></div>
<div style="height: 1rem; width: 70%; border-radius: 4px; background: var(--color-skeleton-default, #F4F5F6)"></div>
</div>
"""
