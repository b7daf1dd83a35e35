"""Hosts of `[upstreams]` that no connector calls: a misspelt one would play nobody in silence."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from widget_workbench.gateway.destination import DEFAULT_PORTS
from widget_workbench.gateway.execution import upstream_names

# Of 1: what one slip leaves alike, and two names of one domain do not.
_ALIKE = 0.85

_BEFORE_PATH = re.compile(r"(?:https?://)?[^/?#]*", re.IGNORECASE)


def connector_urls(document: Mapping[str, Any]) -> Iterator[str]:
    """The URLs in a parsed `connectors.json`, those of token endpoints and of definitions that break the rules, too."""
    composites = _objects(document.get("composite_connectors"))
    steps = (step for composite in composites for step in _objects(composite.get("steps")))
    for call in (*_objects(document.get("connectors")), *steps):
        yield from _texts(call.get("url"))
        for authentication in _objects([call.get("authentication")]):
            for config in _objects([authentication.get("config")]):
                yield from _texts(config.get("token_url"))


def uncalled_hosts(
    upstreams: Iterable[str], urls: Iterable[str]
) -> Iterator[tuple[str, str | None]]:
    """The hosts that no connector calls, each with the one that may have been meant.

    A template in the place of a host may become any: then none of them is told to be uncalled.

    Args:
        upstreams: the hosts of `[upstreams]`, in lower case.
        urls: those of all connectors.
    """
    urls = list(urls)
    if any("{{" in before or "{%" in before for before in map(_before_path, urls)):
        return
    called = [names for url in urls if (names := _names(url))]
    known = {name for names in called for name in names}
    written = list(dict.fromkeys(names[0] for names in called))
    for host in upstreams:
        if host not in known:
            close = difflib.get_close_matches(host, written, n=1, cutoff=_ALIKE)
            yield host, close[0] if close else None


def _before_path(url: str) -> str:
    found = _BEFORE_PATH.match(url)
    return found[0] if found else ""


def _names(url: str) -> tuple[str, ...]:
    """What the URL's host may be called in `[upstreams]`, as it is written first."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:  # it is no URL, which calling the connector tells
        return ()
    if not host:
        return ()
    with_port, name = upstream_names(host, port or DEFAULT_PORTS.get(parts.scheme, 0))
    return (with_port, name) if port else (name, with_port)


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
