"""A widget's modules: each widget is a package of its own, so that no name of one meets a name of another."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from types import ModuleType
from typing import Any

from ._traceback import WIDGETS_DIRECTORY

PARENT = "_widgets"


def install() -> None:
    """Makes the directory of the widgets a package, in which each widget's directory is one."""
    parent = ModuleType(PARENT)
    parent.__path__ = [WIDGETS_DIRECTORY]
    sys.modules[PARENT] = parent
    sys.path_hooks.insert(0, _finder)


def _finder(path: str) -> FileFinder:
    """Looks into a widget's directory. The usual hooks would first look for an archive in the place of each part of it.

    Raises:
        ImportError: the path is another.
    """
    if not path.startswith(WIDGETS_DIRECTORY):
        raise ImportError(f"{path} is no directory of a widget's", path=path)
    return FileFinder(path, (SourceFileLoader, SOURCE_SUFFIXES))


def _forget_directories() -> None:
    """Makes imports look into the widgets' directories anew: the loader has written there behind the importer's back.

    Not `importlib.invalidate_caches()`, after which the library's directory would be read again, too.
    """
    for path, finder in sys.path_importer_cache.items():
        if path.startswith(WIDGETS_DIRECTORY) and isinstance(finder, FileFinder):
            finder.invalidate_caches()


def load_init(package: str) -> Callable[[Any], Any]:
    """The `init` of a widget's main.py, which is imported at the first call.

    Args:
        package: the name of the widget's directory.

    Raises:
        AttributeError: main.py has no `init`, or one that cannot be called.
        Exception: whatever main.py raises at import; the next call imports it anew.
    """
    _forget_directories()
    main = importlib.import_module(f"{PARENT}.{package}.main")
    init: Callable[[Any], Any] | None = getattr(main, "init", None)
    if not callable(init):
        raise AttributeError(
            "main.py has no function init; a widget begins with `async def init(sdk):`"
        )
    return init
