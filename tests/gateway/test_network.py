"""The gateway's connections: kept and reused, made to the address that answers, and TLS verified by name."""

import asyncio
import contextlib
import datetime
import ssl
import time
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from .hostile_upstream import (
    ADDRESS,
    HOST,
    OK,
    Community,
    Exchange,
    HangUp,
    Respond,
    connector,
    says,
    says_and_hangs_up,
)

PATH = "/things/execute"
DEAD = "93.184.215.1"
DOWN = "93.184.215.2"
IPV6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


async def statuses(community: Community, *paths: str, method: str = "GET") -> list[int]:
    """Of calls one after the other."""
    async with community.running() as client:
        return [(await client.request(method, path)).status_code for path in paths]


# Reuse


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
@pytest.mark.parametrize(
    "answer",
    [
        OK,
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
    ],
    ids=["200", "204", "404", "304"],
)
def test_ten_calls_need_one_connection(method: str, answer: bytes) -> None:
    async def respond(exchange: Exchange) -> None:
        bodiless = exchange.head.startswith(b"HEAD")
        await exchange.send(answer.removesuffix(b"ok") if bodiless else answer)

    community = Community(respond, connector(method=method))

    asyncio.run(statuses(community, *[PATH] * 10, method=method))

    assert len(community.upstream.requests) == 10
    assert community.upstream.connections == 1


def test_a_connection_is_not_used_again_when_the_upstream_says_so() -> None:
    answer = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    community = Community(says_and_hangs_up(answer), connector())

    assert asyncio.run(statuses(community, PATH, PATH)) == [200, 200]
    assert community.upstream.connections == 2


def test_calls_at_once_have_a_connection_each_and_share_them_afterwards() -> None:
    async def respond(exchange: Exchange) -> None:
        await asyncio.sleep(0.02)
        await exchange.send(OK)

    community = Community(respond, connector())

    async def calls() -> None:
        async with community.running() as client:
            for _ in range(2):
                await asyncio.gather(*[client.get(PATH) for _ in range(5)])

    asyncio.run(calls())

    assert community.upstream.connections == 5


def test_a_kept_connection_that_was_closed_meanwhile_is_no_failure() -> None:
    community = Community(says_and_hangs_up(OK), connector(method="POST"))

    async def calls() -> list[int]:
        async with community.running() as client:
            first = await client.post(PATH)
            await community.upstream.idle()
            return [first.status_code, (await client.post(PATH)).status_code]

    assert asyncio.run(calls()) == [200, 200]


async def closes_at_the_second_request(exchange: Exchange) -> None:
    if exchange.number == 2:
        raise HangUp
    await exchange.send(OK)


async def resets_at_the_second_request(exchange: Exchange) -> None:
    if exchange.number == 2:
        exchange.reset()
    else:
        await exchange.send(OK)


async def says_more_than_it_should(exchange: Exchange) -> None:
    await exchange.send(OK + b" and more")


@pytest.mark.parametrize(
    "respond",
    [closes_at_the_second_request, resets_at_the_second_request, says_more_than_it_should],
)
@pytest.mark.parametrize(
    ("method", "expected"),
    [("GET", 200), ("PUT", 200), ("DELETE", 200), ("POST", 502), ("PATCH", 502)],
)
def test_what_a_kept_connection_did_not_answer_is_sent_again_if_it_is_idempotent(
    respond: Respond, method: str, expected: int
) -> None:
    community = Community(respond, connector(method=method))

    assert asyncio.run(statuses(community, PATH, PATH, method=method)) == [200, expected]


def test_nothing_is_sent_a_third_time() -> None:
    async def respond(exchange: Exchange) -> None:
        if community.upstream.requests.index(exchange) > 0:
            raise HangUp
        await exchange.send(OK)

    community = Community(respond, connector())

    assert asyncio.run(statuses(community, PATH, PATH)) == [200, 502]
    assert len(community.upstream.requests) == 3


def test_a_new_connection_that_is_closed_is_not_tried_again() -> None:
    community = Community(says_and_hangs_up(), connector())

    assert community.call().status_code == 502
    assert len(community.upstream.requests) == 1


# Load


def test_200_slow_calls_do_not_starve_a_fast_one() -> None:
    slow_ones_may_end = asyncio.Event()

    async def respond(exchange: Exchange) -> None:
        if exchange.target == "/slow":
            await slow_ones_may_end.wait()
        await exchange.send(OK)

    slow = connector(permalink="slow", url=f"http://{HOST}/slow")
    community = Community(respond, connector(), slow)

    async def calls() -> None:
        async with community.running() as client:
            assert (await client.get(PATH)).status_code == 200
            slow_ones = [asyncio.create_task(client.get("/slow/execute")) for _ in range(200)]
            while (
                len([each for each in community.upstream.requests if each.target == "/slow"]) < 200
            ):
                await asyncio.sleep(0.01)
            for _ in range(20):
                assert (await client.get(PATH)).status_code == 200
            assert not any(each.done() for each in slow_ones)
            connections = community.upstream.connections
            slow_ones_may_end.set()
            assert {(await each).status_code for each in slow_ones} == {200}

        # One each for the slow ones, and one that the fast ones share. How fast they are, `make bench` tells.
        assert connections == 201

    asyncio.run(calls())


# The environment


def test_no_proxy_and_no_netrc_of_the_environment_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {HOST} login ann password word\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    community = Community(says(OK), connector())

    assert community.call().status_code == 200
    assert b"uthorization" not in community.upstream.requests[0].head


# Which address


@pytest.mark.parametrize(
    ("addresses", "attempts"),
    [
        ([ADDRESS], [ADDRESS]),
        ([IPV6], [IPV6]),
        ([IPV6, ADDRESS], [IPV6]),
        ([DOWN, ADDRESS], [DOWN, ADDRESS]),
        ([DEAD, ADDRESS], [DEAD, ADDRESS]),
        ([DEAD, DOWN, ADDRESS, IPV6], [DEAD, DOWN, ADDRESS]),
    ],
)
def test_addresses_are_tried_in_order_until_one_answers(
    addresses: list[str], attempts: list[str]
) -> None:
    community = secure(says(OK), names={HOST: addresses})
    community.network.dead = {DEAD}
    community.network.down = {DOWN}
    started = time.monotonic()

    response = community.call()

    assert response.text == "ok"
    assert community.network.attempts == attempts
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("addresses", "detail"),
    [
        ([], f"{HOST} could not be called: its name could not be resolved"),
        ([DOWN], f"{HOST} could not be called: it refused the connection"),
        ([DOWN, DOWN], f"{HOST} could not be called: it refused the connection"),
        ([DEAD], f"{HOST} did not answer within 0.5 s"),
        ([DOWN, DEAD], f"{HOST} did not answer within 0.5 s"),
    ],
)
def test_a_host_that_answers_at_no_address(addresses: list[str], detail: str) -> None:
    community = secure(says(OK), names={HOST: addresses}, time_limit=0.5)
    community.network.dead = {DEAD}
    community.network.down = {DOWN}

    response = community.call()

    assert response.status_code == 502
    assert response.json()["errors"]["detail"].startswith(f"{detail}; ")
    assert community.upstream.connections == 0


def test_nobody_listening_is_a_refused_connection_and_an_allowed_host_may_not_be_running() -> None:
    community = Community(says(OK), connector())

    async def call() -> httpx.Response:
        async with community.running() as client:
            community.upstream.port = 1  # tcpmux: nobody listens there
            return await client.get(PATH)

    detail = asyncio.run(call()).json()["errors"]["detail"]
    assert detail == (
        f"{HOST} could not be called: it refused the connection; is it running at {HOST}?"
    )


def test_an_allowed_host_is_not_told_to_be_the_real_one() -> None:
    community = Community(says(OK), connector(url=f"http://{HOST}:9000/"), time_limit=0.5)
    community.network.dead = {HOST}

    response = community.call()

    assert response.json()["errors"]["detail"] == f"{HOST} did not answer within 0.5 s."


def test_a_token_endpoint_that_is_not_running_is_asked_after() -> None:
    authentication = {
        "type": "oauth_client_credentials",
        "config": {"client_id": "a", "client_secret": "b", "token_url": f"http://{HOST}:9000/"},
    }
    community = Community(says(OK), connector(authentication=authentication))
    community.network.down = {HOST}

    response = community.call()

    detail = response.json()["errors"]["detail"]
    assert detail.startswith(f"The token request to {HOST}:9000 failed: {HOST} could not be called")
    assert detail.endswith(f"it refused the connection; is it running at {HOST}:9000?")


# Headers


@pytest.mark.parametrize("value", [" a ", "\ta\t", "{{ ' a ' }}"])
def test_a_header_is_sent_without_the_blanks_around_it(value: str) -> None:
    headers = [{"key": "X-It", "value": value}]
    community = Community(says(OK), connector(headers=headers))

    assert community.call().text == "ok"
    assert b"\r\nx-it: a\r\n" in community.upstream.requests[0].head


def test_a_header_that_http_cannot_carry_is_not_sent_and_no_fault_of_the_host() -> None:
    response = secure(says(OK)).call(headers={"X-It": b"a\x0bb"})

    assert response.json()["errors"]["detail"] == (
        f"{HOST} could not be called: the request has a header that HTTP cannot carry."
    )


# TLS


@cache
def authority() -> trustme.CA:
    return trustme.CA()


def certificate(*names: str, by: trustme.CA | None = None, **options: Any) -> ssl.SSLContext:
    """A server's context, with a certificate for these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (by or authority()).issue_cert(*names, **options).configure_cert(context)
    return context


@cache
def trusted() -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority().configure_trust(context)
    return context


@cache
def usual_certificate() -> ssl.SSLContext:
    return certificate(HOST)


def secure(respond: Respond, url: str = f"https://{HOST}/things", **options: Any) -> Community:
    """A community whose upstream speaks TLS, with a certificate that is right unless it is given."""
    options = {"certificate": usual_certificate(), "trusted": trusted(), **options}
    return Community(respond, connector(url=url), allow_hosts=(), **options)


@pytest.mark.parametrize("host", [HOST, f"{HOST}.", HOST.upper(), f"{HOST}:8443"])
def test_the_certificate_is_verified_by_the_name_and_the_connection_goes_to_its_address(
    host: str,
) -> None:
    named: list[str | None] = []
    context = certificate(HOST)
    context.sni_callback = lambda connection, name, context: named.append(name)
    community = secure(
        says(OK), f"https://{host}/things", certificate=context, names={f"{HOST}.": [ADDRESS]}
    )

    assert community.call().text == "ok"
    assert named == [HOST]
    assert community.network.attempts == [ADDRESS]


def test_a_certificate_may_be_for_an_address() -> None:
    community = secure(says(OK), f"https://{ADDRESS}/", certificate=certificate(ADDRESS))

    assert community.call().text == "ok"
    assert community.resolved == []


def test_tls_connections_are_kept_as_well() -> None:
    community = secure(says(OK))

    assert asyncio.run(statuses(community, PATH, PATH, PATH)) == [200, 200, 200]
    assert community.upstream.connections == 1


PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("context", "why"),
    [
        (lambda: certificate("other.example"), "its TLS certificate is not for this name"),
        (lambda: certificate(ADDRESS), "its TLS certificate is not for this name"),
        (lambda: certificate(HOST, not_after=PAST), "its TLS certificate has expired"),
        (
            lambda: certificate(HOST, by=trustme.CA()),
            "its TLS certificate is not trusted (unable to get local issuer certificate)",
        ),
    ],
    ids=["another name", "its address", "expired", "unknown authority"],
)
def test_a_certificate_that_is_not_right_is_told_in_a_sentence(context: Any, why: str) -> None:
    community = secure(says(OK), certificate=context())

    response = community.call()

    assert response.status_code == 502
    detail = response.json()["errors"]["detail"]
    assert detail.startswith(f"{HOST} could not be called: {why}; ")
    assert community.upstream.requests == []


def test_an_authority_of_a_tests_own_is_trusted_by_nobody_else() -> None:
    response = secure(says(OK), trusted=None).call()

    assert "its TLS certificate is not trusted" in response.json()["errors"]["detail"]


def test_a_host_that_speaks_no_tls_is_told_so() -> None:
    async def greets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()
        writer.close()

    detail = asyncio.run(detail_of_a_call_to(greets))

    assert "TLS could not be established with it (" in detail


def test_a_host_that_hangs_up_on_a_handshake_is_told_so() -> None:
    async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    detail = asyncio.run(detail_of_a_call_to(hangs_up))

    assert "it closed the connection during the TLS handshake" in detail


def test_a_handshake_that_hangs_ends_with_the_time_limit_and_leaves_nothing_open() -> None:
    closed = asyncio.Event()

    async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        closed.set()

    detail = asyncio.run(detail_of_a_call_to(hangs, time_limit=0.2, then=closed))

    assert f"{HOST} did not answer within 0.2 s" in detail


async def detail_of_a_call_to(
    serve: Any, *, time_limit: float = 5, then: asyncio.Event | None = None
) -> str:
    """The gateway's detail when a plain TCP server stands where TLS is expected; `then` happens in the end."""
    community = secure(says(OK), time_limit=time_limit)
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(community.running())
        community.upstream.port = server.sockets[0].getsockname()[1]
        response = await client.get(PATH)
        if then is not None:
            await asyncio.wait_for(then.wait(), 5)
    server.close()
    await server.wait_closed()
    detail: str = response.json()["errors"]["detail"]
    return detail
