"""What the schemas say, from the models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from widget_workbench.gateway.definitions import CompositeConnector, Connector
from widget_workbench.global_code import Script, Stylesheet
from widget_workbench.manifest import WidgetManifest
from widget_workbench.settings import PreviewSettings


class _Connectors(BaseModel):
    """`connectors.json`: what the widget's calls execute on the platform."""

    connectors: list[Connector] = Field(default=[])
    composite_connectors: list[CompositeConnector] = Field(default=[])


FILES: Mapping[str, type[BaseModel]] = {
    "widget.schema.json": WidgetManifest,
    "connectors.schema.json": _Connectors,
    "preview.schema.json": PreviewSettings,
    "script.schema.json": Script,
    "stylesheet.schema.json": Stylesheet,
}
"""The model of each file's content, by the schema's name."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

# What the models take besides what they say.
_DERIVED = ("permalink",)


def schema(name: str) -> dict[str, Any]:
    """A JSON Schema.

    Args:
        name: one of `FILES`.
    """
    made = FILES[name].model_json_schema(by_alias=True)
    properties = {"$schema": {"type": "string"}, **made.pop("properties")}
    for each in [made, *made.get("$defs", {}).values()]:
        _mend(each)
    return {"$schema": _DIALECT, **made, "properties": properties}


def written(name: str) -> str:
    """The text of a schema's file."""
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"


def _mend(definition: dict[str, Any]) -> None:
    """What pydantic cannot know: a name that is derived, another spelling, and titles that say nothing."""
    if required := [name for name in definition.get("required", ()) if name not in _DERIVED]:
        definition["required"] = required
    definition.pop("title", None)
    for held in definition.get("properties", {}).values():
        held.pop("title", None)
        if held.get("const") == "api_key":
            held.pop("const")
            held["enum"] = ["api_key", "apikey"]
