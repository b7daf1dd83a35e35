"""Runs widgets up to their first render, as often as the job says: see job.py. Run by engine.mjs, never on the host."""

from __future__ import annotations

import gc
import json
import os
import random
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import _engine  # type: ignore[import-not-found]  # engine.mjs
from pyodide.ffi import JsProxy

from widget import _ffi, _guidance, _instance, _late_library, _modules, _sdk
from widget._rendering import Rendering
from widget._resolving import Resolved
from widget._traceback import summary
from widget._web import WebNamespace

from . import recording
from .page import Bridge, HostObject, Proxy, Stage, Visit
from .touching import DEPENDENCIES, WIDGETS, PageModule, touch
from .turns import Turns

LATE_LIBRARY = "late.bin"


async def unpack(job: str) -> None:
    """Puts the packages of a job's widgets where they can be imported from.

    Args:
        job: its number; several interpreters work in the same directory.
    """
    packages = [package for widget in _widgets(job) for package in widget["packages"]]
    archives = sorted({(each["name"], each["file"]) for each in packages})
    paths = [path for name, file in archives for path in _unpacked(name, file)]
    # When all are there: a compiled module may link what another package brings.
    for path in paths:
        if path.startswith(DEPENDENCIES) and path.endswith(".so"):
            await _engine.loadSharedLibrary(path)


def main(job: str) -> None:
    """Does a job, whose packages are unpacked. Not within a task: the widgets' tasks could not run then."""
    loop = Turns()
    bridge = Bridge()
    sys.modules["_widget_bridge"] = bridge  # type: ignore[assignment]
    _late_library.install()
    _late_library.complete(_engine.read(LATE_LIBRARY).to_bytes())
    _stand_in(bridge)
    _ffi.connect()
    _guidance.install()
    _modules.install()
    recording.install()
    modules = _PackageModules()
    for number, widget in enumerate(_widgets(job)):
        modules.bring([package["name"] for package in widget["packages"]])
        _place(widget)
        runs = []
        for at, conditions in enumerate(widget["runs"]):
            _engine.write(f"{job}.progress", json.dumps([number, at]))
            runs.append(_run(widget, conditions, loop, bridge))
        # What a widget has left behind ends while it is the one that is at work.
        gc.collect()
        _engine.write(f"{number}.{job}.json", json.dumps(runs))


def _widgets(job: str) -> list[dict[str, Any]]:
    widgets: list[dict[str, Any]] = json.loads(_engine.read(f"{job}.job.json").to_bytes())
    return widgets


def _stand_in(bridge: Bridge) -> None:
    """Puts what stands for the page in the places where `widget` looks for it."""
    module: Any = _ffi
    module.create_proxy = Proxy
    module.is_object = lambda value: isinstance(value, JsProxy | HostObject)
    module.new_service_sdk = lambda options: bridge.construct(None, options)
    module.call_later = lambda seconds, function: _nothing
    module.page_hidden = lambda: False
    module.on_visibility_change = lambda function: _nothing
    module.is_of_this_origin = lambda address: False
    module = _sdk
    module.web_sdk = lambda host: None if host.web is None else WebNamespace("web", host.web)

    def note(name: str, place: str) -> None:
        bridge.visit.touch(name, place)

    for name in ("js", "pyodide_js", "pyodide_js._api"):
        sys.modules[name] = PageModule(name, note)


def _nothing() -> None:
    """Ends what has not begun."""


def _unpacked(name: str, file: str) -> Iterator[str]:
    """Writes a package's files as static/loader/dependencies.js does; gives their paths."""
    from compression import zstd

    archive = zstd.decompress(_engine.read(file).to_bytes())
    begin = 4 + int.from_bytes(archive[:4], "little")
    for inside, length in json.loads(archive[4:begin]):
        path = Path(inside if inside.startswith("/") else f"{DEPENDENCIES}{name}/{inside}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive[begin : begin + length])
        begin += length
        yield str(path)


class _PackageModules:
    """The packages of a job: each is there for those widgets alone that ask for it."""

    def __init__(self) -> None:
        self._imported: dict[str, Any] = {}

    def bring(self, names: list[str]) -> None:
        """Makes a widget's packages importable, and no others. What others have imported of them, is imported."""
        directories = sorted(f"{DEPENDENCIES}{name}" for name in names)
        sys.path[:] = [path for path in sys.path if not path.startswith(DEPENDENCIES)] + directories
        for name, module in tuple(sys.modules.items()):
            if str(getattr(module, "__file__", "")).startswith(DEPENDENCIES):
                self._imported[name] = sys.modules.pop(name)
        own = tuple(f"{directory}/" for directory in directories)
        for name, module in self._imported.items():
            if own and str(module.__file__).startswith(own):
                sys.modules[name] = module


def _place(widget: dict[str, Any]) -> None:
    for path, file in widget["modules"].items():
        target = Path(WIDGETS, widget["type"], path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_engine.read(file).to_bytes())


def _run(
    widget: dict[str, Any], conditions: dict[str, Any], loop: Turns, bridge: Bridge
) -> dict[str, Any]:
    """One run, and what there is to say of it."""
    visit = bridge.visit = Visit(conditions)
    _set_surroundings(conditions)
    _forget_modules(widget["type"])
    loop.forget()
    instance = _PrerenderedInstance(Stage(visit, widget["type"], widget["assets"]), visit)
    instance.start()
    try:
        loop.run(stopped=lambda: visit.ended)
    except BaseException as error:  # an author's SystemExit, which no task keeps
        visit.fail(error)
    told = _told(visit)
    visit.over = True
    _end(instance, loop)
    return told


def _set_surroundings(conditions: dict[str, Any]) -> None:
    _engine.surround(conditions["now"], conditions["zone"], conditions["seed"])
    os.environ.update(TZ=conditions["zone"], LANG=conditions["locale"])
    if hasattr(time, "tzset"):  # not on every author's computer
        time.tzset()
    random.seed(conditions["seed"])


def _forget_modules(type: str) -> None:
    """Lets the widget's modules be imported anew."""
    package = f"{_modules.PARENT}.{type}"
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{package}.")]:
        del sys.modules[name]
    vars(sys.modules[_modules.PARENT]).pop(type, None)


def _end(instance: _PrerenderedInstance, loop: Turns) -> None:
    try:
        instance.unmount()
        loop.run(stopped=lambda: False)
    except BaseException:  # whatever it is, the run is over
        loop.forget()


def _told(visit: Visit) -> dict[str, Any]:
    return {
        "shown": visit.shown,
        "calls": visit.calls,
        "touched": visit.touched,
        "failed": None if visit.failed is None else _failure(visit.failed),
        "ready": visit.ready,
    }


def _failure(error: BaseException) -> dict[str, str]:
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(WIDGETS):
            place = f"{frame.filename.removeprefix(WIDGETS).partition('/')[2]}, line {frame.lineno}"
    return {"says": summary(error), "place": place}


class _RecordedRendering(Rendering):
    """Notes the first render."""

    visit: Visit
    view: Any = None

    def show(self, new: Resolved) -> None:
        if self.visit.shown is None and not self.visit.over:
            self.visit.shown = recording.recorded(new, self.view)
        super().show(new)


class _PrerenderedInstance(_instance.Instance):
    def __init__(self, stage: Stage, visit: Visit) -> None:
        super().__init__(stage)
        self._visit = visit
        self._recorded = _RecordedRendering(stage.container, self.run_handler)
        self._recorded.visit = visit
        self._rendering = self._recorded

    def set_view(self, function: Any) -> None:
        super().set_view(function)
        self._recorded.view = function

    def uncovered_container(self) -> Any:
        touch("sdk.root", self._visit.touch)

    def _fail(self, error: BaseException) -> None:
        self._visit.fail(error)
        super()._fail(error)
