# Made by widget-workbench of widget.json, and made anew when that is saved: change it there.

from typing import Literal, ReadOnly, TypedDict

class Props(TypedDict):
    """What `sdk.props` holds: the properties of widget.json."""

    city: ReadOnly[str]
    """City"""

    units: ReadOnly[Literal["metric", "imperial"]]
    """Units"""
