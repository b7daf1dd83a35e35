"""Puts saved code in the place of running code. Runs in the page's Python, beside the package `widget`.

What a widget's `sdk.state(…)` holds is handed on from an instance to the one that replaces it, by a key that the
page gives both.
"""

from __future__ import annotations

import gc
import json
import linecache
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from widget import _modules, _template_parser
from widget._instance import Instance, instances
from widget._state import State
from widget._traceback import WIDGETS_DIRECTORY, author_traceback, summary

_SCALARS = frozenset({bool, int, float, str, type(None)})


def replace(package: str, files_text: str) -> str | None:
    """Imports new code for a widget. Where that fails, the old code stays.

    Args:
        package: the name of the widget's directory.
        files_text: JSON of the sources by path.

    Returns:
        None if it succeeded; else JSON with `message` and `stack`.
    """
    sources: dict[str, str] = json.loads(files_text)
    directory = Path(WIDGETS_DIRECTORY) / package
    name = f"{_modules.PARENT}.{package}"
    parent = sys.modules[_modules.PARENT]
    before = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    modules = _taken(name)
    _write(directory, {directory / path: text.encode() for path, text in sources.items()})
    try:
        _modules.load_init(package)
    except BaseException as error:
        told = json.dumps({"message": summary(error), "stack": author_traceback(error)})
        _taken(name)
        _write(directory, before)
        sys.modules.update(modules)
        if name in modules:
            setattr(parent, package, modules[name])
        return told
    return None


def _taken(name: str) -> dict[str, ModuleType]:
    """A package's modules, which the next import then makes anew."""
    names = [each for each in sys.modules if each == name or each.startswith(f"{name}.")]
    return {each: sys.modules.pop(each) for each in names}


def _write(directory: Path, files: dict[Path, bytes]) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    # Tracebacks show lines of the files as they are now.
    linecache.clearcache()


def hand_on(host: Any, key: str, left: str | None = None) -> bool:
    """Keeps what the instance at a host element remembers, for the one that is about to take its place.

    Args:
        host: the `<gs-cc-registry-widget>`.
        key: what the new one's host element has to have as `data-workbench-state`.
        left: the key of what the old one was given likewise and has not come to use, because it has failed, or waits.

    Returns:
        Whether there is anything to hand on.
    """
    before = _handed_on.pop(left, []) if left else []
    own = [
        _plain(vars(state))
        for instance in instances
        if instance.is_at(host)
        for state in instance.states
    ]
    states = own + before[len(own) :]
    if states:
        _handed_on[key] = states
    return bool(states)


def forget(key: str) -> None:
    """Drops what was kept, whether anybody has taken it or not."""
    _handed_on.pop(key, None)


def tidy() -> None:
    """Gives back what the old code has left: a module and its functions refer to each other."""
    gc.collect()
    # Templates are known by their texts, which change with the code; those on the page are known by their number, too.
    for known in _template_parser._parsed.values():
        for strings in _unused(known):
            del known[strings]


def _unused(known: Mapping[Any, object]) -> list[Any]:
    """The keys of what nobody else refers to."""
    return [key for key, count in _references(known) if count == _HELD_BY_NOBODY]


def _references(known: Mapping[Any, object]) -> list[tuple[Any, int]]:
    # How many the look itself adds is the interpreter's doing.
    return [(key, sys.getrefcount(held)) for key, held in known.items()]


((_, _HELD_BY_NOBODY),) = _references({"": object()})


def _remember(instance: Instance, initial: dict[str, Any]) -> State:
    state = _remember_anew(instance, initial)
    key = getattr(instance.host.dataset, "workbenchState", "")
    handed_on = _handed_on.get(key, [])
    number = len(instance.states) - 1
    if number < len(handed_on):
        values = vars(state)
        kept = handed_on[number]
        values.update({name: kept[name] for name in kept if _fits(values, name, kept[name])})
    return state


def _fits(values: dict[str, Any], name: str, kept: object) -> bool:
    """Whether a value may stand where the new code has another: of its kind, or where there is or was none."""
    return name in values and (
        kept is None or values[name] is None or _kind(kept) is _kind(values[name])
    )


def _kind(value: object) -> type:
    """Its type; any number may stand for another, for `total=0` may have become 12.5."""
    return float if type(value) is int else type(value)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Copies of what is plain data: an object of the old code's classes would be none of the new code's."""
    return {
        name: json.loads(json.dumps(value)) for name, value in values.items() if _is_plain(value)
    }


def _is_plain(value: object) -> bool:
    if type(value) is list:
        return all(map(_is_plain, value))
    if type(value) is dict:
        return all(type(key) is str and _is_plain(each) for key, each in value.items())
    return type(value) in _SCALARS


_handed_on: dict[str, list[dict[str, Any]]] = {}

_remember_anew = Instance.remember
Instance.remember = _remember  # type: ignore[method-assign]
