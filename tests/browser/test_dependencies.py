"""Packages that widgets depend on, in the page: they come with the bundle, and versions that conflict live apart."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.unit.package_index import PackageIndex
from widget_workbench.bundle import Bundled, build
from widget_workbench.testing import Community, CommunityFactory, CommunityPage

from .conftest import EXAMPLES, GREETING, place, without_store

INTERPRETERS = """() =>
    Array.from(globalThis[Symbol.for("pyodide-widget.interpreters")].values()).flat().length"""

MAIN = """
# /// script
# dependencies = ["REQUIREMENT"]
# ///
import greeting

def init(sdk):
    sdk.render(t"<p>{greeting.name} {greeting.same} {greeting.__version__}</p>")
"""


def write(root: Path, widgets: Mapping[str, str]) -> Path:
    """A repository of widgets that greet, by their types, each with what it asks for."""
    for name, requirement in widgets.items():
        directory = root / "widgets" / name
        directory.mkdir(parents=True)
        manifest = {"title": name, "category": "Tests"}
        (directory / "widget.json").write_text(json.dumps(manifest))
        (directory / "main.py").write_text(MAIN.replace("REQUIREMENT", requirement))
    return root


def side_by_side(tmp_path: Path, **repositories: str) -> tuple[Path, Path]:
    """Widgets that were built in repositories of their own, as one community has them."""
    together = write(tmp_path / "together", repositories)
    tree = tmp_path / "tree"
    registered: list[object] = []
    for name, requirement in repositories.items():
        alone = write(tmp_path / "alone" / name, {name: requirement})
        build(alone, tmp_path / "dist" / name, Bundled())
        shutil.copytree(tmp_path / "dist" / name, tree, dirs_exist_ok=True)
        registered += json.loads((tree / "extensions_registry.json").read_text())["widgets"]
    registry = {"widgets": registered}
    (tree / "extensions_registry.json").write_text(json.dumps(registry))
    return together, tree


def interpreters(page: CommunityPage) -> int:
    return int(page.page.evaluate(INTERPRETERS))


def test_a_package_finds_its_data_and_its_metadata(
    community_factory: CommunityFactory, index: PackageIndex, tmp_path: Path
) -> None:
    with community_factory(write(tmp_path / "repository", {"one": "greeting"})) as community:
        page = community.open("one")
        expect(page.widget("one")).to_contain_text("Ann Ann 2.0")


def test_bundles_of_two_repositories_with_one_version_share_an_interpreter(
    community_factory: CommunityFactory, index: PackageIndex, tmp_path: Path
) -> None:
    root, tree = side_by_side(tmp_path, one="greeting", two="greeting>=2")
    with community_factory(root, published=tree) as community:
        page = community.open("one", "two")
        for name in ("one", "two"):
            expect(page.widget(name)).to_contain_text("2.0")
        assert interpreters(page) == 1


def test_bundles_with_different_versions_get_an_interpreter_each_and_one_warning(
    community_factory: CommunityFactory, index: PackageIndex, tmp_path: Path
) -> None:
    root, tree = side_by_side(tmp_path, one="greeting<2", two="greeting>=2")
    with community_factory(root, published=tree) as community:
        page = community.open("one", "two", "one", "two")
        page.console.expect(
            r'^Widget "(one|two)" needs greeting [12]\.0, of which another widget on this page has brought another '
            "version or build: it gets a Python interpreter of its own"
        )
        for nth in range(2):
            expect(page.widget("one", nth=nth)).to_contain_text("Ann Ann 1.0")
            expect(page.widget("two", nth=nth)).to_contain_text("Ann Ann 2.0")
        assert interpreters(page) == 2
        warnings = [each for each in page.console.messages if "interpreter of its own" in each.text]
        assert len(warnings) == 1


def test_a_package_that_does_not_arrive_is_named_and_comes_at_the_next_try(
    community_factory: CommunityFactory, index: PackageIndex, tmp_path: Path
) -> None:
    def unreachable(route: Route) -> None:
        route.abort()

    def prepare(page: Page) -> None:
        without_store(page)
        page.route("**/greeting-*.bin", unreachable)

    with community_factory(write(tmp_path / "repository", {"one": "greeting"})) as community:
        page = community.open("one", prepare=prepare)
        page.console.expect(r'Widget "one" [\s\S]*runtime/greeting-2\.0-', "ERR_FAILED")
        alert = page.widget("one", state="error").get_by_role("alert")
        expect(alert).to_contain_text("runtime/greeting-2.0-")
        page.page.unroute("**/greeting-*.bin")
        place(page, "one")
        expect(page.widget("one", nth=1)).to_contain_text("Ann Ann 2.0")


MICROPIP = """
# /// script
# dependencies = ["micropip"]
# ///
import micropip

async def init(sdk):
    await micropip.install(sdk.asset("greeting-2.0-py3-none-any.whl"))
    await micropip.install("greeting>=1")  # which is there
    import greeting

    lines = [f"{greeting.name} {greeting.__version__}"]
    for elsewhere in ("nobody", "https://example.com/a-1.0-py3-none-any.whl"):
        try:
            await micropip.install(elsewhere)
        except ValueError as error:
            lines.append(str(error))
    sdk.render(t"{[t'<p>{line}</p>' for line in lines]}")
"""


def test_micropip_installs_wheels_of_the_pages_origin_and_says_so_otherwise(
    community_factory: CommunityFactory, tmp_path: Path
) -> None:
    # micropip itself comes from the index that this computer has.
    root = write(tmp_path / "repository", {"one": "micropip"})
    (root / "widgets" / "one" / "main.py").write_text(MICROPIP)
    assets = root / "widgets" / "one" / "assets"
    assets.mkdir()
    wheel = PackageIndex(tmp_path / "index").wheel("greeting", "2.0", files=GREETING)
    (assets / "greeting-2.0-py3-none-any.whl").write_bytes(wheel)
    with community_factory(root) as community:
        lines = community.open("one").widget("one").locator("p")
        expect(lines).to_have_count(3)
        first, *refused = lines.all_inner_texts()
    assert first == "Ann 2.0"
    for line, name in zip(refused, ("nobody", "https://example.com/a-1.0"), strict=True):
        assert line.startswith(f"micropip.install('{name}")
        assert "wheels of its page's own origin alone" in line


def test_an_asset_has_its_url_and_one_that_is_not_there_is_told(
    community: Community, widget_repository: Path
) -> None:
    shutil.copytree(EXAMPLES / "widgets" / "weather", widget_repository / "widgets" / "weather")
    directory = widget_repository / "widgets" / "weather"
    (directory / "assets").mkdir(exist_ok=True)
    (directory / "assets" / "a b.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (directory / "main.py").write_text(
        "async def init(sdk):\n"
        "    try:\n"
        "        sdk.asset('no.svg')\n"
        "    except FileNotFoundError as error:\n"
        "        told = error\n"
        "    sdk.render(t\"<p>{told}</p><img alt='' src={sdk.asset('a b.svg')}>\")\n"
    )
    widget = community.open("weather").widget("weather")
    expect(widget.locator("p")).to_have_text(
        "the widget has no assets/no.svg; in assets/ there are: a b.svg"
    )
    expect(widget.locator("img")).to_have_js_property("complete", True)
    assert (widget.locator("img").get_attribute("src") or "").endswith("/assets/a%20b.svg")
