"""The bytecode of widgets' Python files: what the browser's Python makes of them, or says is wrong with them.

A visitor's Python has just started, and every function of its compiler would be compiled by the browser first: to start
from bytecode takes a quarter of the time between Python's being there and a widget's `init`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from widget_workbench.browser_python import Compilation, CompileError, carry_out, compiler_version
from widget_workbench.browser_python.archive import files_of
from widget_workbench.bundle.archive_cache import ArchiveCache
from widget_workbench.bundle.digest import digest
from widget_workbench.bundle.entry import BundleError
from widget_workbench.bundle.published import is_module, own_files
from widget_workbench.problem import Code, Problem
from widget_workbench.repository import Widget
from widget_workbench.runtime import runtime


class Bytecode:
    """The bytecode of a repository's widgets, compiled as far as that has not been done before.

    Args:
        widgets: those in Python.
        cache: where bytecode is kept.

    Attributes:
        problems: of each widget that does not compile, the first file.

    Raises:
        BrowserPythonError: there is no JavaScript engine to compile with.
        ShippedFilesMissing: Pyodide's core or the runtime is not there.
    """

    def __init__(self, widgets: Iterable[Widget], cache: Path) -> None:
        self._archives = ArchiveCache(cache / "compiled" / compiler_version())
        self._of: dict[str, dict[str, bytes]] = {}
        self.problems: list[Problem] = []
        tasks = {}
        for widget in widgets:
            with suppress(BundleError, OSError):  # which the tree tells of
                task = _task(widget)
                archive = self._archives.find(_key(task))
                if archive is None:
                    tasks[widget.type] = task
                else:
                    self._of[widget.type] = files_of(archive)
        self._compile(tasks)

    def of(self, widget: Widget) -> Mapping[str, bytes]:
        """Bytecode, by path in the widget's directory: `main.pyc` of `main.py`. Empty where a file does not compile."""
        return self._of.get(widget.type, {})

    def _compile(self, tasks: Mapping[str, Compilation]) -> None:
        """All at once, since starting takes a second; one after another where something is wrong."""
        try:
            archives = carry_out(list(tasks.values()), runtime=runtime())
        except CompileError as error:
            if len(tasks) > 1:
                for each in tasks.items():
                    self._compile(dict([each]))
                return
            line = "" if error.line is None else f"line {error.line}: "
            path = f"widgets/{next(iter(tasks))}/{error.path}"
            what = f"{line}{error.message}."
            self.problems.append(Problem(path, what, Code.INVALID_PYTHON, error=True))
            return
        for (widget_type, task), archive in zip(tasks.items(), archives, strict=True):
            self._of[widget_type] = files_of(archive)
            self._archives.keep(_key(task), archive)


def _task(widget: Widget) -> Compilation:
    sources = {path: content for path, content in own_files(widget).items() if is_module(path)}
    return Compilation(sources, f"/widgets/{widget.type}/", checked=True)


def _key(task: Compilation) -> str:
    return digest({**task.files, "/": task.root.encode()})
