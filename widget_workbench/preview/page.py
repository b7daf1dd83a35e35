"""What is on the community page: its parameters (design.md), and the data it is rendered from."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from starlette.datastructures import QueryParams

from widget_workbench.preview.community import Content, Visitor
from widget_workbench.preview.community.paging import Page
from widget_workbench.preview.visitors import GUEST_ROLE
from widget_workbench.problem import Code, Problem
from widget_workbench.repository import Repository, Widget
from widget_workbench.settings import User

CONTAINERS = ("Full width", "Left container", "Sidebar")

# A BCP 47 tag, as far as its shape goes.
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")

# Between a widget and the zone that it is placed in: `?widgets=weather@Sidebar,search`.
_IN_ZONE = "@"

# Before a profile field's number: `?profile.42=Support`.
_PROFILE_FIELD = "profile."

_FIELD_NUMBER = re.compile(r"[0-9]{1,9}")

_CHOICES: Mapping[str, Sequence[str]] = {
    "sdk": ("current", "legacy"),
    "errors": ("described", "bare"),
    "host": ("community", "embed"),
    "csp": ("platform", "nowasm"),
    "user": ("member", "admin", "guest"),
    "workbench": ("panel", "none"),
}


@dataclass(frozen=True)
class Placement:
    """A widget in one of the page's zones."""

    widget: Widget
    container: str


@dataclass(frozen=True)
class PageParameters:
    """The page's query parameters; a bad value has become the default, and a problem."""

    placed: tuple[Placement, ...]
    locale: str
    sdk: str
    errors: str
    host: str
    csp: str
    user: str
    workbench: str
    profile_fields: Mapping[int, str]
    problems: tuple[Problem, ...]


def read_parameters(
    query: QueryParams, repository: Repository, *, from_elsewhere: bool = False
) -> PageParameters:
    """The parameters of a request for the page.

    `user` is by default who preview.toml says; of a parameter that is given twice the last counts.

    Args:
        query: of the request.
        repository: that is shown.
        from_elsewhere: whether another site's link was followed. Its profile fields are ignored: connectors send them.
    """
    problems: list[Problem] = []
    defaults = {name: choices[0] for name, choices in _CHOICES.items()}
    defaults["user"] = _default_role(repository.settings.user)
    chosen: dict[str, str] = {}
    for name, choices in _CHOICES.items():
        value = query.get(name, defaults[name])
        if value not in choices:
            problems.append(_bad_value(name, value, f"use {_listed(choices)}"))
            value = defaults[name]
        chosen[name] = value
    locale = query.get("locale", "en-US")
    if not _LOCALE.fullmatch(locale):
        problems.append(_bad_value("locale", locale, 'use a language tag such as "nl-NL"'))
        locale = "en-US"
    fields, bad_fields = _profile_fields(query)
    if fields and from_elsewhere:
        name = f"?{_PROFILE_FIELD}{next(iter(fields))}"
        ignored = (
            "came with a link from another site, and is ignored: load the page again to use it."
        )
        bad_fields = (Problem(name, ignored, Code.INVALID_SETTINGS), *bad_fields)
        fields = {}
    placed, unknown = _placed(query.get("widgets"), repository.widgets)
    return PageParameters(
        placed=placed,
        locale=locale,
        profile_fields=fields,
        problems=(*problems, *bad_fields, *unknown),
        **chosen,
    )


def page_data(
    parameters: PageParameters,
    repository: Repository,
    problems: Iterable[Problem],
    url_of: Callable[[str], str],
) -> dict[str, Any]:
    """The `page` that the community's template is rendered with, and embeds as JSON.

    Args:
        parameters: of the request.
        repository: that is shown.
        problems: that the page tells, too.
        url_of: gives where a widget's published tree is served, by its type.
    """
    return {
        "title": repository.root.name,
        "locale": parameters.locale,
        "sdk": parameters.sdk,
        "errors": parameters.errors,
        "host": parameters.host,
        "user": _user(parameters.user, repository.settings.user),
        "registry": {
            widget.type: registration(widget, url_of(widget.type)) for widget in repository.widgets
        },
        "placed": [
            {"type": each.widget.type, "container": each.container} for each in parameters.placed
        ],
        "problems": told_problems((*problems, *parameters.problems)),
    }


def community_content(content: Content) -> dict[str, Any]:
    """The `community` that the template is rendered with: what the embedded community shows on its front page."""
    nobody = Visitor()
    discussions = content.search(nobody, Page(4), types=["question", "conversation"])
    articles = content.search(nobody, Page(3), types=["article"])
    return {
        "discussions": discussions["results"],
        "articles": articles["results"],
        "ideas": content.most_voted_ideas(nobody, 3),
    }


def age_in_words(timestamp: str) -> str:
    """How long ago a moment was, such as "2 hours ago".

    Args:
        timestamp: ISO 8601, with its offset from UTC.
    """
    hours = (datetime.now(UTC) - datetime.fromisoformat(timestamp)).total_seconds() / 3600
    if hours < 1:
        return "Just now"
    if hours < 24:
        return _ago(int(hours), "hour")
    days = int(hours / 24)
    if days == 1:
        return "Yesterday"
    return _ago(days, "day") if days < 14 else _ago(days // 7, "week")


def _ago(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'} ago"


def visitor_of(role: str | None, user: User) -> Visitor:
    """Who visits the page in a role; None: who preview.toml says."""
    role = role or _default_role(user)
    if role == GUEST_ROLE:
        return Visitor()
    return Visitor(user.id, user.username, f"{user.first_name} {user.last_name}".strip(), role)


def _profile_fields(query: QueryParams) -> tuple[dict[int, str], tuple[Problem, ...]]:
    fields: dict[int, str] = {}
    problems: list[Problem] = []
    for name, value in query.multi_items():
        if not name.startswith(_PROFILE_FIELD):
            continue
        number = name.removeprefix(_PROFILE_FIELD)
        if _FIELD_NUMBER.fullmatch(number):
            fields[int(number)] = value
        else:
            problems.append(
                _bad_value(name, value, "write ?profile.42=Support, with the field's number")
            )
    return fields, tuple(problems)


def _placed(
    value: str | None, widgets: Sequence[Widget]
) -> tuple[tuple[Placement, ...], tuple[Problem, ...]]:
    if value is None:
        return tuple(Placement(widget, _container(widget)) for widget in widgets), ()
    by_type = {widget.type: widget for widget in widgets}
    there_are = f"there are {', '.join(by_type)}" if by_type else "this repository has none"
    placed: list[Placement] = []
    # Each told once.
    problems: dict[Problem, None] = {}
    for named in filter(None, map(str.strip, value.split(","))):
        name, at, container = named.rpartition(_IN_ZONE)
        if not at or named in by_type:
            name, at, container = named, "", ""
        if name not in by_type:
            problems[_bad_value("widgets", name, there_are)] = None
            continue
        if at and container not in CONTAINERS:
            problems[_bad_value("widgets", named, f"its zones are {_listed(CONTAINERS)}")] = None
        known = container in CONTAINERS
        placed.append(Placement(by_type[name], container if known else _container(by_type[name])))
    return tuple(placed), tuple(problems)


def _bad_value(name: str, value: str, way_out: str) -> Problem:
    return Problem(
        f"?{name}",
        f"{value!r} is not what this page parameter takes: {way_out}.",
        Code.INVALID_SETTINGS,
    )


def _listed(choices: Sequence[str]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}"


def _default_role(user: User) -> str:
    return GUEST_ROLE if user.guest else "member"


def _user(role: str, user: User) -> dict[str, Any]:
    """A guest is {userId: null, username: "guest"}, never null (platform.md §3)."""
    if role == "guest":
        return {"userId": None, "username": "guest", "role": "guest"}
    return {"userId": user.id, "username": user.username, "role": role}


def told_problems(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """What the page says of problems."""
    return [{"path": problem.path, "message": problem.message} for problem in problems]


def profile_fields_of(parameters: PageParameters, user: User) -> dict[str, str]:
    """The visitor's profile fields, by number: those of `preview.toml`, and in their place the page's own.

    One of `preview.toml` that the page takes away is there, and empty: another page has to take it away, too.
    """
    fields = {**user.profile_fields, **{str(k): v for k, v in parameters.profile_fields.items()}}
    return {
        number: value for number, value in fields.items() if value or number in user.profile_fields
    }


def registration(widget: Widget, url: str) -> dict[str, Any]:
    """What the community's registry has of a widget.

    Args:
        widget: the widget.
        url: where its published tree is served.
    """
    manifest = widget.manifest
    return {
        "type": widget.type,
        "title": manifest.title,
        "description": manifest.description,
        "version": manifest.version,
        "containers": manifest.containers,
        "entry": url + quote(widget.entry),
        "props": manifest.props(),
    }


def _container(widget: Widget) -> str:
    """The first of its containers that the page has."""
    return next((each for each in widget.manifest.containers if each in CONTAINERS), CONTAINERS[0])
