"""Unmodified JavaScript widgets in the official template's shape, beside Python ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import REPOSITORIES, Console, Open


@pytest.mark.parametrize("parameters", [{}, {"sdk": "legacy"}])
def test_each_shape_of_the_template_shows_its_data(
    community: Open, console: Console, parameters: dict[str, str]
) -> None:
    opened = community(
        "javascript", "vanilla", "inline_script", "inline_module", "inline_script", **parameters
    )
    vanilla = opened.widget("vanilla")
    expect(vanilla.get_by_role("heading")).to_have_text("Latest topics")
    expect(vanilla.get_by_role("listitem")).to_have_count(3)
    for index in range(2):
        inline = opened.host("inline_script").nth(index)
        expect(inline).to_have_attribute("data-widget-state", "ready")
        expect(inline.get_by_role("heading")).to_have_text("Most discussed")
        expect(inline.get_by_role("listitem").first).to_contain_text("(")
    module = opened.widget("inline_module")
    expect(module.locator(".topic")).to_contain_text("(")


def test_a_relative_image_is_the_widgets_own(community: Open, console: Console) -> None:
    image = community("javascript", "vanilla").widget("vanilla").get_by_role("img")
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("(image) => image.naturalWidth") > 0


def test_placeholders_are_filled_in_text_attributes_and_styles(
    community: Open, console: Console
) -> None:
    inline = community("javascript", "inline_script").widget("inline_script")
    card = inline.locator(".topics-card")
    expect(card).to_have_class("topics-card tone-calm")
    expect(card).to_have_css("border-left-color", "rgb(12, 102, 228)")


def test_a_javascript_widget_follows_its_props_and_its_end(
    community: Open, console: Console
) -> None:
    opened = community("javascript", "vanilla")
    host = opened.widget("vanilla")
    host.evaluate("(host) => window.community.setProps(host, { title: 'Another <b>title</b>' })")
    expect(host.get_by_role("heading")).to_have_text("Another <b>title</b>")
    alive = "async () => (await import('/widgets/vanilla/widget.js')).alive.size"
    assert opened.page.evaluate(alive) == 1
    host.evaluate("(host) => host.remove()")
    assert opened.page.evaluate(alive) == 0


def test_python_and_javascript_widgets_stand_on_one_page(
    community: Open, console: Console, tmp_path: Path
) -> None:
    shutil.copytree(REPOSITORIES["javascript"], tmp_path, dirs_exist_ok=True)
    greeting = tmp_path / "widgets" / "greeting"
    greeting.mkdir()
    (greeting / "widget.json").write_text('{"title": "Greeting", "category": "Tests"}')
    (greeting / "main.py").write_text("def init(sdk): sdk.root.textContent = 'Hello from Python'")
    opened = community(tmp_path, "vanilla", "greeting", "inline_script")
    expect(opened.widget("greeting")).to_contain_text("Hello from Python")
    expect(opened.widget("vanilla").get_by_role("listitem")).to_have_count(3)
    expect(opened.widget("inline_script").get_by_role("listitem").first).to_contain_text("(")
