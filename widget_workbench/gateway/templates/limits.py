"""Limits on operators, filters and methods whose result may be much larger than what they are given.

They end at once, with a sentence, what would otherwise have to be stopped from outside.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from jinja2.filters import FILTERS
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context

from widget_workbench.gateway.templates.refusal import Refusal

OUTPUT_LIMIT = 10_000_000  # characters of a rendered text, as the gateway's limit of a body
_LENGTH_LIMIT = 1_000_000  # characters or items that `*` may make
_WIDTH_LIMIT = 10_000  # characters that a text may be padded to
_INDENT_LIMIT = 100  # characters a level of JSON; JSON.stringify has ten at the most
_BITS_LIMIT = 100_000  # of an integer

# `%1000000d`, `%.1000000f` and the width that comes as an argument, `%*d`.
_WIDE_FORMAT = re.compile(r"%[^%a-zA-Z]*(?:\d{5,}|\*)")

_PADDING_METHODS = frozenset({"center", "ljust", "rjust", "zfill", "expandtabs"})


def add(left: Any, right: Any) -> Any:
    if (
        isinstance(left, str | bytes | list | tuple)
        and isinstance(right, str | bytes | list | tuple)
        and len(left) + len(right) > OUTPUT_LIMIT
    ):
        raise Refusal(f"+ would make more than {OUTPUT_LIMIT:,} characters or items")
    return left + right


def multiply(left: Any, right: Any) -> Any:
    for sequence, count in ((left, right), (right, left)):
        if (
            isinstance(sequence, str | bytes | list | tuple)
            and isinstance(count, int)
            and len(sequence) * count > _LENGTH_LIMIT
        ):
            raise Refusal(f"* would make more than {_LENGTH_LIMIT:,} characters or items")
    if (
        isinstance(left, int)
        and isinstance(right, int)
        and left.bit_length() + right.bit_length() > _BITS_LIMIT
    ):
        raise Refusal("* would make too large a number")
    return left * right


def power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * right > _BITS_LIMIT:
        raise Refusal("** would make too large a number")
    return left**right


def modulo(left: Any, right: Any) -> Any:
    _refuse_wide_format(left)
    return left % right


def check_padding(method: Any, arguments: tuple[Any, ...]) -> None:
    """Refuses a text's method that would pad it too far.

    Raises:
        Refusal: it would.
    """
    name = getattr(method, "__name__", None)
    if name in _PADDING_METHODS:
        _refuse_width(name, *arguments)


def _refuse_wide_format(text: Any) -> None:
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    if isinstance(text, str) and _WIDE_FORMAT.search(text):
        raise Refusal(f"a width in a format is at most {_WIDTH_LIMIT - 1:,}, and stands in it")


def _refuse_width(what: str, *widths: Any) -> None:
    if any(isinstance(width, int) and width > _WIDTH_LIMIT for width in widths):
        raise Refusal(f"{what} takes a width of at most {_WIDTH_LIMIT:,}")


def _with_checked_widths(name: str) -> Callable[..., Any]:
    """Jinja's filter of this name, for widths up to the limit."""
    unlimited = FILTERS[name]

    def limited(*args: Any, **kwargs: Any) -> Any:
        _refuse_width(name, *args[1:], *kwargs.values())
        return unlimited(*args, **kwargs)

    return limited


def _format(value: Any, *args: Any, **kwargs: Any) -> Any:
    _refuse_wide_format(value)
    return FILTERS["format"](value, *args, **kwargs)


@pass_eval_context
def _tojson(eval_context: EvalContext, value: Any, indent: Any = None) -> Any:
    width = len(indent) if isinstance(indent, str) else indent
    if isinstance(width, int) and width > _INDENT_LIMIT:
        raise Refusal(f"tojson takes an indent of at most {_INDENT_LIMIT}")
    return FILTERS["tojson"](eval_context, value, indent)


LIMITED_FILTERS: Mapping[str, Callable[..., Any]] = {
    **{name: _with_checked_widths(name) for name in ("batch", "center", "indent", "slice")},
    "format": _format,
    "tojson": _tojson,
}
LIMITED_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "*": multiply,
    "**": power,
    "%": modulo,
}
