"""Publishes a built tree: a commit on the branch that the platform watches."""

from widget_workbench.publishing.announcement import announcement, named
from widget_workbench.publishing.branch import Branch
from widget_workbench.publishing.checkout import Checkout
from widget_workbench.publishing.errors import GitError, PublishError
from widget_workbench.publishing.live_release import LiveRelease
from widget_workbench.publishing.publication import Published, publish, refuse_nobody
from widget_workbench.publishing.quarantine import Quarantine
from widget_workbench.publishing.release import (
    Release,
    release_of_earlier_tree,
    release_of_files,
)
from widget_workbench.publishing.sizes import size

__all__ = [
    "Branch",
    "Checkout",
    "GitError",
    "LiveRelease",
    "PublishError",
    "Published",
    "Quarantine",
    "Release",
    "announcement",
    "named",
    "publish",
    "refuse_nobody",
    "release_of_earlier_tree",
    "release_of_files",
    "size",
]
