"""How widgets start on a page, and how they fail: one interpreter for all, and nobody disturbs a neighbour."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Route, expect

from widget_workbench.bundle import runtime
from widget_workbench.testing import Community

from .conftest import EXAMPLES, Probe, WriteWidget, eventually, place, without_store

REPOSITORY = EXAMPLES

SEVEN = (
    "weather",
    "contact_create",
    "contact_update",
    "task_delete",
    "request_headers",
    "client_headers",
    "report",
)


# What a page fetches of the runtime: the names of the files by part.
SHIPPED = {
    part: runtime().manifest.parts[part] for part in runtime().manifest.shipped_parts(snapshot=True)
}


def recorded(urls: list[str]) -> Callable[[Page], None]:
    """Prepares a page so that the addresses of its requests are kept, without their queries."""

    def remember(request: Request) -> None:
        urls.append(request.url.split("?")[0])

    return lambda page: page.on("request", remember)


def test_twenty_instances_of_seven_types_share_one_interpreter(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("broken", "async def init(sdk):\n    raise LookupError('on purpose')\n")
    urls: list[str] = []
    placed = (SEVEN * 3)[:20]
    page = community.open(*placed[:9], "broken", *placed[9:], prepare=recorded(urls))
    alert = page.widget("broken", state="error").get_by_role("alert")
    expect(alert).to_contain_text("LookupError: on purpose")
    for number, widget_type in enumerate(placed):
        page.widget(widget_type, nth=placed[:number].count(widget_type))
    for part, names in SHIPPED.items():
        if part != "late":  # it comes when the page is idle
            for name in names:
                assert sum(url.endswith(f"/{name}") for url in urls) == 1, name
    entries = page.page.evaluate(
        "() => performance.getEntries().map(({name, entryType}) => `${entryType} ${name}`)"
    )
    assert entries.count("measure pyodide-widget:boot") == 1
    for widget_type in SEVEN:
        count = placed.count(widget_type)
        assert entries.count(f"mark pyodide-widget:init:{widget_type}") == count
        assert entries.count(f"measure pyodide-widget:mount:{widget_type}") == count


def test_a_broken_widget_says_so_and_the_others_work(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("sound", 'async def init(sdk): sdk.root.textContent = "All is well."')
    write_widget(
        "broken",
        """
        def divide(a, b):
            return a / b

        async def init(sdk):
            sdk.root.textContent = "Not for long."
            divide(1, 0)
        """,
    )
    page = community.open("sound", "broken", "sound")
    page.console.expect(
        r'Widget "broken" 1\.0\.0 \(build [0-9a-f]{12}\): Traceback[\s\S]*widgets/broken/main\.py", line 3, in divide'
    )
    broken = page.widget("broken", state="error")
    expect(broken.get_by_role("alert")).to_contain_text(
        'The widget "broken" failed: ZeroDivisionError: division by zero'
    )
    expect(broken).not_to_contain_text("Not for long.")
    for nth in range(2):
        expect(page.widget("sound", nth=nth)).to_contain_text("All is well.")
    # The preview shows the traceback, from the author's first line on.
    expect(page.page.get_by_text("in divide")).to_be_visible()
    expect(page.page.get_by_text("/widget/_instance.py")).to_have_count(0)


def test_a_failed_call_is_traced_to_the_authors_line_and_not_into_the_library(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "caller",
        """
        async def init(sdk):
            await sdk.connectors.execute("no-such-connector")
        """,
    )
    community.connectors["no-such-connector"].leave_real()
    page = community.open("caller")
    page.console.expect(
        r'^Widget "caller" 1\.0\.0 \(build [0-9a-f]{12}\): Traceback \(most recent call last\):\n'
        r'  File "widgets/caller/main\.py", line 3, in init\n'
        r'    await sdk\.connectors\.execute\("no-such-connector"\)\n'
        r"widget\.ConnectorNotFoundError: GET no-such-connector failed: "
    )
    expect(page.widget("caller", state="error").get_by_role("alert")).to_contain_text(
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
        (
            "missing_module",
            "import no_such_module",
            "No module named 'no_such_module'; for a package main",
        ),
        ("wrong_signature", "def init(): pass", "takes 0 positional arguments"),
        ("exits", "import sys\nasync def init(sdk): sys.exit(1)", "SystemExit: 1"),
        ("exits_at_import", "raise KeyboardInterrupt", "KeyboardInterrupt"),
        (
            "cancelled",
            "import asyncio\nasync def init(sdk): asyncio.current_task().cancel(); await asyncio.sleep(0)",
            "init was cancelled, by itself or by what it awaited; catch asyncio.CancelledError around a task that you",
        ),
    ],
)
def test_what_is_wrong_with_main_is_said_on_the_widget(
    community: Community, write_widget: WriteWidget, name: str, main: str, message: str
) -> None:
    write_widget(name, main, {"sibling.py": "VALUE = 1\n"})
    page = community.open(name)
    page.console.expect(f'Widget "{name}" ')
    alert = page.widget(name, state="error").get_by_role("alert")
    assert re.search(message, alert.inner_text())


def test_a_call_that_nobody_awaits_is_told(community: Community, write_widget: WriteWidget) -> None:
    write_widget("forgets", "async def init(sdk):\n    sdk.connectors.get('items')\n")
    page = community.open("forgets")
    page.console.expect(
        r"^Connectors\.get\(…\) was called without await, and so has not run: write await before it$"
    )
    page.widget("forgets")


GUIDED = [
    ("import time; time.sleep(2)", "await asyncio.sleep(2)"),
    (
        "import threading; threading.Thread(target=print).start()",
        "has no threads; for things that wait use asyncio (sdk.create_task(…), asyncio.gather), and split long "
        "computations with await sdk.yield_()",
    ),
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
    probe: Probe, source: str, sentence: str
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


def test_what_the_guidance_patches_still_works_otherwise(probe: Probe) -> None:
    assert probe.python(
        """
import inspect, socket, urllib.request, urllib.parse, time
request = urllib.request.Request("https://example.com/a?b=c")
takes = inspect.signature(urllib.request.Request).parameters
result = [request.host, "url" in takes, socket.AF_INET > 0, time.time() > 0]
"""
    ) == ["example.com", True, True, True]


def test_init_twice_with_one_sdk_mounts_once(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
        "counted",
        """
        import js

        async def init(sdk):
            js.window.inits = (getattr(js.window, "inits", None) or 0) + 1
            sdk.root.append("mounted ")
        """,
    )
    page = community.open("counted")
    widget = page.widget("counted")
    page.page.evaluate(
        """async () => {
            const host = document.querySelector("gs-cc-registry-widget");
            const { init } = await import(host.shadowRoot.querySelector("script").src);
            const sdk = window.community.sdkOf(host);
            await Promise.all([init(sdk), init(sdk)]);
        }"""
    )
    assert page.page.evaluate("() => window.inits") == 1
    expect(widget).to_contain_text("mounted")


def test_two_widgets_modules_of_one_name_do_not_meet(
    community: Community, write_widget: WriteWidget
) -> None:
    for name in ("one", "two"):
        write_widget(
            name,
            """
            from .words import WORD
            from .json import loads

            async def init(sdk):
                sdk.root.textContent = f"{WORD} {loads()}"
            """,
            {
                "words.py": f"WORD = 'word of {name}'\n",
                "json.py": f"def loads(): return 'json of {name}'\n",
            },
        )
    write_widget("my-widget", "def init(sdk): sdk.root.textContent = 'a def, and an odd name'")
    page = community.open("one", "two", "my-widget")
    expect(page.widget("one")).to_contain_text("word of one json of one")
    expect(page.widget("two")).to_contain_text("word of two json of two")
    expect(page.widget("my-widget")).to_contain_text("a def, and an odd name")


def test_what_handlers_and_tasks_raise_is_printed_and_emitted_and_the_widget_lives(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
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
    page = community.open(
        "clumsy", prepare=lambda page: page.add_init_script("window.emitted = [];")
    )
    page.console.expect("in a def", "in an async def", "in a task")
    widget = page.widget("clumsy")
    widget.get_by_role("button").click()
    eventually(page, "() => emitted.length === 4")
    emitted: list[str] = page.page.evaluate("() => window.emitted")
    assert sorted(message.split("failed: ")[1] for message in emitted) == [
        "KeyError: 'in a def'",
        "LookupError: in an async def",
        "OSError: in a task",
        "OSError: in a task",
    ]
    expect(widget).to_contain_text("still here")
    expect(page.host("clumsy")).to_have_attribute("data-widget-state", "ready")


def test_what_an_error_handler_raises_and_what_its_tasks_raise_ends_there(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget(
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
    page = community.open(
        "recursive", prepare=lambda page: page.add_init_script("window.heard = [];")
    )
    page.console.expect("ZeroDivisionError", "in a task of the error handler")
    page.widget("recursive").get_by_role("button").click()
    eventually(page, "() => heard.length > 0")
    # Long enough for every further turn that a loop would take.
    page.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 100))")
    assert page.page.evaluate("() => window.heard") == ["first"]
    printed = [message.text for message in page.console.messages]
    assert sum("in a task of the error handler" in text for text in printed) == 2
    assert sum("ZeroDivisionError" in text for text in printed) == 1


def test_a_page_without_webassembly_names_the_directive(community: Community) -> None:
    urls: list[str] = []
    page = community.open("weather", csp="nowasm", prepare=recorded(urls))
    page.console.expect("script-src 'wasm-unsafe-eval'")
    alert = page.widget("weather", state="error").get_by_role("alert")
    expect(alert).to_contain_text("script-src 'wasm-unsafe-eval'")
    assert not any(url.endswith("/pyodide.asm.wasm") for url in urls)


# What Chromium says when the system gives it no memory, until somebody has closed other pages.
LITTLE_MEMORY = """
const {{ {name} }} = WebAssembly;
WebAssembly.{name} = async (source) => {{
    // A stream that nobody reads keeps its file waiting.
    await source.arrayBuffer?.();
    throw new RangeError("WebAssembly.{name}(): Out of memory: Cannot allocate Wasm memory");
}};
window.closeOthers = () => {{ WebAssembly.{name} = {name}; }};
"""


@pytest.mark.parametrize("name", ["instantiate", "compileStreaming"])
def test_a_device_with_too_little_memory_says_so_and_may_try_again(
    community: Community, name: str
) -> None:
    script = LITTLE_MEMORY.format(name=name)
    page = community.open("weather", prepare=lambda page: page.add_init_script(script))
    page.console.expect("too little memory left for Python")
    panel = page.widget("weather", state="error")
    expect(panel.get_by_role("alert")).to_have_text(
        "This device has too little memory left for Python, which begins with 32 MB. Close other pages, and try again."
    )
    page.page.evaluate("() => closeOthers()")
    panel.get_by_role("button", name="Try again").click()
    page.widget("weather")


UNHANDLED = """
window.unhandled = [];
window.addEventListener("unhandledrejection", ({ reason }) => unhandled.push(String(reason)));
"""


def test_when_the_network_is_gone_the_host_page_hears_of_nothing_but_the_event(
    community: Community,
) -> None:
    def prepare(page: Page) -> None:
        without_store(page)
        page.add_init_script(UNHANDLED)
        page.route(re.compile(r"\.(bin|mjs)$"), unreachable)

    page = community.open("weather", prepare=prepare)
    page.console.expect("ERR_FAILED", "does not load as a module")
    alert = page.widget("weather", state="error").get_by_role("alert")
    # A policy that forbids the address looks the same.
    expect(alert).to_contain_text(
        "Is there a network, and does the page's Content-Security-Policy allow the address? If so, publish the "
        "widget's files again, complete."
    )
    # A browser tells of it in a task of its own.
    page.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 100))")
    assert page.page.evaluate("() => unhandled") == []


def test_a_page_without_the_hosts_sdk_says_so(community: Community) -> None:
    page = community.open(
        "weather",
        sdk="legacy",
        prepare=lambda page: page.add_init_script(
            "Object.defineProperty(window, 'WidgetServiceSDK', { get: () => undefined, set: () => {} });"
        ),
    )
    page.console.expect("neither sdk.connectors nor window.WidgetServiceSDK")
    alert = page.widget("weather", state="error").get_by_role("alert")
    expect(alert).to_contain_text("not a Customer Community page")


# Of a part of several files, the last.
RUNTIME_FILES = [names[-1] for part, names in SHIPPED.items() if part != "late"]


def missing(route: Route) -> None:
    route.fulfill(status=404, body="not here")


def forbidden(route: Route) -> None:
    route.fulfill(status=403, body="not for you")


def cut_short(route: Route) -> None:
    answer = route.fetch(max_retries=3)
    body = answer.body()
    route.fulfill(response=answer, body=body[: len(body) // 2])


def unreachable(route: Route) -> None:
    route.abort()


@pytest.mark.parametrize("file", [*RUNTIME_FILES, "bundle.json", "main.py"])
@pytest.mark.parametrize(
    ("spoil", "notes"),
    [(missing, ["status of 404"]), (cut_short, []), (unreachable, ["ERR_FAILED"])],
    ids=["missing", "cut_short", "unreachable"],
)
def test_a_bad_file_is_named_and_the_next_instance_tries_again(
    community: Community, file: str, spoil: Callable[[Route], None], notes: list[str]
) -> None:
    def prepare(page: Page) -> None:
        without_store(page)
        page.route(f"**/{file}", spoil)

    page = community.open("weather", prepare=prepare)
    page.console.expect(rf'Widget "weather" [\s\S]*{file}', *notes)
    alert = page.widget("weather", state="error").get_by_role("alert")
    expect(alert).to_contain_text(file)
    page.page.unroute(f"**/{file}")
    place(page, "weather")
    page.widget("weather", nth=1)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (missing, "main.py is missing: the server answered 404 ("),
        (missing, "). Publish the widget's files again, complete."),
        (forbidden, "main.py was not given: the server answered 403 ("),
        (forbidden, "). Try again later, or ask who serves this address."),
    ],
)
def test_a_file_that_is_not_given_is_not_called_missing(
    community: Community, spoil: Callable[[Route], None], sentence: str
) -> None:
    page = community.open("weather", prepare=lambda page: page.route("**/main.py", spoil))
    page.console.expect("main.py", "status of 40[34]")
    expect(page.widget("weather", state="error").get_by_role("alert")).to_contain_text(sentence)
