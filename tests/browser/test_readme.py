"""The README's widget and its test, written to files as the README says, and run as an author runs them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"

# A file's path, and the block of code that it stands over.
FILE = re.compile(
    r"`(?P<path>[\w./]+\.\w+)`[^`\n]*:\n\n```\w+\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE
)


def test_the_readmes_widget_passes_the_readmes_test(tmp_path: Path) -> None:
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
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
