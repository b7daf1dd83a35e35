"""A widget's `widget.json` (platform.md §2)."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class _ManifestModel(BaseModel):
    """Types as JSON has them, the platform's camelCase names, unknown fields ignored."""

    model_config = ConfigDict(
        strict=True, extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True
    )


class Source(_ManifestModel):
    """Repository hosting: a directory to publish and the entry file in it."""

    path: str
    entry: str


class Property(_ManifestModel):
    """One field of the No-Code Builder's form."""

    name: str
    label: str = ""
    type: Literal["text", "number", "color", "date", "boolean", "select", "autocomplete"] = "text"
    description: str = ""
    section: str | None = None
    default_value: Any = None
    rules: dict[str, Any] = {}
    options: list[Any] | None = None
    dynamic_options: dict[str, Any] | None = None
    multiple: bool = False
    sortable: bool = False


class Section(_ManifestModel):
    """A group of properties in that form."""

    name: str
    label: str = ""
    description: str = ""
    expanded: bool = False


class Configuration(_ManifestModel):
    """The No-Code Builder's form."""

    properties: list[Property] = []
    sections: list[Section] = []


class Settings(_ManifestModel):
    """What an admin may do with the widget on a page."""

    configurable: bool = True
    editable: bool = True
    removable: bool = True
    movable: bool = True
    shared: bool = False
    container: bool = False


class WidgetManifest(_ManifestModel):
    """The fields of `widget.json`; its `type` is the directory's name, so it has none here."""

    title: Annotated[str, Field(min_length=1)]
    category: Annotated[str, Field(min_length=1)]
    source: Source | None = None
    content: dict[str, Any] | None = None
    version: str = "1.0.0"
    description: str = ""
    containers: list[str] = ["Full width"]
    widgets_library: bool = True
    image_name: str | None = None
    image_src: str | None = None
    settings: Settings = Settings()
    configuration: Configuration = Configuration()
    default_config: dict[str, Any] = {}

    def props(self) -> dict[str, Any]:
        """What `sdk.getProps()` gives for a widget that nobody configured.

        `defaultConfig`, and where that is silent the properties' `defaultValue`.
        """
        defaults = {
            each.name: each.default_value
            for each in self.configuration.properties
            if each.default_value is not None
        }
        return {**defaults, **self.default_config}
