"""The embedded community that the page's Web SDK works on (platform.md §3).

A small database in memory, filled anew at each start: topics of each type, members, and what visitors do there.
"""

from widget_workbench.preview.community.api import CommunityApi
from widget_workbench.preview.community.content import CONTENT_TYPES, Content
from widget_workbench.preview.community.database import Database
from widget_workbench.preview.community.errors import CommunityError
from widget_workbench.preview.community.members import Members, Visitor
from widget_workbench.preview.community.subscriptions import Subscriptions

__all__ = [
    "CONTENT_TYPES",
    "CommunityApi",
    "CommunityError",
    "Content",
    "Database",
    "Members",
    "Subscriptions",
    "Visitor",
]
