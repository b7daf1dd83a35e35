# /// script
# dependencies = ["leather>=0.4"]
# ///
"""Tickets per week, in a chart that a package draws: a GET request for the dates that a visitor chooses."""

from collections.abc import Callable
from datetime import date, timedelta
from string.templatelib import Template
from typing import TYPE_CHECKING

from js import ResizeObserver
from pyodide.ffi import create_proxy

from widget import Event, Sdk

from .chart import chart, table

if TYPE_CHECKING:
    from ._props import Props

PRESETS = (4, 12, 26)  # weeks


async def init(sdk: Sdk[Props]) -> None:
    first = last_weeks(int(sdk.props["weeks"]))
    state = sdk.state(period=first, problem="", width=0)

    async def fetch(start: str, end: str) -> dict:
        return await sdk.connectors.get("ticket-insights", query_params={"from": start, "to": end})

    tickets = sdk.resource(fetch, *first, start=False, retry=2)

    def choose(event: Event) -> None:
        period = event.form["start"], event.form["end"]
        state.problem = problem(*period)
        if not state.problem and period != state.period:
            state.period = period
            tickets.reload(*period)

    def choose_last(weeks: int) -> None:
        state.period, state.problem = last_weeks(weeks), ""
        for name, value in zip(("start", "end"), state.period, strict=True):
            # What was typed and refused is still there, and the template does not know.
            sdk.query(f"[name={name}]").value = value
        tickets.reload(*state.period)

    def preset(weeks: int) -> Template:
        chosen = state.period == last_weeks(weeks) and not state.problem
        return t"""
          <button type="button" aria-pressed={chosen} onclick={(lambda: choose_last(weeks))}>
            {weeks} weeks
          </button>
        """

    def day(name: str, label: str, value: str) -> Template:
        return t"""
          <label>{label}
            <input type="date" name={name} value={value} aria-describedby="problem"
              aria-invalid={bool(state.problem)}>
          </label>
        """

    def shown(tickets: dict) -> Template:
        if not any(sum(each["counts"]) for each in tickets["series"]):
            return t'<p class="empty">No tickets in this period.</p>'
        return t"""
          {chart(tickets, state.width)}
          <details><summary>The numbers in a table</summary>{table(tickets)}</details>
        """

    def measure() -> None:
        state.width = sdk.root.clientWidth

    await tickets.reload()

    measure()  # not before: the first use of sdk.root takes the skeleton away
    at_each_resize(sdk, measure)

    @sdk.view
    def view() -> Template:
        start, end = state.period
        return t"""
          <section class="card" aria-labelledby="title">
            <h2 id="title">Support tickets</h2>
            <form novalidate onchange={choose} onsubmit={choose}>
              {day("start", "From", start)} {day("end", "To", end)}
              <div class="presets" role="group" aria-label="Period">{map(preset, PRESETS)}</div>
              <p class="problem" id="problem" role="status">{state.problem}</p>
            </form>
            <div class="tickets" aria-busy={tickets.pending}>{tickets.show(shown)}</div>
          </section>
        """


def at_each_resize(sdk: Sdk, handler: Callable[[], None]) -> None:
    called = create_proxy(lambda *_: handler())
    observer = ResizeObserver.new(called)
    observer.observe(sdk.root)

    def end() -> None:
        observer.disconnect()
        called.destroy()

    sdk.on("destroy", end)


def last_weeks(weeks: int) -> tuple[str, str]:
    """The first and the last day of the last whole weeks."""
    sunday = date.today() - timedelta(date.today().isoweekday())
    return str(sunday - timedelta(7 * weeks - 1)), str(sunday)


def problem(start: str, end: str) -> str:
    """What is wrong with two dates as a form gives them."""
    try:
        days = (date.fromisoformat(end) - date.fromisoformat(start)).days
    except ValueError:  # empty, or in a year of more than four digits
        return "Choose two dates."
    if days < 0:
        return "The period ends before it begins."
    if days > 366:
        return "Choose a year at most."
    return ""
