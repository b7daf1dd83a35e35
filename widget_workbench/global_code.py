"""Scripts and stylesheets for whole pages, and where they apply (platform.md §6)."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from widget_workbench.manifest import ManifestModel, Source, Text


class PageRule(ManifestModel):
    """One condition; all of them have to hold."""

    field: Literal["page", "pageType", "slug", "locale", "authenticated"]
    operator: Literal["eq", "neq", "in", "not_in"]
    value: Any

    @model_validator(mode="after")
    def _fits_its_operator(self) -> Self:
        many = self.operator in ("in", "not_in")
        if many != isinstance(self.value, list):
            raise PydanticCustomError(
                "value_error",
                f'`{self.operator}` takes an array as its `value`, such as ["home"]'
                if many
                else f'`{self.operator}` takes one value as its `value`, such as "home"',
            )
        return self


class Stylesheet(ManifestModel):
    """`stylesheet.json`."""

    rules: list[PageRule] = Field(default=[])
    attributes: dict[str, str] = Field(default={})


class Script(Stylesheet):
    """`script.json`."""

    placement: Literal["head", "body"] = "head"


MODELS: dict[str, type[Stylesheet]] = {"scripts": Script, "stylesheets": Stylesheet}
"""What describes each kind, by the name of its directory and of its array in the registry."""


class RegisteredStylesheet(Stylesheet):
    """One entry of `stylesheets` in `extensions_registry.json`, in the form that widgets have."""

    name: Text
    source: Source


class RegisteredScript(Script, RegisteredStylesheet):
    """Likewise of `scripts`."""


REGISTERED: dict[str, type[RegisteredStylesheet]] = {
    "scripts": RegisteredScript,
    "stylesheets": RegisteredStylesheet,
}
"""Their entries in the registry, likewise."""
