"""Every example in every state, by axe-core and by keyboard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from widget_workbench.testing import Community, CommunityFactory, CommunityPage

from ..example_states import FAILS, NAMES, NEVER, STATES, open_in_state
from .conftest import EXAMPLES

PROJECT = EXAMPLES.parent
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (375, 1280)

# What a community for those who see little sets: white and a light yellow on black.
HIGH_CONTRAST = {
    "color-action-primary-default": "#ffff66",
    "color-action-primary-hover": "#ffffff",
    "color-action-primary-pressed": "#ffff66",
    "color-content-default": "#ffffff",
    "color-content-subtle": "#ffffff",
    "color-content-subtlest": "#ffffff",
    "color-content-inverse": "#000000",
    "color-surface-default": "#000000",
    "color-surface-muted": "#1a1a1a",
    "color-surface-page": "#000000",
    "color-line-default": "#ffffff",
    "color-focus-ring": "#66ccff",
    "color-link-default": "#ffff66",
    "color-status-danger-bold": "#ffb3b3",
    "color-status-success-bold": "#99ff99",
    "color-status-information-bold": "#99ccff",
    "color-skeleton-default": "#333333",
}

Contrast = Literal["light", "high contrast", "forced colors"]


@pytest.fixture
def widget_repository() -> Path:
    return EXAMPLES


def with_axe(page: Page) -> None:
    # An init script is no business of the page's CSP.
    page.add_init_script(path=AXE)


def set_contrast(page: CommunityPage, contrast: Contrast) -> None:
    page.page.emulate_media(forced_colors="active" if contrast == "forced colors" else "none")
    page.set_tokens(HIGH_CONTRAST if contrast == "high contrast" else dict.fromkeys(HIGH_CONTRAST))


def violations(page: CommunityPage, contrast: Contrast) -> list[str]:
    """What axe finds in the page's widgets, each in a sentence."""
    found: list[dict[str, Any]] = page.page.evaluate(
        """async (contrast) => {
            const { violations } = await axe.run(
                { include: [["gs-cc-registry-widget"]] },
                {
                    preload: false,
                    resultTypes: ["violations"],
                    // Seven to one, which is only asked of who sets out to give it.
                    rules: { "color-contrast-enhanced": { enabled: contrast === "high contrast" } },
                },
            );
            return violations.map(({ id, impact, help, nodes }) => ({
                id, impact, help, nodes: nodes.map(({ target, html, failureSummary }) => ({
                    target: target.flat().join(" "), html, failureSummary })),
            }));
        }""",
        contrast,
    )
    return [
        f"{each['impact']}: {each['id']} ({each['help']}): {node['target']} {node['html']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


# Mistakes that axe is known to find, so that finding none elsewhere means something.
CONTROL = """
def init(sdk):
    sdk.render(t'<input><p style="color: #aaa; background: #fff">grey</p><img src="data:image/gif,a">')
"""

# What the loader shows of its own accord.
SKELETON = """
async def init(sdk):
    await sdk.connectors.get("never")
"""
PANEL = """
def init(sdk):
    raise LookupError("on purpose")
"""
NOTICE = """
def init(sdk):
    def fail():
        raise LookupError("on purpose")

    sdk.render(t"<button onclick={fail}>Fail</button>")
"""
RESOURCE = """
def init(sdk):
    refused = sdk.resource(sdk.connectors.get, "refused")
    never = sdk.resource(sdk.connectors.get, "never")
    sdk.view(lambda: t"{refused.show(str)}{never.show(str)}")
"""


@pytest.fixture
def of_our_own(tmp_path: Path, community_factory: CommunityFactory) -> Iterator[Community]:
    """A community with a widget for each of the sources above."""
    for name, main in {
        "control": CONTROL,
        "skeleton": SKELETON,
        "panel": PANEL,
        "notice": NOTICE,
        "resource": RESOURCE,
    }.items():
        directory = tmp_path / "widgets" / name
        directory.mkdir(parents=True)
        (directory / "widget.json").write_text(json.dumps({"title": name, "category": "Tests"}))
        (directory / "main.py").write_text(main)
    with community_factory(tmp_path, judge=False) as community:
        community.connectors["never"].respond(**NEVER)
        community.connectors["refused"].respond(**FAILS)
        yield community


def test_axe_finds_mistakes_within_a_widget(of_our_own: Community) -> None:
    page = of_our_own.open("control", prepare=with_axe)
    page.widget("control")
    found = " ".join(violations(page, "light"))
    for rule in ("color-contrast", "label", "image-alt"):
        assert f": {rule} " in found


def test_high_contrast_is_what_the_widgets_are_shown_in(of_our_own: Community) -> None:
    page = of_our_own.open("resource", prepare=with_axe)
    alert = page.widget("resource").get_by_role("alert")
    set_contrast(page, "high contrast")
    expect(alert).to_have_css("background-color", "rgb(0, 0, 0)")
    set_contrast(page, "light")
    expect(alert).to_have_css("background-color", "rgb(255, 255, 255)")


def test_axe_finds_nothing_in_what_the_loader_shows(of_our_own: Community) -> None:
    page = of_our_own.open("skeleton", "panel", "notice", "resource", prepare=with_axe)
    page.console.expect("on purpose")
    page.widget("notice").get_by_role("button").click()
    for name, text in {"panel": "Try again", "notice": "\u00d7", "resource": "Try again"}.items():
        expect(page.host(name).get_by_role("button").last).to_have_text(text)
    expect(page.host("skeleton")).to_contain_text("Loading…")
    assert_nothing_is_found(page)


INTERACTIVE = "a[href], button, input, select, summary, textarea"

# Which of a widget's controls has the focus, and whether one sees it.
REACHED = """(interactive) => {
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    if (!focused?.matches(interactive) || !focused.getRootNode().host) return null;
    // A radio button may be a drawing, whose label has the outline.
    const outlines = [focused, focused.closest("label")].filter(Boolean).map((each) => getComputedStyle(each));
    const isSeen = outlines.some((each) => each.outlineStyle !== "none" && each.outlineWidth !== "0px");
    const controls = [...focused.getRootNode().querySelectorAll(interactive)];
    return [controls.indexOf(focused), isSeen];
}"""


@pytest.mark.parametrize("widget", STATES)
def test_the_keyboard_reaches_all_that_can_be_used_and_shows_where_it_is(
    community: Community, widget: str
) -> None:
    page = open_in_state(community, "ready", only=[widget])
    # Of radio buttons one is reached, and of a listbox's options none: arrow keys are for those.
    expected = (
        page.widget(widget)
        .locator(INTERACTIVE)
        .evaluate_all(
            """(controls) => [...controls.keys()].filter((index) => {
                const { type, name, tabIndex } = controls[index];
                const first = controls.findIndex((each) => each.type === "radio" && each.name === name);
                return tabIndex >= 0 && (type !== "radio" || index === first);
            })"""
        )
    )
    # From the top of the page on.
    page.page.evaluate("() => { document.body.tabIndex = -1; document.body.focus(); }")
    reached: dict[int, bool] = {}
    while (found := next_focus(page)) is not None:
        reached[found[0]] = found[1]
    assert sorted(reached) == expected
    assert all(reached.values()), "an element with the focus looks as one without"


def next_focus(page: CommunityPage) -> tuple[int, bool] | None:
    """The widget's next control by the Tab key, as `REACHED` tells; None after the last one, or where there is none."""
    within = page.page.evaluate(REACHED, INTERACTIVE) is not None
    for _ in range(60):
        page.page.keyboard.press("Tab")
        found: tuple[int, bool] | None = page.page.evaluate(REACHED, INTERACTIVE)
        if found is not None or within:
            return found
    return None


def assert_nothing_is_found(page: CommunityPage) -> None:
    """At both widths and in each contrast."""
    found = {}
    for width in WIDTHS:
        page.page.set_viewport_size({"width": width, "height": 900})
        for contrast in ("light", "high contrast", "forced colors"):
            set_contrast(page, contrast)
            if told := violations(page, contrast):
                found[width, contrast] = told
    assert not found, "\n".join(
        f"{where}: {each}" for where, told in found.items() for each in told
    )


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_in_any_example(community: Community, name: str) -> None:
    assert_nothing_is_found(open_in_state(community, name, prepare=with_axe))
