"""Sees turns of a widget's code that keep the page from answering. Runs in the page's Python, beside `widget`.

Which line takes the time is told by first times: each line, and each way out of a function, says when it is reached,
once in a turn of the loop, which costs next to nothing. Where the clock then goes on for long without a new one, the
time went into the last one, into what it calls, or into a loop that it is part of.
"""

from __future__ import annotations

import asyncio
import json
import linecache
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

from widget import _modules
from widget._instance import Instance
from widget._traceback import WIDGETS_DIRECTORY

# Seconds from which on a visitor feels that the page does not answer (W3C Long Tasks, §1).
LONG = 0.05

monitoring = sys.monitoring  # type: ignore[attr-defined]  # of 3.12
_LINE = monitoring.events.LINE
_LEAVING = (monitoring.events.PY_RETURN, monitoring.events.PY_YIELD)


def begin(blocked: Callable[[str], object]) -> None:
    """Begins to look. Called once an interpreter.

    Args:
        blocked: gets JSON of each turn that was too long: `widget`, `function`, where it begins as `defined`, the
            `place` that took longest with its `source`, whether the widget's own code did, as `inside`, and the
            `milliseconds` of the turn and of what was spent `there`.
    """
    _Observer(blocked).install()


class _Reached:
    """A place in a widget's code, and when it was first reached in a turn.

    Attributes:
        moment: of `time.perf_counter`.
        inside: whether the widget's code goes on from there; else the library's does, such as by showing what a view
            has returned.
    """

    # No dataclass, whose module the page's Python need not have yet.
    __slots__ = ("code", "inside", "line", "moment")

    def __init__(self, code: CodeType, line: int, *, inside: bool = True) -> None:
        self.moment = time.perf_counter()
        self.code = code
        self.line = line
        self.inside = inside


class _Observer:
    def __init__(self, blocked: Callable[[str], object]) -> None:
        self._blocked = blocked
        self._turn: _Turn | None = None
        free = (each for each in (4, 3, 5) if monitoring.get_tool(each) is None)
        # None where tools of the widgets' own have taken all: then nothing is seen.
        self._tool: int | None = next(free, None)

    def install(self) -> None:
        """Puts itself around what runs widgets' code: turns of the loop, handlers that the page calls, imports."""
        if self._tool is None:
            return
        monitoring.use_tool_id(self._tool, "widget workbench")
        monitoring.register_callback(self._tool, _LINE, self._on_line)
        for event in _LEAVING:
            monitoring.register_callback(self._tool, event, self._on_leaving)
        self._watch(f"{_modules.PARENT}.")
        run_handle, run_handler = asyncio.Handle._run, Instance._run_handler
        load_init = _modules.load_init

        def handle_run(handle: Any) -> None:
            self._in_turn(run_handle, handle)

        def handler_run(instance: Instance, handler: Any, argument: object) -> Any:
            return self._in_turn(run_handler, instance, handler, argument)

        def init_loaded(package: str) -> Callable[[Any], Any]:
            if self._turn is not None:
                self._turn.starts = True
            try:
                return load_init(package)
            finally:
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
            if (told := turn.told(time.perf_counter())) is not None:
                self._blocked(json.dumps(told))

    def _on_line(self, code: CodeType, line: int) -> object:
        if self._turn is not None:
            self._turn.reached.append(_Reached(code, line))
        return monitoring.DISABLE

    def _on_leaving(self, code: CodeType, _offset: int, _value: object) -> object:
        if self._turn is not None:
            # Of this function, of the one that is left, of its caller.
            frame = sys._getframe(1)
            caller = frame.f_back
            if caller is not None and caller.f_code.co_filename.startswith(WIDGETS_DIRECTORY):
                place = _Reached(caller.f_code, caller.f_lineno or 0)
            else:
                place = _Reached(code, frame.f_lineno or 0, inside=False)
            self._turn.reached.append(place)
        return monitoring.DISABLE

    def _watch(self, prefix: str) -> None:
        """Lets the lines of modules say when they are reached. Each time anew: code that is equal is not the same."""
        events = _LINE | _LEAVING[0] | _LEAVING[1]
        for name, module in list(sys.modules.items()):
            if name.startswith(prefix) and isinstance(module, ModuleType):
                for code in _codes_of(vars(module), name, set()):
                    monitoring.set_local_events(self._tool, code, events)


class _Turn:
    """One turn of the loop, or one call of the page's.

    Attributes:
        reached: places in widgets' code, in order.
        starts: whether a widget starts in it: its modules are imported, and the library's own parts are used for the
            first time. No author can help that, so it is not counted.
    """

    def __init__(self) -> None:
        self.reached: list[_Reached] = []
        self.starts = False

    def told(self, ended: float) -> dict[str, Any] | None:
        """What was too long; None where nothing was."""
        if not self.reached:
            return None
        ends = [place.moment for place in self.reached[1:]] + [ended]
        spent = [
            (end - place.moment, place)
            for end, place in zip(ends, self.reached, strict=True)
            if place.inside or not self.starts
        ]
        whole = sum(seconds for seconds, _ in spent)
        if whole <= LONG:
            return None
        there, place = max(spent, key=lambda each: each[0])
        first = self.reached[0].code
        return {
            "widget": first.co_filename.removeprefix(WIDGETS_DIRECTORY).partition("/")[0],
            "function": first.co_name,
            "defined": f"{_path(first)}:{first.co_firstlineno}",
            "place": f"{_path(place.code)}:{place.line}",
            "inside": place.inside,
            "source": linecache.getline(place.code.co_filename, place.line).strip(),
            "milliseconds": round(whole * 1000),
            "there": round(there * 1000),
        }


def _path(code: CodeType) -> str:
    return code.co_filename.replace(WIDGETS_DIRECTORY, "widgets/", 1)


def _codes_of(names: Mapping[str, object], module: str, seen: set[int]) -> Iterator[CodeType]:
    """The code of a module's functions, or of a class's, each once. Nothing of the author's is run for it."""
    for value in list(names.values()):
        for each in _functions_in(value):
            if isinstance(each, FunctionType) and each.__module__ == module:
                yield from _with_inner(each.__code__)
        of_module = isinstance(value, type) and vars(value).get("__module__") == module
        if of_module and id(value) not in seen:
            seen.add(id(value))
            yield from _codes_of(vars(value), module, seen)


def _functions_in(value: object) -> Iterator[object]:
    if isinstance(value, (staticmethod, classmethod)):
        yield value.__func__
    elif isinstance(value, property):
        yield from (value.fget, value.fset)
    elif isinstance(value, FunctionType):
        yield value
        yield vars(value).get("__wrapped__")


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    if code.co_name == "__annotate__":
        return  # which the library calls, to find out what a handler takes
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)
