"""What may have been meant by a name that nobody knows."""

import difflib
from collections.abc import Iterable

_LONGEST = 100  # characters; what is longer is no misspelt name


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`"; did you mean 'email'?"`, to end a sentence with; empty where no known name is close."""
    if len(name) > _LONGEST:
        return ""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def ended(text: str) -> str:
    """The sentence with a full stop, unless it ends in a question."""
    return text if text.endswith("?") else f"{text}."


def listed(names: Iterable[str]) -> str:
    """`a, b and c`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
