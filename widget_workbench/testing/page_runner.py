"""The half of `community.run_python` that runs in the page. The kit puts it there; the other half is in_page.py.

It needs nothing but the standard library, `widget`, and its neighbours that `in_page.page_files` names.
"""

from __future__ import annotations

import ast
import asyncio
import contextvars
import importlib
import inspect
import json
import linecache
from collections.abc import Callable, Iterator
from dataclasses import asdict
from types import CodeType
from typing import Any

from widget import _arguments
from widget._calling import current as _current

from .author_code import author_traceback, variables
from .fake_sdk import FakeSdk
from .waiting import Waiting, waiting

# The parameter that gets a `FakeSdk`.
FAKE_SDK = "fake_sdk"

# Whose tasks are those of a run.
_of_run: contextvars.ContextVar[object] = contextvars.ContextVar("widget_test_run")


async def run(job: str) -> str:
    """Runs a function of a test's.

    Args:
        job: JSON, as `in_page.job` makes it.

    Returns:
        JSON: an object with `result`; or with `failure`, a text, and the `variables` of a failing assertion.
    """
    # In a context of its own, so that nothing here counts as a widget's.
    task = asyncio.Task(
        _outcome(json.loads(job)), loop=asyncio.get_running_loop(), context=contextvars.Context()
    )
    return json.dumps(await task)


def pending(widget_type: str) -> str:
    """Where the tasks of a widget's instances wait, those of `init` first.

    Returns:
        JSON: a list of objects with the fields of `Waiting`.
    """
    return json.dumps([asdict(place) for place in sorted(_pending(widget_type), key=_is_not_init)])


def _pending(widget_type: str) -> Iterator[Waiting]:
    for task in asyncio.all_tasks():
        reference = task.get_context().get(_current)  # type: ignore[attr-defined]  # of 3.12
        instance = reference() if reference is not None else None
        if instance is not None and instance.type == widget_type:
            place = waiting(task)
            if place is not None:
                yield place


def _is_not_init(place: Waiting) -> bool:
    return place.task != "init"


async def _outcome(job: dict[str, Any]) -> dict[str, Any]:
    run = object()
    _of_run.set(run)
    # The loader has written the widget's files behind the importer's back.
    importlib.invalidate_caches()
    try:
        function = _compiled(job) if "file" in job else _imported(job)
        return await _called(function, job)
    except BaseException as error:
        shown = variables(error) if isinstance(error, AssertionError) else {}
        return {"failure": author_traceback(error), "variables": shown}
    finally:
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task() and _is_of(run, task):
                task.cancel()


def _is_of(run: object, task: asyncio.Task[Any]) -> bool:
    # Before 3.12 a task does not tell its context; the page has 3.14.
    context = getattr(task, "get_context", contextvars.Context)()
    return context.get(_of_run) is run


async def _called(function: Callable[..., Any], job: dict[str, Any]) -> dict[str, Any]:
    arguments, keywords = list(job["arguments"]), {}
    parameters = inspect.signature(function).parameters
    if FAKE_SDK not in parameters:
        return await _returned(function(*arguments), job)
    with FakeSdk() as sdk:
        place = list(parameters).index(FAKE_SDK)
        if place > len(arguments) or parameters[FAKE_SDK].kind is inspect.Parameter.KEYWORD_ONLY:
            keywords[FAKE_SDK] = sdk
        else:
            arguments.insert(place, sdk)
        outcome = await _returned(function(*arguments, **keywords), job)
        complaints = sdk.verify()
    return {"failure": "\n\n".join(complaints), "variables": {}} if complaints else outcome


async def _returned(result: Any, job: dict[str, Any]) -> dict[str, Any]:
    """What a function has returned, once it is there."""
    if inspect.isawaitable(result):
        task = asyncio.ensure_future(result)
        done, _ = await asyncio.wait((task,), timeout=job["timeout"])
        if not done:
            place = waiting(task)
            task.cancel()
            where = f": {place}." if place else "."
            return {
                "failure": f"{job['name']} was not done within {job['timeout']:g} s{where}",
                "variables": {},
            }
        result = task.result()
    try:
        _arguments.json_value(result, "its result")
    except (TypeError, ValueError) as problem:
        return {
            "failure": f"{job['name']} returned what cannot leave the page: {problem}.",
            "variables": {},
        }
    return {"result": result}


def _imported(job: dict[str, Any]) -> Callable[..., Any]:
    """A function of the widget's own modules."""
    name = f"{job['package']}.{job['module']}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise LookupError(
            f"the widget has no module {job['module']} in the page, where test_*.py are never put"
        ) from None
    function: Callable[..., Any] = getattr(module, job["name"])
    return function


def _compiled(job: dict[str, Any]) -> Callable[..., Any]:
    """A function of a test file, alone with what it uses of that file's imports."""
    file, text = job["file"], job["text"]
    # Where tracebacks read the lines that they show.
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    tree = ast.parse(text, file)
    body = [*_imports(tree, set(job["imports"])), definition(tree, job["name"], job["line"])]
    names: dict[str, Any] = {
        "__name__": f"{job['package']}.{job['name']}",
        "__package__": job["package"],
    }
    exec(compiled(body, file), names)  # noqa: S102  # the test's own source
    function: Callable[..., Any] = names[job["name"]]
    return function


def compiled(statements: list[ast.stmt], file: str) -> CodeType:
    """The code of statements. Annotations are for type checkers: what they name need not be there."""
    unevaluated = ast.parse("from __future__ import annotations").body
    code: CodeType = compile(
        ast.Module([*unevaluated, *statements], []), file, "exec", dont_inherit=True
    )
    return code


def _imports(tree: ast.Module, wanted: set[str]) -> Iterator[ast.stmt]:
    """The file's import statements, cut down to what is wanted."""
    for statement in module_level_imports(tree.body):
        statement.names = [alias for alias in statement.names if bound_name(alias) in wanted]
        if statement.names:
            yield statement


def module_level_imports(statements: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports among a module's statements, those under an `if` or `try` included."""
    for statement in statements:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield statement
        elif isinstance(statement, (ast.If, ast.Try)):
            yield from module_level_imports([*statement.body, *statement.orelse])


def bound_name(alias: ast.alias) -> str:
    """The name that an import gives to what it imports."""
    return alias.asname or alias.name.partition(".")[0]


def definition(tree: ast.Module, name: str, line: int) -> ast.stmt:
    """A function's definition without its decorators, by its name and the line where it begins, decorators included."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if first == line:
                node.decorator_list = []
                return node
    raise LookupError(f"line {line} does not define {name}")
