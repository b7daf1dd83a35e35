"""Builds a report that takes a while: a POST request by a client with a longer timeout."""

from string.templatelib import Template

from widget import ConnectorError, Event, Sdk, WidgetServiceSDK


async def init(sdk: Sdk) -> None:
    state = sdk.state(phase="idle", message="", rows=None)
    reports = WidgetServiceSDK(timeout=60000).connectors  # milliseconds

    async def build(event: Event) -> None:
        if state.phase == "busy":
            return
        state.phase, state.message = "busy", "Building the report. This takes a few seconds…"
        try:
            report = await reports.execute(
                permalink="report-generator",
                method="POST",
                payload=event.form,
            )
        except ConnectorError as error:
            state.phase, state.message = "failed", str(error)
        else:
            state.phase, state.message = "done", "The report is ready."
            state.rows = report["rows"]

    @sdk.view
    def view() -> Template:
        return t"""
          <section class="card" aria-labelledby="title">
            <h2 id="title">Activity report</h2>
            <form data-state={state.phase} onsubmit={build}>
              <label>Period
                <select name="range">
                  <option value="last-30-days">Last 30 days</option>
                  <option value="last-90-days" selected>Last 90 days</option>
                  <option value="last-365-days">Last year</option>
                </select>
              </label>
              <div class="send"><button>Build report</button><p role="status">{state.message}</p></div>
            </form>
            {state.rows is not None and table(state.rows)}
          </section>
        """


def table(rows: list[dict]) -> Template:
    if not rows:
        return t'<p class="empty">Nothing happened in this period.</p>'
    return t"""
      <table>
        <thead><tr><th>Category</th><th>Topics</th><th>Replies</th><th>Solved</th></tr></thead>
        <tbody>{map(line, rows)}</tbody>
      </table>
    """


def line(row: dict) -> Template:
    return t"""
      <tr>
        <th scope="row">{row["category"]}</th>
        <td>{row["topics"]:,}</td>
        <td>{row["replies"]:,}</td>
        <td class="solved" style="--share: {row["solved"]:.0%}">{row["solved"]:.0%}</td>
      </tr>
    """
