"""Takes the pictures of the README and of docs/: `pytest docs/screenshots.py`, after `make browser`."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.example_states import open_in_state
from widget_workbench.testing import Community

DOCS = Path(__file__).parent
IMAGES = DOCS / "images"

# Width of the window, and how much of the page the README shows, in CSS pixels.
SIZES = {375: 1500, 1280: 1700}


@pytest.fixture
def widget_repository() -> Path:
    return DOCS.parent / "examples"


def take(page: Page, name: str, *, height: int | None = None) -> None:
    """Writes docs/images/<name>; all of the page where no height is given."""
    if height is not None:
        page.set_viewport_size({"width": page.viewport_size["width"], "height": height})  # type: ignore[index]
    page.screenshot(
        path=IMAGES / name, full_page=height is None, animations="disabled", caret="initial"
    )


@pytest.mark.parametrize("width", SIZES)
def test_preview(community: Community, width: int) -> None:
    opened = community.open(viewport=(width, 900))
    for widget in opened.page.locator("gs-cc-registry-widget").all():
        expect(widget).to_have_attribute("data-widget-state", "ready", timeout=60_000)
    expect(opened.page.locator("[aria-busy=true]")).to_have_count(0)
    take(opened.page, f"preview-{width}.png", height=SIZES[width])


@pytest.mark.parametrize("state", ["loading", "ready", "empty", "error"])
@pytest.mark.parametrize("width", SIZES)
def test_examples(community: Community, state: str, width: int) -> None:
    opened = open_in_state(community, state, viewport=(width, 900))
    take(opened.page, f"{state}-{width}.png")
