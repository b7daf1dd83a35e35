"""The states that an example can be in, and how a visitor gets it there: for its screenshots, and for axe."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, expect

from widget_workbench.testing import Community, CommunityPage, ConnectorCall

NEVER: dict[str, Any] = {"json": None, "delay": 600}
FAILS: dict[str, Any] = {"json": {"message": "Back in a minute."}, "status": 503}


def _nothing(widget: Locator) -> None:
    """What a visitor does who only looks."""


@dataclass(frozen=True)
class State:
    """One state of one example.

    Attributes:
        shows: a text by which it is known to be reached; None: the skeleton.
        answers: of the connectors that it calls, by method and permalink, as `respond` takes them.
        act: what the visitor does.
        prints: a pattern of what the page then prints.
    """

    shows: str | None
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    act: Callable[[Locator], None] = _nothing
    prints: str | None = None


def click(button: str) -> Callable[[Locator], None]:
    return lambda widget: widget.get_by_role("button", name=button).first.click()


def search_for(query: str) -> Callable[[Locator], None]:
    return lambda widget: widget.get_by_role("combobox").fill(query)


def empty_the_form(widget: Locator) -> None:
    for control in widget.get_by_role("textbox").all():
        control.fill("")
    widget.get_by_role("button").click()


def reach_the_second_article(widget: Locator) -> None:
    field = widget.get_by_role("combobox")
    field.fill("report")
    expect(widget.get_by_role("option")).to_have_count(2)
    field.press("ArrowDown")
    field.press("ArrowDown")


def turn_the_period_around(widget: Locator) -> None:
    widget.get_by_label("From", exact=True).fill("2026-03-01")
    widget.get_by_label("To", exact=True).fill("2026-02-01")


def search_contacts_for(query: str) -> Callable[[Locator], None]:
    return lambda widget: widget.get_by_role("searchbox").fill(query)


def open_details(widget: Locator) -> None:
    widget.locator("summary").click()


def give_feedback(widget: Locator) -> None:
    widget.get_by_role("radio", name="4 of 5 stars").check()
    widget.get_by_role("textbox").fill("Office hours are what I come here for.")
    widget.get_by_role("button", name="Send feedback").click()


WEATHER = {
    "name": "Warsaw",
    "country": "PL",
    "sky": "Clouds",
    "description": "few clouds",
    "temperature": 18.6,
    "feelsLike": 18.1,
    "humidity": 56,
    "pressure": 1017,
    "wind": {"speed": 3.4, "degrees": 250},
}
JANE = {"id": "contact-42", "firstName": "Jane", "lastName": "Doe", "email": "jane@example.com"}
TASKS = [
    {"id": "task-99", "title": "Renew the support contract", "due": "2026-03-04"},
    {"id": "task-100", "title": "Review the onboarding guide", "due": "2026-03-07"},
    {"id": "task-101", "title": "Invite the beta group", "due": "2026-03-11"},
]
NOTICES = [
    {
        "title": "Winter opening hours",
        "body": "Support answers from 9:00 to 17:00 between the holidays.",
        "published": "2026-03-02",
    },
    {
        "title": "New status page",
        "body": "Incidents and planned maintenance now have a page of their own.",
        "published": "2026-02-23",
    },
]
METRICS = [
    {
        "label": "Visitors",
        "days": [1204, 1318, 1297, 1402, 1366, 811, 774],
        "total": 8172,
        "change": 0.077,
    },
    {"label": "New topics", "days": [31, 42, 38, 45, 40, 17, 14], "total": 227, "change": -0.017},
    {"label": "Replies", "days": [122, 140, 156, 149, 161, 68, 59], "total": 855, "change": 0.053},
]
ROWS = [
    {"category": "Questions", "topics": 819, "replies": 3078, "solved": 0.75},
    {"category": "Ideas", "topics": 288, "replies": 1053, "solved": 0.28},
    {"category": "How-to guides", "topics": 126, "replies": 477, "solved": 0.93},
]
ARTICLES = [
    {
        "id": "article-10",
        "title": "Build your first report",
        "summary": "Pick a data source, group it and share the result.",
        "section": "Reports",
        "url": "/?article=10#articles",
    },
    {
        "id": "article-11",
        "title": "Schedule a report by e-mail",
        "summary": "Have a PDF or spreadsheet sent every Monday morning.",
        "section": "Reports",
        "url": "/?article=11#articles",
    },
]
VOICES = [
    {
        "id": "feedback-1",
        "member": "priya",
        "rating": 5,
        "comment": "The new search finds what I need at the first try. Thank you!",
        "posted": "2026-03-01",
    },
    {
        "id": "feedback-2",
        "member": "tomasz",
        "rating": 4,
        "comment": "Great answers from other members. Notifications could be calmer.",
        "posted": "2026-02-27",
    },
]
TICKETS = {
    "weeks": ["2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23"],
    "series": [
        {"label": "Opened", "counts": [47, 53, 49, 51]},
        {"label": "Solved", "counts": [43, 49, 52, 48]},
    ],
}
RECORDS = [
    {
        "id": 1001,
        "name": "Amara Okafor",
        "email": "amara@northwind.example",
        "company": {"name": "Northwind Traders", "city": "Utrecht"},
        "seats": "300",
        "since": "15.03.2021",
    },
    {
        "ID": "1003",
        "firstName": "Chiara",
        "lastName": "Ricci",
        "account": "Fabbrica Ricci",
        "seats": "1,200",
        "since": "2019-11-04",
    },
    None,
]
SENT = {"id": "feedback-3", "member": "ann", "rating": 4, "posted": "2026-03-02"}

STATES: dict[str, dict[str, State]] = {
    "weather": {
        "loading": State("Loading…", {"GET weather-api": NEVER}),
        "ready": State("Few clouds", {"GET weather-api": {"json": WEATHER}}),
        "empty": State(
            "No weather is known for",
            {
                "GET weather-api": {
                    "json": {"status": 404, "message": "No weather is known for 'Warsaw'."},
                    "status": 404,
                }
            },
        ),
        "error": State("Back in a minute.", {"GET weather-api": FAILS}),
        "broken": State(
            "KeyError", {"GET weather-api": {"json": {"name": "Warsaw"}}}, prints="KeyError"
        ),
    },
    "contact_create": {
        "loading": State("Adding the contact…", {"POST crm-contacts": NEVER}, click("Add contact")),
        "ready": State("Add contact"),
        "empty": State("Add contact", act=empty_the_form),
        "error": State("Back in a minute.", {"POST crm-contacts": FAILS}, click("Add contact")),
        "done": State(
            "Jane Doe is in the CRM now",
            {"POST crm-contacts": {"json": JANE, "status": 201}},
            click("Add contact"),
        ),
    },
    "contact_update": {
        "loading": State("Loading…", {"GET crm-contacts": NEVER}),
        "ready": State("jane@example.com", {"GET crm-contacts": {"json": JANE}}),
        "empty": State(
            "There is no contact",
            {
                "GET crm-contacts": {
                    "json": {"status": 404, "message": "There is no contact 'contact-42'."},
                    "status": 404,
                }
            },
        ),
        "error": State("Back in a minute.", {"GET crm-contacts": FAILS}),
        "done": State(
            "Saved.",
            {
                "GET crm-contacts": {"json": JANE},
                "PUT crm-contacts": {"json": {**JANE, "lastName": "Smith"}},
            },
            click("Save changes"),
        ),
        "refused": State(
            "Back in a minute.",
            {"GET crm-contacts": {"json": JANE}, "PUT crm-contacts": FAILS},
            click("Save changes"),
        ),
    },
    "task_delete": {
        "loading": State("Loading…", {"GET task-list": NEVER}),
        "ready": State("Invite the beta group", {"GET task-list": {"json": TASKS}}),
        "empty": State("Nothing left to do.", {"GET task-list": {"json": []}}),
        "error": State("Back in a minute.", {"GET task-list": FAILS}),
        "done": State(
            "Deleted task-99.",
            {
                "GET task-list": {"json": TASKS},
                "DELETE task-manager": {"json": {"id": "task-99", "deleted": True}},
            },
            click("Delete Renew"),
        ),
        "refused": State(
            "Back in a minute.",
            {"GET task-list": {"json": TASKS}, "DELETE task-manager": FAILS},
            click("Delete Renew"),
        ),
    },
    "request_headers": {
        "loading": State("Loading…", {"GET internal-api": NEVER}),
        "ready": State("New status page", {"GET internal-api": {"json": {"notices": NOTICES}}}),
        "empty": State("There are no notices", {"GET internal-api": {"json": {"notices": []}}}),
        "error": State("Back in a minute.", {"GET internal-api": FAILS}),
    },
    "client_headers": {
        "loading": State("Loading…", {"GET analytics-api": NEVER}),
        "ready": State("Visitors", {"GET analytics-api": {"json": {"metrics": METRICS}}}),
        "empty": State(
            "Nothing was counted yet.", {"GET analytics-api": {"json": {"metrics": []}}}
        ),
        "error": State("Back in a minute.", {"GET analytics-api": FAILS}),
    },
    "report": {
        "loading": State(
            "Building the report.", {"POST report-generator": NEVER}, click("Build report")
        ),
        "ready": State(
            "How-to guides",
            {"POST report-generator": {"json": {"rows": ROWS}}},
            click("Build report"),
        ),
        "empty": State(
            "Nothing happened",
            {"POST report-generator": {"json": {"rows": []}}},
            click("Build report"),
        ),
        "error": State(
            "Back in a minute.", {"POST report-generator": FAILS}, click("Build report")
        ),
        "broken": State(
            "KeyError",
            {"POST report-generator": {"json": {}}},
            click("Build report"),
            prints="KeyError",
        ),
    },
    "search": {
        "loading": State("Searching…", {"GET help-search": NEVER}, search_for("report")),
        "ready": State(
            "Showing 2 of 2",
            {"GET help-search": {"json": {"total": 2, "articles": ARTICLES}}},
            search_for("report"),
        ),
        "empty": State(
            "Nothing found",
            {"GET help-search": {"json": {"total": 0, "articles": []}}},
            search_for("reports of whales"),
        ),
        "error": State("Back in a minute.", {"GET help-search": FAILS}, search_for("report")),
        "done": State(
            "Showing 2 of 2",
            {"GET help-search": {"json": {"total": 2, "articles": ARTICLES}}},
            reach_the_second_article,
        ),
    },
    "feedback": {
        "loading": State("Loading", {"GET feedback-list": NEVER}),
        "ready": State("tomasz", {"GET feedback-list": {"json": VOICES}}),
        "empty": State("Nobody has said anything yet.", {"GET feedback-list": {"json": []}}),
        "error": State("Back in a minute.", {"GET feedback-list": FAILS}),
        "done": State(
            "Thank you for your feedback.",
            {
                "GET feedback-list": {"json": VOICES},
                "POST feedback-add": {
                    "json": {**SENT, "comment": "Office hours are what I come here for."}
                },
            },
            give_feedback,
        ),
        "refused": State(
            "Choose one to five stars.", {"GET feedback-list": {"json": VOICES}}, click("Send")
        ),
    },
    "insights": {
        "loading": State(None, {"GET ticket-insights": NEVER}),
        "ready": State("to 1 March 2026", {"GET ticket-insights": {"json": TICKETS}}),
        "empty": State(
            "No tickets in this period.",
            {"GET ticket-insights": {"json": {"weeks": [], "series": []}}},
        ),
        "error": State("Back in a minute.", {"GET ticket-insights": FAILS}),
        "done": State("23 February 2026", {"GET ticket-insights": {"json": TICKETS}}, open_details),
        "refused": State(
            "The period ends before it begins.",
            {"GET ticket-insights": {"json": TICKETS}},
            turn_the_period_around,
        ),
    },
    "directory": {
        "loading": State("Loading…", {"GET crm-directory": NEVER}),
        "ready": State("Amara Okafor", {"GET crm-directory": {"json": {"records": RECORDS}}}),
        "empty": State("Nobody is in it yet.", {"GET crm-directory": {"json": {"records": []}}}),
        "error": State("Back in a minute.", {"GET crm-directory": FAILS}),
        "done": State(
            "Record 3", {"GET crm-directory": {"json": {"records": RECORDS}}}, open_details
        ),
        "refused": State(
            "No contact fits.",
            {"GET crm-directory": {"json": {"records": RECORDS}}},
            search_contacts_for("whales"),
        ),
    },
}
"""By example, and by the state's name: loading, ready, empty and error of every one; *done* and *refused*, after what
the visitor has done; *broken*, by an answer that the example was not written for."""

NAMES = list(dict.fromkeys(name for states in STATES.values() for name in states))


def widgets_with(name: str) -> list[str]:
    """The examples that have a state."""
    return [widget for widget, states in STATES.items() if name in states]


def open_in_state(
    community: Community, name: str, *, only: Sequence[str] | None = None, **parameters: Any
) -> CommunityPage:
    """Opens a page of all examples that have a state, and brings each of them into it.

    Args:
        community: of the examples.
        name: the state's.
        only: the examples that are meant, where it is not all of them.
        parameters: of `Community.open`.
    """
    states = {widget: STATES[widget][name] for widget in only or widgets_with(name)}
    for state in states.values():
        for call, answer in state.answers.items():
            method, permalink = call.split()
            _stub(community, method, permalink, answer)
    page = community.open(*states, **parameters)
    for widget, state in states.items():
        host = page.host(widget)
        # Far out of sight, it would not start.
        host.evaluate("(host) => host.scrollIntoView()")
        # From then on, what is done to prerendered markup is kept.
        expect(host).to_have_attribute("data-widget-state", re.compile("."))
        if state.prints is not None:
            page.console.expect(state.prints)
        if state.shows is None:
            expect(host.locator(".skeleton")).to_be_visible()
            continue
        state.act(host)
        expect(host.get_by_text(state.shows).first).to_be_visible()
    return page


def _stub(community: Community, method: str, permalink: str, answer: Mapping[str, Any]) -> None:
    def is_meant(call: ConnectorCall) -> bool:
        return call.method == method

    community.connectors[permalink].respond(**answer, when=is_meant)
