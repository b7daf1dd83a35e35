"""Runs a test's function inside the page, in the browser's Python: `community.run_python`.

What a widget's module needs of the browser, be it the syntax of its Python, `js` or a package that is built for it, is
there. A function of a test file goes there alone, with those of the file's imports that it uses:

    def shows_the_city(city: str) -> str:
        from .view import view

        html = str(view(city))
        assert city in html
        return html


    def test_view(community: Community) -> None:
        assert "<b>" in community.run_python(shows_the_city, "Warsaw")

The other half, page_runner.py, runs in the page.
"""

from __future__ import annotations

import ast
import builtins
import dis
import inspect
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType, MethodType
from typing import Any

from widget import _arguments
from widget._modules import PARENT
from widget_workbench.testing.page_runner import (
    FAKE_SDK,
    bound_name,
    compiled,
    definition,
    module_level_imports,
)
from widget_workbench.testing.waiting import Waiting

# What is imported in the page, and its functions (page_runner.py): each takes a text and gives one.
PAGE_MODULE = "widget_workbench.testing.page_runner"
RUN = "run"
PENDING = "pending"

# Where the page's interpreter looks for packages, and what is put there.
_SITE_PACKAGES = "/lib/python3.14/site-packages"
_PAGE_FILES = (
    "__init__.py",
    "author_code.py",
    "fake_connectors.py",
    "fake_sdk.py",
    "fake_web.py",
    "javascript_values.py",
    "page_runner.py",
    "stubs.py",
    "waiting.py",
)

# What a test file imports and no page has.
_OF_THE_HOST = frozenset({"playwright", "pytest"})

# The instructions that look a name up outside of functions.
_LOADS = frozenset({"LOAD_FROM_DICT_OR_GLOBALS", "LOAD_GLOBAL", "LOAD_NAME"})

_IN_MODULE = re.compile(r"(?P<module>\w+(\.\w+)*):(?P<name>\w+)")


class FailedInPage(AssertionError):
    """A function failed in the page; the message has its traceback there."""


def page_files() -> dict[str, str]:
    """What the page's interpreter needs: Python sources by absolute path."""
    here = Path(__file__).parent
    return {
        f"{_SITE_PACKAGES}/{PAGE_MODULE.replace('.', '/').rpartition('/')[0]}/{name}": (
            here / name
        ).read_text("utf-8")
        for name in _PAGE_FILES
    }


def job(
    function: Callable[..., object] | str,
    arguments: Sequence[object] = (),
    *,
    widget: str,
    root: Path,
    timeout: float = 30.0,
) -> str:
    """What the page needs to run a function.

    Args:
        function: one of a test file, at its top level or nested, `def` or `async def`; or "module:function", one of the
            widget's own modules, which this Python need not be able to import. Its parameter `fake_sdk`, if it has one,
            gets a `FakeSdk` of the page.
        arguments: for its other parameters, in their order: JSON.
        widget: the type of the widget whose modules `from .module import name` means.
        root: of the repository, by which files are named in tracebacks.
        timeout: seconds that an `async def` may take.

    Returns:
        JSON, the argument of `page_runner.run`.

    Raises:
        TypeError: it is no function that can go to the page alone, or an argument is not JSON.
        ValueError: an argument that JavaScript does not hold exactly, or a text that names no function.
    """
    __tracebackhide__ = True
    if isinstance(function, str):
        named = _IN_MODULE.fullmatch(function)
        if named is None:
            raise ValueError(
                f'run_python: {function!r} names no function; write "module:function", such as "view:render"'
            )
        described: dict[str, Any] = {**named.groupdict(), "package": f"{PARENT}.{widget}"}
    else:
        described = _described(function, arguments, widget, root)
    for number, argument in enumerate(arguments, start=1):
        _arguments.json_value(argument, f"run_python: argument {number}")
    return json.dumps({**described, "arguments": arguments, "timeout": timeout}, default=dict)


def result_of(outcome: str) -> Any:
    """What a function returned in the page.

    Args:
        outcome: what `page_runner.run` gave.

    Raises:
        FailedInPage: it failed.
    """
    __tracebackhide__ = True
    told = json.loads(outcome)
    if "failure" not in told:
        return told["result"]
    lines = [f"In the page:\n\n{told['failure']}"]
    if told["variables"]:
        lines.append("\nwith")
        lines += [f"  {name} = {value}" for name, value in told["variables"].items()]
    raise FailedInPage("\n".join(lines))


def read_pending(text: str) -> list[Waiting]:
    """Where a widget's tasks wait, those of `init` first, from what `page_runner.pending` gave."""
    return [Waiting(**place) for place in json.loads(text)]


def _described(
    function: Callable[..., object], arguments: Sequence[object], widget: str, root: Path
) -> dict[str, Any]:
    __tracebackhide__ = True
    travelling = _function(function)
    name, line = travelling.__name__, travelling.__code__.co_firstlineno
    path = Path(travelling.__code__.co_filename)
    try:
        text = path.read_text("utf-8")
        tree = ast.parse(text)
        used = set(_used_names(compiled([definition(tree, name, line)], str(path))))
    except (OSError, SyntaxError, LookupError):
        raise TypeError(
            f"run_python: the source of {name} cannot be read; pass a function that stands in a file"
        ) from None
    imports = {
        bound_name(alias): statement
        for statement in module_level_imports(tree.body)
        for alias in statement.names
    }
    for used_name in sorted(used):
        _check_travels(used_name, travelling, imports.get(used_name))
    _check_arguments(travelling, arguments)
    return {
        "name": name,
        "file": path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path),
        "line": line,
        "text": text,
        "imports": sorted(used & imports.keys()),
        "package": _package(travelling, widget),
    }


def _function(function: Callable[..., object]) -> FunctionType:
    """The function, if it is one that can be defined once more, from its source alone."""
    __tracebackhide__ = True
    name = getattr(function, "__name__", repr(function))
    if isinstance(function, MethodType) or _is_of_class(function):
        raise TypeError(
            f"run_python: {name} is a method, and its class stays here; pass a function"
        )
    if not isinstance(function, FunctionType):
        raise TypeError(f"run_python takes a function, or its name as a text, not {function!r}")
    if name == "<lambda>":
        raise TypeError("run_python: a lambda cannot be found in its file by a name; write a `def`")
    if hasattr(function, "__wrapped__"):
        raise TypeError(
            f"run_python: {name} is wrapped by a decorator, which stays here; pass the function without it"
        )
    if function.__code__.co_freevars:
        names = ", ".join(function.__code__.co_freevars)
        raise TypeError(
            f"run_python: {name} uses {names} of the function around it, which stays here; pass it as an argument"
        )
    return function


def _is_of_class(function: object) -> bool:
    owner = getattr(function, "__qualname__", "").rpartition(".")[0]
    return bool(owner) and not owner.endswith("<locals>")


def _used_names(code: CodeType) -> Iterator[str]:
    """The global names that code uses, and the code in it."""
    stored = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname == "STORE_NAME":
            stored.add(instruction.argval)
        elif instruction.opname in _LOADS and instruction.argval not in stored:
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _used_names(constant)


def _check_travels(
    used: str, function: FunctionType, statement: ast.Import | ast.ImportFrom | None
) -> None:
    """Whether a global name that a function uses can be had in the page: it is imported there, or built in."""
    __tracebackhide__ = True
    name = function.__name__
    if statement is not None:
        module = statement.names[0].name if isinstance(statement, ast.Import) else statement.module
        library = (module or "").partition(".")[0]
        if library in _OF_THE_HOST:
            raise TypeError(
                f"run_python: {name} uses {used}, and the page has no {library}; write it with try and assert"
            )
    elif used in function.__globals__ and used != name and not hasattr(builtins, used):
        raise TypeError(
            f"run_python: {name} uses {used} of its file, which stays here; pass it as an argument, define it in the "
            "function, or import it from a module of the widget"
        )


def _check_arguments(function: FunctionType, arguments: Sequence[object]) -> None:
    __tracebackhide__ = True
    signature = inspect.signature(function)
    others = [
        parameter for parameter in signature.parameters.values() if parameter.name != FAKE_SDK
    ]
    try:
        signature.replace(parameters=others).bind(*arguments)
    except TypeError as problem:
        raise TypeError(f"run_python: {function.__name__}: {problem}") from None


def _package(function: FunctionType, widget: str) -> str:
    """What relative imports in a function start from: its file's package, if that is the widget's."""
    package = str(function.__globals__.get("__package__") or "")
    parent, _, inside = package.partition(".")
    if parent.startswith(PARENT) and inside.partition(".")[0] == widget:
        return f"{PARENT}.{inside}"
    return f"{PARENT}.{widget}"
