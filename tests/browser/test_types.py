"""What is there for type checkers alone does not stop a widget."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from widget_workbench.testing import CommunityFactory

from ..unit.test_build import write

WIDGET = """
from string.templatelib import Template
from typing import TYPE_CHECKING

from widget import Event, Sdk

if TYPE_CHECKING:
    from ._props import Props


async def init(sdk: Sdk[Props]) -> None:
    state = sdk.state(heard="nothing")

    def changed(props: Props) -> None:
        state.heard = props["city"]

    def show(event: Event, props: Props | None = None) -> None:
        state.heard = f"{event.js.type} in {sdk.props['city']}"

    sdk.on("propsChanged", changed)

    @sdk.view
    def view() -> Template:
        return t"<button onclick={show}>{state.heard}</button>"
"""


def test_annotations_may_name_a_widgets_props(
    tmp_path: Path, community_factory: CommunityFactory
) -> None:
    manifest = {"title": "T", "category": "C", "defaultConfig": {"city": "Oslo"}}
    write(tmp_path, {"widgets/typed/widget.json": manifest, "widgets/typed/main.py": WIDGET})
    with community_factory(tmp_path) as community:
        page = community.open("typed")
        button = page.widget("typed").get_by_role("button")
        button.click()
        expect(button).to_have_text("click in Oslo")
        page.set_props("typed", {"city": "Bergen"})
        expect(button).to_have_text("Bergen")
    assert not (tmp_path / "widgets" / "typed" / "_props.pyi").exists()
