"""What was live before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from widget_workbench.publishing.branch import Branch
from widget_workbench.publishing.errors import PublishError
from widget_workbench.publishing.foreign_files import is_of_a_build
from widget_workbench.publishing.git import Git
from widget_workbench.publishing.message import RESTORES
from widget_workbench.publishing.tree import Tree

# Commit, tree, first parent, what it restores, subject.
_FORMAT = f"%H%x09%T%x09%P%x09%(trailers:key={RESTORES},valueonly,separator=%x20)%x09%s"


@dataclass(frozen=True)
class EarlierRelease:
    """A commit of the branch that made its tree live first."""

    commit: str
    subject: str
    tree: Tree


@dataclass(frozen=True)
class _Commit:
    id: str
    tree: str
    parent: str | None
    restores: str | None
    subject: str


def earlier_release(git: Git, branch: Branch, tip: str | None) -> EarlierRelease:
    """The release before the one that is live.

    One that a rollback put back counts as of when it was new: a second rollback goes one further back.

    Args:
        git: that has the branch's commits.
        branch: the branch.
        tip: the commit that is live; None where nothing is.

    Raises:
        PublishError: there is none.
    """
    if tip is None:
        raise PublishError(f"There is no {branch} yet, so there is nothing to go back to.")
    commits = _commits(git, tip)
    for commit in _before(commits, _origin(commits, commits[tip])):
        tree = Tree(git, commit.tree)
        if commit.tree != commits[tip].tree and is_of_a_build(tree):
            origin = _origin(commits, commit)
            return EarlierRelease(origin.id, origin.subject, tree)
    raise PublishError(
        f"The {branch} has no earlier release than the one that is live, so there is nothing to go back to."
    )


def _commits(git: Git, tip: str) -> Mapping[str, _Commit]:
    """The branch's own, without what was merged into it."""
    listed = git.text(
        "rev-list",
        "--first-parent",
        "--encoding=UTF-8",
        f"--format={_FORMAT}",
        tip,
        "--",
    )
    # Above each stands a line "commit ID", which older versions of git cannot be told to leave out.
    commits = map(_read, (line for line in listed.split("\n") if "\t" in line))
    return {commit.id: commit for commit in commits}


def _read(line: str) -> _Commit:
    id, tree, parents, restores, subject = line.split("\t", 4)
    return _Commit(
        id, tree, next(iter(parents.split()), None), next(iter(restores.split()), None), subject
    )


def _origin(commits: Mapping[str, _Commit], commit: _Commit) -> _Commit:
    """The commit that a rollback has put back, or the commit itself."""
    restored = commits.get(commit.restores or "")
    # Anybody can write a trailer: it counts where it says what is.
    return restored if restored and restored.tree == commit.tree else commit


def _before(commits: Mapping[str, _Commit], commit: _Commit) -> Iterator[_Commit]:
    while (parent := commits.get(commit.parent or "")) is not None:
        yield parent
        commit = parent
