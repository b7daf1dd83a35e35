"""The documentation's gallery: served by a plain file server below some path, each example runs from its own bundle."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from widget_workbench.preview.security import content_security_policy

from .conftest import Site
from .pages import DOCS, PROJECT

# One process makes the site for all of these.
pytestmark = pytest.mark.xdist_group("site")

AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"

# By example, in the order of examples/README.md: what it shows once its connector has answered, or where it waits for a
# visitor, at first.
SHOWN = {
    "weather": "Few clouds",
    "contact_create": "Add contact",
    "contact_update": "jane@example.com",
    "task_delete": "Invite the beta group",
    "request_headers": "New status page",
    "client_headers": "8,172",
    "report": "Build report",
    "search": "Answers appear as you type.",
    "feedback": "priya",
    "insights": "Opened: 606",
    "directory": "Showing 7 of 7",
}

expect.set_options(timeout=30_000)


class Gallery:
    """The open page, and what it has asked for and printed.

    Args:
        page: a new one.
        address: the gallery's.
    """

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.requests: list[str] = []
        self.printed: list[str] = []
        page.on("request", self._note_request)
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.printed.append(str(error)))
        page.goto(address)

    def widget(self, widget_type: str) -> Locator:
        """An example that is ready."""
        widget = self.page.locator(f"gs-cc-registry-widget[data-widget-type={widget_type}]")
        # Far out of sight, it would not start.
        widget.scroll_into_view_if_needed()
        expect(widget).to_have_attribute("data-widget-state", "ready")
        return widget

    def note(self, widget_type: str) -> Locator:
        """The line below an example."""
        return self.page.locator(".gallery-live", has=self.widget(widget_type)).locator(
            ".gallery-note"
        )

    def _note_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _note_message(self, message: ConsoleMessage) -> None:
        # Some browsers ask for that on their own account.
        is_icon = message.location.get("url", "").endswith("/favicon.ico")
        if message.type in ("error", "warning") and not is_icon:
            self.printed.append(message.text)


@pytest.fixture
def gallery(community_context: BrowserContext, site: Site) -> Iterator[Gallery]:
    assert community_context.browser is not None
    context = community_context.browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(path=AXE)
    gallery = Gallery(page, f"{site.url}gallery.html")
    yield gallery
    context.close()
    assert gallery.printed == []


def test_the_page_has_each_example_in_the_order_of_their_readme() -> None:
    listed = re.findall(r"^\| \[`(\w+)`\]", (PROJECT / "examples" / "README.md").read_text(), re.M)
    assert re.findall(r"^```\{example\} (\w+)$", (DOCS / "gallery.md").read_text(), re.M) == listed
    assert list(SHOWN) == listed
    there = [file.parent.name for file in (PROJECT / "examples" / "widgets").glob("*/main.py")]
    assert sorted(there) == sorted(listed)


def test_each_example_is_live_from_its_own_bundle_with_one_python(gallery: Gallery) -> None:
    for widget_type, text in SHOWN.items():
        expect(gallery.widget(widget_type)).to_contain_text(text)
    here = gallery.page.url.removesuffix("gallery.html")
    assert [url for url in gallery.requests if not url.startswith((here, "data:"))] == []
    asked = [url.removeprefix(here) for url in gallery.requests]
    for widget_type in SHOWN:
        assert f"gallery/widgets/{widget_type}/loader/loader.js" in asked
    assert (
        len([path for path in asked if re.fullmatch(r"gallery/runtime/core-\w+\.mjs", path)]) == 1
    )


def test_the_page_has_the_platforms_policy(gallery: Gallery) -> None:
    policy = gallery.page.locator("meta[http-equiv=Content-Security-Policy]")
    assert policy.get_attribute("content") == content_security_policy()
    # And it holds. Text that Playwright evaluates itself is no business of the policy.
    gallery.page.evaluate("() => { setTimeout('window.evaluated = true'); }")
    gallery.page.evaluate("() => new Promise((done) => { setTimeout(done, 100); })")
    assert gallery.page.evaluate("() => window.evaluated") is None
    [told] = gallery.printed
    assert "Content Security Policy" in told
    gallery.printed.clear()


def test_a_search_is_answered_as_it_is_typed(gallery: Gallery) -> None:
    search = gallery.widget("search")
    field = search.get_by_role("combobox")
    field.press_sequentially("passw")
    expect(search.get_by_role("option")).to_have_count(1)
    expect(search.get_by_role("option")).to_contain_text("Reset your password")
    field.fill("whales")
    expect(search.get_by_role("status")).to_contain_text("Nothing found for “whales”")
    field.fill("Export a rep")
    search.get_by_role("option").first.click()
    expect(gallery.note("search")).to_contain_text("this link leads to /?article=12#articles")


def test_what_was_sent_stands_in_the_answer(gallery: Gallery) -> None:
    form = gallery.widget("contact_create")
    form.get_by_label("First name").fill("Ann")
    form.get_by_label("Last name").fill("Lee")
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).to_contain_text("Ann Lee is in the CRM now")
    feedback = gallery.widget("feedback")
    feedback.get_by_role("radio", name="3 of 5 stars").check()
    feedback.get_by_role("textbox").fill("All of it is as I sent it.")
    feedback.get_by_role("button", name="Send feedback").click()
    expect(feedback.get_by_role("status").first).to_contain_text("Thank you")
    expect(feedback.get_by_role("listitem").first).to_contain_text("All of it is as I sent it.")
    feedback.get_by_role("button", name="Undo").click()
    expect(feedback.get_by_role("status").first).to_contain_text("taken back")


def test_a_call_takes_as_long_as_it_took(gallery: Gallery) -> None:
    report = gallery.widget("report")
    report.get_by_role("button").click()
    expect(report.get_by_role("status")).to_contain_text("This takes a few seconds")
    expect(report.get_by_role("status")).to_contain_text("The report is ready.")
    expect(report.get_by_role("row")).to_have_count(5)


def test_a_call_that_nothing_fits_says_why(gallery: Gallery) -> None:
    weather = gallery.widget("weather")
    weather.evaluate("(widget) => window.community.setProps(widget, { city: 'Oslo' })")
    expect(weather.get_by_role("alert")).to_contain_text("This page has no gateway")


def test_dates_have_moved_on_some_months_later(gallery: Gallery) -> None:
    page = gallery.page
    later: str = page.evaluate("() => new Date(Date.now() + 150 * 86_400_000).toISOString()")
    page.clock.set_fixed_time(later)
    page.reload()
    insights = gallery.widget("insights")
    expect(insights).to_contain_text("Opened: 606")
    insights.get_by_role("button", name="4 weeks").click()
    insights.locator("summary").click()
    expect(insights.get_by_role("row")).to_have_count(5)
    year = later[:4]
    expect(insights).to_contain_text(year)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(gallery: Gallery, theme: str) -> None:
    gallery.page.evaluate("(theme) => { document.body.dataset.theme = theme }", theme)
    for widget_type in SHOWN:
        gallery.widget(widget_type)
    expect(gallery.page.locator("[aria-busy=true]")).to_have_count(0)
    colour = "rgb(28, 31, 36)" if theme == "dark" else "rgb(255, 255, 255)"
    expect(gallery.widget("weather").locator(".card")).to_have_css("background-color", colour)
    for width in (375, 1280):
        gallery.page.set_viewport_size({"width": width, "height": 900})
        assert gallery.page.evaluate("() => document.documentElement.scrollWidth") == width
        assert violations(gallery.page) == []


def violations(page: Page) -> list[str]:
    """What axe finds in the page's own content, but for the listings, each in a sentence."""
    found: list[str] = page.evaluate(
        """async () => {
            const { violations } = await axe.run(
                { include: [["article"]], exclude: [[".highlight"]] }, { preload: false, resultTypes: ["violations"] });
            return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) =>
                `${id} (${help}): ${target.flat().join(" ")} ${failureSummary}`));
        }"""
    )
    return found
