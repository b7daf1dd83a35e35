"""Which templates are certain to cost little, and so may be rendered in this process.

What they may cost at the worst is reckoned from their text and from the length of what they read (`work_bound`).
Everything else is a worker's.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import nodes

from widget_workbench.gateway.templates.compilation import SMALL_TEXT, InvalidTemplate, parse
from widget_workbench.gateway.templates.template import Context
from widget_workbench.gateway.templates.work_bound import (
    TEXTS,
    Linear,
    Source,
    UnboundedError,
    work_bound,
)

# Of what a template may do in this process: nanoseconds on a slow core, or bytes, whichever is more.
WORK_LIMIT = 8_000_000

# A tree of as many takes 20 ms to compile.
_NODES_LIMIT = 400

_PART = 4  # what stands around each part of a list or an object, in characters
_NUMBER = 25  # characters


def is_small_work(text: str, context: Context) -> bool:
    """Whether a template may be rendered in this process.

    Args:
        text: the template's; one that is not valid is small work, too: the sentence that says so.
        context: what it is rendered with.
    """
    if len(text) > SMALL_TEXT:
        return False
    work = _work(text)
    if work is None:
        return False
    left = WORK_LIMIT - work.constant
    for source, factor in work.factors.items():
        value = _value(source, context)
        if source in TEXTS and not isinstance(value, str | bytes | int | float | None):
            return False
        left -= factor * _length(value, left // factor)
        if left < 0:
            return False
    return True


def _value(source: Source, context: Context) -> Any:
    """What a source gives at the most; None for what there is not."""
    name, key = source
    match name:
        case "get_secret":
            return _held(context.secrets, key)
        case "get_variable":
            return _held(context.variables, key)
        case "user":
            whole: Any = context.user.variables()
        case "tenant_id":
            whole = context.tenant_id
        case _:
            whole = context.data.get(name)
    return whole[key] if isinstance(whole, Mapping) and key in whole else whole


def _held(texts: Mapping[str, str], key: str | None) -> str | None:
    return max(texts.values(), key=len, default=None) if key is None else texts.get(key)


def _length(value: Any, limit: int) -> int:
    """Of plain data, as `work_bound` counts it; no further than the limit."""
    match value:
        case str() | bytes():
            return len(value)
        case int():
            return _NUMBER + value.bit_length() // 3
        case Mapping():
            parts: Any = (*value.keys(), *value.values())
        case list() | tuple():
            parts = value
        case _:
            return _NUMBER
    length = _PART
    for part in parts:
        length += _length(part, limit) + _PART
        if length > limit:
            break
    return length


@lru_cache(maxsize=512)
def _work(text: str) -> Linear | None:
    """None where it is too much, whatever the template reads, or not known."""
    try:
        tree = parse(text)
        if sum(1 for _ in tree.find_all(nodes.Node)) > _NODES_LIMIT:
            return None
        work = work_bound(tree)
    except InvalidTemplate as error:
        # How deep is too deep depends on who calls: it may be valid for the next one.
        return None if isinstance(error.__context__, RecursionError) else Linear()
    except (RecursionError, UnboundedError):
        return None
    return work if work.constant <= WORK_LIMIT else None
