"""How widgets start, fail and end on a page: one interpreter, and nobody disturbs a neighbour."""

from __future__ import annotations

import re
import shutil
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from .conftest import READY_MS, REPOSITORIES, CommunityPage, Console, Open, eventually

EXAMPLES = (
    "weather",
    "contact_create",
    "contact_update",
    "task_delete",
    "request_headers",
    "client_headers",
    "report",
)

WriteWidget = Callable[..., Path]


@pytest.fixture(scope="module")
def write_widget(tmp_path_factory: pytest.TempPathFactory) -> WriteWidget:
    """Adds a Python widget to a repository of this module's own: its main.py, and further files by name."""
    root = tmp_path_factory.mktemp("repository")

    def write(widget_type: str, main: str, **files: str) -> Path:
        directory = root / "widgets" / widget_type
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "widget.json").write_text(f'{{"title": "{widget_type}", "category": "Tests"}}')
        (directory / "main.py").write_text(textwrap.dedent(main))
        for name, content in files.items():
            (directory / name.replace("__", ".")).write_text(textwrap.dedent(content))
        return root

    return write


def recorded(requests: list[str]) -> Callable[[Page], None]:
    """Prepares a page so that the file names of its requests are kept."""

    def remember(request: Request) -> None:
        requests.append(request.url.split("?")[0].rsplit("/", 1)[1])

    return lambda page: page.on("request", remember)


def test_twenty_instances_of_seven_types_share_one_interpreter(
    community: Open, console: Console, tmp_path: Path
) -> None:
    shutil.copytree(REPOSITORIES["examples"], tmp_path, dirs_exist_ok=True)
    broken = tmp_path / "widgets" / "broken"
    broken.mkdir()
    (broken / "widget.json").write_text('{"title": "Broken", "category": "Tests"}')
    (broken / "main.py").write_text("async def init(sdk):\n    raise LookupError('on purpose')\n")
    console.announce('Widget "broken": Traceback')
    requests: list[str] = []
    placed = (EXAMPLES * 3)[:20]
    opened = community(tmp_path, *placed[:9], "broken", *placed[9:], prepare=recorded(requests))
    expect(opened.page.locator("[data-widget-state=ready]")).to_have_count(20, timeout=READY_MS)
    expect(opened.host("broken").get_by_role("alert")).to_contain_text("LookupError: on purpose")
    for name in ("pyodide.asm.wasm", "pyodide.asm.mjs", "python_stdlib.zip", "widget.zip"):
        assert requests.count(name) == 1, name
    entries = opened.page.evaluate(
        "() => performance.getEntries().map(({name, entryType}) => `${entryType} ${name}`)"
    )
    assert entries.count("measure pyodide-widget:boot") == 1
    for widget_type in EXAMPLES:
        count = placed.count(widget_type)
        assert entries.count(f"mark pyodide-widget:init:{widget_type}") == count
        assert entries.count(f"measure pyodide-widget:mount:{widget_type}") == count


def test_a_broken_widget_says_so_and_the_others_work(
    community: Open, console: Console, write_widget: WriteWidget
) -> None:
    write_widget(
        "sound",
        """
        async def init(sdk):
            sdk.root.textContent = "All is well."
        """,
    )
    root = write_widget(
        "broken",
        """
        def divide(a, b):
            return a / b

        async def init(sdk):
            sdk.root.textContent = "Not for long."
            divide(1, 0)
        """,
    )
    console.announce(
        r'Widget "broken": Traceback[\s\S]*widgets/broken/main\.py", line 3, in divide'
    )
    opened = community(root, "sound", "broken", "sound")
    opened.page.evaluate("() => { window.sdkErrors = []; }")
    broken = opened.widget("broken", state="error")
    alert = broken.get_by_role("alert")
    expect(alert).to_contain_text('The widget "broken" failed: ZeroDivisionError: division by zero')
    expect(broken).not_to_contain_text("Not for long.")
    for index in range(2):
        sound = opened.host("sound").nth(index)
        expect(sound).to_have_attribute("data-widget-state", "ready", timeout=READY_MS)
        expect(sound).to_contain_text("All is well.")
    # The preview shows the traceback, from the author's first line on.
    expect(opened.page.get_by_text("in divide")).to_be_visible()
    expect(opened.page.get_by_text("/widget/_instance.py")).to_have_count(0)


def test_a_failed_call_is_traced_to_the_authors_line_and_not_into_the_library(
    community: Open, console: Console, write_widget: WriteWidget
) -> None:
    root = write_widget(
        "caller",
        """
        async def init(sdk):
            await sdk.connectors.execute("no-such-connector")
        """,
    )
    console.announce(
        r'^Widget "caller": Traceback \(most recent call last\):\n'
        r'  File "widgets/caller/main\.py", line 3, in init\n'
        r'    await sdk\.connectors\.execute\("no-such-connector"\)\n'
        r"widget\.ConnectorNotFoundError: GET no-such-connector failed: ",
        "status of 404",
    )
    host = community(root, "caller").widget("caller", state="error")
    expect(host.get_by_role("alert")).to_contain_text(
        "ConnectorNotFoundError: GET no-such-connector"
    )


@pytest.mark.parametrize(
    ("name", "main", "message"),
    [
        ("no_init", "def start(sdk): pass", "main.py has no function init"),
        ("init_is_data", "init = 7", "main.py has no function init"),
        ("syntax", "async def init(sdk:\n    pass\n", r"main\.py"),
        (
            "import_requests",
            "import requests",
            r"requests does not work in a browser; call a connector",
        ),
        (
            "absolute_import",
            "import sibling\n",
            "there is no module sibling; the widget's own is imported relatively: from .sibling import",
        ),
        ("missing_module", "import no_such_module", "No module named 'no_such_module'"),
        ("wrong_signature", "def init(): pass", "takes 0 positional arguments"),
        ("exits", "import sys\nasync def init(sdk): sys.exit(1)", "SystemExit: 1"),
        ("exits_at_import", "raise KeyboardInterrupt", "KeyboardInterrupt"),
        (
            "cancelled",
            "import asyncio\nasync def init(sdk): asyncio.current_task().cancel(); await asyncio.sleep(0)",
            "init was cancelled",
        ),
    ],
)
def test_what_is_wrong_with_main_is_said_on_the_widget(
    community: Open,
    console: Console,
    write_widget: WriteWidget,
    name: str,
    main: str,
    message: str,
) -> None:
    root = write_widget(name, main, sibling__py="VALUE = 1\n")
    console.announce(f'Widget "{name}": ')
    opened = community(root, name)
    host = opened.widget(name, state="error")
    assert re.search(message, host.get_by_role("alert").inner_text())


GUIDED = [
    ("import time; time.sleep(2)", "await asyncio.sleep(2)"),
    ("import threading; threading.Thread(target=print).start()", "has no threads"),
    (
        "from concurrent.futures import ThreadPoolExecutor; ThreadPoolExecutor().submit(print)",
        "has no threads",
    ),
    ("import socket; socket.create_connection(('example.com', 80))", "call a connector"),
    ("import socket; socket.socket().connect(('example.com', 80))", "call a connector"),
    ("import urllib.request; urllib.request.urlopen('https://example.com')", "call a connector"),
    ("from urllib.request import urlopen; urlopen('http://example.com')", "call a connector"),
    (
        "import http.client; http.client.HTTPConnection('example.com').request('GET', '/')",
        "call a connector",
    ),
    ("import _thread; _thread.start_new_thread(print, ())", "has no threads"),
    ("await asyncio.to_thread(print)", "has no threads"),
    ("import requests", "call a connector"),
    ("import httpx", "call a connector"),
    ("import aiohttp", "call a connector"),
]


@pytest.mark.parametrize(("source", "sentence"), GUIDED)
def test_what_cannot_work_in_a_browser_says_what_does(
    probe: CommunityPage, source: str, sentence: str
) -> None:
    raised = probe.python(
        f"""
try:
    {source}
except Exception as error:
    result = str(error)
"""
    )
    assert sentence in raised


def test_what_the_guidance_patches_still_works_otherwise(probe: CommunityPage) -> None:
    assert probe.python(
        """
import inspect, linecache, socket, urllib.request, urllib.parse, time
request = urllib.request.Request("https://example.com/a?b=c")
result = [request.host, "class Request" in inspect.getsource(urllib.request), socket.AF_INET > 0, time.time() > 0]
"""
    ) == ["example.com", True, True, True]


def test_init_twice_with_one_sdk_mounts_once(
    community: Open, write_widget: WriteWidget, console: Console
) -> None:
    root = write_widget(
        "counted",
        """
        import js

        async def init(sdk):
            js.window.inits = (getattr(js.window, "inits", None) or 0) + 1
            sdk.root.append("mounted ")
        """,
    )
    opened = community(root, "counted")
    host = opened.widget("counted")
    opened.page.evaluate(
        """async () => {
            const host = document.querySelector("gs-cc-registry-widget");
            const { init } = await import(host.shadowRoot.querySelector("script").src);
            const sdk = window.community.sdkOf(host);
            await Promise.all([init(sdk), init(sdk)]);
        }"""
    )
    assert opened.page.evaluate("() => window.inits") == 1
    expect(host).to_contain_text("mounted")


class Held:
    """The first answer for a URL pattern, held back until it is released."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._waiting: list[Route] = []

    def prepare(self, page: Page) -> None:
        page.route(self._pattern, self._hold, times=1)

    def _hold(self, route: Route) -> None:
        self._waiting.append(route)

    def arrived(self, page: Page) -> None:
        """Waits until the page has asked for it."""
        deadline = time.monotonic() + 15
        while not self._waiting:  # each turn lets Playwright hand over what has come
            assert time.monotonic() < deadline, f"nobody asked for {self._pattern}"
            page.evaluate("() => new Promise(requestAnimationFrame)")

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
    community: Open, write_widget: WriteWidget, console: Console
) -> None:
    root = write_widget("late", LATE_WRITE)
    write_widget("sound", 'async def init(sdk): sdk.root.textContent = "All is well."')
    library = Held("**/python_stdlib.zip")
    opened = community(root, "late", prepare=library.prepare)
    library.arrived(opened.page)
    expect(opened.host("late")).to_have_attribute("data-widget-state", "loading")
    opened.page.evaluate("() => document.querySelector('gs-cc-registry-widget').remove()")
    library.release()
    # The page's interpreter is there all the same, for whoever comes next.
    place(opened, "sound")
    expect(opened.widget("sound")).to_contain_text("All is well.")
    assert opened.page.evaluate("() => window.root === undefined")


def test_destroy_while_a_call_is_in_flight(
    community: Open, write_widget: WriteWidget, console: Console
) -> None:
    root = write_widget("late", LATE_WRITE)
    call = Held("**/connectors/never/**")
    opened = community(root, "late", prepare=call.prepare)
    expect(opened.host("late")).to_contain_text("before", timeout=READY_MS)
    # The connector is unknown, which the browser notes when the answer comes.
    console.announce("404")
    opened.page.evaluate("() => document.querySelector('gs-cc-registry-widget').remove()")
    eventually(opened.page, "() => window.ended === true")
    with opened.page.expect_request_finished(lambda request: "never" in request.url):
        call.release()
    assert opened.page.evaluate("() => window.root.textContent") == "before"


def place(opened: CommunityPage, widget_type: str) -> None:
    """Adds one more instance to the page."""
    opened.page.evaluate(
        """(type) => {
            const host = document.createElement("gs-cc-registry-widget");
            host.dataset.widgetType = type;
            document.querySelector("main").append(host);
        }""",
        widget_type,
    )


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
    community: Open, write_widget: WriteWidget, console: Console
) -> None:
    root = write_widget("owner", OWNER)
    opened = community(root, "owner", prepare=lambda page: page.add_init_script("window.log = [];"))
    opened.widget("owner").get_by_role("button").click()
    eventually(opened.page, "() => log.includes('forgotten') && log.includes('owned')")
    opened.page.evaluate(
        """() => {
            window.gone = document.querySelector("gs-cc-registry-widget");
            window.button = gone.shadowRoot.querySelector("button");
            window.goneSdk = window.community.sdkOf(gone);
            gone.remove();
        }"""
    )
    eventually(opened.page, "() => log.includes('farewell done')")
    log: list[str] = opened.page.evaluate("() => window.log")
    assert log.count("forgotten ended") == log.count("owned ended") == log.count("farewell") == 1
    assert log.count("click") == 1
    opened.page.evaluate(
        "() => { window.log.length = 0; button.click(); goneSdk.setProps({a: 1}); }"
    )
    # Two turns of forever's interval later, nothing has happened.
    opened.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 50))")
    assert opened.page.evaluate("() => window.log") == []


def test_what_handlers_and_tasks_raise_is_printed_and_emitted_and_the_widget_lives(
    community: Open, write_widget: WriteWidget, console: Console
) -> None:
    root = write_widget(
        "clumsy",
        """
        import asyncio
        import js

        async def init(sdk):
            sdk.root.innerHTML = "<button>Press</button><i></i>"
            sdk.on("error", lambda event: js.window.emitted.push(event["message"]))

            def pressed(event):
                raise KeyError("in a def")

            async def pressed_async(event):
                await asyncio.sleep(0)
                raise LookupError("in an async def")

            async def task():
                raise OSError("in a task")

            sdk.listen("click", "button", pressed)
            sdk.listen("click", "button", pressed_async)
            sdk.listen("click", "button", lambda: sdk.create_task(task()))
            sdk.listen("click", "button", lambda: asyncio.create_task(task()))
            sdk.listen("click", "button", lambda: sdk.query("i").append("still here"))
        """,
    )
    console.announce("in a def", "in an async def", "in a task")
    opened = community(
        root, "clumsy", prepare=lambda page: page.add_init_script("window.emitted = [];")
    )
    host = opened.widget("clumsy")
    host.get_by_role("button").click()
    eventually(opened.page, "() => emitted.length === 4")
    emitted: list[str] = opened.page.evaluate("() => window.emitted")
    assert sorted(message.split("failed: ")[1] for message in emitted) == [
        "KeyError: 'in a def'",
        "LookupError: in an async def",
        "OSError: in a task",
        "OSError: in a task",
    ]
    expect(host).to_contain_text("still here")
    expect(host).to_have_attribute("data-widget-state", "ready")


def test_what_an_error_handler_raises_and_what_its_tasks_raise_ends_there(
    community: Open, write_widget: WriteWidget, console: Console
) -> None:
    root = write_widget(
        "recursive",
        """
        import asyncio
        import js

        async def init(sdk):
            sdk.root.innerHTML = "<button>Press</button>"

            async def tell(event):
                await asyncio.sleep(0)
                raise LookupError("in a task of the error handler")

            def raise_too(event):
                js.window.heard.push(event["message"])
                sdk.create_task(tell(event))
                asyncio.create_task(tell(event))
                1 / 0

            sdk.on("error", raise_too)
            sdk.listen("click", "button", lambda: sdk.emit("error", {"message": "first"}))
        """,
    )
    console.announce("ZeroDivisionError", "in a task of the error handler")
    opened = community(
        root, "recursive", prepare=lambda page: page.add_init_script("window.heard = [];")
    )
    opened.widget("recursive").get_by_role("button").click()
    eventually(opened.page, "() => heard.length > 0")
    # Long enough for every further turn that a loop would take.
    opened.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 100))")
    assert opened.page.evaluate("() => window.heard") == ["first"]
    assert sum("in a task of the error handler" in text for _, text in console.printed) == 2
    assert sum("ZeroDivisionError" in text for _, text in console.printed) == 1


def test_tidying_up_after_the_widget_has_gone_does_no_harm(
    community: Open, write_widget: WriteWidget, console: Console
) -> None:
    root = write_widget(
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
    opened = community(root, "tidy", prepare=call.prepare)
    opened.widget("tidy").get_by_role("button").click()
    call.arrived(opened.page)
    opened.page.evaluate("() => document.querySelector('gs-cc-registry-widget').remove()")
    eventually(opened.page, "() => window.tidied === true")
    console.announce("404")
    with opened.page.expect_request_finished(lambda request: "never" in request.url):
        call.release()


def test_a_widget_that_ends_itself_ends_the_task_that_did_it(
    community: Open, write_widget: WriteWidget, console: Console
) -> None:
    root = write_widget(
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
    opened = community(root, "suicidal")
    opened.widget("suicidal")
    eventually(opened.page, "() => window.polls >= 3")
    opened.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 50))")
    assert opened.page.evaluate("() => window.polls") == 3


def test_a_listener_that_another_has_ended_is_not_called(
    community: Open, write_widget: WriteWidget, console: Console
) -> None:
    root = write_widget(
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
    opened = community(
        root, "two_listeners", prepare=lambda page: page.add_init_script("window.called = [];")
    )
    opened.widget("two_listeners").get_by_role("button").click()
    assert opened.page.evaluate("() => window.called") == ["a", "b"]


def test_two_releases_on_one_page_answer_their_own_widgets(
    community: Open, write_widget: WriteWidget, console: Console
) -> None:
    for name in ("first", "second"):
        root = write_widget(
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

    def prepare(page: Page) -> None:
        page.add_init_script("window.answered = [];")
        page.route(
            "**/connectors/echo/**",
            lambda route: route.fulfill(
                json={"number": int(route.request.url.rsplit("=", 1)[1])},
            ),
        )
        page.route("**/widgets/second/index.html", other_release)

    def other_release(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer, body=answer.text().replace('data-release="', 'data-release="other-')
        )

    opened = community(root, "first", "second", prepare=prepare)
    opened.widget("first")
    opened.widget("second")
    eventually(opened.page, "() => answered.length >= 10")
    assert sorted(opened.page.evaluate("() => window.answered")) == sorted(
        f"{name} {number}" for name in ("first", "second") for number in range(5)
    )


def test_a_url_in_the_style_is_the_widgets_own_and_the_style_goes_with_the_widget(
    community: Open, write_widget: WriteWidget, console: Console
) -> None:
    root = write_widget(
        "styled",
        "def init(sdk): sdk.root.innerHTML = '<p>styled</p>'",
        style__css="p { color: rgb(1, 2, 3); background: url(dot.svg), url( 'assets/dot.svg' ) }",
    )
    assets = root / "widgets" / "styled" / "assets"
    assets.mkdir()
    (assets / "dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    requests: list[str] = []
    opened = community(
        root, "styled", prepare=lambda page: page.on("request", lambda r: requests.append(r.url))
    )
    host = opened.widget("styled")
    expect(host.locator("p")).to_have_css("color", "rgb(1, 2, 3)")
    eventually(
        opened.page,
        "() => performance.getEntriesByType('resource').some(({name}) => name.endsWith('dot.svg'))",
    )
    assert any(url.endswith("/widgets/styled/assets/dot.svg") for url in requests)
    assert host.evaluate(
        """async (host) => {
                const before = host.shadowRoot.adoptedStyleSheets.length;
                host.remove();
                await new Promise((resolve) => setTimeout(resolve));
                return [before, host.shadowRoot.adoptedStyleSheets.length];
            }"""
    ) == [1, 0]


def test_a_page_without_webassembly_names_the_directive(community: Open, console: Console) -> None:
    requests: list[str] = []
    console.announce("script-src 'wasm-unsafe-eval'")
    opened = community("examples", "weather", csp="nowasm", prepare=recorded(requests))
    host = opened.widget("weather", state="error")
    expect(host.get_by_role("alert")).to_contain_text("script-src 'wasm-unsafe-eval'")
    assert "pyodide.asm.wasm" not in requests


def test_a_page_without_the_hosts_sdk_says_so(community: Open, console: Console) -> None:
    console.announce("neither sdk.connectors nor window.WidgetServiceSDK")
    opened = community(
        "examples",
        "weather",
        sdk="legacy",
        prepare=lambda page: page.add_init_script(
            "Object.defineProperty(window, 'WidgetServiceSDK', { get: () => undefined, set: () => {} });"
        ),
    )
    host = opened.widget("weather", state="error")
    expect(host.get_by_role("alert")).to_contain_text("not a Customer Community page")


def spoiled(pattern: str, spoil: Callable[[Route], None]) -> Callable[[Page], None]:
    def prepare(page: Page) -> None:
        page.route(pattern, spoil)

    return prepare


def missing(route: Route) -> None:
    route.fulfill(status=404, body="not here")


def cut_short(route: Route) -> None:
    answer = route.fetch()
    body = answer.body()
    route.fulfill(response=answer, body=body[: len(body) // 2])


def unreachable(route: Route) -> None:
    route.abort()


@pytest.mark.parametrize(
    "file", ["pyodide.asm.wasm", "pyodide.asm.mjs", "python_stdlib.zip", "widget.zip", "main.py"]
)
@pytest.mark.parametrize("spoil", [missing, cut_short, unreachable])
def test_a_bad_file_is_named_and_the_next_instance_tries_again(
    community: Open, console: Console, file: str, spoil: Callable[[Route], None]
) -> None:
    console.announce(rf'Widget "weather": [\s\S]*{file}')
    if spoil is missing:
        console.announce("status of 404")
    if spoil is unreachable:
        console.announce("ERR_FAILED")
    opened = community("examples", "weather", prepare=spoiled(f"**/{file}", spoil))
    host = opened.widget("weather", state="error")
    expect(host.get_by_role("alert")).to_contain_text(file)
    opened.page.unroute(f"**/{file}")
    place(opened, "weather")
    expect(opened.host("weather").nth(1)).to_have_attribute(
        "data-widget-state", "ready", timeout=READY_MS
    )


def test_two_widgets_modules_of_one_name_do_not_meet(
    community: Open, write_widget: WriteWidget, console: Console
) -> None:
    for name in ("one", "two"):
        root = write_widget(
            name,
            """
            from .words import WORD
            from .json import loads

            async def init(sdk):
                sdk.root.textContent = f"{WORD} {loads()}"
            """,
            words__py=f"WORD = 'word of {name}'\n",
            json__py=f"def loads(): return 'json of {name}'\n",
        )
    root = write_widget(
        "my-widget", "def init(sdk): sdk.root.textContent = 'a def, and an odd name'"
    )
    opened = community(root, "one", "two", "my-widget")
    expect(opened.widget("one")).to_contain_text("word of one json of one")
    expect(opened.widget("two")).to_contain_text("word of two json of two")
    expect(opened.widget("my-widget")).to_contain_text("a def, and an odd name")


def test_mounting_and_destroying_leaves_nothing_behind(
    community: Open, write_widget: WriteWidget, console: Console
) -> None:
    root = write_widget(
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
    opened = community(root, "counter")
    opened.widget("counter")
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
        const [{ runtime }] = globalThis[Symbol.for("pyodide-widget.interpreters")].values();
        const { interpreter } = await runtime;
        // Python first: what it frees lets go of JavaScript's objects.
        return [window.countObjects(), interpreter._module._hiwire_num_refs()];
    }"""
    opened.page.evaluate(cycle, 10)
    before: list[int] = opened.page.evaluate(cycle, 10)
    after: list[int] = opened.page.evaluate(cycle, 30)
    # One left behind by each instance would be 30 more.
    python_objects, javascript_references = (b - a for a, b in zip(before, after, strict=True))
    assert python_objects < 15
    assert javascript_references < 15
