"""The community's database: in memory, filled from content.toml."""

import sqlite3
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

_DIRECTORY = Path(__file__).parent


class Database:
    """Filled at its first use, and for the one thread that uses it. Rows are mappings by column."""

    def __init__(self) -> None:
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Forgets all that visitors did; whoever uses it again finds it as it was at first."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def execute(self, sql: str, **values: Any) -> sqlite3.Cursor:
        if self._connection is None:
            self._connection = _filled()
        return self._connection.execute(sql, values)

    def rows(self, sql: str, **values: Any) -> list[sqlite3.Row]:
        return self.execute(sql, **values).fetchall()

    def row(self, sql: str, **values: Any) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.execute(sql, **values).fetchone()
        return row

    def mark(self, kind: str, target_id: int, user_id: int, *, on: bool) -> None:
        """Notes, or takes back, what a user does to something; doing it twice changes nothing."""
        sql = (
            "INSERT OR IGNORE INTO marks VALUES (:kind, :target_id, :user_id)"
            if on
            else "DELETE FROM marks WHERE kind = :kind AND target_id = :target_id AND user_id = :user_id"
        )
        self.execute(sql, kind=kind, target_id=target_id, user_id=user_id)

    def is_marked(self, kind: str, target_id: int, user_id: int | None) -> bool:
        """Whether the user did; a guest, None, never."""
        found = self.row(
            "SELECT 1 FROM marks WHERE kind = :kind AND target_id = :target_id AND user_id = :user_id",
            kind=kind,
            target_id=target_id,
            user_id=user_id,
        )
        return found is not None


def folded(text: str) -> str:
    """The text as it is searched: without regard to case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC, which sorts as it passes."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _filled() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript((_DIRECTORY / "schema.sql").read_text(encoding="utf-8"))
    _Seed(tomllib.loads((_DIRECTORY / "content.toml").read_text(encoding="utf-8"))).into(connection)
    return connection


class _Seed:
    """content.toml as rows."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content
        self._now = datetime.now(UTC)
        self._authors = {user["username"]: user for user in content["users"]}
        self._categories = {category["name"]: category["id"] for category in content["categories"]}

    def into(self, connection: sqlite3.Connection) -> None:
        connection.executemany(
            "INSERT INTO users VALUES (:id, :username, :name, :role, :joined_at, :active_at, :searched)",
            self._users(),
        )
        connection.executemany(
            "INSERT INTO categories VALUES (:id, :name)", self._content["categories"]
        )
        connection.executemany(
            "INSERT INTO topics VALUES (:id, :type, :title, :text, :author_id, :category_id, :created_at, :likes, "
            ":votes, :views, :answered, :status, :searched_title, :searched)",
            self._topics(),
        )
        connection.executemany(
            "INSERT INTO replies VALUES (:id, :topic_id, :author_id, :text, :created_at, :likes)",
            self._replies(),
        )

    def _users(self) -> Iterator[dict[str, Any]]:
        for user in self._content["users"]:
            yield {
                **user,
                "joined_at": self._ago(user["joined"]),
                "active_at": self._ago(user["active"]),
                "searched": folded(f"{user['username']} {user['name']}"),
            }

    def _topics(self) -> Iterator[dict[str, Any]]:
        for topic in self._content["topics"]:
            author = self._authors[topic["author"]]
            texts = (topic["title"], topic["text"], author["name"], topic["category"])
            yield {
                "votes": 0,
                "answered": None,
                "status": None,
                **topic,
                "author_id": author["id"],
                "category_id": self._categories[topic["category"]],
                "created_at": self._ago(topic["age"]),
                "searched_title": folded(topic["title"]),
                "searched": folded("\n".join(texts)),
            }

    def _replies(self) -> Iterator[dict[str, Any]]:
        for topic in self._content["topics"]:
            for reply in topic["replies"]:
                yield {
                    **reply,
                    "topic_id": topic["id"],
                    "author_id": self._authors[reply["author"]]["id"],
                    "created_at": self._ago(reply["age"]),
                }

    def _ago(self, hours: float) -> str:
        return timestamp(self._now - timedelta(hours=hours))
