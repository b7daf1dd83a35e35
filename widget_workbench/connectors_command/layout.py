"""Text for a terminal, no wider than it should be."""

import shutil
import textwrap
import unicodedata
from collections.abc import Iterator

from widget_workbench.visible_text import visible

MOST_COLUMNS = 100

_EIGHTHS = " ▏▎▍▌▋▊▉"


def columns() -> int:
    """How wide the output may be."""
    return min(MOST_COLUMNS, shutil.get_terminal_size((MOST_COLUMNS, 24)).columns)


def cut(line: str, width: int) -> Iterator[str]:
    """A line in pieces of at most `width` columns; one piece at least."""
    start, used = 0, 0
    for index, character in enumerate(line):
        needed = _cells(character)
        if used + needed > width and index > start:
            yield line[start:index]
            start, used = index, 0
        used += needed
    yield line[start:]


def sentences(text: str, width: int) -> list[str]:
    """Prose, broken between words."""
    return textwrap.wrap(visible(text), width) or [""]


def bar(share: float, cells: int) -> str:
    """A bar of a length between 0 and `cells`; whatever is more than nothing can be seen.

    Args:
        share: of the whole length, 0 to 1.
        cells: the whole length.
    """
    eighths = min(round(share * cells * 8), cells * 8)
    if share > 0:
        eighths = max(eighths, 1)
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def _cells(character: str) -> int:
    """Columns of a terminal (Unicode Standard Annex 11)."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
