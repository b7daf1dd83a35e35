"""Tickets per week as a chart, which leather draws, and as a table."""

from datetime import date, timedelta
from string.templatelib import Template
from xml.etree import ElementTree

import leather

from widget import markup

HEIGHT = 280
LEGEND = 14  # how far the legend's letters rise above their line, which leather puts at the top
TICK = 64  # the least width between two dates


def chart(tickets: dict, width: int) -> Template:
    """A figure as wide as the card's content, so that a pixel of the drawing is one on the screen."""
    weeks = [date.fromisoformat(week) for week in tickets["weeks"]]
    end = weeks[-1] + timedelta(6)
    width = max(width - 50, 200)  # the card's padding and border
    margin = width / 18  # leather leaves a twentieth of the whole at each side
    drawing = draw(weeks, tickets["series"], width + 2 * margin, HEIGHT + 2 * margin)
    box = f"{margin:.0f} {margin - LEGEND:.0f} {width:.0f} {HEIGHT + LEGEND}"
    return t"""
      <figure>
        <figcaption id="caption">Tickets per week, {weeks[0]:%-d %B} to {end:%-d %B %Y}</figcaption>
        <svg viewBox={box} role="img" aria-labelledby="caption" aria-describedby="summary">
          <desc id="summary">{" ".join(map(summary, tickets["series"]))}</desc>
          {markup(drawing)}
        </svg>
      </figure>
    """


class Columns(leather.Columns):
    """Columns beside lines: leather has them over texts alone, and lines over all but texts."""

    def validate_series(self, series: leather.Series) -> None:
        pass


def draw(weeks: list[date], series: list[dict], width: float, height: float) -> str:
    """The first series in columns and the others as lines, in SVG.

    What of it comes from the connector is text between tags, which leather escapes; style.css has the colors.
    """
    chart = leather.Chart()
    for number, each in enumerate(series):
        color = f"var(--series-{number})"
        points = list(zip(weeks, each["counts"], strict=True))
        if number:
            points.append(
                points[-1]
            )  # a line of one point is not drawn, and this one's round end is
        named = leather.Series(points, name=f"{each['label']}: {sum(each['counts']):,}")
        chart.add_series(named, leather.Line(color) if number else Columns(color))
    most = max(count for each in series for count in each["counts"])
    step = -(-len(weeks) * TICK // int(width))  # every how many weeks there is room for a date
    chart.set_x_scale(leather.Ordinal(weeks))
    chart.add_x_axis(ticks=weeks[::step], tick_formatter=lambda week, *_: f"{week:%-d %b}")
    chart.add_y_scale(0, max(most, 4))  # below four its steps would be fractions
    chart.add_y_axis(tick_formatter=lambda count, *_: f"{count.normalize():,f}")
    return ElementTree.tostring(chart.to_svg_group(width, height), encoding="unicode")


def summary(series: dict) -> str:
    counts = series["counts"]
    return f"{series['label']}: {sum(counts):,} in all, {min(counts):,} to {max(counts):,} a week."


def table(tickets: dict) -> Template:
    columns = [each["counts"] for each in tickets["series"]]
    return t"""
      <table>
        <thead>
          <tr><th>Week of</th>{(t"<th>{each['label']}</th>" for each in tickets["series"])}</tr>
        </thead>
        <tbody>{map(line, zip(tickets["weeks"], *columns, strict=True))}</tbody>
      </table>
    """


def line(cells: tuple[str, *tuple[int, ...]]) -> Template:
    week, *counts = cells
    return t"""
      <tr>
        <th scope="row">{date.fromisoformat(week):%-d %B %Y}</th>
        {(t"<td>{count:,}</td>" for count in counts)}
      </tr>
    """
