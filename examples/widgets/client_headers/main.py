"""The community's week in figures: headers that go with every request of one client."""

from widget import ConnectorError, Sdk, WidgetServiceSDK

CARD = """
<section class="card" aria-labelledby="title">
  <h2 id="title">This week</h2>
  <p class="note">Compared with the week before</p>
  <dl></dl>
  <template>
    <div>
      <dt></dt>
      <dd><span class="total"></span> <span class="change"></span></dd>
      <svg viewBox="0 0 6 100" preserveAspectRatio="none" aria-hidden="true"><polyline/></svg>
    </div>
  </template>
</section>
"""

FAILED = """
<section class="card" role="alert">
  <h2>This week</h2>
  <p class="error"></p>
</section>
"""


async def init(sdk: Sdk) -> None:
    client = WidgetServiceSDK(
        headers={"X-App-Version": "2.1.0", "X-Client": "custom-widget"},
    )
    try:
        data = await client.connectors.execute(permalink="analytics-api", method="GET")
    except ConnectorError as error:
        sdk.root.innerHTML = FAILED
        sdk.query(".error").textContent = str(error)
    else:
        sdk.root.innerHTML = CARD
        for metric in data["metrics"]:
            append(sdk, metric)


def append(sdk: Sdk, metric: dict) -> None:
    row = sdk.query("template").content.cloneNode(True)
    row.querySelector("dt").textContent = metric["label"]
    row.querySelector(".total").textContent = f"{metric['total']:,}"
    change = row.querySelector(".change")
    change.textContent = f"{metric['change']:+.1%}"
    change.dataset.trend = "up" if metric["change"] > 0 else "down"
    row.querySelector("polyline").setAttribute("points", sparkline(metric["days"]))
    sdk.query("dl").append(row)


def sparkline(days: list[int]) -> str:
    """Points of a line over a view box of 0 to 6 by 0 to 100, the largest value at the top."""
    return " ".join(f"{day},{100 - 100 * count / max(days):.0f}" for day, count in enumerate(days))
