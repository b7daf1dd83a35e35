"""Merging parameters and headers: one row a rule of platform.md §5."""

import asyncio
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from widget_workbench.gateway import (
    Configuration,
    Connectors,
    Execution,
    Gateway,
    read_definitions,
)

Pairs = list[tuple[str, str]]


def execute(
    definition: dict[str, Any], *, query: str = "", headers: Pairs | None = None
) -> tuple[httpx.Request, dict[str, Any]]:
    """The request that the upstream got, and the log's entry."""
    requests: list[httpx.Request] = []
    executions: list[Execution] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(204)

    definitions, _ = read_definitions(
        {"connectors": [{"name": "a", "url": "https://api.example/x", **definition}]}
    )
    configuration = Configuration(
        Connectors(definitions), {"api.example": httpx.MockTransport(answer)}
    )
    gateway = Gateway(configuration=lambda: configuration, record=executions.append)

    async def call() -> None:
        transport = httpx.ASGITransport(gateway)
        async with transport:
            request = httpx.Request("GET", f"http://g/a/execute{query}", headers=headers)
            response = await transport.handle_async_request(request)
            assert response.status_code == 204

    asyncio.run(call())
    return requests[0], executions[0].entry()


def parameter(key: str, value: str, overridable: bool = False) -> dict[str, Any]:
    return {"key": key, "value": value, "overridable": overridable}


FIXED = parameter("units", "metric")
DEFAULT = parameter("units", "metric", overridable=True)


@pytest.mark.parametrize(
    ("configured", "sent", "arrives", "dropped"),
    [
        pytest.param([FIXED], "", "units=metric", [], id="a configured value is sent"),
        pytest.param([FIXED], "?units=kelvin", "units=metric", ["units"], id="fixed stays"),
        pytest.param([DEFAULT], "", "units=metric", [], id="overridable is a default"),
        pytest.param([DEFAULT], "?units=kelvin", "units=kelvin", [], id="overridden"),
        pytest.param([DEFAULT], "?units=", "units=", [], id="overridden by an empty text"),
        pytest.param([DEFAULT], "?units=a&units=b", "units=a&units=b", [], id="by several"),
        pytest.param([FIXED], "?Units=K", "units=metric&Units=K", [], id="keys have a case"),
        pytest.param([], "?a=1&b=2&a=3", "a=1&b=2&a=3", [], id="undeclared ones in order"),
        pytest.param([], "?flag", "flag=", [], id="a key without a value"),
        pytest.param(
            [FIXED], "?q=Warsaw", "units=metric&q=Warsaw", [], id="configured ones come first"
        ),
        pytest.param(
            [parameter("tag", "a"), parameter("tag", "b")],
            "?tag=c",
            "tag=a&tag=b",
            ["tag"],
            id="a key configured twice",
        ),
        pytest.param(
            [parameter("tag", "a"), parameter("tag", "b", overridable=True)],
            "?tag=c",
            "tag=a&tag=c",
            [],
            id="only the overridable one of two is overridden",
        ),
        pytest.param(
            [parameter("empty", "")], "", "empty=", [], id="an empty configured value is sent"
        ),
        pytest.param(
            [],
            "?q=a%20b%26c%25d%2Be&r=caf%C3%A9+%F0%9D%84%9E",
            "q=a%20b%26c%25d%2Be&r=caf%C3%A9%20%F0%9D%84%9E",
            [],
            id="reserved and non-ASCII characters",
        ),
    ],
)
def test_query_parameters(
    configured: list[dict[str, Any]], sent: str, arrives: str, dropped: list[str]
) -> None:
    request, entry = execute({"query_parameters": configured}, query=sent)

    assert request.url.query.decode() == arrives
    assert entry.get("dropped_query", []) == dropped
    logged = entry["query"]
    for key, value in parse_qsl(arrives, keep_blank_values=True):
        held = logged[key]
        assert value in (held if isinstance(held, list) else [held])


def test_a_query_in_the_url_is_configured_too() -> None:
    request, entry = execute(
        {"url": "https://api.example/x?key=a/b&v=2#part", "query_parameters": [FIXED]},
        query="?v=3&q=1",
    )

    assert str(request.url) == "https://api.example/x?key=a/b&v=2&units=metric&q=1"
    assert entry["dropped_query"] == ["v"]


@pytest.mark.parametrize(
    ("configured", "sent", "name", "arrives", "dropped"),
    [
        ([parameter("X-Region", "eu")], [], "x-region", ["eu"], []),
        ([parameter("X-Region", "eu")], [("x-region", "us")], "x-region", ["eu"], ["x-region"]),
        ([parameter("X-Region", "eu", True)], [("x-REGION", "us")], "x-region", ["us"], []),
        ([parameter("X-Region", "eu", True)], [], "x-region", ["eu"], []),
        ([], [("X-Mine", "1")], "x-mine", ["1"], []),
        ([], [("X-Mine", "a b & 100%+é")], "x-mine", ["a b & 100%+é"], []),
        ([], [("X-Mine", "1"), ("X-Mine", "2")], "x-mine", ["1", "2"], []),
        ([], [("X-Request-Id", "caller's")], "x-request-id", ["caller's"], []),
        ([], [("Accept-Language", "nl")], "accept-language", ["nl"], []),
        ([], [("Authorization", "Bearer x")], "authorization", [], ["authorization"]),
        ([], [("Range", "bytes=0-1")], "range", [], ["range"]),
        ([], [("If-None-Match", '"a"')], "if-none-match", [], ["if-none-match"]),
        ([], [("X-Forwarded-For", "1.2.3.4")], "x-forwarded-for", [], ["x-forwarded-for"]),
        (
            [parameter("Authorization", "Bearer configured")],
            [("Authorization", "Bearer x")],
            "authorization",
            ["Bearer configured"],
            ["authorization"],
        ),
        (
            [parameter("Authorization", "none", True)],
            [("Authorization", "Bearer x")],
            "authorization",
            ["Bearer x"],
            [],
        ),
        # What every browser sends is no wish to override, and no news.
        ([parameter("Accept", "text/csv", True)], [("Accept", "*/*")], "accept", ["text/csv"], []),
        ([parameter("Accept", "text/csv")], [("Accept", "*/*")], "accept", ["text/csv"], []),
        ([parameter("Accept", "a/b", True)], [("Accept", "c/d")], "accept", ["c/d"], []),
        ([parameter("Accept", "a/b")], [("Accept", "c/d")], "accept", ["a/b"], ["accept"]),
        (
            [parameter("User-Agent", "mine/1")],
            [("User-Agent", "B/1")],
            "user-agent",
            ["mine/1"],
            [],
        ),
        (
            [parameter("User-Agent", "mine/1", True)],
            [("User-Agent", "B/1")],
            "user-agent",
            ["mine/1"],
            [],
        ),
        (
            [parameter("Referer", "https://mine.example", True)],
            [("Referer", "http://127.0.0.1:8000/")],
            "referer",
            ["https://mine.example"],
            [],
        ),
        ([parameter("X-Name", "Zoë")], [], "x-name", ["Zoë"], []),
    ],
)
def test_headers(
    configured: list[dict[str, Any]], sent: Pairs, name: str, arrives: list[str], dropped: list[str]
) -> None:
    request, entry = execute({"headers": configured}, headers=latin1(sent))

    assert [
        value.decode("latin-1") for key, value in request.headers.raw if key.decode() == name
    ] == arrives
    assert entry.get("dropped_headers", []) == dropped


def latin1(headers: Pairs) -> Any:
    """As a browser encodes them."""
    return [(name.encode(), value.encode("latin-1")) for name, value in headers]


@pytest.mark.parametrize(
    "name",
    [
        "Cookie",
        "Origin",
        "Referer",
        "Connection",
        "Keep-Alive",
        "TE",
        "Trailer",
        "Upgrade",
        "Proxy-Authorization",
        "Sec-Fetch-Site",
        "Sec-CH-UA",
        "X-CSRF-Token",
        "X-Path-Params",
    ],
)
def test_headers_of_the_browser_and_the_sdk_go_no_further_and_are_no_news(name: str) -> None:
    request, entry = execute({}, headers=[(name, "a=1")])

    assert name not in request.headers
    assert "dropped_headers" not in entry


def test_the_caller_chooses_neither_the_host_nor_the_encoding() -> None:
    request, _ = execute({}, headers=[("Host", "evil.example"), ("Accept-Encoding", "zstd")])

    assert request.headers["Host"] == "api.example"
    assert request.headers["Accept-Encoding"] == "gzip, deflate"
