"""Executes connectors as the platform's backend does (platform.md §4 and §5).

An ASGI application of its own that knows nothing of the preview:

    Gateway(configuration=lambda: Configuration(Connectors(definitions), upstreams, allow_hosts))
"""

from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.app import UPSTREAM_TIME_LIMIT, Gateway
from widget_workbench.gateway.call import Call
from widget_workbench.gateway.definitions import (
    BrokenConnector,
    CompositeConnector,
    Connector,
    Definition,
    DefinitionProblem,
    read_definitions,
)
from widget_workbench.gateway.destination import Destination, destinations
from widget_workbench.gateway.errors import (
    ConnectorMisconfiguredError,
    ConnectorNotFoundError,
    DownstreamError,
    GatewayError,
    InvalidPathParametersError,
    MethodNotAllowedError,
    MissingPathParametersError,
    PayloadTooLargeError,
)
from widget_workbench.gateway.execution import (
    Configuration,
    Connectors,
    Execution,
    Relayed,
    is_composite,
)
from widget_workbench.gateway.fingerprint import fingerprint
from widget_workbench.gateway.identity import GUEST, User
from widget_workbench.gateway.network.addresses import (
    AddressRefusedError,
    AllowedHosts,
    GuardedBackend,
)
from widget_workbench.gateway.network.transport import NetworkTransport

__all__ = [
    "GUEST",
    "UPSTREAM_TIME_LIMIT",
    "AddressRefusedError",
    "AllowedHosts",
    "Answer",
    "BrokenConnector",
    "Call",
    "CompositeConnector",
    "Configuration",
    "Connector",
    "ConnectorMisconfiguredError",
    "ConnectorNotFoundError",
    "Connectors",
    "Definition",
    "DefinitionProblem",
    "Destination",
    "DownstreamError",
    "Execution",
    "Gateway",
    "GatewayError",
    "GuardedBackend",
    "InvalidPathParametersError",
    "MethodNotAllowedError",
    "MissingPathParametersError",
    "NetworkTransport",
    "PayloadTooLargeError",
    "Relayed",
    "User",
    "destinations",
    "fingerprint",
    "is_composite",
    "read_definitions",
]
