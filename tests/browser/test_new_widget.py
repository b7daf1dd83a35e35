"""The widget that `widget new` writes: on a page, answered by the upstream that was written with it, and its test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from widget_workbench.cli import main
from widget_workbench.testing import Community, CommunityFactory

from ..example_states import NEVER
from .test_accessibility import assert_nothing_is_found, with_axe

CONNECTOR = "my-tips-items"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository outside of this project that `widget new` has begun, and to which it has added a widget."""
    for name in ("my-tips", "other"):
        result = CliRunner().invoke(main, ["new", name, str(tmp_path)])
        assert result.exit_code == 0, result.output
    return tmp_path


@pytest.fixture
def begun(repository: Path, community_factory: CommunityFactory) -> Iterator[Community]:
    with community_factory(repository) as community:
        yield community


def run(repository: Path, *command: str) -> str:
    """What a command printed, which has to succeed."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_shows_what_its_upstream_answers(begun: Community) -> None:
    page = begun.open("my-tips", prepare=with_axe)
    widget = page.widget("my-tips")
    expect(widget.get_by_role("heading")).to_have_text("My tips")
    expect(widget.get_by_role("listitem")).to_have_count(3)
    button = widget.get_by_role("button", expanded=False)
    expect(button).to_have_text("Show all")
    button.press("Enter")
    expect(widget.get_by_role("listitem")).to_have_count(5)
    expect(widget.get_by_role("button", expanded=True)).to_have_text("Show fewer")
    expect(widget.get_by_role("button")).to_be_focused()
    assert_nothing_is_found(page)
    page.set_props("my-tips", {"heading": "Our tips"})
    expect(widget.get_by_role("heading")).to_have_text("Our tips")


@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_moves_when_its_answer_comes(begun: Community, width: int) -> None:
    heights = []
    for waits in (True, False):
        if waits:
            begun.connectors[CONNECTOR].respond(**NEVER)
        else:
            items = [{"id": number, "title": "Short"} for number in range(5)]
            begun.connectors[CONNECTOR].respond(json=items)
        page = begun.open("my-tips", viewport=(width, 900), prepare=with_axe)
        # Before its answer it is looked at as it comes with the page, also where it is not in sight.
        host = page.host("my-tips") if waits else page.widget("my-tips")
        expect(host).to_contain_text("Loading…" if waits else "Short")
        assert_nothing_is_found(page)
        heights.append(host.get_by_role("region").evaluate("it => it.offsetHeight"))
    assert heights[0] == heights[1]


def test_its_test_passes_and_a_type_checker_has_nothing_to_say(repository: Path) -> None:
    assert "4 passed" in run(repository, "pytest", "-q")
    options = ("--strict", "--explicit-package-bases", "--python-version", "3.14")
    files = ("widgets", "upstream.py", "upstream_other.py")
    assert "no issues found" in run(repository, "mypy", *options, *files)
