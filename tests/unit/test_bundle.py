"""What of a widget is published, and the entry that declares it."""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from widget_workbench.bundle import BundleError, Hosted, published_files, runtime
from widget_workbench.bundle.published import own_files
from widget_workbench.repository import Widget, read_repository

ELSEWHERE = Hosted("/_runtime/1/")


def widget(root: Path, **files: str | bytes) -> Widget:
    """A Python widget of these files by their path; widget.json and main.py are there anyway."""
    directory = root / "widgets" / "weather"
    given = {
        "widget.json": '{"title": "Weather", "category": "Tests"}',
        "main.py": "def init(sdk): ...",
    }
    for name, content in {**given, **files}.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    (found,) = read_repository(root).widgets
    return found


class Links(HTMLParser):
    """The attributes of each tag of an entry, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def assets(self) -> dict[str | None, dict[str, str | None]]:
        return {
            attributes["data-asset"]: attributes
            for tag, attributes in self.tags
            if tag == "link" and attributes["rel"] == "asset"
        }


def entry(files: dict[str, bytes | Path]) -> str:
    content = files["index.html"]
    assert isinstance(content, bytes)
    return content.decode()


def test_what_the_layout_names_is_published_and_nothing_else(tmp_path: Path) -> None:
    files = published_files(
        widget(
            tmp_path,
            **{
                "format.py": "",
                "venv/lib/deep.py": "",
                "tests/helper.py": "",
                "style.css": "",
                "thumbnail.png": "",
                "assets/images/logo.svg": "",
                "test_weather.py": "",
                "conftest.py": "",
                "notes.txt": "",
                "connectors.json": "{}",
                ".env": "",
                "assets/.DS_Store": "",
                "__pycache__/main.py": "",
            },
        ),
        ELSEWHERE,
    )
    own = {path for path in files if not path.startswith("loader/")}
    assert own == {
        "bundle.json",
        "index.html",
        "main.py",
        "format.py",
        "style.css",
        "runtime/LICENCES.txt",
        "thumbnail.png",
        "assets/images/logo.svg",
    }
    assert "loader/loader.js" in files


def test_a_symbolic_link_is_skipped(tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("KEY = 1")
    found = widget(tmp_path)
    (found.directory / "linked.py").symlink_to(secret)
    (found.directory / "skeleton.html").symlink_to(secret)
    files = published_files(found, ELSEWHERE)
    assert "linked.py" not in files
    assert "KEY" not in entry(files)


def test_the_entry_declares_every_file_with_its_length(tmp_path: Path) -> None:
    files = published_files(widget(tmp_path, **{"é & b#1.py": "é"}), ELSEWHERE)
    links = Links(entry(files))
    assets = links.assets()
    assert assets["main.py"]["data-bytes"] == str(len("def init(sdk): ..."))
    assert assets["é & b#1.py"]["href"] == "%C3%A9%20%26%20b%231.py"
    assert assets["é & b#1.py"]["data-bytes"] == "2"
    manifest = runtime().manifest
    for part in manifest.shipped_parts(snapshot=True):
        for name in manifest.parts[part]:
            declared = assets[f"runtime/{name}"]
            assert declared["data-part"] == part
            # Not in an href, whose leading slash the platform would take away.
            assert declared["data-url"] == f"/_runtime/1/{name}"
            assert "href" not in declared
    assert assets["bundle.json"]["data-release"] == runtime().release
    preloaded = {
        attributes["href"]
        for _, attributes in links.tags
        if attributes.get("rel") == "modulepreload"
    }
    assert preloaded == {path for path in files if path.startswith("loader/")}


def test_the_entrys_only_script_is_the_loader(tmp_path: Path) -> None:
    links = Links(entry(published_files(widget(tmp_path), ELSEWHERE)))
    scripts = [attributes for tag, attributes in links.tags if tag == "script"]
    assert scripts == [{"type": "module", "src": "loader/loader.js"}]


def test_a_skeleton_is_in_the_entry_with_the_style_that_it_needs(tmp_path: Path) -> None:
    html = entry(
        published_files(
            widget(tmp_path, **{"skeleton.html": "<p class=grey></p>", "style.css": ".grey {}"}),
            ELSEWHERE,
        )
    )
    assert "<p class=grey></p>" in html
    assert "<style data-widget-skeleton>.grey {}</style>" in html


def root(html: str) -> dict[str, str | None]:
    """The attributes of the container that an entry brings."""
    (attributes,) = (
        attributes for _, attributes in Links(html).tags if "data-widget-root" in attributes
    )
    return attributes


def test_without_a_skeleton_of_its_own_a_widget_has_the_default_one(tmp_path: Path) -> None:
    html = entry(published_files(widget(tmp_path, **{"style.css": ".grey {}"}), ELSEWHERE))
    assert root(html)["aria-busy"] == "true"
    skeletons = [
        attributes
        for _, attributes in Links(html).tags
        if attributes.get("class") == "widget-skeleton"
    ]
    # What a screen reader tells is the sentence beside it.
    assert skeletons == [{"class": "widget-skeleton", "aria-hidden": "true"}]
    assert "<p>Loading…</p>" in html
    # It has no use for the widget's style.
    assert "data-widget-skeleton" not in html


def test_the_default_skeleton_has_the_communitys_colours_or_fallbacks_for_them(
    tmp_path: Path,
) -> None:
    html = entry(published_files(widget(tmp_path), ELSEWHERE))
    styles = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    (style,) = [each for each in styles if ".widget-skeleton" in each]
    tokens = re.findall(r"var\((--[\w-]+)(, [^()]+)?\)", style)
    assert "--color-surface-default" in dict(tokens)
    assert [name for name, fallback in tokens if not fallback] == []
    coloured = re.findall(r"(?:^|[\s{;])(?:background|border|color|[\w-]+-color):([^;}]*)", style)
    left = {re.sub(r"var\(--(?:color|border-width)-[^()]*\)", "", value) for value in coloured}
    # The system's own colour, for whom forced colours take all others away.
    assert {word for value in left for word in value.split()} == {"solid", "GrayText"}


def test_a_skeleton_of_its_own_stands_in_place_of_the_default_one(tmp_path: Path) -> None:
    html = entry(published_files(widget(tmp_path, **{"skeleton.html": "<p>Soon</p>"}), ELSEWHERE))
    assert root(html)["aria-busy"] == "true"
    assert "<p>Soon</p>" in html
    assert "widget-skeleton" not in html
    assert "Loading…" not in html


def test_the_container_tells_the_version_and_the_build(tmp_path: Path) -> None:
    manifest = '{"title": "Weather", "category": "Tests", "version": "3.4.5"}'
    attributes = root(
        entry(published_files(widget(tmp_path, **{"widget.json": manifest}), ELSEWHERE))
    )
    assert attributes["data-version"] == "3.4.5"
    assert re.fullmatch("[0-9a-f]{12}", attributes["data-build"] or "")


def build(directory: Path, **files: str | bytes) -> str | None:
    return root(entry(published_files(widget(directory, **files), ELSEWHERE)))["data-build"]


def test_the_build_is_another_with_each_file_that_is_published(tmp_path: Path) -> None:
    files: list[dict[str, str | bytes]] = [
        {},
        {"main.py": "def init(sdk): return"},
        {"skeleton.html": "<p>Soon</p>"},
        {"skeleton.html": "<p>Later</p>"},
        {"style.css": "<p>Soon</p>"},
        {"format.py": ""},
        {"assets/format.py": ""},
    ]
    builds = [build(tmp_path / str(number), **each) for number, each in enumerate(files)]
    assert len(set(builds)) == len(files)


def test_the_build_of_the_same_files_is_the_same(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"skeleton.html": "<p>Soon</p>", "format.py": ""}
    # What is not published is none of it.
    unpublished: dict[str, str | bytes] = {"test_weather.py": "", "notes.txt": ""}
    assert build(tmp_path / "here", **files) == build(tmp_path / "there", **files, **unpublished)


def test_an_address_in_the_skeletons_style_is_looked_for_in_assets(tmp_path: Path) -> None:
    style = "a { background: url(dot.svg), url( 'other.svg' ), url(\"dot.svg\") }"
    html = entry(
        published_files(
            widget(
                tmp_path, **{"skeleton.html": "<a>", "style.css": style, "assets/dot.svg": "<svg/>"}
            ),
            ELSEWHERE,
        )
    )
    assert 'url("assets/dot.svg"), url( \'other.svg\' ), url("assets/dot.svg")' in html


def test_a_style_that_would_end_its_element_early_stays_out_of_the_entry(tmp_path: Path) -> None:
    html = entry(
        published_files(
            widget(tmp_path, **{"skeleton.html": "<p>", "style.css": "/* </STYLE><script> */"}),
            ELSEWHERE,
        )
    )
    assert "<script> */" not in html


@pytest.mark.parametrize("name", ["skeleton.html", "style.css"])
def test_a_file_of_the_entry_that_is_not_utf_8_is_named(tmp_path: Path, name: str) -> None:
    files: dict[str, str | bytes] = {"skeleton.html": "<p>", "style.css": "", name: b"ab\xff"}
    with pytest.raises(BundleError, match=rf"{name} is not UTF-8 \(byte 2\)"):
        published_files(widget(tmp_path, **files), ELSEWHERE)


def test_a_download_is_in_whatever_encoding_its_author_chose(tmp_path: Path) -> None:
    latin = b"# -*- coding: latin-1 -*-\n# caf\xe9\n"
    files = published_files(widget(tmp_path, **{"assets/example.py": latin}), ELSEWHERE)
    assert files["assets/example.py"] == latin


def test_a_name_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    """Of a file that is not published, too: nobody can say whether it was meant to be."""
    found = widget(tmp_path)
    Path(os.fsdecode(os.fsencode(found.directory) + b"/caf\xe9.txt")).touch()
    for read in (own_files, lambda found: published_files(found, ELSEWHERE)):
        with pytest.raises(BundleError, match=r"the name 'caf\\udce9\.txt' is not UTF-8"):
            read(found)


def test_a_javascript_widget_is_published_as_it_is() -> None:
    root = Path(__file__).parents[1] / "fixtures" / "javascript"
    vanilla = next(found for found in read_repository(root).widgets if found.type == "vanilla")
    files = published_files(vanilla, ELSEWHERE)
    assert set(files) == {"index.html", "widget.js", "logo.svg"}
    assert all(isinstance(content, Path) for content in files.values())
