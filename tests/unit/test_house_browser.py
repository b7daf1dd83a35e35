"""Which browser the tests run in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from widget_workbench import browser
from widget_workbench.testing.plugin import _executable


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with no browser; returns the only directory on its PATH."""
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(directory))
    monkeypatch.setattr(browser, "_usual_places", lambda: iter(()))
    monkeypatch.setattr(browser, "_playwrights_place", lambda: playwrights(directory))
    return directory


def playwrights(bare_machine: Path) -> Path:
    """Where Playwright would keep its Chromium on the bare machine."""
    return bare_machine.parent / "playwright" / "chrome"


def executable(path: Path, script: str = "exit 0") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_environment_variable_goes_first(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(bare_machine / "chromium")
    named = executable(bare_machine.parent / "mine")
    monkeypatch.setenv(browser.VARIABLE, str(named))
    assert browser.find_browser() == named


def test_an_environment_variable_that_names_no_file_is_an_error(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(bare_machine / "chromium")
    monkeypatch.setenv(browser.VARIABLE, "/nowhere/chromium")
    with pytest.raises(browser.BrowserMissing, match="WIDGET_BROWSER names /nowhere/chromium"):
        browser.find_browser()


@pytest.mark.parametrize("command", ["google-chrome", "google-chrome-stable", "chromium"])
def test_an_installed_browser_goes_before_playwrights_own(bare_machine: Path, command: str) -> None:
    executable(playwrights(bare_machine))
    installed = executable(bare_machine / command)
    assert browser.find_browser() == installed


def test_a_browser_in_a_usual_place_is_found_off_the_path(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = executable(bare_machine.parent / "opt" / "chrome")
    monkeypatch.setattr(browser, "_usual_places", lambda: iter((usual,)))
    assert browser.find_browser() == usual


def test_playwrights_own_is_found(bare_machine: Path) -> None:
    own = executable(playwrights(bare_machine))
    assert browser.find_browser() == own


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a download brings all it needs")
def test_playwrights_own_is_passed_over_when_it_does_not_start(bare_machine: Path) -> None:
    executable(playwrights(bare_machine), "exit 127")
    assert browser.find_browser() is None


def test_playwright_itself_says_where_it_keeps_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    place = browser._playwrights_place()
    assert place is not None
    assert place.is_relative_to(tmp_path)


def test_a_machine_without_a_browser_has_none(bare_machine: Path) -> None:
    assert browser.find_browser() is None


def test_the_command_and_the_tests_say_the_same_where_there_is_none(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["widget_workbench.browser"])
    assert browser._main() == 1
    printed = capsys.readouterr().err
    assert "python -m widget_workbench.browser --install" in printed
    with pytest.raises(pytest.fail.Exception) as failure:
        _executable("chromium", {})
    assert printed == f"{failure.value}\n"


def installers(monkeypatch: pytest.MonkeyPatch, *, root: bool) -> list[list[str]]:
    """Replaces the running of installers: none works. Returns the commands, as they come."""
    commands: list[list[str]] = []

    def run(command: list[str], **_environment: str) -> bool:
        commands.append(command)
        return command[0] == "apt-get"

    monkeypatch.setattr(browser, "_run", run)
    monkeypatch.setattr(browser, "_is_root", lambda: root)
    return commands


def test_nothing_is_installed_where_a_browser_is(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = executable(bare_machine / "chromium")
    commands = installers(monkeypatch, root=True)
    assert browser.install_browser() == installed
    assert commands == []


def test_root_gets_the_distributions_when_playwrights_is_not_to_be_had(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(bare_machine / "apt-get")
    commands = installers(monkeypatch, root=True)
    with pytest.raises(browser.BrowserMissing, match="install Chrome or Chromium"):
        browser.install_browser()
    assert [command[:2] for command in commands] == [
        [sys.executable, "-m"],
        ["apt-get", "update"],
        ["apt-get", "install"],
    ]
    assert commands[-1][-1] == "chromium"


def test_nobody_but_root_gets_the_distributions(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(bare_machine / "apt-get")
    commands = installers(monkeypatch, root=False)
    with pytest.raises(browser.BrowserMissing, match="set the environment variable WIDGET_BROWSER"):
        browser.install_browser()
    assert [command[0] for command in commands] == [sys.executable]


def test_only_root_runs_it_without_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "_is_root", lambda: True)
    assert "--no-sandbox" in browser.launch_arguments()
    monkeypatch.setattr(browser, "_is_root", lambda: False)
    assert "--no-sandbox" not in browser.launch_arguments()


def test_the_command_prints_the_path(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = executable(bare_machine / "mine")
    monkeypatch.setenv(browser.VARIABLE, str(named))
    command = [sys.executable, "-m", "widget_workbench.browser"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{named}\n", "")


def test_the_command_fails_with_one_sentence(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(browser.VARIABLE, "/nowhere/chromium")
    command = [sys.executable, "-m", "widget_workbench.browser"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The environment variable WIDGET_BROWSER names")
