"""What the cache holds: bounded, and the least recently used goes first."""

from collections import OrderedDict
from dataclasses import dataclass

from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.http_cache.freshness import Freshness


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer, the URL that gave it, and what is known of its age."""

    url: str
    answer: Answer
    freshness: Freshness

    @property
    def size(self) -> int:
        """Bytes of body and header fields."""
        fields = sum(len(name) + len(value) for name, value in self.answer.headers)
        return len(self.answer.body) + fields


@dataclass(frozen=True)
class StorageLimits:
    """Bytes of one answer and of all, and how many answers; ours, the portal gives none."""

    answer_size: int = 5_000_000
    total_size: int = 50_000_000
    answers: int = 1_000


class Storage:
    """Stored answers by key."""

    def __init__(self, limits: StorageLimits) -> None:
        self._limits = limits
        self._answers: OrderedDict[str, Stored] = OrderedDict()
        self._size = 0

    def get(self, key: str) -> Stored | None:
        """The stored answer, which is then the one used last."""
        stored = self._answers.get(key)
        if stored is not None:
            self._answers.move_to_end(key)
        return stored

    def put(self, key: str, stored: Stored) -> None:
        """Replaces what the key has; an answer over the limit is not stored, and what the key had is gone."""
        self.remove(key)
        if stored.size > self._limits.answer_size:
            return
        self._answers[key] = stored
        self._size += stored.size
        while self._size > self._limits.total_size or len(self._answers) > self._limits.answers:
            self.remove(next(iter(self._answers)))

    def remove(self, key: str) -> None:
        """Removes what the key has, if anything."""
        stored = self._answers.pop(key, None)
        if stored is not None:
            self._size -= stored.size

    def clear(self) -> None:
        """Removes everything."""
        self._answers.clear()
        self._size = 0

    def remove_url(self, url: str) -> None:
        """Removes every answer that the URL gave."""
        for key in [key for key, stored in self._answers.items() if stored.url == url]:
            self.remove(key)
