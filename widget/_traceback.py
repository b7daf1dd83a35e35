"""Tracebacks as an author wants them: from their own code on."""

from __future__ import annotations

import traceback

# Where the loader puts widgets' modules (static/loader/instance.js).
WIDGETS_DIRECTORY = "/widgets/"


def author_traceback(error: BaseException) -> str:
    """The formatted traceback, without the frames that lead to the author's code."""
    told = traceback.TracebackException.from_exception(error)
    link: traceback.TracebackException | None = told
    while link is not None:
        link.stack = traceback.StackSummary.from_list(_from_author(link))
        link = link.__cause__ or link.__context__
    return "".join(told.format()).rstrip()


def _from_author(told: traceback.TracebackException) -> list[traceback.FrameSummary]:
    stack = told.stack
    for index, frame in enumerate(stack):
        if frame.filename.startswith(WIDGETS_DIRECTORY):
            return list(stack[index:])
    # Code that does not parse never ran: all frames are the importer's, and the text names the file and the line.
    return [] if hasattr(told, "text") else list(stack)


def summary(error: BaseException) -> str:
    """One line: the exception's class and text, and the place where the text has none."""
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error}"  # whose str ends in the file and the line
    return traceback.format_exception_only(error)[-1].strip()
