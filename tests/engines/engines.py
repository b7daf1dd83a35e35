"""The browser engines that the smoke set runs in: where each is found, and what drives it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from widget_workbench.browser import BrowserMissing, find_browser, launch_arguments

HERE = Path(__file__).parent

_FIREFOX = ("firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox")
_MINIBROWSER = (
    "usr/lib/*/webkit*gtk-*/MiniBrowser",  # Debian, Ubuntu
    "usr/libexec/webkit*gtk-*/MiniBrowser",  # Fedora
    "usr/lib/webkit*gtk-*/MiniBrowser",  # Arch
)


class EngineMissing(Exception):
    """The engine is not on this machine; the message says what to install."""


@dataclass(frozen=True)
class Driver:
    """A program that opens pages in one engine.

    Attributes:
        command: to which the task is appended, as JSON.
        task: what it is told beside the pages' addresses.
        environment: what it needs beside this process's own.
    """

    command: tuple[str, ...]
    task: Mapping[str, Any]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Engine:
    """A browser engine.

    Attributes:
        name: as the table's heading has it.
        find: gives its driver, or raises EngineMissing.
        packages: Debian's and Ubuntu's, which bring it; several where the distributions differ, to be tried in order.
    """

    name: str
    find: Callable[[], Driver]
    packages: tuple[tuple[str, ...], ...] = ()


def _chromium() -> Driver:
    try:
        executable = find_browser()
    except BrowserMissing as missing:
        raise EngineMissing(str(missing)) from None
    if executable is None:
        raise EngineMissing(
            "Chromium was not found: run `make browser`, or install Chrome or Chromium."
        )
    return _puppeteer("chrome", executable, launch_arguments())


def _firefox() -> Driver:
    executable = next(filter(_starts, _commands(_FIREFOX)), None)
    if executable is None:
        raise EngineMissing(
            "Firefox was not found on PATH, or does not start: install it (Debian: apt-get install firefox-esr; "
            "elsewhere the package is firefox, which on Ubuntu has to be Mozilla's, since Ubuntu's own is a snap)."
        )
    return _puppeteer("firefox", executable, [])


def _webkit() -> Driver:
    driver = next(_commands(("WebKitWebDriver", "/usr/libexec/WebKitWebDriver")), None)
    browsers = [path for pattern in _MINIBROWSER for path in sorted(Path("/").glob(pattern))]
    xvfb = next(_commands(("xvfb-run",)), None)
    xauth = next(_commands(("xauth",)), None)  # which xvfb-run calls
    if not (driver and browsers and xvfb and xauth):
        parts = {
            "WebKitWebDriver": driver,
            "MiniBrowser": browsers,
            "xvfb-run": xvfb,
            "xauth": xauth,
        }
        missing = [name for name, found in parts.items() if not found]
        raise EngineMissing(
            f"WebKitGTK was not found, {_listed(missing)} being missing: install it "
            "(Debian, Ubuntu: apt-get install webkit2gtk-driver xvfb xauth)."
        )
    return Driver(
        command=(str(xvfb), "-a", sys.executable, str(HERE / "webkitgtk_driver.py")),
        task={"executable": str(browsers[-1]), "driver": str(driver)},
        environment={"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"} if _is_root() else {},
    )


ENGINES = {
    "chromium": Engine("Chromium", _chromium),  # `make browser` installs it
    "firefox": Engine("Firefox", _firefox, (("firefox-esr",), ("firefox",))),
    "webkit": Engine("WebKitGTK", _webkit, (("webkit2gtk-driver", "xvfb", "xauth"),)),
}
"""By the name that the command line has for it."""


def install_missing(engines: Iterable[Engine]) -> None:
    """Installs those that are not there, for root on a system with apt-get; else does nothing.

    What the installer says goes to stderr. Whether it helped, `Engine.find` says.
    """
    missing = [engine for engine in engines if engine.packages and not _is_there(engine)]
    if not (missing and _is_root() and shutil.which("apt-get")):
        return
    _run("apt-get", "update", "-qq")
    for engine in missing:
        for packages in engine.packages:
            _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)
            if _is_there(engine):
                break


def _is_there(engine: Engine) -> bool:
    try:
        engine.find()
    except EngineMissing:
        return False
    return True


def _puppeteer(browser: str, executable: Path, arguments: list[str]) -> Driver:
    node = shutil.which("node")
    if node is None:
        raise EngineMissing("Node.js 20 or newer, which drives the browsers, is not on PATH.")
    return Driver(
        command=(node, str(HERE / "puppeteer_driver.js")),
        task={"browser": browser, "executable": str(executable), "arguments": arguments},
    )


def _commands(names: Iterable[str]) -> Iterator[Path]:
    """Those that there are, by name on PATH or by their whole path."""
    yield from map(Path, filter(None, map(shutil.which, names)))


def _starts(executable: Path) -> bool:
    """Ubuntu's package `firefox` is a script that fails where there are no snaps."""
    asked = subprocess.run([executable, "--version"], capture_output=True, check=False)
    return asked.returncode == 0


def _run(*command: str) -> None:
    print(f"engines: {' '.join(command)}", file=sys.stderr, flush=True)
    subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        check=False,
    )


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
