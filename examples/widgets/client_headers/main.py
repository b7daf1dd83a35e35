"""The community's week in figures: headers that go with every request of one client."""

from string.templatelib import Template

from widget import Sdk, WidgetServiceSDK


async def init(sdk: Sdk) -> None:
    client = WidgetServiceSDK(
        headers={"X-App-Version": "2.1.0", "X-Client": "custom-widget"},
    )

    async def fetch() -> dict:
        return await client.connectors.execute(permalink="analytics-api", method="GET")

    week = sdk.resource(fetch, start=False)

    @sdk.view
    def view() -> Template:
        return t"""
          <section class="card" aria-labelledby="title">
            <h2 id="title">This week</h2>
            <p class="note">Compared with the week before</p>
            {week.show(figures)}
          </section>
        """

    await week.reload()


def figures(week: dict) -> Template:
    if not week["metrics"]:
        return t'<p class="empty">Nothing was counted yet.</p>'
    return t"<dl>{map(figure, week['metrics'])}</dl>"


def figure(metric: dict) -> Template:
    change = metric["change"]
    return t"""
      <div>
        <dt>{metric["label"]}</dt>
        <dd>
          <span class="total">{metric["total"]:,}</span>
          <span class="change" data-trend={"up" if change > 0 else "down"}>{change:+.1%}</span>
        </dd>
        <svg viewBox="0 0 6 100" preserveAspectRatio="none" aria-hidden="true">
          <polyline points={sparkline(metric["days"])}/>
        </svg>
      </div>
    """


def sparkline(days: list[int]) -> str:
    """Points of a line over a view box of 0 to 6 by 0 to 100, the largest value at the top."""
    highest = max(days) or 1
    return " ".join(f"{day},{100 - 100 * count / highest:.0f}" for day, count in enumerate(days))
