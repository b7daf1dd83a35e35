"""What the browser's Python makes on the author's computer: bytecode and compressed files, the same everywhere."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from widget_workbench.browser_python import (
    BrowserPythonError,
    Compilation,
    CompileError,
    Compression,
    carry_out,
    javascript_engine,
    job,
)
from widget_workbench.runtime import runtime

SOURCES = {
    "a/__init__.py": b'"""Doc."""\nNAMES = frozenset({"b", "c", "d"})\n',
    "a/data.txt": b"text",
    "a/t.py": b'def f(name):\n    "Doc."\n    return t"<p>{name}</p>"\n',
}

# PEP 552: unchecked, by the source's hash.
FLAGS = (1).to_bytes(4, "little")


def test_python_files_become_bytecode_and_others_stay() -> None:
    (archive,) = carry_out([Compilation(SOURCES, "/lib/x/")])
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
        assert {info.compress_type for info in opened.infolist()} == {zipfile.ZIP_STORED}
    assert list(files) == ["a/__init__.pyc", "a/data.txt", "a/t.pyc"]
    assert files["a/data.txt"] == b"text"
    assert files["a/t.pyc"][4:8] == FLAGS
    assert b"/lib/x/a/t.py" in files["a/t.pyc"]
    assert b"Doc." in files["a/t.pyc"]


def test_lean_bytecode_is_without_docstrings_annotations_and_lines_within_functions() -> None:
    source = b"""
import functools

def plain(a: "Told", *, b: "Told" = 1) -> "Told":
    "Doc."
    c = a + b


    return c / 0

@functools.singledispatch
def decorated(a: "Kept"):
    pass

class Fields:
    field: "Kept too"
"""
    lean, full = carry_out(
        [Compilation({"m.py": source}, "/lib/x/", lean=lean) for lean in (True, False)]
    )
    assert b"Told" in full
    assert b"Doc." in full
    assert b"Told" not in lean
    assert b"Doc." not in lean
    assert b"Kept" in lean
    assert b"Kept too" in lean
    assert len(lean) < len(full)


def test_the_same_task_gives_the_same_bytes_alone_and_among_others() -> None:
    task = Compilation(SOURCES, "/lib/x/", package=True)
    other = Compilation({"z.py": b'NAMES = frozenset({"d", "b"})\n'}, "/lib/z/", package=True)
    (alone,) = carry_out([task])
    among = carry_out([other, Compression(b"abc" * 1000), task])
    assert among[2] == alone
    # Whatever library it starts from.
    assert carry_out([task], runtime=runtime()) == [alone]
    assert len(among[1]) < 100


def test_a_syntax_error_is_told_with_file_and_line() -> None:
    broken = {"ok.py": b"a = 1\n", "no.py": b"a = 1\nb = = 2\n"}
    with pytest.raises(CompileError, match=r"no\.py, line 2: invalid syntax") as raised:
        carry_out([Compilation(broken, "/")])
    assert (raised.value.path, raised.value.line) == ("no.py", 2)
    (archive,) = carry_out([Compilation(broken, "/", broken=True)])
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.namelist() == ["ok.pyc"]


def test_without_a_javascript_engine_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "javascript_engine", lambda: None)
    with pytest.raises(
        BrowserPythonError, match=r"Node\.js 20 or newer is on PATH.*install Node\.js"
    ):
        carry_out([Compression(b"")])


def test_playwrights_own_engine_serves_where_there_is_none_or_an_old_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v18.2.0\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    javascript_engine.javascript_engine.cache_clear()
    try:
        program = javascript_engine.javascript_engine()
        assert program is not None
        assert "playwright" in program
        assert len(carry_out([Compression(json.dumps(SOURCES, default=str).encode())])) == 1
    finally:
        javascript_engine.javascript_engine.cache_clear()


def test_an_engine_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    failing = tmp_path / "node"
    failing.write_text("#!/bin/sh\necho on purpose >&2\nexit 3\n")
    failing.chmod(0o755)
    monkeypatch.setattr(job, "javascript_engine", lambda: str(failing))
    with pytest.raises(BrowserPythonError, match=r"\(status 3\): on purpose"):
        carry_out([Compression(b"")])
