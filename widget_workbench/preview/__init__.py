"""The local server: a community page, the gateway, and the repository's widgets."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from widget_workbench.preview.app import create_app
    from widget_workbench.preview.publication import RejectedError
    from widget_workbench.preview.server import PortTakenError, running, serve

__all__ = ["PortTakenError", "RejectedError", "create_app", "running", "serve"]


def __getattr__(name: str) -> object:
    """Imports on use: the server's libraries take longer to import than a command to print help."""
    if name == "create_app":
        from widget_workbench.preview.app import create_app

        return create_app
    if name in ("PortTakenError", "running", "serve"):
        from widget_workbench.preview import server

        return getattr(server, name)
    if name == "RejectedError":
        from widget_workbench.preview.publication import RejectedError

        return RejectedError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
