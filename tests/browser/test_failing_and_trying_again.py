"""What becomes of a widget that fails: what a visitor sees and may do, what the author hears, and what is left."""

from __future__ import annotations

import re
import textwrap

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from widget._view import MOST_RUNS_OF_ITS_OWN
from widget_workbench.bundle import runtime
from widget_workbench.testing import Community, CommunityPage

from .conftest import WriteWidget, eventually, until, without_store

# What `init` waits for until a test opens it, and what a widget writes down.
GATE_AND_LOG = """
window.log = [];
window.gate = new Promise((resolve) => { window.openGate = resolve; });
"""


def prepared(page: Page) -> None:
    page.add_init_script(GATE_AND_LOG)


def log(page: CommunityPage) -> list[object]:
    written: list[object] = page.page.evaluate("() => window.log")
    return written


def turns(page: CommunityPage, count: int = 20) -> None:
    """Lets the page's loop turn, so often that whatever was about to happen has."""
    page.page.evaluate(
        """async (count) => {
            for (let turn = 0; turn < count; turn++) {
                await new Promise((resolve) => setTimeout(resolve));
            }
        }""",
        count,
    )


def press(page: CommunityPage, button: Locator) -> None:
    """As a visitor with a keyboard does."""
    button.focus()
    page.page.keyboard.press("Enter")


def printed(page: CommunityPage, text: str, type: str = "error") -> list[str]:
    return [
        message.text
        for message in page.console.messages
        if message.type == type and text in message.text
    ]


def again(panel: Locator) -> Locator:
    return panel.get_by_role("button", name="Try again")


# Another try.

FAILS_ONCE = """
import asyncio
import js

attempts = 0

async def forever():
    try:
        await asyncio.Event().wait()
    finally:
        js.window.log.push("task ended")

async def init(sdk):
    global attempts
    attempts += 1
    if attempts == 2:
        await js.window.gate
    sdk.root.innerHTML = f"<button>Press</button><p>Attempt {attempts}</p>"
    asyncio.create_task(forever())
    sdk.listen("click", "button", lambda: js.window.log.push("click"))
    sdk.on("propsChanged", lambda: js.window.log.push("props"))
    sdk.on("destroy", lambda: js.window.log.push("destroy"))
    await asyncio.sleep(0)
    if attempts == 1:
        sdk.root.className = "changed"
        raise LookupError("the first time")
"""

SHEETS = "(host) => host.shadowRoot.adoptedStyleSheets.length"

CONTAINER_HAS_FOCUS = """() => {
    const { activeElement } = document.querySelector("gs-cc-registry-widget").shadowRoot;
    return activeElement?.matches("[data-widget-root]") === true;
}"""


def test_another_try_begins_on_a_clean_instance(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "fails_once",
        FAILS_ONCE,
        {"skeleton.html": "<p class=grey>Please wait</p>", "style.css": ".grey { color: grey }"},
    )
    page = community.open("fails_once", prepare=prepared)
    widget = page.widget("fails_once", state="error")
    host = page.host("fails_once")
    expect(widget.get_by_role("alert")).to_contain_text("LookupError: the first time")
    expect(widget).not_to_have_class("changed")
    expect(widget).not_to_contain_text("Attempt")
    eventually(page, "() => log.includes('task ended')")
    assert log(page) == ["destroy", "task ended"]
    sheets = host.evaluate(SHEETS)

    press(page, again(widget))
    expect(host).to_have_attribute("data-widget-state", "loading")
    expect(widget).to_have_text("Please wait")
    expect(widget).to_have_attribute("aria-busy", "true")
    expect(widget.get_by_role("alert")).to_have_count(0)
    eventually(page, CONTAINER_HAS_FOCUS)
    page.page.evaluate("() => window.openGate()")
    page.widget("fails_once")
    expect(widget).to_contain_text("Attempt 2")
    expect(widget).not_to_contain_text("Please wait")
    assert widget.get_attribute("aria-busy") is None
    # The keyboard goes on from the widget, which it can pass but not come back to by itself.
    eventually(page, CONTAINER_HAS_FOCUS)
    page.page.keyboard.press("Tab")
    expect(widget.get_by_role("button", name="Press")).to_be_focused()
    assert widget.get_attribute("tabindex") is None
    assert host.evaluate(SHEETS) == sheets

    page.page.keyboard.press("Enter")
    page.set_props("fails_once", {"city": "Warsaw"})
    assert log(page)[2:] == ["click", "props"]
    page.destroy("fails_once")
    eventually(page, "() => log.length === 6")
    assert log(page)[4:] == ["destroy", "task ended"]
    assert len(printed(page, "LookupError")) == 1


def test_whoever_does_not_hold_the_focus_is_not_given_it(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "fails_twice",
        """
        attempts = 0

        async def init(sdk):
            global attempts
            attempts += 1
            raise LookupError(f"attempt {attempts}")
        """,
    )
    page = community.open("fails_twice", prepare=prepared)
    widget = page.widget("fails_twice", state="error")
    expect(page.page.locator("body")).to_be_focused()
    page.console.expect("attempt 2", "attempt 3")
    # Where the failed start has taken the focus away with what held it, the next panel has it.
    for attempt in (2, 3):
        press(page, again(widget))
        expect(widget.get_by_role("alert")).to_contain_text(f"attempt {attempt}")
        expect(again(widget)).to_be_focused()
    # A script's click is no visitor's, who may be elsewhere.
    page.console.expect("attempt 4")
    again(widget).evaluate("(button) => { button.blur(); button.click(); }")
    expect(widget.get_by_role("alert")).to_contain_text("attempt 4")
    expect(page.page.locator("body")).to_be_focused()


SNAPSHOT = runtime().manifest.parts["snapshot"][0]


@pytest.mark.parametrize("file", ["main.py", "style.css", SNAPSHOT])
def test_another_try_starts_a_widget_of_which_a_file_could_not_be_fetched(
    community: Community, write_widget: WriteWidget, file: str
) -> None:
    write_widget(
        "fetched",
        """
        def init(sdk):
            sdk.root.innerHTML = "<p>All is well.</p>"
        """,
        {"style.css": "p { color: rgb(1, 2, 3) }"},
    )

    def unreachable(route: Route) -> None:
        route.abort()

    def prepare(page: Page) -> None:
        without_store(page)
        page.route(f"**/{file}", unreachable)

    page = community.open("fetched", prepare=prepare)
    page.console.expect(rf'Widget "fetched" [\s\S]*{file}', "ERR_FAILED")
    widget = page.widget("fetched", state="error")
    expect(widget.get_by_role("alert")).to_contain_text(file)
    # It may be so for a while.
    failures = len(page.failures)
    press(page, again(widget))
    until(page, lambda: len(page.failures) > failures, "the second try did not fail")
    expect(widget.get_by_role("alert")).to_contain_text(file)
    page.page.unroute(f"**/{file}")
    press(page, again(widget))
    page.widget("fetched")
    expect(widget.locator("p")).to_have_css("color", "rgb(1, 2, 3)")
    assert page.host("fetched").evaluate(SHEETS) == 2


# What a failed widget still does.

AFTERWARDS = {
    "init_renders_and_raises": """
        sdk.view(fail)
        try:
            await never.wait()
        except BaseException:
            sdk.render(t"<i>wiped</i>")
            js.window.log.push("done")
            raise
    """,
    "init_renders_and_returns": """
        sdk.view(fail)
        try:
            await never.wait()
        except BaseException:
            sdk.render(t"<i>wiped</i>")
            js.window.log.push("done")
    """,
    "init_writes_to_the_root": """
        sdk.view(fail)
        try:
            await never.wait()
        finally:
            sdk.root.textContent = "wiped"
            js.window.log.push("done")
    """,
    "a_task_renders": """
        async def work():
            try:
                await never.wait()
            finally:
                sdk.render(t"<i>wiped</i>")
                js.window.log.push("done")

        asyncio.create_task(work())
        await asyncio.sleep(0)
        fail()
    """,
    "a_task_sets_state": """
        state = sdk.state(count=0)

        async def work():
            try:
                await never.wait()
            finally:
                state.count += 1
                js.window.log.push("done")

        asyncio.create_task(work())
        sdk.view(lambda: t"<i>wiped {state.count}</i>")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        fail()
    """,
    "on_error_renders": """
        async def tell(error):
            sdk.render(t"<i>wiped</i>")
            await asyncio.sleep(0)
            sdk.render(t"<i>wiped</i>")
            js.window.log.push("done")

        sdk.on_error(tell)
        fail()
    """,
    "a_farewell_renders": """
        async def farewell():
            await asyncio.sleep(0)
            sdk.render(t"<i>wiped</i>")
            js.window.log.push("done")

        sdk.on("destroy", farewell)
        fail()
    """,
}


@pytest.mark.parametrize("name", AFTERWARDS)
def test_what_a_failed_widget_still_does_leaves_the_panel_as_it_is(
    community: Community, write_widget: WriteWidget, name: str
) -> None:
    write_widget(
        name,
        f"""
import asyncio
import js

never = asyncio.Event()

def fail():
    raise LookupError("on purpose")

async def init(sdk):
    js.window.log.push("init")
{textwrap.indent(textwrap.dedent(AFTERWARDS[name]), "    ")}
""",
    )
    page = community.open(name, prepare=prepared)
    widget = page.widget(name, state="error")
    eventually(page, "() => log.includes('done')")
    turns(page)
    expect(page.host(name)).to_have_attribute("data-widget-state", "error")
    expect(widget).not_to_contain_text("wiped")
    expect(widget.get_by_role("alert")).to_contain_text("LookupError: on purpose")
    assert log(page) == ["init", "done"]
    assert len(printed(page, "LookupError: on purpose")) == 1
    page.console.expect(rf'after the widget "{name}" had failed')
    assert len(printed(page, "had failed", "warning")) == 1
    # And its button still starts the widget.
    page.console.expect(r"LookupError: on purpose")
    press(page, again(widget))
    until(page, lambda: len(page.failures) == 2, "the second try has not come to its end")
    assert log(page).count("init") == 2


# sdk.on_error.


def test_on_error_reports_a_failing_init_to_a_connector(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "reporting",
        """
        import asyncio
        import js

        async def init(sdk):
            @sdk.on_error
            async def tell(error):
                await asyncio.sleep(0)
                answer = await sdk.connectors.post("errors", payload={"error": repr(error)})
                js.window.log.push(answer["told"])

            sdk.on_error(lambda error: js.window.log.push(type(error).__name__))
            raise LookupError("on purpose")
        """,
    )
    community.connectors["errors"].respond(json={"told": "the connector"}, delay=0.1)
    page = community.open("reporting", prepare=prepared)
    page.widget("reporting", state="error")
    eventually(page, "() => log.length === 2")
    assert log(page) == ["LookupError", "the connector"]
    payloads = [call.payload for call in community.connectors["errors"].calls]
    assert payloads == [{"error": "LookupError('on purpose')"}]


def test_on_error_hears_once_of_all_that_the_widgets_code_raises(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "hearing",
        """
        import asyncio
        import js

        def init(sdk):
            state = sdk.state(broken=False)
            sdk.on_error(lambda error: js.window.log.push(str(error)))

            @sdk.view
            def view():
                if state.broken:
                    raise LookupError("a view")
                return t'''
                    <button onclick={press}>Handler</button>
                    <button onclick={press_later}>Async handler</button>
                    <button onclick={(lambda: sdk.create_task(work("a task")))}>Task</button>
                    <button onclick={(lambda: asyncio.create_task(work("a forgotten task")))}>Forgotten</button>
                    <button onclick={break_}>View</button>
                '''

            def press():
                raise LookupError("a handler")

            async def press_later():
                await asyncio.sleep(0)
                raise LookupError("an async handler")

            async def work(what):
                await asyncio.sleep(0)
                raise LookupError(what)

            def break_():
                state.broken = True

            def changed():
                raise LookupError("a host's event")

            sdk.on("propsChanged", changed)
        """,
    )
    page = community.open("hearing", prepare=prepared)
    widget = page.widget("hearing")
    for name in ("Handler", "Async handler", "Task", "Forgotten", "View"):
        widget.get_by_role("button", name=name, exact=True).click()
    page.set_props("hearing", {"city": "Warsaw"})
    # The properties let the view run as well.
    raised = ["a handler", "an async handler", "a task", "a forgotten task", "a view"]
    raised += ["a view", "a host's event"]
    page.console.expect(*raised)
    eventually(page, f"() => log.length >= {len(raised)}")
    turns(page)
    assert sorted(map(str, log(page))) == sorted(raised)


def test_what_a_handler_of_on_error_raises_is_printed_and_heard_by_none(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "worse",
        """
        import asyncio
        import js

        def init(sdk):
            async def raise_later():
                await asyncio.sleep(0)
                raise ValueError("in a task of it")

            def tell(error):
                js.window.log.push(f"told {error}")
                sdk.create_task(raise_later())
                raise ValueError("in the handler")

            async def tell_later(error):
                js.window.log.push(f"later {error}")
                await asyncio.sleep(0)
                raise ValueError("in the async handler")

            sdk.on_error(tell)
            sdk.on_error(tell_later)
            sdk.on("error", lambda data: js.window.log.push("emitted"))

            def press():
                raise LookupError("first")

            sdk.render(t"<button onclick={press}>Press</button>")
        """,
    )
    page = community.open("worse", prepare=prepared)
    page.widget("worse").get_by_role("button").click()
    causes = ("in the handler", "in the async handler", "in a task of it")
    page.console.expect("LookupError: first", *causes)
    until(
        page,
        lambda: all(printed(page, cause) for cause in causes),
        "what they raise was not printed",
    )
    turns(page)
    assert sorted(map(str, log(page))) == ["emitted", "later first", "told first"]
    assert [len(printed(page, f"ValueError: {cause}")) for cause in causes] == [1, 1, 1]
    # The visitor is told of what went wrong, and not of what went wrong with telling it.
    expect(page.host("worse").get_by_role("alert")).to_have_text(
        'The widget "worse" failed: LookupError: first'
    )


def test_a_view_that_fails_whatever_on_error_sets_leaves_the_page_alive(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "endless",
        """
        import js

        def init(sdk):
            state = sdk.state(failures=0, broken=False)
            js.window.runs = 0

            @sdk.view
            def view():
                if state.broken:
                    js.window.runs += 1
                    raise LookupError("each time")
                return t'<button onclick={break_}>Break</button><p>{state.failures} failures</p>'

            def break_():
                state.broken = True

            def repair():
                state.broken = False

            @sdk.on_error
            def count(error):
                state.failures += 1

            sdk.on("propsChanged", repair)
        """,
    )
    page = community.open("endless")
    page.console.expect("LookupError: each time")
    widget = page.widget("endless")
    widget.get_by_role("button").click()
    most = 1 + MOST_RUNS_OF_ITS_OWN
    eventually(page, f"() => window.runs >= {most}")
    turns(page)
    assert page.page.evaluate("() => window.runs") == most
    expect(widget.locator("p")).to_have_text("0 failures")
    page.set_props("endless", {"city": "Warsaw"})
    expect(widget.locator("p")).to_have_text(f"{most} failures")
    expect(page.host("endless").get_by_role("alert")).to_have_count(0)


# What a visitor sees of a widget that goes on.

TIMES = "\N{MULTIPLICATION SIGN}"


def test_a_notice_tells_of_an_error_until_a_visitor_dismisses_it(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "field",
        """
        def init(sdk):
            def pressed(event):
                if event.key.startswith("F"):
                    raise LookupError(event.key)

            sdk.render(t'<label>City <input onkeydown={pressed}></label>')
        """,
    )
    page = community.open("field")
    page.console.expect("LookupError: F1", "LookupError: F2")
    widget = page.widget("field")
    field = widget.get_by_role("textbox")
    field.fill("Warsaw")
    page.page.keyboard.press("F1")
    notice = page.host("field").get_by_role("alert")
    expect(notice).to_have_text('The widget "field" failed: LookupError: F1')
    # It is beside what the widget renders, and takes nothing from it.
    expect(widget.get_by_role("alert")).to_have_count(0)
    expect(field).to_be_focused()
    widget_box, notice_box = widget.bounding_box(), notice.bounding_box()
    assert widget_box is not None
    assert notice_box is not None
    assert notice_box["y"] >= widget_box["y"] + widget_box["height"]
    count = page.host("field").get_by_text(re.compile(rf"^{TIMES}\d+$"))
    expect(count).to_be_hidden()
    for times in (2, 3):
        page.page.keyboard.press("F1")
        expect(count).to_have_text(f"{TIMES}{times}")
        expect(count).to_be_visible()
    expect(notice).to_have_count(1)
    # Another error takes its place, and is counted by itself.
    page.page.keyboard.press("F2")
    expect(notice).to_have_text('The widget "field" failed: LookupError: F2')
    expect(count).to_be_hidden()
    dismiss = page.host("field").get_by_role("button", name="Dismiss")
    page.page.keyboard.press("Tab")
    expect(dismiss).to_be_focused()
    page.page.keyboard.press("Enter")
    expect(notice).to_have_count(0)
    expect(dismiss).to_have_count(0)
    expect(field).to_be_focused()
    expect(field).to_have_value("Warsaw")
    # What has been dismissed is news when it happens again.
    page.page.keyboard.press("F2")
    expect(notice).to_have_text('The widget "field" failed: LookupError: F2')
    expect(count).to_be_hidden()
    expect(page.host("field")).to_have_attribute("data-widget-state", "ready")


def test_a_long_message_is_cut_on_the_widget_and_whole_on_the_console(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "long",
        """
        def init(sdk):
            async def pressed(event):
                if event.key == "F1":
                    raise LookupError(f"The beginning{'x' * 5_000}The end")
                if event.key == "F2":
                    await sdk.connectors.get("down")

            sdk.render(t'<label>City <input onkeydown={pressed}></label>')
        """,
    )
    community.connectors["down"].respond(text=f"<h1>Down</h1>{'y' * 5_000}", status=500)
    page = community.open("long")
    page.console.expect("LookupError", "ConnectorExecuteError")
    page.widget("long").get_by_role("textbox").focus()
    notice = page.host("long").get_by_role("alert")
    for key, beginning, cut in (
        ("F1", 'The widget "long" failed: LookupError: The beginningxx', "x…"),
        ("F2", 'The widget "long" failed: widget.ConnectorExecuteError: GET down failed', "y…"),
    ):
        page.page.keyboard.press(key)
        expect(notice).to_contain_text(beginning)
        shown = notice.inner_text()
        assert shown.startswith(beginning)
        assert shown.endswith(cut)
        assert 400 < len(shown) < 600
    (whole,) = printed(page, "LookupError")
    assert whole.endswith(f"LookupError: The beginning{'x' * 5_000}The end")
    assert page.failures[0].message.endswith("xThe end")


@pytest.mark.parametrize(
    "main",
    [
        "def init(sdk): raise LookupError('on purpose')",
        """
        def init(sdk):
            def press():
                raise LookupError("on purpose")

            sdk.render(t"<button onclick={press}>Press</button>")
        """,
    ],
    ids=["init", "handler"],
)
def test_the_console_tells_the_widgets_type_its_version_and_its_build(
    community: Community, write_widget: WriteWidget, main: str
) -> None:
    manifest = '{"title": "Versioned", "category": "Tests", "version": "3.4.5"}'
    write_widget("versioned", main, {"widget.json": manifest})
    page = community.open("versioned")
    if "press" in main:
        page.widget("versioned").get_by_role("button").click()
    until(page, lambda: bool(printed(page, "on purpose")), "nothing was printed")
    build = page.host("versioned").locator("[data-widget-root]").get_attribute("data-build")
    assert re.fullmatch("[0-9a-f]{12}", build or "")
    page.console.expect(rf'^Widget "versioned" 3\.4\.5 \(build {build}\): Traceback')
    entry = page.page.evaluate(
        "async () => (await fetch('/widgets/versioned/index.html')).text()",
    )
    assert f'data-build="{build}"' in entry


def test_a_widget_and_its_error_tell_which_build_it_is(
    community: Community, write_widget: WriteWidget
) -> None:
    manifest = '{"title": "Versioned", "category": "Tests", "version": "3.4.5"}'
    main = """
    async def init(sdk):
        sdk.js.root.host.dataset.told = f"{sdk.build}|{sdk.build.release}|{sdk.build.commit}"
        raise ValueError("on purpose")
    """
    write_widget("versioned", main, {"widget.json": manifest})
    page = community.open("versioned")
    page.console.expect("on purpose")
    widget = page.widget("versioned", state="error")
    root = page.host("versioned").locator("[data-widget-root]")
    build = root.get_attribute("data-build")
    told = page.host("versioned").get_attribute("data-told")
    assert told is not None
    shown, release, commit = told.split("|")
    assert shown == f"3.4.5 (build {build})"
    assert re.fullmatch(r"[0-9.]+-[0-9.]+-[0-9a-f]{12}", release)
    assert commit == "None"
    expect(widget.locator(".widget-error-build")).to_have_text(f"versioned 3.4.5 (build {build})")


# What is the host's.

HOSTS = """
const hosts = [];
const sheets = [];
window.touched = [];
const observer = new MutationObserver((records) => window.touched.push(...records.map(({ type }) => type)));
window.addHosts = (place) => {
    const { shadowRoot } = document.querySelector("gs-cc-registry-widget");
    const style = document.createElement("style");
    style.textContent = "aside { color: rgb(1, 2, 3) }";
    const aside = document.createElement("aside");
    aside.innerHTML = "<button class='widget-notice' aria-busy='true'>The host's</button>";
    const made = [style, aside, document.createComment("the host's"), document.createTextNode("the host's")];
    shadowRoot[place](...made);
    hosts[place === "prepend" ? "unshift" : "push"](...made);
    for (const node of made) {
        observer.observe(node, { subtree: true, childList: true, attributes: true, characterData: true });
    }
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("aside { background: rgb(4, 5, 6) }");
    shadowRoot.adoptedStyleSheets.push(sheet);
    sheets.push(sheet);
    window.hostsRoot = shadowRoot;
};
window.lookAtHosts = () => {
    const adopted = window.hostsRoot.adoptedStyleSheets.filter((sheet) => sheets.includes(sheet));
    return {
        nodes: [...window.hostsRoot.childNodes].filter((node) => hosts.includes(node))
            .map((node) => hosts.indexOf(node)).join(),
        sheets: adopted.map((sheet) => sheets.indexOf(sheet)).join(),
        rules: adopted.map((sheet) => sheet.cssRules.length).join(),
        touched: window.touched.length,
        allSheets: window.hostsRoot.adoptedStyleSheets.length,
    };
};
addEventListener("DOMContentLoaded", () => window.addHosts("prepend"));
"""


def test_what_the_host_has_put_into_the_shadow_root_is_not_touched(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "guest",
        """
        attempts = 0

        def init(sdk):
            global attempts
            attempts += 1
            if attempts == 1:
                raise LookupError("the first time")

            state = sdk.state(count=0)

            @sdk.view
            def view():
                return t"<button onclick={press}>Press</button><p>{state.count}</p>"

            def press():
                state.count += 1
                raise LookupError("in a handler")
        """,
        {"style.css": "p { color: grey }", "skeleton.html": "<p>Please wait</p>"},
    )
    page = community.open("guest", prepare=lambda page: page.add_init_script(f"{{{HOSTS}}}"))

    def look(count: int, sheets: int) -> None:
        assert page.page.evaluate("() => lookAtHosts()") == {
            "nodes": ",".join(str(index) for index in range(4 * count)),
            "sheets": ",".join(str(index) for index in range(count)),
            "rules": ",".join(["1"] * count),
            "touched": 0,
            "allSheets": sheets,
        }

    widget = page.widget("guest", state="error")
    look(1, 3)
    page.page.evaluate("() => addHosts('append')")
    look(2, 4)
    press(page, again(widget))
    page.widget("guest")
    look(2, 4)
    page.console.expect("in a handler")
    widget.get_by_role("button").click()
    expect(widget.locator("p")).to_have_text("1")
    expect(page.host("guest").get_by_role("alert")).to_contain_text("in a handler")
    look(2, 4)
    expect(page.host("guest").locator("aside").first).to_have_css("color", "rgb(1, 2, 3)")
    page.destroy("guest")
    eventually(page, "() => lookAtHosts().allSheets === 2")
    look(2, 2)
    assert page.page.evaluate("() => hostsRoot.querySelectorAll('[role=alert]').length") == 0


# Sentences.


@pytest.mark.parametrize(
    ("use", "what"),
    [
        ("sdk.root.append('late')", "sdk.root was used"),
        ("sdk.query('b').append('late')", "sdk.root was used"),
        ("sdk.render(t'<i>late</i>')", "sdk.render was called"),
        ("state.count = 7", "state.count was set"),
        ("resource.reload()", "reload() of load was set"),
    ],
)
def test_what_is_done_for_a_widget_that_has_left_the_page_is_warned_of_once(
    community: Community, write_widget: WriteWidget, use: str, what: str
) -> None:
    write_widget(
        "late",
        f"""
        import js
        from pyodide.ffi import create_proxy

        async def load():
            js.window.log.push("loaded")

        def init(sdk):
            state = sdk.state(count=0)
            resource = sdk.resource(load, start=False)
            sdk.view(lambda: t"<b>{{state.count}}</b>")
            root = sdk.root

            def late():
                {use}
                js.window.log.push(state.count)

            js.window.late = create_proxy(late)
        """,
    )
    page = community.open("late", prepare=prepared)
    expect(page.widget("late").locator("b")).to_have_text("0")
    page.page.evaluate("() => { window.gone = document.querySelector('gs-cc-registry-widget'); }")
    page.destroy("late")
    page.console.expect(
        rf'^{re.escape(what)} after the widget "late" had left the page, where nothing shows it any more: end such '
        r'work with the widget, in a handler of sdk\.on\("destroy", …\) or in a task of sdk\.create_task\(…\)\.$'
    )
    for _ in range(2):
        page.page.evaluate("() => window.late()")
    turns(page)
    assert log(page) == [0, 0]
    assert len(printed(page, "late", "warning")) == 1
    assert page.page.evaluate("() => gone.shadowRoot.querySelector('i')") is None


VIEWS = [
    (
        "sdk.view(lambda: sdk.render(t'<b>shown</b>'))",
        "RuntimeError: sdk.render(…) stands in the view <lambda>, which would do it at every run; return the template",
    ),
    (
        "sdk.view(lambda: '<b>text</b>')",
        "TypeError: a str cannot be rendered, a template can: write t'…' for a template, or markup(…) around HTML that "
        "you trust",
    ),
    (
        "sdk.view(view)\n    sdk.view(view)",
        "RuntimeError: the widget has a view already, view, and a widget has one; call other functions from it",
    ),
    (
        "sdk.view(later)",
        "TypeError: the view later must be a plain def, since it shows what is there already; await in init, in a "
        "handler or in the function of an sdk.resource",
    ),
    (
        "sdk.view(t'<b>shown</b>')",
        "TypeError: sdk.view takes a function that returns a template, not ",
    ),
    (
        "sdk.render(7)",
        "TypeError: an int cannot be rendered, a template can: write t'…' around what is to be shown",
    ),
    (
        "sdk.render('text')",
        "TypeError: a str cannot be rendered, a template can: write t'…' for a template, or markup(…) around HTML that "
        "you trust",
    ),
    (
        "coroutine = later()\n    try:\n        sdk.render(coroutine)\n    finally:\n        coroutine.close()",
        "TypeError: a coroutine cannot be rendered, a template can: await it first",
    ),
    (
        "sdk.render(view)",
        "TypeError: a function cannot be rendered, a template can: call it, and render what it returns",
    ),
]


@pytest.mark.parametrize(("use", "sentence"), VIEWS, ids=[use for use, _ in VIEWS])
def test_what_cannot_be_shown_is_said_in_the_panel(
    community: Community, write_widget: WriteWidget, use: str, sentence: str
) -> None:
    write_widget(
        "wrong",
        f"""
def view():
    return t"<b>shown</b>"

async def later():
    return t"<b>shown</b>"

async def init(sdk):
    {use}
""",
    )
    page = community.open("wrong")
    widget = page.widget("wrong", state="error")
    expect(widget.get_by_role("alert")).to_contain_text(f'The widget "wrong" failed: {sentence}')
    expect(again(widget)).to_be_visible()
    # Where no line of the author's is in the traceback, a note has it.
    (traceback,) = printed(page, "Traceback")
    assert "widgets/wrong/main.py" in traceback
