"""What of a traceback is the author's own code: the rest is of no help in a failing test."""

from __future__ import annotations

import asyncio
import os
import reprlib
from types import FrameType, ModuleType, TracebackType

from widget import _arguments
from widget._traceback import WIDGETS_DIRECTORY
from widget._traceback import author_traceback as formatted

# Whose functions call an author's, and are called by them, in between: asyncio's, `widget`'s and the kit's.
_BETWEEN = tuple(
    os.path.dirname(path or "") + os.sep
    for path in (asyncio.__file__, _arguments.__file__, __file__)
)
_LIBRARIES = (os.path.dirname(os.__file__) + os.sep, *_BETWEEN)

# So many local variables are shown, each in so many characters.
_MOST_VARIABLES = 20
_MOST_CHARACTERS = 240


def is_authors(filename: str) -> bool:
    """Whether a file, by the name that its code has, is no library's."""
    return not filename.startswith(("<frozen ", *_LIBRARIES)) and "site-packages" not in filename


def shown(filename: str) -> str:
    """A file's name as an author knows it: in the page, the widgets' directory stands at the top."""
    return filename[1:] if filename.startswith(WIDGETS_DIRECTORY) else filename


def without_between(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without the frames of asyncio, of `widget` and of the kit."""
    if trace is None:
        return None
    rest = without_between(trace.tb_next)
    if trace.tb_frame.f_code.co_filename.startswith(_BETWEEN):
        return rest
    return TracebackType(rest, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)


def author_traceback(error: BaseException) -> str:
    """The formatted traceback, as `widget` formats it, without the frames of any library."""
    return formatted(
        error, lambda stack, _: [frame for frame in stack if is_authors(frame.filename)]
    )


def variables(error: BaseException) -> dict[str, str]:
    """The local variables where an exception was raised, in the author's innermost function, shortened."""
    frame = _innermost(error)
    if frame is None:
        return {}
    values = {
        name: value
        for name, value in frame.f_locals.items()
        if not name.startswith("__") and not callable(value) and not isinstance(value, ModuleType)
    }
    return {name: _shortened(value) for name, value in list(values.items())[:_MOST_VARIABLES]}


def _innermost(error: BaseException) -> FrameType | None:
    innermost = None
    entry = error.__traceback__
    while entry is not None:
        if is_authors(entry.tb_frame.f_code.co_filename):
            innermost = entry.tb_frame
        entry = entry.tb_next
    return innermost


def _shortened(value: object) -> str:
    shortener = reprlib.Repr()
    shortener.maxstring = shortener.maxother = _MOST_CHARACTERS
    shortener.maxlist = shortener.maxtuple = shortener.maxdict = shortener.maxset = _MOST_VARIABLES
    try:
        text = shortener.repr(value)
    except Exception as error:
        text = f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
