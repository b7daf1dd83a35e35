"""The twins in JavaScript: each does on the community page what its Python example does.

Examples whose packages are what they are about have none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from widget_workbench.testing import Community

from .conftest import EXAMPLES

TWINS = EXAMPLES.parent / "docs" / "javascript"


@pytest.fixture
def widget_repository() -> Path:
    """The twins' own, where it is: its upstream is the examples'."""
    return TWINS


def act_on_report(widget: Locator) -> None:
    widget.get_by_role("button", name="Build report").click()
    expect(widget.get_by_role("row")).to_have_count(5)


def act_on_search(widget: Locator) -> None:
    widget.get_by_role("combobox").press_sequentially("export")
    expect(widget.get_by_role("option")).to_have_count(2)


READY: dict[str, str | Callable[[Locator], None]] = {
    "client_headers": "Visitors",
    "contact_create": "Add a contact",
    "contact_update": "jane@example.com",
    "feedback": "Office hours saved my rollout",
    "report": act_on_report,
    "request_headers": "New status page",
    "search": act_on_search,
    "task_delete": "Renew the support contract",
    "weather": "Warsaw, PL",
}


WITHOUT_TWIN = {"directory", "insights"}


def test_each_example_without_packages_has_a_twin() -> None:
    examples = {path.parent.name for path in EXAMPLES.glob("widgets/*/main.py")} - WITHOUT_TWIN
    assert {path.parent.name for path in TWINS.glob("widgets/*/widget.json")} == examples
    assert set(READY) == examples


@pytest.mark.parametrize("name", READY)
def test_a_twin_shows_what_its_connector_answers(
    community: Community, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("REPORT_SECONDS", "0")
    widget = community.open(name).widget(name)
    match READY[name]:
        case str(text):
            expect(widget).to_contain_text(text)
        case act:
            act(widget)
    expect(widget.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("name", "permalink"),
    [
        ("client_headers", "analytics-api"),
        ("contact_update", "crm-contacts"),
        ("feedback", "feedback-list"),
        ("request_headers", "internal-api"),
        ("task_delete", "task-list"),
        ("weather", "weather-api"),
    ],
)
def test_a_twins_failure_can_be_tried_again(
    community: Community, name: str, permalink: str
) -> None:
    connector = community.connectors[permalink]
    connector.respond(status=503, json={"message": "Back in a minute."})
    widget = community.open(name).widget(name)
    expect(widget.get_by_role("alert")).to_contain_text("Back in a minute.")
    connector.leave_real()
    widget.get_by_role("button", name="Try again").click()
    expect(widget).to_contain_text(str(READY[name]))
    expect(widget.get_by_role("alert")).to_have_count(0)


def without_source(manifest: str) -> str:
    return re.sub(r'  "source": .*\n', "", manifest)


def text(file: Path) -> str:
    """Without where the schema is."""
    return "".join(line for line in file.read_text().splitlines(True) if '"$schema"' not in line)


@pytest.mark.parametrize("name", READY)
def test_a_twin_differs_from_its_example_in_code_alone(name: str) -> None:
    example, twin = (root / "widgets" / name for root in (EXAMPLES, TWINS))
    assert (twin / "dist" / "style.css").read_text() == (example / "style.css").read_text()
    assert without_source(text(twin / "widget.json")) == text(example / "widget.json")
    if (example / "connectors.json").exists():
        assert text(twin / "connectors.json") == text(example / "connectors.json")


@pytest.mark.parametrize("file", ["preview.toml", "preview.connectors.json"])
def test_the_twins_are_previewed_as_the_examples_are(file: str) -> None:
    assert text(TWINS / file) == text(EXAMPLES / file)


def lines(*files: Path) -> int:
    """Those that hold something."""
    return sum(bool(line.strip()) for file in files for line in file.read_text().splitlines())


@pytest.mark.parametrize("name", READY)
def test_an_example_is_shorter_than_its_twin(name: str) -> None:
    """By code and markup, without the skeleton, which a twin has in its entry if it has one."""
    example, entry = EXAMPLES / "widgets" / name, TWINS / "widgets" / name / "dist" / "index.html"
    modules = [path for path in example.glob("*.py") if not path.name.startswith("test_")]
    skeleton = example / "skeleton.html"
    drawn = lines(skeleton) if "skeleton" in entry.read_text() else 0
    assert lines(*modules) < lines(entry.with_name("widget.js"), entry) - drawn
