"""The loader as it ships: static/loader/ in one file."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from widget_workbench.runtime import runtime

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "static" / "loader"


def test_it_has_every_module_and_imports_none() -> None:
    text = runtime().loader.read_text()
    headings = {line[3:] for line in text.splitlines() if re.fullmatch(r"// [\w-]+\.js", line)}
    assert headings == {path.name for path in MODULES.glob("*.js")}
    assert re.search(r"^import\b", text, re.MULTILINE) is None
    assert re.search(r"\bfrom\s*[\"']\./", text) is None


def test_it_can_be_read() -> None:
    lines = runtime().loader.read_text().splitlines()
    assert len(lines) > 2000
    assert "function whenPainted() {" in lines
    assert str(ROOT) not in "\n".join(lines)


def test_the_same_modules_give_the_same_bytes(tmp_path: Path) -> None:
    out = tmp_path / "loader.js"
    script = ROOT / "runtime" / "bundle-loader.mjs"
    subprocess.run(["node", script, MODULES / "loader.js", out], check=True)
    assert out.read_bytes() == runtime().loader.read_bytes()
