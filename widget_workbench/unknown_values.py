"""Secrets and variables that a connector's templates ask for, and nobody has defined.

Their expression's text would go to the upstream as it stands (platform.md §5), and a misspelt name with it.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import jinja2
from jinja2 import nodes

from widget_workbench.gateway import CompositeConnector, Connector
from widget_workbench.gateway.definitions import field_path
from widget_workbench.secret_values import FILE, variable_for

Kind = Literal["secret", "variable"]
Place = tuple[int | str, ...]

_FUNCTIONS: Mapping[str, Kind] = {"get_secret": "secret", "get_variable": "variable"}

# Where each function is there at all (platform.md §5's table); elsewhere its use is an error of another kind.
_FIELDS: Mapping[Kind, Sequence[str]] = {
    "secret": ("headers", "query_parameters", "authentication"),
    "variable": ("url", "path_parameters", "headers", "query_parameters", "authentication"),
}
_FIELDS_OF_STEPS: Mapping[Kind, Sequence[str]] = {
    "secret": _FIELDS["secret"],
    "variable": (*_FIELDS["variable"], "request_body", "response_body"),
}

_ENVIRONMENT = jinja2.Environment(autoescape=True)  # parses only: nothing is rendered


@dataclass(frozen=True)
class UnknownValue:
    """A place of a definition that cannot do without a secret or variable which there is not.

    `str()` of it tells so in a sentence. `place` is a field, such as `headers[0].value`; `meant` a known name that is
    close to `name`.
    """

    place: str
    kind: Kind
    name: str
    meant: str | None = None

    def __str__(self) -> str:
        absent_from = (
            f"neither {FILE} nor {variable_for(self.name)} gives"
            if self.kind == "secret"
            else "[variables] of preview.toml does not give"
        )
        question = f"; did you mean {self.meant!r}?" if self.meant else "."
        return (
            f"`{self.place}`: uses the {self.kind} {self.name!r}, which {absent_from}. "
            f"Its expression stays in the text{question}"
        )


def unknown_values(
    definition: Connector | CompositeConnector,
    *,
    secrets: Collection[str],
    variables: Collection[str],
) -> Iterator[UnknownValue]:
    """What a definition's templates ask for by a literal name that is not known.

    Where a template is prepared for its absence, by `default`, `if` or a test, nothing is amiss. A template that does
    not parse is left to who renders it.

    Args:
        definition: the connector.
        secrets: the names of those there are.
        variables: the names of those there are.
    """
    known: dict[Kind, Collection[str]] = {"secret": secrets, "variable": variables}
    for place, kind, name in _uses(definition):
        if name not in known[kind]:
            close = difflib.get_close_matches(name, known[kind], n=1)
            yield UnknownValue(place, kind, name, close[0] if close else None)


def _uses(definition: Connector | CompositeConnector) -> Iterator[tuple[str, Kind, str]]:
    """Each place that names a secret or variable where the function is available."""
    fields = definition.model_dump(exclude_defaults=True)
    if not isinstance(definition, CompositeConnector):
        yield from _uses_of_call(fields, (), _FIELDS)
        return
    for index, step in enumerate(fields.get("steps", ())):
        yield from _uses_of_call(step, ("steps", index), _FIELDS_OF_STEPS)


def _uses_of_call(
    fields: Mapping[str, object], place: Place, available: Mapping[Kind, Sequence[str]]
) -> Iterator[tuple[str, Kind, str]]:
    for field, value in fields.items():
        for where, text in _texts(value, (*place, field)):
            for kind, name in _wanted(text):
                if field in available[kind]:
                    yield field_path(where), kind, name


def _texts(value: object, place: Place) -> Iterator[tuple[Place, str]]:
    """Each text in nested lists and objects, with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, held in value.items():
            yield from _texts(held, (*place, key))
    elif isinstance(value, list | tuple):
        for index, held in enumerate(value):
            yield from _texts(held, (*place, index))


@lru_cache(maxsize=4096)
def _wanted(text: str) -> tuple[tuple[Kind, str], ...]:
    """The secrets and variables that a template cannot do without, each once."""
    if not any(function in text for function in _FUNCTIONS):
        return ()
    try:
        return tuple(dict.fromkeys(_calls(_ENVIRONMENT.parse(text))))
    except (jinja2.TemplateSyntaxError, RecursionError):
        return ()


def _calls(node: nodes.Node) -> Iterator[tuple[Kind, str]]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.args:
        name = node.args[0]
        kind = _FUNCTIONS.get(node.node.name)
        if kind and isinstance(name, nodes.Const) and isinstance(name.value, str):
            yield kind, name.value
    for child in node.iter_child_nodes(exclude=_excused(node)):
        yield from _calls(child)


def _excused(node: nodes.Node) -> tuple[str, ...]:
    """The fields of a node in which an unknown value does no harm."""
    if isinstance(node, nodes.Filter) and node.name in ("default", "d"):
        return ("node",)
    if isinstance(node, nodes.If | nodes.CondExpr):
        return ("test",)
    return ("node",) if isinstance(node, nodes.Test) else ()
