"""Widgets to be prerendered, as tests write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import dedent, indent
from typing import Any

from widget_workbench.manifest import WidgetManifest
from widget_workbench.prerendering import Subject


@dataclass(frozen=True)
class Case:
    """A widget, and what becomes of it.

    Attributes:
        init: the lines of its `init`.
        markup: what stands in its entry; None where it keeps its skeleton.
        because: a pattern of the reason, where it does.
        before: lines above `init`.
        properties: of its widget.json.
        config: its `defaultConfig`.
        files: others of its own, by path.
    """

    init: str
    markup: str | None = None
    because: str = ""
    before: str = ""
    properties: Sequence[Mapping[str, Any]] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def subject(self, name: str) -> Subject:
        """The widget."""
        document = {
            "title": "T",
            "category": "C",
            "configuration": {"properties": list(self.properties)},
            "defaultConfig": dict(self.config),
        }
        main = f"{self.before}\nasync def init(sdk):\n{indent(dedent(self.init), '    ')}\n"
        files = {"main.py": main, **self.files}
        return Subject(
            type=name,
            manifest=WidgetManifest.model_validate(document),
            modules={path: text.encode() for path, text in files.items() if path.endswith(".py")},
            assets=[path.removeprefix("assets/") for path in files if path.startswith("assets/")],
        )


def rendered(template: str) -> str:
    return f"sdk.render(t'''{template}''')"


def text(name: str, default: object = None, **rules: Any) -> dict[str, Any]:
    return {"name": name, "type": "text", "defaultValue": default, "rules": rules}


CITY = text("city", "Warsaw")
NEEDED = text("city", "Warsaw", required=True)
UNITS = {
    "name": "units",
    "type": "select",
    "defaultValue": "metric",
    "options": [{"value": value} for value in ("metric", "imperial", "kelvin")],
}
COUNT = {"name": "count", "type": "number", "defaultValue": 5}
WIDE = {"name": "wide", "type": "boolean", "defaultValue": False}
