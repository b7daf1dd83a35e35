"""What is live, and whether the author's checkout knows where it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from widget_workbench.publishing.checkout import Checkout
from widget_workbench.publishing.git import Git
from widget_workbench.publishing.message import SOURCE
from widget_workbench.visible_text import visible_line

# Commit, when, who, what it was built from, subject.
_FORMAT = f"%h%x09%ad%x09%an%x09%(trailers:key={SOURCE},valueonly,separator=%x20)%x09%s"

_COMMIT = re.compile("[0-9a-f]{40,64}")


@dataclass(frozen=True)
class LiveRelease:
    """The release that is live.

    Attributes:
        title: the commit, its subject, when and by whom.
        unknown_source: the commit that it was built from, where the checkout's history lacks it: then somebody else's
            work is live that a release from here would take back. None where it has it, or nobody knows.
    """

    title: str
    unknown_source: str | None

    @classmethod
    def of(cls, git: Git, checkout: Checkout, commit: str) -> LiveRelease:
        """The release of a commit.

        Args:
            git: that has it.
            checkout: the author's.
            commit: that is live.
        """
        shown = git.text(
            "show",
            "-s",
            "--no-show-signature",
            "--date=format:%Y-%m-%d %H:%M",
            "--encoding=UTF-8",
            f"--format={_FORMAT}",
            commit,
            "--",
        )
        id, date, author, source, subject = shown.split("\t", 4)
        title = visible_line(f"{id}, {subject}, {date} by {author}")
        return cls(title, source if cls._is_unknown(checkout, source) else None)

    @staticmethod
    def _is_unknown(checkout: Checkout, source: str) -> bool:
        # Anybody can write a trailer.
        if not _COMMIT.fullmatch(source):
            return False
        return not checkout.git.succeeds("merge-base", "--is-ancestor", source, "HEAD")
