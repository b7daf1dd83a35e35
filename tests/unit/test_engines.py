"""The smoke set's own machinery: a case that fails, a page that hangs and an engine that is missing are all told."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ..engines import __main__ as command
from ..engines import engines, smoke
from ..engines.engines import Driver, Engine, EngineMissing
from ..engines.smoke import OPENED, PAGES, EngineRun, Outcome, PageRun
from ..engines.table import consoles, failures, table

FIRST, *OTHERS = PAGES
PASSED = Outcome(passed=True)


def engine_run(heading: str, outcomes: Mapping[str, Outcome], *console: str) -> EngineRun:
    """A run in which the first page found these, and every other page opened."""
    others = {page: PageRun({OPENED: PASSED}, 1.25, ()) for page in OTHERS}
    return EngineRun(
        heading, {FIRST: PageRun({OPENED: PASSED, **outcomes}, 2.5, console), **others}
    )


def driver(script: str) -> Driver:
    """Prints what a driver would; `urls` are the addresses that it was told to open."""
    setting = "import json, sys\nurls = json.loads(sys.argv[1])['urls']\n"
    report = "def report(url, result, failure='', console=()):\n    print(json.dumps(dict(url=url, result=result,"
    report += " failure=failure, console=console, seconds=1)))\n"
    return Driver((sys.executable, "-c", setting + report + script), {})


def test_the_table_has_a_row_for_every_case_and_a_column_for_every_engine() -> None:
    text = table(
        [
            engine_run("Chromium 1", {"one": PASSED, "two": PASSED}),
            engine_run("WebKitGTK 2.3", {"one": Outcome(passed=False, detail="7 instead of 8")}),
        ]
    )
    assert re.search(r"^ +Chromium 1  WebKitGTK 2\.3$", text, re.MULTILINE)
    assert re.search(rf"^{FIRST} +2\.5 s +2\.5 s$", text, re.MULTILINE)
    assert re.search(r"^  one +ok +FAILED$", text, re.MULTILINE)
    assert re.search(r"^  two +ok +not run$", text, re.MULTILINE)


def test_what_failed_and_what_did_not_run_is_told_with_its_place() -> None:
    broken = engine_run(
        "Firefox 1", {"one": Outcome(passed=False, detail="7 instead of 8")}, "TypeError: no"
    )
    runs = [engine_run("Chromium 1", {"one": PASSED, "two": PASSED}), broken]
    assert failures(runs) == [
        f"Firefox 1, {FIRST.lower()}: FAILED: one\n    7 instead of 8",
        f"Firefox 1, {FIRST.lower()}: not run: two",
    ]
    assert list(consoles(runs)) == [
        f"Firefox 1, {FIRST.lower()}, printed to the console:\n    TypeError: no"
    ]


def test_where_all_passed_there_is_nothing_to_tell() -> None:
    runs = [engine_run("Chromium 1", {"one": PASSED}, "a warning")]
    assert failures(runs) == list(consoles(runs)) == []


def test_what_the_pages_found_is_read_from_the_driver() -> None:
    found = smoke.run(
        "Firefox",
        driver(
            "print('what a browser has to say about fonts')\n"
            "print(json.dumps({'version': 'firefox/140.3.1'}))\n"
            "case = {'name': 'one', 'passed': False, 'detail': '7'}\n"
            "for url in urls: report(url, {'cases': [case]}, console=['a warning'])"
        ),
    )
    assert found.heading == "Firefox 140.3"
    assert list(found.pages) == list(PAGES)
    assert found.pages[FIRST] == PageRun(
        {OPENED: PASSED, "one": Outcome(passed=False, detail="7")}, 1, ("a warning",)
    )


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("for url in urls: report(url, None)", "no window.result within"),
        ("for url in urls: report(url, None, failure='no such address')", "no such address"),
        ("for url in urls: report(url, {'cases': []})", "checked nothing"),
        (
            "case = {'name': 'one', 'passed': True, 'detail': ''}\n"
            "for url in urls: report(url, {'cases': [case, case]})",
            "two things by one name",
        ),
        ("sys.exit('the browser crashed')", "the browser crashed"),
    ],
)
def test_a_page_without_a_result_has_failed_and_says_why(script: str, reason: str) -> None:
    found = smoke.run("Firefox", driver(script))
    for page in PAGES:
        (outcome,) = found.pages[page].outcomes.values()
        assert not outcome.passed
        assert reason in outcome.detail
    assert len(failures([found])) == len(PAGES)


def test_a_driver_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "PAGE_SECONDS", 0)
    monkeypatch.setattr(smoke, "DRIVER_SECONDS", 0.2)
    found = smoke.run("Firefox", driver("import signal; signal.pause()"))
    assert "it was ended after" in found.pages[FIRST].outcomes[OPENED].detail


def test_a_missing_engine_is_named_fails_the_command_and_leaves_the_others_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> Driver:
        raise EngineMissing("Firefox was not found: install it.")

    case = "{'name': 'one', 'passed': True, 'detail': ''}"
    there = driver(f"for url in urls: report(url, {{'cases': [{case}]}})")
    found = {"chromium": Engine("Chromium", lambda: there), "firefox": Engine("Firefox", missing)}
    monkeypatch.setattr(command, "ENGINES", found)
    assert command.main([]) == 1
    printed = capsys.readouterr()
    assert printed.err == "Firefox was not found: install it.\n"
    assert printed.out.endswith(f"{2 * len(PAGES)} cases in 1 of 2 engines: all passed.\n")
    assert command.main(["chromium"]) == 0


@pytest.mark.parametrize("name", ["firefox", "webkit"])
def test_an_engine_that_is_not_installed_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(engines, "_FIREFOX", ("firefox-esr", "firefox"))
    engine = engines.ENGINES[name]
    with pytest.raises(
        EngineMissing, match=f"{engine.name} was not found.*apt-get install {engine.packages[0][0]}"
    ):
        engine.find()


def test_root_with_apt_get_gets_what_is_missing_and_nobody_else_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    apt_get = tmp_path / "apt-get"
    apt_get.write_text("#!/bin/sh\nexit 0\n")
    apt_get.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(engines, "_FIREFOX", ("firefox-esr", "firefox"))
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(engines, "_run", lambda *words: commands.append(words))

    monkeypatch.setattr(engines, "_is_root", lambda: False)
    engines.install_missing(engines.ENGINES.values())
    assert commands == []

    monkeypatch.setattr(engines, "_is_root", lambda: True)
    engines.install_missing(engines.ENGINES.values())
    assert commands[0][:2] == ("apt-get", "update")
    assert [words[-1] for words in commands[1:]] == ["firefox-esr", "firefox", "xauth"]
