"""How widgets end on a page: what an instance began ends with it, and what it owns is its own."""

from __future__ import annotations

from functools import partial

from playwright.sync_api import Page, Route, expect

from widget_workbench.testing import Community, CommunityPage, ConnectorCall

from .conftest import WriteWidget, eventually, place, until, without_store


class Held:
    """The first answer for a URL pattern, held back until it is released."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._waiting: list[Route] = []

    def prepare(self, page: Page) -> None:
        without_store(page)
        page.route(self._pattern, self._hold, times=1)

    def _hold(self, route: Route) -> None:
        self._waiting.append(route)

    def arrived(self, page: CommunityPage) -> None:
        """Waits until the page has asked for it."""
        until(page, lambda: bool(self._waiting), f"nobody asked for {self._pattern}")

    def release(self) -> None:
        self._waiting[0].continue_()


LATE_WRITE = """
import js

async def init(sdk):
    js.window.root = sdk.root
    sdk.root.textContent = "before"
    try:
        await sdk.connectors.get("never")
    finally:
        js.window.ended = True
    sdk.root.textContent = "after"
"""


def test_destroy_while_the_interpreter_boots(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("late", LATE_WRITE)
    write_widget("sound", 'async def init(sdk): sdk.root.textContent = "All is well."')
    snapshot = Held("**/snapshot-*.bin")
    page = community.open("late", prepare=snapshot.prepare)
    snapshot.arrived(page)
    expect(page.host("late")).to_have_attribute("data-widget-state", "loading")
    page.destroy("late")
    snapshot.release()
    # The page's interpreter is there all the same, for whoever comes next.
    place(page, "sound")
    expect(page.widget("sound")).to_contain_text("All is well.")
    assert page.page.evaluate("() => window.root === undefined")


def test_destroy_while_a_call_is_in_flight(community: Community, write_widget: WriteWidget) -> None:
    write_widget("late", LATE_WRITE)
    community.connectors["never"].leave_real()
    call = Held("**/connectors/never/**")
    page = community.open("late", prepare=call.prepare)
    call.arrived(page)
    expect(page.host("late")).to_contain_text("before")
    page.destroy("late")
    eventually(page, "() => window.ended === true")
    with page.page.expect_request_finished(lambda request: "never" in request.url):
        call.release()
    assert page.page.evaluate("() => window.root.textContent") == "before"


OWNER = """
import asyncio
import js

async def forever(name):
    try:
        while True:
            await asyncio.sleep(0.01)
            js.window.log.push(name)
    finally:
        js.window.log.push(f"{name} ended")

async def init(sdk):
    sdk.root.innerHTML = "<button>Press</button>"
    asyncio.create_task(forever("forgotten"))
    sdk.create_task(forever("owned"))
    sdk.on("propsChanged", lambda: js.window.log.push("props"))
    sdk.listen("click", "button", lambda: js.window.log.push("click"))

    async def farewell():
        js.window.log.push("farewell")
        await asyncio.sleep(0.02)
        js.window.log.push("farewell done")

    sdk.on("destroy", farewell)
"""


def test_destroy_ends_all_that_the_instance_began(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("owner", OWNER)
    page = community.open("owner", prepare=lambda page: page.add_init_script("window.log = [];"))
    page.widget("owner").get_by_role("button").click()
    eventually(page, "() => log.includes('forgotten') && log.includes('owned')")
    page.page.evaluate(
        """() => {
            window.gone = document.querySelector("gs-cc-registry-widget");
            window.button = gone.shadowRoot.querySelector("button");
            window.goneSdk = window.community.sdkOf(gone);
            gone.remove();
        }"""
    )
    eventually(page, "() => log.includes('farewell done')")
    log: list[str] = page.page.evaluate("() => window.log")
    assert log.count("forgotten ended") == log.count("owned ended") == log.count("farewell") == 1
    assert log.count("click") == 1
    page.page.evaluate("() => { window.log.length = 0; button.click(); goneSdk.setProps({a: 1}); }")
    # Two turns of forever's interval later, nothing has happened.
    page.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 50))")
    assert page.page.evaluate("() => window.log") == []


def test_tidying_up_after_the_widget_has_gone_does_no_harm(
    community: Community, write_widget: WriteWidget
) -> None:
    community.connectors["never"].leave_real()
    write_widget(
        "tidy",
        """
        import js

        async def init(sdk):
            sdk.root.innerHTML = "<button>Press</button>"

            async def press(event):
                try:
                    event.target.disabled = True
                    await sdk.connectors.get("never")
                finally:
                    sdk.query("button").disabled = False
                    js.window.tidied = True

            sdk.listen("click", "button", press)
        """,
    )
    call = Held("**/connectors/never/**")
    page = community.open("tidy", prepare=call.prepare)
    page.widget("tidy").get_by_role("button").click()
    call.arrived(page)
    page.console.expect(r'^sdk\.root was used after the widget "tidy" had left the page')
    page.destroy("tidy")
    eventually(page, "() => window.tidied === true")
    with page.page.expect_request_finished(lambda request: "never" in request.url):
        call.release()


def test_a_widget_that_ends_itself_ends_the_task_that_did_it(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "suicidal",
        """
        import asyncio
        import js

        async def init(sdk):
            async def poll():
                js.window.polls = 0
                while True:
                    js.window.polls += 1
                    if js.window.polls == 3:
                        sdk.js.emit("destroy")  # as a host that tells at once
                    await asyncio.sleep(0.005)

            asyncio.create_task(poll())
        """,
    )
    page = community.open("suicidal")
    page.widget("suicidal")
    eventually(page, "() => window.polls >= 3")
    page.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 50))")
    assert page.page.evaluate("() => window.polls") == 3


def test_a_listener_that_another_has_ended_is_not_called(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "two_listeners",
        """
        import js

        async def init(sdk):
            sdk.root.innerHTML = "<button>Press</button>"
            sdk.listen("click", "button", lambda: second())
            second = sdk.listen("click", "button", lambda: js.window.called.push("second"))
            for name in ("a", "b"):
                sdk.listen("click", "button", lambda name=name: js.window.called.push(name))
        """,
    )
    page = community.open(
        "two_listeners", prepare=lambda page: page.add_init_script("window.called = [];")
    )
    page.widget("two_listeners").get_by_role("button").click()
    assert page.page.evaluate("() => window.called") == ["a", "b"]


def asks_for(number: str, call: ConnectorCall) -> bool:
    return bool(call.query["number"] == number)


def test_two_releases_on_one_page_answer_their_own_widgets(
    community: Community, write_widget: WriteWidget
) -> None:
    for name in ("first", "second"):
        write_widget(
            name,
            """
            import asyncio
            import js
            from widget import ConnectorError

            async def init(sdk):
                sdk.root.textContent = "ready"

                async def call():
                    for number in range(5):
                        answer = await sdk.connectors.get("echo", query_params={"number": number})
                        js.window.answered.push(f"NAME {answer['number']}")

                sdk.create_task(call())
            """.replace("NAME", name),
        )
    for number in range(5):
        community.connectors["echo"].respond(
            json={"number": number}, when=partial(asks_for, str(number))
        )

    def other_release(route: Route) -> None:
        answer = route.fetch(max_retries=3)
        route.fulfill(
            response=answer, body=answer.text().replace('data-release="', 'data-release="other-')
        )

    def prepare(page: Page) -> None:
        page.add_init_script("window.answered = [];")
        page.route("**/widgets/second/index.html", other_release)

    page = community.open("first", "second", prepare=prepare)
    page.widget("first")
    page.widget("second")
    eventually(page, "() => answered.length >= 10")
    assert sorted(page.page.evaluate("() => window.answered")) == sorted(
        f"{name} {number}" for name in ("first", "second") for number in range(5)
    )


def test_a_url_in_the_style_is_the_widgets_own_and_the_style_goes_with_the_widget(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "styled",
        "def init(sdk): sdk.root.innerHTML = '<p>styled</p>'",
        {
            "style.css": "p { color: rgb(1, 2, 3); background: url(dot.svg), url( 'assets/dot.svg' ) }",
            "assets/dot.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
        },
    )
    requests: list[str] = []
    page = community.open(
        "styled",
        prepare=lambda page: page.on("request", lambda request: requests.append(request.url)),
    )
    expect(page.widget("styled").locator("p")).to_have_css("color", "rgb(1, 2, 3)")
    dot = f"{community.url}/widgets/styled/assets/dot.svg"
    until(page, lambda: dot in requests, f"nobody asked for {dot}")
    assert page.host("styled").evaluate(
        """async (host) => {
            const before = host.shadowRoot.adoptedStyleSheets.length;
            host.remove();
            await new Promise((resolve) => setTimeout(resolve));
            return [before, host.shadowRoot.adoptedStyleSheets.length];
        }"""
    ) == [2, 0]  # the loader's own is the other one


def test_mounting_and_destroying_leaves_nothing_behind(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "fleeting",
        """
        import asyncio

        async def init(sdk):
            sdk.root.innerHTML = "<button>Press</button>"
            sdk.on("propsChanged", lambda props: None)
            sdk.on("destroy", lambda: None)
            sdk.listen("click", "button", lambda event: None)
            asyncio.create_task(asyncio.Event().wait())
            await sdk.when_ready()
        """,
    )
    write_widget(
        "counter",
        """
        import gc

        import js
        from pyodide.ffi import create_proxy

        def count():
            gc.collect()
            return len(gc.get_objects())

        async def init(sdk):
            js.window.countObjects = create_proxy(count)
            sdk.root.textContent = "counting"
        """,
    )
    page = community.open("counter")
    page.widget("counter")
    cycle = """async (times) => {
        for (let index = 0; index < times; index++) {
            const host = document.createElement("gs-cc-registry-widget");
            host.dataset.widgetType = "fleeting";
            document.querySelector("main").append(host);
            while (host.dataset.widgetState !== "ready") {
                await new Promise((resolve) => setTimeout(resolve));
            }
            host.remove();
            await new Promise((resolve) => setTimeout(resolve));
        }
        const [[{ runtime }]] = globalThis[Symbol.for("pyodide-widget.interpreters")].values();
        const { interpreter } = await runtime;
        // Python first: what it frees lets go of JavaScript's objects.
        return [window.countObjects(), interpreter._module._hiwire_num_refs()];
    }"""
    page.page.evaluate(cycle, 10)
    before: list[int] = page.page.evaluate(cycle, 10)
    page.page.evaluate(cycle, 30)

    def is_as_before() -> bool:
        after: list[int] = page.page.evaluate(cycle, 0)
        return all(count - earlier < 15 for count, earlier in zip(after, before, strict=True))

    # One left behind by each instance would be 30 more; the last instance may still be on its way out.
    until(page, is_as_before, "mounting and destroying left Python or JavaScript objects behind")
