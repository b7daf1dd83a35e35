"""The customer directory: which records are read and how, what is said of the others, and how one searches."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from widget_workbench.testing import Community

HOSTILE = """<img src=x onerror="window.harmed = 1">"""
ANN = {
    "id": 1,
    "name": "Ann Example",
    "email": "ann@acme.example",
    "company": {"name": "Acme", "city": "Utrecht"},
    "seats": 1200,
    "since": "2021-03-15",
}
BEN = {
    "ID": " 2 ",
    "firstName": "Ben",
    "lastName": "Muster",
    "e-mail": "",
    "account": "Brot & Söhne",
    "seats": "1,200",
    "since": "24.12.2023",
}
CHLOE = {"contactId": "3", "fullName": " Chloé ", "company": "Acme", "seats": "0", "since": ""}


def opened(community: Community, *records: Any) -> Locator:
    community.connectors["crm-directory"].respond(json={"records": records})
    return community.open("directory").widget("directory")


def contacts(widget: Locator) -> Locator:
    return widget.locator(".contacts").get_by_role("listitem")


def test_records_of_every_spelling_become_cards(community: Community) -> None:
    widget = opened(community, BEN, ANN)
    ann, ben = contacts(widget).all()
    expect(ann.locator("strong")).to_have_text("Ann Example")
    expect(ann).to_contain_text("Acme, Utrecht")
    expect(ann).to_contain_text("1,200 seats since Mar 2021")
    expect(ann.get_by_role("link")).to_have_attribute("href", "mailto:ann@acme.example")
    expect(ben.locator("strong")).to_have_text("Ben Muster")
    expect(ben).to_contain_text("Brot & Söhne")
    expect(ben).to_contain_text("No e-mail address")
    expect(ben).to_contain_text("1,200 seats since Dec 2023")
    expect(widget.get_by_role("group")).to_have_count(0)


def test_of_records_with_the_same_id_the_last_one_is_shown(community: Community) -> None:
    widget = opened(community, ANN, BEN, ANN | {"id": "1", "name": "Ann Newname"})
    expect(contacts(widget).locator("strong")).to_have_text(["Ann Newname", "Ben Muster"])


def test_records_that_cannot_be_read_are_told_with_the_reasons(community: Community) -> None:
    widget = opened(community, None, ANN, CHLOE, ANN | {"id": "x", "seats": 1.5, "email": "ann"})
    expect(contacts(widget)).to_have_count(1)
    widget.get_by_text("3 records could not be read").press("Enter")
    expect(widget.locator("details").get_by_role("listitem")).to_have_text(
        [
            "Record 1 It is empty.",
            "Record 3, Chloé Its date is empty.",
            "Record 4, Ann Example Its id is no whole number: “x”. "
            "Its e-mail address does not look like one: “ann”. "
            "Its number of seats is no whole number: “1.5”.",
        ]
    )


def test_what_a_record_holds_stays_text(community: Community) -> None:
    hostile = ANN | {"name": HOSTILE, "company": {"name": HOSTILE, "city": HOSTILE}}
    address = "javascript:alert(1)//@acme.example"
    widget = opened(community, hostile, hostile | {"id": 2, "email": address}, {"name": HOSTILE})
    expect(contacts(widget).locator("strong")).to_have_text([HOSTILE, HOSTILE])
    expect(contacts(widget).get_by_role("link").last).to_have_attribute("href", f"mailto:{address}")
    expect(widget.get_by_role("option")).to_have_text(["All companies", HOSTILE])
    expect(widget.locator("details")).to_contain_text(HOSTILE)
    expect(widget.locator("img")).to_have_count(0)
    assert widget.page.evaluate("() => window.harmed") is None


def test_each_word_of_a_search_is_on_the_cards_that_are_left(community: Community) -> None:
    widget = opened(community, ANN, BEN, CHLOE | {"since": "2020-02-29"})
    field, status = widget.get_by_role("searchbox"), widget.get_by_role("status").last
    expect(status).to_have_text("Showing 3 of 3")
    field.press_sequentially("ACME an")
    expect(contacts(widget).locator("strong")).to_have_text(["Ann Example"])
    expect(status).to_have_text("Showing 1 of 3")
    field.press("Escape")
    expect(status).to_have_text("Showing 3 of 3")
    widget.get_by_role("combobox", name="Company").select_option("Acme")
    expect(contacts(widget).locator("strong")).to_have_text(["Ann Example", "Chloé"])
    field.fill("söhne")
    expect(contacts(widget)).to_have_count(0)
    widget.get_by_role("button", name="Show all").press("Enter")
    expect(contacts(widget)).to_have_count(3)
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    expect(widget.get_by_role("combobox", name="Company")).to_have_value("")


@pytest.mark.parametrize("records", [[], [None]], ids=["none", "none that can be read"])
def test_a_directory_of_nobody_says_so(community: Community, records: list[Any]) -> None:
    widget = opened(community, *records)
    expect(widget).to_contain_text("Nobody is in it yet.")
    expect(widget.get_by_role("searchbox")).to_have_count(0)
    expect(widget.locator("details")).to_have_count(len(records))


def test_a_failure_can_be_tried_again(community: Community) -> None:
    community.connectors["crm-directory"].respond(
        sequence=[
            {"status": 500, "json": {"message": "It is asleep."}},
            {"json": {"records": [ANN]}},
        ],
        required=True,
    )
    widget = community.open("directory").widget("directory")
    alert = widget.get_by_role("alert")
    expect(alert).to_contain_text("It is asleep.")
    alert.get_by_role("button", name="Try again").press("Enter")
    expect(contacts(widget)).to_have_count(1)
    expect(widget.get_by_role("alert")).to_have_count(0)


def reasons(record: Any) -> list[str]:
    from .models import Directory

    return [reason for each in Directory.read([record]).unread for reason in each.reasons]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"company": None}, "Its company is empty."),
        ({"company": {}}, "It has no company's name."),
        ({"company": {"name": "A", "city": 4}}, "Its company's city is no text: “4”."),
        ({"name": "  "}, "Its name is empty."),
        (
            {"seats": "-5"},
            "Its number of seats is “-5”: Input should be greater than or equal to 0.",
        ),
        ({"since": "30.02.2024"}, "Its date is no day of the calendar: “2024-02-30”."),
        ({"since": "soon" * 20}, f"Its date is no day of the calendar: “{'soon' * 10}…”."),
        ({"email": None}, None),
        ({"since": " 2021-03-15 "}, None),
    ],
    ids=str,
)
def test_a_reason_is_plain(community: Community, given: dict[str, Any], said: str | None) -> None:
    assert community.run_python(reasons, ANN | given) == ([said] if said else [])
