"""Sphinx's side of the gallery: the directive `{example}`, and the files beside the page (making.py)."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from docs.gallery.making import EXAMPLES, PAGE, head, make
from widget_workbench.repository import Widget, read_repository

_LIVE = """
<div class="gallery-live" data-container="{container}">
<gs-cc-registry-widget data-widget-type="{type}">
<p class="gallery-waiting">{title} starts here. It needs JavaScript, and this site on a web server.</p>
</gs-cc-registry-widget>
<p class="gallery-note"></p>
</div>
"""


class Example(SphinxDirective):
    """An example, live, and its files below it; its argument is the widget's type."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The example's nodes."""
        named = self.arguments[0]
        widgets = {widget.type: widget for widget in read_repository(EXAMPLES).widgets}
        if named not in widgets:
            raise self.error(f"There is no example {named!r}: there are {', '.join(widgets)}.")
        widget = widgets[named]
        live = _LIVE.format(
            type=escape(widget.type),
            title=escape(widget.manifest.title),
            container=escape(widget.manifest.containers[0]),
        )
        source = "\n".join(_tabs(widget, Path(self.env.doc2path(self.env.docname)).parent))
        return [nodes.raw("", live, format="html"), *self.parse_text_to_nodes(source)]


def _tabs(widget: Widget, page_directory: Path) -> Iterator[str]:
    yield "::::{tab-set}\n:class: gallery-source"
    for file in _files(widget):
        # From the page: MyST takes a path from the root for one of the documentation's.
        path = file.relative_to(page_directory.parent).as_posix()
        yield f":::{{tab-item}} {file.name}\n```{{literalinclude}} ../{path}\n```\n:::"
    yield "::::"


def _files(widget: Widget) -> Iterator[Path]:
    """What an author would open of it: `main.py` first, its test last."""
    modules = sorted(widget.directory.glob("*.py"))
    tests = [file for file in modules if file.name.startswith("test_")]
    own = widget.directory / "connectors.json"
    yield widget.directory / "main.py"
    yield from (file for file in modules if file.name != "main.py" and file not in tests)
    yield own if own.exists() else EXAMPLES / "preview.connectors.json"
    yield widget.directory / "style.css"
    yield widget.directory / "widget.json"
    yield from tests


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_directive("example", Example)
    app.connect("env-get-outdated", _outdated)
    app.connect("html-page-context", _add_head)
    app.connect("build-finished", _make)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _outdated(app: Sphinx, *changes: object) -> list[str]:
    """The page is written anew each time: its head is made of more than its text."""
    return [PAGE]


def _add_head(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    if page == PAGE:
        context["metatags"] = head() + context.get("metatags", "")


def _make(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.name == "html":
        make(Path(app.outdir))
