"""The links of pages that are read where they lie, on a computer or on GitHub, lead to what is there.

Those of the site's pages are Sphinx's to check: `test_site.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from .pages import DOCS, PROJECT, name

PAGES = [
    *sorted(PROJECT.glob("*.md")),
    PROJECT / "examples" / "README.md",
    PROJECT / "bench" / "README.md",
]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in _targets(page):
        address = urlsplit(target)
        if address.scheme:
            continue
        file = page.parent / address.path if address.path else page
        if not file.exists() or (
            address.fragment and address.fragment not in _headings(file.resolve())
        ):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", ["CHANGELOG.md", "CONTRIBUTING.md"])
def test_links_of_pages_that_the_site_includes_lead_into_it(page: str) -> None:
    for target in _targets(PROJECT / page):
        address = urlsplit(target)
        assert address.scheme or not address.path or address.path.startswith("docs/"), target


def test_each_page_at_the_top_is_found() -> None:
    assert {path.name for path in PAGES} >= {"README.md", "CHANGELOG.md", "CONTRIBUTING.md"}
    assert "to-report-a-problem" in _headings(DOCS / "security.md")


def _targets(page: Path) -> Iterator[str]:
    """What links and pictures of a page lead to."""
    for token in _tokens(page):
        for child in token.children or ():
            target = child.attrGet("href" if child.type == "link_open" else "src")
            if target is not None:
                yield str(target)


def _headings(page: Path) -> set[str]:
    """The names that GitHub, and MyST, give to a page's headings."""
    return {
        re.sub(r"[^\w\- ]", "", following.content.lower()).replace(" ", "-")
        for token, following in pairwise(_tokens(page))
        if token.type == "heading_open"
    }


def _tokens(page: Path) -> list[Token]:
    return MarkdownIt().enable("table").parse(page.read_text("utf-8"))
