"""Fields that no definition has: the platform ignores them without a word, a misspelt one too (platform.md §5)."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from widget_workbench.gateway.authentication import config_fields
from widget_workbench.gateway.definitions import (
    CompositeConnector,
    Connector,
    DefinitionProblem,
    Header,
    Parameter,
    PathParameter,
    Step,
    name_of,
)
from widget_workbench.gateway.suggestions import did_you_mean

_MODELS: Mapping[str, type[BaseModel]] = {
    "connectors": Connector,
    "composite_connectors": CompositeConnector,
}
_LISTS: Mapping[str, type[BaseModel]] = {
    "headers": Header,
    "query_parameters": Parameter,
    "path_parameters": PathParameter,
    "steps": Step,
}
_AUTHENTICATION = ("type", "config")

_TOLD = 10  # of one object's fields: what has more is another document
_LONGEST = 60  # characters of a name that a message repeats


def unknown_fields(document: object) -> Iterator[DefinitionProblem]:
    """Each unknown field of a parsed `connectors.json`, those of definitions that break the rules, too.

    Names that begin with `$` or `_` are notes: `$schema`, `_comment`.

    Args:
        document: the parsed JSON; what is not as it should be has no fields.
    """
    yield from _problems("", document, _MODELS, "")
    for key, model in _MODELS.items():
        for index, entry in _entries(document, key):
            yield from _of_object(name_of(entry, f"{key}[{index}]"), entry, model, "")


def _of_object(
    connector: str, value: Mapping[str, Any], model: type[BaseModel], place: str
) -> Iterator[DefinitionProblem]:
    # A connector's whole definition may have become a step.
    more = ("permalink",) if model is Step else ()
    yield from _problems(connector, value, (*model.model_fields, *more), place)
    for field, model_of_entry in _LISTS.items():
        if field in model.model_fields:
            for index, entry in _entries(value, field):
                yield from _of_object(connector, entry, model_of_entry, f"{place}{field}[{index}].")
    if "authentication" in model.model_fields:
        yield from _of_authentication(
            connector, value.get("authentication"), f"{place}authentication."
        )


def _of_authentication(connector: str, value: object, place: str) -> Iterator[DefinitionProblem]:
    if not isinstance(value, dict):
        return
    yield from _problems(connector, value, _AUTHENTICATION, place)
    known = config_fields(value.get("type"))
    if known:  # of `none` nothing has a meaning, and what is left over may stay
        yield from _problems(connector, value.get("config"), known, f"{place}config.")


def _problems(
    connector: str, value: object, known: Collection[str], place: str
) -> Iterator[DefinitionProblem]:
    if not isinstance(value, dict):
        return
    unknown = [key for key in value if key not in known and not _is_note(key)]
    for key in unknown[:_TOLD]:
        message = "is not a known field and is ignored" + did_you_mean(key, known)
        shown = key if len(key) <= _LONGEST else f"{key[:_LONGEST]}…"
        yield DefinitionProblem(connector, f"{place}{shown}", message)
    if len(unknown) > _TOLD:
        rest = f"{len(unknown) - _TOLD} more fields are not known and ignored"
        yield DefinitionProblem(connector, place.removesuffix("."), rest)


def _is_note(key: str) -> bool:
    return key.startswith(("$", "_"))


def _entries(value: object, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    held = value.get(key) if isinstance(value, dict) else None
    if isinstance(held, list):
        yield from ((index, each) for index, each in enumerate(held) if isinstance(each, dict))
