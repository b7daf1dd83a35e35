"""`docs/rendering.md` and `docs/state-and-resources.md`: their widgets do on the page what the guides say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from widget_workbench.testing import Community

from .conftest import EXAMPLES, WriteWidget

DOCS = EXAMPLES.parent / "docs"
GUIDE = "\n".join(
    (DOCS / page).read_text("utf-8") for page in ("rendering.md", "state-and-resources.md")
)

# A widget's main.py, and the block of code that it stands over.
MAIN = re.compile(
    r"`widgets/(?P<name>\w+)/main\.py`:\n\n```python\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE
)
WIDGETS = {found["name"]: found["text"] for found in MAIN.finditer(GUIDE)}


@pytest.fixture
def guide(community: Community, write_widget: WriteWidget) -> Community:
    """A community with the guide's widgets."""
    for name, main in WIDGETS.items():
        write_widget(name, main)
    return community


def test_each_widget_is_opened_by_a_test() -> None:
    assert set(WIDGETS) == {
        "countdown",
        "like",
        "news",
        "nickname",
        "primes",
        "search",
        "shortlist",
        "tasks",
        "told",
    }


def test_tasks(guide: Community) -> None:
    widget = guide.open("tasks").widget("tasks")
    widget.get_by_label("Task", exact=True).fill("Feed the cat")
    widget.get_by_role("button", name="Add").click()
    expect(widget.get_by_role("listitem")).to_have_text(["Water the plants", "Feed the cat"])
    expect(widget.get_by_label("Task", exact=True)).to_have_value("")
    widget.get_by_role("checkbox", name="Feed the cat").check()
    expect(widget.get_by_role("status")).to_have_text("1 of 2 done")
    expect(widget.locator("li.done")).to_have_text("Feed the cat")


def test_news(guide: Community) -> None:
    guide.connectors["news"].respond(
        sequence=[{"json": [{"id": 1, "title": "First"}]}, {"json": [{"id": 2, "title": "Second"}]}]
    )
    widget = guide.open("news").widget("news")
    expect(widget.get_by_role("listitem")).to_have_text("First")
    widget.get_by_role("button", name="Now").click()
    expect(widget.get_by_role("listitem")).to_have_text("Second")


def test_search(guide: Community) -> None:
    guide.connectors["help"].respond(json=[{"title": "Export"}])
    widget = guide.open("search").widget("search")
    widget.get_by_role("searchbox", name="Search").fill("exp")
    expect(widget.get_by_role("listitem")).to_have_text("Export")
    assert [call.query for call in guide.connectors["help"].calls] == [{"q": "exp"}]


def test_told(guide: Community) -> None:
    failures = guide.connectors["failures"]
    failures.respond(json=None, status=204, required=True)
    page = guide.open("told")
    page.console.expect("on purpose")
    page.widget("told").get_by_role("button", name="Fail").click()
    expect(page.host("told").get_by_role("alert")).to_contain_text("on purpose")
    assert [call.payload for call in failures.calls] == [{"what": "LookupError('on purpose')"}]


def test_nickname(guide: Community) -> None:
    widget = guide.open("nickname").widget("nickname")
    widget.get_by_role("button", name="Change").click()
    field = widget.get_by_role("textbox", name="Nickname")
    expect(field).to_be_focused()
    field.fill(" ")
    widget.get_by_role("button", name="Save").click()
    expect(widget.get_by_role("alert")).to_have_text("A nickname has at least one letter.")
    field.fill("Bo")
    field.press("Enter")
    expect(widget.get_by_role("strong")).to_have_text("Bo")
    expect(widget.get_by_role("button", name="Change")).to_be_focused()


def test_shortlist(guide: Community) -> None:
    widget = guide.open("shortlist").widget("shortlist")
    status = widget.get_by_role("status")
    expect(status).to_have_text("Nothing is chosen yet.")
    talks = [widget.get_by_role("button", name=name) for name in ("Better", "Accessible")]
    for talk in talks:
        talk.click()
    expect(status).to_have_text("You go to: Better search, Accessible forms")
    expect(talks[0]).to_have_attribute("aria-pressed", "true")
    talks[0].click()
    expect(status).to_have_text("You go to: Accessible forms")


def test_like(guide: Community) -> None:
    like = guide.connectors["like"]
    like.respond(sequence=[{"status": 500, "json": {}}, {"status": 201, "json": {}}], required=True)
    widget = guide.open("like").widget("like")
    button = widget.get_by_role("button")
    button.click()
    expect(widget.get_by_role("status")).to_contain_text("Your like was not saved.")
    expect(button).to_have_text("Like the canteen")
    button.click()
    expect(button).to_have_text("Liked")
    expect(widget.get_by_role("status")).to_be_empty()


def test_countdown(guide: Community) -> None:
    widget = guide.open("countdown", props={"seconds": 62}).widget("countdown")
    expect(widget.get_by_role("timer")).to_have_text("1:00")


def test_primes(guide: Community) -> None:
    widget = guide.open("primes").widget("primes")
    widget.get_by_role("button").click()
    expect(widget.get_by_role("status")).to_have_text("2,262 below 20,000", timeout=30_000)
    expect(widget.get_by_role("button")).to_be_enabled()


def test_the_guides_pictures_are_there() -> None:
    for path in re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", GUIDE):
        assert Path(DOCS / path).exists(), path
