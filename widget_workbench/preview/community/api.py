"""The community's HTTP API, which the page's Web SDK calls (static/community/web-sdk.js).

It is ours: the portal shows the Web SDK alone. Who asks is the page's visitor, whom its CSRF token tells (visitors.py);
an answer that is no success holds `{"error": <a sentence>}`.

    GET                 content?query&contentType*&categoryId&metadata&limit&page
    PUT, DELETE         content/<type>/<id>/like, …/vote, …/replies/<id>/like
    GET                 users?query&role&order&limit&page, users?id*, users/<id>
    GET, PUT, DELETE    topics/<id>/subscription, categories/<id>/subscription
    POST                csrf-token?lifetime         the visitor's token anew, for so many seconds
    POST                reset                       as at the preview's start
"""

import re
from collections.abc import Callable
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from widget_workbench.gateway.errors import CsrfTokenError
from widget_workbench.preview.community.content import Content
from widget_workbench.preview.community.database import Database
from widget_workbench.preview.community.errors import CommunityError, NotThereError
from widget_workbench.preview.community.members import Members, Visitor
from widget_workbench.preview.community.paging import LIMIT_MAX, Page
from widget_workbench.preview.community.subscriptions import Subject, Subscriptions
from widget_workbench.preview.visitors import LIFETIME, Visitors

Json = dict[str, Any] | list[Any]

_ID = re.compile(r"[0-9]{1,18}")  # what SQLite holds
_NEW_STATE = {"PUT": True, "DELETE": False}


class CommunityApi:
    """The endpoints over one database. They run on the server's own thread, as a database is one thread's at a time.

    Args:
        database: what they work on.
        visitors: tells the role of who asks.
        visitor: gives the visitor of a role; of None, the one that preview.toml says.
    """

    def __init__(
        self, database: Database, visitors: Visitors, visitor: Callable[[str | None], Visitor]
    ) -> None:
        self._database = database
        self._visitors = visitors
        self._visitor = visitor
        self._content = Content(database)
        self._members = Members(database)
        self._subscriptions = Subscriptions(database)

    def routes(self, base: str) -> list[BaseRoute]:
        """The routes, each path after `base`, which ends without a slash."""
        like = "/content/{type}/{id}/like"
        vote = "/content/{type}/{id}/vote"
        like_reply = "/content/{type}/{id}/replies/{reply_id}/like"
        changing = ["PUT", "DELETE"]
        return [
            self._route(base + "/content", self._search_content, ["GET"]),
            self._route(base + like, self._like, changing),
            self._route(base + vote, self._vote, changing),
            self._route(base + like_reply, self._like_reply, changing),
            self._route(base + "/users", self._search_users, ["GET"]),
            self._route(base + "/users/{id}", self._user, ["GET"]),
            self._route(base + "/topics/{id}/subscription", self._topic, ["GET", *changing]),
            self._route(base + "/categories/{id}/subscription", self._category, ["GET", *changing]),
            self._route(base + "/csrf-token", self._renew_token, ["POST"], enter=False),
            self._route(base + "/reset", self._reset, ["POST"]),
        ]

    def _route(
        self,
        path: str,
        answer: Callable[[Request, Visitor], Json],
        methods: list[str],
        *,
        enter: bool = True,
    ) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                visitor = self._enter(request) if enter else Visitor()
                return _json(answer(request, visitor), 200)
            except CommunityError as error:
                return _json({"error": str(error)}, error.status)
            except CsrfTokenError as error:
                return _json({"error": error.detail}, error.status)

        return Route(path, endpoint, methods=methods)

    def _enter(self, request: Request) -> Visitor:
        """Who asks, by now a user of the community unless it is a guest."""
        visitor = self._visitor(self._visitors.role(request))
        self._members.enter(visitor)
        return visitor

    def _search_content(self, request: Request, visitor: Visitor) -> Json:
        query = request.query_params
        category = query.get("categoryId")
        return self._content.search(
            visitor,
            Page.read(query.get("limit"), query.get("page")),
            query=query.get("query", ""),
            types=query.getlist("contentType"),
            category_id=None if category is None else _id(category, "category has the id"),
            metadata=query.get("metadata") != "false",
        )

    def _like(self, request: Request, visitor: Visitor) -> Json:
        type, id = request.path_params["type"], _topic_id(request)
        return self._content.like(visitor, type, id, on=_NEW_STATE[request.method])

    def _vote(self, request: Request, visitor: Visitor) -> Json:
        type, id = request.path_params["type"], _topic_id(request)
        return self._content.vote(visitor, type, id, on=_NEW_STATE[request.method])

    def _like_reply(self, request: Request, visitor: Visitor) -> Json:
        type, id = request.path_params["type"], _topic_id(request)
        reply_id = _id(request.path_params["reply_id"], "reply has the id")
        return self._content.like_reply(visitor, type, id, reply_id, on=_NEW_STATE[request.method])

    def _search_users(self, request: Request, visitor: Visitor) -> Json:
        query = request.query_params
        if "id" in query:
            ids = [_id(text, "user has the id") for text in query.getlist("id")]
            if len(ids) > LIMIT_MAX:
                raise CommunityError(
                    f"{len(ids)} users are too many at once: at most {LIMIT_MAX} can be asked for."
                )
            return self._members.users(ids)
        order: Literal["name", "active"] = "active" if query.get("order") == "active" else "name"
        return self._members.search(
            Page.read(query.get("limit"), query.get("page")),
            query=query.get("query", ""),
            role=query.get("role"),
            order=order,
        )

    def _user(self, request: Request, visitor: Visitor) -> Json:
        return self._members.user(_id(request.path_params["id"], "user has the id"))

    def _topic(self, request: Request, visitor: Visitor) -> Json:
        return self._subscription(request, visitor, "topic", _topic_id(request))

    def _category(self, request: Request, visitor: Visitor) -> Json:
        id = _id(request.path_params["id"], "category has the id")
        return self._subscription(request, visitor, "category", id)

    def _subscription(self, request: Request, visitor: Visitor, subject: Subject, id: int) -> Json:
        if request.method not in _NEW_STATE:
            return self._subscriptions.status(visitor, subject, id)
        return self._subscriptions.subscribe(visitor, subject, id, on=_NEW_STATE[request.method])

    def _renew_token(self, request: Request, visitor: Visitor) -> Json:
        lifetime = request.query_params.get("lifetime", str(LIFETIME))
        if not re.fullmatch("[0-9]{1,5}", lifetime) or int(lifetime) > LIFETIME:
            raise CommunityError(
                f"lifetime has to be a whole number of seconds from 0 to {LIFETIME}, not {lifetime}."
            )
        return {"csrfToken": self._visitors.renewed(request, lifetime=int(lifetime))}

    def _reset(self, request: Request, visitor: Visitor) -> Json:
        self._database.close()
        return {}


def _topic_id(request: Request) -> int:
    return _id(request.path_params["id"], "topic has the private id")


def _id(text: str, nothing: str) -> int:
    """The id that a text stands for; no other text is anything's."""
    if not _ID.fullmatch(text):
        raise NotThereError(f"No {nothing} {text}.")
    return int(text)


def _json(content: Json, status: int) -> Response:
    return JSONResponse(content, status, {"Cache-Control": "no-store"})
