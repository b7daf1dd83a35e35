"""Which way a request goes: a mounted upstream, or the network within the address rules."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

import httpx

from widget_workbench.gateway.authentication import token_url
from widget_workbench.gateway.definitions import (
    BrokenConnector,
    CompositeConnector,
    Connector,
    Definition,
    Step,
)
from widget_workbench.gateway.errors import ConnectorMisconfiguredError, RefusedUrlError
from widget_workbench.gateway.execution import Configuration, upstream_names
from widget_workbench.gateway.network.addresses import (
    AddressRefusedError,
    host_of,
    refuse_private_name,
)
from widget_workbench.gateway.network.exchange import Leads

DEFAULT_PORTS = {"https": 443, "http": 80}

_ORIGIN = re.compile(r"https?://[^/?#]*", re.IGNORECASE)


@dataclass(frozen=True)
class Destination:
    """A host that a definition calls.

    Attributes:
        host: in lower case, with a port where the URL gives one; None where a template decides it.
        mapped: whether an upstream is mapped for it; never, where the host is None.
        step: the step of a composite connector that calls it.
    """

    host: str | None
    mapped: bool
    step: str | None = None


def destinations(definition: Definition, upstreams: Container[str]) -> tuple[Destination, ...]:
    """The hosts that executing a definition may call, as far as its text tells, in the order of its steps.

    Args:
        definition: a broken one, or a URL that is none, calls nobody.
        upstreams: the mapped hosts, by the names that `[upstreams]` has for them.
    """
    if isinstance(definition, BrokenConnector):
        return ()
    if isinstance(definition, CompositeConnector):
        return tuple(
            destination
            for step in definition.steps
            for destination in _destinations(step, upstreams, step.name)
        )
    return tuple(_destinations(definition, upstreams))


def _destinations(
    call: Connector | Step, upstreams: Container[str], step: str | None = None
) -> Iterator[Destination]:
    for url in _urls(call):
        origin = _ORIGIN.match(url)
        if "{" in (origin[0] if origin else url):  # of a template; no host has one
            yield Destination(None, False, step)
        elif origin and (names := _names(origin[0])):
            yield Destination(names[0], any(name in upstreams for name in names), step)


def _urls(call: Connector | Step) -> Iterator[str]:
    token_endpoint = token_url(call.authentication)
    if token_endpoint is not None:
        yield token_endpoint
    yield call.url


def _names(origin: str) -> tuple[str, ...]:
    """What `[upstreams]` may call the host of `scheme://host:port`, as written there first; empty if it is none."""
    try:
        url = httpx.URL(origin)
    except (httpx.InvalidURL, UnicodeError):
        return ()
    if not url.raw_host:
        return ()
    with_port, name = upstream_names(host_of(url), url.port or DEFAULT_PORTS[url.scheme])
    return (with_port, name) if url.port else (name, with_port)


def choose_transport(
    url: httpx.URL, configuration: Configuration, network: httpx.AsyncBaseTransport
) -> tuple[httpx.AsyncBaseTransport, Leads]:
    """The transport for a resolved URL, and where it leads.

    A host of `upstreams` goes to its transport, whatever its address; its URL is still held to
    https, as it will be once published. A host of `allow_hosts` is exempt from every rule.

    Raises:
        RefusedUrlError: platform.md §5's URL rules, as far as the text tells; what the name resolves to is checked
            when connecting.
    """
    host = host_of(url)
    if url.scheme not in DEFAULT_PORTS or not host:
        raise RefusedUrlError("The URL does not start with https:// and a host")
    if url.userinfo:
        raise RefusedUrlError(
            f"The URL of {host} holds a user name or password", ": use `authentication` or a header"
        )
    port = _port(url)
    if not 0 < port < 65536:
        raise RefusedUrlError(f"The URL of {host} has the port {port}, which is none")
    upstream = configuration.upstream(host, port)
    if configuration.allowed_hosts.exempt(host, port):
        return (upstream, Leads.TO_UPSTREAM) if upstream else (network, Leads.TO_ALLOWED_HOST)
    if url.scheme != "https":
        raise RefusedUrlError(
            "The platform calls https only",
            f": write https://{url.netloc.decode('ascii')} instead of http://. The preview calls a service of your "
            "own that is not published by http, too, if preview.toml's allow_hosts names its host",
        )
    if upstream is not None:
        return upstream, Leads.TO_UPSTREAM
    try:
        refuse_private_name(host)
    except AddressRefusedError as error:
        raise RefusedUrlError(error.rule, error.way_out) from None
    return network, Leads.TO_REAL_HOST


def check_redirect(source: httpx.URL, target: httpx.URL, configuration: Configuration) -> None:
    """Keeps the developer's own hosts from redirects by others: what they are exempt from is not others' to use.

    Args:
        source: the URL whose answer redirects.
        target: the absolute URL that it redirects to.

    Raises:
        ConnectorMisconfiguredError: the target's host is mapped or allowed, and the source's is neither.
    """
    if _is_own(target, configuration) and not _is_own(source, configuration):
        raise ConnectorMisconfiguredError(
            f"{host_of(target)} is a host of preview.toml's [upstreams] or allow_hosts, where only those lead. If "
            f"{host_of(source)} may lead there, map or name it there, too."
        )


def _is_own(url: httpx.URL, configuration: Configuration) -> bool:
    """Whether the host is mapped or allowed."""
    host, port = host_of(url), _port(url)
    is_mapped = configuration.upstream(host, port) is not None
    return is_mapped or configuration.allowed_hosts.exempt(host, port)


def _port(url: httpx.URL) -> int:
    return DEFAULT_PORTS[url.scheme] if url.port is None else url.port
