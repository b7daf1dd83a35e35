"""The distributions: the wheel has all that is needed without npm, and the sdist makes the very same wheel."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from widget_workbench import __version__

PROJECT = Path(__file__).parents[2]

# MB. What `pip install` fetches; the README says 15.
LARGEST = 16


def built(source: Path, directory: Path, kind: str) -> Path:
    """A distribution, made by the project's own build backend."""
    program = f"import sys; from hatchling.build import build_{kind}; build_{kind}(sys.argv[1])"
    subprocess.run([sys.executable, "-c", program, str(directory)], cwd=source, check=True)
    (made,) = directory.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return made


def content(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(PROJECT, tmp_path_factory.mktemp("wheel"), "wheel")


def test_the_wheel_is_for_every_python_and_system(wheel: Path) -> None:
    assert wheel.name == f"widget_workbench-{__version__}-py3-none-any.whl"
    assert wheel.stat().st_size < LARGEST * 1_000_000


def test_the_wheel_carries_what_the_browser_needs(wheel: Path) -> None:
    names = set(content(wheel))
    for path in (
        "_shipped/pyodide/pyodide.asm.wasm",
        "_shipped/runtime/runtime.json",
        "_shipped/static/community/page.js",
        "_shipped/static/workbench/workbench-panel.js",
        "new_widget/main.py.template",
        "schemas/__init__.py",
    ):
        assert f"widget_workbench/{path}" in names
    assert any("snapshot-" in name for name in names)
    assert "widget/py.typed" in names
    ours = ("widget", "widget_workbench", "js-stubs", "pyodide-stubs", "widget_workbench-")
    assert {name.partition("/")[0] for name in names if not name.startswith(ours)} == set()


def test_the_sdist_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    sdist = built(PROJECT, tmp_path, "sdist")
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    # Python's own module has its safe way since 3.11.4, and warns without it.
    subprocess.run(["tar", "--extract", "--file", str(sdist)], cwd=unpacked, check=True)
    (source,) = unpacked.iterdir()
    again = tmp_path / "again"
    again.mkdir()
    assert content(built(source, again, "wheel")) == content(wheel)
