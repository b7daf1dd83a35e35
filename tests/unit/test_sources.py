"""What the preview knows to be saved: every change that a page has not been given, and no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from widget_workbench.bundle import Hosted
from widget_workbench.bundle.bundle_file import BundleFile
from widget_workbench.prerendering import NOTHING, FirstPaint
from widget_workbench.preview.saved import saved
from widget_workbench.preview.sources import DependencyFiles, Sources
from widget_workbench.repository import Repository, Widget, read_repository

MANIFEST = {"title": "Clock", "category": "Tools"}


class Runtime:
    """No widget of these tests starts."""

    release = "1"
    files: Mapping[str, bytes] = MappingProxyType({})


class Bundle:
    """Calls a function before it reads a widget's files, as who saves one at that moment."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[Widget], None] = lambda widget: None

    def published_files(
        self,
        widget: Widget,
        hosting: Hosted,
        dependencies: Iterable[BundleFile],
        *,
        paint: FirstPaint,
    ) -> Mapping[str, bytes]:
        content = (widget.directory / "main.py").read_bytes()
        self.meanwhile(widget)
        asset = widget.directory / "assets" / "logo.svg"
        own = {"assets/logo.svg": asset.read_bytes()} if asset.exists() else {}
        entry = b'<link href="./main.py"><link href="./assets/logo.svg#mark">'
        return {"index.html": entry, "main.py": content, **own}

    def dependency_files(
        self, repository: Repository, told: Callable[[str], None]
    ) -> DependencyFiles:
        return lambda widget: ()

    def paints_of(
        self,
        repository: Repository,
        dependencies: DependencyFiles,
        told: Callable[[str], None],
    ) -> Callable[[Widget], FirstPaint]:
        return lambda widget: NOTHING

    def runtime(self) -> Runtime:
        return Runtime()


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    directory = tmp_path / "widgets" / "clock"
    directory.mkdir(parents=True)
    (directory / "widget.json").write_text(json.dumps(MANIFEST))
    (directory / "main.py").write_text("1")
    return directory


def test_what_is_saved_while_a_page_is_made_is_not_taken_for_known(
    tmp_path: Path, clock: Path
) -> None:
    bundle = Bundle()
    sources = Sources(tmp_path, bundle)

    def save(widget: Widget) -> None:
        (clock / "main.py").write_text("2")
        bundle.meanwhile = lambda widget: None

    bundle.meanwhile = save
    reading, _ = sources.read()
    assert reading.hosted("clock").content("main.py") == b"1"
    assert not sources.is_current()
    reading, _ = sources.glance()
    assert reading.hosted("clock").content("main.py") == b"2"
    assert sources.is_current()


@pytest.mark.parametrize(
    "path",
    [
        "preview.toml",
        "secrets.toml",
        "preview.connectors.json",
        "widgets/clock/connectors.json",
        "widgets/clock/widget.json",
        "widgets/clock/style.css",
        "widgets/clock/skeleton.html",
        "widgets/clock/assets/logo.svg",
        "widgets/other/widget.json",
    ],
)
def test_what_a_page_shows_or_a_call_needs_is_missed(
    tmp_path: Path, clock: Path, path: str
) -> None:
    sources = Sources(tmp_path, Bundle())
    assert sources.is_current()
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    file.write_text('{"title": "Another", "category": "Tools"}')
    assert not sources.is_current()


@pytest.mark.parametrize(
    "path", ["README.md", "notes.txt", "test_clock.py", "_props.pyi", "node_modules/a/b.js"]
)
def test_what_nobody_is_shown_changes_nothing(tmp_path: Path, clock: Path, path: str) -> None:
    before = saved(read_repository(tmp_path))
    file = clock / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("something else")
    assert saved(read_repository(tmp_path)) == before


def test_of_a_javascript_widget_only_what_it_publishes_counts(tmp_path: Path) -> None:
    directory = tmp_path / "widgets" / "plain"
    (directory / "dist").mkdir(parents=True)
    (directory / "node_modules").mkdir()
    source = {"path": "dist", "entry": "index.html"}
    (directory / "widget.json").write_text(json.dumps({**MANIFEST, "source": source}))
    (directory / "dist" / "index.html").write_text("<p></p>")
    before = saved(read_repository(tmp_path))
    (directory / "node_modules" / "left.js").write_text("1")
    (directory / "source.ts").write_text("1")
    assert saved(read_repository(tmp_path)) == before
    (directory / "dist" / "index.html").write_text("<p>1</p>")
    assert saved(read_repository(tmp_path)) != before


def test_a_problem_goes_with_what_it_was_of(tmp_path: Path, clock: Path) -> None:
    bundle = Bundle()

    def fail(widget: Widget) -> None:
        raise ValueError("there is no such package")

    bundle.meanwhile = fail
    sources = Sources(tmp_path, bundle)
    _, problems = sources.read()
    assert [problem.path for problem in problems] == ["widgets/clock"]
    (tmp_path / "widgets" / "clock" / "connectors.json").write_text('{"connectors": []}')
    assert sources.glance()[1] == problems
    (clock / "main.py").write_text("2")
    assert sources.glance()[1] == ()


def test_a_picture_has_another_address_when_it_is_another(tmp_path: Path, clock: Path) -> None:
    (clock / "assets").mkdir()
    (clock / "assets" / "logo.svg").write_text("<svg></svg>")
    sources = Sources(tmp_path, Bundle())
    loaded = sources.reading.hosted("clock").entry().html
    assert '"/widgets/clock/assets/logo.svg#mark"' in loaded
    addresses = [loaded]
    for content in ("<svg/>", "<svg />"):
        (clock / "assets" / "logo.svg").write_text(content)
        entry = sources.glance()[0].hosted("clock").entry()
        addresses.append(entry.html)
        assert '"/widgets/clock/main.py"' in entry.html
        assert '#mark"' in entry.html
        assert entry.references == ("main.py", "assets/logo.svg")
    assert len(set(addresses)) == 3
