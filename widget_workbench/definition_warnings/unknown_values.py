"""Secrets and variables that a connector's templates ask for, and nobody has defined.

Their expression's text would go to the upstream as it stands (platform.md §5), and a misspelt name with it.
"""

import difflib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from jinja2 import nodes

from widget_workbench.definition_warnings.parts import calls_of
from widget_workbench.gateway import CompositeConnector, Connector
from widget_workbench.gateway.templates import Field
from widget_workbench.gateway.templates.available import available_names
from widget_workbench.gateway.templates.compilation import InvalidTemplate, parse
from widget_workbench.gateway.templates.inspection import LOOKED_THROUGH
from widget_workbench.secret_values import FILE, variable_for

Kind = Literal["secret", "variable"]

_FUNCTIONS: Mapping[str, Kind] = {"get_secret": "secret", "get_variable": "variable"}

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")  # TOML 1.0, Keys


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
        absent_from, table = (
            (f"neither {FILE} nor {variable_for(self.name)} gives", FILE)
            if self.kind == "secret"
            else ("[variables] of preview.toml does not give", "that table")
        )
        way_out = (
            f"; did you mean {self.meant!r}?"
            if self.meant
            else f': write {_toml_key(self.name)} = "…" into {table}.'
        )
        return (
            f"`{self.place}`: uses the {self.kind} {self.name!r}, which {absent_from}. "
            f"Its expression stays in the text{way_out}"
        )


def _toml_key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else json.dumps(name, ensure_ascii=False)


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
    for part in calls_of(definition):
        for template in part.templates():
            for kind, name in _wanted(template.text, template.field, template.in_composite):
                if name not in known[kind]:
                    close = difflib.get_close_matches(name, known[kind], n=1)
                    yield UnknownValue(template.place, kind, name, close[0] if close else None)


@lru_cache(maxsize=4096)
def _wanted(text: str, field: Field, in_composite: bool) -> tuple[tuple[Kind, str], ...]:
    """The secrets and variables that a template cannot do without, each once."""
    # Where a function is not there at all, its use is an error of another kind.
    there = available_names(field, in_composite).intersection(_FUNCTIONS)
    if len(text) > LOOKED_THROUGH or not any(function in text for function in there):
        return ()
    try:
        return tuple(dict.fromkeys(_calls(parse(text), there)))
    except InvalidTemplate:
        return ()


def _calls(tree: nodes.Template, there: Collection[str]) -> Iterator[tuple[Kind, str]]:
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case nodes.Call(
                node=nodes.Name(name=function), args=[nodes.Const(value=str(name)), *_]
            ) if function in there:
                yield _FUNCTIONS[function], name
        waiting.extend(reversed(list(node.iter_child_nodes(exclude=_excused(node)))))


def _excused(node: nodes.Node) -> tuple[str, ...]:
    """The fields of a node in which an unknown value does no harm."""
    if isinstance(node, nodes.Filter) and node.name in ("default", "d"):
        return ("node",)
    if isinstance(node, nodes.If | nodes.CondExpr):
        return ("test",)
    return ("node",) if isinstance(node, nodes.Test) else ()
