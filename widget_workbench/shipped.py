"""Where the files are that this package ships for the browser.

In a checkout they stand where they are worked on, and Pyodide's core where npm put it. In an installed wheel they are
the copies under `_shipped/` that the build hook (hatch_build.py) made, in the same layout.
"""

from __future__ import annotations

import json
from pathlib import Path

STATIC_PARTS = ("community", "workbench")
"""The directories of `static/` that ship. The loader is part of the runtime, in another form."""

PYODIDE_FILES = (
    "package.json",
    "pyodide-lock.json",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "pyodide.mjs",
    "python_stdlib.zip",
)
"""What ships of the npm package `pyodide`: the core, which the build runs, the file that tells its version, and the
list of the packages that are built for it."""

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent
_WHEEL_COPY = _PACKAGE / "_shipped"


class ShippedFilesMissing(Exception):
    """Files that belong to this package are not there; the message says which, where, and the way out."""


def static(part: str) -> Path:
    """The directory of `static/<part>`.

    Args:
        part: one of `STATIC_PARTS`.

    Raises:
        ShippedFilesMissing: it is not there.
    """
    return _present(_root() / "static" / part, ())


def pyodide_core() -> Path:
    """The directory that holds `PYODIDE_FILES`, in the version that package.json names.

    Raises:
        ShippedFilesMissing: a file is not there, or the checkout's npm packages are of another version.
    """
    core = _present(
        _root() / ("pyodide" if _installed() else "node_modules/pyodide"), PYODIDE_FILES
    )
    if not _installed():
        _check_version(core)
    return core


def pyodide_versions() -> tuple[str, str]:
    """The versions of Pyodide and of the Python in it, such as ("314.0.7", "3.14.2").

    Raises:
        ShippedFilesMissing: Pyodide's core is not there, or damaged.
    """
    core = pyodide_core()
    try:
        package = json.loads((core / "package.json").read_text("utf-8"))
        lock = json.loads((core / "pyodide-lock.json").read_text("utf-8"))
        return package["version"], lock["info"]["python"]
    except (OSError, ValueError, LookupError, TypeError):
        raise ShippedFilesMissing(f"{core} is damaged; {way_out()}") from None


def runtime() -> Path:
    """The directory of the runtime's files, with their manifest (widget_workbench.runtime).

    In a checkout it is made when it is out of date, which takes half a minute the first time.

    Raises:
        ShippedFilesMissing: it is not there, or cannot be made.
    """
    if _installed():
        return _present(_root() / "runtime", ("runtime.json",))
    from runtime.making import make

    return make()


def licenses() -> Path:
    """The directory of the licence texts that have to accompany Pyodide's core wherever it is passed on.

    Raises:
        ShippedFilesMissing: it is not there.
    """
    return _present(_root() / "licenses", ())


def widget_package() -> Path:
    """The directory of the package `widget`, which runs in the visitor's browser.

    Raises:
        ShippedFilesMissing: it is not there.
    """
    return _present(_PACKAGE.parent / "widget", ("__init__.py",))


def _installed() -> bool:
    return _WHEEL_COPY.is_dir()


def _root() -> Path:
    return _WHEEL_COPY if _installed() else _CHECKOUT


def _present(directory: Path, files: tuple[str, ...]) -> Path:
    for path in (directory, *(directory / name for name in files)):
        if not path.exists():
            raise ShippedFilesMissing(f"{path} is missing; {way_out()}")
    return directory


def _check_version(core: Path) -> None:
    wanted = json.loads((_CHECKOUT / "package.json").read_text())["dependencies"]["pyodide"]
    found = json.loads((core / "package.json").read_text())["version"]
    if found != wanted:
        raise ShippedFilesMissing(
            f"{core} is Pyodide {found}, but package.json names {wanted}; {way_out()}"
        )


def way_out() -> str:
    """What to do where files of this package are missing or damaged."""
    if _installed():
        return "the installation is damaged, run: pip install --force-reinstall widget-workbench"
    return f"run: npm ci (in {_CHECKOUT})"
