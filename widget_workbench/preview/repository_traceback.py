"""Tracebacks of an upstream's author: of the many frames between, most are a framework's."""

import os
import traceback
from collections.abc import Iterator
from pathlib import Path


def repository_traceback(error: BaseException, root: Path) -> str:
    """The formatted traceback, with the frames of the repository alone, their files named from its root.

    An exception that came through none of the repository's code keeps the frame where it was raised; if no exception
    at all came through it, all frames are kept.

    Args:
        error: what was raised.
        root: the repository.
    """
    told = traceback.TracebackException.from_exception(error)
    root = root.resolve()
    links = list(_links(told))
    own = [[frame for frame in link.stack if _is_own(frame, root)] for link in links]
    if any(own):
        for link, frames in zip(links, own, strict=True):
            link.stack = traceback.StackSummary.from_list(frames or link.stack[-1:])
    return "".join(told.format()).rstrip().replace(f'File "{root}{os.sep}', 'File "')


def _links(told: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    """The exception, those behind it, and those that a group holds."""
    yield told
    for link in (told.__cause__, told.__context__, *(told.exceptions or ())):
        if link is not None:
            yield from _links(link)


def _is_own(frame: traceback.FrameSummary, root: Path) -> bool:
    """Whether it is of the repository's code: a virtual environment that stands in it is not."""
    file = Path(frame.filename)
    if not file.is_relative_to(root):
        return False
    parts = file.relative_to(root).parts
    return "site-packages" not in parts and not any(part.startswith(".") for part in parts)
