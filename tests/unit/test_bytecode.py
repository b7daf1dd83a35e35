"""Widgets' bytecode: what the browser's Python makes of their sources when they are built."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.unit.test_build import python_widget, write
from widget_workbench.browser_python import Compilation, Compression, carry_out
from widget_workbench.bundle.archive_cache import ArchiveCache
from widget_workbench.bundle.bytecode import Bytecode
from widget_workbench.problem import Code
from widget_workbench.repository import Widget, read_repository

# PEP 552: the flags of bytecode that is tied to its source by hash, and compared with it; and where the hash stands.
CHECKED_BY_HASH = b"\x03\0\0\0"
SOURCE_HASH = slice(8, 16)

GOOD = "def init(sdk): ...\n"


def widgets(root: Path, **sources: str) -> list[Widget]:
    for widget_type, main in sources.items():
        files = python_widget({"main.py": main}, widget_type)
        write(root, files)
    return list(read_repository(root).widgets)


def test_each_source_has_bytecode_that_is_tied_to_it(tmp_path: Path) -> None:
    (widget,) = widgets(tmp_path / "repository", one=GOOD)
    for name, text in {"same.py": GOOD, "other.py": "x = 1\n"}.items():
        (widget.directory / name).write_text(text)
    found = Bytecode([widget], tmp_path / "cache").of(widget)
    assert found.keys() == {"main.pyc", "same.pyc", "other.pyc"}
    assert found["main.pyc"][4:8] == CHECKED_BY_HASH
    assert found["main.pyc"][SOURCE_HASH] == found["same.pyc"][SOURCE_HASH]
    assert found["main.pyc"][SOURCE_HASH] != found["other.pyc"][SOURCE_HASH]
    assert b"/widgets/one/main.py" in found["main.pyc"]  # which tracebacks name


def test_a_download_is_no_module_and_has_none(tmp_path: Path) -> None:
    download = {"assets/example.py": "print 'of another Python'\n"}
    write(tmp_path / "repository", python_widget(download, "one"))
    (widget,) = read_repository(tmp_path / "repository").widgets
    made = Bytecode([widget], tmp_path / "cache")
    assert made.of(widget).keys() == {"main.pyc"}
    assert made.problems == []


def test_a_widget_whose_files_cannot_be_read_has_none_and_leaves_the_others_theirs(
    tmp_path: Path,
) -> None:
    bad, good = widgets(tmp_path / "repository", bad=GOOD, good=GOOD)
    Path(os.fsdecode(os.fsencode(bad.directory) + b"/caf\xe9.txt")).touch()
    made = Bytecode([bad, good], tmp_path / "cache")
    assert made.of(bad) == {}
    assert made.of(good).keys() == {"main.pyc"}
    assert made.problems == []  # the tree tells of it


def test_a_widget_that_does_not_compile_leaves_the_others_theirs(tmp_path: Path) -> None:
    good, bad, worse = widgets(
        tmp_path / "repository", good=GOOD, wrong="def init(sdk:\n", wronger="x = 1\ny = = 2\n"
    )
    made = Bytecode([good, bad, worse], tmp_path / "cache")
    assert made.of(good).keys() == {"main.pyc"}
    assert made.of(bad) == made.of(worse) == {}
    assert [(each.path, each.code, each.error) for each in made.problems] == [
        ("widgets/wrong/main.py", Code.INVALID_PYTHON, True),
        ("widgets/wronger/main.py", Code.INVALID_PYTHON, True),
    ]
    assert made.problems[1].message.startswith("line 2: ")


def test_what_was_compiled_once_is_not_compiled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, cache = tmp_path / "repository", tmp_path / "cache"
    one, two = widgets(root, one=GOOD, two=GOOD)
    before = Bytecode([one, two], cache)
    assert before.of(one) != before.of(two)  # each names its own file
    compiled = []

    def counted(tasks: list[Compilation | Compression], **options: object) -> list[bytes]:
        compiled.extend(tasks)
        return carry_out(tasks, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("widget_workbench.bundle.bytecode.carry_out", counted)
    after = Bytecode([one, two], cache)
    assert (after.of(one), after.of(two)) == (before.of(one), before.of(two))
    assert compiled == []
    (two.directory / "main.py").write_text(f"{GOOD}# changed\n")
    Bytecode([one, two], cache)
    assert len(compiled) == 1


def test_a_cache_that_cannot_be_written_costs_time_and_nothing_else(tmp_path: Path) -> None:
    (widget,) = widgets(tmp_path / "repository", one=GOOD)
    (tmp_path / "cache").write_text("a file")
    assert Bytecode([widget], tmp_path / "cache").of(widget).keys() == {"main.pyc"}


def test_a_damaged_cache_counts_as_none(tmp_path: Path) -> None:
    (widget,) = widgets(tmp_path / "repository", one=GOOD)
    before = Bytecode([widget], tmp_path / "cache").of(widget)
    (kept,) = (path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    kept.write_bytes(kept.read_bytes()[:-10])
    assert Bytecode([widget], tmp_path / "cache").of(widget) == before


def test_a_full_disk_leaves_nothing_of_what_could_not_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*paths: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full_disk)
    cache = ArchiveCache(tmp_path)
    cache.keep("key", b"archive")
    assert cache.find("key") is None
    assert list(tmp_path.iterdir()) == []
