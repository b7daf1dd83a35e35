"""What is kept between executions goes when hosts lead elsewhere than before, or secrets are others."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from widget_workbench.gateway import (
    AllowedHosts,
    Configuration,
    Connectors,
    Gateway,
    GuardedBackend,
    NetworkTransport,
    read_definitions,
)

from .hostile_upstream import HostileUpstream, Loopback, says

HOST = "api.example"
TOKEN_HOST = "auth.example"

OAUTH = {
    "type": "oauth_client_credentials",
    "config": {
        "client_id": "me",
        "client_secret": "{{ get_secret('key') }}",
        "token_url": f"https://{TOKEN_HOST}/token",
    },
}


class Upstream:
    """Answers with its name, to be cached; at `/token` with a token. Waits before it answers, where it is told to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.requests: list[str] = []
        self.begun = asyncio.Event()
        self.let = asyncio.Event()
        self.let.set()
        self.transport = httpx.MockTransport(self._answer)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request.url.path)
        self.begun.set()
        await self.let.wait()
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": self.name, "expires_in": 60})
        return httpx.Response(200, text=self.name, headers={"Cache-Control": "max-age=60"})


class Calls:
    """A gateway whose configuration may be exchanged between the calls."""

    def __init__(self, network: httpx.AsyncBaseTransport | None = None, **fields: Any) -> None:
        self.old, self.new = Upstream("old"), Upstream("new")
        definition = {"name": "Things", "url": f"https://{HOST}/things", **fields}
        definitions, problems = read_definitions({"connectors": [definition]})
        assert problems == []
        self.configuration = Configuration(
            Connectors(definitions), self.mapped(self.old), secrets={"key": "value"}
        )
        self._gateway = Gateway(configuration=lambda: self.configuration, network=network)

    def mapped(self, upstream: Upstream) -> Mapping[str, httpx.AsyncBaseTransport]:
        return {HOST: upstream.transport, TOKEN_HOST: upstream.transport}

    def change(self, **changes: Any) -> None:
        self.configuration = replace(self.configuration, **changes)

    async def call(self) -> str:
        transport = httpx.ASGITransport(self._gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return (await client.get("/things/execute")).raise_for_status().text

    async def aclose(self) -> None:
        await self._gateway.aclose()


CHANGES: Mapping[str, tuple[Callable[[Calls], Mapping[str, Any]], bool]] = {
    "nothing": (lambda calls: {}, True),
    "the same, read again": (lambda calls: {"upstreams": calls.mapped(calls.old)}, True),
    "a variable": (lambda calls: {"variables": {"a": "b"}}, True),
    "an allowed host": (lambda calls: {"allowed_hosts": AllowedHosts.of(["localhost"])}, False),
    "a secret": (lambda calls: {"secrets": {"key": "value", "other": "value"}}, False),
    "another host's upstream": (
        lambda calls: {
            "upstreams": {**calls.mapped(calls.old), "other.example": calls.new.transport}
        },
        False,
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_kept_stays_while_hosts_and_secrets_do(what: str) -> None:
    change, is_kept = CHANGES[what]

    async def test() -> None:
        calls = Calls(authentication=OAUTH)
        await calls.call()
        calls.change(**change(calls))
        assert await calls.call() == "old"
        assert calls.old.requests == ["/token", "/things"] * (1 if is_kept else 2)
        await calls.aclose()

    asyncio.run(test())


def test_a_host_that_leads_to_another_application_is_asked_anew() -> None:
    async def test() -> None:
        calls = Calls(authentication=OAUTH)
        answers = [await calls.call()]
        calls.change(upstreams=calls.mapped(calls.new))
        answers += [await calls.call(), await calls.call()]
        calls.change(upstreams=calls.mapped(calls.old))
        answers += [await calls.call()]

        assert answers == ["old", "new", "new", "old"]
        assert calls.new.requests == ["/token", "/things"]
        assert calls.old.requests == ["/token", "/things"] * 2
        await calls.aclose()

    asyncio.run(test())


def test_an_answer_that_comes_after_the_change_is_not_kept() -> None:
    async def test() -> None:
        calls = Calls()
        calls.old.let.clear()
        late = asyncio.create_task(calls.call())
        await calls.old.begun.wait()
        calls.change(upstreams=calls.mapped(calls.new))
        assert await calls.call() == "new"
        calls.old.let.set()

        assert await late == "old"
        assert await calls.call() == "new"
        assert calls.new.requests == ["/things"]
        await calls.aclose()

    asyncio.run(test())


@pytest.mark.parametrize("is_changed", [False, True])
def test_no_connection_outlives_the_change(is_changed: bool) -> None:
    """Of a host that was allowed the addresses are not checked; they are when it is not any more."""

    async def test() -> None:
        upstream = HostileUpstream(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
        async with upstream.running():
            backend = GuardedBackend(exempt=lambda host, port: True, network=Loopback(upstream))
            calls = Calls(NetworkTransport(backend), url=f"http://{HOST}/things")
            calls.change(upstreams={}, allowed_hosts=AllowedHosts.of([HOST]))
            await calls.call()
            if is_changed:
                calls.change(allowed_hosts=AllowedHosts.of([HOST, "other.example"]))
            await calls.call()
            assert upstream.connections == (2 if is_changed else 1)
            await calls.aclose()

    asyncio.run(test())


def test_a_connection_in_use_during_the_change_is_not_kept() -> None:
    begun, let = asyncio.Event(), asyncio.Event()

    async def respond(exchange: Any) -> None:
        begun.set()
        if len(upstream.requests) == 1:
            await let.wait()
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    upstream = HostileUpstream(respond)

    async def test() -> None:
        async with upstream.running():
            network = NetworkTransport(Loopback(upstream))
            async with httpx.AsyncClient(transport=network) as client:
                late = asyncio.create_task(client.get(f"http://{HOST}/"))
                await begun.wait()
                await network.forget()
                let.set()
                await late
                await client.get(f"http://{HOST}/")
                assert upstream.connections == 2
                await client.get(f"http://{HOST}/")
                assert upstream.connections == 2

    asyncio.run(test())
