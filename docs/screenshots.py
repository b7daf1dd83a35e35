"""Takes the pictures of the README and of docs/: `pytest docs/screenshots.py`, after `make browser`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.docs.pages import blocks
from tests.docs.reader import Reader
from tests.example_states import open_in_state
from widget_workbench.preview import running
from widget_workbench.testing import Community

DOCS = Path(__file__).parent
IMAGES = DOCS / "images"

# A repository with a field of every type, and a widget that misbehaves when asked to.
WORKBENCH = DOCS.parent / "tests" / "fixtures" / "workbench"
OF_ITS_TESTS = ("Configuration", "Visitor", "Console", "Weight")

TABS = ("Widgets", "Configuration", "Theme", "Visitor", "Network", "Calls", "Console", "Weight")

expect.set_options(timeout=30_000)

# Width of the window, and how much of the page the README shows, in CSS pixels.
SIZES = {375: 1500, 1280: 1700}


@pytest.fixture
def widget_repository() -> Path:
    return DOCS.parent / "examples"


@pytest.mark.parametrize("width", SIZES)
def test_preview(community: Community, width: int) -> None:
    opened = community.open(viewport=(width, 900))
    for widget in opened.page.locator("gs-cc-registry-widget").all():
        # One that nobody sees waits.
        widget.scroll_into_view_if_needed()
        expect(widget).to_have_attribute("data-widget-state", "ready", timeout=60_000)
    expect(opened.page.locator("[aria-busy=true]")).to_have_count(0)
    opened.page.evaluate("() => scrollTo({ top: 0, behavior: 'instant' })")
    opened.page.set_viewport_size({"width": width, "height": SIZES[width]})
    opened.page.screenshot(path=IMAGES / f"preview-{width}.png", animations="disabled")


@pytest.mark.parametrize("state", ["loading", "ready", "empty", "error"])
@pytest.mark.parametrize("width", SIZES)
def test_examples(community: Community, state: str, width: int) -> None:
    page = open_in_state(community, state, viewport=(width, 900)).page
    # The widgets alone, without what the page holds itself, and without the focus that got them there.
    page.evaluate(
        """() => {
            document.querySelectorAll("header, footer, main section[lang]").forEach((own) => own.remove());
            document.activeElement.blur();
        }"""
    )
    page.set_viewport_size(
        {"width": width, "height": page.evaluate("() => document.body.scrollHeight")}
    )
    page.locator("main").screenshot(path=IMAGES / f"{state}-{width}.png", animations="disabled")


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("width", SIZES)
def test_workbench(
    community_context: BrowserContext, monkeypatch: pytest.MonkeyPatch, tab: str, width: int
) -> None:
    monkeypatch.setenv("WIDGET_SECRET_KEY", "a-secret")
    assert community_context.browser is not None
    context = community_context.browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    with running(WORKBENCH if tab in OF_ITS_TESTS else DOCS.parent / "examples") as url:
        page.goto(f"{url}?widgets={'probe,form' if tab in OF_ITS_TESTS else 'weather,search'}")
        for widget in page.locator("gs-cc-registry-widget").all():
            widget.scroll_into_view_if_needed()
            expect(widget).to_have_attribute("data-widget-state", "ready")
        page.evaluate("() => scrollTo({ top: 0, behavior: 'instant' })")
        page.get_by_role("button", name="Workbench").click()
        page.get_by_role("tab", name=tab).click()
        opened = page.get_by_role("tabpanel", name=tab)
        if tab == "Configuration":
            opened.get_by_label("Widget").select_option("form")
            opened.get_by_text("Choice", exact=True).click()
            expect(opened.get_by_role("combobox", name="Lead")).to_have_value("Sales")
        elif tab == "Theme":
            opened.get_by_label("Dark").check()
            opened.get_by_label("Find a token").fill("surface")
        elif tab == "Network":
            opened.get_by_label("With").select_option(index=1)
            opened.get_by_role("button", name="Fail the next call").click()
        elif tab == "Console":
            for name in ("Speak", "Fail"):
                page.get_by_role("button", name=name).evaluate("button => button.click()")
            expect(opened).to_contain_text("ValueError: nothing works")
        elif tab == "Calls":
            opened.locator("summary").first.click()
            expect(opened).to_contain_text("Called by weather.")
            expect(opened).to_contain_text("https://")
        elif tab == "Weight":
            page.get_by_role("button", name="Block").evaluate("button => button.click()")
            expect(opened).to_contain_text("kept the page from answering")
        page.screenshot(path=IMAGES / f"workbench-{tab.lower()}-{width}.png", animations="disabled")
    context.close()


@pytest.mark.parametrize("width", SIZES)
def test_saved_code_that_does_not_run(
    community_context: BrowserContext, tmp_path: Path, width: int
) -> None:
    directory = tmp_path / "my-widgets"
    examples = DOCS.parent / "examples"
    weather = shutil.copytree(examples / "widgets" / "weather", directory / "widgets" / "weather")
    shutil.copy(examples / "upstream.py", directory)
    (directory / "preview.toml").write_text('[upstreams]\n"weather.example" = "upstream:app"\n')
    assert community_context.browser is not None
    context = community_context.browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    with running(directory) as url:
        page.goto(url)
        widget = page.locator("gs-cc-registry-widget")
        widget.scroll_into_view_if_needed()
        expect(widget).to_have_attribute("data-widget-state", "ready")
        main = weather / "main.py"
        main.write_text(
            main.read_text("utf-8").replace("async def init(sdk", "async def init(sdk(", 1)
        )
        failure = page.locator("workbench-failure")
        expect(failure).to_contain_text("SyntaxError")
        failure.evaluate(
            "failure => failure.scrollIntoView({ block: 'center', behavior: 'instant' })"
        )
        page.screenshot(path=IMAGES / f"workbench-failure-{width}.png", animations="disabled")
    context.close()


@pytest.mark.parametrize("stage", ["new", "configuration"])
def test_tutorial(community_context: BrowserContext, tmp_path: Path, stage: str) -> None:
    """The tutorial's widget as its readers have it: at first, and when it is configured."""
    directory = tmp_path / "my-widgets"
    directory.mkdir()
    reader = Reader(directory)
    for block in blocks(DOCS / "tutorial.md"):
        if block.text == "widget new tips\n":
            reader.type(block)
        elif stage == "configuration" and block.path is not None:
            reader.follow(block)
            if block.language == "diff":
                break
    assert community_context.browser is not None
    context = community_context.browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    with running(directory) as url:
        page.goto(url)
        widget = page.locator("gs-cc-registry-widget")
        expect(widget).to_have_attribute("data-widget-state", "ready")
        expect(widget.get_by_role("button")).to_be_visible()
        if stage == "configuration":
            page.get_by_role("button", name="Workbench").click()
            page.get_by_role("tab", name="Configuration").click()
            opened = page.get_by_role("tabpanel", name="Configuration")
            opened.get_by_label("Text of the button").fill("One more")
            expect(widget.get_by_role("button")).to_have_text("One more")
        page.screenshot(path=IMAGES / f"tutorial-{stage}-1280.png", animations="disabled")
    context.close()
