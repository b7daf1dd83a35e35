"""Brings `build/runtime/` up to date, step by step, each of which is done again only when what it reads has changed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import deflate

from runtime import library
from widget_workbench import __version__, browser_python, parts, runtime, shipped
from widget_workbench.browser_python import BrowserPythonError, Compilation, Compression, carry_out
from widget_workbench.browser_python.archive import archive_of, files_of
from widget_workbench.browser_python.javascript_engine import javascript_engine
from widget_workbench.parts import NAME_DIGITS, in_parts, sha256
from widget_workbench.runtime import LOADER, MANIFEST, RuntimeFile, RuntimeManifest, SnapshotFacts
from widget_workbench.shipped import ShippedFilesMissing

_HERE = Path(__file__).parent
_BUILT = _HERE.parent / "build"
_TRIM = _HERE / "trim-core.mjs"
_BUNDLE_LOADER = _HERE / "bundle-loader.mjs"
_LOADER_MODULES = _HERE.parent / "static" / "loader"
# They tell the versions of the tools: of acorn and esbuild, and of deflate. A build from an sdist, which brings the
# runtime along, has them as they were; what it installs may be newer, and must not put the runtime out of date.
_NPM_LOCK = _HERE.parent / "package-lock.json"
_PYTHON_LOCK = _HERE.parent / "requirements" / "dev.txt"
# What makes the snapshot, and decides how it comes out.
_SNAPSHOT = (
    _HERE / "make-snapshot.mjs",
    _HERE / "freed-memory.mjs",
    _LOADER_MODULES / "core.js",
)

PYTHON = "3.14.2"
"""The version of the browser's Python, which Pyodide's release decides."""

# Of libdeflate: 4 % denser than zlib's. DecompressionStream knows nothing else; what Python decompresses is in zstd.
_DENSEST = 12

# Two megabytes: with more, decompressing it would make the page's memory grow (widget/_late_library.py).
_LATE_WINDOW = 21

WIDGET_ROOT = "/lib/widget.zip/"
"""Where the package `widget` stands in the browser (static/loader/boot.js)."""

# How many states of the runtime are kept: a preview may still serve an older one.
_KEPT = 4
_KEPT_STEPS = 16


def make() -> Path:
    """Makes what is out of date.

    Returns:
        The directory of the runtime's files, with their manifest. It never changes: each state has its own.

    Raises:
        ShippedFilesMissing: Pyodide's core or the tools that trim it are not there, or there is no JavaScript engine.
    """
    try:
        return _Making(shipped.pyodide_core()).directory()
    except BrowserPythonError as error:
        raise ShippedFilesMissing(str(error)) from None


class _Making:
    """One run of the steps, for the core that is there."""

    def __init__(self, core: Path) -> None:
        self._core = core
        self._pyodide = str(json.loads((core / "package.json").read_text())["version"])

    def directory(self) -> Path:
        """The runtime's directory, made if need be."""
        key = self._key([*_compilers(), *_widget_sources(), *_makers()])
        directory = _BUILT / "runtime" / key
        if not (directory / MANIFEST).is_file():
            shutil.rmtree(directory, ignore_errors=True)
            self._publish(directory)
            _forget_all_but_the_newest(directory.parent, _KEPT)
            _forget_all_but_the_newest(_BUILT / "runtime-steps", _KEPT_STEPS)
        return directory

    def _publish(self, directory: Path) -> None:
        start, late = self._library()
        snapshot = self._snapshot(start)
        made = {
            "core": in_parts("core", ".mjs", self._trimmed_core()),
            "wasm": in_parts("wasm", ".bin", self._wasm()),
            "snapshot": in_parts("snapshot", ".bin", _gzipped(snapshot["snapshot.bin"])),
            "library": in_parts("library", ".bin", _gzipped(start)),
            "widget": in_parts("widget", ".bin", _gzipped(self._widget())),
            "late": in_parts("late", ".bin", late),
        }
        files = {part.name: part.content for each in made.values() for part in each}
        manifest = RuntimeManifest(
            release=self._release(start, late, self._widget()),
            pyodide=self._pyodide,
            python=PYTHON,
            parts={name: tuple(part.name for part in each) for name, each in made.items()},
            files={
                name: RuntimeFile(sha256=sha256(content), size=len(content))
                for name, content in files.items()
            },
            late_modules=tuple(sorted(library.late_modules(self._bytecode()))),
            snapshot=SnapshotFacts(**json.loads(snapshot["snapshot.json"])),
        )
        written = {LOADER: self._loader(), MANIFEST: manifest.written().encode()}
        _write(directory, {**files, **written})

    def _release(self, *python_side: bytes) -> str:
        """The release is its Python side alone (design.md); the core's version stands for the core."""
        digest = sha256("".join(map(sha256, python_side)).encode())[:NAME_DIGITS]
        return f"{__version__}-{self._pyodide}-{digest}"

    def _trimmed_core(self) -> bytes:
        inputs = (_TRIM, _NPM_LOCK)
        return self._step("core.mjs", inputs, lambda: _output(_TRIM, self._core))

    def _loader(self) -> bytes:
        inputs = (_BUNDLE_LOADER, _NPM_LOCK, *_loader_modules())
        return self._step(
            "loader.js", inputs, lambda: _output(_BUNDLE_LOADER, _LOADER_MODULES / LOADER)
        )

    def _snapshot(self, library_start: bytes) -> dict[str, bytes]:
        inputs = (_TRIM, _NPM_LOCK, *_SNAPSHOT, *_compilers(), *_widget_sources())
        return files_of(
            self._step("snapshot.zip", inputs, lambda: self._made_snapshot(library_start))
        )

    def _made_snapshot(self, library_start: bytes) -> bytes:
        widget = self._widget()
        modules = [*sorted(library.start_modules()), *map(library.module_name, files_of(widget))]
        with tempfile.TemporaryDirectory() as name:
            job = Path(name)
            (job / "core.mjs").write_bytes(self._trimmed_core())
            (job / "core.wasm").write_bytes((self._core / "pyodide.asm.wasm").read_bytes())
            (job / "library.zip").write_bytes(library_start)
            (job / "widget.zip").write_bytes(widget)
            (job / "modules.txt").write_text("\n".join(modules))
            _run(_SNAPSHOT[0], job)
            made = ("snapshot.bin", "snapshot.json")
            return archive_of({each: (job / each).read_bytes() for each in made})

    def _wasm(self) -> bytes:
        # Told by what is installed, which the lock file may be ahead of.
        name = f"wasm-deflate-{deflate.__version__}.gz"
        return self._step(
            name,
            (Path(__file__),),
            lambda: _gzipped((self._core / "pyodide.asm.wasm").read_bytes()),
        )

    def _library(self) -> tuple[bytes, bytes]:
        """The standard library's two parts, the second compressed."""
        cut = library.in_two_parts(self._bytecode())
        compressed = self._step(
            "late.zst", _compilers(), lambda: carry_out([Compression(cut.late, _LATE_WINDOW)])[0]
        )
        return cut.start, compressed

    def _bytecode(self) -> dict[str, bytes]:
        return files_of(self._step("library.zip", _compilers(), self._compiled_library))

    def _compiled_library(self) -> bytes:
        sources = library.sources(self._core / "python_stdlib.zip")
        return carry_out([Compilation(sources, library.ROOT, lean=True)])[0]

    def _widget(self) -> bytes:
        return self._step("widget.zip", (*_compilers(), *_widget_sources()), _compiled_widget)

    def _step(self, name: str, inputs: Iterable[Path], made: Callable[[], bytes]) -> bytes:
        """What a step gives: kept from the last time if the core and the inputs are the same."""
        kept = _BUILT / "runtime-steps" / f"{self._key([*inputs])}-{name}"
        if not kept.is_file():
            content = made()
            _write_file(kept, content)
            return content
        return kept.read_bytes()

    def _key(self, inputs: Iterable[Path]) -> str:
        told = hashlib.sha256(f"{__version__} {self._pyodide}".encode())
        for path in sorted(inputs):
            told.update(f"{path.name} {sha256(path.read_bytes())}\n".encode())
        return told.hexdigest()[:NAME_DIGITS]


def _compiled_widget() -> bytes:
    sources = {f"widget/{path.name}": path.read_bytes() for path in _widget_sources()}
    return carry_out([Compilation(sources, WIDGET_ROOT, lean=True)])[0]


def _widget_sources() -> list[Path]:
    return sorted(shipped.widget_package().glob("*.py"))


def _compilers() -> list[Path]:
    """What decides the bytecode that comes out of the same sources."""
    directory = Path(browser_python.__file__).parent
    return [
        *directory.glob("*.py"),
        *directory.glob("*.mjs"),
        *_HERE.glob("*.txt"),
        _HERE / "library.py",
    ]


def _makers() -> list[Path]:
    """What decides the rest."""
    files = [_NPM_LOCK, _PYTHON_LOCK, Path(parts.__file__), Path(runtime.__file__)]
    return [*files, _TRIM, _BUNDLE_LOADER, *_loader_modules(), *_SNAPSHOT, Path(__file__)]


def _loader_modules() -> list[Path]:
    return sorted(_LOADER_MODULES.glob("*.js"))


def _output(script: Path, read: Path) -> bytes:
    """Of a script that reads one path and writes a file."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "out.js"
        _run(script, read, out)
        return out.read_bytes()


def _run(script: Path, *arguments: Path) -> None:
    program = javascript_engine()
    if program is None:
        raise ShippedFilesMissing("Node.js 20 or newer is needed to make the runtime.")
    command = [program, str(script), *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        # A failure of the core's own quotes a line that is all of the core.
        raise ShippedFilesMissing(f"{script.name} failed: {ended.stderr.strip()[-2000:]}")


def _gzipped(content: bytes) -> bytes:
    return bytes(deflate.gzip_compress(content, _DENSEST))


def _write(directory: Path, files: dict[str, bytes]) -> None:
    """Writes a directory that is there with all of its files, or not at all."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=".making-") as name:
        made = Path(name) / "made"
        made.mkdir()
        for path, content in files.items():
            (made / path).write_bytes(content)
        with contextlib.suppress(OSError):  # another process was quicker, with the same bytes
            made.rename(directory)


def _write_file(path: Path, content: bytes) -> None:
    """Writes a file that is there as a whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".making-") as name:
        made = Path(name) / "made"
        made.write_bytes(content)
        os.replace(made, path)


def _forget_all_but_the_newest(directory: Path, kept: int) -> None:
    with contextlib.suppress(OSError):  # another process may be at it
        made = sorted(directory.glob("[0-9a-f]*"), key=lambda path: path.stat().st_mtime)
        for path in made[:-kept]:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
