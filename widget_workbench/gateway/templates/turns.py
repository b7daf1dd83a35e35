"""Who is next: one of each kind, then again one of each."""

from collections import deque
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """A queue in which those of one kind, however many, do not delay another kind's first. For several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[str, deque[T]] = {}  # by kind, that whose turn is next first

    def put(self, kind: str, item: T) -> None:
        with self._lock:
            self._waiting.setdefault(kind, deque()).append(item)

    def take(self) -> T:
        """The next one.

        Raises:
            LookupError: none is waiting.
        """
        with self._lock:
            kind = next(iter(self._waiting), None)
            if kind is None:
                raise LookupError("none is waiting")
            items = self._waiting.pop(kind)
            item = items.popleft()
            if items:
                self._waiting[kind] = items
            return item
