"""Finds a JavaScript engine: Node.js, or the one that Playwright's wheel carries."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

OLDEST_NODE = 20


@cache
def javascript_engine() -> str | None:
    """The program that runs a module as `node` does: the one on PATH if it is new enough, else Playwright's own.

    Returns:
        The program's path; None where there is neither.
    """
    found = shutil.which("node")
    if found is not None and _major_version(found) >= OLDEST_NODE:
        return found
    return _playwrights()


def _major_version(program: str) -> int:
    """0 for a program that does not tell its version as Node.js does."""
    try:
        told = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    version = re.match(r"v(\d+)\.", told.stdout)
    return int(version[1]) if version else 0


def _playwrights() -> str | None:
    try:
        from playwright._impl._driver import compute_driver_executable
    except ImportError:
        return None
    program = Path(compute_driver_executable()[0])
    return str(program) if program.is_file() else None
