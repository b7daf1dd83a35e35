"""The community's users, and the one who visits it."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from widget_workbench.preview.community.database import Database, folded, timestamp
from widget_workbench.preview.community.errors import (
    CommunityError,
    NotThereError,
    SignInNeededError,
)
from widget_workbench.preview.community.paging import Page

# json_each gives each of a list's values as a row; an empty list of words or ids leaves nobody out.
_MATCHING = """
    FROM shown_users
    WHERE NOT EXISTS (SELECT 1 FROM json_each(:words) WHERE instr(searched, value) = 0)
      AND (:role IS NULL OR role = :role)
"""


@dataclass(frozen=True)
class Visitor:
    """Who visits: a user of the community, or a guest, whose `user_id` is None."""

    user_id: int | None = None
    username: str = "guest"
    name: str = ""
    role: str = "guest"

    def member(self, action: str) -> int:
        """The id of who does something that guests cannot.

        Args:
            action: what it is, such as "like".

        Raises:
            SignInNeededError: a guest visits.
        """
        if self.user_id is None:
            raise SignInNeededError(f"A guest cannot {action}: sign in first.")
        return self.user_id


class Members:
    """What `User` of the Web SDK asks for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(self, visitor: Visitor) -> None:
        """Makes who visits a user, active now; a guest leaves no trace."""
        if visitor.user_id is None:
            return
        self._database.execute(
            """
            INSERT INTO users VALUES (:id, :username, :name, :role, :now, :now, :searched)
            ON CONFLICT (id) DO UPDATE SET username = excluded.username, name = excluded.name,
                role = excluded.role, active_at = excluded.active_at, searched = excluded.searched
            """,
            id=visitor.user_id,
            username=visitor.username,
            name=visitor.name,
            role=visitor.role,
            now=timestamp(datetime.now(UTC)),
            searched=folded(f"{visitor.username} {visitor.name}"),
        )

    def search(
        self,
        page: Page,
        *,
        query: str = "",
        role: str | None = None,
        order: Literal["name", "active"] = "name",
    ) -> dict[str, Any]:
        """The users with all words of the query in their names, in one order or the other.

        Raises:
            CommunityError: nobody has such a role.
        """
        if role is not None:
            self._check(role)
        values = {"words": json.dumps(folded(query).split()), "role": role}
        total = self._database.row(f"SELECT count(*) AS number {_MATCHING}", **values)
        assert total is not None
        by = "active_at DESC, name" if order == "active" else "name"
        rows = self._database.rows(
            f"SELECT * {_MATCHING} ORDER BY {by} LIMIT :limit OFFSET :offset",
            **values,
            limit=page.limit,
            offset=page.offset,
        )
        return page.of([_user(row) for row in rows], total["number"])

    def user(self, id: int) -> dict[str, Any]:
        """One user.

        Raises:
            NotThereError: nobody has this id.
        """
        users = self.users([id])
        if not users:
            raise NotThereError(f"No user has the id {id}.")
        return users[0]

    def users(self, ids: Sequence[int]) -> list[dict[str, Any]]:
        """Those of the ids that there are, in their order."""
        rows = self._database.rows(
            "SELECT * FROM shown_users WHERE id IN (SELECT value FROM json_each(:ids))",
            ids=json.dumps(ids),
        )
        by_id = {row["id"]: _user(row) for row in rows}
        return [by_id[id] for id in ids if id in by_id]

    def _check(self, role: str) -> None:
        rows = self._database.rows("SELECT DISTINCT role FROM users ORDER BY role")
        roles = [row["role"] for row in rows]
        if role not in roles:
            raise CommunityError(f'No user has the role "{role}"; there are: {", ".join(roles)}.')


def _user(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "userId": row["id"],
        "username": row["username"],
        "name": row["name"],
        "role": row["role"],
        "joinedAt": row["joined_at"],
        "lastActiveAt": row["active_at"],
        "topics": row["all_topics"],
        "replies": row["all_replies"],
    }
