"""How pip is started: with the user's own configuration of indexes, certificates and proxies, for the browser."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name
from packaging.version import Version

from widget_workbench.dependencies import browser_pip
from widget_workbench.dependencies.browser_python import (
    ABI,
    MARKER_ENVIRONMENT,
    PLATFORM,
    PYTHON_SERIES,
)
from widget_workbench.dependencies.errors import DependencyError
from widget_workbench.dependencies.subprocesses import Ended, OutOfTimeError, run

BROWSER_OPTIONS = (
    *("--platform", PLATFORM),
    *("--python-version", PYTHON_SERIES),
    *("--implementation", "cp"),
    *("--abi", ABI),
)

# What else the user has set for installations on this computer would only stand in the way.
_SETTINGS = {
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
    "PIP_PROGRESS_BAR": "off",
    "PIP_QUIET": "0",
    "PIP_REQUIRE_HASHES": "0",
    "PIP_REQUIRE_VIRTUALENV": "0",
    "PIP_USER": "0",
    "PIP_VERBOSE": "0",
    "PYTHONIOENCODING": "utf-8",
}
_LEFT_OUT = (
    "PIP_LOG",
    "PIP_NO_BINARY",
    "PIP_PREFIX",
    "PIP_REPORT",
    "PIP_RESOLVER_DEBUG",
    "PIP_ROOT",
    "PIP_TARGET",
)

_OLDEST_PIP = "24.2"

_TIME_LIMIT = 900.0  # seconds; pip has shorter ones for the network

# What pip writes to its log.
_UNFETCHED = re.compile(r"Could not fetch URL (?P<url>\S+): (?P<reason>.*) - skipping")
_SKIPPED = re.compile(r"Skipping link: (?!not a file).*?(?P<url>\w+://\S+)")
_ANSWERED_NO = re.compile(r"\b4(?!01|07|29)\d\d Client Error")


@dataclass(frozen=True)
class PipRun:
    """What is known after pip ran: how it ended, and its detailed log."""

    ended: Ended
    log: str

    @property
    def succeeded(self) -> bool:
        return self.ended.status == 0

    def errors(self) -> str:
        """Pip's own words on what went wrong, on one line."""
        lines = [line.strip() for line in self.ended.output.splitlines()]
        told = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
        return " ".join(told or lines[-3:]).rstrip(".")

    def check_network(self) -> None:
        """Tells a network in the way from a package that is not there.

        Raises:
            DependencyError: an index could not be asked.
        """
        for line in self.log.splitlines():
            found = _UNFETCHED.search(line)
            if found and not _ANSWERED_NO.search(found["reason"]):
                host = urlsplit(found["url"]).hostname or "a file"
                raise DependencyError(
                    f"The package index at {host} cannot be reached: {_shortened(found['reason'])}. Look at the "
                    "network, and at pip's configuration (pip config list)."
                )

    def saw_files_of(self, name: str) -> bool:
        """Whether an index has files of a package, be it none that fit."""
        links = (found["url"] for found in _SKIPPED.finditer(self.log))
        files = (
            canonicalize_name(unquote(urlsplit(link).path).rpartition("/")[2]) for link in links
        )
        return any(file.startswith(f"{name}-") for file in files)


@dataclass(frozen=True)
class Notes:
    """What browser_pip.py wrote down.

    `asked` and `conflict` hold who asks for what: the asking package's name and version, both empty for a widget, and
    the requirement. `missing` is the name that no file fits, and the range of versions that was asked for.
    """

    asked: tuple[tuple[str, str, str], ...] = ()
    missing: tuple[str, str] | None = None
    conflict: tuple[tuple[str, str, str], ...] = ()


def run_pip(
    arguments: Sequence[str], workspace: Path, extra: Mapping[str, str] | None = None
) -> PipRun:
    """Runs pip.

    Args:
        arguments: pip's, the command first.
        workspace: an empty directory for pip's log.
        extra: environment variables that go before all others.

    Raises:
        DependencyError: there is no pip, or it took too long.
    """
    return _run(["-m", "pip", *arguments], workspace, extra or {})


def run_browser_pip(
    arguments: Sequence[str], workspace: Path, hopeless: Iterable[str]
) -> tuple[PipRun, Notes]:
    """Runs pip by the browser's environment markers.

    Args:
        arguments: pip's, the command first.
        workspace: a directory for files that are needed meanwhile.
        hopeless: names that pip is to find no file of: others end the run.

    Raises:
        DependencyError: there is no pip, it is none that this knows, or it took too long.
    """
    notes = workspace / "notes.json"
    facts = workspace / "facts.json"
    facts.write_text(
        json.dumps(
            {
                "markers": dict(MARKER_ENVIRONMENT),
                "hopeless": sorted(hopeless),
                "notes": str(notes),
            }
        ),
        encoding="utf-8",
    )
    # -P: no module of this package is to stand in for one that pip imports.
    done = _run(["-P", browser_pip.__file__, str(facts), *arguments], workspace, {})
    if done.ended.status == browser_pip.UNKNOWN_PIP:
        raise DependencyError(
            f"This version of pip is not made as widget-workbench expects it ({done.errors()}): install another one, "
            'such as "pip>=24.2,<=26.3".'
        )
    return done, _read(notes)


def _run(arguments: Sequence[str], workspace: Path, extra: Mapping[str, str]) -> PipRun:
    _check_version()
    log = workspace / "pip.log"
    log.unlink(missing_ok=True)
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    command = [sys.executable, *arguments, "--log", str(log)]
    try:
        ended = run(command, {**kept, **_SETTINGS, **extra}, _TIME_LIMIT)
    except OutOfTimeError:
        raise DependencyError(
            f"pip did not finish in {_TIME_LIMIT / 60:.0f} minutes, and was stopped: look at the network, or narrow "
            "the ranges of versions that widgets ask for."
        ) from None
    written = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return PipRun(ended, written)


def _check_version() -> None:
    try:
        version = metadata.version("pip")
    except metadata.PackageNotFoundError:
        version = "none"
    # Older ones choose versions by the Python that they run on.
    if version == "none" or Version(version) < Version(_OLDEST_PIP):
        raise DependencyError(
            f"Widgets' dependencies are looked up by pip {_OLDEST_PIP} or newer, and {sys.executable} has {version}: "
            "install it there."
        )


def _read(notes: Path) -> Notes:
    if not notes.exists():
        return Notes()
    document: dict[str, Any] = json.loads(notes.read_bytes())
    missing = document["missing"]
    return Notes(
        asked=tuple((name, version, text) for name, version, text in document["asked"]),
        missing=(canonicalize_name(missing[0]), missing[1]) if missing else None,
        conflict=tuple((name, version, text) for name, version, text in document["conflict"]),
    )


def _shortened(reason: str) -> str:
    return reason if len(reason) <= 200 else f"{reason[:200]}…"
