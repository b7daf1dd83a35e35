"""The community's topics and their replies: searched, liked, voted for."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from widget_workbench.preview.community.database import Database, folded
from widget_workbench.preview.community.errors import CommunityError, NotThereError
from widget_workbench.preview.community.members import Visitor
from widget_workbench.preview.community.paging import Page

CONTENT_TYPES = {
    "article": "an article",
    "question": "a question",
    "conversation": "a conversation",
    "idea": "an idea",
    "productUpdate": "a product update",
}
"""The types, as the Web SDK names them, and how a sentence does."""

QUERY_MAX = 200  # characters; ours

_REPLIES_SHOWN = 3

# json_each gives each of a list's values as a row.
_MATCHING = """
    FROM shown_topics
    WHERE NOT EXISTS (SELECT 1 FROM json_each(:words) WHERE instr(searched, value) = 0)
      AND type IN (SELECT value FROM json_each(:types))
      AND (:category_id IS NULL OR category_id = :category_id)
"""


class Content:
    """What `Content` of the Web SDK asks for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(
        self,
        visitor: Visitor,
        page: Page,
        *,
        query: str = "",
        types: Sequence[str] = (),
        category_id: int | None = None,
        metadata: bool = True,
    ) -> dict[str, Any]:
        """The topics that hold all words of the query, those with more of them in the title first, then the newest.

        Args:
            visitor: whose likes and votes `metadata` tells.
            page: which part.
            query: words, looked for in title, text, author and category, without regard to case and accents.
            types: of `CONTENT_TYPES`; none: all.
            category_id: only this category's.
            metadata: whether each topic comes with its numbers and latest replies.

        Raises:
            CommunityError: there is no such type, or the query is too long.
        """
        if len(query) > QUERY_MAX:
            raise CommunityError(
                f"The query has {len(query)} characters; at most {QUERY_MAX} are allowed."
            )
        for type in types:
            _check(type)
        values = {
            "words": json.dumps(folded(query).split()),
            "types": json.dumps(types or list(CONTENT_TYPES)),
            "category_id": category_id,
        }
        total = self._database.row(f"SELECT count(*) AS number {_MATCHING}", **values)
        assert total is not None
        rows = self._database.rows(
            f"""SELECT * {_MATCHING} ORDER BY
                (SELECT count(*) FROM json_each(:words) WHERE instr(searched_title, value) > 0) DESC,
                created_at DESC
            LIMIT :limit OFFSET :offset""",  # noqa: S608
            **values,
            limit=page.limit,
            offset=page.offset,
        )
        topics = [self._shown(row, visitor, metadata=metadata) for row in rows]
        return page.of(topics, total["number"])

    def most_voted_ideas(self, visitor: Visitor, count: int) -> list[dict[str, Any]]:
        """So many ideas, the most wanted first."""
        rows = self._database.rows(
            "SELECT * FROM shown_topics WHERE type = 'idea' ORDER BY all_votes DESC LIMIT :count",
            count=count,
        )
        return [self._shown(row, visitor, metadata=True) for row in rows]

    def like(self, visitor: Visitor, type: str, id: int, *, on: bool) -> dict[str, Any]:
        """Likes a topic, or no longer; doing either twice changes nothing.

        Raises:
            NotThereError: there is no such topic of this type.
            SignInNeededError: a guest visits.
        """
        self._topic(type, id)
        self._database.mark("like", id, visitor.member("like"), on=on)
        return {"privateId": id, "liked": on, "likes": self._topic(type, id)["all_likes"]}

    def vote(self, visitor: Visitor, type: str, id: int, *, on: bool) -> dict[str, Any]:
        """Votes for an idea, or no longer.

        Raises:
            CommunityError: it is no idea.
            NotThereError, SignInNeededError: as `like`.
        """
        self._topic(type, id)
        if type != "idea":
            raise CommunityError(f"Only ideas can be voted for, and {id} is {CONTENT_TYPES[type]}.")
        self._database.mark("vote", id, visitor.member("vote"), on=on)
        return {"privateId": id, "voted": on, "votes": self._topic(type, id)["all_votes"]}

    def like_reply(
        self, visitor: Visitor, type: str, id: int, reply_id: int, *, on: bool
    ) -> dict[str, Any]:
        """Likes a reply to a topic, or no longer.

        Raises:
            NotThereError, SignInNeededError: as `like`.
        """
        self._topic(type, id)
        self._reply(id, reply_id)
        self._database.mark("replyLike", reply_id, visitor.member("like"), on=on)
        likes = self._reply(id, reply_id)["all_likes"]
        return {"replyId": reply_id, "liked": on, "likes": likes}

    def _topic(self, type: str, id: int) -> sqlite3.Row:
        _check(type)
        row = self._database.row("SELECT * FROM shown_topics WHERE id = :id", id=id)
        if row is None:
            raise NotThereError(f"No topic has the private id {id}.")
        if row["type"] != type:
            raise NotThereError(
                f"{id} is not {CONTENT_TYPES[type]}, but {CONTENT_TYPES[row['type']]}."
            )
        return row

    def _reply(self, topic_id: int, id: int) -> sqlite3.Row:
        row = self._database.row(
            "SELECT * FROM shown_replies WHERE id = :id AND topic_id = :topic_id",
            id=id,
            topic_id=topic_id,
        )
        if row is None:
            raise NotThereError(f"Topic {topic_id} has no reply with the id {id}.")
        return row

    def _shown(self, row: sqlite3.Row, visitor: Visitor, *, metadata: bool) -> dict[str, Any]:
        topic = {
            "privateId": row["id"],
            "contentType": row["type"],
            "title": row["title"],
            "text": row["text"],
            "url": f"/#topic-{row['id']}",
            "category": {"categoryId": row["category_id"], "name": row["category"]},
            "author": _author(row),
            "createdAt": row["created_at"],
            "lastActivityAt": row["active_at"],
        }
        return {**topic, "metadata": self._metadata(row, visitor)} if metadata else topic

    def _metadata(self, row: sqlite3.Row, visitor: Visitor) -> dict[str, Any]:
        def marked(kind: str, id: int) -> bool:
            return self._database.is_marked(kind, id, visitor.user_id)

        replies = self._database.rows(
            "SELECT * FROM shown_replies WHERE topic_id = :id ORDER BY created_at DESC LIMIT :count",
            id=row["id"],
            count=_REPLIES_SHOWN,
        )
        is_idea = row["type"] == "idea"
        return {
            "likes": row["all_likes"],
            "liked": marked("like", row["id"]),
            "replies": row["all_replies"],
            "latestReplies": [
                {
                    "replyId": reply["id"],
                    "text": reply["text"],
                    "author": _author(reply),
                    "createdAt": reply["created_at"],
                    "likes": reply["all_likes"],
                    "liked": marked("replyLike", reply["id"]),
                }
                for reply in replies
            ],
            "views": row["views"],
            "subscribed": marked("topicSubscription", row["id"]),
            # Of one type each, None of the others.
            "answered": bool(row["answered"]) if row["type"] == "question" else None,
            "votes": row["all_votes"] if is_idea else None,
            "voted": marked("vote", row["id"]) if is_idea else None,
            "status": row["status"],
        }


def _check(type: str) -> None:
    if type not in CONTENT_TYPES:
        raise CommunityError(f'"{type}" is no content type; there are: {", ".join(CONTENT_TYPES)}.')


def _author(row: sqlite3.Row) -> dict[str, Any]:
    return {"userId": row["author_id"], "username": row["username"], "name": row["author"]}
