# Made by widget-workbench of widget.json, and made anew when that is saved: change it there.

from typing import ReadOnly, TypedDict

class Props(TypedDict):
    """What `sdk.props` holds: the properties of widget.json."""

    contact: ReadOnly[str]
    """Contact: The contact's id in the CRM."""
