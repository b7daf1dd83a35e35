"""The author's checkout: what is published from, and is never changed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from widget_workbench.bundle.published import never_ships
from widget_workbench.publishing.errors import GitError, PublishError
from widget_workbench.publishing.git import Git

# What a build reads: neither an earlier build nor what tests leave behind makes a release another one.
_READ = (
    "widgets",
    "scripts",
    "stylesheets",
    "widgets.lock",
    ":(exclude,glob)**/__pycache__/**",
)


@dataclass(frozen=True)
class Checkout:
    """A directory in a work tree of git.

    Attributes:
        git: runs in it.
        top: the work tree's.
        objects: the repository's object directory.
    """

    git: Git
    top: Path
    objects: Path

    @classmethod
    def of(cls, directory: Path) -> Checkout:
        """The checkout that a directory is in.

        Raises:
            PublishError: it is in none.
        """
        git = Git(directory)
        try:
            inside = git.text("rev-parse", "--is-inside-work-tree")
        except GitError as error:
            raise PublishError(
                f"{directory.resolve()} is in no git repository, and publishing is a push from one: begin one there "
                f"with `git init`, or name a directory that is in one. git says: {error.reason}"
            ) from None
        if inside != "true":
            raise PublishError(
                f"{directory.resolve()} is in a git repository, but in no work tree of it (it is bare, or a .git "
                "directory): publish from a clone's work tree."
            )
        # Git tells it relative to the directory, or absolute.
        objects = directory / git.text("rev-parse", "--git-path", "objects")
        return cls(git, Path(git.text("rev-parse", "--show-toplevel")), objects.resolve())

    def commit(self) -> str | None:
        """What is checked out; None before the first commit."""
        return self.git.answer("rev-parse", "--verify", "--quiet", "HEAD^{commit}")

    def uncommitted(self) -> list[str]:
        """The files that a build reads and that are not as the commit has them, relative to the directory."""
        listed = self.git.text(
            "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *_READ
        )
        paths = (self._relative(entry[3:]) for entry in listed.split("\0") if entry)
        return [path for path in paths if not self._is_beside_the_build(path)]

    def _is_beside_the_build(self, path: str) -> bool:
        """Whether it is a test or a stub of a Python widget; a JavaScript widget's directory is published whole."""
        directory, *below = path.split("/", 2)
        if directory != "widgets" or len(below) < 2:
            return False
        widget, file = below
        return (self.git.directory / directory / widget / "main.py").is_file() and never_ships(file)

    def _relative(self, path: str) -> str:
        below = os.path.relpath(self.top / path, self.git.directory.resolve())
        return PurePosixPath(Path(below).as_posix()).as_posix()
