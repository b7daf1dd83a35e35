"""What our own browser tests have beside the test kit, with which they are written as an author's are.

They are stricter than an author's: a warning on the console fails them too (pyproject.toml, `widget_warnings`).
"""

from __future__ import annotations

import json
import os
import shutil
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.unit.package_index import PackageIndex
from widget_workbench.bundle import Bundled, build
from widget_workbench.testing import Community, CommunityFactory, CommunityPage

TESTS = Path(__file__).parent.parent
EXAMPLES = TESTS.parent / "examples"
JAVASCRIPT = TESTS / "fixtures" / "javascript"
PROBE = TESTS / "fixtures" / "probe"

WriteWidget = Callable[..., None]

GREETING = {
    "greeting/__init__.py": """
from pathlib import Path
from importlib.metadata import version
from importlib.resources import files

name = Path(__file__).with_name("name.txt").read_text()
same = (files("greeting") / "name.txt").read_text()
__version__ = version("greeting")
""",
    "greeting/name.txt": "Ann",
}

expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def widget_repository(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A repository of the test module's own: a copy of the one that it names as REPOSITORY, else an empty one."""
    root = tmp_path_factory.mktemp("repository")
    (root / "widgets").mkdir()
    if original := getattr(request.module, "REPOSITORY", None):
        shutil.copytree(original, root, dirs_exist_ok=True)
    return root


@pytest.fixture
def write_widget(widget_repository: Path) -> WriteWidget:
    """Adds a Python widget to the module's repository: its main.py, and further files by path.

    It is not prerendered, unless a widget.json among the files says so: that takes a second each time.
    """

    def write(widget_type: str, main: str, files: Mapping[str, str] | None = None) -> None:
        own = {"title": widget_type, "category": "Tests", "prerender": False, "prefetch": False}
        manifest = json.dumps(own)
        for name, text in {"widget.json": manifest, "main.py": main, **(files or {})}.items():
            path = widget_repository / "widgets" / widget_type / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))

    return write


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, built as by default."""
    directory = tmp_path_factory.mktemp("bundled") / "dist"
    build(EXAMPLES, directory, Bundled())
    return directory


class Probe:
    """A page with the probe widget, ready.

    Args:
        community: of a repository that has the probe.
        parameters: of `community.open`.
    """

    def __init__(self, community: Community, **parameters: Any) -> None:
        opened = community.open("probe", **parameters)
        opened.widget("probe")
        self.connectors = community.connectors
        self.console = opened.console
        self.page = opened.page

    def python(self, source: str, **values: Any) -> Any:
        """Runs Python in the probe, with `sdk` and all of `widget`; returns its `result` as JSON has it."""
        text = self.page.evaluate(
            "([source, values]) => window.runPython(source, values)",
            [source, json.dumps(values)],
        )
        outcome = json.loads(text)
        if "traceback" in outcome:
            raise AssertionError(outcome["traceback"])
        return outcome["result"]


@pytest.fixture(scope="module")
def probe(community_factory: CommunityFactory) -> Iterator[Probe]:
    """One for all tests of a module that leave it as it was."""
    with community_factory(PROBE) as community:
        yield Probe(community)


def without_store(page: Page) -> None:
    """Takes the page's Cache Storage away, so that each file of the runtime is fetched. For `prepare`."""
    page.add_init_script("Object.defineProperty(globalThis, 'caches', { value: undefined });")


def place(page: CommunityPage, widget_type: str) -> None:
    """Adds one more instance to the page."""
    page.page.evaluate(
        """(type) => {
            const host = document.createElement("gs-cc-registry-widget");
            host.dataset.widgetType = type;
            document.querySelector("main").append(host);
        }""",
        widget_type,
    )


def until(page: CommunityPage, condition: Callable[[], bool], what: str) -> None:
    """Waits for a condition here, which holds once Playwright has handed over what the page did."""
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, what
        page.page.evaluate("() => new Promise(requestAnimationFrame)")


def eventually(page: CommunityPage, predicate: str) -> None:
    """Waits for a condition in the page. Playwright's own wait evaluates text, which the CSP forbids."""
    held = page.page.evaluate(
        f"""() => new Promise((resolve) => {{
            const holds = {predicate};
            const deadline = performance.now() + 15_000;
            const look = () => {{
                if (holds() || performance.now() > deadline) {{
                    resolve(Boolean(holds()));
                }} else {{
                    requestAnimationFrame(look);
                }}
            }};
            look();
        }})"""
    )
    assert held, f"this never came true: {predicate}"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackageIndex:
    """What pip finds: `greeting` in two versions."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    index = PackageIndex(tmp_path / "index")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", index.url)
    monkeypatch.setenv("WIDGET_CACHE_DIR", str(tmp_path / "cache"))
    for version in ("1.0", "2.0"):
        index.wheel("greeting", version, files=GREETING)
    return index
