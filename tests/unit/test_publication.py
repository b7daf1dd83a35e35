"""A built tree as pushes of it: what is live is what was checked."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest

from widget_workbench.bundle import Bundled, build
from widget_workbench.checking.tree import read_tree
from widget_workbench.preview import publication
from widget_workbench.preview.publication import PublishedDirectory
from widget_workbench.repository import Repository

from .test_build import MANIFEST, Files, write

ENTRY = "widgets/tabs/dist/index.html"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    files: Files = {
        "widgets/tabs/widget.json": {**MANIFEST, "source": {"path": "dist", "entry": "index.html"}},
        ENTRY: "<p>first</p>",
    }
    build(write(tmp_path / "repository", files), tmp_path / "dist", Bundled())
    return tmp_path / "dist"


def live(directory: PublishedDirectory) -> str:
    return directory.publication.hosted("tabs").content("index.html").decode()


def test_a_good_push_is_live_and_a_rejected_one_changes_nothing(dist: Path) -> None:
    directory = PublishedDirectory(dist.parent, dist)
    (dist / ENTRY).write_text("<p>second</p>")
    assert directory.read()[1] == ()
    assert live(directory) == "<p>second</p>"
    (dist / ENTRY).write_bytes(b"\xff")
    assert [problem.code for problem in directory.read()[1]] == ["TRANSFORMATION_FAILED"] * 2
    assert live(directory) == "<p>second</p>"
    (dist / ENTRY).write_text("<p>third</p>")
    assert directory.read()[1] == ()
    assert live(directory) == "<p>third</p>"


def test_what_changes_while_it_is_checked_is_not_live_and_is_looked_at_again(
    dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = PublishedDirectory(dist.parent, dist)

    def overtaken(root: Path, **options: Any) -> Any:
        tree = read_tree(root, **options)
        (dist / ENTRY).write_bytes(b"\xff")
        return tree

    (dist / ENTRY).write_text("<p>second</p>")
    monkeypatch.setattr(publication, "read_tree", overtaken)
    directory.read()
    monkeypatch.undo()
    assert live(directory) == "<p>second</p>"
    assert "TRANSFORMATION_FAILED" in [problem.code for problem in directory.read()[1]]


def test_a_directory_that_is_gone_and_comes_back_is_looked_at_again(dist: Path) -> None:
    directory = PublishedDirectory(dist.parent, dist)
    dist.rename(dist.with_name("away"))
    assert "cannot be read" in directory.read()[1][-1].message
    dist.mkdir()
    assert "is missing" in directory.read()[1][-1].message
    assert live(directory) == "<p>first</p>"


def test_the_sources_own_scripts_are_not_the_trees(dist: Path) -> None:
    write(dist.parent, {"scripts/s/script.json": "{", "scripts/s/script.js": ""})
    directory = PublishedDirectory(dist.parent, dist)
    repository: Repository = directory.read()[0].repository
    assert (repository.problems, repository.global_code) == ((), ())


def test_a_publication_that_nobody_keeps_is_let_go(dist: Path) -> None:
    directory = PublishedDirectory(dist.parent, dist)
    first = weakref.ref(directory.publication)
    (dist / ENTRY).write_text("<p>second</p>")
    directory.read()
    gc.collect()
    assert first() is None
