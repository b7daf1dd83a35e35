"""OAuth tokens, kept as long as they hold and asked for once (platform.md §5)."""

import asyncio
import copy
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from widget_workbench.gateway.errors import GatewayError


@dataclass(frozen=True)
class IssuedToken:
    """A token as its endpoint issued it.

    `lifetime` is in seconds from when it was asked for; None where the endpoint does not tell.
    """

    text: str = field(repr=False)
    lifetime: float | None


RequestToken = Callable[[], Awaitable[IssuedToken]]


@dataclass
class _Flight:
    """A token that is being asked for, and how many calls wait for it."""

    task: asyncio.Task[IssuedToken]
    waiting: int = 0


class TokenCache:
    """Tokens by what makes them.

    A token is kept for its lifetime, counted from when it was asked for, so that none is used which the endpoint takes
    for expired; one without a lifetime serves the calls that wait for it and no later one. A failure is never kept.

    Args:
        size: how many are kept; the one that was unused for longest goes first.
        clock: seconds, never going back.
    """

    def __init__(self, *, size: int = 256, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._clock = clock
        self._kept: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._flights: dict[str, _Flight] = {}
        self._clearings = 0

    def kept(self, key: str) -> str | None:
        """The token that is kept under this key and still holds."""
        held = self._kept.get(key)
        if held is None:
            return None
        text, expiry = held
        if self._clock() >= expiry:
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return text

    def clear(self) -> None:
        """Forgets everything; tokens on their way serve the calls that wait for them, and no later one."""
        self._kept.clear()
        self._flights.clear()
        self._clearings += 1

    async def token(self, key: str, request: RequestToken) -> str:
        """The token that is kept, or a new one; calls that need the same one at once share one request.

        A call that is cancelled leaves the request to those that still wait; the last one takes it along.

        Args:
            key: everything that makes the token: calls with the same key get the same one.
            request: asks for a new one.

        Raises:
            Exception: whatever `request` raises, to every call that waited for it.
        """
        kept = self.kept(key)
        if kept is not None:
            return kept
        flight = self._flight(key, request)
        flight.waiting += 1
        try:
            issued = await asyncio.shield(flight.task)
        except GatewayError as error:
            # To each call an error of its own: what one of them writes on it is not for the others.
            raise copy.copy(error) from error.__cause__
        finally:
            flight.waiting -= 1
            if flight.waiting == 0:
                # Away with it at once: a call that comes now must not join what is being cancelled.
                if self._flights.get(key) is flight:
                    del self._flights[key]
                flight.task.cancel()  # does nothing to one that is done
        return issued.text

    def _flight(self, key: str, request: RequestToken) -> _Flight:
        flight = self._flights.get(key)
        if flight is None:
            task = asyncio.ensure_future(self._request(key, request))
            task.add_done_callback(_retrieve)
            flight = self._flights[key] = _Flight(task)
        return flight

    async def _request(self, key: str, request: RequestToken) -> IssuedToken:
        asked, clearings = self._clock(), self._clearings
        issued = await request()
        is_current = self._clearings == clearings
        if is_current and issued.lifetime is not None and issued.lifetime > 0:
            self._keep(key, issued.text, asked + issued.lifetime)
        return issued

    def _keep(self, key: str, text: str, expiry: float) -> None:
        self._kept[key] = (text, expiry)
        self._kept.move_to_end(key)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)


def _retrieve(task: asyncio.Task[IssuedToken]) -> None:
    """Looks at what a request failed with while it was cancelled, which asyncio would report as overlooked."""
    if not task.cancelled():
        task.exception()
