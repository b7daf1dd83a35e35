"""What in a good `widget.json` is no error and still not meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from widget_workbench.gateway.suggestions import did_you_mean
from widget_workbench.manifest import Configuration, Fault, PlatformFields, Property
from widget_workbench.problem import Code

# Which values a property of a type can have, by what JSON makes of them.
_FITTING: Mapping[str, tuple[tuple[type, ...], str]] = {
    "text": ((str,), "a string"),
    "color": ((str,), "a string"),
    "date": ((str,), "a string"),
    "number": ((int, float), "a number"),
    "boolean": ((bool,), "true or false"),
}


def misspelt_fields(document: object, model: type[BaseModel]) -> Iterator[Fault]:
    """Fields that a definition does not have, where one of its own is close: the platform ignores them in silence.

    Args:
        document: the parsed JSON.
        model: what it is read as.
    """
    yield from _misspelt(document, model, "")
    if isinstance(document, dict) and "configuration" in _names(model):
        for key in _names(Configuration):
            if key in document:
                message = "has no effect here: it belongs into `configuration`"
                yield Fault(Code.UNKNOWN_FIELD, key, message)


def _names(model: type[BaseModel]) -> list[str]:
    return [to_camel(name) for name in model.model_fields]


def _misspelt(value: object, model: type[BaseModel], place: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        return
    fields = {to_camel(name): field for name, field in model.model_fields.items()}
    for key, held in value.items():
        if key not in fields:
            if meant := did_you_mean(str(key), fields):
                message = f"is not a known field and is ignored{meant}"
                yield Fault(Code.UNKNOWN_FIELD, f"{place}{key}", message)
            continue
        inner = _model_in(fields[key].annotation)
        if inner is None:
            continue
        if isinstance(held, list):
            for index, each in enumerate(held):
                yield from _misspelt(each, inner, f"{place}{key}[{index}].")
        else:
            yield from _misspelt(held, inner, f"{place}{key}.")


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model in `Source | None` or `list[Property]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model_in(each))), None)


def unfit_defaults(manifest: PlatformFields) -> Iterator[Fault]:
    """Default values that the form could not have given."""
    for index, each in enumerate(manifest.configuration.properties):
        place = f"configuration.properties[{index}].defaultValue"
        yield from _unfit(each, each.default_value, place)
        if each.name in manifest.default_config:
            value = manifest.default_config[each.name]
            yield from _unfit(each, value, f"defaultConfig.{each.name}")


def _unfit(each: Property, value: Any, place: str) -> Iterator[Fault]:
    if value is None or each.multiple:
        return
    wanted = ""
    if each.type in _FITTING:
        types, name = _FITTING[each.type]
        is_number = isinstance(value, bool) and each.type == "number"
        wanted = name if is_number or not isinstance(value, types) else ""
    elif each.options is not None and value not in [option.value for option in each.options]:
        wanted = f"one of its `options`: {', '.join(repr(each.value) for each in each.options)}"
    if wanted:
        message = f"{value!r} is no value of the property {each.name!r}, which takes {wanted}"
        yield Fault(Code.INVALID_CONFIGURATION, place, message)
