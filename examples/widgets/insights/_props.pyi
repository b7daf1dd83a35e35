# Made by widget-workbench of widget.json, and made anew when that is saved: change it there.

from typing import Literal, ReadOnly, TypedDict

class Props(TypedDict):
    """What `sdk.props` holds: the properties of widget.json."""

    weeks: ReadOnly[Literal["4", "12", "26"]]
    """Weeks shown at first"""
