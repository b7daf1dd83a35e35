"""Makes a release live: all of it or nothing, wherever it is interrupted."""

from __future__ import annotations

from dataclasses import dataclass

from widget_workbench.publishing.base import remote_tip
from widget_workbench.publishing.errors import GitError, PublishError
from widget_workbench.publishing.git import Git
from widget_workbench.publishing.quarantine import Quarantine
from widget_workbench.publishing.release import Release
from widget_workbench.visible_text import visible_line

# Never forced: what somebody else has published in between stays.
_PUSH = (
    "-c",
    "pack.useSparse=false",  # it sends again what is there at another path: the runtime, for each new widget
    "push",
    "--no-follow-tags",
    "--no-progress",
    "--no-recurse-submodules",
)

_SIGNED = ("config", "--type=bool", "--get", "commit.gpgsign")


@dataclass(frozen=True)
class Published:
    """What is live now.

    Attributes:
        commit: the branch's new one.
        told: what the remote said.
        left_behind: why the local branch is not at the commit; None where it is.
    """

    commit: str
    told: tuple[str, ...] = ()
    left_behind: str | None = None


def refuse_nobody(git: Git) -> None:
    """Raises.

    Raises:
        PublishError: git does not know who commits.
    """
    for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        try:
            git.text("var", who)
        except GitError as error:
            raise PublishError(
                "git does not know who publishes, and a release is a commit. Tell it once: `git config --global "
                'user.name "Your Name"` and `git config --global user.email you@example.com`. git says: '
                f"{error.reason}"
            ) from None


def publish(quarantine: Quarantine, release: Release) -> Published:
    """Publishes a release.

    Its objects come into the repository, where nothing refers to them; then the remote's branch goes to the commit, in
    one step of the remote's; then the local branch follows. The objects come first, since a push also sets the
    repository's own record of the remote's branch (`refs/remotes/…`), which must never name what is not there.

    Args:
        quarantine: that holds it.
        release: what is published.

    Raises:
        PublishError: it is not live; or its text says that nobody knows.
    """
    commit = _commit(quarantine.git, release)
    quarantine.release(commit)
    git = quarantine.checkout.git
    if release.branch.remote is None:
        _publish_here(git, release, commit)
        return Published(commit)
    told = _push(git, release, release.branch.remote, commit)
    return Published(commit, told, _follow(git, release, commit))


def _commit(git: Git, release: Release) -> str:
    if release.message is None:
        assert release.base.parent is not None, "without a message it is the parent's tree"
        return release.base.parent
    parent = ("-p", release.base.parent) if release.base.parent else ()
    signature = ("-S",) if git.answer(*_SIGNED) == "true" else ()
    made = git.output(
        "-c",
        "i18n.commitEncoding=UTF-8",
        "commit-tree",
        *signature,
        *parent,
        release.tree.id,
        given=release.message.encode("utf-8", "surrogateescape"),
        time_limit=None,  # a signature may ask for a passphrase
    )
    return made.decode().strip()


def _push(git: Git, release: Release, remote: str, commit: str) -> tuple[str, ...]:
    try:
        _, told = git.over_the_network(*_PUSH, remote, f"{commit}:{release.branch.ref}")
    except GitError as error:
        _refuse_unpublished(git, release, remote, commit, error.reason)
        return ()
    except KeyboardInterrupt:
        raise PublishError(_unknown(release, "It was interrupted while it was sent.")) from None
    return tuple(visible_line(line) for line in told.splitlines() if line.startswith("remote:"))


def _refuse_unpublished(git: Git, release: Release, remote: str, commit: str, reason: str) -> None:
    """A push that failed may have done its work: a connection breaks at any time."""
    try:
        tip = remote_tip(git, release.branch, remote)
    except PublishError:
        raise PublishError(_unknown(release, f"git says: {reason}")) from None
    if tip == commit:
        return
    if tip != release.base.live:
        raise PublishError(
            f"Somebody else has published to {release.branch} in the meantime, and nothing of yours is live: run it "
            "again, and see what it changes of theirs."
        )
    raise PublishError(f"{remote} did not take it, and nothing of it is live. git says: {reason}")


def _unknown(release: Release, reason: str) -> str:
    return (
        f"{reason} Whether it is live on {release.branch} is not known: `widget publish --dry-run` tells, and it may "
        "be published again."
    )


def _publish_here(git: Git, release: Release, commit: str) -> None:
    try:
        _set_local(git, release, commit)
    except GitError as error:
        raise PublishError(
            f"The {release.branch} could not be set, perhaps since something else has moved it, and nothing is live: "
            f"run it again. git says: {error.reason}"
        ) from None


def _follow(git: Git, release: Release, commit: str) -> str | None:
    """Sets the local branch; returns git's reason where it cannot be: it is live all the same."""
    try:
        _set_local(git, release, commit)
    except GitError as error:
        return error.reason
    return None


def _set_local(git: Git, release: Release, commit: str) -> None:
    """Moves the branch from where it was found, and from nowhere else."""
    before = release.base.local or ""
    git.output(
        "update-ref", "-m", "widget publish", "--no-deref", release.branch.ref, commit, before
    )
