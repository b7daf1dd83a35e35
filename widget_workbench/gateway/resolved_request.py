"""From a definition and a call to the request that goes to the upstream (platform.md §5).

The pipeline's steps in its order: parameters and headers are merged, path parameters go into the
URL, the body follows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

import httpx

from widget_workbench import __version__
from widget_workbench.gateway.definitions import BODY_METHODS, Connector
from widget_workbench.gateway.errors import ConnectorMisconfiguredError
from widget_workbench.gateway.parameters import merge_headers, merge_query
from widget_workbench.gateway.path_parameters import fill_in, resolve_path_parameters

_OWN_HEADERS = (
    ("user-agent", f"widget-workbench/{__version__}".encode()),
    ("accept-encoding", b"gzip, deflate"),
)


@dataclass(frozen=True)
class Call:
    """What the caller sent: raw, header names in lower case."""

    query_string: str
    headers: Sequence[tuple[str, bytes]]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of this lower-case name, or an empty text."""
        return next((value.decode("latin-1") for key, value in self.headers if key == name), "")


@dataclass(frozen=True)
class ResolvedRequest:
    """The request as the upstream gets it, and the names of what the caller sent in vain.

    `query` holds bytes that are not UTF-8 as surrogate escapes.
    """

    request: httpx.Request
    query: tuple[tuple[str, str], ...]
    path_params: Mapping[str, str]
    dropped: Mapping[str, tuple[str, ...]]


def resolve_request(connector: Connector, call: Call) -> ResolvedRequest:
    """Applies the definition to the call.

    Raises:
        MissingPathParametersError, InvalidPathParametersError: the caller's path parameters.
        ConnectorMisconfiguredError: the definition's URL is none.
    """
    path_parameters = resolve_path_parameters(connector, call.header("x-path-params"))
    url, _, _ = fill_in(connector.url, path_parameters.values).partition("#")
    address, _, own_query = url.partition("?")
    in_url = _parse_query(own_query)
    query = merge_query(
        connector.query_parameters,
        _parse_query(call.query_string),
        in_url={key for key, _ in in_url},
    )
    headers = merge_headers(connector.headers, call.headers)
    full_query = "&".join(filter(None, (own_query, _encoded(query.pairs))))
    dropped = {
        "headers": headers.dropped,
        "query": query.dropped,
        "path_params": path_parameters.dropped,
    }
    return ResolvedRequest(
        request=httpx.Request(
            connector.method,
            _parse_url(connector, f"{address}?{full_query}" if full_query else address),
            headers=_with_own(headers.pairs),
            content=call.body if connector.method in BODY_METHODS else None,
        ),
        query=(*in_url, *query.pairs),
        path_params=path_parameters.values,
        dropped={kind: names for kind, names in dropped.items() if names},
    )


def _with_own(headers: Sequence[tuple[str, bytes]]) -> list[tuple[bytes, bytes]]:
    named = {name for name, _ in headers}
    own = (header for header in _OWN_HEADERS if header[0] not in named)
    return [(name.encode("latin-1"), value) for name, value in (*headers, *own)]


def _parse_url(connector: Connector, text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ConnectorMisconfiguredError(
            f"Connector {connector.permalink!r}: {connector.url!r} is not a URL: {error}."
        ) from None
    if url.scheme not in ("https", "http") or not url.host:
        raise ConnectorMisconfiguredError(
            f"Connector {connector.permalink!r}: {connector.url!r} is not a URL that starts with "
            "https:// and names a host."
        )
    if url.port is not None and not 0 < url.port < 65536:
        raise ConnectorMisconfiguredError(
            f"Connector {connector.permalink!r}: {url.port} in its URL is no port."
        )
    return url


def _parse_query(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")


def _encoded(pairs: Sequence[tuple[str, str]]) -> str:
    return "&".join(f"{_quoted(key)}={_quoted(value)}" for key, value in pairs)


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="surrogateescape")
