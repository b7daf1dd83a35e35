"""What is wrong with a template for certain, told by its text: before it is rendered, or when it has failed.

What a template is prepared to lack, by `default` or `is defined`, is nothing wrong.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import nodes

from widget_workbench.gateway.suggestions import did_you_mean, listed
from widget_workbench.gateway.templates.available import ALL_NAMES, available_names
from widget_workbench.gateway.templates.compilation import (
    InvalidTemplate,
    parse,
    undeclared_names,
)
from widget_workbench.gateway.templates.template import Field, Template

# Characters. Looking through as many takes up to a second; of a larger one whoever renders it tells what is wrong.
LOOKED_THROUGH = 65_536

_GETTERS = frozenset({"get_secret", "get_variable"})
OF_THE_PAYLOAD = frozenset({"body_text", "body_raw"})

# What attributes a variable has: by name, as far as it is known of each; `str` is a text, None anything.
_ANSWER = {"body": str, "status_code": None, "headers": None}
_ATTRIBUTES: Mapping[str, Any] = {
    "user": {
        "id": None,
        "email": None,
        "first_name": None,
        "last_name": None,
        "username": None,
        "profile_fields": {"by_id": None},
    },
    "body_text": str,
    "response": _ANSWER,
    "request": {"body_text": str, "body_raw": None, "headers": None, "query_parameters": None},
}
_DEEPEST = 4  # names in a row that `_ATTRIBUTES` tells of: steps.first.body.id

_LONGEST = 60  # characters of a name that a message repeats

_SUBTRACTS = "; a hyphen subtracts: write"


@dataclass(frozen=True)
class Finding:
    """Something wrong in a template.

    Attributes:
        name: what is read and not there; None where the text is no template.
        reason: continues "`headers[0].value`: ".
        hint: what to do, beginning with "; ", or nothing.
    """

    name: str | None
    reason: str
    hint: str = ""

    def __str__(self) -> str:
        return self.reason + self.hint


def findings(template: Template, steps: Sequence[str] = ()) -> tuple[Finding, ...]:
    """What is wrong, in the order of the text, each name once.

    Of a text over 64 KB nothing is told.

    Args:
        template: nothing of it is evaluated.
        steps: the names of the composite's steps that come before.
    """
    if template.is_plain or len(template.text) > LOOKED_THROUGH:
        return ()
    return _findings(template, tuple(steps))


def hyphen_hint(template: Template, path: str) -> str:
    """What to write instead, where a hyphen was not meant to subtract from this value: "; a hyphen subtracts: …".

    Args:
        path: what comes before the hyphen, such as `pathParams.user`.

    Returns:
        An empty text where no hyphen follows, or one that may well subtract.
    """
    container, _, key = path.rpartition(".")
    begins = f"{_SUBTRACTS} {container}['{key}-"
    return next((each.hint for each in findings(template) if each.hint.startswith(begins)), "")


@lru_cache(maxsize=512)
def _findings(template: Template, steps: tuple[str, ...]) -> tuple[Finding, ...]:
    try:
        tree = parse(template.text)
        expected = list(_expected(tree))
        prepared_for = {
            node.node.name
            for node in tree.find_all(nodes.Test)
            if _asks_for_definition(node) and isinstance(node.node, nodes.Name)
        }
        undeclared = undeclared_names(tree, template.text) - prepared_for
    except InvalidTemplate as error:
        return (Finding(None, f"the template {error}"),)
    except RecursionError:
        return (Finding(None, "the template nests too deeply"),)
    inspection = _Inspection(template, steps, undeclared, expected)
    found: dict[str | None, Finding] = {}
    for finding in inspection.findings():
        found.setdefault(finding.name, finding)
    return tuple(found.values())


def _expected(tree: nodes.Template) -> Iterator[nodes.Node]:
    """The nodes as they are written, without what may be absent."""
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        excused = ("node",) if _excuses(node) else ()
        waiting.extend(reversed(list(node.iter_child_nodes(exclude=excused))))


def _excuses(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Filter) and node.name in ("default", "d")
    ) or _asks_for_definition(node)


def _asks_for_definition(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Test) and node.name in ("defined", "undefined")


class _Inspection:
    """One template's."""

    def __init__(
        self,
        template: Template,
        steps: tuple[str, ...],
        undeclared: frozenset[str],
        expected: list[nodes.Node],
    ) -> None:
        self._text = template.text
        self._field = template.field
        self._in_composite = template.in_composite
        self._available = available_names(template.field, template.in_composite)
        self._undeclared = undeclared
        self._expected = expected
        self._unquoted = dict(_unquoted(expected))
        self._hyphens = dict(_hyphens(expected, template.text))
        attributes = {**_ATTRIBUTES, "steps": dict.fromkeys(steps, _ANSWER)}
        read = undeclared & self._available
        self._attributes = {name: held for name, held in attributes.items() if name in read}

    def findings(self) -> Iterator[Finding]:
        for node in self._expected:
            match node:
                case nodes.Name(name=name) if node.ctx == "load" and name in self._undeclared:
                    yield from self._of_name(node)
                case nodes.Getattr() | nodes.Getitem(arg=nodes.Const(value=str())):
                    yield from self._of_attribute(node)

    def _of_name(self, node: nodes.Name) -> Iterator[Finding]:
        name = node.name
        if name in OF_THE_PAYLOAD and self._in_composite:
            if name in self._available:
                reason = f"{name} is empty in a step, which has no payload of its own"
            else:
                reason = f"{name} is not available in {self._field.value}"
            hint = f"; what the composite connector is called with is request.{name}"
            yield Finding(name, reason + self._line(node), hint)
        elif name in self._available:
            return
        elif name in ALL_NAMES:
            reason = f"{name} is not available in {self._field.value}{self._line(node)}"
            yield Finding(name, reason, f"; {self._who_has(name)}")
        else:
            reason = f"{_shown(name)} is not defined{self._line(node)}"
            yield Finding(name, reason, self._hint_for(node))

    def _who_has(self, name: str) -> str:
        having = [
            field.value for field in Field if name in available_names(field, self._in_composite)
        ]
        if not having:
            return "only the steps of composite connectors have it"
        return f"only {listed(having)} {'has' if len(having) == 1 and ',' not in having[0] else 'have'} it"

    def _hint_for(self, node: nodes.Name) -> str:
        if id(node) in self._hyphens:
            return self._hyphens[id(node)]
        if node.name in self._unquoted:
            return f"; a name goes in quotes: {self._unquoted[node.name]}('{node.name[:_LONGEST]}')"
        known = sorted(self._available, key=str.lower)
        question = did_you_mean(node.name, known)
        return question or f"; {self._field.value} {_knows(self._field)} {listed(known)}"

    def _of_attribute(self, node: nodes.Getattr | nodes.Getitem) -> Iterator[Finding]:
        path = _path(node)
        if path is None:
            return
        root, *between, key = path
        held = self._attributes.get(root)
        for name in between:
            held = held.get(name) if isinstance(held, Mapping) else None
        container = _written(node.node)
        if isinstance(held, Mapping):
            if key not in held and not (isinstance(node, nodes.Getattr) and hasattr(dict, key)):
                reason = f"{_written(node)} is not defined{self._line(node)}"
                yield Finding(key, reason, self._hint_for_key(node, container, key, held))
        elif held is str and not (isinstance(node, nodes.Getattr) and hasattr(str, key)):
            reason = f"{container} is a text, which has no {_shown(key)}{self._line(node)}"
            json = f"({container} | from_json){_written(node)[len(container) :]}"
            yield Finding(key, reason, f"; for JSON write {json}")

    def _hint_for_key(
        self, node: nodes.Node, container: str, key: str, held: Mapping[str, Any]
    ) -> str:
        if id(node) in self._hyphens:
            return self._hyphens[id(node)]
        if question := did_you_mean(key, held):
            return question
        if container == "steps":
            so_far = f"the steps so far: {', '.join(held)}" if held else "no step comes before"
            return f"; {so_far}"
        return f"; {container} has {listed(held)}"

    def _line(self, node: nodes.Node) -> str:
        return f" (line {node.lineno})" if "\n" in self._text else ""


def _unquoted(expected: list[nodes.Node]) -> Iterator[tuple[str, str]]:
    """`key`, `get_secret` of `get_secret(key)`."""
    for node in expected:
        match node:
            case nodes.Call(node=nodes.Name(name=function), args=[nodes.Name(name=name), *_]):
                if function in _GETTERS:
                    yield name, function


def _hyphens(expected: list[nodes.Node], text: str) -> Iterator[tuple[int, str]]:
    """Both sides of each hyphen that was not meant to subtract, by `id`, with what to write instead."""
    subtractions = [node for node in expected if isinstance(node, nodes.Sub)]
    within_others = {id(node.left) for node in subtractions}
    for node in subtractions:
        if id(node) in within_others:
            continue
        read, *subtracted = _operands(node)
        if not isinstance(read, nodes.Getattr):
            continue
        names = _leading_names(map(_innermost, subtracted))
        while names and (key := "-".join([read.attr, *(name.name for name in names)])) not in text:
            names.pop()
        if names:
            hint = f"{_SUBTRACTS} {_written(read.node)}['{key[:_LONGEST]}']"
            yield from ((id(part), hint) for part in (read, *names))


def _leading_names(found: Iterable[nodes.Node]) -> list[nodes.Name]:
    names: list[nodes.Name] = []
    for node in found:
        if not isinstance(node, nodes.Name):
            break
        names.append(node)
    return names


def _operands(subtraction: nodes.Sub) -> list[nodes.Node]:
    """`a`, `b` and `c` of `a - b - c`."""
    operands: list[nodes.Node] = []
    node: nodes.Node = subtraction
    while isinstance(node, nodes.Sub):
        operands.append(node.right)
        node = node.left
    return [node, *reversed(operands)]


def _innermost(node: nodes.Node) -> nodes.Node:
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        node = node.node
    return node


def _path(node: nodes.Node) -> list[str] | None:
    """`["steps", "first", "body"]` of `steps.first['body']`; None of what is longer, or no path."""
    keys: list[str] = []
    while len(keys) < _DEEPEST:
        match node:
            case nodes.Getattr(node=container, attr=key):
                keys.append(key)
            case nodes.Getitem(node=container, arg=nodes.Const(value=str(key))):
                keys.append(key)
            case nodes.Name(name=name):
                return [name, *reversed(keys)]
            case _:
                return None
        node = container
    return None


def _written(node: nodes.Node) -> str:
    """A path as a template writes it."""
    match _path(node):
        case [name, *keys]:
            return name + "".join(
                f".{key}" if key.isidentifier() else f"['{key[:_LONGEST]}']" for key in keys
            )
    return "…"


def _knows(field: Field) -> str:
    return "know" if field is Field.SENT else "knows"


def _shown(name: str) -> str:
    return repr(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…")
