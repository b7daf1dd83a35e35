"""Ticket insights: which weeks are asked for, what the chart shows and says, and what of an answer could do harm."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, expect

from widget_workbench.testing import Community, ConnectorCall

HOSTILE = """</text></svg><script>window.harmed = 1</script><img src=x onerror="window.harmed = 1">&amp;'"""


def answer(*counts: int, label: str = "Opened") -> dict[str, object]:
    """Weeks from 5 January 2026 on, and half as many solved."""
    weeks = [str(date(2026, 1, 5) + timedelta(7 * number)) for number in range(len(counts))]
    solved = [count // 2 for count in counts]
    return {
        "weeks": weeks,
        "series": [{"label": label, "counts": counts}, {"label": "Solved", "counts": solved}],
    }


@pytest.fixture
def insights(community: Community) -> Community:
    """A community whose service counts four weeks, whatever it is asked."""
    community.connectors["ticket-insights"].respond(json=answer(40, 1060, 50, 45))
    return community


def asked(community: Community) -> list[dict[str, str]]:
    return [call.query for call in community.connectors["ticket-insights"].calls]


def days(query: dict[str, str]) -> int:
    return (date.fromisoformat(query["to"]) - date.fromisoformat(query["from"])).days + 1


def test_the_configured_number_of_whole_weeks_is_asked_for(insights: Community) -> None:
    widget = insights.open("insights", props={"weeks": "26"}).widget("insights")
    [query] = asked(insights)
    assert days(query) == 26 * 7
    assert date.fromisoformat(query["to"]).isoweekday() == 7
    expect(widget.get_by_label("From", exact=True)).to_have_value(query["from"])
    expect(widget.get_by_role("button", pressed=True)).to_have_text("26 weeks")


def test_a_chart_is_told_as_a_picture_and_as_a_table(insights: Community) -> None:
    widget = insights.open("insights").widget("insights")
    chart = widget.get_by_role("img", name="Tickets per week, 5 January to 1 February 2026")
    expect(chart).to_have_accessible_description(
        "Opened: 1,195 in all, 40 to 1,060 a week. Solved: 597 in all, 20 to 530 a week."
    )
    expect(chart.locator(".columns rect")).to_have_count(4)
    expect(chart.locator(".lines path")).to_have_count(1)
    widget.get_by_text("The numbers in a table").click()
    expect(widget.get_by_role("row")).to_have_text(
        [
            re.compile(r"Week of\s*Opened\s*Solved"),
            re.compile(r"5 January 2026\s*40\s*20"),
            re.compile(r"12 January 2026\s*1,060\s*530"),
            re.compile(r"19 January 2026\s*50\s*25"),
            re.compile(r"26 January 2026\s*45\s*22"),
        ]
    )


def test_a_button_asks_for_so_many_weeks(insights: Community) -> None:
    widget = insights.open("insights").widget("insights")
    widget.get_by_role("button", name="4 weeks").press("Enter")
    expect(widget.get_by_role("button", pressed=True)).to_have_text("4 weeks")
    assert [days(query) for query in asked(insights)] == [12 * 7, 4 * 7]
    expect(widget.get_by_label("From", exact=True)).to_have_value(asked(insights)[-1]["from"])


def test_dates_are_asked_for_as_soon_as_both_are_good(insights: Community) -> None:
    widget = insights.open("insights").widget("insights")
    start, end = widget.get_by_label("From", exact=True), widget.get_by_label("To", exact=True)
    for first, last, problem in [
        ("2026-02-01", "2026-01-05", "The period ends before it begins."),
        ("2024-02-01", "2026-01-05", "Choose a year at most."),
        ("", "2026-01-05", "Choose two dates."),
    ]:
        end.fill(last)
        start.fill(first)
        expect(widget.get_by_role("status").first).to_have_text(problem)
        expect(start).to_have_accessible_description(problem)
        expect(start).to_have_attribute("aria-invalid", "true")
    before = len(asked(insights))
    start.fill("2026-01-01")
    expect(widget.get_by_role("status").first).to_be_empty()
    expect(start).to_have_attribute("aria-invalid", "false")
    expect(widget.get_by_role("button", pressed=True)).to_have_count(0)
    assert asked(insights)[before:] == [{"from": "2026-01-01", "to": "2026-01-05"}]


def test_dates_are_chosen_by_keyboard(insights: Community) -> None:
    widget = insights.open("insights").widget("insights")
    start = widget.get_by_label("From", exact=True)
    start.fill("2026-03-02")
    before = len(asked(insights))
    start.focus()
    start.press("Backspace")  # the month, in this browser's language
    expect(widget.get_by_role("status").first).to_have_text("Choose two dates.")
    start.press_sequentially("4")
    expect(start).to_have_value("2026-04-02")
    expect(start).to_be_focused()
    expect(widget.get_by_role("status").first).to_be_empty()
    assert [query["from"] for query in asked(insights)[before:]] == ["2026-04-02"]


def test_a_button_puts_right_what_was_refused(insights: Community) -> None:
    widget = insights.open("insights").widget("insights")
    start = widget.get_by_label("From", exact=True)
    good = start.input_value()
    start.fill("1999-01-01")
    expect(start).to_have_attribute("aria-invalid", "true")
    widget.get_by_role("button", name="12 weeks").click()
    expect(start).to_have_value(good)
    expect(start).to_have_attribute("aria-invalid", "false")


def test_an_answer_that_comes_late_is_dropped(insights: Community) -> None:
    tickets = insights.connectors["ticket-insights"]

    def is_of_four_weeks(call: ConnectorCall) -> bool:
        return days(call.query) == 4 * 7

    tickets.respond(json=answer(1, 1, 1, 1), delay=0.8, when=is_of_four_weeks)
    widget = insights.open("insights").widget("insights")
    widget.get_by_role("button", name="4 weeks").click()
    expect(widget.locator("[aria-busy=true]")).to_have_count(1)
    widget.get_by_role("button", name="26 weeks").click()
    expect(widget.locator("[aria-busy=true]")).to_have_count(0)
    widget.page.wait_for_timeout(1000)
    expect(widget.locator("svg")).to_contain_text("Opened: 1,195")


@pytest.mark.parametrize("empty", [answer(), answer(0, 0)], ids=["no weeks", "weeks of nothing"])
def test_a_period_without_tickets_is_told_as_one(
    community: Community, empty: dict[str, object]
) -> None:
    community.connectors["ticket-insights"].respond(json=empty)
    widget = community.open("insights").widget("insights")
    expect(widget).to_contain_text("No tickets in this period.")
    expect(widget.get_by_role("img")).to_have_count(0)


def test_a_failure_can_be_tried_again(community: Community) -> None:
    community.connectors["ticket-insights"].respond(
        sequence=[
            {"status": 500, "json": {"message": "The counting failed."}},
            {"json": answer(40, 50)},
        ],
        required=True,
    )
    widget = community.open("insights").widget("insights")
    alert = widget.get_by_role("alert")
    expect(alert).to_contain_text("The counting failed.")
    alert.get_by_role("button", name="Try again").press("Enter")
    expect(widget.get_by_role("img")).to_be_visible()
    first, second = asked(community)
    assert first == second


def drawn(widget: Locator) -> tuple[float, float]:
    """The width of the drawing, in its own units and on the screen."""
    found = widget.locator("svg").evaluate(
        "(svg) => [svg.viewBox.baseVal.width, svg.getBoundingClientRect().width]"
    )
    return found[0], found[1]


def test_the_chart_is_drawn_for_the_width_there_is(insights: Community) -> None:
    page = insights.open("insights", viewport=(1280, 900))
    widget = page.widget("insights")
    wide = widget.locator(".axis.bottom text").count()
    units, pixels = drawn(widget)
    assert units == pytest.approx(pixels, abs=2)
    page.page.set_viewport_size({"width": 375, "height": 900})
    expect(widget.locator("svg")).not_to_have_attribute("viewBox", re.compile(f" {units:.0f} "))
    narrow, pixels = drawn(widget)
    assert narrow == pytest.approx(pixels, abs=2)
    assert wide == 4
    assert narrow < units


def test_what_a_label_holds_stays_text(community: Community) -> None:
    """`markup` makes nothing safe: that a label cannot end its element is leather's doing, by ElementTree."""
    community.connectors["ticket-insights"].respond(json=answer(3, 4, label=HOSTILE))
    widget = community.open("insights").widget("insights")
    chart = widget.locator("svg")
    expect(chart.locator("text").filter(has_text="window.harmed")).to_have_text(f"{HOSTILE}: 7")
    expect(widget.locator("svg script, svg img, figure > img")).to_have_count(0)
    expect(widget.locator("thead th").nth(1)).to_have_text(HOSTILE)
    assert widget.page.evaluate("() => window.harmed") is None


def drawing(counts: list[int]) -> str:
    from datetime import date, timedelta

    from .chart import draw

    weeks = [date(2026, 1, 5) + timedelta(7 * number) for number in range(len(counts))]
    return draw(
        weeks, [{"label": "A", "counts": counts}, {"label": "B", "counts": counts}], 600, 300
    )


@pytest.mark.parametrize("counts", [[0], [1], [7], [0, 0, 3], [10**9, 0]], ids=str)
def test_any_counts_can_be_drawn(community: Community, counts: list[int]) -> None:
    svg = community.run_python(drawing, counts)
    assert svg.count("<rect") == 1 + 2 + len(counts)  # ground, legend, columns
    assert "nan" not in svg.lower()


def problems(periods: list[list[str]]) -> list[str]:
    from .main import problem

    return [problem(start, end) for start, end in periods]


def test_a_period_is_of_a_day_to_a_year(community: Community) -> None:
    good = [["2026-01-05", "2026-01-05"], ["2024-01-01", "2025-01-01"]]
    bad = [["12026-01-05", "2026-01-05"], ["", ""], ["2026-01-06", "2026-01-05"]]
    found = community.run_python(problems, [*good, *bad])
    assert found[:2] == ["", ""]
    assert all(found[2:])
