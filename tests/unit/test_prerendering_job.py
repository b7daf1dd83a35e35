"""The interpreters that prerender: what keeps one from its end, what is kept, and what widgets get hold of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.prerendering_cases import CITY, Case, rendered
from widget_workbench.browser_python import BrowserPythonError
from widget_workbench.prerendering import FirstPaint, Subject, first_paints, job, making
from widget_workbench.prerendering.conditions import conditions_of

GOOD = Case(rendered("<p>{sdk.props['city']}</p>"), properties=[CITY]).subject("good")


def paints(cache: Path, *subjects: Subject) -> list[FirstPaint]:
    return first_paints(subjects, cache)


def test_a_widget_that_goes_on_for_ever_is_named_and_the_others_are_prerendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "RUN_LIMIT", 3.0)
    endless = Case("while True:\n    pass").subject("endless")
    first, stuck, last = paints(tmp_path, GOOD, endless, GOOD)
    assert stuck.reason == "its start does not come to an end: one run has taken 3 s"
    assert stuck.markup is None
    assert first.markup == last.markup == "<p><!--prop=city-->Warsaw<!--/prop--></p>"


def test_a_widget_that_ends_the_interpreter_is_told_and_the_others_are_prerendered(
    tmp_path: Path,
) -> None:
    ending = Case("import os; os._exit(3)").subject("ending")
    stuck, good = paints(tmp_path, ending, GOOD)
    assert "it brings Python itself to its end" in stuck.reason
    assert good.markup is not None


def test_a_widget_is_not_blamed_for_what_another_left_behind(tmp_path: Path) -> None:
    """What ends the interpreter in the middle of a job is looked for in each of its widgets alone."""
    later = """
        class Mine:
            def __del__(self):
                import os
                os._exit(3)
        import sys
        sys.mine = getattr(sys, "mine", None) or Mine()
        sdk.render(t"<p>a</p>")
    """
    ending = Case("import sys; del sys.mine; sdk.render(t'<p>b</p>')").subject("ending")
    first, second, good = paints(tmp_path, Case(later).subject("later"), ending, GOOD)
    assert first.markup == "<p>a</p>"
    assert "AttributeError" in second.reason
    assert good.markup is not None


def test_a_widget_has_less_memory_than_the_computer(tmp_path: Path) -> None:
    hungry = Case("kept = []\nwhile True:\n    kept.append(bytearray(50_000_000))").subject(
        "hungry"
    )
    stuck, good = paints(tmp_path, hungry, GOOD)
    assert "MemoryError" in stuck.reason
    assert good.markup is not None


def test_what_an_author_prints_goes_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (paint,) = paints(tmp_path, Case("print('x' * 100_000)\nsdk.render(t'<p>a</p>')").subject("w"))
    assert paint.markup == "<p>a</p>"
    assert capfd.readouterr() == ("", "")


def test_a_widget_has_no_way_to_the_computer(tmp_path: Path) -> None:
    """Not by the file system, nor by a JavaScript object that it gets hold of."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    cases = {
        "file": f"open({str(secret)!r})",
        "constructor": "create_proxy(print).constructor('return process')()",
        "prototype": "create_proxy(print).constructor.constructor('return globalThis')()",
        "engine": f"running._engine.read({str(secret)!r})",
        "socket": "__import__('urllib.request').request.urlopen('http://127.0.0.1:1')",
    }
    before = (
        "from pyodide.ffi import create_proxy\n"
        "from widget_workbench.prerendering.interpreter import running"
    )
    subjects = [
        Case(f"sdk.render(t'<p>{{str({code})}}</p>')", before=before).subject(name)
        for name, code in cases.items()
    ]
    for subject, paint in zip(subjects, paints(tmp_path / "cache", *subjects), strict=True):
        assert paint.markup is None, (subject.type, paint.markup)
        assert "it failed" in paint.reason, (subject.type, paint.reason)


def test_a_package_is_there_for_those_alone_that_ask_for_it(tmp_path: Path) -> None:
    from widget_workbench.browser_python import Compilation, carry_out
    from widget_workbench.runtime import runtime

    sources = {
        "red/__init__.py": b"from .shade import NAME\n",
        "red/shade.py": b"NAME = 'crimson'\n",
        "red/data.txt": b"",
    }
    root = "/lib/dependencies/red-1.0/"
    (archive,) = carry_out([Compilation(sources, root, package=True)], runtime=runtime())
    init = rendered("<p>{red.NAME}</p>")
    asking = Case(init, before="import red").subject("asking")
    asking = Subject(asking.type, asking.manifest, asking.modules, packages={"red 1.0": archive})
    other = Case(init, before="import red").subject("other")
    one, two, three = paints(tmp_path, asking, other, asking)
    assert one.markup == three.markup == "<p>crimson</p>"
    assert "No module named 'red'" in two.reason


def test_a_first_paint_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = paints(tmp_path, GOOD)
    monkeypatch.setattr(making, "run", None)
    assert paints(tmp_path, GOOD) == made
    changed = Case(rendered("<b>{sdk.props['city']}</b>"), properties=[CITY]).subject("good")
    with pytest.raises(TypeError):
        paints(tmp_path, changed)
    with pytest.raises(TypeError):
        paints(tmp_path, Subject("other", GOOD.manifest, GOOD.modules))
    with pytest.raises(TypeError):
        paints(tmp_path, Subject("good", GOOD.manifest, GOOD.modules, assets=["a.svg"]))
    with pytest.raises(TypeError):
        paints(tmp_path, Subject("good", GOOD.manifest, GOOD.modules, packages={"a 1": b""}))


def test_a_damaged_one_in_the_cache_is_made_anew(tmp_path: Path) -> None:
    made = paints(tmp_path, GOOD)
    (kept,) = (tmp_path / "first-paints").glob("*/*")
    kept.write_bytes(kept.read_bytes()[:-1] + b"]")
    assert paints(tmp_path, GOOD) == made


def test_without_a_javascript_engine_the_way_out_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "javascript_engine", lambda: None)
    with pytest.raises(BrowserPythonError, match=r"install Node\.js"):
        paints(tmp_path, GOOD)


def test_an_engine_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = tmp_path / "node"
    failing.write_text("#!/bin/sh\necho on purpose >&2\nexit 3\n")
    failing.chmod(0o755)
    monkeypatch.setattr(job, "javascript_engine", lambda: str(failing))
    with pytest.raises(BrowserPythonError, match="status 3: on purpose"):
        paints(tmp_path, GOOD)


def test_each_run_differs_from_the_first_in_one_thing_or_says_that_it_does_not() -> None:
    here, there = conditions_of(GOOD.manifest)
    first, *others = (each.written() for each in (*here, *there))
    assert len(others) >= 5
    for each in others:
        told = {name for name in first if json.dumps(each[name]) != json.dumps(first[name])}
        told -= {"differs"}
        if each["page"] != first["page"]:
            told -= {"page", "color", "assets", "tokens"}
            told.add("page")
        assert len(told) <= 1 or each["differs"] == "several things at once", each["differs"]
