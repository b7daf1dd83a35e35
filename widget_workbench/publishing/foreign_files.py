"""A branch that holds more than builds is not published to: a release takes the place of its whole tree."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Set
from pathlib import PurePosixPath

from widget_workbench.bundle.output import OF_A_BUILD
from widget_workbench.checking.registries import CONNECTORS, EXTENSIONS
from widget_workbench.gateway.suggestions import listed
from widget_workbench.publishing.branch import Branch
from widget_workbench.publishing.errors import PublishError
from widget_workbench.publishing.tree import Tree
from widget_workbench.visible_text import visible_line

_NAMED = 8

_REGISTRIES = frozenset({EXTENSIONS, CONNECTORS})


def refuse_foreign_files(tree: Tree, branch: Branch) -> None:
    """Raises.

    Raises:
        PublishError: the tree, which is the branch's, holds what no build has made.
    """
    if not tree.root:
        return
    if foreign := _foreign(tree):
        raise PublishError(
            f"The {branch} holds what no build has made ({_named(foreign)}), and publishing would remove it: the "
            "platform's branch is the built tree and nothing else. Name another by --branch, or remove those files "
            "from this one."
        )
    if missing := _REGISTRIES - tree.root:
        raise PublishError(
            f"The {branch} has no {listed(sorted(missing))}, which every build writes, so what it holds "
            f"({_named(tree.root)}) may be sources, and publishing would replace them: the platform's branch is the "
            "built tree and nothing else. Name another by --branch, or remove those files from this one."
        )


def _named(names: Set[str]) -> str:
    first = [visible_line(name) for name in sorted(names)[:_NAMED]]
    if len(names) > _NAMED:
        first.append(f"{len(names) - _NAMED} more")
    return listed(first)


def is_of_a_build(tree: Tree) -> bool:
    """Whether a build made all of it."""
    return tree.root >= _REGISTRIES and not _foreign(tree)


def _foreign(tree: Tree) -> Set[str]:
    """The names at its root that no build puts there; where all are a build's, the files of no registered widget."""
    if names := tree.root - OF_A_BUILD:
        return names
    if EXTENSIONS not in tree.root:
        return set()
    directories = _registered(tree.content(EXTENSIONS))
    if directories is None:
        return set()
    return {
        path
        for path in tree.files
        if path.startswith("widgets/")
        and directories.isdisjoint(map(str, PurePosixPath(path).parents))
    }


def _registered(extensions: bytes | None) -> Set[str] | None:
    """The directories that the registry's widgets are in (platform.md §1); None of one that is damaged."""
    try:
        document = json.loads(extensions or b"{}")
        return {posixpath.normpath(widget["source"]["path"]) for widget in document["widgets"]}
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
