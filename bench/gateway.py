"""The gateway's speed, measured against a peer in one run: `make bench`.

The peer is what one would write without it: a bare Starlette route that makes the same call with one plain
`httpx.AsyncClient`. Both run in processes of their own and call the same upstream over loopback TCP; they take turns,
round by round, since a machine's speed drifts more between minutes than between rounds.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from widget_workbench.gateway import (
    AllowedHosts,
    Configuration,
    Connectors,
    Gateway,
    User,
    read_definitions,
)

ROUNDS = 15
CALLS = 300  # in one round
CALLERS = 8  # at once
SLOW_CALLS = 200
SLOW_SECONDS = 8.0
FAST_CALLS = 100

AIM = 0.6
DELAY_AIM = 2.0

PATH = "/connectors/rates-api/execute?base=EUR"
SLOW_PATH = "/connectors/slow-api/execute"


async def rates(request: Request) -> Response:
    """An answer that no cache may keep."""
    answer = {"base": request.query_params["base"], "rates": {"PLN": 4.26, "USD": 1.09}}
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def upstream_app() -> ASGIApp:
    """The service behind the connectors."""
    waiting = 0

    async def slow(request: Request) -> Response:
        nonlocal waiting
        waiting += 1
        await asyncio.sleep(SLOW_SECONDS)
        waiting -= 1
        return JSONResponse({})

    async def count_waiting(request: Request) -> Response:
        return JSONResponse(waiting)

    return Starlette(
        routes=[
            Route("/users/7/rates", rates),
            Route("/slow", slow),
            Route("/waiting", count_waiting),
        ]
    )


def gateway_app(upstream: str) -> ASGIApp:
    """The gateway, with every feature that such a call can use."""
    document = {
        "connectors": [
            {
                "name": "Rates API",
                "url": f"http://{upstream}/users/{{{{ user.id }}}}/rates",
                "headers": [
                    {"key": "X-Tenant", "value": "{{ tenant_id }}"},
                    {"key": "X-Region", "value": "{{ get_variable('region') | upper }}"},
                ],
                "query_parameters": [{"key": "base", "value": "USD", "overridable": True}],
                "authentication": {
                    "type": "api_key",
                    "config": {
                        "key": "X-Api-Key",
                        "value": "{{ get_secret('key') }}",
                        "in": "header",
                    },
                },
            },
            {"name": "Slow API", "url": f"http://{upstream}/slow"},
        ]
    }
    definitions, problems = read_definitions(document)
    assert not problems, problems
    configuration = Configuration(
        connectors=Connectors(definitions),
        allowed_hosts=AllowedHosts.of([upstream]),
        secrets={"key": "k-0123456789"},
        variables={"region": "eu"},
        user=User(id=7, email="ann@example.com", username="ann"),
    )
    return Starlette(routes=[Mount("/connectors", Gateway(configuration=lambda: configuration))])


def peer_app(upstream: str) -> ASGIApp:
    """The same calls by hand."""
    client = httpx.AsyncClient(timeout=15, limits=httpx.Limits(max_connections=1000))

    async def call(request: Request) -> Response:
        headers = {"X-Tenant": "t-1", "X-Region": "EU", "X-Api-Key": "k-0123456789"}
        answer = await client.get(
            f"http://{upstream}/users/7/rates", params=dict(request.query_params), headers=headers
        )
        return Response(answer.content, answer.status_code, media_type="application/json")

    async def call_slow(request: Request) -> Response:
        answer = await client.get(f"http://{upstream}/slow")
        return Response(answer.content, answer.status_code, media_type="application/json")

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await client.aclose()

    routes = [
        Route("/connectors/rates-api/execute", call),
        Route("/connectors/slow-api/execute", call_slow),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


APPS: dict[str, Callable[..., ASGIApp]] = {
    "upstream": upstream_app,
    "gateway": gateway_app,
    "peer": peer_app,
}


def serve(name: str, *arguments: str) -> None:
    """Serves one of the applications on a free port, and prints the port."""
    # asyncio switches Nagle's algorithm off for sockets that are said to be TCP's alone; with it a call takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(APPS[name](*arguments), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


@asynccontextmanager
async def served(name: str, *arguments: str) -> AsyncIterator[str]:
    """The host and port of an application in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, os.fspath(__file__), name, *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield f"127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.terminate()
        await process.wait()


class Caller:
    """One kept connection. Lean, so that what is measured is the other side."""

    def __init__(self, host: str) -> None:
        self._host = host

    async def __aenter__(self) -> Caller:
        name, port = self._host.split(":")
        self._reader, self._writer = await asyncio.open_connection(name, int(port))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def call(self, path: str) -> float:
        """Seconds that a call took."""
        started = time.perf_counter()
        self._writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        await self._reader.readexactly(int(length))
        return time.perf_counter() - started


async def measure_round(host: str) -> tuple[float, float]:
    """Requests a second, and the 99th percentile of a call's milliseconds."""
    times: list[float] = []

    async def call_on(caller: Caller) -> None:
        async with caller:
            times.extend([await caller.call(PATH) for _ in range(CALLS // CALLERS)])

    started = time.perf_counter()
    await asyncio.gather(*(call_on(Caller(host)) for _ in range(CALLERS)))
    return len(times) / (time.perf_counter() - started), statistics.quantiles(times, n=100)[
        98
    ] * 1e3


async def measure_delay(host: str, upstream: str) -> tuple[float, float]:
    """Median milliseconds of a fast call, alone and beside many slow ones."""

    async def fast() -> float:
        async with Caller(host) as caller:
            return statistics.median([await caller.call(PATH) for _ in range(FAST_CALLS)]) * 1e3

    async def slow_call() -> None:
        async with Caller(host) as caller:
            await caller.call(SLOW_PATH)

    alone = await fast()
    waiting = [asyncio.create_task(slow_call()) for _ in range(SLOW_CALLS)]
    async with httpx.AsyncClient(base_url=f"http://{upstream}") as client:
        while (await client.get("/waiting")).json() < SLOW_CALLS:
            await asyncio.sleep(0.01)
    beside = await fast()
    assert not any(task.done() for task in waiting), "the slow calls were over too soon to count"
    await asyncio.gather(*waiting)
    return alone, beside


async def main() -> None:
    """Prints the tables."""
    async with (
        served("upstream") as upstream,
        served("gateway", upstream) as gateway,
        served("peer", upstream) as peer,
    ):
        hosts = {"bare Starlette + httpx": peer, "gateway": gateway}
        rates_of: dict[str, list[float]] = {name: [] for name in hosts}
        slowest: dict[str, list[float]] = {name: [] for name in hosts}
        for number in range(ROUNDS + 1):
            for name, host in hosts.items():
                rate, p99 = await measure_round(host)
                if number > 0:  # the first round warms up
                    rates_of[name].append(rate)
                    slowest[name].append(p99)
        print(
            f"One templated, uncacheable GET with an API key over loopback TCP, {CALLERS} callers: "
            f"median of {ROUNDS} rounds\n"
        )
        print(f"{'':<24}{'requests/s':>11}{'spread':>14}{'p99 ms':>8}{'÷ bare':>8}  aim")
        bare = statistics.median(rates_of["bare Starlette + httpx"])
        for name in hosts:
            median = statistics.median(rates_of[name])
            low, *_, high = statistics.quantiles(rates_of[name], n=10)
            aim = f"≥ {AIM}" if name == "gateway" else ""
            print(
                f"{name:<24}{median:>11.0f}{f'{low:.0f} - {high:.0f}':>14}"
                f"{statistics.median(slowest[name]):>8.1f}{median / bare:>8.2f}  {aim}".rstrip()
            )
        print(f"\nA fast call beside {SLOW_CALLS} slow ones, milliseconds\n")
        print(f"{'':<24}{'alone':>8}{'beside':>8}{'ratio':>8}  aim")
        for name, host in hosts.items():
            alone, beside = await measure_delay(host, upstream)
            aim = f"≤ {DELAY_AIM:g}" if name == "gateway" else ""
            print(f"{name:<24}{alone:>8.2f}{beside:>8.2f}{beside / alone:>8.2f}  {aim}".rstrip())


if __name__ == "__main__":
    if sys.argv[1:]:
        serve(*sys.argv[1:])
    else:
        asyncio.run(main())
