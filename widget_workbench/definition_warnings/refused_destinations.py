"""URLs that are refused when they are called, as far as their text tells (platform.md §5)."""

import re
from collections.abc import Iterator

import httpx

from widget_workbench.definition_warnings.parts import calls_of
from widget_workbench.gateway import (
    CompositeConnector,
    Configuration,
    Connector,
    ConnectorMisconfiguredError,
)
from widget_workbench.gateway.authentication import token_url
from widget_workbench.gateway.destination import choose_transport

_ORIGIN = re.compile(r"[^:/?#]*://[^/?#\\]*")

_NETWORK = httpx.AsyncBaseTransport()  # nothing is sent


def refused_destinations(
    definition: Connector | CompositeConnector, configuration: Configuration
) -> Iterator[tuple[str, str]]:
    """Each field whose URL no connector may call, with why; where a template decides, nobody knows.

    Args:
        definition: the connector.
        configuration: has the mapped and the allowed hosts.
    """
    for part in calls_of(definition):
        yield from _refused(f"{part.place}url", part.call.url, configuration)
        token_endpoint = token_url(part.call.authentication)
        if token_endpoint is not None:
            place = f"{part.place}authentication.config.token_url"
            yield from _refused(place, token_endpoint, configuration)


def _refused(place: str, url: str, configuration: Configuration) -> Iterator[tuple[str, str]]:
    found = _ORIGIN.match(url)
    origin = found[0] if found else url
    if "{" in origin:  # of a template; no host has one
        return
    try:
        choose_transport(httpx.URL(origin), configuration, _NETWORK)
    except (httpx.InvalidURL, UnicodeError):
        yield place, "is not a URL: it has to start with https:// and a host"
    except ConnectorMisconfiguredError as error:
        yield place, error.detail.removesuffix(".")
