"""Sees turns of a widget's code that keep the page from answering. Runs in the page's Python, beside `widget`.

Which line takes the time is told by the lines' first turns: each that is reached says when, once in a turn of the loop,
which costs next to nothing. Where the clock then goes on for long without a new line, the time went into the last one,
into what it calls, or into a loop that ends there.
"""

from __future__ import annotations

import asyncio
import json
import linecache
import sys
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from widget import _modules
from widget._instance import Instance
from widget._traceback import WIDGETS_DIRECTORY

# Seconds from which on a visitor feels that the page does not answer (W3C Long Tasks, §1).
LONG = 0.05

# Seconds of a turn in which a widget starts: the library's own parts are used for the first time in it.
LONG_START = 0.15

monitoring = sys.monitoring  # type: ignore[attr-defined]  # of 3.12
_LINE = monitoring.events.LINE


def begin(blocked: Callable[[str], object]) -> None:
    """Begins to look. Called once an interpreter.

    Args:
        blocked: gets JSON of each turn that was too long: `widget`, `function`, where it begins as `defined`, the
            `place` that took longest with its `source`, and the `milliseconds` of the turn and of what was spent
            `there`.
    """
    _Observer(blocked).install()


class _Observer:
    def __init__(self, blocked: Callable[[str], object]) -> None:
        self._blocked = blocked
        self._tool = next(each for each in (4, 3, 5) if monitoring.get_tool(each) is None)
        self._turn: _Turn | None = None
        self._watched: weakref.WeakSet[CodeType] = weakref.WeakSet()

    def install(self) -> None:
        """Puts itself around what runs widgets' code: turns of the loop, handlers that the page calls, imports."""
        monitoring.use_tool_id(self._tool, "widget workbench")
        monitoring.register_callback(self._tool, _LINE, self._on_line)
        self._watch(f"{_modules.PARENT}.")
        run_handle, run_handler = asyncio.Handle._run, Instance._run_handler
        load_init = _modules.load_init

        def handle_run(handle: Any) -> None:
            self._in_turn(run_handle, handle)

        def handler_run(instance: Instance, handler: Any, argument: object) -> Any:
            return self._in_turn(run_handler, instance, handler, argument)

        def init_loaded(package: str) -> Callable[[Any], Any]:
            began = time.perf_counter()
            try:
                return load_init(package)
            finally:
                if self._turn is not None:
                    self._turn.importing = time.perf_counter() - began
                self._watch(f"{_modules.PARENT}.{package}.")

        asyncio.Handle._run = handle_run  # type: ignore[method-assign]
        Instance._run_handler = handler_run  # type: ignore[method-assign]
        _modules.load_init = init_loaded

    def _in_turn(self, run: Callable[..., Any], *arguments: Any) -> Any:
        if self._turn is not None:
            return run(*arguments)
        turn = self._turn = _Turn()
        monitoring.restart_events()
        try:
            return run(*arguments)
        finally:
            self._turn = None
            if turn.is_long():
                self._blocked(json.dumps(turn.told()))

    def _on_line(self, code: CodeType, line: int) -> object:
        if self._turn is not None:
            self._turn.reached.append((time.perf_counter(), code, line))
        return monitoring.DISABLE

    def _watch(self, prefix: str) -> None:
        """Lets the lines of modules say when they are reached."""
        for name, module in list(sys.modules.items()):
            if name.startswith(prefix) and isinstance(module, ModuleType):
                for code in _codes_of(vars(module).values(), name):
                    if code not in self._watched:
                        self._watched.add(code)
                        monitoring.set_local_events(self._tool, code, _LINE)


class _Turn:
    """One turn of the loop, or one call of the page's.

    Attributes:
        reached: lines of widgets' code, each when it was first reached.
        importing: seconds that went into a widget's modules; None where none starts in it.
    """

    def __init__(self) -> None:
        self.reached: list[tuple[float, CodeType, int]] = []
        self.importing: float | None = None
        self._began = time.perf_counter()

    def is_long(self) -> bool:
        self._ended = time.perf_counter()
        seconds = self._ended - self._began - (self.importing or 0.0)
        return bool(self.reached) and seconds > (LONG if self.importing is None else LONG_START)

    def told(self) -> dict[str, Any]:
        ends = [moment for moment, _, _ in self.reached[1:]] + [self._ended]
        spent = [end - began for end, (began, _, _) in zip(ends, self.reached, strict=True)]
        longest = max(range(len(spent)), key=spent.__getitem__)
        _, code, line = self.reached[longest]
        _, first, _ = self.reached[0]
        return {
            "widget": first.co_filename.removeprefix(WIDGETS_DIRECTORY).partition("/")[0],
            "function": first.co_name,
            "defined": f"{_path(first)}:{first.co_firstlineno}",
            "place": f"{_path(code)}:{line}",
            "source": linecache.getline(code.co_filename, line).strip(),
            "milliseconds": round((self._ended - self._began) * 1000),
            "there": round(spent[longest] * 1000),
        }


def _path(code: CodeType) -> str:
    return code.co_filename.replace(WIDGETS_DIRECTORY, "widgets/", 1)


def _codes_of(values: Iterable[object], module: str) -> Iterator[CodeType]:
    for value in list(values):
        if isinstance(value, type) and value.__module__ == module:
            yield from _codes_of(vars(value).values(), module)
        elif isinstance(value, (staticmethod, classmethod)):
            yield from _codes_of([value.__func__], module)
        elif isinstance(value, property):
            yield from _codes_of([value.fget, value.fset], module)
        else:
            function = getattr(value, "__wrapped__", value)
            if isinstance(function, FunctionType) and function.__module__ == module:
                yield from _with_inner(function.__code__)


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)
