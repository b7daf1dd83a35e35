"""`widgets.lock` as a file, and which widget needs which of its packages."""

import json
from pathlib import Path
from typing import Any

import pytest

from widget_workbench import shipped
from widget_workbench.dependencies import DependencyError, Lock, Package, PyodideLock, read_lock
from widget_workbench.dependencies.lock_file import write_lock

SHA256 = "0" * 64


def package(name: str, *requires: str) -> Package:
    return Package(
        name=name,
        version="1.0",
        file=f"{name}-1.0-py3-none-any.whl",
        sha256=SHA256,
        kind="index",
        requires=requires,
    )


def lock_of(requirements: dict[str, tuple[str, ...]], *packages: Package) -> Lock:
    return Lock(requirements=requirements, packages=packages)


def names(lock: Lock, widget_type: str) -> list[str]:
    return [package.name for package in lock.of(widget_type)]


# Which widget needs what


def test_a_widget_needs_what_it_asks_for_and_what_that_needs() -> None:
    lock = lock_of(
        {"one": ("A>=1",), "two": ("d",)},
        *(package("a", "b"), package("b", "c"), package("c"), package("d", "c")),
    )
    assert names(lock, "one") == ["a", "b", "c"]
    assert names(lock, "two") == ["c", "d"]
    assert names(lock, "three") == []


def test_packages_may_need_each_other() -> None:
    lock = lock_of({"one": ("a",)}, package("a", "b"), package("b", "c[x]"), package("c", "a"))
    assert names(lock, "one") == ["a", "b", "c"]


def test_an_extra_counts_for_those_alone_who_ask_for_it() -> None:
    lock = lock_of(
        {"one": ("a",), "two": ("a[X_y]",), "three": ("b",)},
        package("a", "c", 'd; extra == "x-y"'),
        package("b", "a[x-y]"),
        package("c"),
        package("d"),
    )
    assert names(lock, "one") == ["a", "c"]
    assert names(lock, "two") == ["a", "c", "d"]
    assert names(lock, "three") == ["a", "b", "c", "d"]


def test_what_a_marker_leaves_out_in_the_browser_is_not_needed() -> None:
    lock = lock_of(
        {"one": ("a; sys_platform != 'emscripten'", "b; os_name == 'posix'")}, package("b")
    )
    assert names(lock, "one") == ["b"]


# The file


def test_a_lock_is_read_as_it_was_written(tmp_path: Path) -> None:
    lock = lock_of({"weather": ("a>=1", "b")}, package("a", "b"), package("b"))
    write_lock(tmp_path, lock)

    assert read_lock(tmp_path) == lock
    assert (tmp_path / "widgets.lock").read_text() == (
        f"""\
{{
  "format": 1,
  "packages": [
    {{
      "file": "a-1.0-py3-none-any.whl",
      "kind": "index",
      "name": "a",
      "requires": [
        "b"
      ],
      "sha256": "{SHA256}",
      "version": "1.0"
    }},
    {{
      "file": "b-1.0-py3-none-any.whl",
      "kind": "index",
      "name": "b",
      "requires": [],
      "sha256": "{SHA256}",
      "version": "1.0"
    }}
  ],
  "requirements": {{
    "weather": [
      "a>=1",
      "b"
    ]
  }},
  "target": {{
    "platform": "pyemscripten_2026_0_wasm32",
    "python": "3.14"
  }}
}}
"""
    )
    assert [file.name for file in tmp_path.iterdir()] == ["widgets.lock"]


def test_a_repository_without_a_lock_has_none(tmp_path: Path) -> None:
    assert read_lock(tmp_path) is None


def document(**changes: Any) -> dict[str, Any]:
    lock = lock_of({"weather": ("a",)}, package("a"))
    return {**lock.model_dump(mode="json"), **changes}


def with_package(**changes: Any) -> dict[str, Any]:
    return document(packages=[{**package("a").model_dump(mode="json"), **changes}])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<<<<<<< HEAD", "is not JSON (Expecting value: line 1 column 1 (char 0))"),
        (b"\xff", "is not JSON ("),
        (b"[]", "is not an object"),
        (document(extra=1), "cannot be used: `extra`: is not a known key"),
        (document(packages=1), "cannot be used: `packages`: "),
        (document(packages=[]), "cannot be used: a is asked for, and is not in it"),
        (document(format=0), "cannot be used: `format`: input should be 1"),
        (
            document(packages=[package("a").model_dump(), package("a").model_dump()]),
            "cannot be used: a: stands in it twice",
        ),
        (document(requirements={"weather": ["a >"]}), "`requirements.weather[0]`: 'a >' is no req"),
        (with_package(name="A"), "`packages[0].name`: 'A' is no name in its normalised form"),
        (with_package(version="new"), "`packages[0].version`: 'new' is no version"),
        (with_package(file="../a.whl"), "`packages[0].file`: '../a.whl' is no name of a wheel"),
        (with_package(sha256="ab"), "`packages[0].sha256`: string should match pattern"),
        (with_package(kind="web"), "`packages[0].kind`: input should be 'index', 'pyodide', "),
        (with_package(requires=["b"]), "cannot be used: b is asked for, and is not in it"),
        (with_package(requires=["b >"]), "`packages[0].requires[0]`: 'b >' is no name of a pack"),
        (with_package(url="x"), "`packages[0].url`: is not a known key"),
    ],
)
def test_a_broken_lock_is_a_sentence_with_the_way_out(
    tmp_path: Path, content: Any, told: str
) -> None:
    written = content if isinstance(content, bytes) else json.dumps(content).encode()
    (tmp_path / "widgets.lock").write_bytes(written)

    with pytest.raises(DependencyError) as raised:
        read_lock(tmp_path)

    assert str(raised.value).startswith("widgets.lock ")
    assert told in str(raised.value)
    assert str(raised.value).endswith(
        ". Restore it from version control, or delete it to have it made anew."
    )


def test_a_lock_of_a_newer_format_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "widgets.lock").write_text(json.dumps(document(format=2, news=True)))
    with pytest.raises(DependencyError) as raised:
        read_lock(tmp_path)
    assert str(raised.value) == (
        "widgets.lock is of format 2, and this widget-workbench knows formats up to 1: update it."
    )


def test_a_lock_that_is_a_directory_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "widgets.lock").mkdir()
    with pytest.raises(DependencyError, match=r"widgets\.lock cannot be read: Is a directory\."):
        read_lock(tmp_path)
    with pytest.raises(DependencyError, match=r"widgets\.lock cannot be written: Is a directory\."):
        write_lock(tmp_path, Lock())


# Pyodide's own packages


def test_the_cores_own_lock_file_is_read() -> None:
    index = PyodideLock.read(shipped.pyodide_core() / "pyodide-lock.json")

    numpy = index.wheel("numpy")
    assert numpy is not None
    assert numpy.file_name.endswith("-cp314-cp314-pyemscripten_2026_0_wasm32.whl")
    assert index.base_url == "https://cdn.jsdelivr.net/pyodide/v314.0.7/full/"
    assert index.wheel("libopenblas") is None
    assert index.packages["libopenblas"].is_shared_library
    core = index.wheel("pydantic-core")
    assert core is not None
    assert core.name == "pydantic_core"
    pydantic = index.wheel("pydantic")
    assert pydantic is not None
    assert core in index.dependencies(pydantic)


def test_every_package_of_the_core_could_stand_in_a_lock() -> None:
    index = PyodideLock.read(shipped.pyodide_core() / "pyodide-lock.json")
    for each in index.packages.values():
        if each.is_wheel or each.is_shared_library:
            Package(
                name=each.canonical_name,
                version=each.version,
                file=each.file_name,
                sha256=each.sha256,
                kind="library" if each.is_shared_library else "pyodide",
                requires=tuple(need.canonical_name for need in index.dependencies(each)),
            )


def pyodide_files(directory: Path, lock: str, version: str = "314.0.7") -> Path:
    (directory / "package.json").write_text(json.dumps({"version": version}))
    (directory / "pyodide-lock.json").write_text(lock)
    return directory / "pyodide-lock.json"


def test_packages_may_be_taken_from_elsewhere(tmp_path: Path) -> None:
    info = {"python": "3.14.2", "abi_version": "2026_0", "arch": "wasm32", "platform": "x"}
    file = pyodide_files(tmp_path, json.dumps({"info": info, "packages": {}}))
    assert (
        PyodideLock.read(file, "https://mirror.example/py").base_url == "https://mirror.example/py/"
    )


@pytest.mark.parametrize(
    ("lock", "told"),
    [
        ("{", "is no JSON, as Pyodide's list of packages has to be (Expecting property name"),
        ("{}", f"is no list of Pyodide's packages: `info`: is required; {shipped.way_out()}."),
        (
            '{"info": {"python": "3.13.2", "abi_version": "2025_0", "arch": "wasm32"},'
            ' "packages": {}}',
            "is for Python 3.13.2 on pyemscripten_2025_0_wasm32, and this widget-workbench builds",
        ),
    ],
)
def test_another_core_is_a_sentence(tmp_path: Path, lock: str, told: str) -> None:
    file = pyodide_files(tmp_path, lock)
    with pytest.raises(DependencyError) as raised:
        PyodideLock.read(file)
    assert str(raised.value).startswith(f"{file} {told}")


def test_a_core_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DependencyError, match=r"package\.json cannot be read: No such file"):
        PyodideLock.read(tmp_path / "pyodide-lock.json")
