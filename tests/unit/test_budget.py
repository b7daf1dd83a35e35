"""The budget of a widget's directory, held by the example with the largest dependencies (runtime/budget.toml)."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from widget_workbench.bundle import Bundled, build
from widget_workbench.checking.limits import LARGEST_FILE, LARGEST_WIDGET, MOST_FILES

ROOT = Path(__file__).parents[2]
LARGEST = "directory"


@pytest.fixture(scope="module")
def budget() -> dict[str, Any]:
    return tomllib.loads((ROOT / "runtime" / "budget.toml").read_text())


@pytest.fixture(scope="module")
def widgets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built examples' directories."""
    out = tmp_path_factory.mktemp("budget") / "dist"
    build(ROOT / "examples", out, Bundled())
    return out / "widgets"


def sizes(widget: Path) -> dict[str, int]:
    files = (path for path in widget.rglob("*") if path.is_file())
    return {path.relative_to(widget).as_posix(): path.stat().st_size for path in files}


def weights(widget: Path) -> dict[str, int]:
    """Bytes by the budget's lines."""
    records = json.loads((widget / "bundle.json").read_text())["files"]
    part_of = {record["path"]: record.get("part", "own") for record in records}
    found: defaultdict[str, int] = defaultdict(int)
    for path, size in sizes(widget).items():
        line = "loader" if path.startswith("loader/") else part_of.get(path, "own")
        found[line] += size
    return dict(found)


def test_each_part_keeps_its_line(widgets: Path, budget: dict[str, Any]) -> None:
    found = weights(widgets / LARGEST)
    assert found.keys() == budget["parts"].keys()
    over = {line: size for line, size in found.items() if size > budget["parts"][line]}
    assert over == {}


def test_no_line_is_far_from_what_it_is_for(widgets: Path, budget: dict[str, Any]) -> None:
    # Else the budget would tell nothing.
    found = weights(widgets / LARGEST)
    slack = {line: size - found[line] for line, size in budget["parts"].items()}
    assert sum(slack.values()) < 150_000, slack


def test_the_largest_example_has_the_largest_dependencies(widgets: Path) -> None:
    by_weight = sorted(
        widgets.iterdir(), key=lambda widget: weights(widget).get("dependency", 0), reverse=True
    )
    assert by_weight[0].name == LARGEST


def test_the_lines_fit_the_platforms_limits(widgets: Path, budget: dict[str, Any]) -> None:
    limits = budget["limits"]
    assert (limits["bytes"], limits["file"], limits["files"]) == (
        LARGEST_WIDGET,
        LARGEST_FILE,
        MOST_FILES,
    )
    assert sum(budget["parts"].values()) <= limits["bytes"]
    for widget in widgets.iterdir():
        files = sizes(widget)
        assert max(files.values()) <= limits["file"]
        assert len(files) <= limits["files"]
        assert sum(files.values()) <= limits["bytes"]
