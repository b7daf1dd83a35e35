"""The weather in one city: a GET request with query parameters, made as the widget starts."""

from string.templatelib import Template
from typing import TYPE_CHECKING

from widget import Sdk

from .format import speed, temperature

if TYPE_CHECKING:
    from ._props import Props


async def init(sdk: Sdk[Props]) -> None:
    async def fetch() -> dict:
        city, units = sdk.props["city"], sdk.props["units"]
        weather = await sdk.connectors.execute(
            permalink="weather-api",
            method="GET",
            query_params={"q": city, "units": units},
        )
        return weather | {"units": units}

    weather = sdk.resource(fetch, start=False)
    sdk.on("propsChanged", weather.reload)

    @sdk.view
    def view() -> Template:
        return t"""
          <section class="card" aria-labelledby="city">
            <h2 id="city">{title(weather.value) if weather.value else sdk.props["city"]}</h2>
            {weather.show(now)}
          </section>
        """

    await weather.reload()


def title(weather: dict) -> str:
    return f"{weather['name']}, {weather['country']}"


def now(weather: dict) -> Template:
    units = weather["units"]
    return t"""
      <p class="now">
        <span class="temperature">{temperature(weather["temperature"], units)}</span>
        <span class="sky" data-sky={weather["sky"]} aria-hidden="true"></span>
      </p>
      <p class="description">{weather["description"].capitalize()}</p>
      <dl>
        <div><dt>Feels like</dt><dd>{temperature(weather["feelsLike"], units)}</dd></div>
        <div><dt>Humidity</dt><dd>{weather["humidity"]} %</dd></div>
        <div><dt>Wind</dt><dd>{speed(weather["wind"]["speed"], units)}</dd></div>
      </dl>
    """
