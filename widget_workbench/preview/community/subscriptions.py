"""Who wants to hear of a topic or a category."""

import sqlite3
from typing import Any, Literal

from widget_workbench.preview.community.database import Database
from widget_workbench.preview.community.errors import NotThereError
from widget_workbench.preview.community.members import Visitor

Subject = Literal["topic", "category"]


class Subscriptions:
    """What `Subscription` of the Web SDK asks for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def status(self, visitor: Visitor, subject: Subject, id: int) -> dict[str, Any]:
        """Whether who visits has subscribed; a guest never has.

        Raises:
            NotThereError: there is no such topic or category.
        """
        self._check(subject, id)
        subscribed = self._database.is_marked(f"{subject}Subscription", id, visitor.user_id)
        return {f"{subject}Id": id, "subscribed": subscribed}

    def subscribe(self, visitor: Visitor, subject: Subject, id: int, *, on: bool) -> dict[str, Any]:
        """Subscribes, or no longer; doing either twice changes nothing.

        Raises:
            NotThereError: there is no such topic or category.
            SignInNeededError: a guest visits.
        """
        self._check(subject, id)
        user_id = visitor.member("subscribe")
        self._database.mark(f"{subject}Subscription", id, user_id, on=on)
        return self.status(visitor, subject, id)

    def _check(self, subject: Subject, id: int) -> None:
        if self._found(subject, id) is None:
            kind = "private id" if subject == "topic" else "id"
            raise NotThereError(f"No {subject} has the {kind} {id}.")

    def _found(self, subject: Subject, id: int) -> sqlite3.Row | None:
        if subject == "topic":
            return self._database.row("SELECT 1 FROM topics WHERE id = :id", id=id)
        return self._database.row("SELECT 1 FROM categories WHERE id = :id", id=id)
