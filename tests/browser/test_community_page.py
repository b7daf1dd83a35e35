"""The fake community page: what a visitor and a widget find on it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import expect

from widget_workbench.testing import Community

from .conftest import EXAMPLES, JAVASCRIPT, Probe

REPOSITORY = JAVASCRIPT

PLATFORM_CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' https://cdn.jsdelivr.net "
    "https://cdnjs.cloudflare.com https://unpkg.com https://esm.sh; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' https: data:; font-src 'self' https: data:; object-src 'none'; base-uri 'self'"
)


@pytest.mark.parametrize("widget_repository", [EXAMPLES], ids=["examples"])
@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_is_wider_than_the_window(
    community: Community, widget_repository: Path, width: int
) -> None:
    page = community.open(viewport=(width, 900))
    widgets = [path.parent.name for path in widget_repository.glob("widgets/*/widget.json")]
    assert len(widgets) == 11
    for widget in widgets:
        page.widget(widget)
    assert page.page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_the_page_has_a_communitys_landmarks(community: Community) -> None:
    page = community.open("vanilla").page
    for landmark in ("banner", "main", "contentinfo", "complementary"):
        expect(page.get_by_role(landmark)).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_the_policy_is_the_platforms_to_the_letter(community: Community) -> None:
    opened = community.open("vanilla")
    with opened.page.expect_response(lambda answer: answer.url == opened.page.url) as reloaded:
        opened.page.reload()
    assert reloaded.value.headers["content-security-policy"] == PLATFORM_CSP


def test_widgets_are_placed_as_the_address_says(community: Community) -> None:
    opened = community.open("vanilla", "inline_module", "vanilla")
    expect(opened.page.locator("[data-widget-state=ready]")).to_have_count(3)
    types = opened.page.locator("gs-cc-registry-widget").evaluate_all(
        "(hosts) => hosts.map((host) => host.dataset.widgetType)"
    )
    assert sorted(types) == ["inline_module", "vanilla", "vanilla"]


def test_an_unknown_widget_in_the_address_is_named_with_the_known_ones(
    community: Community,
) -> None:
    opened = community.open("vanilla")
    opened.page.goto(f"{community.url}/?widgets=vanilla,no-such")
    opened.widget("vanilla")
    expect(opened.page.get_by_text("no-such").first).to_be_visible()
    expect(opened.page.get_by_text("inline_module").first).to_be_visible()


@pytest.mark.parametrize(("user", "text"), [("guest", "Sign in"), ("member", "Sign out")])
def test_the_visitor_is_who_the_address_says(
    community: Community, user: Literal["guest", "member"], text: str
) -> None:
    page = community.open("vanilla", user=user).page
    expect(page.get_by_role("banner").get_by_text(text)).to_be_visible()


def test_the_pages_language_is_what_the_address_says(community: Community) -> None:
    page = community.open("vanilla", locale="nl-NL").page
    expect(page.locator("html")).to_have_attribute("lang", "nl-NL")


def test_the_sdk_has_every_member_of_the_platforms_table(community: Community) -> None:
    opened = community.open("vanilla")
    host = opened.widget("vanilla")
    told = host.evaluate(
        """async (host) => {
            const sdk = window.community.sdkOf(host);
            const heard = [];
            const stop = sdk.on("own", (data) => heard.push(data));
            sdk.emit("own", 1);
            stop();
            sdk.emit("own", 2);
            const listener = (props) => heard.push(props);
            sdk.on("propsChanged", listener);
            sdk.setProps({ more: 1 });
            sdk.off("propsChanged", listener);
            sdk.setProps({ more: 2 });
            const tokens = sdk.getDesignTokens();
            tokens["space-200"] = "changed";
            await sdk.whenReady();
            return {
                roots: sdk.root === host.shadowRoot && sdk.shadowRoot === sdk.root && sdk.getContainer() === sdk.root,
                document: sdk.document === document,
                version: sdk.version === sdk.getVersionInfo().version,
                info: Object.keys(sdk.getVersionInfo()).sort(),
                heard,
                props: sdk.getProps(),
                token: sdk.getDesignTokens()["space-200"],
                one: sdk.$("li").tagName,
                all: Array.isArray(sdk.$$("li")),
                web: sdk.web === window.ChWebSdk,
                shared: sdk.connectors.execute instanceof Function,
                css: getComputedStyle(sdk.$("li")).getPropertyValue("--color-focus-ring"),
                first: sdk.root.firstElementChild.tagName,
            };
        }"""
    )
    assert told == {
        "roots": True,
        "document": True,
        "version": True,
        "info": ["buildTime", "gitSha", "version"],
        "heard": [
            1,
            {"title": "Latest topics", "description": "What members talk about", "more": 1},
        ],
        "props": {"title": "Latest topics", "description": "What members talk about", "more": 2},
        "token": "16px",
        "one": "LI",
        "all": True,
        "web": True,
        "shared": True,
        "css": "#388bff",
        "first": "STYLE",
    }


def test_the_hosts_client_ignores_what_it_does_not_know(probe: Probe) -> None:
    echo = probe.page.evaluate(
        """() => new window.WidgetServiceSDK().connectors.execute(
            {permalink: "echo", method: "POST", body: {a: 1}, unknown: 2})"""
    )
    assert echo["body"] == ""
