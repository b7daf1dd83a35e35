"""Tells which widget prints. Runs in the page's Python, beside the package `widget`.

The page itself cannot ask: what Python prints reaches the browser's console while Python's lock is given back, and no
function of Python can be called then.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from widget._calling import calling_instance
from widget._traceback import WIDGETS_DIRECTORY

# Of ours, between an author's call and the coroutine.
_FRAMES = 3


def begin(prints: Callable[[str | None, str | None], object]) -> None:
    """Begins to tell. Called once an interpreter.

    Args:
        prints: gets the type of the widget that is about to print, and the line, such as `widgets/weather/main.py:12`;
            None twice when it has.
    """
    # So that what nobody awaits is told with its line.
    sys.set_coroutine_origin_tracking_depth(_FRAMES)
    for stream in (sys.stdout, sys.stderr):
        stream.write = _telling(stream.write, prints)  # type: ignore[method-assign]


def _telling(
    write: Callable[[str], int], prints: Callable[[str | None, str | None], object]
) -> Callable[[str], int]:
    def told(text: str) -> int:
        instance = calling_instance()
        prints(instance.type if instance is not None else None, _place())
        try:
            return write(text)
        finally:
            prints(None, None)

    return told


def _place() -> str | None:
    frame: FrameType | Any = sys._getframe()
    while frame is not None:
        file: str = frame.f_code.co_filename
        if file.startswith(WIDGETS_DIRECTORY):
            return f"{file.replace(WIDGETS_DIRECTORY, 'widgets/', 1)}:{frame.f_lineno}"
        frame = frame.f_back
    return None
