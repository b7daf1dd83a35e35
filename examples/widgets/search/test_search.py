"""The search: what is asked for and when, what the keyboard does, and what is said."""

import re

from playwright.sync_api import Locator, expect

from widget_workbench.testing import Community

# What the list of answers has ever shown is noted on it.
NOTE_WHAT_IS_SHOWN = """(list) => {
    list.shown = [];
    new MutationObserver(() => list.shown.push(list.textContent)).observe(
        list, { subtree: true, childList: true, characterData: true },
    );
}"""


def answer(*titles: str) -> dict[str, object]:
    articles = [
        {"id": f"article-{n}", "title": title, "summary": "", "section": "Help", "url": f"#{n}"}
        for n, title in enumerate(titles)
    ]
    return {"total": len(articles), "articles": articles}


def opened(community: Community) -> tuple[Locator, Locator]:
    """The widget, and its field with the focus in it."""
    widget = community.open("search").widget("search")
    field = widget.get_by_role("combobox", name="How can we help?")
    field.focus()
    return widget, field


TYPE = """
(field, text) => {
    for (const letter of text) {
        field.value += letter;
        field.dispatchEvent(new Event("input", { bubbles: true }));
    }
}
"""


def test_what_is_typed_without_a_pause_is_asked_for_once(community: Community) -> None:
    search = community.connectors["help-search"]
    search.respond(json=answer("Export a report"))
    widget, field = opened(community)
    # In one go: on a computer that is busy, letters that are sent one by one come with pauses.
    field.evaluate(TYPE, "expo")
    expect(widget.get_by_role("option")).to_have_count(1)
    expect(widget.locator("mark")).to_have_text(["Expo"])
    assert [call.query for call in search.calls] == [{"q": "expo"}]


def test_an_answer_that_comes_late_is_dropped(community: Community) -> None:
    search = community.connectors["help-search"]
    search.respond(json=answer("New & newer"))
    search.respond(json=answer("Old"), delay=0.8, when=lambda call: call.query["q"] == "old")
    # Its answer comes after the one to "old" has.
    search.respond(json=answer("Last"), delay=1.6, when=lambda call: call.query["q"] == "last")
    widget, field = opened(community)
    answers = widget.locator("[role=listbox]")
    answers.evaluate(NOTE_WHAT_IS_SHOWN)
    field.fill("old")
    while not search.calls:
        field.evaluate("() => new Promise(requestAnimationFrame)")
    field.fill("new")
    expect(widget.get_by_role("option")).to_contain_text("New & newer")
    field.fill("last")
    expect(widget.get_by_role("option")).to_contain_text("Last")
    assert [call.query["q"] for call in search.calls] == ["old", "new", "last"]
    shown = answers.evaluate("(list) => list.shown")
    assert any("Last" in text for text in shown)
    assert not any("Old" in text for text in shown)


def test_the_arrow_keys_choose_an_answer_while_the_focus_stays(community: Community) -> None:
    community.connectors["help-search"].respond(json=answer("One", "Two", "Three"))
    widget, field = opened(community)
    field.fill("a")
    options = widget.get_by_role("option")
    expect(options).to_have_count(3)
    for key, number in [("ArrowDown", 0), ("ArrowDown", 1), ("End", 2), ("Home", 0)]:
        field.press(key)
        expect(field).to_have_attribute("aria-activedescendant", f"article-{number}")
        expect(options.nth(number)).to_have_attribute("aria-selected", "true")
        expect(widget.locator("[aria-selected=true]")).to_have_count(1)
    field.press("ArrowUp")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))
    field.press("ArrowUp")
    expect(field).to_have_attribute("aria-activedescendant", "article-2")
    expect(field).to_be_focused()
    field.press("Enter")
    expect(widget.page).to_have_url(re.compile("#2$"))


def test_escape_empties_the_field(community: Community) -> None:
    community.connectors["help-search"].respond(json=answer("One"))
    widget, field = opened(community)
    field.fill("one")
    expect(widget.get_by_role("option")).to_have_count(1)
    field.press("Escape")
    expect(field).to_have_value("")
    expect(widget.get_by_role("option")).to_have_count(0)
    expect(widget.get_by_role("status")).to_have_text("Answers appear as you type.")


def test_a_failure_can_be_tried_again(community: Community) -> None:
    community.connectors["help-search"].respond(
        sequence=[
            {"status": 503, "json": {"message": "Back in a minute."}},
            {"json": answer("One")},
        ],
        required=True,
    )
    widget, field = opened(community)
    field.fill("one")
    status = widget.get_by_role("status")
    expect(status).to_contain_text("Back in a minute.")
    status.get_by_role("button", name="Try again").click()
    expect(widget.get_by_role("option")).to_have_count(1)
    expect(field).to_be_focused()
