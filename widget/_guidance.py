"""One sentence for each thing that ordinary Python does and a browser cannot: what to do instead.

Left alone these fail far from the line that is to be changed, or, as `time.sleep`, freeze the page.
"""

from __future__ import annotations

import _thread
import asyncio
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import CoroutineType, ModuleType
from typing import Any, NoReturn

from . import _late_library, _micropip
from ._traceback import WIDGETS_DIRECTORY

_USE_A_CONNECTOR = (
    'call a connector instead: await sdk.connectors.execute("permalink"). The page\'s Content-Security-Policy allows '
    "no other way out"
)

# HTTP clients and what else needs an operating system under it, none of which a browser has a build of that works.
_NOT_HERE = {
    **dict.fromkeys(("requests", "httpx", "aiohttp", "urllib3"), _USE_A_CONNECTOR),
    "websockets": "poll a connector: await asyncio.sleep(30) between calls",
    "flask": "a widget is no server; put the logic into init(sdk)",
    "tkinter": "a widget's window is its container: sdk.root",
}


def install() -> None:
    """Puts the guidance in place, once an interpreter. Only a browser's Python needs it."""
    time.sleep = _no_sleep  # type: ignore[assignment]
    threading.Thread.start = _no_thread  # type: ignore[method-assign]
    _thread.start_new_thread = _no_thread
    # Pyodide's loop runs an executor's function at once, on the page's own thread.
    asyncio.get_event_loop().run_in_executor = _no_thread  # type: ignore[method-assign, assignment]
    warnings._warn_unawaited_coroutine = _not_awaited  # type: ignore[attr-defined]
    sys.meta_path.insert(0, _Patching())
    sys.meta_path.append(_Missing())
    for name, patch in _PATCHES.items():
        if name in sys.modules:
            patch(sys.modules[name])


def explain(error: BaseException) -> None:
    """Adds to what Python says the way out, where that is another one in a widget, or than in JavaScript."""
    if (
        isinstance(error, AttributeError)
        and isinstance(error.obj, dict)
        and error.name in error.obj
    ):
        hint = f"; a dict's values are items: write […]['{error.name}']"
        error.args = (f"{str(error).removesuffix(hint)}{hint}",)  # it may be told twice
    _explain_missing_module(error)


def _explain_missing_module(error: BaseException) -> None:
    """How a widget comes by a package."""
    if not isinstance(error, ModuleNotFoundError) or not error.name or "." in error.name:
        return
    if error.msg == f"No module named {error.name!r}" and not error.name.startswith("_"):
        error.msg += (
            "; for a package main.py begins with three lines: `# /// script`, "
            f'`# dependencies = ["{error.name}"]` and `# ///`'
        )


def _no_sleep(seconds: float, /) -> NoReturn:
    raise RuntimeError(
        f"time.sleep({seconds!r}) would freeze the whole page; write: await asyncio.sleep({seconds!r})"
    )


def _not_awaited(coroutine: CoroutineType[Any, Any, Any]) -> None:
    """In the place of the warning, which tells the line where the coroutine was given up, whosever that is."""
    places = [
        f"{file.replace(WIDGETS_DIRECTORY, 'widgets/')}:{line}: "
        for file, line, _ in coroutine.cr_origin or ()
        if file.startswith(WIDGETS_DIRECTORY)
    ]
    print(
        f"{places[0] if places else ''}{coroutine.__qualname__}(…) was called without await, and so has not run: write "
        "await before it",
        file=sys.stderr,
    )


def _no_thread(*_: Any, **__: Any) -> NoReturn:
    raise RuntimeError(
        "a browser's Python has no threads; for things that wait use asyncio (sdk.create_task(…), asyncio.gather), and "
        "split long computations with await sdk.yield_()"
    )


def _no_socket(*_: Any, **__: Any) -> NoReturn:
    raise OSError(f"a browser's Python has no sockets; {_USE_A_CONNECTOR}")


def _no_urlopen(*_: Any, **__: Any) -> NoReturn:
    raise OSError(f"urllib.request does not work in a browser; {_USE_A_CONNECTOR}")


def _patch_socket(module: ModuleType) -> None:
    for name in ("connect", "connect_ex", "bind", "listen"):
        setattr(module.socket, name, _no_socket)
    for name in ("create_connection", "create_server", "getaddrinfo", "gethostbyname"):
        setattr(module, name, _no_socket)


def _patch_urllib_request(module: ModuleType) -> None:
    module.OpenerDirector.open = _no_urlopen


_PATCHES: dict[str, Callable[[ModuleType], None]] = {
    "micropip": _micropip.patch,
    "socket": _patch_socket,
    "urllib.request": _patch_urllib_request,
}


class _Patching(MetaPathFinder):
    """Imports a module of `_PATCHES` as ever, and patches it: libraries may import it and never use it."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in _PATCHES:
            return None
        spec = PathFinder.find_spec(name, path, target) or _late_library.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _PatchingLoader(spec.loader, _PATCHES[name])
        return spec


class _PatchingLoader(Loader):
    def __init__(self, loader: Loader, patch: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._patch = patch

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._patch(module)

    def __getattr__(self, name: str) -> Any:
        # linecache and importlib.resources ask the loader for more than the protocol has.
        return getattr(self._loader, name)


class _Missing(MetaPathFinder):
    """The last finder: nothing has the module, so what remains is to say what to do."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> None:
        if name in _NOT_HERE:
            raise ModuleNotFoundError(
                f"{name} does not work in a browser; {_NOT_HERE[name]}", name=name
            )
        if _stands_beside_importer(name):
            raise ModuleNotFoundError(
                f"there is no module {name}; the widget's own is imported relatively: from .{name} import …",
                name=name,
            )


def _stands_beside_importer(name: str) -> bool:
    """Whether the widget's module that is importing `name` has a module of that name beside it."""
    frame = sys._getframe()
    here = frame.f_code.co_filename  # which __file__ is not, where the module is bytecode
    while frame is not None and (
        frame.f_code.co_filename == here or "importlib" in frame.f_code.co_filename
    ):
        frame = frame.f_back  # type: ignore[assignment]
    importer = frame.f_code.co_filename if frame is not None else ""
    return importer.startswith(WIDGETS_DIRECTORY) and os.path.exists(
        os.path.join(os.path.dirname(importer), f"{name}.py")
    )
