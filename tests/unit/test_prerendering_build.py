"""What of prerendering is in a built tree: the entries, the report, the registry, and the examples by name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from justhtml import Element, JustHTML

from tests.unit.test_build import (
    CHECKOUT,
    MANIFEST,
    built,
    command,
    python_widget,
    registry,
    tree,
    write,
)
from widget_workbench.bundle import Bundled, paints_of, published_files
from widget_workbench.bundle.base_style import base_style
from widget_workbench.hosted_entry import fill_in
from widget_workbench.prerendering import NOTHING, FirstPaint
from widget_workbench.preview.app import create_app
from widget_workbench.repository import read_repository

EXAMPLES = Path(__file__).parents[2] / "examples"

# In the form of a JSON Web Token.
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJtZW1iZXIiOjQ3MTF9.q8Rk2mVx7ZpLw0TnYc5hJd"

WEATHER = """
from string.templatelib import Template
from widget import Sdk

async def init(sdk: Sdk) -> None:
    weather = sdk.resource(sdk.connectors.get, "weather-api")

    @sdk.view
    def view() -> Template:
        return t"<h2>{sdk.props['city']} {{{{ city }}}}</h2>{weather.show(str)}"
"""
CITY = {"name": "city", "defaultValue": "{{ city }}", "rules": {"required": True}}
CONFIGURED = {**MANIFEST, "configuration": {"properties": [CITY]}}


def container(html: str) -> Element:
    """The element that the widget's own markup lives in."""
    root = JustHTML(html, fragment=True, sanitize=False).root
    (found,) = (
        node
        for node in root.children or ()
        if isinstance(node, Element) and "data-widget-root" in node.attrs
    )
    return found


def entry(files: Mapping[str, bytes], name: str = "weather") -> str:
    return files[f"widgets/{name}/index.html"].decode()


def weather(tmp_path: Path, files: Mapping[str, Any] | None = None) -> Path:
    own = {"widget.json": CONFIGURED, "main.py": WEATHER, **(files or {})}
    return write(tmp_path / "repository", python_widget(own))


def test_the_entry_holds_the_first_render_and_what_is_begun(tmp_path: Path) -> None:
    html = entry(built(weather(tmp_path)))
    root = container(html)
    assert "data-prerendered" in root.attrs
    assert "aria-busy" not in root.attrs
    assert root.attrs["data-version"] == "1.0.0"
    assert re.fullmatch("[0-9a-f]{12}", root.attrs["data-build"] or "")
    assert json.loads(root.attrs["data-prefetch"] or "") == [
        {"client": None, "options": {"permalink": "weather-api", "method": "GET"}, "props": []}
    ]
    assert (
        "<h2><!--prop:city-->&#123;{ city }}<!--/prop--> &#123;{ city }}</h2>"
        '<p class="widget-status" role="status" tabindex="-1">Loading…</p></div>' in html
    )
    # Nothing that the platform would put a property's value in the place of.
    assert fill_in(html, {"city": "Oslo"}) == html


def test_the_styles_are_in_the_cascades_order(tmp_path: Path) -> None:
    html = entry(
        built(
            weather(
                tmp_path,
                {"style.css": "p { background: url(dot.svg) }", "assets/dot.svg": "<svg/>"},
            )
        )
    )
    base, own, root = (
        html.index(part)
        for part in (
            f"<style data-widget-base>{base_style()}</style>",
            '<style data-widget-skeleton>p { background: url("assets/dot.svg") }</style>',
            "<div data-widget-root",
        )
    )
    assert base < own < root


def test_the_base_style_is_the_loaders() -> None:
    source = (CHECKOUT / "static" / "loader" / "base-style.js").read_text()
    assert f"`\n{base_style()}`" in source
    assert ".widget-status" in base_style()


def test_without_a_first_render_there_is_the_skeleton_and_what_is_begun_all_the_same(
    tmp_path: Path,
) -> None:
    main = "async def init(sdk):\n    await sdk.connectors.get('a')\n    sdk.render(t'<p>a</p>')\n"
    files = {"main.py": main, "skeleton.html": "<p>Soon</p>"}
    html = entry(built(write(tmp_path / "repository", python_widget(files))))
    root = container(html)
    assert "data-prerendered" not in root.attrs
    assert "data-widget-base" not in html
    assert root.attrs["aria-busy"] == "true"
    assert html.count("<p>Soon</p></div>") == 1
    assert json.loads(root.attrs["data-prefetch"] or "")[0]["options"]["permalink"] == "a"


def test_a_call_that_the_content_scan_would_reject_ends_the_list_of_what_is_begun(
    tmp_path: Path,
) -> None:
    main = f"""
import asyncio

async def init(sdk):
    await asyncio.gather(
        sdk.connectors.get("first"),
        sdk.connectors.get("secret", headers={{"X-Member": "{TOKEN}"}}),
        sdk.connectors.get("last"),
    )
"""
    root = write(tmp_path / "repository", python_widget({"main.py": main}))
    result = command(root, "--out", tmp_path / "dist")
    assert result.exit_code == 0, result.output
    listed = container(entry(tree(tmp_path / "dist"))).attrs["data-prefetch"]
    assert [call["options"]["permalink"] for call in json.loads(listed or "")] == ["first"]
    assert (
        "weather leaves calls to Python: the platform's content scan would reject the call of 'secret' in an entry, "
        "credential_exposure: holds a JSON Web Token: " in result.output
    )
    assert "if it was pushed.\n" in result.output
    assert TOKEN not in result.output
    (widget,) = json.loads(command(root, "--out", tmp_path / "dist", "--json").stdout)["widgets"]
    assert widget["prefetched"] == ["first"]
    assert "'secret'" in widget["prefetch_ends_because"]


def test_a_style_that_would_end_its_element_leaves_the_skeleton(tmp_path: Path) -> None:
    root = weather(tmp_path, {"style.css": "/* </STYLE> */"})
    assert "data-prerendered" not in container(entry(built(root))).attrs
    result = command(root, "--out", tmp_path / "dist")
    assert "weather keeps its skeleton: style.css holds “</style”" in result.output


@pytest.mark.parametrize(
    ("field", "attribute"),
    [("prerender", "data-prerendered"), ("prefetch", "data-prefetch")],
)
def test_a_widget_may_do_without(tmp_path: Path, field: str, attribute: str) -> None:
    files = built(weather(tmp_path, {"widget.json": {**CONFIGURED, field: False}}))
    there = {"data-prerendered", "data-prefetch"} & container(entry(files)).attrs.keys()
    assert there == {"data-prerendered", "data-prefetch"} - {attribute}
    # Fields of our own are nobody else's to see.
    assert field not in registry(files)["widgets"][0]


def test_a_widget_that_does_without_both_is_never_run(tmp_path: Path) -> None:
    manifest = {**CONFIGURED, "prerender": False, "prefetch": False}
    repository = read_repository(weather(tmp_path, {"widget.json": manifest}))
    told: list[str] = []
    assert paints_of(repository, lambda widget: (), told.append)(repository.widgets[0]) == NOTHING
    assert told == []


def test_two_builds_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing kept from the first."""
    trees = []
    for name in ("one", "two"):
        monkeypatch.setenv("WIDGET_CACHE_DIR", str(tmp_path / f"cache-{name}"))
        trees.append(built(weather(tmp_path), tmp_path / name))
    assert trees[0] == trees[1]
    assert b"data-prerendered" in trees[0]["widgets/weather/index.html"]


def test_the_stamp_tells_another_first_paint(tmp_path: Path) -> None:
    (widget,) = read_repository(weather(tmp_path)).widgets
    builds = {
        container(
            bytes(published_files(widget, Bundled(), paint=paint)["index.html"]).decode()
        ).attrs["data-build"]
        for paint in (NOTHING, FirstPaint("<p>a</p>"), FirstPaint("<p>b</p>"))
    }
    assert len(builds) == 3


def test_the_report_tells_of_each_widget(tmp_path: Path) -> None:
    root = weather(tmp_path)
    write(root, python_widget({"main.py": "async def init(sdk): sdk.root.focus()"}, name="other"))
    write(
        root,
        {
            "widgets/tabs/widget.json": {**MANIFEST, "source": {"path": "d", "entry": "i.html"}},
            "widgets/tabs/d/i.html": "",
        },
    )
    result = command(root, "--out", tmp_path / "dist")
    assert result.exit_code == 0
    assert re.search(r"^weather .*  prerendered, 1 call$", result.output, re.MULTILINE)
    assert re.search(r"^other .*  skeleton$", result.output, re.MULTILINE)
    assert (
        "other keeps its skeleton: it touches the page itself before its first render: sdk.root "
        "(main.py, line 1)." in result.output
    )
    widgets = json.loads(command(root, "--out", tmp_path / "dist", "--json").stdout)["widgets"]
    told = {
        each["type"]: (each["prerendered"], each["prefetched"], each["skeleton_because"])
        for each in widgets
    }
    assert told["weather"] == (True, ["weather-api"], "")
    assert told["tabs"] == (None, [], "")
    assert told["other"][:2] == (False, [])
    assert told["other"][2].startswith("it touches the page")


def test_the_preview_shows_what_a_build_has(tmp_path: Path) -> None:
    root = weather(tmp_path)
    site = create_app(root).state.site
    previewed = site.hosted(site.reading.key, "weather").content("index.html").decode()
    html = entry(built(root))
    shown, inside = (str(text).partition("<div data-widget-root")[2] for text in (previewed, html))
    markup = re.compile(r">(<h2>.*)</div>", re.DOTALL)
    assert markup.search(shown)[1] == markup.search(inside)[1]  # type: ignore[index]
    assert container(previewed).attrs["data-prefetch"] == container(html).attrs["data-prefetch"]


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Element]:
    """The containers of the examples' entries, by widget."""
    out = tmp_path_factory.mktemp("examples") / "dist"
    files = built(EXAMPLES, out)
    types = (path.name for path in (out / "widgets").iterdir())
    return {name: container(entry(files, name)) for name in types}


@pytest.mark.parametrize(
    "name",
    [
        *("client_headers", "contact_create", "contact_update", "directory", "feedback", "report"),
        *("request_headers", "search", "task_delete", "weather"),
    ],
)
def test_an_example_is_prerendered(examples: Mapping[str, Element], name: str) -> None:
    assert "data-prerendered" in examples[name].attrs
    assert any(isinstance(node, Element) for node in examples[name].children)


def test_the_example_that_depends_on_the_day_keeps_its_skeleton(
    examples: Mapping[str, Element],
) -> None:
    assert "data-prerendered" not in examples["insights"].attrs


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        (
            "weather",
            [
                {
                    "client": None,
                    "options": {
                        "permalink": "weather-api",
                        "method": "GET",
                        "queryParams": {"q": "Warsaw", "units": "metric"},
                    },
                    "props": [["queryParams", "q", "city"], ["queryParams", "units", "units"]],
                }
            ],
        ),
        (
            "client_headers",
            [
                {
                    "client": {"headers": {"X-App-Version": "2.1.0", "X-Client": "custom-widget"}},
                    "options": {"permalink": "analytics-api", "method": "GET"},
                    "props": [],
                }
            ],
        ),
        ("request_headers", None),  # whose id is another each time
        ("contact_create", None),
    ],
)
def test_an_examples_calls_are_begun(
    examples: Mapping[str, Element], name: str, calls: list[Any] | None
) -> None:
    told = examples[name].attrs.get("data-prefetch")
    assert (None if told is None else json.loads(told)) == calls
