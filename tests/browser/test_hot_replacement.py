"""What is saved is shown on the open page: code, styles and all else, and what a widget remembers stays."""

from __future__ import annotations

import json
import os
import re
import statistics
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.page_weight import page_weight
from tests.unit.package_index import PackageIndex
from widget_workbench.preview import running

COUNTER = """
from .words import SAID

async def init(sdk):
    state = sdk.state(count=0, rows=[])

    def add():
        state.count += 1
        state.rows = [*state.rows, state.count]

    @sdk.view
    def view():
        return t'''
          <h2>{sdk.props["title"]}</h2>
          <p class="said">{SAID}: {state.count}</p>
          <p class="rows">{len(state.rows)} rows</p>
          <button onclick={add}>Add</button>
        '''
"""


# Those that the page follows what is saved by.
SOURCES = """
window.sources = [];
window.EventSource = class extends EventSource {
    constructor(url) {
        super(url);
        sources.push(this);
    }
};
"""


class Author:
    """A repository with one widget, the page that shows it, and what is saved meanwhile."""

    def __init__(self, root: Path, url: str, page: Page) -> None:
        self.root = root
        self.page = page
        self.url = url
        self.printed: list[ConsoleMessage] = []
        page.on("console", self._print)
        page.add_init_script(SOURCES)
        page.goto(url)
        page.evaluate("() => { window.stays = true; }")
        self.widget: Locator = page.locator("gs-cc-registry-widget").first
        self.button = self.widget.get_by_role("button", name="Add")
        self.said = self.widget.locator(".said")

    def _print(self, message: ConsoleMessage) -> None:
        # How long a turn takes is the computer's doing as well.
        if "kept the page from answering" not in message.text:
            self.printed.append(message)

    def save(self, path: str, content: str) -> None:
        """As editors do that keep the old file until the new one is whole."""
        file = self.root / "widgets" / "counter" / path
        fresh = file.with_name(f".{file.name}.saving")
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(textwrap.dedent(content))
        os.replace(fresh, file)

    def was_not_loaded_again(self) -> None:
        assert self.page.evaluate("() => window.stays") is True
        boots = "() => performance.getEntriesByName('pyodide-widget:boot').length"
        assert self.page.evaluate(boots) == 1


def write_repository(root: Path) -> None:
    files: dict[str, Any] = {
        "widget.json": json.dumps(
            {"title": "Counter", "category": "Tests", "defaultConfig": {"title": "Counter"}}
        ),
        "main.py": COUNTER,
        "words.py": "SAID = 'Counted'\n",
        "style.css": "p { color: rgb(1, 2, 3) }\n",
    }
    for path, text in files.items():
        file = root / "widgets" / "counter" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


@pytest.fixture(scope="module")
def visitor(community_context: BrowserContext) -> Iterator[BrowserContext]:
    """Somebody whose pages no test drives, as those of the test kit's own context are."""
    assert community_context.browser is not None
    context = community_context.browser.new_context()
    yield context
    context.close()


@pytest.fixture
def author(tmp_path: Path, visitor: BrowserContext) -> Iterator[Author]:
    write_repository(tmp_path)
    with running(tmp_path) as url:
        page = visitor.new_page()
        author = Author(tmp_path, url, page)
        expect(author.said).to_have_text("Counted: 0")
        expect(author.widget).to_have_attribute("data-widget-state", "ready")
        yield author
        page.close()


def test_code_takes_the_place_of_running_code(author: Author) -> None:
    author.button.click()
    author.button.click()
    author.page.evaluate("() => scrollTo(0, 200)")
    author.save("main.py", COUNTER.replace("rows</p>", "rows so far</p>"))
    expect(author.widget.locator(".rows")).to_have_text("2 rows so far")
    expect(author.said).to_have_text("Counted: 2")
    expect(author.page.locator("gs-cc-registry-widget")).to_have_count(1)
    assert author.page.evaluate("() => scrollY") == 200
    author.button.click()
    expect(author.said).to_have_text("Counted: 3")
    author.was_not_loaded_again()
    assert author.printed == []


def test_a_sibling_module_and_a_new_one(author: Author) -> None:
    author.save("words.py", "from .more import SAID\n")
    # Until that is saved as well, what runs stays.
    failure = author.page.locator("workbench-failure")
    expect(failure).to_contain_text("No module named")
    expect(author.said).to_have_text("Counted: 0")
    author.save("more.py", "SAID = 'So far'\n")
    expect(author.said).to_have_text("So far: 0")
    expect(failure).to_have_count(0)
    author.was_not_loaded_again()


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("async def init(sdk:\n    pass\n", ["main.py", "line 1", "SyntaxError", "^"]),
        ("import nowhere\n", ["main.py", "line 1", "No module named 'nowhere'"]),
        ("1 / 0\n", ["main.py", "line 1", "ZeroDivisionError"]),
        ("x = 1\n", ["main.py has no function init"]),
    ],
    ids=["syntax", "import", "error", "no_init"],
)
def test_code_that_cannot_be_imported_leaves_what_runs(
    author: Author, broken: str, told: list[str]
) -> None:
    author.button.click()
    author.save("main.py", broken)
    failure = author.page.locator("workbench-failure")
    for text in ("counter goes on as it was", *told):
        expect(failure).to_contain_text(text)
    (printed,) = author.printed
    assert printed.type == "error"
    assert 'Widget "counter": ' in printed.text
    assert told[-1] in printed.text
    author.button.click()
    expect(author.said).to_have_text("Counted: 2")
    author.save("main.py", COUNTER.replace("{SAID}", "Again {SAID}"))
    expect(author.said).to_have_text("Again Counted: 2")
    expect(failure).to_have_count(0)
    author.was_not_loaded_again()


def test_what_does_not_run_is_told_until_it_does(author: Author) -> None:
    author.save("main.py", "async def init(sdk:\n    pass\n")
    failure = author.page.locator("workbench-failure")
    expect(failure).to_contain_text("SyntaxError")
    # So that the caret stands below what it is about.
    expect(failure.locator("pre span").filter(has_text="^")).to_have_css("white-space", "pre")
    author.save("style.css", "p { color: rgb(4, 5, 6) }\n")
    expect(author.said).to_have_css("color", "rgb(4, 5, 6)")
    expect(failure).to_contain_text("SyntaxError")
    manifest = {"title": "Counter", "category": "Tests", "defaultConfig": {"title": "New"}}
    author.save("widget.json", json.dumps(manifest))
    expect(author.widget.get_by_role("heading")).to_have_text("New")
    expect(failure).to_contain_text("SyntaxError")
    author.save("main.py", COUNTER)
    expect(failure).to_have_count(0)
    author.was_not_loaded_again()


def test_what_could_not_be_bundled_is_told_until_it_can(author: Author) -> None:
    author.save("skeleton.html", "<p>Wait</p>")
    style = author.root / "widgets" / "counter" / "style.css"
    style.write_bytes("/* é */ p { color: rgb(4, 5, 6) }".encode("latin-1"))
    failure = author.page.locator("workbench-failure")
    expect(failure).to_contain_text("UTF-8")
    author.save("words.py", "SAID = 'Now'\n")
    # Nothing of it can be had meanwhile.
    expect(failure).to_contain_text("UTF-8")
    expect(author.said).to_have_text("Counted: 0")
    author.save("style.css", "p { color: rgb(7, 8, 9) }\n")
    expect(author.said).to_have_text("Now: 0")
    expect(author.said).to_have_css("color", "rgb(7, 8, 9)")
    expect(failure).to_have_count(0)
    # And where nothing else is saved than what it was before.
    style.write_bytes("/* é */".encode("latin-1"))
    expect(failure).to_contain_text("UTF-8")
    author.save("style.css", "p { color: rgb(7, 8, 9) }\n")
    expect(failure).to_have_count(0)
    author.was_not_loaded_again()


def test_what_a_handler_failed_with_outlives_a_style(author: Author) -> None:
    author.save("main.py", COUNTER.replace("state.count += 1", "1 / 0").replace("rows<", "lines<"))
    expect(author.widget.locator(".rows")).to_have_text("0 lines")
    author.button.click()
    failure = author.page.locator("workbench-failure")
    expect(failure).to_contain_text("ZeroDivisionError")
    author.save("style.css", "p { color: rgb(4, 5, 6) }\n")
    expect(author.said).to_have_css("color", "rgb(4, 5, 6)")
    expect(failure).to_contain_text("ZeroDivisionError")


def test_code_that_fails_when_it_starts_says_so_and_the_next_save_mends_it(author: Author) -> None:
    author.button.click()
    expect(author.said).to_have_text("Counted: 1")
    author.save("main.py", "async def init(sdk):\n    raise LookupError('on purpose')\n")
    expect(author.widget.get_by_role("alert")).to_contain_text("LookupError: on purpose")
    expect(author.page.locator("workbench-failure")).to_contain_text("line 2")
    author.save("main.py", COUNTER)
    expect(author.said).to_have_text("Counted: 1")
    expect(author.page.locator("workbench-failure")).to_have_count(0)
    author.was_not_loaded_again()


def test_a_style_is_swapped_and_nothing_runs_again(author: Author) -> None:
    author.widget.evaluate("(host) => { host.stays = true; }")
    author.save("style.css", "p { color: rgb(4, 5, 6) }\n")
    expect(author.said).to_have_css("color", "rgb(4, 5, 6)")
    assert author.widget.evaluate("(host) => host.stays") is True
    author.was_not_loaded_again()


def write_tall(root: Path) -> None:
    """Makes the counter so high that what is below it is not started."""
    tall = COUNTER.replace("<h2>", "<div style='height: 4000px'></div><h2>")
    (root / "widgets" / "counter" / "main.py").write_text(tall)


def test_a_style_is_swapped_beside_an_instance_that_waits_to_be_seen(
    tmp_path: Path, visitor: BrowserContext
) -> None:
    write_repository(tmp_path)
    write_tall(tmp_path)
    with running(tmp_path) as url:
        page = visitor.new_page()
        author = Author(tmp_path, f"{url}?widgets=counter,counter", page)
        expect(author.said).to_have_text("Counted: 0")
        # What is prerendered looks the same.
        expect(author.widget).to_have_attribute("data-widget-state", "ready")
        second = page.locator("gs-cc-registry-widget").nth(1)
        expect(second).to_have_attribute("data-widget-state", "loading")
        author.widget.evaluate("(host) => { host.stays = true; }")
        author.save("style.css", "p { color: rgb(4, 5, 6) }\n")
        expect(author.said).to_have_css("color", "rgb(4, 5, 6)")
        assert author.widget.evaluate("(host) => host.stays") is True
        second.scroll_into_view_if_needed()
        expect(second.locator(".said")).to_have_css("color", "rgb(4, 5, 6)")
        author.was_not_loaded_again()
        page.close()


PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="10"></svg>'

PICTURES = """
async def init(sdk):
    sdk.render(t'<p>Picture</p><img src={sdk.asset("logo.svg")} alt="">')
"""


def test_an_asset_is_shown_as_it_is_saved(author: Author) -> None:
    author.save("assets/logo.svg", PICTURE.format(width=30))
    author.save("main.py", PICTURES)
    picture = author.widget.locator("img")
    expect(picture).to_have_js_property("naturalWidth", 30)
    author.save("assets/logo.svg", PICTURE.format(width=40))
    expect(picture).to_have_js_property("naturalWidth", 40)
    author.save("style.css", "p { background: url('logo.svg') }\n")
    background = "(host) => getComputedStyle(host.shadowRoot.querySelector('p')).backgroundImage"
    expect(author.widget.locator("p")).to_have_css("background-image", re.compile("logo.svg"))
    before = author.widget.evaluate(background)
    author.save("assets/logo.svg", PICTURE.format(width=50))
    expect(picture).to_have_js_property("naturalWidth", 50)
    assert author.widget.evaluate(background) != before
    author.was_not_loaded_again()


def test_a_skeleton_is_shown_by_who_waits_to_be_seen(
    tmp_path: Path, visitor: BrowserContext
) -> None:
    write_repository(tmp_path)
    write_tall(tmp_path)
    with running(tmp_path) as url:
        author = Author(tmp_path, f"{url}?widgets=counter,later", visitor.new_page())
        author.save("../later/skeleton.html", "<p>At first</p>")
        author.save("../later/main.py", "async def init(sdk):\n    sdk.render(t'<p>Ready</p>')\n")
        manifest = {"title": "Later", "category": "Tests", "prerender": False}
        author.save("../later/widget.json", json.dumps(manifest))
        author.page.reload()
        later = author.page.locator("gs-cc-registry-widget[data-widget-type=later]")
        expect(later.get_by_text("At first")).to_be_attached()
        expect(author.widget).to_have_attribute("data-widget-state", "ready")
        author.save("../later/skeleton.html", "<p>Then</p>")
        expect(later.get_by_text("Then")).to_be_attached()
        author.page.close()


def test_a_style_may_come_and_go(author: Author) -> None:
    (author.root / "widgets" / "counter" / "style.css").unlink()
    expect(author.said).not_to_have_css("color", "rgb(1, 2, 3)")
    author.save("style.css", "p { color: rgb(7, 8, 9) }\n")
    expect(author.said).to_have_css("color", "rgb(7, 8, 9)")
    author.was_not_loaded_again()


def test_configuration_is_shown_but_not_over_what_somebody_has_set(author: Author) -> None:
    manifest = {"title": "Counter", "category": "Tests"}
    author.save(
        "widget.json", json.dumps({**manifest, "defaultConfig": {"title": "From the file"}})
    )
    expect(author.widget.get_by_role("heading")).to_have_text("From the file")
    author.widget.evaluate("(host) => community.setProps(host, { title: 'By hand' })")
    expect(author.widget.get_by_role("heading")).to_have_text("By hand")
    author.save("widget.json", json.dumps({**manifest, "defaultConfig": {"title": "Once more"}}))
    author.save("words.py", "SAID = 'Now'\n")
    expect(author.said).to_have_text("Now: 0")
    expect(author.widget.get_by_role("heading")).to_have_text("By hand")
    author.was_not_loaded_again()


def break_manifest(author: Author) -> str:
    """What the manifest was, once the page tells that it is broken."""
    before = (author.root / "widgets" / "counter" / "widget.json").read_text()
    author.save("widget.json", "{")
    expect(author.page.locator("workbench-problems")).to_contain_text("widget.json")
    return before


def test_a_broken_manifest_is_told_and_the_widget_stays(author: Author) -> None:
    author.button.click()
    before = break_manifest(author)
    author.button.click()
    expect(author.said).to_have_text("Counted: 2")
    author.save("widget.json", before)
    expect(author.page.locator("workbench-problems")).to_have_count(0)
    expect(author.said).to_have_text("Counted: 2")
    author.was_not_loaded_again()


@pytest.mark.parametrize("placed", [False, True], ids=["all widgets", "those of the address"])
def test_a_new_widget_comes_onto_the_page_that_shows_all(author: Author, placed: bool) -> None:
    author.button.click()
    if placed:
        author.page.evaluate("() => history.replaceState(null, '', '?widgets=counter')")
    author.save("../tips/main.py", "async def init(sdk):\n    sdk.render(t'<p>A tip</p>')\n")
    author.save("../tips/widget.json", json.dumps({"title": "Tips", "category": "Tests"}))
    notice = author.page.locator("workbench-notice")
    tips = author.page.locator("gs-cc-registry-widget[data-widget-type=tips]")
    if placed:
        expect(notice).to_contain_text("tips is new: add it by the workbench's tab Widgets")
        expect(tips).to_have_count(0)
    else:
        expect(tips.get_by_text("A tip")).to_be_visible()
        expect(notice).to_contain_text("tips is new: it was added to the page.")
        author.save("../tips/main.py", "async def init(sdk):\n    sdk.render(t'<p>Another</p>')\n")
        expect(tips.get_by_text("Another")).to_be_visible()
    expect(author.said).to_have_text("Counted: 1")
    author.was_not_loaded_again()


def test_what_changes_as_a_manifest_is_mended_is_shown(author: Author) -> None:
    author.button.click()
    before = break_manifest(author)
    author.save("words.py", "SAID = 'Now'\n")
    author.save("widget.json", before)
    expect(author.said).to_have_text("Now: 1")
    author.was_not_loaded_again()


def test_state_is_kept_where_it_fits(author: Author) -> None:
    author.button.click()
    author.save(
        "main.py",
        COUNTER.replace("count=0, rows=[]", "count=10, rows='none', more=5").replace(
            "{state.count}</p>", "{state.count}, {state.more}</p>"
        ),
    )
    expect(author.said).to_have_text("Counted: 1, 5")
    expect(author.widget.locator(".rows")).to_have_text("4 rows")


def test_a_number_is_kept_where_another_kind_of_number_stood(author: Author) -> None:
    author.save("main.py", COUNTER.replace("state.count += 1", "state.count += 0.5"))
    author.save("words.py", "SAID = 'Now'\n")
    expect(author.said).to_have_text("Now: 0")
    author.button.click()
    expect(author.said).to_have_text("Now: 0.5")
    author.save("words.py", "SAID = 'Then'\n")
    expect(author.said).to_have_text("Then: 0.5")


LATE = """
import js
from .words import SAID

async def init(sdk):
    sdk.render(t"<p>{SAID}: wait</p>")
    await js.window.answer
    state = sdk.state(count=0)

    def add():
        state.count += 1

    @sdk.view
    def view():
        return t"<p class='said'>{SAID}: {state.count}</p><button onclick={add}>Add</button>"
"""

GATE = "() => { window.answer = new Promise((resolve) => { window.give = resolve; }); }"


def test_state_waits_for_who_asks_late(author: Author) -> None:
    author.page.evaluate("() => { window.answer = Promise.resolve(); }")
    author.save("main.py", LATE)
    # The former one has another.
    expect(author.widget.locator("p")).to_have_count(1)
    expect(author.said).to_have_text("Counted: 0")
    author.button.click()
    expect(author.said).to_have_text("Counted: 1")
    author.page.evaluate(GATE)
    author.save("words.py", "SAID = 'Now'\n")
    # It takes the old one's place before it has its answer; and is replaced itself before it has.
    expect(author.widget.locator("p")).to_have_text("Now: wait")
    expect(author.page.locator("gs-cc-registry-widget")).to_have_count(1)
    author.save("words.py", "SAID = 'Then'\n")
    expect(author.widget.locator("p")).to_have_text("Then: wait")
    author.page.evaluate("() => window.give()")
    expect(author.said).to_have_text("Then: 1")
    author.was_not_loaded_again()


def test_what_is_set_while_the_new_one_starts_is_set(author: Author) -> None:
    author.page.evaluate(GATE)
    waiting = COUNTER.replace("from .words", "import js\nfrom .words").replace(
        "    state =", "    await js.window.answer\n    state ="
    )
    author.save("main.py", waiting)
    expect(author.page.locator("gs-cc-registry-widget")).to_have_count(2)
    author.widget.evaluate("(host) => community.setProps(host, { title: 'By hand' })")
    author.page.evaluate("() => window.give()")
    expect(author.page.locator("gs-cc-registry-widget")).to_have_count(1)
    expect(author.widget.get_by_role("heading")).to_have_text("By hand")


BOX = """
async def init(sdk):
    @sdk.view
    def view():
        return t"<h2>List</h2><div style='height: 50px; overflow: auto'><p style='height: 500px'>Rows</p></div>"
"""


def test_boxes_stay_as_they_were_scrolled(author: Author) -> None:
    author.save("main.py", BOX)
    box = author.widget.locator("div div")
    expect(author.widget.get_by_role("heading")).to_have_text("List")
    box.evaluate("(box) => { box.scrollTop = 123; }")
    author.save("main.py", BOX.replace("List", "A list"))
    expect(author.widget.get_by_role("heading")).to_have_text("A list")
    expect(author.page.locator("gs-cc-registry-widget")).to_have_count(1)
    expect(box).to_have_js_property("scrollTop", 123)
    # Or the whole of it is one.
    author.save("style.css", "[data-widget-root] { height: 60px; overflow: auto }\n")
    whole = author.widget.locator("[data-widget-root]")
    expect(whole).to_have_css("height", "60px")
    whole.evaluate("(box) => { box.scrollTop = 20; }")
    author.save("main.py", BOX.replace("List", "Another list"))
    expect(author.widget.get_by_role("heading")).to_have_text("Another list")
    expect(author.page.locator("gs-cc-registry-widget")).to_have_count(1)
    expect(whole).to_have_js_property("scrollTop", 20)


def test_a_widget_that_goes_is_told_of_and_stays(author: Author) -> None:
    author.button.click()
    directory = author.root / "widgets" / "counter"
    directory.rename(author.root / "elsewhere")
    notice = author.page.locator("workbench-notice")
    expect(notice).to_contain_text("counter is gone from the repository")
    author.button.click()
    expect(author.said).to_have_text("Counted: 2")
    (author.root / "elsewhere").rename(directory)
    author.save("words.py", "SAID = 'Back'\n")
    expect(author.said).to_have_text("Back: 2")
    author.was_not_loaded_again()


STARTS_WHEN_TOLD = """
import js

async def init(sdk):
    await js.window.answer
    sdk.render(t"<p class='version'>{VERSION}</p>")
"""


def test_a_widget_that_takes_long_holds_up_no_other(
    tmp_path: Path, visitor: BrowserContext
) -> None:
    write_repository(tmp_path)
    with running(tmp_path) as url:
        author = Author(tmp_path, url, visitor.new_page())
        expect(author.said).to_have_text("Counted: 0")
        author.page.evaluate("() => { window.answer = Promise.resolve(); }")
        manifest = {"title": "Slow", "category": "Tests", "boot": "load", "prerender": False}
        author.save("../slow/main.py", f"VERSION = 1\n{STARTS_WHEN_TOLD}")
        author.save("../slow/widget.json", json.dumps(manifest))
        slow = author.page.locator("gs-cc-registry-widget[data-widget-type=slow]")
        expect(slow.locator(".version")).to_have_text("1")
        # The new code's first instance shows nothing until it is told.
        author.page.evaluate(GATE)
        author.save("../slow/main.py", f"VERSION = 2\n{STARTS_WHEN_TOLD}")
        expect(slow).to_have_count(2)
        author.save("words.py", "SAID = 'Meanwhile'\n")
        author.save("../slow/main.py", f"VERSION = 3\n{STARTS_WHEN_TOLD}")
        expect(author.said).to_have_text("Meanwhile: 0")
        author.page.evaluate("() => window.give()")
        expect(slow.locator(".version")).to_have_text("3")
        expect(slow).to_have_count(1)
        author.was_not_loaded_again()
        author.page.close()


FIELDS = """
async def init(sdk):
    state = sdk.state(name="Ann")

    def typed(event):
        state.name = event.value

    @sdk.view
    def view():
        return t'<label>Name <input value={state.name} oninput={typed}></label><p>Hello, {state.name}</p>'
"""


def test_who_is_typing_goes_on(author: Author) -> None:
    author.save("main.py", FIELDS)
    field = author.widget.get_by_role("textbox", name="Name")
    field.fill("Anna")
    author.page.keyboard.press("ArrowLeft")
    author.save("main.py", FIELDS.replace("Hello,", "Good day,"))
    expect(author.widget.locator("p")).to_have_text("Good day, Anna")
    expect(author.page.locator("gs-cc-registry-widget")).to_have_count(1)
    expect(field).to_be_focused()
    author.page.keyboard.type("nn")
    expect(author.widget.locator("p")).to_have_text("Good day, Annnna")
    expect(field).to_have_value("Annnna")


CLOSED = 2

HIDE = """
(hidden) => {
    Object.defineProperty(document, "visibilityState", { value: hidden ? "hidden" : "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}
"""


def test_a_page_that_nobody_sees_catches_up_when_somebody_does(author: Author) -> None:
    author.page.evaluate(HIDE, True)
    assert author.page.evaluate("() => sources.map(({ readyState }) => readyState)") == [CLOSED]
    author.save("words.py", "SAID = 'Meanwhile'\n")
    author.page.evaluate(HIDE, False)
    expect(author.said).to_have_text("Meanwhile: 0")
    author.was_not_loaded_again()


def test_what_is_saved_unseen_is_executed(author: Author) -> None:
    ask = asking_eu(author)
    author.page.evaluate(HIDE, True)
    author.save("connectors.json", connectors("us"))
    expect_eventually(author, ask, "region=us")


def test_each_instance_has_its_own(tmp_path: Path, visitor: BrowserContext) -> None:
    write_repository(tmp_path)
    with running(tmp_path) as url:
        page = visitor.new_page()
        author = Author(tmp_path, f"{url}?widgets=counter,counter", page)
        second = page.locator("gs-cc-registry-widget").nth(1)
        second.scroll_into_view_if_needed()
        second.get_by_role("button").click()
        author.save("words.py", "SAID = 'Now'\n")
        expect(author.said).to_have_text("Now: 0")
        expect(second.locator(".said")).to_have_text("Now: 1")
        page.close()


JAVASCRIPT = """
import { said } from "./words.js";

export function init(sdk) {
  sdk.getContainer().querySelector("p").textContent = `${said}${sdk.getProps().mark ?? ""}${sdk.getProps().tail ?? ""}`;
}
"""


def test_a_javascript_widget_is_imported_again(tmp_path: Path, visitor: BrowserContext) -> None:
    directory = tmp_path / "widgets" / "plain"
    (directory / "dist").mkdir(parents=True)
    manifest = {
        "title": "Plain",
        "category": "Tests",
        "source": {"path": "dist", "entry": "index.html"},
    }
    (directory / "widget.json").write_text(json.dumps(manifest))
    entry = '<p></p><script type="module" src="widget.js"></script>'
    (directory / "dist" / "index.html").write_text(entry)
    (directory / "dist" / "widget.js").write_text(JAVASCRIPT)
    (directory / "dist" / "words.js").write_text("export const said = 'First';")
    with running(tmp_path) as url:
        page = visitor.new_page()
        page.goto(url)
        page.evaluate("() => { window.stays = true; }")
        # For a moment both are there, the new one out of sight.
        said = page.locator("gs-cc-registry-widget p").first
        expect(said).to_have_text("First")
        page.evaluate(
            "() => community.setProps(document.querySelector('[data-widget-type]'), {mark: '!'})"
        )
        # A module that another imports.
        (directory / "dist" / "words.js").write_text("export const said = 'Second';")
        expect(said).to_have_text("Second!")

        (directory / "dist" / "words.js").write_text("export const said = ;")
        failure = page.locator("workbench-failure")
        expect(failure).to_contain_text("plain goes on as it was: what is saved does not run")
        expect(failure).to_contain_text("Unexpected token")
        expect(said).to_have_text("Second!")
        # What is configured meanwhile is nobody's choice, and comes when the widget is mended.
        (directory / "widget.json").write_text(
            json.dumps({**manifest, "defaultConfig": {"tail": "?"}})
        )
        expect(failure).to_have_count(1)

        (directory / "dist" / "index.html").write_text(f"<h2>New</h2>{entry}")
        (directory / "dist" / "words.js").write_text("export const said = 'Third';")
        expect(said).to_have_text("Third!?")
        expect(page.locator("gs-cc-registry-widget h2")).to_have_text("New")
        expect(page.locator("gs-cc-registry-widget")).to_have_count(1)
        expect(failure).to_have_count(0)
        # One that never returns holds up nothing, and can be mended.
        (directory / "dist" / "widget.js").write_text(
            JAVASCRIPT.replace("init(sdk) {", "init(sdk) { return new Promise(() => {});")
        )
        expect(page.locator("gs-cc-registry-widget").first).to_have_attribute(
            "data-widget-state", "loading"
        )
        (directory / "dist" / "widget.js").write_text(JAVASCRIPT)
        expect(said).to_have_text("Third!?")
        assert page.evaluate("() => window.stays") is True
        page.close()


def test_a_package_that_is_depended_on_from_now_on_comes_into_the_page(
    author: Author, index: PackageIndex
) -> None:
    author.button.click()
    script = (
        "# /// script\n# dependencies = ['greeting==1.0']\n# ///\nfrom greeting import __version__"
    )
    author.save("main.py", script + COUNTER.replace("{SAID}", "{__version__}"))
    expect(author.said).to_have_text("1.0: 1")
    notice = author.page.get_by_role("status").filter(has_text="depends on")
    expect(notice).to_have_text("counter depends on greeting now: the page's Python has it.")
    author.was_not_loaded_again()

    # No Python has two versions of a package.
    author.save(
        "main.py", script.replace("1.0", "2.0") + COUNTER.replace("{SAID}", "{__version__}")
    )
    expect(author.said).to_have_text("2.0: 0")
    expect(notice).to_have_text(
        "counter depends on another version of a package now: the page was loaded again."
    )


def test_a_package_that_nobody_has_is_told_and_the_widget_goes_on(
    author: Author, index: PackageIndex
) -> None:
    script = "# /// script\n# dependencies = ['unheard-of']\n# ///"
    author.save("main.py", script + COUNTER)
    failure = author.page.locator("workbench-failure")
    expect(failure).to_contain_text("counter goes on as it was: what is saved does not run")
    expect(failure).to_contain_text("unheard-of")
    author.button.click()
    expect(author.said).to_have_text("Counted: 1")
    author.save("main.py", COUNTER)
    expect(failure).to_have_count(0)


ASKING = """
async def init(sdk):
    state = sdk.state(answer="")

    async def ask():
        state.answer = (await sdk.connectors.get("echo"))["region"]

    @sdk.view
    def view():
        return t"<button onclick={ask}>Ask</button><p>{state.answer}</p>"
"""

UPSTREAM = """
import json

async def app(scope, receive, send):
    assert scope["type"] == "http"
    body = json.dumps({"region": scope["query_string"].decode()}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
"""


def connectors(region: str) -> str:
    parameters = [{"key": "region", "value": region}]
    echo = {"name": "echo", "url": "https://api.example/", "query_parameters": parameters}
    return json.dumps({"connectors": [echo]})


def asking_eu(author: Author) -> Locator:
    """The button of a widget whose connector has answered for one region."""
    (author.root / "upstream.py").write_text(UPSTREAM)
    (author.root / "preview.toml").write_text('[upstreams]\n"api.example" = "upstream:app"\n')
    author.save("connectors.json", connectors("eu"))
    author.save("main.py", ASKING)
    ask = author.widget.get_by_role("button", name="Ask")
    ask.click()
    expect(author.widget.locator("p")).to_have_text("region=eu")
    return ask


def test_a_call_is_executed_by_the_connector_that_is_saved(author: Author) -> None:
    ask = asking_eu(author)
    author.save("connectors.json", connectors("us"))
    # Nothing on the page tells when the server has read it.
    expect_eventually(author, ask, "region=us")
    author.was_not_loaded_again()


def expect_eventually(author: Author, ask: Locator, text: str) -> None:
    answer = author.widget.locator("p")
    for _ in range(50):
        ask.click()
        expect(answer).to_have_text(re.compile("region="))
        if answer.text_content() == text:
            return
    raise AssertionError(f"{text} was never answered, but {answer.text_content()}")


def test_a_page_of_a_preview_that_was_started_anew_is_loaded_again(
    tmp_path: Path, visitor: BrowserContext
) -> None:
    write_repository(tmp_path)
    page = visitor.new_page()
    with running(tmp_path) as url:
        author = Author(tmp_path, url, page)
        expect(author.said).to_have_text("Counted: 0")
        # What the browser hears when it asks again, as it does when the stream has ended.
        other = json.dumps({"server": "another", "widgets": {}, "problems": []})
        page.route(
            "**/_preview/changes",
            lambda route: route.fulfill(
                content_type="text/event-stream", body=f"data: {other}\n\n"
            ),
        )
        page.route(url, lambda route: route.fulfill(body="loaded again"))
    expect(page.locator("body")).to_have_text("loaded again")
    assert "The preview was started anew" in page.evaluate("() => JSON.stringify(sessionStorage)")
    page.close()


def test_a_preview_that_has_ended_is_missed(tmp_path: Path, visitor: BrowserContext) -> None:
    write_repository(tmp_path)
    page = visitor.new_page()
    with running(tmp_path) as url:
        author = Author(tmp_path, url, page)
        expect(author.said).to_have_text("Counted: 0")
        expect(author.widget).to_have_attribute("data-widget-state", "ready")
        page.wait_for_function("() => sources.some(({ readyState }) => readyState === 1)")
    notice = page.locator("workbench-notice")
    expect(notice).to_contain_text("The preview does not answer: start it again")
    author.button.click()
    expect(author.said).to_have_text("Counted: 1")
    page.close()


def test_a_preview_that_answers_again_is_found(author: Author) -> None:
    notice = author.page.locator("workbench-notice")
    author.page.route("**/_preview/changes", lambda route: route.fulfill(status=502))
    author.page.evaluate(HIDE, True)
    author.page.evaluate(HIDE, False)
    expect(notice).to_contain_text("The preview does not answer: start it again")
    author.page.unroute("**/_preview/changes")
    expect(notice.get_by_role("status")).to_be_hidden()
    author.save("words.py", "SAID = 'Found'\n")
    expect(author.said).to_have_text("Found: 0")
    author.was_not_loaded_again()


# Saves, of which the first ones fill caches and let the engines compile; after so many of them the page is weighed.
SAVES, WARM, EVERY = 200, 40, 20

# More for each save than this is a leak: an object of any kind that is kept is one for each save. Three kilobytes are
# what Playwright lets the engine keep of the save's five requests (1.4), and code that it still compiles.
LEAKS = {"modules": 0.01, "objects": 0.1, "nodes": 0.1, "listeners": 0.1, "heap": 3_000}


def test_saves_leave_nothing_behind(author: Author) -> None:
    def save(number: int) -> None:
        author.save(f"assets/{number % 3}.txt", str(number))
        author.save("style.css", f"p {{ color: rgb({number}, 2, 3) }}\n")
        author.save("main.py", COUNTER.replace("{SAID}", f"Save {number}"))
        expect(author.said).to_have_text(f"Save {number}: 0")
        expect(author.said).to_have_css("color", f"rgb({number}, 2, 3)")
        expect(author.page.locator("gs-cc-registry-widget")).to_have_count(1)

    # What the panel knew of a widget is no reason to keep it.
    author.page.get_by_role("button", name="Workbench").click()
    author.page.get_by_role("tab", name="Configuration").click()
    author.page.keyboard.press("Escape")
    weights: list[tuple[int, dict[str, int]]] = []
    for number in range(SAVES + 1):
        save(number)
        if number >= WARM and number % EVERY == 0:
            nodes = weights[0][1]["nodes"] if weights else 0
            weights.append((number, page_weight(author.page, nodes)))
    slopes = {
        what: statistics.linear_regression(
            [number for number, _ in weights], [held[what] for _, held in weights]
        ).slope
        for what in LEAKS
    }
    leaks = {what: slope for what, slope in slopes.items() if slope > LEAKS[what]}
    assert not leaks, "\n".join(map(str, [slopes, *weights]))
    author.was_not_loaded_again()
