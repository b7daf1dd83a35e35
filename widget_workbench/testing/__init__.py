"""The test kit: what a test of a widget is written with.

The fixtures `community`, `fake_sdk` and `community_factory`, pytest's options and what a failing test leaves behind are
documented in `widget_workbench.testing.plugin`. Here are the types that they are made of.
"""

from typing import TYPE_CHECKING

from widget_workbench.testing.stubs import ConnectorCall, Envelope, Response, UnmatchedCallError

if TYPE_CHECKING:
    from widget_workbench.testing.community import Community, CommunityFactory
    from widget_workbench.testing.connectors import CommunityConnector, CommunityConnectors
    from widget_workbench.testing.console import Console, Message
    from widget_workbench.testing.fake_sdk import FakeSdk
    from widget_workbench.testing.in_page import FailedInPage
    from widget_workbench.testing.page import CommunityPage, Failure, WidgetFailed

__all__ = [
    "Community",
    "CommunityConnector",
    "CommunityConnectors",
    "CommunityFactory",
    "CommunityPage",
    "ConnectorCall",
    "Console",
    "Envelope",
    "FailedInPage",
    "Failure",
    "FakeSdk",
    "Message",
    "Response",
    "UnmatchedCallError",
    "WidgetFailed",
]

_MODULES = {
    "Community": "community",
    "CommunityConnector": "connectors",
    "CommunityConnectors": "connectors",
    "CommunityFactory": "community",
    "CommunityPage": "page",
    "Console": "console",
    "FailedInPage": "in_page",
    "Failure": "page",
    "FakeSdk": "fake_sdk",
    "Message": "console",
    "WidgetFailed": "page",
}


def __getattr__(name: str) -> object:
    """Imports on use: every pytest session on the computer imports this package, for the plugin."""
    if name in _MODULES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """What `help` lists."""
    return __all__
