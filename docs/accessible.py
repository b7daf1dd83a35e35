"""Sphinx's and furo's pages, as axe-core wants them: what neither has a setting for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

# What furo and Sphinx write, and what it has to be.
_MENDED = {
    # Two of the same kind need names.
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Site">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="Page">',
    # The captions of the site's parts.
    'class="caption" role="heading"': 'class="caption" role="heading" aria-level="2"',
    # Code that is wider than the page is scrolled, by keyboard too.
    '<div class="highlight"><pre>': '<div class="highlight"><pre tabindex="0">',
    # The page of the search has no heading.
    '<div id="search-results">': '<h1>Search</h1><div id="search-results">',
    # A column without a heading.
    '<th class="head"><p></p></th>': "<td></td>",
    '<div class="table-wrapper ': '<div tabindex="0" class="table-wrapper ',
}


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("doctree-read", _drop_empty_heads)
    app.connect("build-finished", _mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _drop_empty_heads(_app: Sphinx, document: nodes.document) -> None:
    """Markdown's tables have a head, also where there is nothing to say in it."""
    for head in list(document.findall(nodes.thead)):
        if not head.astext().strip():
            head.parent.remove(head)


def _mend(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.name != "html":
        return
    for page in Path(app.outdir).glob("**/*.html"):
        if page.relative_to(app.outdir).parts[0] in ("_static", "gallery"):
            continue
        text = page.read_text("utf-8")
        for written, mended in _MENDED.items():
            text = text.replace(written, mended)
        page.write_text(text, "utf-8")
