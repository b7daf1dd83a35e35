"""The runtime that every Python widget shares: Pyodide's core, the standard library and the package `widget`, and the
loader, of which each widget has a copy.

Nothing but the standard library is imported here, since a wheel is built where nothing else is installed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from widget_workbench import shipped

MANIFEST = "runtime.json"
LOADER = "loader.js"


@dataclass(frozen=True)
class RuntimeFile:
    """What is known of one file.

    Attributes:
        sha256: of its bytes, as hexadecimal digits.
        size: bytes of it.
    """

    sha256: str
    size: int


@dataclass(frozen=True)
class SnapshotFacts:
    """What is known of the snapshot.

    Attributes:
        memory: the hash of all memory, once it is restored, as hexadecimal digits.
        modules: the files of the modules that are imported, by the modules' names; None for what has no file.
    """

    memory: str
    modules: Mapping[str, str | None]


@dataclass(frozen=True)
class RuntimeManifest:
    """`runtime.json`, which is made with the files (runtime/making.py).

    Attributes:
        release: what identifies the runtime on a page; two builds with one release share an interpreter.
        pyodide: the version of its core.
        python: the version of its Python.
        parts: by what they make up, the names of its files in their order: `core` is the core's JavaScript module,
            `wasm` its WebAssembly, `snapshot` the memory of an interpreter that has imported what a start needs,
            `library` and `widget` what it has imported, the standard library's first part and the package of that
            name, and `late` the rest of the library.
        files: by name.
        late_modules: the modules of `late`.
        snapshot: what is known of the part of that name.
    """

    release: str
    pyodide: str
    python: str
    parts: Mapping[str, tuple[str, ...]]
    files: Mapping[str, RuntimeFile]
    late_modules: tuple[str, ...]
    snapshot: SnapshotFacts

    def shipped_parts(self, *, snapshot: bool) -> tuple[str, ...]:
        """The parts that a widget needs, in the order in which they are asked for.

        Args:
            snapshot: whether Python starts from a snapshot, else from the library's files.
        """
        left_out = ("library", "widget") if snapshot else ("snapshot",)
        return tuple(part for part in self.parts if part not in left_out)

    @classmethod
    def read(cls, text: str) -> RuntimeManifest:
        """From the file's text."""
        document = json.loads(text)
        parts = {name: tuple(files) for name, files in document.pop("parts").items()}
        files = {name: RuntimeFile(**facts) for name, facts in document.pop("files").items()}
        late_modules = tuple(document.pop("late_modules"))
        snapshot = SnapshotFacts(**document.pop("snapshot"))
        return cls(
            **document, parts=parts, files=files, late_modules=late_modules, snapshot=snapshot
        )

    def written(self) -> str:
        """The file's text."""
        return json.dumps(asdict(self), indent=1) + "\n"


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
    def loader(self) -> Path:
        """The JavaScript module that mounts a Python widget: static/loader/, bundled into one file."""
        return self.directory / LOADER

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
    text = (directory / MANIFEST).read_text(encoding="utf-8")
    return Runtime(RuntimeManifest.read(text), directory)
