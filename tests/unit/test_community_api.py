"""The embedded community by its API: what is searched, what visitors change, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partialmethod
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from widget_workbench.gateway import GUEST
from widget_workbench.preview.community import CONTENT_TYPES, CommunityApi, Database
from widget_workbench.preview.page import age_in_words, visitor_of
from widget_workbench.preview.visitors import Visitors
from widget_workbench.settings import User

BROWSER = {"Origin": "http://community.example"}


class Community:
    """A community of its own, asked as one of its visitors."""

    def __init__(self) -> None:
        self._database = Database()
        self._visitors = Visitors(lambda: GUEST)
        api = CommunityApi(
            self._database, self._visitors, lambda role: visitor_of(role, User(username="ann"))
        )
        self._app = Starlette(routes=api.routes("/api"))

    def ask(
        self, method: str, url: str, *, user: str = "member", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        async def answer() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            base_url = "http://community.example/api/"
            async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
                return await client.request(method, url, headers=sent)

        sent = {"X-CSRF-Token": self._visitors.token(user)} if headers is None else headers
        return asyncio.run(answer())

    def told(self, method: str, url: str, *, user: str = "member") -> Any:
        response = self.ask(method, url, user=user)
        assert response.status_code == 200, response.text
        return response.json()

    get = partialmethod(told, "GET")
    put = partialmethod(told, "PUT")
    delete = partialmethod(told, "DELETE")

    def found(self, query: str, *, user: str = "member") -> list[int]:
        return [topic["privateId"] for topic in self.get(f"content?{query}", user=user)["results"]]

    def topic(self, id: int, *, user: str = "member") -> dict[str, Any]:
        topics: list[dict[str, Any]] = self.get("content?limit=100", user=user)["results"]
        return next(topic for topic in topics if topic["privateId"] == id)

    def close(self) -> None:
        self._database.close()


@pytest.fixture
def community() -> Iterator[Community]:
    made = Community()
    yield made
    made.close()


# Search


def test_there_are_some_dozen_topics_of_each_type_with_replies(community: Community) -> None:
    topics = community.get("content?limit=100")["results"]

    assert len(topics) > 30
    assert {topic["contentType"] for topic in topics} == set(CONTENT_TYPES)
    assert sum(topic["metadata"]["replies"] for topic in topics) > 25
    assert len({topic["category"]["name"] for topic in topics}) > 5


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("query=webhook", [104, 306]),
        ("query=WEBHOOK", [104, 306]),
        ("query=login", [105, 504, 305]),  # in all three titles: the newest first
        ("query=login certificate", [305]),
        ("query=inês calendar", [403]),
        ("query=ines calendar", [403]),  # without the accent
        ("query=user group rotterdam", [204]),
        ("query=no such words", []),
        ("query=%25", []),  # neither is a wildcard
        ("query=_", []),
        ("query=' OR 1=1 --", []),
        ("query=login&contentType=question", [105]),
        ("query=login&contentType=question&contentType=article", [105, 305]),
        ("query=calendar&categoryId=4", [403]),
        ("categoryId=999", []),
        ("contentType=idea&limit=2", [406, 407]),
        ("contentType=idea&limit=2&page=1", [405, 404]),
        ("contentType=idea&limit=2&page=4", []),
        ("contentType=idea&limit=100&page=999999999", []),
    ],
)
def test_searching(community: Community, query: str, found: list[int]) -> None:
    assert community.found(query) == found


def test_a_word_in_the_title_counts_more_than_the_date(community: Community) -> None:
    newest_first = sorted([108, 404, 501], key=lambda id: community.topic(id)["createdAt"])[::-1]
    assert newest_first == [108, 501, 404]
    assert [id for id in community.found("query=answers") if id in newest_first] == [501, 108, 404]


def test_a_part_tells_how_much_there_is(community: Community) -> None:
    part = community.get("content?contentType=idea&limit=2&page=1")
    assert (part["total"], part["page"], part["limit"]) == (7, 1, 2)
    part = community.get("content")
    assert (part["page"], part["limit"], len(part["results"])) == (0, 30, 30)


def test_the_shape_of_a_topic(community: Community) -> None:
    topic = community.topic(401)

    assert {**topic, "metadata": None, "createdAt": "", "lastActivityAt": "", "text": ""} == {
        "privateId": 401,
        "contentType": "idea",
        "title": "Dark mode for shared dashboards",
        "text": "",
        "url": "/#topic-401",
        "category": {"categoryId": 5, "name": "Reporting"},
        "author": {"userId": 1004, "username": "tomh", "name": "Tom Hayashi"},
        "createdAt": "",
        "lastActivityAt": "",
        "metadata": None,
    }
    [reply] = topic["metadata"].pop("latestReplies")
    assert (reply["replyId"], reply["author"]["username"]) == (5026, "helen")
    assert (reply["likes"], reply["liked"]) == (22, False)
    assert topic["lastActivityAt"] == reply["createdAt"] > topic["createdAt"]
    assert topic["metadata"] == {
        "likes": 40,
        "liked": False,
        "replies": 1,
        "views": 3900,
        "subscribed": False,
        "answered": None,
        "votes": 214,
        "voted": False,
        "status": "Planned",
    }


def test_metadata_can_be_left_out(community: Community) -> None:
    topics = community.get("content?metadata=false")["results"]
    assert all("metadata" not in topic for topic in topics)


# What visitors change


@pytest.mark.parametrize(
    ("path", "number", "state", "id"),
    [
        ("content/article/301/like", "likes", "liked", {"privateId": 301}),
        ("content/productUpdate/501/like", "likes", "liked", {"privateId": 501}),
        ("content/idea/401/vote", "votes", "voted", {"privateId": 401}),
        ("content/question/101/replies/5001/like", "likes", "liked", {"replyId": 5001}),
    ],
)
def test_a_mark_counts_once_and_can_be_taken_back(
    community: Community, path: str, number: str, state: str, id: dict[str, int]
) -> None:
    before = community.delete(path)[number]

    assert community.put(path) == {**id, number: before + 1, state: True}
    assert community.put(path) == {**id, number: before + 1, state: True}
    assert community.delete(path) == {**id, number: before, state: False}
    assert community.delete(path) == {**id, number: before, state: False}


def test_the_next_search_shows_it_to_the_visitor_and_counts_it_for_all(
    community: Community,
) -> None:
    community.put("content/question/101/like")
    community.put("content/question/101/replies/5002/like")
    community.put("topics/101/subscription")

    def shown(user: str) -> list[Any]:
        metadata = community.topic(101, user=user)["metadata"]
        reply = metadata["latestReplies"][0]
        return [metadata["likes"], metadata["liked"], metadata["subscribed"], reply["liked"]]

    assert shown("member") == [43, True, True, True]
    assert shown("guest") == [43, False, False, False]


@pytest.mark.parametrize(
    ("path", "id"),
    [
        ("topics/101/subscription", {"topicId": 101}),
        ("categories/2/subscription", {"categoryId": 2}),
    ],
)
def test_subscribing(community: Community, path: str, id: dict[str, int]) -> None:
    assert community.get(path) == {**id, "subscribed": False}
    assert community.put(path) == {**id, "subscribed": True}
    assert community.get(path) == {**id, "subscribed": True}
    assert community.get(path, user="guest") == {**id, "subscribed": False}
    assert community.delete(path) == {**id, "subscribed": False}


def test_a_topic_and_a_category_of_one_id_are_two(community: Community) -> None:
    community.put("categories/1/subscription")
    assert community.ask("GET", "topics/1/subscription").status_code == 404


def test_after_a_reset_all_is_as_at_the_start(community: Community) -> None:
    community.put("content/idea/401/vote")
    community.told("POST", "reset")
    assert community.topic(401)["metadata"]["votes"] == 214


# Users


@pytest.mark.parametrize(
    ("url", "usernames"),
    [
        ("users?query=wisniewski", ["piotr"]),
        ("users?query=HELEN", ["helen"]),
        ("users?query=nobody", []),
        ("users?role=moderator", ["adaeze", "sanne"]),
        ("users?role=admin&limit=1&page=1", ["helen"]),
        ("users?order=active&limit=3", ["ann", "mirela", "adaeze"]),
        ("users?limit=2", ["adaeze", "ann"]),  # by name: Adaeze Okafor, Ann Example
        ("users?limit=30&page=1", []),
    ],
)
def test_looking_for_users(community: Community, url: str, usernames: list[str]) -> None:
    assert [user["username"] for user in community.get(url)["results"]] == usernames


def test_the_shape_of_a_user(community: Community) -> None:
    user = community.get("users/1003")

    assert {**user, "joinedAt": "", "lastActiveAt": ""} == {
        "userId": 1003,
        "username": "adaeze",
        "name": "Adaeze Okafor",
        "role": "moderator",
        "joinedAt": "",
        "lastActiveAt": "",
        "topics": 3,
        "replies": 2,
    }
    assert user["joinedAt"] < user["lastActiveAt"]


def test_several_users_come_in_the_order_asked_for(community: Community) -> None:
    users = community.get("users?id=1004&id=999&id=1001")
    assert [user["userId"] for user in users] == [1004, 1001]


@pytest.mark.parametrize(
    ("user", "role"), [("member", "member"), ("admin", "admin"), ("guest", None)]
)
def test_who_visits_is_a_user_unless_a_guest(
    community: Community, user: str, role: str | None
) -> None:
    answer = community.ask("GET", "users/7", user=user)
    if role is None:
        assert (answer.status_code, answer.json()) == (404, {"error": "No user has the id 7."})
    else:
        assert (answer.json()["username"], answer.json()["role"]) == ("ann", role)


# What is refused


@pytest.mark.parametrize(
    ("method", "url", "status", "sentence"),
    [
        ("GET", "content?limit=0", 400, "limit has to be a whole number from 1 to 100, not 0."),
        ("GET", "content?limit=101", 400, "limit has to be a whole number from 1 to 100, not 101."),
        ("GET", "content?limit=5.5", 400, "limit has to be a whole number from 0 on, not 5.5."),
        ("GET", "users?limit=NaN", 400, "limit has to be a whole number from 0 on, not NaN."),
        ("GET", "content?page=-1", 400, "page has to be a whole number from 0 on, not -1."),
        ("GET", "content?page=1e21", 400, "page has to be a whole number from 0 on, not 1e21."),
        (
            "GET",
            "content?contentType=blog",
            400,
            '"blog" is no content type; there are: article, question, conversation, idea, productUpdate.',
        ),
        (
            "GET",
            f"content?query={'x' * 201}",
            400,
            "The query has 201 characters; at most 200 are allowed.",
        ),
        ("GET", "content?categoryId=x", 404, "No category has the id x."),
        ("PUT", "content/blog/1/like", 400, '"blog" is no content type; there are: article'),
        ("PUT", "content/article/999/like", 404, "No topic has the private id 999."),
        ("PUT", "content/article/x/like", 404, "No topic has the private id x."),
        ("PUT", f"content/article/{'9' * 30}/like", 404, "No topic has the private id 999"),
        ("PUT", "content/article/101/like", 404, "101 is not an article, but a question."),
        (
            "PUT",
            "content/question/101/vote",
            400,
            "Only ideas can be voted for, and 101 is a question.",
        ),
        (
            "PUT",
            "content/question/101/replies/5026/like",
            404,
            "Topic 101 has no reply with the id 5026.",
        ),
        ("GET", "users/999", 404, "No user has the id 999."),
        (
            "GET",
            "users?role=owner",
            400,
            'No user has the role "owner"; there are: admin, member, moderator.',
        ),
        (
            "GET",
            "users?" + "&".join(f"id={number}" for number in range(101)),
            400,
            "101 users are too many at once: at most 100 can be asked for.",
        ),
        ("GET", "topics/999/subscription", 404, "No topic has the private id 999."),
        ("PUT", "categories/999/subscription", 404, "No category has the id 999."),
        (
            "POST",
            "csrf-token?lifetime=43201",
            400,
            "lifetime has to be a whole number of seconds from 0 to 43200, not 43201.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    community: Community, method: str, url: str, status: int, sentence: str
) -> None:
    answer = community.ask(method, url)

    assert answer.status_code == status
    assert answer.json()["error"].startswith(sentence)


@pytest.mark.parametrize(
    ("method", "url", "sentence"),
    [
        ("PUT", "content/article/301/like", "A guest cannot like: sign in first."),
        ("DELETE", "content/article/301/like", "A guest cannot like: sign in first."),
        ("PUT", "content/idea/401/vote", "A guest cannot vote: sign in first."),
        (
            "PUT",
            "content/question/101/replies/5001/like",
            "A guest cannot like: sign in first.",
        ),
        ("PUT", "topics/101/subscription", "A guest cannot subscribe: sign in first."),
        ("DELETE", "categories/1/subscription", "A guest cannot subscribe: sign in first."),
    ],
)
def test_a_guest_changes_nothing(
    community: Community, method: str, url: str, sentence: str
) -> None:
    before = community.get("content?limit=100", user="guest")

    answer = community.ask(method, url, user="guest")

    assert (answer.status_code, answer.json()) == (401, {"error": sentence})
    assert community.get("content?limit=100", user="guest") == before


@pytest.mark.parametrize(
    "headers", [BROWSER, {**BROWSER, "X-CSRF-Token": "mine"}], ids=["none", "a wrong one"]
)
@pytest.mark.parametrize(
    ("method", "url"),
    [("PUT", "content/idea/401/vote"), ("POST", "reset"), ("POST", "csrf-token")],
)
def test_a_browser_that_writes_needs_a_good_token(
    community: Community, method: str, url: str, headers: dict[str, str]
) -> None:
    answer = community.ask(method, url, headers=headers)

    assert answer.status_code == 403
    assert answer.json()["error"].endswith("Load the page again.")
    assert community.topic(401)["metadata"]["voted"] is False


def test_outside_of_a_browser_nobody_needs_one_but_to_renew_it(community: Community) -> None:
    assert community.ask("PUT", "content/idea/401/vote", headers={}).json()["voted"] is True
    assert community.ask("POST", "csrf-token", headers={}).status_code == 403


def test_a_renewed_token_is_the_same_visitors(community: Community) -> None:
    for lifetime, status in [("", 401), ("?lifetime=0", 403)]:
        answer = community.told("POST", f"csrf-token{lifetime}", user="guest")
        headers = {**BROWSER, "X-CSRF-Token": answer["csrfToken"]}
        assert (
            community.ask("PUT", "topics/101/subscription", headers=headers).status_code == status
        )


# The front page


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0.5, "Just now"),
        (1.5, "1 hour ago"),
        (23.5, "23 hours ago"),
        (25, "Yesterday"),
        (49, "2 days ago"),
        (24 * 13.5, "13 days ago"),
        (24 * 15, "2 weeks ago"),
    ],
)
def test_ages_in_words(hours: float, words: str) -> None:
    assert age_in_words((datetime.now(UTC) - timedelta(hours=hours)).isoformat()) == words
