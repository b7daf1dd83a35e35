"""The style of what the library shows of its own accord, for entries that show such before the loader adopts it."""

from __future__ import annotations

import re
from functools import cache

from widget_workbench.runtime import runtime

# A template literal in which nothing is escaped or filled in.
_CSS = re.compile(r"^var CSS = `\n(?P<css>[^`\\$]*)`;$", re.MULTILINE)


@cache
def base_style() -> str:
    """The text of the sheet in static/loader/base-style.js, as the loader has it.

    Raises:
        ShippedFilesMissing: the loader is not there, or cannot be made.
    """
    found = _CSS.search(runtime().loader.read_text(encoding="utf-8"))
    assert found is not None, "the loader holds its sheet otherwise than here it is looked for"
    return found["css"]
