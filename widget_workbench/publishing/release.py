"""A release: a tree, and what it changes of what is live."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from widget_workbench.publishing.base import Base, find_base
from widget_workbench.publishing.branch import Branch
from widget_workbench.publishing.changes import Changes, changes_between
from widget_workbench.publishing.errors import PublishError
from widget_workbench.publishing.foreign_files import refuse_foreign_files
from widget_workbench.publishing.message import publish_message, rollback_message
from widget_workbench.publishing.quarantine import Quarantine
from widget_workbench.publishing.rollback import earlier_release
from widget_workbench.publishing.source_stamps import differ_in_commits_alone
from widget_workbench.publishing.tree import Tree, write_tree


@dataclass(frozen=True)
class Release:
    """What may be published; nothing of it is in the repository yet.

    Attributes:
        branch: that it goes to.
        base: what the branch is.
        tree: what it will be.
        changes: of what is live.
        message: of its commit; None where the local branch's tip has this tree, and is published as it is.
        added_bytes: that it adds to the repository.
    """

    branch: Branch
    base: Base
    tree: Tree
    changes: Changes
    message: str | None
    added_bytes: int


def release_of_files(
    quarantine: Quarantine,
    branch: Branch,
    files: Mapping[str, bytes | Path],
    source: str | None = None,
) -> Release | None:
    """The release of a built tree.

    Args:
        quarantine: that holds it until it is published.
        branch: that it goes to.
        files: content, or a file that has it, by path.
        source: the commit that they were built from; None where they are not of one.

    Returns:
        None where this is what is live.

    Raises:
        PublishError: the remote does not tell what is live, the branch is no place for it, or git fails.
    """
    place = _Place.of(quarantine, branch)
    tree = write_tree(quarantine, files)
    live = place.live
    if live is not None and differ_in_commits_alone(live, tree):
        return None
    return place.release(tree, lambda changes: publish_message(changes, source))


def release_of_earlier_tree(quarantine: Quarantine, branch: Branch) -> Release | None:
    """The release that puts back what was live before.

    Args:
        quarantine: that holds it until it is published.
        branch: that it goes to.

    Raises:
        PublishError: there is no such, the remote does not tell what is live, or git fails.
    """
    place = _Place.of(quarantine, branch)
    if place.base.unpublished:
        raise PublishError(_unpublished(branch, place.base))
    earlier = earlier_release(quarantine.git, branch, place.base.live)
    return place.release(
        earlier.tree,
        lambda changes: rollback_message(changes, earlier.commit, earlier.subject),
    )


@dataclass(frozen=True)
class _Place:
    """Where a release is put: the branch, what it is, and the tree of its parent."""

    quarantine: Quarantine
    branch: Branch
    base: Base
    parent: Tree | None

    @classmethod
    def of(cls, quarantine: Quarantine, branch: Branch) -> _Place:
        base = find_base(quarantine.git, branch)
        parent = None
        if base.parent is not None:
            parent = Tree.of_commit(quarantine.git, base.parent)
            refuse_foreign_files(parent, branch)
        return cls(quarantine, branch, base, parent)

    def release(self, tree: Tree, message: Callable[[Changes], str]) -> Release | None:
        live = self.live
        if live is not None and live.id == tree.id:
            return None
        changes = changes_between(live, tree)
        is_local_tip = self.parent is not None and self.parent.id == tree.id
        return Release(
            branch=self.branch,
            base=self.base,
            tree=tree,
            changes=changes,
            message=None if is_local_tip else message(changes),
            added_bytes=self.quarantine.added_bytes(tree.id, self.base.live),
        )

    @cached_property
    def live(self) -> Tree | None:
        if self.base.live == self.base.parent:
            return self.parent
        if self.base.live is None:
            return None
        return Tree.of_commit(self.quarantine.git, self.base.live)


def _unpublished(branch: Branch, base: Base) -> str:
    if base.live is None:
        way_out = f"`git branch --delete --force {branch.name}`"
    else:
        way_out = f"`git fetch {branch.remote} {branch.name}`, then `git branch --force {branch.name} FETCH_HEAD`"
    return (
        f"Branch '{branch.name}' here has commits ({base.unpublished}) that {branch.remote} lacks, and a rollback "
        "on top of them would publish them too. Publish them first "
        f"(`git push {branch.remote} {branch.name}`), or give them up: {way_out}."
    )
