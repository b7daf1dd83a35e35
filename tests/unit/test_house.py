"""What the repository holds and what a build of it ships."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

import widget_workbench
from widget_workbench import shipped
from widget_workbench.runtime import runtime

ROOT = Path(__file__).parents[2]

# Put together here, so that this file does not name what it looks for.
REGISTRIES = tuple(
    ".".join(labels)
    for labels in (
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("deb", "debian", "org"),
        ("proxy", "golang", "org"),
    )
)
SOMEBODYS_DIRECTORY = re.compile(
    r"(?<![\w.}])(?:/(?:root|work|opt/pypi|opt/wheels|home/\w+|Users/\w+)/|[A-Z]:\\Users\\)"
)

# Not part of a build that is made elsewhere.
LEFT_OUT = shutil.ignore_patterns(
    ".*", "__pycache__", "bench", "dist", "docs", "examples", "node_modules", "tests"
)


def repository_files() -> list[Path]:
    """What is committed, and what would be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def build(project: Path, target: str, into: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(into)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    built = build(ROOT, "wheel", directory)
    assert built.returncode == 0, built.stderr
    (path,) = directory.glob("*.whl")
    return path


@pytest.fixture
def project_elsewhere(tmp_path: Path) -> Path:
    """A copy of what a build reads, in which `npm ci` has not run."""
    return Path(shutil.copytree(ROOT, tmp_path / "project", ignore=LEFT_OUT))


def test_no_file_names_a_registry_or_a_directory_of_somebodys_machine() -> None:
    files = repository_files()
    assert ROOT / "pyproject.toml" in files
    found = []
    for path in files:
        text = path.read_bytes().decode(errors="ignore")
        named = [name for name in (*REGISTRIES, f"{ROOT}/") if name in text]
        named += SOMEBODYS_DIRECTORY.findall(text) if path != Path(__file__) else []
        if named:
            found.append(f"{path.relative_to(ROOT)}: {', '.join(named)}")
    assert found == []


def npm_lock() -> dict[str, dict[str, Any]]:
    packages: dict[str, dict[str, Any]] = json.loads((ROOT / "package-lock.json").read_text())[
        "packages"
    ]
    del packages[""]
    return packages


def test_the_npm_lock_holds_a_hash_and_no_address_for_each_package() -> None:
    packages = npm_lock()
    assert packages["node_modules/pyodide"]["version"] == "314.0.7"
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == []


@pytest.mark.parametrize("system", ["darwin", "linux", "win32"])
@pytest.mark.parametrize("processor", ["arm64", "x64"])
@pytest.mark.parametrize("scope", ["@biomejs/", "@typescript/"])
def test_the_npm_lock_holds_the_tools_for_each_platform(
    system: str, processor: str, scope: str
) -> None:
    assert [
        name
        for name, package in npm_lock().items()
        if scope in name and system in package.get("os", []) and processor in package.get("cpu", [])
    ]


def test_every_locked_python_package_has_a_hash() -> None:
    text = (ROOT / "requirements" / "dev.txt").read_text()
    requirements = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(requirements) > 20
    assert [r for r in requirements if "==" not in r or "--hash=sha256:" not in r] == []


def test_every_dependency_is_a_range_in_the_metadata_and_a_version_in_the_lock() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    locked = set(
        re.findall(
            r"^([a-z0-9-]+)==", (ROOT / "requirements" / "dev.txt").read_text(), re.MULTILINE
        )
    )
    wanted = [*pyproject["project"]["dependencies"], *pyproject["dependency-groups"]["dev"]]
    assert all(
        re.fullmatch(r"[a-z0-9-]+(\[[a-z]+\])?>=[\d.]+", requirement) for requirement in wanted
    )
    assert {re.split(r"\[|>=", requirement)[0] for requirement in wanted} <= locked


def test_the_version_is_said_once_more_in_the_package() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert widget_workbench.__version__ == pyproject["project"]["version"]


def test_the_checkouts_own_files_are_found() -> None:
    assert shipped.static("community") == ROOT / "static" / "community"
    assert shipped.widget_package() == ROOT / "widget"
    assert shipped.pyodide_core() == ROOT / "node_modules" / "pyodide"
    assert shipped.licenses() == ROOT / "licenses"


def test_a_part_that_is_not_there_is_named_with_the_way_out() -> None:
    with pytest.raises(
        shipped.ShippedFilesMissing, match=r"static/nothing is missing; run: npm ci"
    ):
        shipped.static("nothing")


def test_the_wheel_holds_what_runs_in_the_browser(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        shipped_core = archive.read("widget_workbench/_shipped/pyodide/pyodide.asm.wasm")
    expected = {
        *(f"widget_workbench/_shipped/pyodide/{name}" for name in shipped.PYODIDE_FILES),
        *(
            f"widget_workbench/_shipped/{path.relative_to(ROOT).as_posix()}"
            for part in shipped.STATIC_PARTS
            for path in (ROOT / "static" / part).rglob("*")
            if path.is_file()
        ),
        *(f"widget_workbench/_shipped/runtime/{name}" for name in runtime().manifest.files),
        "widget_workbench/_shipped/runtime/loader.js",
        "widget_workbench/_shipped/runtime/runtime.json",
        *(f"widget_workbench/_shipped/licenses/{p.name}" for p in (ROOT / "licenses").iterdir()),
        *(
            f"widget_workbench/new_widget/{path.name}"
            for path in (ROOT / "widget_workbench" / "new_widget").iterdir()
        ),
        "js-stubs/__init__.pyi",
        "js-stubs/py.typed",
        "pyodide-stubs/ffi/__init__.pyi",
        "pyodide-stubs/py.typed",
        "widget/__init__.py",
        "widget/_typed_sdk.pyi",
        "widget/py.typed",
        "widget_workbench/py.typed",
    }
    assert not any(name.startswith("widget_workbench/_shipped/static/loader") for name in names)
    assert "widget_workbench/_shipped/static/community/index.html" in expected
    assert expected - names == set()
    assert shipped_core == (shipped.pyodide_core() / "pyodide.asm.wasm").read_bytes()


def test_the_wheel_carries_its_licences_in_its_metadata(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        licenses = {
            name.partition("/licenses/")[2]: archive.read(name).decode()
            for name in archive.namelist()
            if ".dist-info/licenses/" in name
        }
    assert "MIT License" in licenses["LICENSE"]
    assert "Pyodide 314.0.7" in licenses["NOTICE"]
    assert "Mozilla Public License Version 2.0" in licenses["licenses/Pyodide-MPL-2.0.txt"]
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in licenses["licenses/CPython-PSF-2.0.txt"]
    assert "zlib" in licenses["licenses/Pyodide-linked-libraries.txt"]


def test_the_wheel_holds_nothing_but_the_two_packages_and_the_stubs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    version = widget_workbench.__version__
    metadata = f"widget_workbench-{version}.dist-info"
    assert tops == {"js-stubs", "pyodide-stubs", "widget", "widget_workbench", metadata}


def test_an_installed_wheel_finds_its_own_files_from_any_directory(
    wheel: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    script = f"""
import sys
sys.path.insert(0, {str(site)!r})
from widget_workbench import shipped
from widget_workbench.runtime import runtime
for path in (*map(shipped.static, shipped.STATIC_PARTS), shipped.pyodide_core(),
             shipped.runtime(), shipped.widget_package(), shipped.licenses()):
    print(path)
"""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=elsewhere, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    package = site / "widget_workbench" / "_shipped"
    assert run.stdout.split() == [
        *(str(package / "static" / part) for part in shipped.STATIC_PARTS),
        str(package / "pyodide"),
        str(package / "runtime"),
        str(site / "widget"),
        str(package / "licenses"),
    ]


def test_pip_builds_the_wheel_in_an_environment_of_its_own(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "-q",
        "-w",
        str(tmp_path),
        str(ROOT),
    ]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    assert len(list(tmp_path.glob("widget_workbench-*.whl"))) == 1


def test_a_wheel_can_be_built_from_the_sdist_without_npm(tmp_path: Path) -> None:
    assert build(ROOT, "sdist", tmp_path).returncode == 0
    (sdist,) = tmp_path.glob("*.tar.gz")
    shutil.unpack_archive(sdist, tmp_path / "unpacked", filter="data")
    (project,) = (tmp_path / "unpacked").iterdir()
    built = build(project, "wheel", tmp_path / "wheel")
    assert built.returncode == 0, built.stderr
    (path,) = (tmp_path / "wheel").glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        assert "widget_workbench/_shipped/pyodide/pyodide.asm.wasm" in archive.namelist()
        # Not made anew: there is nothing here to make it with.
        manifest = archive.read("widget_workbench/_shipped/runtime/runtime.json")
    assert manifest == (shipped.runtime() / "runtime.json").read_bytes()


def test_a_build_without_npms_packages_says_what_to_run(project_elsewhere: Path) -> None:
    built = build(project_elsewhere, "wheel", project_elsewhere / "dist")
    assert built.returncode != 0
    core = project_elsewhere / "node_modules" / "pyodide"
    assert built.stderr == f"{core} is missing; run: npm ci (in {project_elsewhere})\n"


def test_a_build_with_another_pyodide_says_what_to_run(project_elsewhere: Path) -> None:
    core = project_elsewhere / "node_modules" / "pyodide"
    core.mkdir(parents=True)
    for name in shipped.PYODIDE_FILES:
        (core / name).write_text('{"version": "0.1.0"}')
    built = build(project_elsewhere, "wheel", project_elsewhere / "dist")
    assert built.returncode != 0
    assert built.stderr == (
        f"{core} is Pyodide 0.1.0, but package.json names 314.0.7;"
        f" run: npm ci (in {project_elsewhere})\n"
    )
