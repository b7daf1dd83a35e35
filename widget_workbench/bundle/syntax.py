"""Whether the browser's Python takes a widget's sources: the host's may be too old to tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from widget_workbench.browser_python import Compilation, CompileError, carry_out, compiler_version
from widget_workbench.bundle.digest import digest
from widget_workbench.bundle.entry import BundleError
from widget_workbench.bundle.published import own_files
from widget_workbench.repository import Widget
from widget_workbench.runtime import runtime


def check_syntax(widgets: Iterable[Widget], cache: Path) -> None:
    """Compiles the Python files of widgets, as far as that has not been done before.

    Args:
        widgets: those in Python.
        cache: where is noted which files are good.

    Raises:
        BundleError: a file does not compile; its text names the file and the line.
        BrowserPythonError: there is no JavaScript engine to compile with.
    """
    noted = cache / "compiled" / compiler_version()
    unknown = {}
    for widget in widgets:
        sources = _sources(widget)
        note = noted / digest(sources)
        if not note.exists():
            unknown[note] = sources
    try:
        carry_out([Compilation(sources, "/") for sources in unknown.values()], runtime=runtime())
    except CompileError as error:
        raise BundleError(f"{error}.") from None
    with suppress(OSError):  # then they are compiled again the next time
        noted.mkdir(parents=True, exist_ok=True)
        for note in unknown:
            note.touch()


def _sources(widget: Widget) -> Mapping[str, bytes]:
    return {
        f"widgets/{widget.type}/{path}": content
        for path, content in own_files(widget).items()
        if path.endswith(".py")
    }
