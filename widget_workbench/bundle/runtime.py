"""The runtime that every Python widget shares: Pyodide's core, the standard library and the package `widget`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from widget_workbench import shipped

MANIFEST = "runtime.json"


class RuntimeFile(BaseModel):
    """What is known of one file.

    Attributes:
        sha256: of its bytes, as hexadecimal digits.
        bytes: its length.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    bytes: int


class RuntimeManifest(BaseModel):
    """`runtime.json`, which is made with the files (runtime/making.py).

    Attributes:
        release: what identifies the runtime on a page; two builds with one release share an interpreter.
        pyodide: the version of its core.
        python: the version of its Python.
        parts: by what they make up, the names of its files in their order: `core` is the core's JavaScript module,
            `wasm` its WebAssembly, `library` the standard library that a start needs, with `widget`, and `late` the
            rest of it.
        files: by name.
        late_modules: the modules of `late`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    release: str
    pyodide: str
    python: str
    parts: dict[str, tuple[str, ...]]
    files: dict[str, RuntimeFile]
    late_modules: tuple[str, ...]


@dataclass(frozen=True)
class Runtime:
    """The runtime of one release, and where its files are."""

    manifest: RuntimeManifest
    directory: Path

    @property
    def release(self) -> str:
        """What identifies it on a page."""
        return self.manifest.release

    @property
    def files(self) -> Mapping[str, Path]:
        """Its files by name."""
        return {name: self.directory / name for name in self.manifest.files}


def runtime() -> Runtime:
    """The runtime of this release.

    In a checkout, where the package `widget` is being worked on, each state of it is a release of its own.

    Raises:
        ShippedFilesMissing: it is not there, or cannot be made.
    """
    return _read(shipped.runtime())


@cache
def _read(directory: Path) -> Runtime:
    manifest = RuntimeManifest.model_validate_json((directory / MANIFEST).read_bytes())
    return Runtime(manifest, directory)
