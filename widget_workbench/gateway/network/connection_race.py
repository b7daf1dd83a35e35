"""Connects to whichever of a name's addresses answers first (RFC 8305 §5), so that a dead one costs only a moment."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

import httpcore

ATTEMPT_DELAY = 0.25  # seconds, RFC 8305 §5

Connect = Callable[[str], Coroutine[Any, Any, httpcore.AsyncNetworkStream]]
_Attempt = asyncio.Task[httpcore.AsyncNetworkStream]


async def connect_to_first(
    addresses: Sequence[str], connect: Connect
) -> httpcore.AsyncNetworkStream:
    """Tries the addresses in order, the next one when an attempt failed or has lasted for `ATTEMPT_DELAY`.

    Args:
        addresses: at least one.

    Raises:
        httpcore.ConnectError, httpcore.ConnectTimeout: as the last attempt, when all failed.
    """
    waiting = deque(addresses)
    running: set[_Attempt] = set()
    try:
        while True:
            if waiting:
                running.add(asyncio.create_task(connect(waiting.popleft())))
            done, _ = await asyncio.wait(
                running,
                timeout=ATTEMPT_DELAY if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for attempt in done:
                running.discard(attempt)
                if _failed(attempt) and (waiting or running):
                    continue
                return attempt.result()
    finally:
        await _give_up(running)


def _failed(attempt: _Attempt) -> bool:
    return isinstance(attempt.exception(), httpcore.ConnectError | httpcore.ConnectTimeout)


async def _give_up(attempts: Iterable[_Attempt]) -> None:
    """Ends attempts, and closes what they connected to in the meantime."""
    for attempt in attempts:
        attempt.cancel()
    for outcome in await asyncio.gather(*attempts, return_exceptions=True):
        if isinstance(outcome, httpcore.AsyncNetworkStream):
            await outcome.aclose()
