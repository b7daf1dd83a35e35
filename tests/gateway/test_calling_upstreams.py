"""What becomes of an upstream's misbehaviour: one row a kind, status, code and sentence (platform.md §5)."""

import asyncio
import gzip
import time
import tracemalloc
import zlib
from functools import cache
from typing import Any

import httpx
import pytest

from .hostile_upstream import (
    HOST,
    OK,
    Community,
    Exchange,
    Respond,
    connector,
    says,
    says_and_hangs_up,
)

MB = 1_000_000


def head(*fields: str, status: str = "200 OK") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *fields, "", "")).encode("latin-1")


def packed(body: bytes, encoding: str) -> bytes:
    """An answer with a Content-Encoding."""
    return head(f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}") + body


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def failure(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 502
    errors: dict[str, Any] = response.json()["errors"]
    assert errors["scope"] == "Downstream (network/external service)"
    return errors


# Answers that are none


async def hangs(exchange: Exchange) -> None:
    await exchange.hang()


async def trickles(exchange: Exchange) -> None:
    await exchange.send(head("Content-Length: 1000"))
    while True:
        await exchange.send(b"x")
        await asyncio.sleep(0.02)


async def trickles_its_head(exchange: Exchange) -> None:
    for byte in head("X-Long: " + "x" * 1000):
        await exchange.send(bytes([byte]))
        await asyncio.sleep(0.02)


async def resets(exchange: Exchange) -> None:
    exchange.reset()


async def resets_in_the_middle(exchange: Exchange) -> None:
    await exchange.send(head("Content-Length: 1000") + b"x")
    await asyncio.sleep(0.02)
    exchange.reset()


async def goes_on_and_on(exchange: Exchange) -> None:
    await exchange.send(head("Transfer-Encoding: chunked"))
    while True:
        await exchange.send(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")


async def informs_for_ever(exchange: Exchange) -> None:
    while True:
        await exchange.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        await asyncio.sleep(0.001)


TIMEOUT = "DOWNSTREAM_TIMEOUT"
ERROR = "DOWNSTREAM_ERROR"
TOO_LARGE = "RESPONSE_TOO_LARGE"

LATE = f"{HOST} did not answer within 0.2 s."
LARGE = f"The answer of {HOST} is larger than 100,000 bytes, the most that the gateway relays."


def uncallable(why: str) -> str:
    return f"{HOST} could not be called: {why}."


NOT_GZIP = f"{HOST} answered with a body that is not gzip, though its Content-Encoding says so."
MISBEHAVIOUR = {
    "hangs": (hangs, TIMEOUT, LATE),
    "a byte now and then": (trickles, TIMEOUT, LATE),
    "a head a byte now and then": (trickles_its_head, TIMEOUT, LATE),
    "1xx for ever": (informs_for_ever, TIMEOUT, LATE),
    "closes without a word": (
        says_and_hangs_up(),
        ERROR,
        uncallable("it closed the connection without an answer"),
    ),
    "closes within its head": (
        says_and_hangs_up(b"HTTP/1.1 200 OK\r\nContent-"),
        ERROR,
        uncallable("it closed the connection without an answer"),
    ),
    "closes within its body": (
        says_and_hangs_up(head("Content-Length: 10") + b"half"),
        ERROR,
        uncallable("it closed the connection in the middle of its answer"),
    ),
    "closes within a chunk": (
        says_and_hangs_up(head("Transfer-Encoding: chunked") + b"a\r\nhalf"),
        ERROR,
        uncallable("it closed the connection in the middle of its answer"),
    ),
    "resets": (resets, ERROR, uncallable("it broke off the connection")),
    "resets within its body": (
        resets_in_the_middle,
        ERROR,
        uncallable("it broke off the connection"),
    ),
    "is no web server": (
        says_and_hangs_up(b"220 mail.example ESMTP\r\n\r\n"),
        ERROR,
        uncallable("its answer is not HTTP (illegal status line)"),
    ),
    "a header without a name": (
        says(head(": nameless")),
        ERROR,
        uncallable("its answer is not HTTP (illegal header line)"),
    ),
    "a length that is none": (
        says(head("Content-Length: many")),
        ERROR,
        uncallable("its answer is not HTTP (bad Content-Length)"),
    ),
    "two lengths": (
        says(head("Content-Length: 1", "Content-Length: 2") + b"xx"),
        ERROR,
        uncallable("its answer is not HTTP (conflicting Content-Length headers)"),
    ),
    "a chunk without a length": (
        says(head("Transfer-Encoding: chunked") + b"many\r\n"),
        ERROR,
        uncallable("its answer is not HTTP (illegal chunk header)"),
    ),
    "200 KB of headers": (
        says(head(*(f"X-{number}: {'x' * 1000}" for number in range(200)))),
        ERROR,
        uncallable("its headers are larger than 100 KB"),
    ),
    "a header without an end": (
        says(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000),
        ERROR,
        uncallable("its headers are larger than 100 KB"),
    ),
    "switches protocols": (
        says(head("Upgrade: websocket", "Connection: upgrade", status="101 Switching Protocols")),
        ERROR,
        uncallable("it switched to another protocol, for which nobody had asked"),
    ),
    "status 999": (
        says(head("Content-Length: 0", status="999 Odd")),
        ERROR,
        f"{HOST} answered with the status 999, which is none.",
    ),
    "more than the limit": (
        says(head("Transfer-Encoding: chunked") + b"186a1\r\n" + b"x" * 100_001),
        TOO_LARGE,
        LARGE,
    ),
    "a length over the limit": (says(head("Content-Length: 100001")), TOO_LARGE, LARGE),
    "a body without an end": (goes_on_and_on, TOO_LARGE, LARGE),
    "a gzip bomb": (says(packed(gzip.compress(bytes(100_001)), "gzip")), TOO_LARGE, LARGE),
    "a deflate bomb": (says(packed(zlib.compress(bytes(100_001)), "deflate")), TOO_LARGE, LARGE),
    "gzip that is none": (says(packed(b"not gzip", "gzip")), ERROR, NOT_GZIP),
    "gzip with a wrong checksum": (
        says(packed(gzip.compress(b"x")[:-8] + bytes(8), "gzip")),
        ERROR,
        NOT_GZIP,
    ),
    "gzip that ends in the middle": (
        says(packed(gzip.compress(b"x" * 100)[:-9], "gzip")),
        ERROR,
        f"{HOST} answered with a body whose gzip data ends in the middle.",
    ),
    "deflate that is none": (
        says(packed(b"\x07not deflate", "deflate")),
        ERROR,
        NOT_GZIP.replace("gzip", "deflate"),
    ),
    "an encoding that was not asked for": (
        says(packed(b"x", "br")),
        ERROR,
        f"{HOST} answered with the Content-Encoding 'br', which it was not asked for: "
        "the gateway takes gzip, deflate, one at a time.",
    ),
    "two encodings": (
        says(packed(gzip.compress(gzip.compress(b"x")), "gzip, gzip")),
        ERROR,
        f"{HOST} answered with the Content-Encoding 'gzip, gzip', which it was not asked for: "
        "the gateway takes gzip, deflate, one at a time.",
    ),
}


@pytest.mark.parametrize(
    ("respond", "code", "detail"), MISBEHAVIOUR.values(), ids=MISBEHAVIOUR.keys()
)
def test_an_upstream_that_misbehaves_is_a_502_in_a_sentence(
    respond: Respond, code: str, detail: str
) -> None:
    time_limit = 0.2 if code == TIMEOUT else 5
    community = Community(respond, connector(), time_limit=time_limit, size_limit=100_000)
    started = time.monotonic()

    errors = failure(community.call())

    assert (errors["code"], errors["detail"]) == (code, detail)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "respond",
    [pytest.param(row[0], id=name) for name, row in MISBEHAVIOUR.items() if row[1] != TIMEOUT],
)
def test_after_an_upstream_misbehaved_the_next_call_is_answered(respond: Respond) -> None:
    async def once(exchange: Exchange) -> None:
        if exchange.target == "/once":
            await respond(exchange)
        else:
            await exchange.send(OK)

    community = Community(
        once,
        connector(permalink="once", url=f"http://{HOST}/once"),
        connector(),
        time_limit=5,
        size_limit=100_000,
    )

    async def calls() -> list[int]:
        async with community.running() as client:
            paths = ("/things/execute", "/once/execute", "/things/execute")
            return [(await client.get(path)).status_code for path in paths]

    assert asyncio.run(calls()) == [200, 502, 200]


# Answers that are odd, and are relayed

ODD = {
    "no length, and closed": (
        says_and_hangs_up(b"HTTP/1.1 200 OK\r\n\r\nto the end"),
        b"to the end",
    ),
    "HTTP/1.0": (says_and_hangs_up(b"HTTP/1.0 200 OK\r\n\r\nold"), b"old"),
    "early hints": (says(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", OK), b"ok"),
    "chunks": (
        says(head("Transfer-Encoding: chunked") + b"1\r\nc\r\n5\r\nhunks\r\n0\r\n\r\n"),
        b"chunks",
    ),
    "more than its length": (says(head("Content-Length: 2") + b"ok and more"), b"ok"),
    "exactly the limit": (says(head("Content-Length: 100000") + b"x" * 100_000), b"x" * 100_000),
    "not UTF-8": (says(head("Content-Length: 3") + b"\xff\xfe\x00"), b"\xff\xfe\x00"),
    "JSON that is none": (
        says(head("Content-Type: application/json", "Content-Length: 5") + b"{oops"),
        b"{oops",
    ),
    "gzip": (says(packed(gzip.compress(b"text"), "gzip")), b"text"),
    "x-gzip": (says(packed(gzip.compress(b"text"), "X-GZip")), b"text"),
    "gzip, and then something": (says(packed(gzip.compress(b"text") + b"\0\0", "gzip")), b"text"),
    "gzip in single bytes": (
        says(
            head("Content-Encoding: gzip", "Transfer-Encoding: chunked"),
            *(b"1\r\n%c\r\n" % byte for byte in gzip.compress(b"text")),
            b"0\r\n\r\n",
        ),
        b"text",
    ),
    "deflate": (says(packed(zlib.compress(b"text"), "deflate")), b"text"),
    "deflate without zlib's frame": (says(packed(raw_deflate(b"text"), "deflate")), b"text"),
    "deflate in single bytes": (
        says(
            head("Content-Encoding: deflate", "Transfer-Encoding: chunked"),
            *(b"1\r\n%c\r\n" % byte for byte in zlib.compress(b"text")),
            b"0\r\n\r\n",
        ),
        b"text",
    ),
    "gzip of nothing at all": (says(packed(b"", "gzip")), b""),
    "identity": (says(packed(b"text", "identity")), b"text"),
}


@pytest.mark.parametrize(("respond", "body"), ODD.values(), ids=ODD.keys())
def test_an_odd_answer_is_relayed(respond: Respond, body: bytes) -> None:
    community = Community(respond, connector(), time_limit=5, size_limit=100_000)

    response = community.call()

    assert response.status_code == 200, response.text
    assert response.content == body


# Memory


async def sends_100_mb(exchange: Exchange) -> None:
    await exchange.send(head("Transfer-Encoding: chunked"))
    for _ in range(100):
        await exchange.send(b"f4240\r\n" + b"x" * MB + b"\r\n")


@cache
def bomb() -> bytes:
    """100 MB of zeros, in 100 KB."""
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    parts = [packer.compress(bytes(MB)) for _ in range(100)]
    return b"".join((*parts, packer.flush()))


async def sends_a_bomb(exchange: Exchange) -> None:
    await exchange.send(packed(bomb(), "gzip"))


@pytest.mark.parametrize("respond", [sends_100_mb, sends_a_bomb])
def test_memory_stays_near_the_limit(respond: Respond) -> None:
    bomb()
    community = Community(respond, connector(), time_limit=10, size_limit=2 * MB)
    tracemalloc.start()
    try:
        errors = failure(community.call())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert errors["code"] == TOO_LARGE
    assert peak < 10 * MB
