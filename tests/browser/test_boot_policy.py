"""When a widget starts, and what stands there until then; and browsers in which it cannot start at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from widget_workbench.testing import Community, CommunityPage

from .conftest import WriteWidget, until, without_store

COUNTER = """
def init(sdk):
    state = sdk.state(count=0)

    def add():
        state.count += 1

    @sdk.view
    def view():
        return t'<button onclick={add}>Pressed {state.count} times</button>'
"""

FAR = "main::before { content: ''; display: block; height: 5000px }"
NEAR = "main::before { content: ''; display: block; height: 130vh }"

LITTLE = "Object.defineProperty(navigator, 'deviceMemory', { value: 1 });"
SAVING = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } });"


class Visit:
    """A page with the counter on it.

    Args:
        community: of the repository that has it.
        script: run before the page's own.
        css: of the page.
    """

    def __init__(self, community: Community, script: str = "", css: str = "") -> None:
        self.runtime: list[str] = []

        def note(request: Request) -> None:
            name = request.url.split("/")[-1]
            if re.search(r"(core-.*\.mjs|\.bin|main\.py)$", name):
                self.runtime.append(name)

        def prepare(page: Page) -> None:
            without_store(page)
            page.on("request", note)
            # As the page's own, before any of it is laid out.
            page.add_init_script(
                f"{script}; const sheet = new CSSStyleSheet(); sheet.replaceSync({json.dumps(css)});"
                "document.adoptedStyleSheets = [...document.adoptedStyleSheets ?? [], sheet];"
                if css
                else script
            )

        self.opened: CommunityPage = community.open("counter", prepare=prepare)
        self.host = self.opened.host("counter")
        self.button = self.host.get_by_role("button")

    def stands(self) -> None:
        """What is prerendered is there, and nothing has been asked for."""
        expect(self.button).to_have_text("Pressed 0 times")
        idle(self.opened)
        expect(self.host).to_have_attribute("data-widget-state", "loading")
        assert self.runtime == []

    def started(self) -> None:
        expect(self.host).to_have_attribute("data-widget-state", "ready", timeout=20_000)


def idle(page: CommunityPage) -> None:
    """Waits for the page to have loaded and to have been idle, three times."""
    page.page.evaluate(
        """async () => {
            for (let times = 0; times < 3; times++) {
                await new Promise((resolve) => requestIdleCallback(resolve));
                await new Promise(requestAnimationFrame);
            }
        }"""
    )


WriteCounter = Callable[..., None]


@pytest.fixture
def write_counter(write_widget: WriteWidget) -> WriteCounter:
    def write(files: Mapping[str, str] | None = None, **manifest: Any) -> None:
        own = {"title": "Counter", "category": "Tests", **manifest}
        write_widget("counter", COUNTER, {"widget.json": json.dumps(own), **(files or {})})

    return write


def test_what_can_be_seen_starts_at_once(community: Community, write_counter: WriteCounter) -> None:
    write_counter()
    visit = Visit(community)
    visit.started()
    assert visit.runtime


def test_what_is_far_out_of_sight_starts_when_somebody_comes_near(
    community: Community, write_counter: WriteCounter
) -> None:
    write_counter()
    visit = Visit(community, css=FAR)
    visit.stands()
    visit.host.scroll_into_view_if_needed()
    visit.started()


def test_what_is_less_than_a_screen_away_starts_when_the_page_is_idle(
    community: Community, write_counter: WriteCounter
) -> None:
    write_counter()
    visit = Visit(community, css=NEAR)
    visit.started()
    assert visit.opened.page.evaluate("scrollY") == 0
    loaded = "performance.getEntriesByType('navigation')[0].loadEventEnd"
    assert visit.opened.page.evaluate(f"{loaded} <= {FIRST_REQUEST}")


# Somebody who clicks without end, from before the page's own scripts on.
RESTLESS = """
window.clicking = setInterval(() => document.body?.dispatchEvent(
    new PointerEvent("pointerdown", { bubbles: true, composed: true })
), 100);
"""


@pytest.mark.parametrize(("boot", "css"), [(None, NEAR), ("idle", FAR)], ids=["near", "idle"])
def test_it_waits_until_nobody_touches_the_page(
    community: Community, write_counter: WriteCounter, boot: str | None, css: str
) -> None:
    write_counter(**({} if boot is None else {"boot": boot}))
    visit = Visit(community, RESTLESS, css=css)
    visit.stands()
    visit.opened.page.evaluate("() => clearInterval(clicking)")
    visit.started()


HIDDEN = "gs-cc-registry-widget { display: none }"


def test_what_is_not_shown_starts_when_it_is(
    community: Community, write_counter: WriteCounter
) -> None:
    write_counter()
    visit = Visit(community, css=HIDDEN)
    idle(visit.opened)
    expect(visit.host).to_have_attribute("data-widget-state", "loading")
    assert visit.runtime == []
    visit.host.evaluate("(host) => { host.style.display = 'block'; }")
    visit.started()


def test_properties_that_change_meanwhile_start_it(
    community: Community, write_counter: WriteCounter
) -> None:
    write_counter(boot="interaction")
    visit = Visit(community)
    visit.stands()
    visit.opened.set_props("counter", {"title": "Another"})
    visit.started()


FIRST_REQUEST = (
    "Math.min(...performance.getEntriesByType('resource')"
    ".filter(({ name }) => name.endsWith('.bin')).map(({ startTime }) => startTime))"
)


def test_idle_waits_for_the_page_and_for_nobody(
    community: Community, write_counter: WriteCounter
) -> None:
    write_counter(boot="idle")
    visit = Visit(community, css=FAR)
    visit.started()
    loaded = "performance.getEntriesByType('navigation')[0].loadEventEnd"
    assert visit.opened.page.evaluate(f"{loaded} <= {FIRST_REQUEST}")


def test_load_waits_for_nothing(community: Community, write_counter: WriteCounter) -> None:
    write_counter(boot="load")
    Visit(community, css=FAR).started()


def test_interaction_leaves_it_until_it_is_touched_and_the_click_counts(
    community: Community, write_counter: WriteCounter
) -> None:
    write_counter(boot="interaction")
    visit = Visit(community)
    visit.stands()
    visit.button.click()
    visit.started()
    expect(visit.button).to_have_text("Pressed 1 times")
    visit.button.click()
    expect(visit.button).to_have_text("Pressed 2 times")


def test_the_keyboards_focus_is_a_touch(community: Community, write_counter: WriteCounter) -> None:
    write_counter(boot="interaction")
    visit = Visit(community)
    visit.stands()
    visit.button.focus()
    visit.started()
    expect(visit.button).to_be_focused()
    visit.opened.page.keyboard.press("Enter")
    expect(visit.button).to_have_text("Pressed 1 times")


@pytest.mark.parametrize("script", [SAVING, LITTLE], ids=["saving", "little"])
def test_a_visitor_who_has_little_is_asked_first(
    community: Community, write_counter: WriteCounter, script: str
) -> None:
    write_counter()
    visit = Visit(community, script)
    visit.stands()
    visit.button.click()
    visit.started()
    expect(visit.button).to_have_text("Pressed 1 times")


@pytest.mark.parametrize("boot", ["visible", "load", "idle"])
def test_unless_the_author_has_said_otherwise(
    community: Community, write_counter: WriteCounter, boot: str
) -> None:
    write_counter(boot=boot)
    Visit(community, SAVING).started()


def test_a_skeleton_invites_nobody_to_touch_it(
    community: Community, write_counter: WriteCounter
) -> None:
    write_counter(boot="interaction", prerender=False)
    visit = Visit(community)
    visit.started()
    expect(visit.button).to_have_text("Pressed 0 times")


def test_one_that_leaves_the_page_while_it_waits_starts_nothing(
    community: Community, write_counter: WriteCounter
) -> None:
    write_counter()
    visit = Visit(community, css=FAR)
    visit.stands()
    visit.host.evaluate("(host) => host.remove()")
    visit.opened.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    idle(visit.opened)
    assert visit.runtime == []


def test_the_files_are_asked_for_before_the_host_calls_init(
    community: Community, write_counter: WriteCounter
) -> None:
    write_counter(boot="interaction")
    visit = Visit(community)
    visit.stands()
    # A host that has put the entry on the page and loaded its module, and takes its time.
    visit.host.evaluate(
        """async (host) => {
            host.shadowRoot.querySelector("[data-widget-root]").dataset.boot = "load";
            const script = host.shadowRoot.querySelector("script[type=module]");
            script.src += "?again";
            await import(script.src);
        }"""
    )
    until(visit.opened, lambda: len(visit.runtime) >= 5, "nothing was asked for")
    expect(visit.host).to_have_attribute("data-widget-state", "loading")


# Browsers in which Python cannot run.

WITHOUT = {
    "WebAssembly": "delete globalThis.WebAssembly;",
    "DecompressionStream": "delete globalThis.DecompressionStream;",
    "constructed style sheets": "delete Document.prototype.adoptedStyleSheets;",
}


@pytest.mark.parametrize("feature", WITHOUT)
def test_what_is_prerendered_stays_with_one_sentence(
    community: Community, write_counter: WriteCounter, feature: str
) -> None:
    write_counter()
    visit = Visit(community, WITHOUT[feature])
    visit.opened.console.expect("needs a newer browser")
    expect(visit.host).to_have_attribute("data-widget-state", "error")
    expect(visit.button).to_have_text("Pressed 0 times")
    expect(visit.host.get_by_role("status")).to_have_text(
        f"This widget needs a newer browser: this one has no {feature}."
    )
    assert visit.runtime == []


FORM = """
def init(sdk):
    @sdk.view
    def view():
        return t'<form><input name="q"><button>Search</button></form>'
"""


def test_a_form_that_nobody_will_ever_hear_of_sends_nothing(
    community: Community, write_widget: WriteWidget
) -> None:
    manifest = json.dumps({"title": "Form", "category": "Tests"})
    write_widget("form", FORM, {"widget.json": manifest})
    page = community.open("form", prepare=lambda page: page.add_init_script(WITHOUT["WebAssembly"]))
    page.console.expect("needs a newer browser")
    form = page.widget("form", state="error").locator("form")
    address = page.page.url
    field = form.get_by_role("textbox")
    field.fill("a secret")
    field.press("Enter")
    form.get_by_role("button").click()
    idle(page)
    assert page.page.url == address
    expect(field).to_have_value("a secret")


def test_a_skeleton_gives_way_to_the_sentence(
    community: Community, write_counter: WriteCounter
) -> None:
    write_counter(prerender=False)
    visit = Visit(community, WITHOUT["WebAssembly"])
    visit.opened.console.expect("needs a newer browser")
    status = visit.host.get_by_role("status")
    expect(status).to_have_text("This widget needs a newer browser: this one has no WebAssembly.")
    assert visit.host.locator("[data-widget-root] > *").count() == 1
    expect(visit.host.locator("[data-widget-root]")).not_to_have_attribute("aria-busy", "true")


def test_what_the_author_says_instead_is_shown(
    community: Community, write_counter: WriteCounter
) -> None:
    write_counter({"unsupported.html": "<p>Call us: <b>555</b></p>"})
    visit = Visit(community, WITHOUT["DecompressionStream"])
    visit.opened.console.expect("needs a newer browser")
    expect(visit.host.locator("[data-widget-root]")).to_have_text("Call us: 555")
    assert visit.host.get_by_role("button").count() == 0


def test_without_module_scripts_what_is_prerendered_stands_and_a_sentence_comes(
    community: Community, write_counter: WriteCounter
) -> None:
    write_counter()

    def prepare(page: Page) -> None:
        def without_modules(route: Any) -> None:
            answer = route.fetch(max_retries=3)
            html = re.sub(r'<script type="module"[^>]*></script>', "", answer.text())
            route.fulfill(response=answer, body=html)

        page.route("**/counter/**/index.html*", without_modules)

    page = community.open("counter", prepare=prepare)
    host = page.host("counter")
    expect(host.get_by_role("button")).to_have_text("Pressed 0 times")
    floor = host.locator("[data-widget-floor]")
    expect(floor).to_be_hidden()
    # Its time comes; nobody has to wait for it.
    floor.evaluate("(element) => element.getAnimations()[0].finish()")
    expect(floor).to_be_visible()
    expect(floor).to_contain_text("this browser is too old for this widget")


def test_where_the_loader_runs_that_sentence_is_gone(
    community: Community, write_counter: WriteCounter
) -> None:
    write_counter(boot="interaction")
    visit = Visit(community)
    visit.stands()
    assert visit.host.locator("[data-widget-floor]").count() == 0
