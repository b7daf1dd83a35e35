"""A part of a result that is too long to be given at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from widget_workbench.preview.community.errors import CommunityError

LIMIT = 30  # of Content.search (platform.md §3); of all others too
LIMIT_MAX = 100  # ours

_WHOLE_NUMBER = re.compile(r"\d{1,9}")


@dataclass(frozen=True)
class Page:
    """Which part: `limit` items from page `number` on, counted from 0."""

    limit: int = LIMIT
    number: int = 0

    @classmethod
    def read(cls, limit: str | None, number: str | None) -> "Page":
        """From texts as they stand in a URL; None where there are none.

        Raises:
            CommunityError: a text is no whole number, or out of bounds.
        """
        page = cls(_whole(limit, "limit", LIMIT), _whole(number, "page", 0))
        if not 1 <= page.limit <= LIMIT_MAX:
            raise CommunityError(
                f"limit has to be a whole number from 1 to {LIMIT_MAX}, not {page.limit}."
            )
        return page

    @property
    def offset(self) -> int:
        return self.limit * self.number

    def of(self, results: Sequence[Any], total: int) -> dict[str, Any]:
        """What the Web SDK gives: the items, how many there are in all, and what was asked for."""
        return {"results": results, "total": total, "page": self.number, "limit": self.limit}


def _whole(text: str | None, name: str, default: int) -> int:
    if text is None:
        return default
    if not _WHOLE_NUMBER.fullmatch(text) or not text.isascii():
        raise CommunityError(f"{name} has to be a whole number from 0 on, not {text}.")
    return int(text)
