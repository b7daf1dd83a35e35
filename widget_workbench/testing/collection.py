"""Collects the tests that stand beside a widget, so that they import what they test as the widget itself does.

In the page each widget is a package, `_widgets.<type>`, whose modules import each other relatively
(`widget/_modules.py`). Here the same package is made of the widget's directory, and a `test_*.py` in it is one more of
its modules: `from .format import celsius` works in each of pytest's import modes, for two widgets with files of the
same names, for a type with a dash, and without any `__init__.py`. Tests that stand elsewhere are left to pytest.

A module that is written for the browser's Python may not be importable here. What needs it is skipped, and the reason
tells which file is meant and how to test it.
"""

# Every pytest session on the computer imports this module: what is heavy is imported where it is used.
from __future__ import annotations

import importlib
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, TracebackType
from typing import NamedTuple

import pytest

# The browser's (pyodide.md); an older one cannot parse template strings, among others.
BROWSERS_PYTHON = (3, 14)

# What Pyodide puts beside the standard library.
_BROWSERS_MODULES = frozenset({"_pyodide", "js", "pyodide", "pyodide_js"})

# The library that a widget's code imports.
_LIBRARY = Path(__file__).parents[2] / "widget"

# The standard library's, with those that came to it after the oldest Python that this runs on.
_STANDARD_LIBRARY = sys.stdlib_module_names | {"annotationlib", "compression"}


class _NewerSyntax(NamedTuple):
    """Syntax that came after the oldest Python that this runs on, as an older one stumbles over it.

    Attributes:
        since: the Python that takes it.
        line: what it looks like, on the line where the older one stumbles.
        message: what that one says of it; with another message, such as "'(' was never closed", the line is a mistake.
    """

    since: tuple[int, int]
    line: str
    message: str


_NEWER_SYNTAX = (
    # Template strings; quotes within them lead the older Python astray.
    _NewerSyntax((3, 14), r"""(?i)\b(?:t|rt|tr)["']""", "invalid |cannot mix bytes"),
    # Several exceptions without parentheses.
    _NewerSyntax((3, 14), r"^\s*except\b.*,", "multiple exception types"),
    # Defaults of type parameters.
    _NewerSyntax((3, 13), r"^\s*(?:(?:async\s+)?def|class|type)\s+\w+\[[^\]]*=", ""),
    # Type parameters, and the statement `type`.
    _NewerSyntax((3, 12), r"^\s*(?:async\s+)?def\s+\w+\[", r"expected '\('"),
    _NewerSyntax((3, 12), r"^\s*(?:class\s+\w+\[|type\s+\w)", "invalid syntax"),
    # F-strings that hold anything.
    _NewerSyntax(
        (3, 12), r"""(?i)\b(?:f|rf|fr)["'][^{]*\{""", "f-string|unterminated string|unmatched"
    ),
    _NewerSyntax((3, 12), "", "f-string expression part cannot"),
)

IN_THE_PAGE = "test it in the page, by community.run_python(…)"


def repository_of(path: Path) -> Path | None:
    """The widget repository that a file or directory belongs to: the nearest one above it, or None."""
    if (directory := _widget_directory(path)) is not None:
        return directory.parent.parent
    for root in (path, *path.parents):
        if any((root / "widgets").glob("*/widget.json")):
            return root
    return None


def widget_of(path: Path) -> str | None:
    """The type of the widget in whose directory a file stands, or None."""
    directory = _widget_directory(path)
    return directory.name if directory is not None else None


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Module | None:
    """Collects the test modules that stand beside a widget; the others are for pytest."""
    if _module_name(module_path) is None:
        return None
    module: pytest.Module = WidgetTestModule.from_parent(parent, path=module_path)
    return module


class WidgetTestModule(pytest.Module):
    """A test module that is imported as one of its widget's own."""

    def _getobj(self) -> ModuleType:
        name = _module_name(self.path)
        assert name is not None
        try:
            with skip_what_the_host_cannot_import(self.path):
                module = importlib.import_module(name)
        except (ImportError, SyntaxError) as error:
            raise self.CollectError(_told(error, self.path)) from error
        except pytest.skip.Exception as skip:
            if skip.allow_module_level:
                raise
            raise self.CollectError(
                "pytest.skip() outside of a test skips the whole module, and wants to be told so: "
                "allow_module_level=True. One test is skipped by the mark @pytest.mark.skip."
            ) from None
        if Path(str(module.__file__)) != self.path:
            raise self.CollectError(
                f"{self.path} cannot be imported: {module.__file__} has the same name and comes first. Rename one "
                "of them."
            )
        self.config.pluginmanager.consider_module(module)
        return module


@contextmanager
def skip_what_the_host_cannot_import(test_file: Path | None = None) -> Iterator[None]:
    """Skips what fails because a widget's module is for the browser's Python alone.

    Args:
        test_file: the test module, if it is this that is being imported: an error of syntax in it is an error.

    Raises:
        pytest.skip.Exception: a file of a widget does not parse on this Python, which is older than the browser's, or
            wants something of a newer standard library; or a module is imported that only the browser has.
    """
    __tracebackhide__ = True
    try:
        yield
    except (ImportError, SyntaxError) as error:
        reason = _why_not_here(error, test_file)
        if reason is None:
            raise
        skip = pytest.skip.Exception(reason, allow_module_level=True)
        # pytest shows where a skip's traceback ends: let it be the line of the test.
        raise skip.with_traceback(_line_of_test(error)) from None


def _widget_directory(path: Path) -> Path | None:
    for directory in path.parents:
        if directory.parent.name == "widgets" and (directory / "widget.json").is_file():
            return directory
    return None


def _module_name(path: Path) -> str | None:
    """The name to import a test module by; None where it is no widget's, or its path is no dotted name."""
    directory = _widget_directory(path)
    if directory is None:
        return None
    parts = path.relative_to(directory.parent).with_suffix("").parts
    if any("." in part for part in parts):
        return None
    return ".".join((_package_of(directory.parent), *parts))


def _package_of(widgets: Path) -> str:
    """The name of the package whose subpackages are a repository's widgets; made at the first call."""
    from widget._modules import PARENT

    name, number = PARENT, 1
    while name in sys.modules and list(sys.modules[name].__path__) != [str(widgets)]:
        number += 1
        name = f"{PARENT}_{number}"  # a second repository in the same session
    if name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(widgets)]
        sys.modules[name] = package
    return name


def _why_not_here(error: ImportError | SyntaxError, test_file: Path | None) -> str | None:
    """The reason to skip; None for a mistake."""
    if isinstance(error, SyntaxError):
        path, line = Path(error.filename or ""), error.lineno
        step, is_newer = "parse", _is_newer_syntax(error)
    else:
        importing = _importing(error)
        path, line = Path(importing.filename), importing.lineno
        module = (error.name or "").partition(".")[0]
        step, is_newer = "import", module in _STANDARD_LIBRARY
    # Tests are never shipped (design.md), so they are meant for this Python.
    if _widget_directory(path) is None or path == test_file or path.name.startswith("test_"):
        return None
    if isinstance(error, ModuleNotFoundError) and module in _BROWSERS_MODULES:
        return f"{_place(path, line)}, imports {error.name}, which only the browser's Python has: {IN_THE_PAGE}."
    if sys.version_info >= BROWSERS_PYTHON or not is_newer:
        return None
    return (
        f"{_place(path, line)}, does not {step} on Python {_version(sys.version_info[:2])} ({error.msg}): if it is "
        f"meant for the browser's Python, run pytest with Python {_version(BROWSERS_PYTHON)}, or {IN_THE_PAGE}."
    )


def _is_newer_syntax(error: SyntaxError) -> bool:
    """Whether a newer Python may take what this one does not."""
    return any(
        sys.version_info < syntax.since
        and re.search(syntax.line, error.text or "")
        and re.match(syntax.message, error.msg)
        for syntax in _NEWER_SYNTAX
    )


def _importing(error: ImportError) -> traceback.FrameSummary:
    """The line that imports; where the library `widget` does, which is the browser's too, the line that calls it."""
    frames = _frames(error)
    outside = [frame for frame in frames if not Path(frame.filename).is_relative_to(_LIBRARY)]
    return (outside or frames)[-1]


def _line_of_test(error: BaseException) -> TracebackType:
    """A traceback of one entry: the outermost in a widget's directory, else the innermost at all."""
    entry = error.__traceback__
    assert entry is not None
    while entry.tb_next is not None:
        if _widget_directory(Path(entry.tb_frame.f_code.co_filename)) is not None:
            break
        entry = entry.tb_next
    return TracebackType(None, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)


def _told(error: ImportError | SyntaxError, test_file: Path) -> str:
    """What pytest prints of a module that cannot be imported: the way to the error from the test module on."""
    frames = _frames(error)
    files = [frame.filename for frame in frames]
    start = files.index(str(test_file)) if str(test_file) in files else len(files)
    told = traceback.TracebackException.from_exception(error)
    told.stack = traceback.StackSummary.from_list(frames[start:])
    return "".join(told.format()).rstrip()


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    """Where the error came from, without the importer's own frames."""
    return [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(("<frozen importlib", str(importlib.__file__)))
    ]


def _place(path: Path, line: int | None) -> str:
    root = repository_of(path)
    shown = path.relative_to(root) if root is not None and path.is_relative_to(root) else path
    return f"{shown}, line {line}"


def _version(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))
