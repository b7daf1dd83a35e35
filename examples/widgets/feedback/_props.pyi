# Made by widget-workbench of widget.json, and made anew when that is saved: change it there.

from typing import ReadOnly, TypedDict

class Props(TypedDict):
    """What `sdk.props` holds: the properties of widget.json."""

    undoSeconds: ReadOnly[int | float]
    """Seconds in which feedback can be taken back"""
