"""What a release is built upon: the branch as it is, here and on the remote."""

from __future__ import annotations

from dataclasses import dataclass

from widget_workbench.publishing.branch import Branch
from widget_workbench.publishing.errors import GitError, PublishError
from widget_workbench.publishing.git import Git

# Brings the commits and nothing else: no ref, no FETCH_HEAD, no tag, no housekeeping.
_FETCH = (
    "fetch",
    "--quiet",
    "--refmap=",
    "--no-auto-maintenance",
    "--no-filter",
    "--no-prune",
    "--no-recurse-submodules",
    "--no-tags",
    "--no-write-commit-graph",
    "--no-write-fetch-head",
)


@dataclass(frozen=True)
class Base:
    """The branch's tips, each a commit, or None where there is none.

    Attributes:
        live: what is published: the remote's, or the local branch's where there is no remote.
        parent: that a release is put on top of.
        local: the local branch's.
        unpublished: how many commits the local branch has on top of `live`, which are published along.
    """

    live: str | None
    parent: str | None
    local: str | None
    unpublished: int = 0


def find_base(git: Git, branch: Branch) -> Base:
    """Asks the remote, and fetches what is not there.

    Args:
        git: in the quarantine, which gets what is fetched.
        branch: that is published to.

    Raises:
        PublishError: the remote cannot be reached, or the two have gone apart.
    """
    local = git.answer("rev-parse", "--verify", "--quiet", f"{branch.ref}^{{commit}}")
    if branch.remote is None:
        return Base(local, local, local)
    live = remote_tip(git, branch, branch.remote)
    if live is None:
        return Base(None, local, local, _counted(git, local) if local else 0)
    _fetch(git, branch, branch.remote, live)
    if local is None or local == live:
        return Base(live, live, local)
    here, there = _apart(git, local, live)
    if here and there:
        raise PublishError(_diverged(branch, here, there))
    return Base(live, local if here else live, local, here)


def remote_tip(git: Git, branch: Branch, remote: str) -> str | None:
    """The commit that is live; None where the remote has no such branch.

    Raises:
        PublishError: the remote cannot be asked.
    """
    try:
        listed, _ = git.over_the_network("ls-remote", remote, branch.ref)
    except GitError as error:
        raise PublishError(
            f"{remote} cannot be asked what is live, so nothing was published. git says: {error.reason}"
        ) from None
    tips = (line.split("\t", 1) for line in listed.splitlines())
    # A pattern matches the end of a name: refs/heads/x/refs/heads/published, too.
    return next((tip for tip, ref in tips if ref == branch.ref), None)


def _fetch(git: Git, branch: Branch, remote: str, tip: str) -> None:
    if _is_there(git, tip):
        return
    try:
        git.over_the_network(*_FETCH, remote, branch.ref)
    except GitError as error:
        raise PublishError(
            f"What is live could not be fetched from {remote}, so nothing was published. git says: "
            f"{error.reason}"
        ) from None
    if not _is_there(git, tip):
        raise PublishError(
            f"The {branch} was replaced at this moment by somebody else: run it again."
        )


def _is_there(git: Git, commit: str) -> bool:
    """With all that it needs; an earlier fetch may have left a part."""
    return git.succeeds("rev-list", "--objects", "--quiet", commit, "--not", "--all", "--")


def _apart(git: Git, local: str, live: str) -> tuple[int, int]:
    """How many commits the one has that the other lacks."""
    here, there = git.text("rev-list", "--left-right", "--count", f"{local}...{live}", "--").split()
    return int(here), int(there)


def _counted(git: Git, commit: str) -> int:
    return int(git.text("rev-list", "--count", commit, "--"))


def _diverged(branch: Branch, here: int, there: int) -> str:
    return (
        f"Branch '{branch.name}' here and that of {branch.remote} have gone apart ({here} here that {branch.remote} "
        f"lacks, {there} there that is not here), so nothing was published. Where nobody needs those from here, take "
        f"what is live: `git fetch {branch.remote} {branch.name}`, then `git branch --force {branch.name} FETCH_HEAD`; "
        "else name another by --branch."
    )
