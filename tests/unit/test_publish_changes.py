"""`widget publish` before its question: what it shows of what goes live."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from tests.unit.publishing_site import (
    Author,
    Files,
    Site,
    author,
    connectors,
    git,
    isolated,
    site,
    succeeded,
    together,
    widget,
)
from widget_workbench.publish_command import publish

__all__ = ["author", "isolated", "site"]

WEATHER = widget("weather")


def shown(author: Author, files: Files) -> list[str]:
    """The lines of a dry run, without the one that tells what is replaced."""
    author.files = files
    lines = succeeded(author("--dry-run")).output.splitlines()
    return [line for line in lines if not line.startswith("It replaces ")]


def with_registry(files: Files, **arrays: list[dict[str, Any]]) -> Files:
    registry = files["extensions_registry.json"]
    assert isinstance(registry, bytes)
    document = {**json.loads(registry), **arrays}
    return {**files, "extensions_registry.json": json.dumps(document).encode()}


def test_widgets_are_told_with_versions_files_and_their_share_of_the_limits(author: Author) -> None:
    author.publish(together(WEATHER, widget("old", version="0.9.0"), widget("same")))
    lines = shown(
        author,
        together(
            widget(
                "weather", source="x" * 1_500_000, version="1.1.0", files={"style.css": b"a {}"}
            ),
            widget("new", source="12345"),
            widget("same"),
        ),
    )
    end = lines.index("--- nothing")
    assert lines[2:end] == [
        "added     widget new 1.0.0",
        "          2 files, 8 bytes: index.html, main.py",
        "          in all 2 files (2% of what the platform takes), 8 bytes (0%), the largest 5 bytes (0%)",
        "removed   widget old 0.9.0: community pages that have it placed lose it",
        "changed   widget weather 1.0.0 → 1.1.0",
        "          2 files, 1.50 MB: main.py, style.css",
        "          in all 3 files (3% of what the platform takes), 1.50 MB (15%), the largest 1.50 MB (75%)",
        "",
    ]


def test_a_version_that_stays_is_remarked(author: Author) -> None:
    author.publish(WEATHER)
    lines = shown(author, widget("weather", source="2"))
    assert "changed   widget weather 1.0.0 (its version stays)" in lines
    assert not any(line.startswith(("---", "+++", "@@")) for line in lines)


def test_of_many_files_the_first_are_named(author: Author) -> None:
    files: Files = {f"file{number:02}": b"" for number in range(12)}
    lines = shown(author, widget("weather", files=files))
    names = ", ".join(f"file{number:02}" for number in range(8))
    assert f"          14 files, 4 bytes: {names} and 6 more" in lines


def test_a_file_that_goes_away_counts_as_changed(author: Author) -> None:
    author.publish(widget("weather", files={"gone": b"12345"}))
    assert "          1 file, 0 bytes: gone (removed)" in shown(author, WEATHER)


def test_connectors_are_told_by_their_permalinks(author: Author) -> None:
    def connector(name: str, **fields: str) -> dict[str, Any]:
        return {"name": name, "url": "https://api.example.com/", **fields}

    author.publish(
        {
            **WEATHER,
            "connectors_registry.json": connectors(
                connector("Weather API"),
                connector("Gone"),
                connector("Kept", permalink="stays"),
                composite_connectors=[{"name": "Both", "steps": [connector("a")]}],
            ),
        }
    )
    lines = shown(
        author,
        {
            **WEATHER,
            "connectors_registry.json": connectors(
                connector("Weather API", method="POST"),
                connector("Kept", permalink="stays"),
                connector("Fresh", permalink="new-one"),
                composite_connectors=[],
            ),
        },
    )
    end = lines.index("--- connector gone (live)")
    assert lines[2:end] == [
        "deleted   connector gone: widgets that still call it fail",
        "created   connector new-one",
        "changed   connector weather-api",
        "deleted   composite connector both: widgets that still call it fail",
        "",
    ]


def test_scripts_stylesheets_and_files_of_the_runtime_are_told(author: Author) -> None:
    chat = {"name": "chat", "source": {"path": "scripts/chat", "entry": "script.js"}}
    brand = {"name": "brand", "source": {"path": "stylesheets/brand", "entry": "style.css"}}
    first = with_registry(
        {**WEATHER, "scripts/chat/script.js": b"1", "runtime/core-1.mjs": b"1"}, scripts=[chat]
    )
    author.publish(first)
    lines = shown(
        author,
        with_registry(
            {
                **first,
                "scripts/chat/script.js": b"22",
                "stylesheets/brand/style.css": b"333",
                "runtime/core-2.mjs": b"4444",
            },
            stylesheets=[brand],
        ),
    )
    assert lines[2:8] == [
        "changed   script chat",
        "          1 file, 2 bytes: script.js",
        "added     stylesheet brand",
        "          1 file, 3 bytes: style.css",
        "changed   1 file, 4 bytes: runtime/core-2.mjs",
        "",
    ]
    gone = "removed   script chat: pages no longer run it"
    assert gone in shown(author, WEATHER)


def test_the_definitions_that_change_are_shown_line_by_line(author: Author) -> None:
    author.publish(together(WEATHER, widget("same")))
    lines = shown(author, together(widget("weather", version="1.1.0"), widget("same")))
    start = lines.index("--- widget weather (live)")
    assert lines[start : start + 10] == [
        "--- widget weather (live)",
        "+++ widget weather (new)",
        "@@ -1,7 +1,7 @@",
        " {",
        '   "type": "weather",',
        '   "title": "Weather",',
        '-  "version": "1.0.0",',
        '+  "version": "1.1.0",',
        '   "source": {',
        '     "path": "widgets/weather",',
    ]
    assert not any("same" in line for line in lines)


def test_the_order_of_keys_and_entries_is_no_change(author: Author, site: Site) -> None:
    author.publish(together(WEATHER, widget("clock")))
    author.publish(together(widget("clock"), WEATHER))
    assert site.history()[0] == "Publish the registries"
    lines = shown(author, together(WEATHER, widget("clock")))
    assert lines[2] == "Nothing but the form of the registries changes."


def test_nothing_that_is_shown_steers_the_terminal(author: Author) -> None:
    hostile = widget("wea\x1b[2Jther\u202e", version="1\r\n2")
    registry = json.dumps(
        {"widgets": [{"type": "x\x1b[2J\nforged", "title": "\x9b1m\u202e"}]}, ensure_ascii=False
    ).encode()
    author.files = {**hostile, "extensions_registry.json": registry}
    output = succeeded(author("--dry-run")).output
    assert re.findall(r"[^\n\x20-\x7e→…]", output) == []
    assert "\nforged" not in output
    author.publish(author.files)


def test_colours_are_for_terminals(author: Author, site: Site) -> None:
    author.publish(WEATHER)
    author.files = widget("weather", version="2.0.0")
    arguments = [str(site.author), "--dry-run"]
    output = CliRunner().invoke(publish, arguments, color=True).output
    assert click.style('+  "version": "2.0.0",', fg="green") in output
    assert "\x1b" not in CliRunner().invoke(publish, arguments).output


@pytest.mark.parametrize("registry", [b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_live_registry_that_is_none_is_told_and_replaced(
    author: Author, site: Site, tmp_path: Path, registry: bytes
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", site.remote, clone)
    (clone / "extensions_registry.json").write_bytes(registry)
    (clone / "connectors_registry.json").write_bytes(connectors())
    (clone / "widgets" / "weather").mkdir(parents=True)
    (clone / "widgets" / "weather" / "main.py").touch()
    git(clone, "add", ".")
    git(clone, "commit", "-qm", "Broken")
    git(clone, "push", "-q", "origin", "HEAD:published")
    told = "The live extensions_registry.json is no JSON object"
    assert any(line.startswith(told) for line in shown(author, WEATHER))
    author.publish(WEATHER)
    assert site.history()[0] == "Publish weather 1.0.0"
