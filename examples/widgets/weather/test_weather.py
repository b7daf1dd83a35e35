"""The weather widget: its functions alone, and the widget on a community page."""

import pytest
from playwright.sync_api import expect

from widget_workbench.testing import Community

from .format import speed, temperature

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


@pytest.mark.parametrize(
    ("units", "text"), [("metric", "22 °C"), ("imperial", "22 °F")], ids=["metric", "imperial"]
)
def test_a_temperature_has_its_unit(units: str, text: str) -> None:
    assert temperature(21.6, units) == text


def test_a_wind_has_its_unit() -> None:
    assert speed(3.4, "metric") == "3 m/s"
    assert speed(7.6, "imperial") == "8 mph"


def test_the_weather_of_the_configured_city_is_shown(community: Community) -> None:
    weather = community.connectors["weather-api"]
    weather.respond(json=OSLO)
    widget = community.open("weather", props={"city": "Oslo"}).widget("weather")
    expect(widget.get_by_role("heading")).to_have_text("Oslo, NO")
    expect(widget).to_contain_text("-4 °C")
    assert [call.query for call in weather.calls] == [{"q": "Oslo", "units": "metric"}]


def test_another_city_is_asked_for_when_an_admin_configures_it(community: Community) -> None:
    weather = community.connectors["weather-api"]
    weather.respond(sequence=[{"json": OSLO}, {"json": OSLO | {"name": "Bergen"}}])
    page = community.open("weather", props={"city": "Oslo"})
    widget = page.widget("weather")
    page.set_props("weather", {"city": "Bergen", "units": "imperial"})
    expect(widget.get_by_role("heading")).to_have_text("Bergen, NO")
    expect(widget).to_contain_text("-4 °F")
    assert weather.calls[-1].query == {"q": "Bergen", "units": "imperial"}


def test_a_failure_is_said_on_the_widget(community: Community) -> None:
    community.connectors["weather-api"].respond(error="timeout")
    widget = community.open("weather").widget("weather")
    expect(widget.get_by_role("alert")).to_contain_text("GET weather-api was not answered in time")


@pytest.fixture(params=["stubbed", "replayed", "executed"])
def tokyo(request: pytest.FixtureRequest, community: Community) -> Community:
    """Tokyo's weather: from a stub, from fixtures/, and from upstream.py by way of the connector."""
    if request.param == "stubbed":
        community.connectors["weather-api"].respond(
            json=OSLO
            | {
                "name": "Tokyo",
                "country": "JP",
                "temperature": 19.5,
                "description": "moderate rain",
            }
        )
    elif request.param == "replayed":
        community.replay()
    return community


def test_the_widget_cannot_tell_where_an_answer_comes_from(tokyo: Community) -> None:
    widget = tokyo.open("weather", props={"city": "Tokyo"}).widget("weather")
    expect(widget.get_by_role("heading")).to_have_text("Tokyo, JP")
    expect(widget).to_contain_text("20 °C")
    expect(widget).to_contain_text("Moderate rain")
    assert tokyo.connectors["weather-api"].calls[0].query == {"q": "Tokyo", "units": "metric"}
