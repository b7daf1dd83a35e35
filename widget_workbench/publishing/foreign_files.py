"""A branch that holds more than builds is not published to: a release takes the place of its whole tree."""

from __future__ import annotations

from widget_workbench.bundle.output import OF_A_BUILD
from widget_workbench.checking.registries import EXTENSIONS
from widget_workbench.gateway.suggestions import listed
from widget_workbench.publishing.branch import Branch
from widget_workbench.publishing.errors import PublishError
from widget_workbench.publishing.tree import Tree
from widget_workbench.visible_text import visible_line

_NAMED = 8


def refuse_foreign_files(tree: Tree, branch: Branch) -> None:
    """Raises.

    Raises:
        PublishError: the tree, which is the branch's, holds what no build has made.
    """
    foreign = sorted(tree.root - OF_A_BUILD)
    if not foreign:
        return
    named = [visible_line(name) for name in foreign[:_NAMED]]
    if len(foreign) > _NAMED:
        named.append(f"{len(foreign) - _NAMED} more")
    raise PublishError(
        f"The {branch} holds what no build has made ({listed(named)}), and publishing would remove it: the platform's "
        "branch is the built tree and nothing else. Name another by --branch, or remove those files from this one."
    )


def is_of_a_build(tree: Tree) -> bool:
    """Whether a build made all of it."""
    return EXTENSIONS in tree.root and tree.root <= OF_A_BUILD
