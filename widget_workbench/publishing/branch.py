"""The branch that the platform watches, and the remote that has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from widget_workbench.gateway.suggestions import listed
from widget_workbench.publishing.errors import PublishError
from widget_workbench.publishing.git import Git


@dataclass(frozen=True)
class Branch:
    """Where releases go.

    Attributes:
        name: the branch's.
        remote: that it is pushed to; None where the repository has none.
    """

    name: str
    remote: str | None

    @classmethod
    def of(cls, git: Git, name: str, remote: str | None = None) -> Branch:
        """A branch that may be published to.

        Args:
            git: in the author's checkout.
            name: the branch's.
            remote: the one that the author names.

        Raises:
            PublishError: it is none, is checked out, or the remote is not clear.
        """
        if name.startswith("-") or not git.succeeds("check-ref-format", f"refs/heads/{name}"):
            raise PublishError(
                f"{name!r} is no name that git takes for a branch: name another by --branch."
            )
        _refuse_checked_out(git, name)
        return cls(name, _remote(git, name, remote))

    @property
    def ref(self) -> str:
        """Its full name."""
        return f"refs/heads/{self.name}"

    def __str__(self) -> str:
        return f"branch '{self.name}'" + (f" of {self.remote}" if self.remote else "")


def _refuse_checked_out(git: Git, name: str) -> None:
    """It would change beneath that work tree, whose files would then all seem to be edited."""
    for place, ref, is_gone in _work_trees(git):
        if ref != f"refs/heads/{name}":
            continue
        if is_gone:
            way_out = "That directory is gone: `git worktree prune` forgets it."
        else:
            way_out = f'Switch it to another branch (`git -C "{place}" switch …`), or name another by --branch.'
        raise PublishError(
            f"Branch '{name}' is checked out in {place}, and publishing would change it beneath those files. The "
            f"branch that the platform watches holds the built tree alone, and is checked out nowhere. {way_out}"
        )


def _work_trees(git: Git) -> Iterator[tuple[str, str | None, bool]]:
    """Each with its directory, the branch in it, and whether it is gone."""
    for record in git.text("worktree", "list", "--porcelain").split("\n\n"):
        fields = dict(line.partition(" ")[::2] for line in record.split("\n"))
        if "worktree" in fields:
            yield fields["worktree"], fields.get("branch"), "prunable" in fields


def _remote(git: Git, name: str, wanted: str | None) -> str | None:
    remotes = git.text("remote").split()
    if wanted is not None:
        if wanted not in remotes:
            known = f"it has {listed(remotes)}" if remotes else "it has none"
            raise PublishError(
                f"The repository has no remote {wanted!r}; {known}. Name one by --remote, or add it: "
                f"`git remote add {wanted} URL`."
            )
        return wanted
    configured = git.answer("config", "--get", f"branch.{name}.remote")
    if configured:
        return None if configured == "." else configured
    if "origin" in remotes:
        return "origin"
    if len(remotes) > 1:
        raise PublishError(
            f"The repository has the remotes {listed(remotes)}, and nothing says which one the platform watches: name "
            f"it by --remote, or for good by `git config branch.{name}.remote NAME`."
        )
    return remotes[0] if remotes else None
