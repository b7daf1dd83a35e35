"""Python widgets for a Gainsight Customer Community.

A widget's ``main.py`` defines ``async def init(sdk: Sdk)``. It runs in the visitor's browser and calls the community's
connectors through the host page's own SDK::

    from widget import Sdk


    async def init(sdk: Sdk) -> None:
        weather = await sdk.connectors.execute("weather-api", query_params={"q": "Warsaw"})
        sdk.root.textContent = weather["summary"]
"""

from typing import TYPE_CHECKING

from ._build import Build
from ._connectors import Composite, Connectors, WidgetServiceSDK
from ._errors import (
    ConnectorBoundaryError,
    ConnectorError,
    ConnectorExecuteError,
    ConnectorNetworkError,
    ConnectorNotFoundError,
    ConnectorTimeoutError,
)
from ._events import Event
from ._resource import Resource
from ._state import State
from ._templates import Markup, Renderable, markup

if TYPE_CHECKING:
    from ._typed_sdk import Sdk
else:
    from ._sdk import Sdk

__all__ = [
    "Build",
    "Composite",
    "ConnectorBoundaryError",
    "ConnectorError",
    "ConnectorExecuteError",
    "ConnectorNetworkError",
    "ConnectorNotFoundError",
    "ConnectorTimeoutError",
    "Connectors",
    "Event",
    "Markup",
    "Renderable",
    "Resource",
    "Sdk",
    "State",
    "WidgetServiceSDK",
    "markup",
]

# Tracebacks name an exception by its module: the one that authors import it from.
for _error in (
    ConnectorError,
    ConnectorBoundaryError,
    ConnectorExecuteError,
    ConnectorNotFoundError,
    ConnectorTimeoutError,
    ConnectorNetworkError,
):
    _error.__module__ = __name__
