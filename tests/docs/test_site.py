"""The documentation's site in a browser: its links, whether everybody can read it, and that it fits phones."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from .conftest import Site
from .pages import PROJECT

# One process makes the site for all of these.
pytestmark = pytest.mark.xdist_group("site")

AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
# What the pages may lead to beyond the site; the first is the theme's own line.
ELSEWHERE = {"github.com", "jinja.palletsprojects.com", "peps.python.org"}


class _Found(HTMLParser):
    """A page's links and its anchors."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name == "srcset" and value:
                self.links += [each.split()[0] for each in value.split(",")]
            elif name == "id" and value:
                self.anchors.add(value)


def _read(file: Path) -> _Found:
    found = _Found()
    found.feed(file.read_text("utf-8"))
    return found


def test_every_link_leads_somewhere(site: Site) -> None:
    pages = {path: _read(site.directory / path) for path in site.pages()}
    broken = [
        f"{path}: {link}"
        for path, page in pages.items()
        for link in page.links
        if not _leads_somewhere(site, path, link, pages)
    ]
    assert not broken, "\n".join(broken)


def _leads_somewhere(site: Site, path: str, link: str, pages: dict[str, _Found]) -> bool:
    parts = urlsplit(link)
    if parts.scheme in ("data", "mailto"):
        return True
    if parts.netloc:
        return parts.scheme == "https" and parts.hostname in ELSEWHERE
    target, fragment = urldefrag(urljoin(f"/{path}", link))
    target = unquote(urlsplit(target).path).lstrip("/")
    if target.endswith("/") or target == "":
        target += "index.html"
    if not (site.directory / target).exists():
        return False
    return not fragment or target not in pages or unquote(fragment) in pages[target].anchors


@pytest.fixture(scope="module")
def reader(community_context: BrowserContext) -> Iterator[BrowserContext]:
    """A browser without the test kit's eyes."""
    assert community_context.browser is not None
    context = community_context.browser.new_context(reduced_motion="reduce")
    yield context
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(375, "light"), (1280, "light"), (1280, "dark")])
def test_everybody_can_read_it(site: Site, reader: BrowserContext, width: int, scheme: str) -> None:
    page = reader.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.add_init_script(path=AXE)
    printed: list[str] = []
    page.on("console", lambda message: printed.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: printed.append(f"{page.url}: {error}"))
    found: list[str] = []
    for path in site.pages():
        page.goto(site.url + path)
        found += [f"{path}: {each}" for each in _violations(page)]
        wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found.append(f"{path}: {wide} px wider than {width} px")
    page.close()
    assert not found, "\n".join(found)
    assert not printed, "\n".join(printed)


def _violations(page: Page) -> list[str]:
    told: list[str] = page.evaluate(
        """async () => {
            const { violations } = await axe.run(document, { resultTypes: ["violations"] });
            return violations.flatMap(({ id, help, nodes }) =>
                nodes.slice(0, 3).map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`));
        }"""
    )
    return told


def test_searching_finds_a_message(site: Site, reader: BrowserContext) -> None:
    page = reader.new_page()
    page.goto(f"{site.url}search.html?q=kept+the+page+from+answering")
    page.get_by_role("link", name="What the preview says").first.wait_for()
    page.close()
