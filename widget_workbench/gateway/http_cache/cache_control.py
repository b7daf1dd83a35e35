"""The Cache-Control field of a request or of an answer (RFC 9111 §5.2)."""

import re
from collections.abc import Iterable

# A name, then `="quoted"` or `=anything up to a space or comma`. What is in between is passed over, so that neither a
# wrong separator nor a quotation mark that is never closed hides a directive after it.
_DIRECTIVE = re.compile(
    r"""
    (?P<name> [-!#$%&'*+.^_`|~0-9A-Za-z]+ )
    (?: [ \t]* = [ \t]* (?: "(?P<quoted> (?:[^"\\]|\\.)* )" | (?P<bare> [^\s,]* ) ) )?
    """,
    re.VERBOSE | re.DOTALL,
)
_SECONDS = re.compile("[0-9]+")

_MOST_SECONDS = 2**31  # RFC 9111 §1.2.2: what larger numbers are taken for


class CacheControl:
    """The directives, by name without regard to case; `"no-store" in directives` tells whether one is there.

    Args:
        lines: the field's values in their order, one a line.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._arguments: dict[str, list[str]] = {}
        for directive in _DIRECTIVE.finditer(", ".join(lines)):
            argument = directive["quoted"] or directive["bare"] or ""
            self._arguments.setdefault(directive["name"].lower(), []).append(argument)

    def __contains__(self, name: str) -> bool:
        return name in self._arguments

    def seconds(self, name: str) -> int | None:
        """A directive's time in seconds, None where it is not there.

        One that stands there twice, or is no whole number, gives 0: the answer counts as stale (RFC 9111 §4.2.1).
        """
        arguments = self._arguments.get(name)
        if arguments is None:
            return None
        seconds = whole_seconds(arguments[0]) if len(arguments) == 1 else None
        return seconds or 0


def whole_seconds(text: str) -> int | None:
    """`delta-seconds` (RFC 9111 §1.2.2), None if the text is none."""
    if not _SECONDS.fullmatch(text):
        return None
    digits = text.lstrip("0")
    # int() refuses thousands of digits, which a header may well hold.
    return min(int(digits or "0"), _MOST_SECONDS) if len(digits) <= 10 else _MOST_SECONDS
