"""JSON as the platform's parser takes it: Python's own also reads NaN, and numbers that no float holds."""

from __future__ import annotations

import json
import math
from typing import Any


def parsed(text: str) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: it is not JSON; a `json.JSONDecodeError` where the place is known.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text, parse_constant=_refuse, parse_float=_finite)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is beyond what a number can be")
    return number
