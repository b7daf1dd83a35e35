"""Every example in every state, by axe-core and by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from widget_workbench.testing import Community, CommunityPage

from ..example_states import NAMES, open_in_state
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
            await Promise.all(document.getAnimations().map((each) => each.finish?.()).filter(Boolean));
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


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_in_any_example(community: Community, name: str) -> None:
    page = open_in_state(community, name, prepare=with_axe)
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
