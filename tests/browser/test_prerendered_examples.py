"""The examples as they are built: what they show and ask for before Python is there."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from widget_workbench.testing import Community, CommunityPage

from .conftest import EXAMPLES, until

REPOSITORY = EXAMPLES

OSLO = {
    "name": "Oslo",
    "country": "NO",
    "temperature": -3.6,
    "feelsLike": -8,
    "sky": "Snow",
    "description": "light snow",
    "humidity": 83,
    "wind": {"speed": 4.4, "direction": 20},
}
ARTICLE = {"id": "a", "title": "Export a report", "summary": "", "section": "Help", "url": "#a"}
METRIC = {"label": "Visits", "total": 1234, "change": 0.1, "days": [1, 2, 3]}


class Held:
    """A page whose widget's main.py is held back, so that its Python cannot begin."""

    def __init__(self, community: Community, type: str, **options: Any) -> None:
        self._held: list[Route] = []
        self.opened: CommunityPage = community.open(type, prepare=self._prepare, **options)
        self.type = type
        self.widget = self.opened.host(type).locator("[data-widget-root][data-prerendered]")
        until(self.opened, lambda: len(self._held) == 1, "main.py is asked for")
        self.opened.page.evaluate(
            """(type) => {
                const root = document.querySelector(`[data-widget-type=${type}]`).shadowRoot;
                window.before = [...root.querySelectorAll("[data-widget-root] *")];
            }""",
            type,
        )

    def _prepare(self, page: Page) -> None:
        page.route("**/main.py", self._hold)

    def _hold(self, route: Route) -> None:
        self._held.append(route)

    def go_on(self) -> None:
        """Lets the widget get ready."""
        [route] = self._held
        route.continue_()
        self.opened.widget(self.type)

    def kept(self) -> list[bool]:
        """Of each element that was there before, whether it is there still."""
        kept: list[bool] = self.opened.page.evaluate("() => before.map((each) => each.isConnected)")
        return kept


def test_weather_shows_its_city_and_has_asked_for_its_weather(community: Community) -> None:
    weather = community.connectors["weather-api"]
    weather.respond(json=OSLO)
    page = Held(community, "weather", props={"city": "Oslo", "units": "imperial"})
    expect(page.widget.get_by_role("heading")).to_have_text("Oslo")
    expect(page.widget.get_by_role("status")).to_have_text("Loading…")
    until(page.opened, lambda: len(weather.calls) == 1, "the weather is asked for")
    assert weather.calls[0].query == {"q": "Oslo", "units": "imperial"}
    page.go_on()
    expect(page.widget.get_by_role("heading")).to_have_text("Oslo, NO")
    expect(page.widget).to_contain_text("-4 °F")
    assert len(weather.calls) == 1
    kept = page.kept()
    assert kept == [True] * len(kept)


def test_search_can_be_typed_in(community: Community) -> None:
    search = community.connectors["help-search"]
    search.respond(json={"total": 1, "articles": [ARTICLE]})
    page = Held(community, "search", props={"title": "Ask <b>us</b>"})
    expect(page.widget.get_by_role("heading")).to_have_text("Ask <b>us</b>")
    field = page.widget.get_by_role("combobox", name="Ask <b>us</b>")
    field.press_sequentially("expo")
    page.go_on()
    expect(page.widget.get_by_role("option")).to_have_count(1)
    expect(field).to_be_focused()
    expect(field).to_have_value("expo")
    page.opened.page.keyboard.insert_text("rt")  # at once, however slowly a busy computer types
    expect(page.widget.locator("mark")).to_have_text(["Export"])
    until(page.opened, lambda: len(search.calls) == 2, "what was typed last is asked for")
    assert [call.query for call in search.calls] == [{"q": "expo"}, {"q": "export"}]
    kept = page.kept()
    assert kept == [True] * len(kept)


@pytest.mark.parametrize("sdk", ["current", "legacy"])
def test_client_headers_has_asked_by_its_own_client(community: Community, sdk: Any) -> None:
    analytics = community.connectors["analytics-api"]
    analytics.respond(json={"metrics": [METRIC]})
    page = Held(community, "client_headers", sdk=sdk)
    expect(page.widget.get_by_role("heading")).to_have_text("This week")
    until(page.opened, lambda: len(analytics.calls) == 1, "the figures are asked for")
    headers = analytics.calls[0].headers
    assert (headers["x-app-version"], headers["x-client"]) == ("2.1.0", "custom-widget")
    page.go_on()
    expect(page.widget).to_contain_text("1,234")
    assert len(analytics.calls) == 1
    kept = page.kept()
    assert kept == [True] * len(kept)
