"""The README's widget and its test, written to files as the README says, and run as an author runs them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"

# A file's path, and the block of code that it stands over.
FILE = re.compile(
    r"`(?P<path>[\w./]+\.\w+)`[^`\n]*:\n\n```\w+\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A widget repository outside of this project, as the README makes it."""
    files = {found["path"]: found["text"] for found in FILE.finditer(README.read_text("utf-8"))}
    assert set(files) >= {
        "preview.toml",
        "upstream.py",
        "widgets/weather/connectors.json",
        "widgets/weather/main.py",
        "widgets/weather/test_weather.py",
        "widgets/weather/widget.json",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    return tmp_path


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


def test_the_readmes_widget_passes_the_readmes_test(repository: Path) -> None:
    assert "2 passed" in run(repository, "pytest", "-q")


def test_a_type_checker_has_nothing_to_say(repository: Path) -> None:
    (repository / "widgets" / "weather" / "format.py").write_text(
        "def celsius(degrees: float) -> str:\n    return f'{degrees:.0f} °C'\n"
    )
    (repository / "widgets" / "weather" / "test_format.py").write_text(
        "from widget_workbench.testing import FakeSdk\n\nfrom .format import celsius\n\n\n"
        "def test_celsius(fake_sdk: FakeSdk) -> None:\n    assert celsius(21.4) == '21 °C'\n"
    )
    options = ("--strict", "--explicit-package-bases", "--python-version", "3.14")
    assert "no issues found" in run(repository, "mypy", *options, "widgets", "upstream.py")
