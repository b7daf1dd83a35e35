"""Tracebacks as an author wants them: from their own code on."""

from __future__ import annotations

import os.path
import traceback
from collections.abc import Callable

from . import _ffi

_LIBRARY_DIRECTORY = os.path.dirname(__file__)

# Where the loader puts widgets' modules (static/loader/instance.js).
WIDGETS_DIRECTORY = "/widgets/"


def _of_author(
    stack: traceback.StackSummary, raised: BaseException
) -> list[traceback.FrameSummary]:
    for index, frame in enumerate(stack):
        if frame.filename.startswith(WIDGETS_DIRECTORY):
            return [
                frame
                for frame in stack[index:]
                if not frame.filename.startswith(_LIBRARY_DIRECTORY)
            ]
    # Code that does not parse never ran: all frames are the importer's, and the text names the file and the line.
    return [] if isinstance(raised, SyntaxError) else list(stack)


def author_traceback(
    error: BaseException,
    of_author: Callable[
        [traceback.StackSummary, BaseException], list[traceback.FrameSummary]
    ] = _of_author,
) -> str:
    """The formatted traceback, without the frames before the author's code and without this library's own.

    A JavaScript error behind an exception of ours is left out: the exception's text says what it says.

    Args:
        error: what was raised.
        of_author: gives the frames to show of an exception's own, and of each that is behind it.
    """
    told = traceback.TracebackException.from_exception(error)
    link: traceback.TracebackException | None = told
    raised: BaseException | None = error
    while link is not None and raised is not None:
        link.stack = traceback.StackSummary.from_list(of_author(link.stack, raised))
        if isinstance(raised.__cause__, _ffi.JsException):
            link.__cause__ = None
            link.__suppress_context__ = True
            break
        if raised.__cause__ is not None:
            link, raised = link.__cause__, raised.__cause__
        else:
            link, raised = link.__context__, raised.__context__
    return "".join(told.format()).rstrip().replace(f'File "{WIDGETS_DIRECTORY}', 'File "widgets/')


def summary(error: BaseException) -> str:
    """One line: the exception's class and text, and the place where the text has none."""
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error}"  # whose str ends in the file and the line
    told = traceback.TracebackException(type(error), error, None)
    told.__notes__ = None  # they stand after the line that is meant
    return list(told.format_exception_only())[-1].strip()
