"""One execution of a connector from the terminal, through the gateway."""

import asyncio
import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import quote, urlencode

import httpx

from widget_workbench.gateway import (
    GUEST,
    CompositeConnector,
    Definition,
    Execution,
    Gateway,
    is_composite,
)
from widget_workbench.gateway.definitions import BODY_METHODS
from widget_workbench.gateway.header_fields import check_header_name, header_value
from widget_workbench.gateway.masking import Masking
from widget_workbench.gateway.suggestions import did_you_mean
from widget_workbench.preview.configuration import configuration_of
from widget_workbench.preview.upstreams import Upstreams
from widget_workbench.problem import Problem
from widget_workbench.repository import Repository

# platform.md §5: what has the gateway tell the resolved request.
_TEST_CALL = ("X-Connector-Test", "1")

# What the host's client parses (static/community/connector-answer.js).
_JSON_TYPE = re.compile(r"application/(.+\+)?json", re.IGNORECASE)

_LISTED = 20  # permalinks in a message

Pairs = Sequence[tuple[str, str]]


class TrialError(Exception):
    """What was asked for cannot be executed, in a sentence."""


@dataclass(frozen=True)
class Trial:
    """A call as a widget could make it.

    `body` is the payload's JSON, None for none. `query` may hold a key several times.
    """

    permalink: str
    composite: bool
    method: str
    query: Pairs = ()
    path_params: Pairs = ()
    headers: Pairs = ()
    body: bytes | None = None

    @classmethod
    def of(
        cls,
        repository: Repository,
        permalink: str,
        *,
        composite: bool = False,
        method: str | None = None,
        query: Pairs = (),
        path_params: Pairs = (),
        headers: Pairs = (),
        payload: str | None = None,
    ) -> "Trial":
        """The call of a repository's connector.

        Args:
            repository: that has the connector.
            permalink: the connector's.
            composite: whether the composite connector of that permalink is meant; it is anyway, if there is no other.
            method: default: the one that is configured.
            query: query parameters.
            path_params: path parameters.
            headers: the caller's own.
            payload: JSON.

        Raises:
            TrialError: there is no such connector, it stands for several methods, or no widget could send this.
        """
        definitions = _definitions(repository, permalink, composite)
        composite = is_composite(definitions[0])
        method = method.upper() if method else _only_method(permalink, definitions)
        if composite and path_params:
            raise TrialError("A composite connector takes no path parameters.")
        if payload is not None and method not in BODY_METHODS:
            raise TrialError(f"A payload goes with POST, PUT and PATCH, not with {method}.")
        trial = cls(
            permalink,
            composite,
            method,
            query,
            path_params,
            [(name, _header_value(name, value)) for name, value in headers],
            None if payload is None else _payload(payload),
        )
        try:
            trial.request()
        except httpx.InvalidURL:  # whatever is in the query, it is escaped: it can only be too long
            raise TrialError(
                "The query parameters are longer than a URL can be: send less, or send it in the payload of a POST."
            ) from None
        return trial

    def request(self) -> httpx.Request:
        """As the host's client makes it (platform.md §4)."""
        kind = "composite/" if self.composite else ""
        url = f"http://gateway/{kind}{quote(self.permalink, safe='')}/execute"
        headers = {"Accept": b"*/*"}
        if self.body is not None:
            headers["Content-Type"] = b"application/json"
        headers.update({name: value.encode("latin-1") for name, value in self.headers})
        if self.path_params:
            headers["X-Path-Params"] = _urlencoded(self.path_params).encode("ascii")
        headers[_TEST_CALL[0]] = _TEST_CALL[1].encode("ascii")
        return httpx.Request(
            self.method,
            f"{url}?{_urlencoded(self.query)}" if self.query else url,
            headers={name.encode("ascii"): value for name, value in headers.items()},
            content=self.body,
        )


@dataclass(frozen=True)
class Outcome:
    """What came of a trial; secrets are masked in all that it gives.

    `problems` are the repository's that may have to do with it. `sent_steps` tells of each step of a composite that
    was begun whether it went to its upstream, `is_sent` of a connector's call whether that did. `note` is what the
    widget will stumble over in the answer. `secrets` are the names of those there are. `guest_by` tells why a guest
    calls: "--guest", or "preview.toml".
    """

    trial: Trial
    response: httpx.Response
    masking: Masking
    problems: tuple[Problem, ...]
    is_sent: bool = True
    sent_steps: tuple[bool, ...] = ()
    note: str | None = None
    secrets: frozenset[str] = frozenset()
    guest_by: Literal["--guest", "preview.toml"] | None = None

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def phrase(self) -> str:
        try:
            return HTTPStatus(self.status).phrase
        except ValueError:
            return ""

    @property
    def succeeded(self) -> bool:
        return self.response.is_success

    @property
    def request_id(self) -> str:
        return str(self.response.headers.get("x-request-id", ""))

    @property
    def content_type(self) -> str:
        return self.masking.text(self.response.headers.get("content-type", ""))

    @cached_property
    def text(self) -> str | None:
        """The body as text; None for a binary one."""
        try:
            text = self.response.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None
        return None if "\0" in text else self.masking.text(text)

    @cached_property
    def json(self) -> Any:
        """The body's JSON.

        Raises:
            ValueError, RecursionError: it is none, or its type is not.
        """
        if not _JSON_TYPE.fullmatch(self.content_type.partition(";")[0].strip()):
            raise ValueError("its type is not that of JSON")
        return json.loads(self.text or "", parse_constant=_refuse_constant)

    @cached_property
    def error(self) -> Mapping[str, Any] | None:
        """The `errors` of an envelope of the gateway's own; an upstream's body may look like one."""
        try:
            body = self.json
        except (ValueError, RecursionError):
            return None
        if not isinstance(body, dict) or body.get("success") is not False:
            return None
        errors = body.get("errors")
        is_ours = bool(self.request_id) and body.get("request_id") == self.request_id
        return errors if is_ours and isinstance(errors, dict) else None

    @cached_property
    def sent(self) -> Mapping[str, Any] | None:
        """`X-Debug-Request`: what went to the upstream; None where nothing was to go."""
        return self._header_object("x-debug-request")

    @cached_property
    def timing(self) -> Mapping[str, Any] | None:
        """`X-Connector-Timing`."""
        return self._header_object("x-connector-timing")

    @cached_property
    def durations(self) -> Mapping[str, float]:
        """`Server-Timing`: milliseconds by name."""
        durations: dict[str, float] = {}
        for metric in self.response.headers.get("server-timing", "").split(","):
            name, _, value = metric.strip().partition(";dur=")
            if name and value:
                durations[name] = float(value)
        return durations

    def as_data(self) -> dict[str, Any]:
        """All of it, for other programs; a body is `json`, else `text`, else `base64`."""
        response: dict[str, Any] = {
            "status": self.status,
            "content_type": self.content_type,
            "bytes": len(self.response.content),
        }
        try:
            response["json"] = self.json
        except (ValueError, RecursionError):
            if self.text is not None:
                response["text"] = self.text
            else:
                response["base64"] = base64.b64encode(self._binary()).decode("ascii")
        return {
            "permalink": self.trial.permalink,
            "composite": self.trial.composite,
            "method": self.trial.method,
            "request_id": self.request_id,
            "request": self.sent,
            "sent": list(self.sent_steps) if self.trial.composite else self.is_sent,
            "response": response,
            "error": self.error,
            "note": self.note,
            "timing": self.timing,
            "server_timing": self.durations,
            "problems": [
                {"path": problem.path, "message": problem.message} for problem in self.problems
            ],
        }

    def _binary(self) -> bytes:
        text = self.response.content.decode("latin-1")
        return self.masking.text(text).encode("latin-1", "replace")

    def _header_object(self, name: str) -> Mapping[str, Any] | None:
        text = self.response.headers.get(name)
        if text is None:
            return None
        value = json.loads(text)
        assert isinstance(value, dict)  # the gateway wrote it
        return value


def run(trial: Trial, repository: Repository, *, guest: bool = False) -> Outcome:
    """Executes a trial with the repository's connectors, settings, secrets and upstreams.

    Args:
        trial: the call.
        repository: as it is read now.
        guest: whether a guest calls, whoever preview.toml says.
    """
    return asyncio.run(_run(trial, repository, guest))


async def _run(trial: Trial, repository: Repository, guest: bool) -> Outcome:
    upstreams = Upstreams(repository.root)
    mounting = upstreams.mount(repository.settings.upstreams, repository.bad_upstreams)
    configuration = configuration_of(repository, upstreams.transports)
    guest_by: Literal["--guest", "preview.toml"] | None = (
        "preview.toml" if configuration.user.is_guest else None
    )
    if guest:
        configuration, guest_by = replace(configuration, user=GUEST), "--guest"
    executions: list[Execution] = []
    gateway = Gateway(configuration=lambda: configuration, record=executions.append)
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(gateway)) as client:
            response = await client.send(trial.request())
    finally:
        await gateway.aclose()
        await upstreams.aclose()
    [execution] = executions
    concerned = [*repository.problems, *mounting]
    return Outcome(
        trial,
        response,
        execution.masking,  # knows the tokens that were fetched, too
        tuple(each for each in concerned if _concerns(each, trial)),
        is_sent=execution.was_sent,
        sent_steps=tuple(step.was_sent for step in execution.steps),
        note=execution.note,
        secrets=frozenset(configuration.secrets),
        guest_by=guest_by,
    )


def _concerns(problem: Problem, trial: Trial) -> bool:
    """Those of other connectors, and of widgets, do not."""
    if problem.connector is not None:
        return problem.connector == trial.permalink
    return not problem.path.startswith("widgets/") or problem.path.endswith("/connectors.json")


def _definitions(repository: Repository, permalink: str, composite: bool) -> list[Definition]:
    """Those of a permalink, all connectors or all composite ones; at least one."""
    named = [each for each in repository.connectors if each.permalink == permalink]
    found = [each for each in named if is_composite(each) == composite]
    if not found and not composite:
        found = named
    if found:
        return found
    raise TrialError("\n".join(_unknown(repository, permalink, composite)))


def _unknown(repository: Repository, permalink: str, composite: bool) -> list[str]:
    if composite and any(each.permalink == permalink for each in repository.connectors):
        return [f"{permalink!r} is a connector, no composite one: leave out --composite."]
    kind = "composite connector" if composite else "connector"
    known = list(
        dict.fromkeys(
            each.permalink for each in repository.connectors if is_composite(each) or not composite
        )
    )
    question = did_you_mean(permalink.lower(), known) or "."
    lines = [f"No {kind} has the permalink {permalink!r}{question}"]
    if known:
        more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
        lines.append(f"There are: {', '.join(known[:_LISTED])}{more}.")
    else:
        lines.append(f"The repository {repository.root} has no {kind}s.")
    nameless = (f"{each.path}: {each.message}" for each in without_permalink(repository))
    return [*lines, *repository.unreadable_connectors, *nameless]


def without_permalink(repository: Repository) -> list[Problem]:
    """The problems of definitions that nobody can call: they stand in a file, and have no usable permalink."""
    callable_ = {each.permalink for each in repository.connectors}
    return [
        each
        for each in repository.problems
        if each.connector is not None and each.connector not in callable_
    ]


def _only_method(permalink: str, definitions: Sequence[Definition]) -> str:
    methods = [
        "POST" if isinstance(each, CompositeConnector) else each.method for each in definitions
    ]
    if len(methods) > 1:
        named = " and ".join(filter(None, methods))
        raise TrialError(
            f"{permalink!r} stands for a connector with each of {named}: choose by --method."
        )
    return methods[0] or "GET"


def _header_value(name: str, value: str) -> str:
    """As a browser's `fetch` sends it; raises TrialError for what it would not send, or no server would take."""
    try:
        check_header_name(name)
    except ValueError as error:
        raise TrialError(f"{name!r} {error}.") from None
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        raise TrialError(
            f"The header {name!r} holds {value!r}: a browser sends characters of Latin-1 only."
        ) from None
    try:
        return header_value(value)
    except ValueError as error:
        raise TrialError(f"The value of the header {name!r} {error}.") from None


def _payload(text: str) -> bytes:
    """As `JSON.stringify` writes it; the client takes plain objects only."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise TrialError(
            f"The payload is not JSON: {error.msg} (line {error.lineno}, column {error.colno})."
        ) from None
    except (ValueError, RecursionError) as error:
        raise TrialError(f"The payload is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise TrialError('The payload is no JSON object, such as {"name": "Ann"}.')
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return compact.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can only escape
        return json.dumps(value, separators=(",", ":")).encode()


def _urlencoded(pairs: Pairs) -> str:
    return urlencode(list(pairs), errors="surrogateescape")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")
