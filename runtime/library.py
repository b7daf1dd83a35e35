"""The standard library in two parts: what a start needs, and what comes after it (widget/_late_library.py)."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from widget_workbench.browser_python.archive import archive_of

ROOT = "/lib/python314.zip/"
"""Where the library stands in the browser: the path that the core has compiled in."""

START_MODULES = Path(__file__).with_name("start-modules.txt")

LATE_MODULES = "_late_modules"
"""The module of the first part that names the second's."""

# Nothing that runs in a page can use these: a terminal's, other systems', and what the core has in C anyway.
_NOWHERE = (
    "__hello__.py",
    "__phello__/",
    "_pydatetime.py",
    "_pyio.py",
    "_pyrepl/",
    "antigravity.py",
    "ctypes/macholib/",
    "pty.py",
    "site-packages/",
    "this.py",
)


@dataclass(frozen=True)
class Library:
    """The two parts, each a stored zip."""

    start: bytes
    late: bytes


def sources(zip_file: Path) -> dict[str, bytes]:
    """The Python files of Pyodide's `python_stdlib.zip` by path.

    Without those that no page can use, and with the module that names the late ones.
    """
    with zipfile.ZipFile(zip_file) as archive:
        found = {
            name: archive.read(name)
            for name in sorted(archive.namelist())
            if name.endswith(".py") and not name.startswith(_NOWHERE)
        }
    return {**found, f"{LATE_MODULES}.py": _late_modules_source(found)}


def module_name(path: str) -> str:
    """The module that a file holds: "json" for json/__init__.pyc."""
    stem = path.removesuffix(".pyc").removesuffix(".py")
    return stem.removesuffix("/__init__").replace("/", ".")


def late_modules(paths: Iterable[str]) -> set[str]:
    """The modules of the second part, of those that the files hold."""
    return {module_name(path) for path in paths} - start_modules()


def in_two_parts(bytecode: Mapping[str, bytes]) -> Library:
    """Cuts the library.

    Args:
        bytecode: all of its files by path; those of modules that start-modules.txt does not name are late.
    """
    names = late_modules(bytecode)
    start = {path: each for path, each in bytecode.items() if module_name(path) not in names}
    late = {path: each for path, each in bytecode.items() if module_name(path) in names}
    return Library(start=archive_of(start), late=archive_of(late))


def _late_modules_source(paths: Iterable[str]) -> bytes:
    names = " ".join(sorted(late_modules(paths)))
    return f'NAMES = frozenset("{names}".split())\n'.encode()


def start_modules() -> frozenset[str]:
    """The modules that start-modules.txt names."""
    lines = START_MODULES.read_text().splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
