"""Path parameters: from `X-Path-Params` into the URL (platform.md §4 and §5)."""

import asyncio
from typing import Any

import httpx
import pytest

from widget_workbench.gateway import Configuration, Connectors, Gateway, read_definitions

ONE = "https://api.example/users/{{ pathParams.user_id }}"
TWO = "https://api.example/users/{{ pathParams.user_id }}/posts/{{pathParams.post_slug}}?v=1"


def execute(url: str, header: str | None = None, **fields: Any) -> tuple[httpx.Response, list[str]]:
    """The gateway's answer, and the URLs that the upstream was asked for."""
    urls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        urls.append(str(request.url))
        return httpx.Response(200)

    definitions, _ = read_definitions({"connectors": [{"name": "users", "url": url, **fields}]})
    configuration = Configuration(
        Connectors(definitions), {"api.example": httpx.MockTransport(answer)}
    )
    gateway = Gateway(configuration=lambda: configuration)

    async def call() -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(gateway), base_url="http://gateway"
        ) as client:
            headers = {} if header is None else {"X-Path-Params": header}
            return await client.get("/users/execute", headers=headers)

    return asyncio.run(call()), urls


def declared(value: str | None = None, overridable: bool = False) -> list[dict[str, Any]]:
    return [{"key": "user_id", "value": value, "overridable": overridable}]


@pytest.mark.parametrize(
    ("url", "header", "fields", "asked"),
    [
        (ONE, "user_id=42", {}, "https://api.example/users/42"),
        (ONE, "user_id=a.b_c~d-e", {}, "https://api.example/users/a.b_c~d-e"),
        (ONE, "user_id=" + "x" * 200, {}, "https://api.example/users/" + "x" * 200),
        (ONE, "user_id=%34%32", {}, "https://api.example/users/42"),
        (
            TWO,
            "user_id=42&post_slug=hello-world",
            {},
            "https://api.example/users/42/posts/hello-world?v=1",
        ),
        ("https://api.example/{{- pathParams.a -}}", "a=1", {}, "https://api.example/1"),
        (ONE, None, {"path_parameters": declared("me")}, "https://api.example/users/me"),
        (
            ONE,
            "user_id=42",
            {"path_parameters": declared("me", overridable=True)},
            "https://api.example/users/42",
        ),
        (ONE, "user_id=42", {"path_parameters": declared("me")}, "https://api.example/users/me"),
        (ONE, "user_id=42", {"path_parameters": declared()}, "https://api.example/users/42"),
        ("https://api.example/all", "user_id=42", {}, "https://api.example/all"),
    ],
)
def test_values_go_into_the_url(
    url: str, header: str | None, fields: dict[str, Any], asked: str
) -> None:
    response, urls = execute(url, header, **fields)

    assert response.status_code == 200, response.text
    assert urls == [asked]


@pytest.mark.parametrize(
    ("url", "header", "fields", "code", "params"),
    [
        (ONE, None, {}, "MISSING_PATH_PARAMETERS", ["user_id"]),
        (ONE, "", {}, "MISSING_PATH_PARAMETERS", ["user_id"]),
        (ONE, "other=1", {}, "MISSING_PATH_PARAMETERS", ["user_id"]),
        (TWO, "post_slug=a", {}, "MISSING_PATH_PARAMETERS", ["user_id"]),
        (TWO, None, {}, "MISSING_PATH_PARAMETERS", ["user_id", "post_slug"]),
        # missing wins over invalid
        (TWO, "user_id=../x", {}, "MISSING_PATH_PARAMETERS", ["post_slug"]),
        (
            "https://api.example/all",
            None,
            {"path_parameters": declared()},
            "MISSING_PATH_PARAMETERS",
            ["user_id"],
        ),
        (ONE, "user_id=", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=" + "x" * 201, {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=.", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=..", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=a..b", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=a/b", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=a%2Fb", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=%2e%2e", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=a%252Fb", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=1%0A", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=1%00", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=a+b", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=%C3%A9", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=%D9%A1", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=?admin%3D1", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=1&user_id=2", {}, "INVALID_PATH_PARAMETERS", ["user_id"]),
        (ONE, "user_id=1&unused=a/b", {}, "INVALID_PATH_PARAMETERS", ["unused"]),
        (
            TWO,
            "user_id=..&post_slug=a/b",
            {},
            "INVALID_PATH_PARAMETERS",
            ["user_id", "post_slug"],
        ),
    ],
)
def test_bad_values_are_refused_before_any_call(
    url: str, header: str | None, fields: dict[str, Any], code: str, params: list[str]
) -> None:
    response, urls = execute(url, header, **fields)

    assert response.status_code == 400
    errors = response.json()["errors"]
    assert (errors["code"], errors["params"]) == (code, params)
    assert all(key in errors["detail"] for key in params)
    assert urls == []


@pytest.mark.parametrize(
    ("path", "way_out"),
    [
        ("{{ pathParams.user_id }}", ": give it in `path_params` (in JavaScript `pathParams`)."),
        ("{{ pathParams.user-id }}", "; a hyphen subtracts: write pathParams['user-id']."),
        (
            "{{ pathParams.a-b }}/{{ pathParams.c-d }}",
            "; a hyphen subtracts: write pathParams['a-b']; a hyphen subtracts: write pathParams['c-d'].",
        ),
        (
            "{{ pathParams.user-id }}/{{ pathParams.post }}",
            ": give it in `path_params` (in JavaScript `pathParams`); a hyphen subtracts: write pathParams['user-id'].",
        ),
        ("{{ pathParams.a-b-c }}", "; a hyphen subtracts: write pathParams['a-b-c']."),
        (
            "{{ pathParams.user }}/{{ pathParams.user-id }}",
            ": give it in `path_params` (in JavaScript `pathParams`); a hyphen subtracts: write pathParams['user-id'].",
        ),
        (
            "{% set first = 1 %}{{ pathParams.page-first }}",
            ": give it in `path_params` (in JavaScript `pathParams`).",
        ),
    ],
)
def test_what_is_missing_is_told_with_the_way_out(path: str, way_out: str) -> None:
    response, urls = execute(f"https://api.example/{path}", "user-id=42")

    detail = response.json()["errors"]["detail"]
    assert detail.endswith(way_out)
    assert detail.count("pathParams") == way_out.count("pathParams")
    assert urls == []


@pytest.mark.parametrize(
    "url",
    [
        "https://{{ pathParams.a }}.example/",
        "https://api.example:{{ pathParams.a }}/",
        "{{ pathParams.a }}://api.example/",
        "https://{{ pathParams.a }}@api.example/",
    ],
)
def test_a_path_parameter_chooses_neither_protocol_nor_host(url: str) -> None:
    response, urls = execute(url, "a=1")

    assert response.status_code == 500
    assert response.json()["errors"]["code"] == "CONNECTOR_MISCONFIGURED"
    assert urls == []
