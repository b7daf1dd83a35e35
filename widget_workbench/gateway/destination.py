"""Which way a request goes: a mounted upstream, or the network within the address rules."""

import httpx

from widget_workbench.gateway.addresses import AddressRefusedError, refuse_private_name
from widget_workbench.gateway.errors import ConnectorMisconfiguredError
from widget_workbench.gateway.execution import Configuration

DEFAULT_PORTS = {"https": 443, "http": 80}


def choose_transport(
    url: httpx.URL, configuration: Configuration, network: httpx.AsyncBaseTransport
) -> httpx.AsyncBaseTransport:
    """The transport for a connector's resolved URL.

    A host of `upstreams` goes to its transport, whatever its address; its URL is still held to
    https, as it will be once published. A host of `allow_hosts` is exempt from every rule.

    Raises:
        ConnectorMisconfiguredError: platform.md §5's URL rules, as far as the text tells; what
            the name resolves to is checked when connecting.
    """
    if url.userinfo:
        raise ConnectorMisconfiguredError(
            "The connector's URL holds a user name or password: use `authentication` or a header."
        )
    port = url.port or DEFAULT_PORTS[url.scheme]
    if configuration.allowed_hosts.exempt(url.host, port):
        return configuration.upstream(url.host, port) or network
    if url.scheme != "https":
        raise ConnectorMisconfiguredError(
            f"The connector's URL must start with https://, and {url.scheme}://{url.host} does "
            "not. For a service of your own, name its host in preview.toml's allow_hosts."
        )
    upstream = configuration.upstream(url.host, port)
    if upstream is not None:
        return upstream
    try:
        refuse_private_name(url.host)
    except AddressRefusedError as error:
        raise ConnectorMisconfiguredError(str(error)) from None
    return network
