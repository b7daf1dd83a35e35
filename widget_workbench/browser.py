"""Finds the Chromium that the browser tests run in.

`python -m widget_workbench.browser` prints its path; with `--install`, one is installed when there is none.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "WIDGET_BROWSER"
"""The environment variable that names the browser's executable and goes before everything else."""

NOT_FOUND = (
    "No browser for the tests was found: run `python -m widget_workbench.browser --install`, or install Chrome or "
    f"Chromium, or set the environment variable {VARIABLE} to the path of one."
)
"""What is said where `find_browser` finds none."""

_COMMANDS = ("google-chrome", "google-chrome-stable", "chrome", "chromium", "chromium-browser")

# A second synchronous Playwright cannot start in a process that runs one, as pytest-playwright's does.
_ASK_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


class BrowserMissing(Exception):
    """There is no browser to be had; the message says what to install."""


def find_browser() -> Path | None:
    """The executable of the browser to test in; None when this machine has none.

    In this order: what the environment variable `WIDGET_BROWSER` names, an installed Chrome or Chromium, Playwright's
    own Chromium.

    Raises:
        BrowserMissing: `WIDGET_BROWSER` names something that is not a file.
    """
    return _named() or _installed() or _playwrights_own()


def install_browser() -> Path:
    """The executable of the browser to test in, installed when there was none.

    Tried in this order: Playwright's own Chromium; for root on a system with apt-get, the distribution's package
    `chromium`. What the installers say goes to stderr.

    Raises:
        BrowserMissing: neither was to be had, or `WIDGET_BROWSER` names something that is not a file.
    """
    browser = find_browser() or _install_playwrights_own() or _install_from_distribution()
    if browser is None:
        raise BrowserMissing(
            "No browser for the tests was found, and none could be installed: install Chrome or Chromium, or set"
            f" the environment variable {VARIABLE} to the path of one."
        )
    return browser


def launch_arguments() -> list[str]:
    """The command-line arguments that keep Chromium off the network, and let root start it."""
    quiet = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
    ]
    return ["--no-sandbox", *quiet] if _is_root() else quiet


def _named() -> Path | None:
    name = os.environ.get(VARIABLE)
    if not name:
        return None
    path = Path(name)
    if not path.is_file():
        raise BrowserMissing(
            f"The environment variable {VARIABLE} names {name}, which is not a file; unset it, or let it name a"
            " browser's executable."
        )
    return path


def _installed() -> Path | None:
    on_path = (shutil.which(command) for command in _COMMANDS)
    for candidate in (*map(Path, filter(None, on_path)), *_usual_places()):
        if candidate.is_file():
            return candidate
    return None


def _usual_places() -> Iterator[Path]:
    if sys.platform == "win32":
        for variable in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData"):
            if folder := os.environ.get(variable):
                yield Path(folder, "Google", "Chrome", "Application", "chrome.exe")
                yield Path(folder, "Chromium", "Application", "chrome.exe")
    elif sys.platform == "darwin":
        for folder in (Path("/Applications"), Path.home() / "Applications"):
            yield folder / "Google Chrome.app/Contents/MacOS/Google Chrome"
            yield folder / "Chromium.app/Contents/MacOS/Chromium"
    else:
        yield Path("/opt/google/chrome/chrome")
        yield Path("/usr/lib/chromium/chromium")
        yield Path("/snap/bin/chromium")


def _playwrights_own() -> Path | None:
    browser = _playwrights_place()
    return browser if browser and browser.is_file() and _starts(browser) else None


def _playwrights_place() -> Path | None:
    """Where Playwright keeps its Chromium, once it has one; None without Playwright."""
    if importlib.util.find_spec("playwright") is None:
        return None
    answer = subprocess.run(
        [sys.executable, "-c", _ASK_PLAYWRIGHT], capture_output=True, text=True, check=False
    )
    return Path(answer.stdout.strip()) if answer.returncode == 0 else None


def _starts(browser: Path) -> bool:
    """Whether the libraries are there that Playwright's download does not bring."""
    if sys.platform != "linux":
        return True
    return subprocess.run([browser, "--version"], capture_output=True, check=False).returncode == 0


def _install_playwrights_own() -> Path | None:
    if importlib.util.find_spec("playwright") is None:
        return None
    _run([sys.executable, "-m", "playwright", "install", "chromium"])
    return _playwrights_own()


def _install_from_distribution() -> Path | None:
    if not (_is_root() and shutil.which("apt-get")):
        return None
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    if _run(["apt-get", "update", "-qq"], **quiet):
        _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], **quiet)
    return _installed()


def _run(command: list[str], **environment: str) -> bool:
    """Whether the command succeeded. Its output goes to stderr: stdout is the found path's."""
    print(f"browser: {' '.join(command)}", file=sys.stderr, flush=True)
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        env={**os.environ, **environment},
        check=False,
    )
    if done.returncode != 0:
        print(
            f"browser: that failed, with exit status {done.returncode}", file=sys.stderr, flush=True
        )
    return done.returncode == 0


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m widget_workbench.browser",
        description="Print the path of the browser that the tests use.",
    )
    parser.add_argument("--install", action="store_true", help="install one when there is none")
    arguments = parser.parse_args()
    try:
        browser = install_browser() if arguments.install else find_browser()
        if browser is None:
            raise BrowserMissing(NOT_FOUND)
    except BrowserMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    print(browser)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
