"""Connector calls that are made while Python still loads: who gets their answers, and who does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from widget_workbench.testing import Community, CommunityPage

from .conftest import WriteWidget, eventually, until
from .prerendered_entry import prerendered

# What `init` waits for until a test opens it, and what a widget writes down.
GATE_AND_LOG = """
window.log = [];
window.gate = new Promise((resolve) => { window.openGate = resolve; });
window.unhandled = [];
window.addEventListener("unhandledrejection", ({ reason }) => unhandled.push(String(reason)));
"""

# Of every widget here: `log` writes JSON down, `outcome` says what became of a call.
PRELUDE = """
import json
import js
from widget import ConnectorError, WidgetServiceSDK

def log(value):
    js.window.log.push(json.dumps(value))

async def outcome(call):
    try:
        return await call
    except ConnectorError as error:
        told = {name: value for name, value in vars(error).items() if isinstance(value, str | int)}
        return [type(error).__name__, str(error), told]
"""

GET: dict[str, Any] = {
    "client": None,
    "options": {"permalink": "one", "method": "GET"},
    "props": [],
}


class Called:
    """A page with a widget whose entry lists calls, and whose `init` waits for a gate."""

    def __init__(
        self,
        community: Community,
        write_widget: WriteWidget,
        type: str,
        main: str,
        calls: list[dict[str, Any]],
        *,
        count: int = 1,
        **options: Any,
    ) -> None:
        write_widget(type, PRELUDE + main)
        self.type = type
        self.community = community

        def prepare(page: Page) -> None:
            page.add_init_script(GATE_AND_LOG)
            prerendered(type, None, calls=calls)(page)

        self.opened: CommunityPage = community.open(*[type] * count, prepare=prepare, **options)

    def called(self, permalink: str, count: int) -> None:
        """Waits for so many calls."""
        connector = self.community.connectors[permalink]
        until(self.opened, lambda: len(connector.calls) >= count, f"{count} calls of {permalink}")
        assert len(connector.calls) == count

    def go_on(self, state: Any = "ready", count: int = 1) -> list[Any]:
        """Opens the gate; returns what was written down."""
        self.opened.page.evaluate("() => window.openGate()")
        for nth in range(count):
            self.opened.widget(self.type, nth=nth, state=state)
        return self.log()

    def log(self) -> list[Any]:
        assert self.opened.page.evaluate("() => window.unhandled") == []
        return [json.loads(text) for text in self.opened.page.evaluate("() => window.log")]

    def after_init(self) -> list[Any]:
        """Lets the widget do what it does when its properties change; returns what that wrote down."""
        before = len(self.log())
        self.opened.set_props(self.type, {"again": True})
        eventually(self.opened, f"() => log.length > {before}")
        return self.log()[before:]


ONCE = """
async def init(sdk):
    await js.window.gate
    log(await outcome(sdk.connectors.get("one")))
    sdk.on("propsChanged", again)
    global connectors
    connectors = sdk.connectors

async def again():
    log(await outcome(connectors.get("one")))
"""


def test_the_answer_is_there_before_python_asks_and_is_given_once(
    community: Community, write_widget: WriteWidget
) -> None:
    answers = [{"json": {"a": [1, None, "é"]}}, {"json": "another"}]
    community.connectors["one"].respond(sequence=answers)  # type: ignore[arg-type]
    page = Called(community, write_widget, "answered", ONCE, [GET])
    page.called("one", 1)
    assert page.go_on() == [{"a": [1, None, "é"]}]
    page.called("one", 1)
    assert page.after_init() == ["another"]
    page.called("one", 2)


def hold(held: list[Route]) -> Callable[[Route], None]:
    """Keeps requests, to be answered later."""
    return lambda route: held.append(route)  # noqa: PLW0108  # Playwright cannot take list.append


def test_the_calls_are_out_before_the_widgets_own_files_are_there(
    community: Community, write_widget: WriteWidget
) -> None:
    community.connectors["one"].respond(json=1)
    held: list[Route] = []

    write_widget("early", PRELUDE + ONCE)

    def prepare(page: Page) -> None:
        page.add_init_script(GATE_AND_LOG)
        prerendered("early", None, calls=[GET])(page)
        page.route("**/widgets/early/main.py", hold(held))
        page.route("**/bundle.json", hold(held))

    opened = community.open("early", prepare=prepare)
    until(opened, lambda: len(community.connectors["one"].calls) == 1, "a call of one")
    until(opened, lambda: len(held) > 0, "the widget's files are asked for")
    opened.page.evaluate("() => window.openGate()")
    opened.page.unroute("**/bundle.json")
    opened.page.unroute("**/widgets/early/main.py")
    for route in held:
        route.continue_()
    opened.widget("early")
    assert len(community.connectors["one"].calls) == 1


def test_python_waits_for_an_answer_that_is_still_to_come(
    community: Community, write_widget: WriteWidget
) -> None:
    held: list[Route] = []
    community.connectors["text"].leave_real()
    main = """
async def init(sdk):
    log("asked")
    log(await sdk.connectors.get("text"))
"""
    call = {**GET, "options": {"permalink": "text", "method": "GET"}}
    write_widget("waits", PRELUDE + main)

    def prepare(page: Page) -> None:
        page.add_init_script(GATE_AND_LOG)
        prerendered("waits", None, calls=[call])(page)
        page.route("**/connectors/text/**", hold(held))

    opened = community.open("waits", prepare=prepare)
    eventually(opened, "() => log.length === 1")
    [route] = held
    route.fulfill(json={"late": True})
    opened.widget("waits")
    assert opened.page.evaluate("() => log") == ['"asked"', '{"late": true}']
    assert len(held) == 1


FAILURES = [
    {"error": "network"},
    {"error": "timeout"},
    {"error": "not-found"},
    {"error": {"code": "TEMPLATE_ERROR", "detail": "In headers[0].", "scope": "Configuration"}},
    {"status": 503, "text": "busy"},
]


@pytest.mark.parametrize("errors", ["described", "bare"])
def test_an_error_is_the_one_that_pythons_own_call_would_have_raised(
    community: Community, write_widget: WriteWidget, errors: Any
) -> None:
    main = f"""
async def init(sdk):
    await js.window.gate
    for number in range({len(FAILURES)}):
        log([await outcome(sdk.connectors.get(f"failing-{{number}}")) for _ in range(2)])
"""
    calls = []
    for number, failure in enumerate(FAILURES):
        community.connectors[f"failing-{number}"].respond(**failure)  # type: ignore[arg-type]
        options = {"permalink": f"failing-{number}", "method": "GET"}
        calls.append({"client": None, "options": options})
    page = Called(community, write_widget, f"fails_{errors}", main, calls, errors=errors)
    for number in range(len(FAILURES)):
        page.called(f"failing-{number}", 1)
    for first, second in page.go_on():
        assert without_ids(first) == without_ids(second)
        assert first[0].startswith("Connector")
    for number in range(len(FAILURES)):
        page.called(f"failing-{number}", 2)


def without_ids(outcome: list[Any]) -> list[Any]:
    name, text, told = outcome
    return [name, text, {key: value for key, value in told.items() if key != "request_id"}]


def test_how_long_a_call_has_taken_is_told_from_when_it_was_made(
    community: Community, write_widget: WriteWidget
) -> None:
    """Of an error without a mark, the time alone tells a timeout; how long Python was in coming does not count."""
    client = {"timeout": 2000}
    calls = [
        {"client": client, "options": {"permalink": each, "method": "GET"}}
        for each in ("refused", "slow")
    ]
    community.connectors["refused"].respond(error="network")
    community.connectors["slow"].respond(json=1, delay=60)
    main = """
client = WidgetServiceSDK(timeout=2000).connectors

async def init(sdk):
    await js.window.gate
    log([(await outcome(client.get(each)))[0] for each in ("refused", "slow")])
"""
    page = Called(community, write_widget, "timed", main, calls, errors="bare")
    began = page.opened.page.evaluate("() => performance.now()")
    # Longer than the client waits.
    eventually(page.opened, f"() => performance.now() > {began} + 2200")
    assert page.go_on() == [["ConnectorError", "ConnectorTimeoutError"]]
    page.called("refused", 1)
    page.called("slow", 1)


def test_an_error_that_nobody_asks_for_is_nobodys(
    community: Community, write_widget: WriteWidget
) -> None:
    community.connectors["one"].respond(error="network")
    main = "async def init(sdk):\n    await js.window.gate\n    log('done')\n"
    page = Called(community, write_widget, "unasked", main, [GET])
    page.called("one", 1)
    assert page.go_on() == ["done"]


def test_what_init_has_not_taken_is_dropped(
    community: Community, write_widget: WriteWidget
) -> None:
    community.connectors["one"].respond(sequence=[{"json": "early"}, {"json": "late"}])
    main = """
async def init(sdk):
    await js.window.gate

    async def again():
        log(await sdk.connectors.get("one"))

    sdk.on("propsChanged", again)
"""
    page = Called(community, write_widget, "dropped", main, [GET])
    page.called("one", 1)
    assert page.go_on() == []
    assert page.after_init() == ["late"]


def test_what_init_has_started_takes_it_too(
    community: Community, write_widget: WriteWidget
) -> None:
    community.connectors["one"].respond(sequence=[{"json": "early"}])
    community.connectors["two"].respond(sequence=[{"json": "early, too"}])
    main = """
async def init(sdk):
    await js.window.gate

    async def call():
        log(await sdk.connectors.get("one"))

    sdk.create_task(call())
    two = sdk.resource(lambda: sdk.connectors.get("two"))
    sdk.view(lambda: two.show(lambda value: t"<p>{value}</p>"))
"""
    calls = [GET, {**GET, "options": {"permalink": "two", "method": "GET"}}]
    page = Called(community, write_widget, "started", main, calls)
    page.called("two", 1)
    page.go_on()
    eventually(page.opened, "() => log.length === 1")
    assert page.log() == ["early"]
    expect(page.opened.widget("started")).to_contain_text("early, too")


OTHERS = """
async def init(sdk):
    await js.window.gate
    own = WidgetServiceSDK(headers={"X-A": "1"}).connectors
    log([
        await sdk.connectors.get("one", query_params={"q": "a"}),
        await sdk.connectors.get("one", query_params={"q": "b"}),
        await sdk.connectors.get("one", headers={"X-A": "1"}),
        await sdk.connectors.execute("one", "HEAD"),
        await own.get("one"),
        await WidgetServiceSDK(headers={"X-A": "2"}).connectors.get("one"),
        await WidgetServiceSDK().connectors.get("one"),
    ])
"""


def test_a_call_that_is_another_one_is_made(
    community: Community, write_widget: WriteWidget
) -> None:
    stub = community.connectors["one"]
    stub.respond(json="an answer")
    page = Called(community, write_widget, "others", OTHERS, [GET])
    page.called("one", 1)
    [answers] = page.go_on()
    assert answers == ["an answer"] * 3 + [None] + ["an answer"] * 3
    page.called("one", 8)


CLIENTS = """
module = WidgetServiceSDK(headers={"X-A": "1"}, timeout=5000).connectors

async def init(sdk):
    await js.window.gate
    bare = WidgetServiceSDK().connectors
    same = WidgetServiceSDK(headers={"X-A": "1"}, timeout=5000).connectors
    log([
        await module.get("one"),
        await same.get("one"),
        await bare.get("one"),
        await sdk.connectors.get("one"),
        await sdk.connectors.execute("one", "HEAD"),
        await sdk.connectors.get("one", query_params={"q": "a b&", "n": 1.5, "yes": True}, headers={"X-B": "2"}),
        await sdk.connectors.get("one", path_params={"id": 7}),
    ])
"""


@pytest.mark.parametrize("sdk", ["current", "legacy"])
def test_each_client_has_its_own(community: Community, write_widget: WriteWidget, sdk: Any) -> None:
    own = {"headers": {"X-A": "1"}, "timeout": 5000}
    get = {"permalink": "one", "method": "GET"}
    calls: list[dict[str, Any]] = [
        {"client": own, "options": get},
        {"client": own, "options": get},
        {"client": {}, "options": get},
        {"client": None, "options": get},
        {"client": None, "options": {**get, "method": "HEAD"}},
        {
            "client": None,
            "options": {
                **get,
                "queryParams": {"q": "a b&", "n": 1.5, "yes": "true"},
                "headers": {"X-B": "2"},
            },
        },
        {"client": None, "options": {**get, "pathParams": {"id": 7}}},
    ]
    stub = community.connectors["one"]
    answers: list[Any] = [{"json": number} for number in range(len(calls))]
    stub.respond(sequence=answers)
    page = Called(community, write_widget, f"clients_{sdk}", CLIENTS, calls, sdk=sdk)
    page.called("one", len(calls))
    assert page.go_on() == [[0, 1, 2, 3, None, 5, 6]]
    made = stub.calls
    assert len(made) == len(calls)
    assert [call.headers.get("x-a") for call in made] == ["1", "1", *[None] * 5]
    assert [call.method for call in made] == [*["GET"] * 4, "HEAD", "GET", "GET"]
    assert made[5].query == {"q": "a b&", "n": "1.5", "yes": "true"}
    assert made[5].headers["x-b"] == "2"
    assert made[6].path_params == {"id": "7"}


def test_a_client_that_is_changed_makes_its_calls_itself(
    community: Community, write_widget: WriteWidget
) -> None:
    main = """
async def init(sdk):
    await js.window.gate
    sdk.connectors.get_headers()
    log(await sdk.connectors.get("one"))
    sdk.connectors.update_headers({"X-A": "1"})
    log(await sdk.connectors.get("two"))
"""
    community.connectors["one"].respond(json=1)
    community.connectors["two"].respond(json=2)
    calls = [GET, {**GET, "options": {"permalink": "two", "method": "GET"}}]
    page = Called(community, write_widget, "changes", main, calls)
    page.called("two", 1)
    assert page.go_on() == [1, 2]
    page.called("one", 1)
    page.called("two", 2)
    assert community.connectors["two"].calls[1].headers["x-a"] == "1"


def test_of_two_instances_each_has_its_own(community: Community, write_widget: WriteWidget) -> None:
    community.connectors["one"].respond(sequence=[{"json": 1}, {"json": 2}])
    page = Called(community, write_widget, "twice", ONCE, [GET], count=2)
    page.called("one", 2)
    assert sorted(page.go_on(count=2)) == [1, 2]
    page.called("one", 2)


OF_THE_MODULE = """
connectors = WidgetServiceSDK(headers={"X-A": "1"}).connectors

async def init(sdk):
    await js.window.gate
    log(await connectors.get("one"))
"""


def test_a_client_of_the_module_has_what_was_called_for_each_instance(
    community: Community, write_widget: WriteWidget
) -> None:
    community.connectors["one"].respond(sequence=[{"json": 1}, {"json": 2}])
    listed = {**GET, "client": {"headers": {"X-A": "1"}}}
    page = Called(community, write_widget, "module", OF_THE_MODULE, [listed], count=2)
    page.called("one", 2)
    assert sorted(page.go_on(count=2)) == [1, 2]
    page.called("one", 2)


# A host whose client does not tell its timeout.
NO_TIMEOUT = """
let Class;
Object.defineProperty(window, "WidgetServiceSDK", {
    get: () => Class,
    set(given) {
        Class = class extends given {
            constructor(options) {
                super(options);
                this.connectors.getDefaultTimeout = () => { throw new Error("not told"); };
            }
        };
    },
});
"""


def test_what_a_host_throws_beforehand_python_hears_of(
    community: Community, write_widget: WriteWidget
) -> None:
    main = """
async def init(sdk):
    await js.window.gate
    log((await outcome(WidgetServiceSDK(timeout=5000).connectors.get("one")))[1])
"""
    write_widget("throws", PRELUDE + main)

    def prepare(page: Page) -> None:
        page.add_init_script(GATE_AND_LOG + NO_TIMEOUT)
        prerendered("throws", None, calls=[{**GET, "client": {"timeout": 5000}}])(page)

    opened = community.open("throws", prepare=prepare)
    opened.page.evaluate("() => window.openGate()")
    opened.widget("throws")
    assert opened.page.evaluate("() => window.unhandled") == []
    (told,) = opened.page.evaluate("() => window.log")
    assert "not told" in told


@pytest.mark.parametrize(
    ("props", "made"),
    [
        ({"city": "A <b>&", "days": 3, "id": "x"}, ["A <b>&", "3", "x"]),
        ({"city": "", "days": 3, "id": "x"}, []),
        ({"city": None, "days": 3, "id": "x"}, []),
        ({"days": 3, "id": "x"}, []),
        ({"city": True, "days": 3, "id": "x"}, []),
        ({"city": "A", "days": 1.5, "id": "x"}, []),
        ({"city": "A", "days": 3, "id": 7}, ["A", "3"]),
    ],
)
def test_what_is_printed_in_a_call_is_the_instances_property(
    community: Community, write_widget: WriteWidget, props: dict[str, Any], made: list[str]
) -> None:
    main = """
async def init(sdk):
    await js.window.gate
    props = sdk.props
    if not all(isinstance(props.get(name), str | int) for name in ("city", "days", "id")):
        return
    await sdk.connectors.get("one", query_params={"city": props["city"], "days": props["days"], "z": "z"})
    await sdk.connectors.get("two", path_params={"id": props["id"]})
"""
    calls = [
        {
            "client": None,
            "options": {
                "permalink": "one",
                "method": "GET",
                "queryParams": {"city": "default", "days": "0", "z": "z"},
            },
            "props": [["queryParams", "city", "city"], ["queryParams", "days", "days"]],
        },
        {
            "client": None,
            "options": {"permalink": "two", "method": "GET", "pathParams": {"id": "default"}},
            "props": [["pathParams", "id", "id"]],
        },
    ]
    for permalink in ("one", "two"):
        community.connectors[permalink].respond(json=1)
    page = Called(community, write_widget, "printed", main, calls, props=props)
    entered = "performance.getEntriesByName('pyodide-widget:init:printed').length"
    eventually(page.opened, f"() => {entered} === 1")
    before = [*community.connectors["one"].calls, *community.connectors["two"].calls]
    sent = [
        value for call in before for value in [*call.query.values(), *call.path_params.values()]
    ]
    assert [value for value in sent if value != "z"] == made
    if made:
        page.go_on()
        page.called("one", 1)
        page.called("two", 1)


@pytest.mark.parametrize(
    "listed",
    [
        {**GET, "options": {"permalink": "two", "method": "POST"}},
        {**GET, "options": {"permalink": "two", "method": "GET"}, "props": [["queryParams", "q", "p"]]},
        {**GET, "props": [["headers", "constructor", "p"]]},
        {"client": {"headers": 7, "timeout": "x"}, "options": {}},
        {},
    ],
)  # fmt: skip
def test_what_cannot_be_called_beforehand_is_not_nor_what_comes_after_it(
    community: Community, write_widget: WriteWidget, listed: dict[str, Any]
) -> None:
    community.connectors["one"].respond(sequence=[{"json": 1}, {"json": 2}])
    main = """
async def init(sdk):
    await js.window.gate
    log([await sdk.connectors.get("one"), await sdk.connectors.get("one")])
"""
    page = Called(community, write_widget, "cannot", main, [GET, listed, GET], props={"p": "p"})
    page.called("one", 1)
    assert page.go_on() == [[1, 2]]
    page.called("one", 2)
    assert community.connectors["two"].calls == []


def test_composites_are_pythons_own(community: Community, write_widget: WriteWidget) -> None:
    community.connectors["one"].respond(json="plain")
    community.connectors.composite["one"].respond(json="composite")
    main = """
async def init(sdk):
    await js.window.gate
    log([await sdk.connectors.composite.execute("one"), await sdk.connectors.get("one")])
"""
    page = Called(community, write_widget, "composites", main, [GET])
    page.called("one", 1)
    assert page.go_on() == [["composite", "plain"]]
    page.called("one", 1)


def test_another_try_makes_the_calls_anew(community: Community, write_widget: WriteWidget) -> None:
    community.connectors["one"].respond(sequence=[{"json": 1}, {"json": 2}, {"json": 3}])
    main = """
attempts = 0

async def init(sdk):
    global attempts
    attempts += 1
    await js.window.gate
    if attempts == 1:
        raise LookupError("the first time")
    log([await sdk.connectors.get("one"), await sdk.connectors.get("one")])
"""
    page = Called(community, write_widget, "retries", main, [GET])
    page.called("one", 1)
    page.go_on("error")
    page.opened.host("retries").get_by_role("button", name="Try again").click()
    page.opened.widget("retries")
    assert page.log() == [[2, 3]]
    page.called("one", 3)


def test_one_that_leaves_takes_its_calls_along(
    community: Community, write_widget: WriteWidget
) -> None:
    community.connectors["one"].respond(error="network")
    page = Called(community, write_widget, "leaves", ONCE, [GET])
    page.called("one", 1)
    page.opened.destroy("leaves")
    page.opened.page.evaluate("() => window.openGate()")
    assert page.log() == []
    page.called("one", 1)
