"""From a definition and a call to the request that goes to the upstream (platform.md §5).

The same steps make what is sent, what the log shows of it, and what a test call shows of it: they differ in the texts
that the definition's templates were rendered to, and in the credentials.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote, unquote

import httpx

from widget_workbench import __version__
from widget_workbench.gateway.call import Call, parse_query
from widget_workbench.gateway.definitions import BODY_METHODS, Connector, Step
from widget_workbench.gateway.errors import (
    ConnectorMisconfiguredError,
    TemplateRenderingError,
    UriTooLongError,
)
from widget_workbench.gateway.header_fields import holds_control_character, without_blanks
from widget_workbench.gateway.network.content_encoding import ACCEPTED_ENCODINGS
from widget_workbench.gateway.parameters import Merged, merge_headers, merge_query
from widget_workbench.gateway.request_templates import (
    REQUEST_BODY,
    URL,
    header_place,
    is_templated,
    query_place,
)
from widget_workbench.gateway.unknown_expressions import unknown_in_origin

_OWN_HEADERS = (
    ("user-agent", f"widget-workbench/{__version__}".encode()),
    ("accept-encoding", ACCEPTED_ENCODINGS),
)

# RFC 3986 §2.1: a percent sign stands for itself as `%25` alone.
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

_ORIGIN = re.compile(r"[^/]*(?://[^/]*)?")

# RFC 3986 §3.3 and §3.4, and what is escaped already. A browser escapes all others, httpx some.
_LEGAL_IN_PATH = "/%!$&'()*+,;=:@"
_LEGAL_IN_QUERY = f"{_LEGAL_IN_PATH}?"

LONGEST_URL = 60_000  # characters; httpx takes no more than 65,536, and few servers as many

_Value = TypeVar("_Value", str, bytes)


@dataclass(frozen=True)
class Merging:
    """What of the caller's and the definition's own goes to the upstream."""

    query: Merged[str]
    headers: Merged[bytes]

    @property
    def kept(self) -> frozenset[str]:
        """The places of the definition's own headers and parameters that the caller does not override."""
        return frozenset(
            (*map(query_place, self.query.kept), *map(header_place, self.headers.kept))
        )

    @property
    def dropped(self) -> dict[str, tuple[str, ...]]:
        """By kind, the names of what the caller sent in vain."""
        return {"headers": self.headers.dropped, "query": self.query.dropped}


@dataclass(frozen=True)
class ResolvedRequest:
    """A request as the upstream gets it.

    Attributes:
        url: without its own query and fragment.
        own_query: the query that stands in the definition's URL, as written there.
        query: the parameters that follow it; bytes that are not UTF-8 as surrogate escapes.
        headers: names in lower case; those that describe the connection come when it is sent.
    """

    method: str
    url: str
    own_query: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, bytes], ...]
    body: bytes | None

    @property
    def full_url(self) -> str:
        query = "&".join(filter(None, (self.own_query, _encoded(self.query))))
        return f"{self.url}?{query}" if query else self.url

    @property
    def all_query(self) -> tuple[tuple[str, str], ...]:
        """All parameters, those in the definition's URL first."""
        return (*parse_query(self.own_query), *self.query)


def merge(definition: Connector | Step, call: Call) -> Merging:
    """Parameters and headers of both; a composite's steps get nothing of the caller's but by templates."""
    _, _, own_query = definition.url.partition("#")[0].partition("?")
    in_url = {key for key, _ in parse_query(own_query)}
    return Merging(
        merge_query(definition.query_parameters, call.query, in_url=in_url),
        merge_headers(definition.headers, call.headers),
    )


def resolve_request(
    definition: Connector | Step,
    merging: Merging,
    rendered: Mapping[str, str],
    body: bytes,
    *,
    credential_headers: Iterable[tuple[str, str]] = (),
    credential_query: Iterable[tuple[str, str]] = (),
) -> ResolvedRequest:
    """Puts the parts together.

    Args:
        rendered: what the definition's templates came to, by place.
        body: the caller's, sent where the definition makes none.
        credential_headers: they take the place of others of their names, as do those of `credential_query`.

    Raises:
        TemplateRenderingError: a text has come to hold what no URL or no header's value can.
    """
    address, own_query = _address_and_query(_encodable(rendered, URL))
    own_keys = {key for key, _ in parse_query(own_query)}
    configured_query = (
        (definition.query_parameters[index].key, _encodable(rendered, query_place(index)))
        for index in merging.query.kept
    )
    taken_query = (pair for pair in merging.query.taken if pair[0] not in own_keys)
    own_body = rendered.get(REQUEST_BODY)
    if own_body is not None:
        content: bytes | None = own_body.encode("utf-8", "surrogatepass")
    else:
        content = body if definition.method in BODY_METHODS else None
    return ResolvedRequest(
        method=definition.method,
        url=address,
        own_query=own_query,
        query=tuple(_replaced((*configured_query, *taken_query), tuple(credential_query))),
        headers=tuple(_headers(definition, merging, rendered, credential_headers, own_body)),
        body=content,
    )


def to_request(
    resolved: ResolvedRequest, definition: Connector | Step, *, owner: str
) -> httpx.Request:
    """The request that is sent.

    Args:
        owner: whose it is, for messages: "Connector 'weather-api'".

    Raises:
        ConnectorMisconfiguredError: the definition's URL is none.
        TemplateRenderingError: a template has made it lead to another path than its own.
        UriTooLongError: with the caller's query it is longer than a request's URL can be.
    """
    templated = is_templated(definition.url)
    if templated:
        _refuse_unknown_host(resolved.url, owner)
    what = f"the URL {definition.url!r}" + (", rendered," if templated else "")
    _check_url(resolved.url, what, owner)
    if templated:
        _refuse_dot_segments(resolved.url)
    full_url = resolved.full_url
    if len(full_url) > LONGEST_URL:
        raise UriTooLongError(
            f"{owner}: its URL with all query parameters has {len(full_url):,} characters, and the gateway sends "
            f"{LONGEST_URL:,} at the most."
        )
    return httpx.Request(
        resolved.method,
        full_url,
        headers=[(name.encode("latin-1"), value) for name, value in resolved.headers],
        content=resolved.body,
    )


def _headers(
    definition: Connector | Step,
    merging: Merging,
    rendered: Mapping[str, str],
    credentials: Iterable[tuple[str, str]],
    own_body: str | None,
) -> Iterator[tuple[str, bytes]]:
    configured = (
        (definition.headers[index].key.lower(), _header_bytes(rendered, header_place(index)))
        for index in merging.headers.kept
    )
    given = [(name.lower(), value.encode("latin-1")) for name, value in credentials]
    headers = list(_replaced((*configured, *merging.headers.taken), given))
    named = {name for name, _ in headers}
    if own_body is not None and "content-type" not in named:
        headers.append(("content-type", b"application/json"))
    yield from headers
    yield from (header for header in _OWN_HEADERS if header[0] not in named)


def _header_bytes(rendered: Mapping[str, str], place: str) -> bytes:
    """As a browser encodes a header; UTF-8 for what a browser could not send."""
    value = without_blanks(rendered[place])
    if holds_control_character(value):
        raise TemplateRenderingError(
            f"{place} comes to a text with a line break or another control character, which no header's value holds."
        )
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")


def _replaced(
    pairs: Iterable[tuple[str, _Value]], instead: Sequence[tuple[str, _Value]]
) -> Iterator[tuple[str, _Value]]:
    """The pairs, with others in the place of those of their names."""
    names = {name for name, _ in instead}
    yield from (pair for pair in pairs if pair[0] not in names)
    yield from instead


def _check_url(address: str, what: str, owner: str) -> None:
    """Checks the URL without its query. Messages say `what`: the text itself may hold what a step gave."""
    try:
        url = httpx.URL(address)
        has_host = bool(url.host)  # raises for `xn--` before what decodes to nothing
    except (httpx.InvalidURL, UnicodeError):
        raise ConnectorMisconfiguredError(f"{owner}: {what} is not a URL.") from None
    if url.scheme not in ("https", "http") or not has_host:
        raise ConnectorMisconfiguredError(
            f"{owner}: {what} is not a URL that starts with https:// and names a host."
        )
    if url.port is not None and not 0 < url.port < 65536:
        raise ConnectorMisconfiguredError(f"{owner}: {what} has a port that is none.")


def _encodable(rendered: Mapping[str, str], place: str) -> str:
    text = rendered[place]
    try:
        text.encode()
    except UnicodeEncodeError:
        raise TemplateRenderingError(
            f"{place} comes to a text with half of a surrogate pair, which no URL can carry."
        ) from None
    return text


def _address_and_query(url: str) -> tuple[str, str]:
    """A URL without its query and fragment, and the query, both with nothing in them that no URL has."""
    address, _, query = _LONE_PERCENT.sub("%25", url).partition("#")[0].partition("?")
    origin = _ORIGIN.match(address)
    assert origin is not None  # it may be empty
    path = quote(address[origin.end() :], safe=_LEGAL_IN_PATH)
    return origin[0] + path, quote(query, safe=_LEGAL_IN_QUERY)


def _refuse_unknown_host(url: str, owner: str) -> None:
    """Refuses a host whose variable nobody knows: its expression has stayed in the text."""
    if unknown := unknown_in_origin(url):
        raise ConnectorMisconfiguredError(f"{owner}: the host of its URL needs {unknown}.")


def _refuse_dot_segments(url: str) -> None:
    """Refuses what is taken out of a path, with the segment before it (RFC 3986 §5.2.4)."""
    _, _, path = url.partition("://")[2].partition("/")
    if not {".", ".."}.isdisjoint(map(unquote, path.split("/"))):
        raise TemplateRenderingError(
            f"{URL} comes to a path with the segment '.' or '..', which would lead to another path than its own."
        )


def _encoded(pairs: Sequence[tuple[str, str]]) -> str:
    return "&".join(f"{quoted(key)}={quoted(value)}" for key, value in pairs)


def quoted(text: str) -> str:
    """A text as it stands in a query."""
    return quote(text, safe="", errors="surrogateescape")
