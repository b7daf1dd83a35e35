"""The runtime that every Python widget shares: Pyodide's core, its standard library and the package `widget`."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from widget_workbench import __version__, shipped
from widget_workbench.bundle.digest import digest

CORE_FILES = ("pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
WIDGET_ARCHIVE = "widget.zip"

# The oldest date that a zip can hold: an archive's bytes depend on nothing but its files.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Runtime:
    """The files of one release.

    Attributes:
        release: what identifies it on a page; two builds with one release share an interpreter.
        files: by name: a path on disk, or the bytes themselves.
    """

    release: str
    files: dict[str, bytes | Path]

    def size(self, name: str) -> int:
        """Bytes of one file."""
        content = self.files[name]
        return len(content) if isinstance(content, bytes) else content.stat().st_size


def runtime() -> Runtime:
    """The runtime of this release.

    In a checkout, where the package `widget` is being worked on, each state of it is a release of its own.

    Raises:
        ShippedFilesMissing: the core is not there.
    """
    sources = {
        f"widget/{path.name}": path.read_bytes()
        for path in sorted(shipped.widget_package().glob("*.py"))
    }
    core = shipped.pyodide_core()
    version = _pyodide_version(core)
    return Runtime(
        release=f"{__version__}-{version}-{digest(sources)[:12]}",
        files={
            **{name: core / name for name in CORE_FILES},
            WIDGET_ARCHIVE: _archive(sources),
        },
    )


@cache
def _pyodide_version(core: Path) -> str:
    version: str = json.loads((core / "package.json").read_text())["version"]
    return version


def _archive(sources: dict[str, bytes]) -> bytes:
    """A zip that Python imports from. Stored, since inflating would cost the start."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sources.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), content)
    return buffer.getvalue()
