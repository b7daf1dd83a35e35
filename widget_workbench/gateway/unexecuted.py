"""Fields of platform.md §5 that this gateway does not execute yet; none is ever ignored."""

import re
from collections.abc import Iterator

from widget_workbench.gateway.definitions import CompositeConnector, Connector
from widget_workbench.gateway.errors import ConnectorMisconfiguredError
from widget_workbench.gateway.path_parameters import REFERENCE

_TEMPLATE = re.compile(r"\{\{|\{%|\{#")


def refuse_unexecuted(connector: Connector | CompositeConnector) -> None:
    """Raises ConnectorMisconfiguredError that names the fields which cannot be executed yet."""
    fields = list(dict.fromkeys(_unexecuted_fields(connector)))
    if fields:
        verb = "is" if len(fields) == 1 else "are"
        raise ConnectorMisconfiguredError(
            f"Connector {connector.permalink!r}: {', '.join(fields)} {verb} not executed by this "
            "version of the gateway yet."
        )


def _unexecuted_fields(connector: Connector | CompositeConnector) -> Iterator[str]:
    if isinstance(connector, CompositeConnector):
        yield "steps"
        return
    if _TEMPLATE.search(REFERENCE.sub("", connector.url)):
        yield "url (a template other than {{ pathParams.… }})"
    for name, parameters in (
        ("headers", connector.headers),
        ("query_parameters", connector.query_parameters),
        ("path_parameters", connector.path_parameters),
    ):
        for parameter in parameters:
            if _TEMPLATE.search(f"{parameter.key} {parameter.value or ''}"):
                yield f"{name} {parameter.key!r} (a template)"
    if connector.authentication.type != "none":
        yield f"authentication (type {connector.authentication.type!r})"
    for name in ("request_body", "response_body", "response_content_type"):
        if getattr(connector, name):
            yield name
