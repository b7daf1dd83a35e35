"""Which templates are certain to cost little, and so may be rendered in this process.

Their cost is bounded by their size and that of what they read: there is no loop, no macro and no assignment, and no
filter whose result can be much larger than what it is given. Everything else is a worker's.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jinja2 import nodes

from widget_workbench.gateway.templates.compilation import SMALL_TEXT, InvalidTemplate, parse

# Characters that a template may read in this process, each use counted: 10 ms at the worst.
READ_LIMIT = 100_000

# A tree of as many takes 20 ms to compile.
_NODES_LIMIT = 400

_NODES = (
    nodes.And,
    nodes.Compare,
    nodes.Concat,
    nodes.CondExpr,
    nodes.Const,
    nodes.Dict,
    nodes.Getattr,
    nodes.Getitem,
    nodes.If,
    nodes.Keyword,
    nodes.List,
    nodes.Neg,
    nodes.Not,
    nodes.Operand,
    nodes.Or,
    nodes.Output,
    nodes.Pair,
    nodes.Slice,
    nodes.Test,
    nodes.TemplateData,
    nodes.Tuple,
)
_FILTERS = frozenset(
    {
        *("abs", "float", "int"),
        *("base64_decode", "from_json"),
        *("capitalize", "lower", "string", "title", "trim", "upper"),
        *("count", "first", "last", "length"),
        *("d", "default"),
        *("e", "escape", "safe"),
    }
)
# What these make may be some times larger, and larger again when they are applied to it.
_GROWING_FILTERS = frozenset({"base64_encode", "json_encode", "tojson", "urlencode"})
_GROWING_LIMIT = 4  # in one expression
_FUNCTIONS = frozenset({"get_secret", "get_variable", "now"})
_METHODS = frozenset({"by_id", "get", "items", "keys", "lower", "strip", "upper", "values"})
_SIGNATURES_LIMIT = 4  # 0.5 ms each, and 40 ms where the key is new


@dataclass(frozen=True)
class Vetted:
    """Whether a template is small work, given that what it reads is: how often it reads each variable."""

    is_small: bool
    reads: Mapping[str, int] = field(default_factory=dict)


def is_small_work(text: str, data: Mapping[str, Any]) -> bool:
    """Whether a template may be rendered in this process.

    Args:
        text: the template's; one that is not valid is small work, too: the sentence that says so.
        data: what it may read beside small things.
    """
    if len(text) > SMALL_TEXT:
        return False
    vetted = _vetted(text)
    return vetted.is_small and _is_small_reading(vetted.reads, data)


def _is_small_reading(reads: Mapping[str, int], data: Mapping[str, Any]) -> bool:
    left = READ_LIMIT
    for name, times in reads.items():
        if name in data:
            left -= times * _size(data[name], left)
            if left < 0:
                return False
    return True


def _size(value: Any, limit: int) -> int:
    """Characters of plain data; counted no further than the limit."""
    if isinstance(value, str | bytes):
        return len(value)
    size = 1
    if isinstance(value, Mapping):
        parts: Any = (*value.keys(), *value.values())
    else:
        parts = value if isinstance(value, list | tuple) else ()
    for part in parts:
        size += _size(part, limit)
        if size > limit:
            break
    return size


@lru_cache(maxsize=512)
def _vetted(text: str) -> Vetted:
    try:
        tree = parse(text)
        return _vetted_tree(tree)
    except InvalidTemplate:
        return Vetted(is_small=True)
    except RecursionError:
        return Vetted(is_small=False)


def _vetted_tree(tree: nodes.Template) -> Vetted:
    all_nodes = list(tree.find_all(nodes.Node))
    if len(all_nodes) > _NODES_LIMIT or not all(map(_is_small, all_nodes)):
        return Vetted(is_small=False)
    if any(_growth(expression) > _GROWING_LIMIT for expression in _whole_expressions(tree)):
        return Vetted(is_small=False)
    reads = Counter(node.name for node in all_nodes if isinstance(node, nodes.Name))
    if reads["jwt_encode"] > _SIGNATURES_LIMIT:
        return Vetted(is_small=False)
    return Vetted(is_small=True, reads=reads)


def _is_small(node: nodes.Node) -> bool:
    match node:
        case nodes.Name():
            return node.ctx == "load"
        case nodes.Filter():
            known = node.name in _FILTERS or node.name in _GROWING_FILTERS
            return known and node.dyn_args is None and node.dyn_kwargs is None
        case nodes.Call():
            return _is_small_call(node)
        case nodes.Mul():
            return _is_number(node)
        case nodes.Add() | nodes.Sub():
            return True
    return isinstance(node, _NODES)


def _is_small_call(call: nodes.Call) -> bool:
    if call.dyn_args is not None or call.dyn_kwargs is not None:
        return False
    match call.node:
        case nodes.Name():
            return call.node.name in _FUNCTIONS or call.node.name == "jwt_encode"
        case nodes.Getattr():
            return call.node.attr in _METHODS
    return False


def _is_number(node: nodes.Node) -> bool:
    """Whether an expression is made of numbers as written and the time only."""
    match node:
        case nodes.Const():
            return isinstance(node.value, int | float)
        case nodes.Add() | nodes.Sub() | nodes.Mul():
            return _is_number(node.left) and _is_number(node.right)
        case nodes.Neg():
            return _is_number(node.node)
        case nodes.Call():
            return isinstance(node.node, nodes.Name) and node.node.name == "now"
    return False


def _whole_expressions(tree: nodes.Template) -> list[nodes.Node]:
    printed: list[nodes.Node] = [
        part for output in tree.find_all(nodes.Output) for part in output.nodes
    ]
    return printed + [condition.test for condition in tree.find_all(nodes.If)]


def _growth(expression: nodes.Node) -> int:
    """How many filters of an expression may make its value grow."""
    filters = [expression, *expression.find_all(nodes.Filter)]
    return sum(
        isinstance(found, nodes.Filter) and found.name in _GROWING_FILTERS for found in filters
    )
