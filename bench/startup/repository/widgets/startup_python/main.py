"""The start-up widget as an author writes it: a card, and one connector's answer in it."""

from string.templatelib import Template

from widget import Sdk


async def init(sdk: Sdk) -> None:
    state = sdk.state(report="Asking the weather service")

    @sdk.view
    def card() -> Template:
        return t"""
          <section class="card">
            <h2>Weather in Warsaw</h2>
            <p>{state.report}</p>
          </section>
        """

    weather = await sdk.connectors.execute("weather-api", query_params={"q": "Warsaw"})
    state.report = f"{weather['temperature']} °C, {weather['description']}"
