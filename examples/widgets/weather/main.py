"""The weather in one city: a GET request with query parameters, made as the widget starts."""

from widget import ConnectorError, Sdk

from .format import speed, temperature

CARD = """
<section class="card" aria-labelledby="city">
  <h2 id="city"></h2>
  <p class="now"><span class="temperature"></span><span class="sky" aria-hidden="true"></span></p>
  <p class="description"></p>
  <dl>
    <div><dt>Feels like</dt><dd class="feels-like"></dd></div>
    <div><dt>Humidity</dt><dd class="humidity"></dd></div>
    <div><dt>Wind</dt><dd class="wind"></dd></div>
  </dl>
</section>
"""

FAILED = """
<section class="card" role="alert">
  <h2>Weather</h2>
  <p class="error"></p>
</section>
"""


async def init(sdk: Sdk) -> None:
    async def refresh() -> None:
        city, units = sdk.props["city"], sdk.props["units"]
        try:
            weather = await sdk.connectors.execute(
                permalink="weather-api",
                method="GET",
                query_params={"q": city, "units": units},
            )
        except ConnectorError as error:
            sdk.root.innerHTML = FAILED
            sdk.query(".error").textContent = str(error)
        else:
            show(sdk, weather, units)

    sdk.on("propsChanged", refresh)
    await refresh()


def show(sdk: Sdk, weather: dict, units: str) -> None:
    sdk.root.innerHTML = CARD
    sdk.query("#city").textContent = f"{weather['name']}, {weather['country']}"
    sdk.query(".temperature").textContent = temperature(weather["temperature"], units)
    sdk.query(".sky").dataset.sky = weather["sky"]
    sdk.query(".description").textContent = weather["description"].capitalize()
    sdk.query(".feels-like").textContent = temperature(weather["feelsLike"], units)
    sdk.query(".humidity").textContent = f"{weather['humidity']} %"
    sdk.query(".wind").textContent = speed(weather["wind"]["speed"], units)
