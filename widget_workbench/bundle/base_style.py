"""The style of what the library shows of its own accord, for entries that show such before the loader adopts it."""

from __future__ import annotations

import re
from functools import cache

from widget_workbench import shipped

# The one template literal of the module, in which nothing is escaped or filled in.
_CSS = re.compile(r"^const CSS = `\n(?P<css>[^`\\$]*)`;$", re.MULTILINE)


@cache
def base_style() -> str:
    """The text of the sheet in static/loader/base-style.js, where the loader has it from.

    Raises:
        ShippedFilesMissing: the loader is not there.
    """
    source = (shipped.static("loader") / "base-style.js").read_text(encoding="utf-8")
    found = _CSS.search(source)
    assert found is not None, "base-style.js holds its sheet otherwise than here it is looked for"
    return found["css"]
