"""The token cache by itself: who waits for whom, and what becomes of a request that nobody waits for."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from widget_workbench.gateway.authentication import IssuedToken, TokenCache
from widget_workbench.gateway.errors import AuthenticationError


class Endpoint:
    """Issues `token-1`, `token-2`, … as soon as it is let."""

    def __init__(self, lifetime: float | None = 60.0) -> None:
        self.lifetime = lifetime
        self.asked = 0
        self.cancelled = 0
        self.begun = asyncio.Event()
        self.let = asyncio.Event()
        self.failure: Exception | None = None

    async def __call__(self) -> IssuedToken:
        self.asked += 1
        number = self.asked
        self.begun.set()
        try:
            await self.let.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            if self.failure is not None:
                raise self.failure from None
            raise
        if self.failure is not None:
            raise self.failure
        return IssuedToken(f"token-{number}", self.lifetime)


def run(test: Coroutine[Any, Any, None]) -> None:
    """Runs a test; what it leaves behind must not be an error that nobody has looked at."""
    overlooked: list[dict[str, Any]] = []

    async def watched() -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, context: overlooked.append(context)
        )
        await test
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(watched())
    assert overlooked == []


async def waiting(cache: TokenCache, endpoint: Endpoint, count: int) -> list[asyncio.Task[str]]:
    """Calls that all wait for the endpoint."""
    calls = [asyncio.create_task(cache.token("key", endpoint)) for _ in range(count)]
    await endpoint.begun.wait()
    return calls


async def settled(*calls: asyncio.Task[str]) -> list[str | BaseException]:
    return await asyncio.gather(*calls, return_exceptions=True)


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_call_that_is_cancelled_takes_no_other_ones_token_along(gone: int) -> None:
    async def test() -> None:
        cache, endpoint = TokenCache(), Endpoint()
        calls = await waiting(cache, endpoint, 3)

        calls[gone].cancel()
        await asyncio.wait([calls[gone]])
        endpoint.let.set()
        outcomes = await settled(*calls)

        assert isinstance(outcomes.pop(gone), asyncio.CancelledError)
        assert outcomes == ["token-1", "token-1"]
        assert (endpoint.asked, endpoint.cancelled) == (1, 0)
        assert cache.kept("key") == "token-1"

    run(test())


def test_the_last_call_that_is_cancelled_takes_the_request_along() -> None:
    async def test() -> None:
        cache, endpoint = TokenCache(), Endpoint()
        calls = await waiting(cache, endpoint, 2)

        for call in calls:
            call.cancel()
        await settled(*calls)
        await asyncio.sleep(0)  # the request itself is told in the loop's next round

        assert (endpoint.asked, endpoint.cancelled) == (1, 1)
        assert cache.kept("key") is None

    run(test())


def test_a_call_that_comes_when_all_have_gone_makes_a_request_of_its_own() -> None:
    async def test() -> None:
        cache, endpoint = TokenCache(), Endpoint()
        (gone,) = await waiting(cache, endpoint, 1)

        gone.cancel()
        late = asyncio.create_task(cache.token("key", endpoint))
        endpoint.let.set()
        await settled(gone, late)

        assert late.result() == "token-2"
        assert cache.kept("key") == "token-2"

    run(test())


def test_a_token_that_comes_after_all_was_forgotten_is_for_those_that_wait() -> None:
    async def test() -> None:
        cache, endpoint = TokenCache(), Endpoint()
        (early,) = await waiting(cache, endpoint, 1)

        cache.clear()
        endpoint.begun.clear()
        (late,) = await waiting(cache, endpoint, 1)
        endpoint.let.set()

        assert await settled(early, late) == ["token-1", "token-2"]
        assert cache.kept("key") == "token-2"
        cache.clear()
        assert cache.kept("key") is None

    run(test())


def test_a_failure_reaches_every_call_that_waits_and_is_not_kept() -> None:
    async def test() -> None:
        cache, endpoint = TokenCache(), Endpoint()
        cause = OSError("reset")
        endpoint.failure = AuthenticationError("no token")
        endpoint.failure.__cause__ = cause
        calls = await waiting(cache, endpoint, 3)
        endpoint.let.set()

        outcomes = await settled(*calls)

        for outcome in outcomes:
            assert isinstance(outcome, AuthenticationError)
            assert outcome.detail == "no token."
            assert outcome.__cause__ is cause
        assert len({id(outcome) for outcome in outcomes}) == 3
        endpoint.failure = None
        assert await cache.token("key", endpoint) == "token-2"

    run(test())


def test_a_request_that_fails_while_it_is_cancelled_is_not_reported_as_overlooked() -> None:
    async def test() -> None:
        cache, endpoint = TokenCache(), Endpoint()
        endpoint.failure = AuthenticationError("no token")
        (call,) = await waiting(cache, endpoint, 1)

        call.cancel()
        await settled(call)
        await asyncio.sleep(0)  # the request itself is told in the loop's next round

        assert (endpoint.asked, endpoint.cancelled) == (1, 1)

    run(test())


def test_a_token_without_a_lifetime_serves_those_that_wait_and_no_later_call() -> None:
    async def test() -> None:
        cache, endpoint = TokenCache(), Endpoint(lifetime=None)
        calls = await waiting(cache, endpoint, 3)
        endpoint.let.set()

        assert await settled(*calls) == ["token-1"] * 3
        assert await cache.token("key", endpoint) == "token-2"

    run(test())


def test_a_lifetime_begins_when_the_token_is_asked_for() -> None:
    async def test() -> None:
        seconds = 0.0
        cache, endpoint = TokenCache(clock=lambda: seconds), Endpoint(lifetime=60.0)
        (call,) = await waiting(cache, endpoint, 1)
        seconds = 50.0
        endpoint.let.set()
        await call

        seconds = 59.0
        assert cache.kept("key") == "token-1"
        seconds = 60.0
        assert cache.kept("key") is None

    run(test())


def test_different_keys_do_not_wait_for_each_other() -> None:
    async def test() -> None:
        cache, slow, quick = TokenCache(), Endpoint(), Endpoint()
        (call,) = await waiting(cache, slow, 1)
        quick.let.set()

        assert await cache.token("other", quick) == "token-1"
        assert not call.done()
        slow.let.set()
        await call

    run(test())


def test_what_was_unused_for_longest_goes_first() -> None:
    async def test() -> None:
        cache, endpoint = TokenCache(size=2), Endpoint()
        endpoint.let.set()
        for key in ("a", "b"):
            await cache.token(key, endpoint)
        assert cache.kept("a") == "token-1"

        await cache.token("c", endpoint)

        assert [cache.kept(key) for key in "abc"] == ["token-1", None, "token-3"]

    run(test())


def test_a_request_that_a_closed_loop_left_unfinished_is_made_anew() -> None:
    cache = TokenCache()

    async def leave() -> None:
        asyncio.ensure_future(cache.token("key", Endpoint()))  # noqa: RUF006 - asyncio.run cancels it
        await asyncio.sleep(0)

    async def ask_again() -> None:
        endpoint = Endpoint()
        endpoint.let.set()
        assert await cache.token("key", endpoint) == "token-1"

    asyncio.run(leave())
    asyncio.run(ask_again())
