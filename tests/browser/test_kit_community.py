"""The fixture `community`: pages as a test wants them, and connectors that are stubbed, replayed or executed."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest
from playwright.sync_api import expect

from widget_workbench.testing import (
    Community,
    CommunityFactory,
    FailedInPage,
    FakeSdk,
    WidgetFailed,
)

from .conftest import WriteWidget

# Shows what the host gives it, and says on a click what a connector answers.
SHOWING = """
    export async function init(sdk) {
      const container = sdk.getContainer();
      const show = () => {
        const tokens = sdk.getDesignTokens();
        container.querySelector("output")?.remove();
        const output = document.createElement("output");
        output.textContent = JSON.stringify({
          props: sdk.getProps(),
          token: tokens["space-200"],
          shared: sdk.connectors !== undefined,
          locale: document.documentElement.lang,
          width: innerWidth,
          stored: localStorage.getItem("kept"),
          cookie: document.cookie,
        });
        container.append(output);
      };
      sdk.on("propsChanged", show);
      sdk.on("designTokensChanged", show);
      sdk.on("destroy", () => { window.destroyed = true; });
      window.execute = (options) => sdk.connectors.execute(options);
      show();
    }
    """

# Waits until a visitor touches it, as a boot policy of Python widgets will.
WAITING = """
    export function init(sdk) {
      const { host } = sdk.root;
      const mark = document.createElement("p");
      mark.dataset.widgetBoot = "interaction";
      mark.textContent = "Touch me";
      sdk.root.append(mark);
      return new Promise((resolve) => {
        host.addEventListener("pointerover", () => {
          mark.remove();
          sdk.root.append(`in view: ${host.getBoundingClientRect().top < innerHeight}`);
          resolve();
        });
      });
    }
    """

CONNECTORS = {
    "connectors": [
        {"name": "Rows", "permalink": "rows", "url": "https://rows.example/rows"},
        {
            "name": "Theirs",
            "permalink": "theirs",
            "url": "https://rows.example/rows?department={{ user.profile_fields.by_id(42) }}",
        },
        {"name": "Nowhere", "permalink": "nowhere", "url": "https://nowhere.example/"},
    ]
}

UPSTREAM = """
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    app = Starlette(routes=[Route("/rows", lambda request: JSONResponse(dict(request.query_params)))])
    """

RECORDED = {
    "permalink": "rows",
    "exchanges": [
        {"method": "GET", "query": {"n": "1"}, "answer": {"status": 200, "json": "first"}},
        {"method": "GET", "query": {"n": "1"}, "answer": {"status": 200, "json": "then"}},
        {
            "method": "GET",
            "query": {"n": "2"},
            "definition": "of another",
            "answer": {"status": 200, "json": "stale"},
        },
    ],
}


@pytest.fixture(scope="module")
def widget_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("community")
    manifest = {"title": "Test", "category": "Tests", "defaultConfig": {"a": 1, "b": 2}}
    source = {"source": {"path": ".", "entry": "index.html"}}
    files = {
        "preview.toml": '[upstreams]\n"rows.example" = "upstream:app"\n',
        "upstream.py": UPSTREAM,
        "fixtures/rows.json": json.dumps(RECORDED),
        "widgets/showing/connectors.json": json.dumps(CONNECTORS),
    }
    for widget, module in {"showing": SHOWING, "waiting": WAITING}.items():
        files[f"widgets/{widget}/widget.json"] = json.dumps(manifest | source)
        files[f"widgets/{widget}/index.html"] = '<script type="module" src="widget.js"></script>'
        files[f"widgets/{widget}/widget.js"] = module
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(textwrap.dedent(text))
    return root


def execute(community: Community, **options: object) -> object:
    """Executes a connector on the community's page; what it is rejected with is its name and message."""
    return community.pages[-1].page.evaluate(
        "(options) => window.execute(options).catch((error) => `${error.name}: ${error.message}`)",
        {"method": "GET", **options},
    )


def test_a_page_is_opened_as_the_test_wants_it(community: Community) -> None:
    page = community.open(
        "showing",
        props={"b": 3, "c": [None]},
        tokens={"--space-200": "20px"},
        user="guest",
        locale="nl-NL",
        viewport=(375, 700),
        sdk="legacy",
    )
    shown = json.loads(page.widget("showing").locator("output").inner_text())
    assert shown["props"] == {"a": 1, "b": 3, "c": [None]}
    assert (shown["token"], shown["locale"], shown["width"]) == ("20px", "nl-NL", 375)
    assert shown["shared"] is False
    expect(page.page.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_page_has_widgets_in_the_zones_that_the_test_names(community: Community) -> None:
    page = community.open("showing@Sidebar", "showing")
    zones = page.page.locator(".zone:has(gs-cc-registry-widget)")
    expect(zones).to_have_count(2)
    expect(page.page.locator("[data-container='Sidebar'] gs-cc-registry-widget")).to_have_count(1)
    with pytest.raises(ValueError, match=r"'showing@Attic' is in no zone of the page; .*@Sidebar"):
        community.open("showing@Attic")
    with pytest.raises(ValueError, match=r"has no widget 'shown'; there are: .*showing"):
        community.open("shown@Sidebar")


def test_a_page_has_the_profile_fields_of_its_address(community: Community) -> None:
    page = community.open("showing")
    page.page.goto(f"{community.url}/?widgets=showing&profile.42=Sales")
    page.widget("showing")
    assert execute(community, permalink="theirs") == {"department": "Sales"}


def test_what_an_admin_and_the_host_change_reaches_the_widget(community: Community) -> None:
    page = community.open("showing", "showing")
    output = page.widget("showing", nth=1).locator("output")
    page.set_props("showing", {"a": "changed"}, nth=1)
    expect(output).to_contain_text('"a":"changed","b":2')
    expect(page.widget("showing").locator("output")).to_contain_text('"a":1')
    page.set_tokens({"space-200": "40px"})
    expect(output).to_contain_text('"token":"40px"')
    page.destroy("showing")
    assert page.page.evaluate("() => window.destroyed")
    expect(page.host("showing", nth=1)).to_have_count(0)


def test_a_widget_that_waits_for_a_touch_is_scrolled_to_and_touched(community: Community) -> None:
    page = community.open("waiting", viewport=(400, 300))
    expect(page.host("waiting")).to_have_attribute("data-widget-state", "loading")
    expect(page.widget("waiting")).to_contain_text("in view: true")


@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_test_stores_in_the_browser_is_gone_for_the_next(
    community: Community, time: str
) -> None:
    widget = community.open("showing").widget("showing")
    shown = json.loads(widget.locator("output").inner_text())
    assert (shown["stored"], shown["cookie"]) == (None, "")
    widget.evaluate("() => { localStorage.setItem('kept', 'yes'); document.cookie = 'kept=yes'; }")
    again = community.open("showing")
    for _ in range(2):
        shown = json.loads(again.widget("showing").locator("output").inner_text())
        assert shown["stored"] == "yes"
        again.page.reload()


def test_a_connector_is_executed_where_it_is_not_stubbed(community: Community) -> None:
    community.open("showing").widget("showing")
    assert execute(community, permalink="rows", queryParams={"n": "7"}) == {"n": "7"}
    [call] = community.connectors["rows"].calls
    assert (call.permalink, call.method, call.query) == ("rows", "GET", {"n": "7"})
    assert (call.headers, call.path_params, call.payload) == ({}, {}, None)
    assert call.widget == "showing"


def test_a_recording_answers_as_often_as_it_was_recorded_and_its_last_answer_stays(
    community: Community,
) -> None:
    community.replay()
    community.connectors["stubbed"].respond(json="of a stub")
    community.open("showing").widget("showing")
    answers = [execute(community, permalink="rows", queryParams={"n": "1"}) for _ in range(3)]
    assert answers == ["first", "then", "then"]
    assert execute(community, permalink="stubbed") == "of a stub"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"n": "2"}, "is stale, since the connector's definition has changed since.\nRecord it"),
        ({"n": "3"}, "fixtures/rows.json holds GET with query {'n': '1'}; GET with query"),
    ],
)
def test_a_call_that_no_recording_answers_says_what_there_is(
    community: Community, query: dict[str, str], words: str
) -> None:
    community.replay()
    community.open("showing").widget("showing")
    assert "could not be reached" in str(execute(community, permalink="rows", queryParams=query))
    [complaint] = community.verify()
    assert complaint.startswith('The widget "showing" called GET rows with query')
    assert words in complaint


def test_a_connector_that_nobody_defines_is_called_only_if_the_test_says_so(
    community: Community,
) -> None:
    community.open("showing").widget("showing")
    execute(community, permalink="no-such")
    [complaint] = community.verify()
    assert (
        "No connector has the permalink 'no-such'; there are: rows, theirs, nowhere." in complaint
    )
    assert 'community.connectors["no-such"].respond(json=…)' in complaint
    community.connectors["no-such"].leave_real()
    assert execute(community, permalink="no-such") == (
        'Error: No connector has the permalink "no-such".'
    )
    assert community.verify() == []


def test_a_connector_can_be_partly_stubbed_and_partly_executed(community: Community) -> None:
    rows = community.connectors["rows"]
    rows.leave_real()
    rows.respond(json="of a stub", when=lambda call: call.query["n"] == "1")
    community.open("showing").widget("showing")
    answers = [execute(community, permalink="rows", queryParams={"n": n}) for n in ("1", "2")]
    assert answers == ["of a stub", {"n": "2"}]


def test_a_window_that_a_widget_opens_is_the_communitys_too(community: Community) -> None:
    community.connectors["rows"].respond(json="stubbed")
    page = community.open("showing")
    with page.page.expect_popup() as opened:
        page.widget("showing").evaluate("() => { window.open('/?widgets=showing'); }")
    popup = opened.value
    expect(popup.locator("output")).to_be_visible()
    answer = popup.evaluate("() => window.execute({ permalink: 'rows', method: 'GET' })")
    assert answer == "stubbed"
    community.close()
    assert popup.is_closed()


def test_the_second_page_takes_the_runtime_from_the_http_cache(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("python", "def init(sdk): sdk.root.textContent = 'here'")
    transferred = """() => performance.getEntriesByType("resource")
        .filter(({ name }) => name.includes("/_runtime/"))
        .map(({ name, transferSize, decodedBodySize }) => [transferSize, decodedBodySize > 100_000])"""
    community.open("python").widget("python")
    page = community.open("python")
    page.widget("python")
    entries = page.page.evaluate(transferred)
    assert any(is_large for _, is_large in entries)
    assert [size for size, _ in entries] == [0] * len(entries)


MODERN = {
    "view.py": """
        import js

        def title(name):
            return t"Hello, {name}".interpolations[0].value.upper()

        async def load(sdk, city):
            weather = await sdk.connectors.get("weather", query_params={"q": city})
            return f"{title(weather['name'])} in {js.document.contentType}"
        """
}


async def load_in_page(fake_sdk: object, city: str) -> list[object]:
    from .view import load  # type: ignore[import-untyped]

    fake_sdk.connectors["weather"].respond(json={"name": city})  # type: ignore[attr-defined]
    shown = await load(fake_sdk, city)
    assert city in fake_sdk.connectors["weather"].calls[0].query["q"]  # type: ignore[attr-defined]
    return [shown]


def fails_in_page(number: int) -> None:
    double = number * 2
    assert double == 5


def test_python_that_only_the_browser_has_is_tested_in_the_page(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("modern", "def init(sdk): raise RuntimeError('nobody mounts me')", MODERN)
    run = community.run_python
    assert run(load_in_page, "Oslo", widget="modern") == ["OSLO in text/html"]
    assert run("view:title", "ann", widget="modern") == "ANN"
    with pytest.raises(FailedInPage) as failure:
        run(fails_in_page, 3, widget="modern")
    told = str(failure.value)
    assert "test_kit_community.py" in told
    assert "assert double == 5" in told
    assert "double = 6" in told
    with pytest.raises(TypeError, match="name the widget"):
        run(fails_in_page, 3)


def test_communities_of_two_repositories_do_not_mix(
    community: Community, community_factory: CommunityFactory, tmp_path: Path
) -> None:
    (tmp_path / "widgets" / "other").mkdir(parents=True)
    (tmp_path / "widgets" / "other" / "widget.json").write_text(
        '{"title": "Other", "category": "Tests", "source": {"path": ".", "entry": "index.html"}}'
    )
    (tmp_path / "widgets" / "other" / "index.html").write_text("<p>Another community</p>")
    community.connectors["rows"].respond(json="stubbed here")
    with community_factory(tmp_path) as other:
        expect(other.open("other").widget("other")).to_contain_text("Another community")
        community.open("showing").widget("showing")
        assert execute(community, permalink="rows") == "stubbed here"
        assert other.connectors.calls == []


def test_the_state_that_a_test_asks_for_is_waited_for(
    community: Community, write_widget: WriteWidget
) -> None:
    write_widget("failing", "def init(sdk): return 1 / 0")
    page = community.open("failing")
    container = page.widget("failing", state="error")
    expect(container.get_by_role("alert")).to_contain_text("ZeroDivisionError")
    assert "line 1, in init" in page.failures[-1].traceback
    with pytest.raises(WidgetFailed, match="ZeroDivisionError: division by zero"):
        page.widget("failing")


async def doubled(sdk: FakeSdk) -> int:
    answer: int = await sdk.connectors.get("number")
    return answer * 2


def test_fake_sdk_works_beside_a_page(community: Community, fake_sdk: FakeSdk) -> None:
    community.open("showing").widget("showing")
    fake_sdk.connectors["number"].respond(json=21)
    assert fake_sdk.run(doubled(fake_sdk)) == 42


async def test_an_async_test_of_fake_sdk_works_after_pages(fake_sdk: FakeSdk) -> None:
    fake_sdk.connectors["number"].respond(json=4)
    assert await doubled(fake_sdk) == 8
