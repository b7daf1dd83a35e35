"""What the gateway works with, and what it tells about each execution."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx

from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.call import Call
from widget_workbench.gateway.definitions import CompositeConnector, Connector, Definition
from widget_workbench.gateway.errors import (
    ConnectorMisconfiguredError,
    ConnectorNotFoundError,
    GatewayError,
    MethodNotAllowedError,
)
from widget_workbench.gateway.identity import GUEST, User
from widget_workbench.gateway.masking import Masking
from widget_workbench.gateway.network.addresses import AllowedHosts, looked_up
from widget_workbench.gateway.suggestions import did_you_mean
from widget_workbench.gateway.unreadable_answer import unreadable


class Connectors:
    """The connectors of a community, by permalink and method.

    Published permalinks are unique; those that a community has from elsewhere may stand once for
    each method (design.md, `preview.connectors.json`).

    Args:
        definitions: those that could be read.
        unreadable: why others could not, in sentences.
    """

    def __init__(
        self, definitions: Iterable[Definition] = (), unreadable: Iterable[str] = ()
    ) -> None:
        self._unreadable = tuple(unreadable)
        self._definitions: dict[tuple[bool, str], list[Definition]] = {}
        for definition in definitions:
            key = (is_composite(definition), definition.permalink)
            self._definitions.setdefault(key, []).append(definition)

    def find(self, permalink: str, method: str) -> Definition:
        """The connector that a call executes.

        Raises:
            ConnectorNotFoundError: no connector has this permalink.
            ConnectorMisconfiguredError: none that could be read has it.
            MethodNotAllowedError: it is configured for other methods.
        """
        candidates = self._definitions.get((False, permalink), [])
        for definition in candidates:
            if _method(definition) in (method, None):
                return definition
        if not candidates:
            raise self._unknown(permalink, composite=False)
        methods = [configured for configured in map(_method, candidates) if configured is not None]
        raise MethodNotAllowedError(
            f"Connector {permalink!r} is configured for {' and '.join(methods)}, not {method}.",
            allowed=methods,
        )

    def find_composite(self, permalink: str) -> Definition:
        """The composite connector that a call executes.

        Raises:
            ConnectorNotFoundError: no composite connector has this permalink.
            ConnectorMisconfiguredError: none that could be read has it.
        """
        try:
            return self._definitions[True, permalink][0]
        except KeyError:
            raise self._unknown(permalink, composite=True) from None

    def _unknown(self, permalink: str, *, composite: bool) -> GatewayError:
        kind = "composite connector" if composite else "connector"
        meant = self._meant(permalink, composite)
        if not self._unreadable:
            return ConnectorNotFoundError(f"No {kind} has the permalink {permalink!r}{meant}")
        return ConnectorMisconfiguredError(
            f"No {kind} that could be read has the permalink {permalink!r}{meant} It may stand where "
            f"nothing could be read: {' '.join(self._unreadable)}"
        )

    def _meant(self, permalink: str, composite: bool) -> str:
        """The end of a sentence about a permalink that nothing of its kind has: what may have been meant."""
        if (not composite, permalink) in self._definitions:
            if composite:
                return "; a connector has it: connectors.execute calls that."
            return "; a composite connector has it: connectors.composite.execute calls that."
        known = [name for is_composite, name in self._definitions if is_composite == composite]
        return did_you_mean(permalink.lower(), known) or "."


def is_composite(definition: Definition) -> bool:
    """Whether it is a composite connector's; those have a name space of their own."""
    return isinstance(definition, CompositeConnector) or getattr(definition, "composite", False)


def _method(definition: Definition) -> str | None:
    return None if isinstance(definition, CompositeConnector) else definition.method


def upstream_names(host: str, port: int) -> tuple[str, str]:
    """What a URL's host may be called in `Configuration.upstreams`; the first one counts first."""
    name = looked_up(host).rstrip(".")
    name = f"[{name}]" if ":" in name else name
    return f"{name}:{port}", name


@dataclass(frozen=True)
class Configuration:
    """What holds for an execution; asked for anew at each, so that it may change between them.

    `upstreams` gives the transport for a host (or `host:port`), by lower-case name as it is looked up (IDNA): those
    hosts are reached through it, exempt from the address rules. `suspended` tells why no connector is executed at
    present. `secrets` and `variables` are what `get_secret` and `get_variable` give, `user` is who calls where nothing
    else tells.
    """

    connectors: Connectors = field(default_factory=Connectors)
    upstreams: Mapping[str, httpx.AsyncBaseTransport] = field(default_factory=dict)
    allowed_hosts: AllowedHosts = field(default_factory=AllowedHosts)
    suspended: str | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    variables: Mapping[str, str] = field(default_factory=dict)
    tenant_id: str = "preview"
    user: User = GUEST

    def upstream(self, host: str, port: int) -> httpx.AsyncBaseTransport | None:
        """The transport mounted for this host, if there is one."""
        named = (self.upstreams.get(name) for name in upstream_names(host, port))
        return next(filter(None, named), None)


@dataclass(frozen=True)
class Relayed:
    """An execution from the widget's side: what was executed, the call as it came, the answer as it goes back."""

    definition: Connector | CompositeConnector
    call: Call
    answer: Answer


@dataclass
class CallRecord:
    """One call as it goes to an upstream; filled while it runs. Secrets are masked in it.

    `method`, `url`, `query`, `headers` and `body` are the request's: empty and None where it did not come to one.
    `was_sent` tells whether that went out, which it does not where the request is refused, the upstream cannot be
    reached, or the cache has the answer. `dropped` has, by kind (`headers`, `query`, `path_params`), the names of what
    the caller sent and the upstream does not get. `status` is the upstream's, 0 where none answered. `debug` is there
    for test calls: the resolved request, secrets as their template text.
    """

    method: str | None = None
    url: str | None = None
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    path_params: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    dropped: dict[str, tuple[str, ...]] = field(default_factory=dict)
    status: int = 0
    was_sent: bool = False
    debug: Mapping[str, Any] | None = None

    def request(self) -> dict[str, Any]:
        """The request as the log has it; a repeated key has a list of values."""
        return {
            "url": self.url,
            "query": as_object(self.query),
            "headers": as_object(self.headers),
            "path_params": dict(self.path_params),
            "body": self.body,
        }


@dataclass
class StepRecord(CallRecord):
    """The call of a composite's step. `ms` is its whole time in milliseconds."""

    name: str = ""
    ms: float = 0.0

    def entry(self) -> dict[str, Any]:
        """The log's, in its execution's entry."""
        return {
            "name": self.name,
            "method": self.method,
            **self.request(),
            "status": self.status,
            "ms": round(self.ms, 1),
            **_unless_sent(self.was_sent),
        }


@dataclass
class Execution:
    """One execution as the log shows it; filled while it runs. Secrets are masked in it.

    `call` is the connector's, `steps` those of a composite, as far as it came. `status` is the caller's answer's.
    `ms` is the whole time in milliseconds, `external_ms` the upstreams' part. `error` is the detail of an answer that
    was the gateway's own, `error_code` its code. `relayed` is there for every other answer, and holds its body: to be
    looked at, not to be kept. `masking` knows the secrets that came up.
    """

    permalink: str
    method: str
    request_id: str
    composite: bool = False
    call: CallRecord = field(default_factory=CallRecord)
    steps: list[StepRecord] = field(default_factory=list)
    status: int = 0
    ms: float = 0.0
    external_ms: float = 0.0
    cache_hit: bool = False
    error: str | None = None
    error_code: str | None = None
    relayed: Relayed | None = None
    masking: Masking = field(default_factory=Masking, repr=False)

    @property
    def was_sent(self) -> bool:
        """Whether anything went to an upstream."""
        return any(call.was_sent for call in (self.call, *self.steps))

    @cached_property
    def note(self) -> str | None:
        """What the caller will stumble over in an answer that is relayed all the same; no part of the answer."""
        if self.relayed is None:
            return None
        return unreadable(self.relayed.definition, self.relayed.answer)

    @property
    def dropped(self) -> Mapping[str, tuple[str, ...]]:
        """By kind, the names of what the caller sent and the upstream did not get."""
        return self.call.dropped

    def debug(self) -> Mapping[str, Any] | None:
        """`X-Debug-Request`'s content, as far as the execution came."""
        if not self.composite:
            return self.call.debug
        return {"steps": [{"name": step.name, **(step.debug or {})} for step in self.steps]}

    def entry(self) -> dict[str, Any]:
        """The log's entry (design.md, `GET /_preview/log`).

        `dropped_…`, `steps`, `cache_hit`, `error`, `note` and `sent` (false) are there only when there is something to
        tell. `url` is null where it did not come to a request, and for composites, whose steps have theirs.
        """
        entry: dict[str, Any] = {
            "permalink": self.permalink,
            "method": self.method,
            **self.call.request(),
            "status": self.status,
            "ms": round(self.ms, 1),
            "request_id": self.request_id,
        }
        entry.update({f"dropped_{kind}": list(names) for kind, names in self.dropped.items()})
        if self.composite:
            entry["steps"] = [step.entry() for step in self.steps]
        if self.cache_hit:
            entry["cache_hit"] = True
        if self.error is not None:
            entry["error"] = self.error
        if self.note is not None:
            entry["note"] = self.note
        return {**entry, **_unless_sent(self.was_sent)}


def _unless_sent(was_sent: bool) -> dict[str, bool]:
    return {} if was_sent else {"sent": False}


def as_object(pairs: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    """Pairs as JSON has them; a repeated key has a list of values."""
    values: dict[str, list[str]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    return {key: held[0] if len(held) == 1 else held for key, held in values.items()}
