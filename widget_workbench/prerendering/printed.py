"""Whether a value only prints a property, which the loader can then do in Python's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# The integers that a JavaScript number holds exactly.
_SAFE_INTEGER = 2**53 - 1


@dataclass(frozen=True)
class Printed:
    """That a value prints a property.

    Attributes:
        prop: its name.
        empty: whether an empty text is printed as one; else what stands there by default.
    """

    prop: str
    empty: bool


def text_of(value: object) -> str | None:
    """What the loader makes of a property's value: a text as it is, a safe integer in digits; None of anything else."""
    if isinstance(value, str):
        return value
    if type(value) is int and abs(value) <= _SAFE_INTEGER:
        return str(value)
    return None


def printed(runs: Sequence[tuple[Mapping[str, Any], Any]], default: Any) -> Printed | None:
    """The one property that a value prints in all runs.

    Args:
        runs: of each run the properties, and the value.
        default: the value where a property is missing, or has no text.

    Returns:
        None where there is no such property, or several would do.
    """
    names = dict.fromkeys(name for props, _ in runs for name in props)
    found = [each for name in names if (each := _prints(name, runs, default)) is not None]
    return found[0] if len(found) == 1 else None


def _prints(
    name: str, runs: Sequence[tuple[Mapping[str, Any], Any]], default: Any
) -> Printed | None:
    empties: set[bool] = set()
    for props, value in runs:
        text = text_of(props.get(name))
        if text == "":
            if value not in (default, ""):
                return None
            if default != "":
                empties.add(value == "")
        elif value != (default if text is None else text):
            return None
    return Printed(name, empties == {True}) if len(empties) < 2 else None
