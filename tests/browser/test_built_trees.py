"""What `widget build` writes runs, in each runtime mode, from the files that the platform would host."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from widget_workbench import shipped
from widget_workbench.bundle import Bundled, build, hosting_of
from widget_workbench.parts import sha256
from widget_workbench.repository import read_repository
from widget_workbench.runtime import runtime
from widget_workbench.testing import Community, CommunityFactory, CommunityPage

from .conftest import EXAMPLES, eventually, place, until, without_store
from .test_seed_examples import SEED_EXAMPLES, connector_request, on_the_wire

EXAMPLE_TYPES = [widget.type for widget in read_repository(EXAMPLES).widgets]
SEED_TYPES = [example.widget for example in SEED_EXAMPLES]

# Where the community's own origin would host the runtime.
HOSTED_AT = "/python/"

CDN = re.compile(r"https://cdn\.jsdelivr\.net/npm/pyodide@314\.0\.7/(.+)")


@pytest.fixture(scope="module", params=["bundled", "cdn", HOSTED_AT])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, built."""
    directory = tmp_path_factory.mktemp("built") / "dist"
    build(EXAMPLES, directory, hosting_of(request.param))
    return directory


@pytest.fixture(scope="module")
def in_the_preview(community_factory: CommunityFactory) -> dict[str, dict[str, Any]]:
    """What each of the seven sends there. Once: a task can be deleted but once."""
    with community_factory(EXAMPLES) as community:
        return seed_requests(community)


def from_here(page: Page) -> None:
    """Answers for the CDN, with what npm has installed."""

    def answer(route: Route) -> None:
        name = CDN.fullmatch(route.request.url)
        assert name is not None
        route.fulfill(
            path=shipped.pyodide_core() / name[1],
            headers={"Access-Control-Allow-Origin": "*"},
            content_type="text/javascript",
        )

    page.route(CDN, answer)


def recorded(requests: list[Request]) -> Callable[[Page], None]:
    def record(request: Request) -> None:
        requests.append(request)

    def prepare(page: Page) -> None:
        from_here(page)
        page.on("request", record)

    return prepare


def seed_requests(community: Community) -> dict[str, dict[str, Any]]:
    """What each of the seven sends, on one page."""
    requests: list[Request] = []
    page = community.open(*SEED_TYPES, prepare=recorded(requests))
    sent: dict[str, dict[str, Any]] = {}
    for example in SEED_EXAMPLES:
        widget = page.widget(example.widget)
        if example.button is not None:
            button = widget.get_by_role("button", name=re.compile(example.button)).first
            sent[example.widget] = connector_request(page.page, button.click)
        else:
            (sent[example.widget],) = (
                on_the_wire(request)
                for request in requests
                if f"/connectors/{example.permalink}/" in request.url
            )
    for request in sent.values():
        # Each page has a token of its own.
        assert request["headers"].pop("x-csrf-token")
    return sent


def test_every_example_runs_and_fetches_from_nowhere_else(
    community_factory: CommunityFactory, built: Path
) -> None:
    requests: list[Request] = []
    with community_factory(EXAMPLES, published=built) as community:
        page = community.open(prepare=recorded(requests))
        for widget_type in EXAMPLE_TYPES:
            page.widget(widget_type)
        elsewhere = [
            request.url for request in requests if not request.url.startswith(community.url)
        ]
    assert {url for url in elsewhere if not CDN.fullmatch(url)} == set()
    assert len(elsewhere) == (1 if "cdn" in entry_of(built, "weather") else 0)


def test_the_seeds_requests_are_those_of_the_preview(
    community_factory: CommunityFactory,
    built: Path,
    in_the_preview: dict[str, dict[str, Any]],
) -> None:
    with community_factory(EXAMPLES, published=built) as community:
        assert seed_requests(community) == in_the_preview
    assert list(in_the_preview) == SEED_TYPES


def entry_of(tree: Path, widget_type: str) -> str:
    return (tree / "widgets" / widget_type / "index.html").read_text()


# Where its files are found.


def test_a_host_that_drops_the_declarations_finds_the_files_beside_the_loader(
    community_factory: CommunityFactory, bundled: Path
) -> None:
    def drop(route: Route) -> None:
        answer = route.fetch(max_retries=3)
        html = answer.text()
        assert 'rel="asset"' in html
        route.fulfill(response=answer, body=re.sub(r'<link rel="asset"[^>]*>', "", html))

    with community_factory(EXAMPLES, published=bundled) as community:
        page = community.open(
            "weather", prepare=lambda page: page.route("**/weather/index.html", drop)
        )
        page.widget("weather")


def test_a_host_that_leaves_addresses_relative_finds_the_files_beside_the_loader(
    community_factory: CommunityFactory, bundled: Path
) -> None:
    def left(route: Route) -> None:
        answer = route.fetch(max_retries=3)
        html = re.sub(r'(<link rel="asset" href=")/_hosted/[^/]+/weather/', r"\1", answer.text())
        assert 'rel="asset" href="main.py"' in html
        route.fulfill(response=answer, body=html)

    with community_factory(EXAMPLES, published=bundled) as community:
        page = community.open(
            "weather", prepare=lambda page: page.route("**/weather/index.html", left)
        )
        page.widget("weather")


# What is damaged.


def altered(route: Route) -> None:
    """An answer of the right length, with wrong bytes in its middle."""
    answer = route.fetch(max_retries=3)
    body = bytearray(answer.body())
    for index in range(len(body) // 2, len(body) // 2 + 64):
        body[index] ^= 0xFF
    route.fulfill(response=answer, body=bytes(body))


@pytest.mark.parametrize("part", ["wasm", "snapshot"])
def test_wrong_bytes_are_told_with_the_file_and_right_ones_work_again(
    community_factory: CommunityFactory, bundled: Path, part: str
) -> None:
    name = runtime().manifest.parts[part][-1]

    def prepare(page: Page) -> None:
        without_store(page)
        page.route(f"**/{name}", altered)

    with community_factory(EXAMPLES, published=bundled) as community:
        page = community.open("weather", prepare=prepare)
        page.console.expect(name)
        alert = page.widget("weather", state="error").get_by_role("alert")
        expect(alert).to_contain_text(f"runtime/{name} is damaged")
        page.page.unroute(f"**/{name}")
        page.widget("weather", state="error").get_by_role("button", name="Try again").click()
        page.widget("weather")


@pytest.mark.parametrize("part", ["wasm", "snapshot", "late"])
def test_a_widget_whose_copy_of_the_runtime_is_broken_leaves_the_others_theirs(
    community_factory: CommunityFactory, bundled: Path, part: str
) -> None:
    name = runtime().manifest.parts[part][0]
    asked: list[Route] = []

    def missing(route: Route) -> None:
        """The first time, not before the others wait for it."""
        asked.append(route)
        if len(asked) > 1:
            route.fulfill(status=404, body="not here")

    def prepare(page: Page) -> None:
        without_store(page)
        page.route(f"**/directory/**/{name}", missing)

    with community_factory(EXAMPLES, published=bundled) as community:
        # `directory` starts the page's interpreter, and waits for the late library.
        page = community.open("directory", prepare=prepare)
        page.console.expect("404", name)
        until(page, lambda: len(asked) > 0, f"nobody asked for {name}")
        for other in ("weather", "insights"):
            place(page, other)
            expect(page.host(other)).to_have_attribute(
                "data-widget-state", re.compile("loading|ready")
            )
        asked[0].fulfill(status=404, body="not here")
        expect(page.widget("directory", state="error").get_by_role("alert")).to_contain_text(name)
        page.widget("weather")
        page.widget("insights")


def test_a_manifest_of_an_earlier_publish_is_read_anew(
    community_factory: CommunityFactory, bundled: Path
) -> None:
    def stale(route: Route) -> None:
        answer = route.fetch(max_retries=3)
        document = json.loads(answer.text())
        for record in document["files"]:
            if record["path"] == "main.py":
                record["sha256"] = "0" * 64
        route.fulfill(response=answer, body=json.dumps(document))

    with community_factory(EXAMPLES, published=bundled) as community:
        page = community.open(
            "weather", prepare=lambda page: page.route("**/weather/bundle.json", stale, times=1)
        )
        page.console.expect(r"main\.py is damaged")
        widget = page.widget("weather", state="error")
        expect(widget.get_by_role("alert")).to_contain_text("main.py is damaged")
        widget.get_by_role("button", name="Try again").click()
        page.widget("weather")


# What is fetched once.


def parts(requests: list[Request]) -> list[str]:
    """The data parts of the runtime that came over the network."""
    urls = (request.url.split("/")[-1] for request in requests)
    return sorted(name for name in urls if name.endswith(".bin"))


def stored(page: CommunityPage) -> None:
    """Waits until what was fetched is in the store, the late library included."""
    eventually(
        page,
        """() => {
            caches.open("pyodide-widget").then((cache) => cache.keys()).then((keys) => {
                window.storedParts = keys.map(({ url }) => url.split("/").at(-1));
            });
            return window.storedParts?.some((name) => name.startsWith("late-")) &&
                window.storedParts.length >= 5;
        }""",
    )


def test_the_same_runtime_below_another_widgets_url_costs_no_second_download(
    community_factory: CommunityFactory, bundled: Path
) -> None:
    with community_factory(EXAMPLES, published=bundled) as community:
        page = community.open("search")
        page.widget("search")
        stored(page)
        page.page.evaluate("() => caches.delete('pyodide-widget')")
        first: list[Request] = []
        page = community.open("weather", prepare=recorded(first))
        page.widget("weather")
        stored(page)
        second: list[Request] = []
        community.open("search", prepare=recorded(second)).widget("search")
    assert [name.partition("-")[0] for name in parts(first)] == [
        "late",
        "snapshot",
        "snapshot",
        "wasm",
        "wasm",
    ]
    assert parts(second) == []


def test_what_another_type_fetches_is_stored_as_well(
    community_factory: CommunityFactory, bundled: Path
) -> None:
    with community_factory(EXAMPLES, published=bundled) as community:
        page = community.open("weather", "directory")
        page.widget("weather")
        page.widget("directory")
        eventually(
            page,
            """() => {
                caches.open("pyodide-widget").then((cache) => cache.keys()).then((keys) => {
                    window.storedFiles = keys.map(({ url }) => url.split("/").at(-1));
                });
                return window.storedFiles?.some((name) => name.startsWith("pydantic-core-"));
            }""",
        )


def test_nothing_is_stored_that_nobody_will_ask_for(
    community_factory: CommunityFactory, bundled: Path
) -> None:
    full = """
    window.notes = 0;
    window.puts = 0;
    const { setItem } = Storage.prototype;
    Storage.prototype.setItem = function (key, value) {
        if (key !== "pyodide-widget") return setItem.call(this, key, value);
        notes++;
        throw new DOMException("full", "QuotaExceededError");
    };
    Cache.prototype.put = async () => { puts++; };
    """
    with community_factory(EXAMPLES, published=bundled) as community:
        page = community.open("weather", prepare=lambda page: page.add_init_script(full))
        page.widget("weather")
        eventually(page, "() => notes >= 5")
        page.page.evaluate("() => new Promise((resolve) => requestIdleCallback(resolve))")
        assert page.page.evaluate("() => puts") == 0


def test_a_damaged_part_in_the_store_is_fetched_again(
    community_factory: CommunityFactory, bundled: Path
) -> None:
    with community_factory(EXAMPLES, published=bundled) as community:
        page = community.open("weather")
        page.widget("weather")
        stored(page)
        page.page.evaluate(
            """async () => {
                const cache = await caches.open("pyodide-widget");
                for (const request of await cache.keys()) {
                    const bytes = new Uint8Array(await (await cache.match(request)).arrayBuffer());
                    const name = request.url.split("/").at(-1);
                    bytes.fill(7, bytes.length / 2);
                    const empty = name.startsWith("snapshot-") ? null : bytes;
                    await cache.put(request, new Response(empty));
                }
            }"""
        )
        requests: list[Request] = []
        community.open("weather", prepare=recorded(requests)).widget("weather")
    assert {name.partition("-")[0] for name in parts(requests)} >= {"snapshot", "wasm"}


def test_what_no_page_has_used_for_long_is_forgotten(
    community_factory: CommunityFactory, bundled: Path
) -> None:
    with community_factory(EXAMPLES, published=bundled) as community:
        page = community.open("weather")
        page.widget("weather")
        stored(page)
        page.page.evaluate(
            """async () => {
                const cache = await caches.open("pyodide-widget");
                const note = JSON.parse(localStorage.getItem("pyodide-widget"));
                note["old.bin"] = Date.now() - 61 * 864e5;
                localStorage.setItem("pyodide-widget", JSON.stringify(note));
                await cache.put("/_pyodide-widget/old.bin", new Response("a"));
                await cache.put("/_pyodide-widget/undated.bin", new Response("a"));
            }"""
        )
        page = community.open("weather")
        page.widget("weather")
        eventually(
            page,
            """() => {
                caches.open("pyodide-widget").then((cache) => cache.keys()).then((keys) => {
                    window.left = keys.filter(({ url }) => /\\/(?:old|undated)\\.bin$/.test(url)).length;
                    window.kept = keys.length;
                });
                return window.left === 0 && window.kept >= 5;
            }""",
        )


def test_a_visitor_who_saves_data_gets_the_late_library_when_it_is_needed(
    community_factory: CommunityFactory, bundled: Path
) -> None:
    def prepare(page: Page) -> None:
        recorded(requests)(page)
        without_store(page)
        page.add_init_script(
            "Object.defineProperty(navigator, 'connection', { value: { saveData: true } });"
            # An idle moment comes at once, and is seen.
            "window.requestIdleCallback = (callback) => { window.idle = true; callback(); };"
        )

    requests: list[Request] = []
    with community_factory(EXAMPLES, published=bundled) as community:
        page = community.open("weather", prepare=prepare)
        page.widget("weather")
        expect(page.widget("weather")).to_contain_text("Warsaw")
        eventually(page, "() => window.idle === true")
        assert [name for name in parts(requests) if name.startswith("late-")] == []


# What stands in a bundle.


SAYS = "def init(sdk):\n    sdk.root.textContent = {word!r}\n"


def bytecode_of(tree: Path) -> Path:
    return tree / "widgets" / "says" / "main.pyc"


@pytest.fixture
def says(tmp_path: Path) -> Callable[[str], Path]:
    """Builds a widget that shows a word."""

    def built_to_say(word: str) -> Path:
        directory = tmp_path / word / "widgets" / "says"
        directory.mkdir(parents=True)
        manifest = {"title": "Says", "category": "Tests", "prerender": False}
        (directory / "widget.json").write_text(json.dumps(manifest))
        (directory / "main.py").write_text(SAYS.format(word=word))
        build(tmp_path / word, tmp_path / word / "dist", Bundled())
        return tmp_path / word / "dist"

    return built_to_say


def put_in_place(content: bytes, file: Path) -> None:
    """Changes a built file, and what the bundle says of it."""
    manifest = file.parent / "bundle.json"
    document = json.loads(manifest.read_text())
    (record,) = (each for each in document["files"] if each["path"] == file.name)
    record |= {"sha256": sha256(content), "bytes": len(content)}
    manifest.write_text(json.dumps(document))
    entry = file.parent / "index.html"
    declared = re.compile(rf'(data-asset="{re.escape(file.name)}" data-bytes=)"\d+"')
    text, count = declared.subn(rf'\1"{len(content)}"', entry.read_text())
    assert count == 1
    entry.write_text(text)
    file.write_bytes(content)


# Of bytecode: where the hash of its source stands in it (PEP 552).
SOURCE_HASH = slice(8, 16)


@pytest.mark.parametrize("ours", [True, False], ids=["of this source", "of another source"])
def test_python_runs_the_bytecode_of_a_source_and_leaves_other_bytecode_alone(
    community_factory: CommunityFactory, says: Callable[[str], Path], ours: bool
) -> None:
    tree, other = says("source"), says("bytecode")
    known = bytearray(bytecode_of(tree).read_bytes())
    content = bytearray(bytecode_of(other).read_bytes())
    assert known[SOURCE_HASH] != content[SOURCE_HASH]
    if ours:
        content[SOURCE_HASH] = known[SOURCE_HASH]
    put_in_place(bytes(content), bytecode_of(tree))
    with community_factory(tree.parent, published=tree) as community:
        expect(community.open("says").widget("says")).to_have_text("bytecode" if ours else "source")


def test_the_manifest_names_every_file_that_the_loader_may_fetch(bundled: Path) -> None:
    for widget_type in EXAMPLE_TYPES:
        directory = bundled / "widgets" / widget_type
        named = {
            record["path"]
            for record in json.loads((directory / "bundle.json").read_text())["files"]
        }
        there = {
            path.relative_to(directory).as_posix()
            for path in directory.rglob("*")
            if path.is_file() and path.parent.name != "loader"
        }
        assert there - named == {"bundle.json", "index.html"}
        assert named - there == set()
