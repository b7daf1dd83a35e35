"""Values as JavaScript holds them: what Python gets of JSON that has been through a browser.

The page's own way is static/loader/json-text.js.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from widget import _arguments

# Names that JavaScript puts first in an object, in order of number: those of an array's elements.
_INDEX = re.compile(r"0|[1-9][0-9]*")
_FIRST_THAT_IS_NO_INDEX = 2**32 - 1

# From these powers of ten on, JavaScript writes a number with an exponent.
_LARGE = 21
_SMALL = -7


def parse(text: str) -> Any:
    """What Python gets of JSON text that JavaScript has parsed and written.

    1.0 is 1, -0 is 0, an integer beyond ±(2**53 - 1) is a float, what is too large for a float is None. In an object,
    names that are array indexes come first.

    Raises:
        ValueError: the text is not JSON.
        RecursionError: it is nested too deeply for Python.
    """
    return json.loads(
        text,
        parse_int=_number,
        parse_float=_number,
        parse_constant=_no_constant,
        object_pairs_hook=_object,
    )


def through_javascript(value: object) -> Any:
    """A copy of a JSON value, as it arrives on the other side."""
    return parse(_arguments.encode(value))


def number_text(value: float) -> str:
    """A finite number as JavaScript's `String(number)` writes it: 1.0 is "1", 1e-07 is "1e-7"."""
    if value == 0:
        return "0"
    mantissa, _, exponent = repr(float(value)).partition("e")
    if not exponent:
        return mantissa.removesuffix(".0")
    power = int(exponent)
    sign = "-" if value < 0 else ""
    digits = mantissa.removeprefix("-").replace(".", "")
    if 0 < power < _LARGE:
        return sign + digits.ljust(power + 1, "0")
    if _SMALL < power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    return f"{mantissa}e{power:+d}"


def _number(text: str) -> float | int | None:
    value = float(text)
    if not math.isfinite(value):
        return None
    if value.is_integer() and abs(value) <= _arguments.SAFE_INTEGER:
        return int(value)
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    indexes = [
        name for name in values if _INDEX.fullmatch(name) and int(name) < _FIRST_THAT_IS_NO_INDEX
    ]
    return {**{name: values[name] for name in sorted(indexes, key=int)}, **values}
