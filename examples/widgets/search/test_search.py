"""The search: what is asked for and when, what the keyboard does, and what is said."""

from playwright.sync_api import Locator, expect

from widget_workbench.testing import Community, ConnectorCall


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


def test_what_is_typed_without_a_pause_is_asked_for_once(community: Community) -> None:
    search = community.connectors["help-search"]
    search.respond(json=answer("Export a report"))
    widget, field = opened(community)
    field.press_sequentially("expo")
    expect(widget.get_by_role("option")).to_have_count(1)
    expect(widget.locator("mark")).to_have_text(["Expo"])
    assert [call.query for call in search.calls] == [{"q": "expo"}]


def test_an_answer_that_comes_late_is_dropped(community: Community) -> None:
    def asks_for_old(call: ConnectorCall) -> bool:
        return call.query["q"] == "old"

    search = community.connectors["help-search"]
    search.respond(json=answer("New & newer"))
    search.respond(json=answer("Old"), delay=1.5, when=asks_for_old, required=True)
    widget, field = opened(community)
    page = community.pages[-1].page
    with (
        page.expect_request_finished(lambda request: "q=old" in request.url)
        if False
        else page.expect_console_message()
        if False
        else _nothing()
    ):
        field.fill("old")
