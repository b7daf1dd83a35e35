"""The build stamp: what tells one build of a widget from another."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from widget_workbench.bundle import Bundled, build, hosting_of
from widget_workbench.bundle.building import assemble

from .test_build import MANIFEST, Files, command, python_widget, registry, tree, write


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def committed(root: Path) -> str:
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "More")
    return git(root, "rev-parse", "HEAD")


def stamp(root: Path, name: str = "weather") -> dict[str, Any]:
    manifest = assemble(root, Bundled()).files[f"widgets/{name}/bundle.json"]
    assert isinstance(manifest, bytes)
    found: dict[str, Any] = json.loads(manifest)["build"]
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with two widgets, in a directory of git's."""
    checkout = tmp_path / "checkout"
    root = write(
        checkout / "community",
        {
            **python_widget({"skeleton.html": "<p>Soon"}, name="weather"),
            **python_widget({"widget.json": {**MANIFEST, "version": "2.0.0"}}, name="other"),
        },
    )
    git(checkout, "init", "-q")
    return root


def test_it_names_version_content_and_commit(root: Path) -> None:
    commit = committed(root)
    found = stamp(root, "other")
    assert found["version"] == "2.0.0"
    assert found["commit"] == commit
    assert len(found["content"]) == 64


def test_the_commit_is_the_last_that_changed_the_widget(root: Path) -> None:
    first = committed(root)
    write(root, {"widgets/other/main.py": "def init(sdk): return"})
    second = committed(root)
    assert stamp(root)["commit"] == first
    assert stamp(root, "other")["commit"] == second


@pytest.mark.parametrize(
    "changed", ["main.py", "skeleton.html", "widget.json", "new.py", "assets/new.svg"]
)
def test_what_is_not_committed_has_no_commit(root: Path, changed: str) -> None:
    first = committed(root)
    text = json.dumps({**MANIFEST, "version": "1.0.1"}) if changed == "widget.json" else "a = 1"
    write(root, {f"widgets/weather/{changed}": text, "notes.txt": "x", "widgets/weather/x.md": ""})
    assert "commit" not in stamp(root)
    assert stamp(root, "other")["commit"] == first


def test_a_file_that_is_gone_is_not_committed(root: Path) -> None:
    write(root, {"widgets/weather/extra.py": "", "widgets/weather/notes.txt": ""})
    first = committed(root)
    (root / "widgets" / "weather" / "notes.txt").unlink()
    assert stamp(root)["commit"] == first
    (root / "widgets" / "weather" / "extra.py").unlink()
    assert "commit" not in stamp(root)


def test_a_build_for_another_hosting_is_another_build(root: Path) -> None:
    built = [
        json.loads(files["widgets/weather/bundle.json"])["build"]["content"]
        for text in ("bundled", "cdn", "/python/", "https://static.example.com/")
        if isinstance(
            (files := assemble(root, hosting_of(text)).files)["widgets/weather/bundle.json"], bytes
        )
    ]
    assert len(set(built)) == 4


def test_what_git_ignores_and_a_bundle_holds_is_not_committed(root: Path) -> None:
    write(root, {".gitignore": "data.py\n", "widgets/weather/data.py": ""})
    committed(root)
    assert "commit" not in stamp(root)


def test_without_git_there_is_no_commit(tmp_path: Path) -> None:
    assert "commit" not in stamp(write(tmp_path, python_widget()))


def test_the_content_changes_with_each_file_and_the_version(tmp_path: Path) -> None:
    variants: list[Files] = [
        {},
        {"main.py": "def init(sdk): return"},
        {"skeleton.html": "<p>Soon"},
        {"style.css": "a {}"},
        {"assets/a.txt": ""},
        {"widget.json": {**MANIFEST, "version": "1.0.1"}},
    ]
    contents = {
        stamp(write(tmp_path / str(number), python_widget(files)))["content"]
        for number, files in enumerate(variants)
    }
    assert len(contents) == len(variants)


def test_it_is_in_the_description_if_asked_for(root: Path, tmp_path: Path) -> None:
    write(
        root,
        {
            "widgets/weather/widget.json": {**MANIFEST, "description": "Of today"},
            "widgets/tabs/widget.json": {
                **MANIFEST,
                "version": "3.1.0",
                "source": {"path": "dist", "entry": "index.html"},
            },
            "widgets/tabs/dist/index.html": "<p>Tabs</p>",
        },
    )
    commit = committed(root)
    out = tmp_path / "dist"
    assert command(root, "--out", out, "--describe-builds").exit_code == 0
    built = {each["type"]: each["description"] for each in registry(tree(out))["widgets"]}
    content = json.loads((out / "widgets/weather/bundle.json").read_text())["build"]["content"]
    assert built["weather"] == (
        f"Of today\nVersion 1.0.0, build {content[:12]}, commit {commit[:12]}."
    )
    assert built["tabs"].startswith("Version 3.1.0, build ")

    build(root, out, Bundled())
    plain = {each["type"]: each.get("description") for each in registry(tree(out))["widgets"]}
    assert (plain["weather"], plain["tabs"]) == ("Of today", None)
