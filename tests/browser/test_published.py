"""`widget preview --published`: a built tree is hosted as the platform does (platform.md §1)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from widget_workbench.bundle import build, hosting_of
from widget_workbench.preview import RejectedError, running
from widget_workbench.testing import Community, CommunityFactory

from .conftest import JAVASCRIPT

HOSTED = re.compile(r"/_hosted/[\w-]{22}/")


@pytest.fixture(scope="module")
def javascript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The official template's shapes of widgets, built."""
    directory = tmp_path_factory.mktemp("javascript") / "dist"
    build(JAVASCRIPT, directory, hosting_of("bundled"))
    return directory


@pytest.fixture
def live(community_factory: CommunityFactory, javascript: Path) -> Iterator[Community]:
    with community_factory(JAVASCRIPT, published=javascript) as community:
        yield community


# The official template's shapes, unchanged.


def test_a_build_carries_each_shape_over_unchanged(javascript: Path) -> None:
    sources = [path for path in (JAVASCRIPT / "widgets").glob("*/dist/**/*") if path.is_file()]
    assert len({path.relative_to(JAVASCRIPT / "widgets").parts[0] for path in sources}) == 6
    for path in sources:
        built = javascript / path.relative_to(JAVASCRIPT)
        assert built.read_bytes() == path.read_bytes()


def test_a_module_and_a_picture_beside_it(live: Community) -> None:
    widget = live.open("vanilla").widget("vanilla")
    expect(widget.get_by_role("listitem")).to_have_count(3)
    image = widget.get_by_role("img")
    assert HOSTED.search(image.get_attribute("src") or "")
    expect(image).to_have_js_property("naturalWidth", 32)


def test_inline_scripts_and_modules_of_which_one_stands_twice(live: Community) -> None:
    page = live.open("inline_script", "inline_module", "inline_script")
    for nth in range(2):
        inline = page.widget("inline_script", nth=nth)
        expect(inline.get_by_role("listitem").first).to_contain_text("(")
        expect(inline.locator(".topics-card")).to_have_class("topics-card tone-calm")
    expect(page.widget("inline_module").get_by_role("heading")).to_have_text("One topic")
    expect(page.widget("inline_module").locator(".topic")).to_contain_text("(")


def test_a_framework_that_takes_the_whole_container_and_imports_a_chunk(live: Community) -> None:
    page = live.open("framework")
    widget = page.widget("framework")
    expect(widget.get_by_role("button")).to_have_count(2)
    widget.get_by_role("button").first.click()
    expect(widget.get_by_role("status")).to_have_text("How do I export my data?: 4 replies")
    page.set_props("framework", {"title": "Everything"})
    expect(widget.get_by_role("heading")).to_have_text("Everything")


def test_a_stylesheet_and_pictures_in_every_attribute(live: Community) -> None:
    widget = live.open("stylesheet_link").widget("stylesheet_link")
    card = widget.locator(".card")
    expect(card).to_have_css("color", "rgb(1, 2, 3)")
    for rule in ("background-image", "border-image-source", "list-style-image"):
        expect(card).to_have_css(rule, re.compile(rf"{HOSTED.pattern}stylesheet_link/images/dot"))
    expect(widget.locator("img.plain")).to_have_js_property("naturalWidth", 16)
    expect(widget.locator("img.large")).to_have_js_property("complete", True)
    assert widget.locator("img.large").evaluate("(image) => image.naturalWidth") > 0
    assert HOSTED.search(widget.locator("video").get_attribute("poster") or "")


@pytest.mark.parametrize("sdk", ["current", "legacy"])
def test_the_older_tag_of_the_sdk(live: Community, sdk: str) -> None:
    requests: list[Request] = []

    def record(request: Request) -> None:
        requests.append(request)

    def prepare(page: Page) -> None:
        page.on("request", record)

    page = live.open("old_sdk_tag", sdk="legacy" if sdk == "legacy" else "current", prepare=prepare)
    expect(page.widget("old_sdk_tag").locator(".latest")).to_have_text("How do I export my data?")
    assert {urlsplit(request.url).hostname for request in requests} <= {"127.0.0.1", None}


# How it is hosted.


def test_files_are_below_a_prefix_that_nobody_can_guess(live: Community) -> None:
    page = live.open("vanilla").page
    entry = page.evaluate(
        "() => JSON.parse(document.querySelector('#community-page').textContent).registry.vanilla.entry"
    )
    assert re.fullmatch(rf"{HOSTED.pattern}vanilla/index\.html", entry)
    response = page.request.get(f"{live.url}/widgets/vanilla/widget.js")
    assert response.status == 404
    guessed = HOSTED.sub("/_hosted/AAAAAAAAAAAAAAAAAAAAAA/", entry)
    response = page.request.get(f"{live.url}{guessed}")
    assert response.status == 404
    assert "load the page again" in response.text()


def test_every_answer_has_the_platforms_headers(live: Community, javascript: Path) -> None:
    page = live.open("vanilla").page
    base = page.evaluate(
        "() => JSON.parse(document.querySelector('#community-page').textContent).registry.framework.entry"
    ).removesuffix("index.html")
    for name in ("index.html", "assets/app.js"):
        response = page.request.get(f"{live.url}{base}{name}")
        assert response.status == 200
        headers = response.headers
        assert headers["content-security-policy"].startswith("default-src 'self'; script-src")
        assert headers["x-content-type-options"] == "nosniff"
        assert {"referrer-policy", "x-frame-options"} <= headers.keys()
    # Nothing in a script or a stylesheet is rewritten.
    built = javascript / "widgets" / "framework" / "dist" / "assets" / "app.js"
    assert response.body() == built.read_bytes()


def test_what_is_pushed_meanwhile_is_live_at_the_next_load(
    community_factory: CommunityFactory, javascript: Path, tmp_path: Path
) -> None:
    dist = tmp_path / "dist"
    shutil.copytree(javascript, dist)
    script = dist / "widgets" / "vanilla" / "dist" / "widget.js"
    good = script.read_text()
    with community_factory(JAVASCRIPT, published=dist) as community:
        before = community.open("vanilla")
        expect(before.widget("vanilla").get_by_role("heading")).to_have_text("Latest topics")
        url = before.widget("vanilla").get_by_role("img").evaluate("(image) => image.src")

        # A rejected push changes nothing, and says why.
        script.write_text("location.href = 'https://elsewhere.example/';")
        rejected = community.open("vanilla")
        expect(rejected.widget("vanilla").get_by_role("heading")).to_have_text("Latest topics")
        expect(rejected.page.get_by_text("widgets/vanilla/dist/widget.js")).to_be_visible()
        expect(rejected.page.get_by_text("what was live before stays live")).to_be_visible()

        script.write_text(good.replace("title;", "`${title}, pushed`;"))
        after = community.open("vanilla")
        expect(after.widget("vanilla").get_by_role("heading")).to_have_text("Latest topics, pushed")

        # A page from before goes on.
        assert before.page.request.get(url).ok
        assert url != after.widget("vanilla").get_by_role("img").evaluate("(image) => image.src")


def test_what_the_platform_would_reject_is_not_served(javascript: Path, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    shutil.copytree(javascript, dist)
    entry = dist / "widgets" / "vanilla" / "dist" / "index.html"
    entry.write_bytes(b"<p>\xff</p>")
    with (
        pytest.raises(
            RejectedError,
            match=r"^widgets/vanilla/dist/index\.html: TRANSFORMATION_FAILED: is not UTF-8",
        ),
        running(JAVASCRIPT, published=dist),
    ):
        pass


def test_symbolic_links_are_skipped(
    community_factory: CommunityFactory, javascript: Path, tmp_path: Path
) -> None:
    dist = tmp_path / "dist"
    shutil.copytree(javascript, dist)
    secret = tmp_path / "secret.js"
    secret.write_text("export const secret = 1;")
    (dist / "widgets" / "vanilla" / "dist" / "linked.js").symlink_to(secret)
    with community_factory(JAVASCRIPT, published=dist) as community:
        image = community.open("vanilla").widget("vanilla").get_by_role("img")
        base = image.evaluate("(image) => image.src").removesuffix("logo.svg")
        assert community.pages[0].page.request.get(f"{base}widget.js").ok
        assert community.pages[0].page.request.get(f"{base}linked.js").status == 404
