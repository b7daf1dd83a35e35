"""Whether the browser's Python takes a widget's sources: the host's may be too old to tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from widget_workbench.browser_python import Compilation, CompileError, carry_out, compiler_version
from widget_workbench.bundle.digest import digest
from widget_workbench.bundle.published import own_files
from widget_workbench.problem import Code, Problem
from widget_workbench.repository import Widget
from widget_workbench.runtime import runtime


def syntax_problems(widgets: Iterable[Widget], cache: Path) -> list[Problem]:
    """Compiles the Python files of widgets, as far as that has not been done before.

    Args:
        widgets: those in Python.
        cache: where is noted which files are good.

    Returns:
        The first file of each widget that does not compile.

    Raises:
        BrowserPythonError: there is no JavaScript engine to compile with.
    """
    noted = cache / "compiled" / compiler_version()
    unknown = {}
    for widget in widgets:
        sources = _sources(widget)
        note = noted / digest(sources)
        if not note.exists():
            unknown[note] = sources
    problems = _problems(list(unknown.values()))
    if not problems:
        with suppress(OSError):  # then they are compiled again the next time
            noted.mkdir(parents=True, exist_ok=True)
            for note in unknown:
                note.touch()
    return problems


def _problems(widgets: Sequence[Mapping[str, bytes]]) -> list[Problem]:
    """Of all at once, since starting takes a second; one after another where something is wrong."""
    try:
        carry_out([Compilation(sources, "/") for sources in widgets], runtime=runtime())
    except CompileError as error:
        if len(widgets) > 1:
            return [problem for sources in widgets for problem in _problems([sources])]
        line = "" if error.line is None else f"line {error.line}: "
        what = f"{line}{error.message}."
        return [Problem(error.path, what, Code.INVALID_PYTHON, error=True)]
    return []


def _sources(widget: Widget) -> Mapping[str, bytes]:
    return {
        f"widgets/{widget.type}/{path}": content
        for path, content in own_files(widget).items()
        if path.endswith(".py")
    }
