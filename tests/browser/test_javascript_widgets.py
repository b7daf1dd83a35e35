"""Unmodified JavaScript widgets in the official template's shape, beside Python ones."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import expect

from widget_workbench.testing import Community

from .conftest import JAVASCRIPT, WriteWidget

REPOSITORY = JAVASCRIPT


@pytest.mark.parametrize("sdk", ["current", "legacy"])
def test_each_shape_of_the_template_shows_its_data(
    community: Community, sdk: Literal["current", "legacy"]
) -> None:
    page = community.open("vanilla", "inline_script", "inline_module", "inline_script", sdk=sdk)
    vanilla = page.widget("vanilla")
    expect(vanilla.get_by_role("heading")).to_have_text("Latest topics")
    expect(vanilla.get_by_role("listitem")).to_have_count(3)
    for nth in range(2):
        inline = page.widget("inline_script", nth=nth)
        expect(inline.get_by_role("heading")).to_have_text("Most discussed")
        expect(inline.get_by_role("listitem").first).to_contain_text("(")
    expect(page.widget("inline_module").locator(".topic")).to_contain_text("(")


def test_a_relative_image_is_the_widgets_own(community: Community) -> None:
    image = community.open("vanilla").widget("vanilla").get_by_role("img")
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("(image) => image.naturalWidth") > 0


def test_placeholders_are_filled_in_text_attributes_and_styles(community: Community) -> None:
    card = community.open("inline_script").widget("inline_script").locator(".topics-card")
    expect(card).to_have_class("topics-card tone-calm")
    expect(card).to_have_css("border-left-color", "rgb(12, 102, 228)")


def test_a_javascript_widget_follows_its_props_and_its_end(community: Community) -> None:
    page = community.open("vanilla")
    widget = page.widget("vanilla")
    page.set_props("vanilla", {"title": "Another <b>title</b>"})
    expect(widget.get_by_role("heading")).to_have_text("Another <b>title</b>")
    alive = "async () => (await import('/widgets/vanilla/widget.js')).alive.size"
    assert page.page.evaluate(alive) == 1
    page.destroy("vanilla")
    assert page.page.evaluate(alive) == 0


def test_python_and_javascript_widgets_stand_on_one_page(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("greeting", "def init(sdk): sdk.root.textContent = 'Hello from Python'")
    page = community.open("vanilla", "greeting", "inline_script")
    expect(page.widget("greeting")).to_contain_text("Hello from Python")
    expect(page.widget("vanilla").get_by_role("listitem")).to_have_count(3)
    expect(page.widget("inline_script").get_by_role("listitem").first).to_contain_text("(")
