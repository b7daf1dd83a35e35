"""What is left of a document without the places where a check found something bad."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Place = Sequence[int | str]
"""Keys and indexes from the document's root, as pydantic gives them."""

# By this part pydantic tells a key that is bad itself.
_KEY = "[key]"


def without(document: Any, places: Iterable[Place]) -> Any:
    """A copy of nested dicts and lists that lacks what stands at some places, in the order of a check's findings."""
    for place in reversed(
        dict.fromkeys(map(tuple, places))
    ):  # so that indexes of arrays still hold
        if path := [part for part in place if part != _KEY]:
            document = _without(document, path)
    return document


def _without(value: Any, place: Place) -> Any:
    key, *rest = place
    if isinstance(value, dict):
        kept = {each: held for each, held in value.items() if each != key}
        return {**kept, key: _without(value[key], rest)} if rest and key in value else kept
    if isinstance(value, list):
        return [
            _without(each, rest) if index == key else each
            for index, each in enumerate(value)
            if rest or index != key
        ]
    return value
