"""What the browser's Python is given to do: to compile the Python files of archives, and to compress.

It costs about a second to start, whatever it does then: give it all at once.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from widget_workbench import shipped
from widget_workbench.browser_python.archive import archive_of
from widget_workbench.browser_python.javascript_engine import OLDEST_NODE, javascript_engine
from widget_workbench.runtime import Runtime

_HERE = Path(__file__).parent

# What engine.mjs starts Python from, if it is there.
_LIBRARY = "library.zip"

# Characters that are quoted of what a failing engine prints.
_LONGEST_TOLD = 2000

# Seconds. A core's whole library takes 20 on a slow machine.
_TIME_LIMIT = 600


class BrowserPythonError(Exception):
    """The browser's Python does not run on this computer; the message says why, and the way out."""


class CompileError(Exception):
    """A Python file that the browser's Python does not take.

    Attributes:
        path: of the file, in its archive.
        line: where, if the compiler tells.
        message: what the compiler says.
    """

    def __init__(self, path: str, line: int | None, message: str) -> None:
        super().__init__(f"{path if line is None else f'{path}, line {line}'}: {message}")
        self.path = path
        self.line = line
        self.message = message


@dataclass(frozen=True)
class Compilation:
    """Files to be put into an archive, the Python files among them as bytecode.

    Attributes:
        files: content by path in the archive.
        root: where the archive's files will stand in the browser, with a slash at its end: tracebacks name it.
        lean: without docstrings, annotations of functions and lines within functions, as the standard library and
            `widget` are: their sources are not there for a traceback to show.
        package: whether it becomes a package's archive, which the loader unpacks, compressed by zstd as a whole; else a
            stored zip.
        checked: whether Python compares a file's bytecode with its source, which is to stand beside it, and leaves
            bytecode of another one alone.
        broken: whether files that do not compile are left out, as installers leave them: a package may carry
            templates, or code for another Python. Otherwise they are an error.
    """

    files: Mapping[str, bytes]
    root: str
    lean: bool = False
    package: bool = False
    checked: bool = False
    broken: bool = False


@dataclass(frozen=True)
class Compression:
    """Bytes to be compressed by zstd.

    Attributes:
        content: the bytes.
        window_log: of how many bytes back something may be repeated, the logarithm to base 2. As many, decompressing
            keeps in memory. By default it reaches over the largest file; a browser's Python takes up to 27 unasked.
    """

    content: bytes = field(repr=False)
    window_log: int = 25


def compiler_version() -> str:
    """What tells one way of compiling from another: it decides the bytecode that comes out of the same sources."""
    told = hashlib.sha256((shipped.pyodide_core() / "package.json").read_bytes())
    for name in ("engine.mjs", "job.py", "worker.py"):
        told.update((_HERE / name).read_bytes())
    return told.hexdigest()[:12]


def carry_out(
    tasks: Sequence[Compilation | Compression], *, runtime: Runtime | None = None
) -> list[bytes]:
    """Carries out tasks in the browser's Python, and returns what each gives, in their order.

    The same task gives the same bytes on every computer.

    Args:
        tasks: as many as there are at once.
        runtime: whose library, in bytecode, Python starts from, three times as quickly; None while that is being made.

    Raises:
        BrowserPythonError: it does not run here.
        CompileError: a file has a syntax error.
        ShippedFilesMissing: Pyodide's core is not there.
    """
    if not tasks:
        return []
    with tempfile.TemporaryDirectory(prefix="widget-") as name:
        directory = Path(name)
        (directory / "job.json").write_text(json.dumps(_written(tasks, directory)))
        if runtime is not None:
            (directory / _LIBRARY).write_bytes(_start_library(runtime))
        errors = _run(directory)
        for error in errors:
            task = tasks[error["task"]]
            if isinstance(task, Compilation) and not task.broken:
                raise CompileError(error["path"], error["line"], error["message"])
        return [(directory / f"{number}.out").read_bytes() for number in range(len(tasks))]


def _written(tasks: Sequence[Compilation | Compression], directory: Path) -> dict[str, Any]:
    """Puts the tasks' inputs into the job's directory, and returns its job.json."""
    compilations, compressions = [], []
    for number, task in enumerate(tasks):
        out = f"{number}.out"
        if isinstance(task, Compression):
            (directory / f"{number}.in").write_bytes(task.content)
            each = {"file": f"{number}.in", "to": out, "window_log": task.window_log}
            compressions.append(each)
            continue
        (directory / f"{number}.in").write_bytes(archive_of(task.files))
        to = f"{number}.zip" if task.package else out
        compilations.append(
            {
                "number": number,
                "archive": f"{number}.in",
                "to": to,
                "root": task.root,
                "lean": task.lean,
                "package": task.package,
                "checked": task.checked,
            }
        )
        if task.package:
            compressions.append({"file": to, "to": out, "window_log": Compression.window_log})
    return {"compilations": compilations, "compressions": compressions}


def _start_library(runtime: Runtime) -> bytes:
    names = runtime.manifest.parts["library"]
    return gzip.decompress(b"".join(runtime.files[name].read_bytes() for name in names))


def _run(directory: Path) -> list[dict[str, Any]]:
    program = javascript_engine()
    if program is None:
        raise BrowserPythonError(
            f"A JavaScript engine is needed, and neither Node.js {OLDEST_NODE} or newer is on PATH nor Playwright's "
            "own is there: install Node.js, or run: pip install --force-reinstall playwright"
        )
    command = [
        program,
        str(_HERE / "engine.mjs"),
        str(shipped.pyodide_core()),
        str(directory),
        str(_HERE / "worker.py"),
    ]
    try:
        ended = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_TIME_LIMIT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BrowserPythonError(
            f"The browser's Python did not run in {program}: {error}"
        ) from None
    done = directory / "done.json"
    if ended.returncode != 0 or not done.is_file():
        # A failure of the core's own begins with a line that is all of the core.
        told = "\n".join((ended.stderr or ended.stdout).strip()[-_LONGEST_TOLD:].splitlines()[-20:])
        raise BrowserPythonError(
            f"The browser's Python failed in {program} (status {ended.returncode}): {told}"
        )
    errors: list[dict[str, Any]] = json.loads(done.read_text())
    return errors
