"""What mypy and pyright say of widgets, run as their authors run them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from widget_workbench.cli import main
from widget_workbench.props_stub import PropsStubs
from widget_workbench.repository import read_repository

from .test_build import write

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"

Checker = Callable[[Path], list[str]]


def ran(*command: str | Path, cwd: Path) -> str:
    """What a checker has printed, whatever it has found."""
    result = subprocess.run(
        command, cwd=cwd, capture_output=True, encoding="utf-8", check=False, timeout=300
    )
    assert result.returncode in (0, 1), result.stdout + result.stderr
    return result.stdout


def mypy(repository: Path) -> list[str]:
    """Each error as path, line and message."""
    told = ran(
        *(sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context"),
        *("--cache-dir", ROOT / ".mypy_cache"),
        cwd=repository,
    )
    return [line for line in told.splitlines() if ": note: " not in line]


def pyright(repository: Path) -> list[str]:
    """Likewise, warnings included."""
    told = ran(
        *(ROOT / "node_modules" / ".bin" / "pyright", "--outputjson"),
        *("--pythonpath", sys.executable),
        cwd=repository,
    )
    report = json.loads(told)
    assert report["summary"]["filesAnalyzed"], told
    return [
        f"{Path(each['file']).relative_to(repository.resolve()).as_posix()}:"
        f"{each['range']['start']['line'] + 1}: {each['severity']}: {each['message']}"
        for each in report["generalDiagnostics"]
    ]


both = pytest.mark.parametrize("check", [mypy, pyright])


@both
def test_every_example_is_clean(check: Checker) -> None:
    assert check(EXAMPLES) == []


@both
def test_the_widget_of_widget_new_is_clean_before_the_preview_was_started(
    check: Checker, tmp_path: Path
) -> None:
    made = CliRunner().invoke(main, ["new", "my_tips", str(tmp_path)])
    assert made.exit_code == 0, made.output
    assert check(tmp_path) == []


WIDGET = """\
from string.templatelib import Template
from typing import TYPE_CHECKING

from js import ResizeObserver, console, performance
from pyodide.ffi import create_proxy

from widget import Sdk
from widget_workbench.testing import FakeSdk

from .words import shout

if TYPE_CHECKING:
    from ._props import Props


async def init(sdk: Sdk[Props]) -> None:
    city: str = sdk.props["city"]
    sizes: list[str] = sdk.props["sizes"]
    limit = sdk.props.get("limit")
    rest = [name for name in sdk.props if name != "city"]
    observer = ResizeObserver.new(create_proxy(print))
    observer.observe(sdk.root)
    console.log(shout(sdk), city, sizes, limit, rest, performance.now() + 1)
    sdk.on("propsChanged", sdk.resource(sdk.connectors.get, "weather-api").reload)


def other(sdk: Sdk) -> str:
    return str(sdk.props["anything"])


async def test_it(fake_sdk: FakeSdk) -> None:
    await init(fake_sdk)
    other(fake_sdk)
    shout(fake_sdk)


async def mistakes(sdk: Sdk[Props]) -> None:
    sdk.props["citi"]
    sdk.props["city"] = "Oslo"
    number: int = sdk.props["city"]
    whole: int = sdk.props["weeks"]
    if sdk.props["units"] == "kelvin":
        console.log(number, whole)
    sdk.querry("h2")
    text: str = performance.now()
    ResizeObserver.new("no function")
    view: str = t"{text}"
"""

SHOUT = """\
from widget import Sdk


def shout(sdk: Sdk) -> str:
    return str(sdk.props["city"]).upper()
"""

MANIFEST = {
    "title": "Weather",
    "category": "Examples",
    "configuration": {
        "properties": [
            {"name": "city", "defaultValue": "Oslo"},
            {"name": "weeks", "type": "number", "defaultValue": 4},
            {"name": "limit", "type": "number"},
            {
                "name": "sizes",
                "type": "autocomplete",
                "multiple": True,
                "dynamicOptions": {"endpoint": {"endpoint": "https://options.example/"}},
                "defaultValue": [],
            },
            {
                "name": "units",
                "type": "select",
                "options": [{"value": "metric"}, {"value": "imperial"}],
                "defaultValue": "metric",
            },
        ]
    },
}


@pytest.mark.parametrize(
    ("check", "silent"),
    [
        (mypy, ()),
        # Left to mypy in its standard mode: a comparison that is never true.
        (pyright, ('"kelvin"',)),
    ],
)
def test_mistakes_are_told_and_nothing_else(
    check: Checker, silent: tuple[str, ...], tmp_path: Path
) -> None:
    write(
        tmp_path,
        {
            "widgets/weather/widget.json": MANIFEST,
            "widgets/weather/main.py": WIDGET,
            "widgets/weather/words.py": SHOUT,
            "pyproject.toml": (EXAMPLES / "pyproject.toml").read_text(),
        },
    )
    PropsStubs().refresh(read_repository(tmp_path))
    lines = WIDGET.splitlines()
    mistakes = lines[lines.index("async def mistakes(sdk: Sdk[Props]) -> None:") + 1 :]
    wrong = {
        len(lines) - len(mistakes) + number
        for number, line in enumerate(mistakes, 1)
        if "console" not in line and not any(text in line for text in silent)
    }
    told = check(tmp_path)
    found = {
        int(match[1])
        for each in told
        if (match := re.match(r"widgets/weather/main\.py:(\d+)", each))
    }
    assert found == wrong, "\n".join(told)


def test_the_guide_shows_the_settings_that_widget_new_writes() -> None:
    guide = (ROOT / "docs" / "types.md").read_text()
    shown = re.search(r"```toml\n(.*?)```", guide, re.DOTALL)
    assert shown
    template = ROOT / "widget_workbench" / "new_widget" / "pyproject.toml.template"
    assert tomllib.loads(shown[1]) == tomllib.loads(template.read_text())
