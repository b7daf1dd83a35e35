"""Tells whether two definitions execute alike."""

import hashlib
import json
from typing import Any

from widget_workbench.gateway.definitions import CompositeConnector, Connector, Step

_LENGTH = 12  # hexadecimal digits: enough to tell the versions of one connector from each other


def fingerprint(definition: Connector | CompositeConnector) -> str:
    """A short text that changes with whatever decides the request or the answer, and with nothing else.

    Name and permalink have no part in it, nor has the order of keys, nor whether a default is written out.
    """
    if isinstance(definition, CompositeConnector):
        content: Any = [{"name": step.name, **_decisive(step)} for step in definition.steps]
    else:
        content = _decisive(definition)
    text = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def _decisive(call: Connector | Step) -> dict[str, Any]:
    # Without defaults, so that a field which a later release learns does not change what it is absent from.
    fields = call.model_dump(exclude={"name", "permalink"}, exclude_defaults=True)
    for header in fields.get("headers", ()):
        header["key"] = header["key"].lower()
    authentication = fields.get("authentication", {})
    if authentication.get("type", "none") == "none":
        fields.pop("authentication", None)
    # An empty list, or an empty text in the place of a template, asks for nothing, as its absence does.
    return {name: value for name, value in fields.items() if value}
