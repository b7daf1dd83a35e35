"""Runs widgets in the browser's Python up to their first render."""

from __future__ import annotations

import gzip
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from widget_workbench import shipped
from widget_workbench.browser_python import BrowserPythonError
from widget_workbench.browser_python.javascript_engine import OLDEST_NODE, javascript_engine
from widget_workbench.prerendering.subject import Subject
from widget_workbench.runtime import Runtime

_HERE = Path(__file__).parent

RUN_LIMIT = 20.0
"""Seconds that one run may take, in which a package may be imported for the first time."""

# Seconds until an interpreter is there, on a computer that has much else to do.
_START_LIMIT = 120.0

# Two interpreters whose strings hash differently, so that the order of a set is not the same by chance.
_HASH_SEEDS = ("0", "1")

# Seconds between two looks at how far the interpreters have come.
_STEP = 0.02

# Characters that are quoted of what a failing engine prints.
_LONGEST_TOLD = 2000

Run = Mapping[str, Any]
"""What there is to say of one run, as `interpreter/running.py` tells it."""


def run(subjects: Sequence[Subject], runtime: Runtime) -> list[list[Run] | str]:
    """Runs widgets, all of them in the same interpreters.

    Returns:
        For each, all of its runs, those of the first interpreter first; or why there are none, in a sentence.

    Raises:
        BrowserPythonError: the browser's Python does not run here.
    """
    found: dict[int, list[Run] | str] = {}
    together = True
    while left := [at for at in range(len(subjects)) if at not in found]:
        numbers = left if together else left[:1]
        with _job([subjects[at] for at in numbers], runtime) as directory:
            stopped = _carry_out(directory)
            for number, at in enumerate(numbers):
                if (runs := _read(directory, number)) is not None:
                    found[at] = runs
        if stopped is None:
            continue
        if stopped.is_certain or len(numbers) == 1:
            found[numbers[stopped.widget]] = stopped.reason
        else:
            # It may have been what an earlier widget had left behind.
            together = False
    return [found[at] for at in range(len(subjects))]


@dataclass(frozen=True)
class _Stop:
    """What kept an interpreter from the end of its job.

    Attributes:
        widget: the number of the one that it was at.
        reason: what happened.
        is_certain: whether it is that widget's doing.
    """

    widget: int
    reason: str
    is_certain: bool


@contextmanager
def _job(subjects: Sequence[Subject], runtime: Runtime) -> Iterator[Path]:
    """The directory that two interpreters work in, each with a `job` of its own."""
    with tempfile.TemporaryDirectory(prefix="widget-") as name:
        directory = Path(name)
        for part, file in (("library", "library.zip"), ("widget", "widget.zip")):
            (directory / file).write_bytes(gzip.decompress(_part(runtime, part)))
        (directory / "late.bin").write_bytes(_part(runtime, "late"))
        written = [_written(subject, number, directory) for number, subject in enumerate(subjects)]
        for which in range(len(_HASH_SEEDS)):
            widgets = [
                {**widget, "runs": [each.written() for each in subject.runs[which]]}
                for widget, subject in zip(written, subjects, strict=True)
            ]
            (directory / f"{which}.job.json").write_text(json.dumps(widgets))
        yield directory


def _part(runtime: Runtime, part: str) -> bytes:
    return b"".join(runtime.files[name].read_bytes() for name in runtime.manifest.parts[part])


def _written(subject: Subject, number: int, directory: Path) -> dict[str, Any]:
    """Puts a widget's files into the job's directory, and tells where they are."""
    modules = {}
    for at, (path, content) in enumerate(subject.modules.items()):
        modules[path] = f"{number}.{at}.module"
        (directory / modules[path]).write_bytes(content)
    packages = []
    for title, content in subject.packages.items():
        name = title.replace(" ", "-")
        (directory / f"{name}.package").write_bytes(content)
        packages.append({"name": name, "file": f"{name}.package"})
    return {
        "type": subject.type,
        "modules": modules,
        "packages": packages,
        "assets": list(subject.assets),
    }


def _carry_out(directory: Path) -> _Stop | None:
    """Lets the interpreters do their work; None where all is done."""
    program = javascript_engine()
    if program is None:
        raise BrowserPythonError(
            f"A JavaScript engine is needed, and neither Node.js {OLDEST_NODE} or newer is on PATH nor Playwright's "
            "own is there: install Node.js, or run: pip install --force-reinstall playwright"
        )
    with ExitStack() as stack:
        engines = [
            stack.enter_context(_Engine(program, directory, job, seed))
            for job, seed in enumerate(_HASH_SEEDS)
        ]
        while not all(engine.has_ended for engine in engines):
            for engine in engines:
                if (stopped := engine.stopped()) is not None:
                    return stopped
            time.sleep(_STEP)
    return None


class _Engine:
    """One interpreter at work, which ends with the `with`."""

    def __init__(self, program: str, directory: Path, job: int, hash_seed: str) -> None:
        self._program = program
        self._progress = directory / f"{job}.progress"
        self._at: tuple[int, int] | None = None
        self._since = time.monotonic()
        self._output = (directory / f"{job}.output").open("w+b")
        command = [
            program,
            # What a widget gets hold of is no way to run JavaScript of its own.
            "--disallow-code-generation-from-strings",
            str(_HERE / "engine.mjs"),
            str(shipped.pyodide_core()),
            str(directory),
            str(job),
            hash_seed,
        ]
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=self._output, stderr=self._output
            )
        except OSError as error:
            self._output.close()
            raise self._failed(str(error)) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._output.close()

    @property
    def has_ended(self) -> bool:
        """Whether it has done its work."""
        return self._process.poll() == 0

    def stopped(self) -> _Stop | None:
        """What keeps it from going on; None while all is well.

        Raises:
            BrowserPythonError: it has not even begun.
        """
        status = self._process.poll()
        at = self._read_progress()
        if at != self._at:
            self._at, self._since = at, time.monotonic()
        taken = time.monotonic() - self._since
        if status:
            self._output.seek(0)
            told = self._output.read().decode(errors="replace").strip()[-_LONGEST_TOLD:]
            if at is None:
                raise self._failed(f"it ended with status {status}: {told}")
            return _Stop(at[0], "it brings Python itself to its end", is_certain=False)
        if status is None and at is None and taken > _START_LIMIT:
            raise self._failed(f"it was not there after {_START_LIMIT:g} s")
        if status is None and at is not None and taken > RUN_LIMIT:
            what = f"its start does not come to an end: one run has taken {RUN_LIMIT:g} s"
            return _Stop(at[0], what, is_certain=True)
        return None

    def _failed(self, what: str) -> BrowserPythonError:
        return BrowserPythonError(f"The browser's Python did not run in {self._program}: {what}")

    def _read_progress(self) -> tuple[int, int] | None:
        """The numbers of the widget and of the run that it is at; None before the first."""
        with suppress(OSError, ValueError):  # it is about to be written
            widget, run = json.loads(self._progress.read_text())
            return widget, run
        return self._at


def _read(directory: Path, number: int) -> list[Run] | None:
    runs: list[Run] = []
    for which in range(len(_HASH_SEEDS)):
        file = directory / f"{number}.{which}.json"
        if not file.is_file():
            return None
        runs += json.loads(file.read_text())
    return runs
