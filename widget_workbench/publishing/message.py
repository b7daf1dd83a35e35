"""The text of a release's commit."""

from __future__ import annotations

from collections.abc import Mapping

from widget_workbench import __version__
from widget_workbench.publishing.announcement import counted, title, word
from widget_workbench.publishing.changes import Changes, State
from widget_workbench.publishing.definitions import Kind
from widget_workbench.visible_text import visible_line

SOURCE = "Source-Commit"
"""The trailer that names the commit that a release was built from."""

RESTORES = "Restores"
"""The trailer that names the commit whose tree a rollback has put back."""


def publish_message(changes: Changes, source: str | None) -> str:
    """The message of a build's release.

    Args:
        changes: of what is live.
        source: the commit that it was built from; None where it was built from files that are not committed.
    """
    trailers = {SOURCE: source} if source else {}
    return _message(
        _subject(changes),
        _listing(changes),
        {**trailers, "Built-By": f"widget-workbench {__version__}"},
    )


def rollback_message(changes: Changes, commit: str, subject: str) -> str:
    """The message of a release that puts an earlier tree back.

    Args:
        changes: of what is live.
        commit: whose tree it is.
        subject: that commit's.
    """
    return _message(
        f"Roll back to {commit[:12]} ({visible_line(subject)})",
        _listing(changes),
        {RESTORES: commit},
    )


def _message(subject: str, body: str, trailers: Mapping[str, str]) -> str:
    last = "\n".join(f"{key}: {value}" for key, value in trailers.items())
    return "\n\n".join(part for part in (subject, body, last) if part) + "\n"


def _subject(changes: Changes) -> str:
    if not changes.things:
        return "Publish the runtime's files" if changes.other_files else "Publish the registries"
    if len(changes.things) > 1:
        return f"Publish {counted(changes.things)}"
    (change,) = changes.things
    name = visible_line(change.name)
    what = name if change.kind is Kind.WIDGET else f"{change.kind.value} {name}"
    if change.state is State.REMOVED:
        return f"Publish without {what}"
    return f"Publish {what}" + (f" {visible_line(change.version)}" if change.version else "")


def _listing(changes: Changes) -> str:
    return "\n".join(f"- {word(change)} {title(change)}" for change in changes.things)
