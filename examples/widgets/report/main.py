"""Builds a report that takes a while: a POST request by a client with a longer timeout."""

from widget import ConnectorError, Sdk, WidgetServiceSDK

CARD = """
<section class="card" aria-labelledby="title">
  <h2 id="title">Activity report</h2>
  <form data-state="idle">
    <label>Period
      <select name="range">
        <option value="last-30-days">Last 30 days</option>
        <option value="last-90-days" selected>Last 90 days</option>
        <option value="last-365-days">Last year</option>
      </select>
    </label>
    <div class="send"><button>Build report</button><p role="status"></p></div>
  </form>
  <table hidden>
    <thead><tr><th>Category</th><th>Topics</th><th>Replies</th><th>Solved</th></tr></thead>
    <tbody></tbody>
  </table>
  <template>
    <tr><th scope="row"></th><td></td><td></td><td class="solved"></td></tr>
  </template>
</section>
"""


async def init(sdk: Sdk) -> None:
    sdk.root.innerHTML = CARD
    form, status = sdk.query("form"), sdk.query("[role=status]")
    reports = WidgetServiceSDK(timeout=60000).connectors  # milliseconds

    def say(state: str, message: str) -> None:
        form.dataset.state, status.textContent = state, message

    async def build() -> None:
        if form.dataset.state == "busy":
            return
        say("busy", "Building the report. This takes a few seconds…")
        try:
            report = await reports.execute(
                permalink="report-generator",
                method="POST",
                payload={"range": sdk.query("select").value},
            )
        except ConnectorError as error:
            say("failed", str(error))
        else:
            show(sdk, report["rows"])
            say("done", "The report is ready.")

    sdk.listen("submit", "form", build)


def show(sdk: Sdk, rows: list[dict]) -> None:
    sdk.query("tbody").replaceChildren()
    for row in rows:
        line = sdk.query("template").content.cloneNode(True)
        solved = f"{row['solved']:.0%}"
        values = row["category"], f"{row['topics']:,}", f"{row['replies']:,}", solved
        for cell, value in zip(line.querySelectorAll("th, td"), values, strict=True):
            cell.textContent = value
        line.querySelector(".solved").style.setProperty("--share", solved)
        sdk.query("tbody").append(line)
    sdk.query("table").hidden = False
