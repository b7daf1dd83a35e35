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
    if not tree.root or is_of_a_build(tree):
        return
    if foreign := tree.root - OF_A_BUILD:
        raise PublishError(
            f"The {branch} holds what no build has made ({_named(foreign)}), and publishing would remove it: the "
            "platform's branch is the built tree and nothing else. Name another by --branch, or remove those files "
            "from this one."
        )
    raise PublishError(
        f"The {branch} has no {EXTENSIONS}, which every build writes, so what it holds ({_named(tree.root)}) may be "
        "sources, and publishing would replace them: the platform's branch is the built tree and nothing else. Name "
        "another by --branch, or remove those files from this one."
    )


def _named(names: frozenset[str]) -> str:
    first = [visible_line(name) for name in sorted(names)[:_NAMED]]
    if len(names) > _NAMED:
        first.append(f"{len(names) - _NAMED} more")
    return listed(first)


def is_of_a_build(tree: Tree) -> bool:
    """Whether a build made all of it."""
    return EXTENSIONS in tree.root and tree.root <= OF_A_BUILD
