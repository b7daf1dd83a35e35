"""What `init` receives: each member of `Sdk` against the host's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from widget_workbench.testing import Community, CommunityFactory

from .conftest import PROBE, Probe

REPOSITORY = PROBE


@pytest.fixture(scope="module")
def legacy(community_factory: CommunityFactory) -> Iterator[Probe]:
    """The probe on an older host, which has no `sdk.connectors`."""
    with community_factory(PROBE) as community:
        yield Probe(community, sdk="legacy")


def test_root_is_the_widgets_own_container_and_the_shadow_root_is_the_hosts(
    probe: Probe,
) -> None:
    assert probe.python(
        """
result = [
    sdk.root.parentNode == sdk.js.root,
    sdk.root.getRootNode() == sdk.js.root,
    sdk.js.root.host.tagName.lower(),
]
"""
    ) == [True, True, "gs-cc-registry-widget"]


def test_props_are_a_live_read_only_mapping(probe: Probe) -> None:
    assert probe.python(
        """
props = sdk.props
before = dict(props)
sdk.set_props({"count": 4, "more": [None, {"a": 1.5}]})
try:
    props["count"] = 5
except TypeError as error:
    refusal = "item assignment" in str(error)
result = [before, dict(props), len(props), "city" in props, props.get("absent"), refusal]
sdk.set_props({"count": 3, "more": None})
"""
    ) == [
        {"city": "Warsaw", "count": 3},
        {"city": "Warsaw", "count": 4, "more": [None, {"a": 1.5}]},
        3,
        True,
        None,
        True,
    ]


def test_what_props_hand_out_is_the_callers_to_change(probe: Probe) -> None:
    assert probe.python(
        """
sdk.set_props({"list": ["a"]})
sdk.props["list"].append("b")
result = sdk.props["list"]
sdk.set_props({"list": None})
"""
    ) == ["a"]


def test_props_that_are_not_json_are_refused_by_their_place(probe: Probe) -> None:
    assert (
        probe.python(
            """
try:
    sdk.set_props({"a": {"b": object()}})
except TypeError as error:
    result = str(error)
"""
        )
        == 'props["a"]["b"] is an object, which JSON has no form for'
    )


def test_props_can_be_a_payload(probe: Probe) -> None:
    assert (
        probe.python('result = (await sdk.connectors.post("json", payload=sdk.props))["city"]')
        == "Warsaw"
    )


def test_design_tokens_are_a_copy_of_the_hosts(probe: Probe) -> None:
    assert probe.python(
        """
tokens = sdk.design_tokens
tokens["color-action-primary-default"] = "changed"
result = [sdk.design_tokens["color-action-primary-default"], sdk.design_tokens["space-200"]]
"""
    ) == ["#9254D9", "16px"]


def test_version_is_the_hosts(probe: Probe) -> None:
    assert probe.python("result = [sdk.version, sdk.js.version]") == ["1.0.0", "1.0.0"]


def test_query_looks_in_the_container_alone(probe: Probe) -> None:
    assert probe.python(
        """
sdk.root.innerHTML = "<p class='a'>1</p><p class='a'>2</p>"
result = [
    sdk.query(".a").textContent,
    [element.textContent for element in sdk.query_all(".a")],
    sdk.query(".absent"),
    sdk.query_all("style, link"),
]
"""
    ) == ["1", ["1", "2"], None, []]


def test_events_reach_handlers_of_every_kind_until_they_are_off(probe: Probe) -> None:
    assert probe.python(
        """
heard = []

async def later(data):
    await asyncio.sleep(0)
    heard.append(["async", data])

stop = sdk.on("news", lambda data: heard.append(["def", data]))
sdk.on("news", later)
sdk.on("news", lambda: heard.append(["no argument"]))
sdk.emit("news", {"a": [None, 1.5, "é"]})
await asyncio.sleep(0.01)
first, heard = heard[:], []
stop()
stop()
sdk.off("news", later)
sdk.off("news", later)
sdk.emit("news")
await asyncio.sleep(0.01)
result = [first, heard]
"""
    ) == [
        [["def", {"a": [None, 1.5, "é"]}], ["no argument"], ["async", {"a": [None, 1.5, "é"]}]],
        [["no argument"]],
    ]


def test_python_and_javascript_hear_each_other(probe: Probe) -> None:
    probe.page.evaluate(
        """() => {
            const sdk = window.community.sdkOf(document.querySelector("gs-cc-registry-widget"));
            window.heard = [];
            sdk.on("from-python", (data) => window.heard.push(data));
            window.tell = (data) => sdk.emit("from-javascript", data);
        }"""
    )
    assert probe.python(
        """
told = []
sdk.on("from-javascript", told.append)
sdk.emit("from-python", {"a": None})
js.window.tell("text")
js.window.tell()
js.window.tell(js.JSON.parse('{"list": [1, {"b": null}]}'))
result = told
"""
    ) == ["text", None, {"list": [1, {"b": None}]}]
    assert probe.page.evaluate("() => window.heard") == [{"a": None}]


def test_an_error_events_error_stays_what_it_is(probe: Probe) -> None:
    assert probe.python(
        """
events = []
stop = sdk.on("error", events.append)
js.window.error = js.Error.new("from the host")
sdk.js.emit("error", js.Object.fromEntries([["message", "m"], ["error", js.window.error]]))
stop()
result = [events[0]["message"], events[0]["error"].message, isinstance(events[0]["error"], Exception)]
""".replace("js.Object.fromEntries([[", "js.Object.fromEntries(to_js([[")
        .replace("js.window.error]])", "js.window.error]]))")
        .replace("events = []", "from pyodide.ffi import to_js\nevents = []", 1)
    ) == ["m", "from the host", True]


def test_the_pages_tokens_changing_is_heard(probe: Probe) -> None:
    assert probe.python(
        """
heard = []
stop = sdk.on("designTokensChanged", heard.append)
js.window.community.setDesignTokens(js.JSON.parse('{"space-200": "17px"}'))
js.window.community.setDesignTokens(js.JSON.parse('{"space-200": "16px"}'))
stop()
result = [tokens["space-200"] for tokens in heard]
"""
    ) == ["17px", "16px"]


def test_listening_to_dom_events(probe: Probe) -> None:
    assert probe.python(
        """
heard = []
sdk.root.innerHTML = '<ul><li class="row" id="one"><b>1</b></li></ul><form><input><button>Go</button></form>'

async def pressed(event):
    heard.append([event.target.id, event.js.type])

stops = [
    sdk.listen("click", ".row", pressed),
    sdk.listen("submit", "form", lambda event: heard.append(["submit", event.js.defaultPrevented])),
    sdk.listen("focus", "input", lambda: heard.append(["focus"])),
]
sdk.query("b").click()
sdk.query("ul").insertAdjacentHTML("beforeend", '<li class="row" id="two"></li>')
sdk.query("#two").click()
sdk.query("form button").click()
sdk.query("input").focus()
for stop in stops:
    stop()
sdk.query("#two").click()
result = heard
"""
    ) == [["one", "click"], ["two", "click"], ["submit", True], ["focus"]]


def test_a_selector_that_does_not_parse_is_refused_where_it_is_written(
    probe: Probe,
) -> None:
    assert probe.python(
        """
try:
    sdk.listen("click", "..", print)
except Exception as error:
    result = str(error)
"""
    ).startswith("SyntaxError")


def test_when_ready_can_be_awaited_again(probe: Probe) -> None:
    assert probe.python("result = await sdk.when_ready()") is None


WEB = """() => {
    window.web = {
        Content: {
            search: async (...given) => ({ given, hits: [{ title: "é", score: null }] }),
            Article: (id) => ({
                id,
                like: async () => `liked ${id}`,
                reply(text) { return Promise.reject("no " + text + " for " + this.id); },
            }),
        },
        Context: { User: async () => ({ userId: null, username: "guest" }) },
        version: "2",
    };
}"""


def test_the_hosts_web_sdk_under_the_hosts_names(probe: Probe) -> None:
    probe.page.evaluate(WEB)
    assert probe.python(
        """
from widget._web import WebNamespace
web = WebNamespace("web", js.window.web)
article = web.Content.Article(7)
try:
    await article.reply("text")
except Exception as error:
    refusal = str(error)
try:
    web.Content.absent
except AttributeError as error:
    absent = str(error)
result = [
    await web.Content.search("login", limit=5, fetchMetadata=False),
    await web.Context.User(),
    await article.like(),
    article.id,
    web.version,
    refusal,
    absent,
]
"""
    ) == [
        {
            "given": ["login", {"limit": 5, "fetchMetadata": False}],
            "hits": [{"title": "é", "score": None}],
        },
        {"userId": None, "username": "guest"},
        "liked 7",
        7,
        "2",
        'Error: the host rejected with "no text for 7"',
        "the host has no sdk.web.Content.absent",
    ]


def test_an_older_host_gives_a_client_of_the_widgets_own(legacy: Probe) -> None:
    assert legacy.python(
        """
answer = await sdk.connectors.get("echo")
try:
    sdk.connectors.configure(timeout=5)
except NotImplementedError as error:
    result = [answer["method"], str(error)]
"""
    ) == [
        "GET",
        "this host's connectors client has no configure(); pass headers and timeout to WidgetServiceSDK instead",
    ]


def test_a_page_without_the_constructor_says_what_to_use(probe: Probe) -> None:
    assert probe.python(
        """
kept = js.window.WidgetServiceSDK
del js.window.WidgetServiceSDK
try:
    WidgetServiceSDK()
except RuntimeError as error:
    result = str(error)
finally:
    js.window.WidgetServiceSDK = kept
"""
    ).endswith("use sdk.connectors")


def test_two_page_loads_share_no_random_numbers(community: Community) -> None:
    drawn = [
        Probe(community).python(
            "import random, secrets, uuid\n"
            "result = [random.random(), str(uuid.uuid4()), secrets.token_hex()]"
        )
        for _ in range(2)
    ]
    assert all(first != second for first, second in zip(*drawn, strict=True))
