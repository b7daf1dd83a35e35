"""The options that a server gives for a field of the No-Code Builder."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from widget_workbench.gateway import AllowedHosts, Configuration
from widget_workbench.manifest import DynamicOptions
from widget_workbench.preview.dynamic_options import MOST, OptionsClient, OptionsError

Answer = Callable[[httpx.Request], httpx.Response]

ROWS = [{"id": 1, "name": "One"}, {"id": 2, "name": "Two"}]
ENDPOINT = {"endpoint": "https://api.example/teams?q={q}"}
MAPPING = {"path": "data.rows", "valueKey": "id", "labelKey": "name"}


def options(**fields: Any) -> DynamicOptions:
    return DynamicOptions.model_validate({"endpoint": ENDPOINT, "mapping": MAPPING, **fields})


def configuration(answer: Answer, **fields: Any) -> Configuration:
    return Configuration(upstreams={"api.example": httpx.MockTransport(answer)}, **fields)


def found(answer: Answer, dynamic: DynamicOptions, search: str = "") -> list[dict[str, Any]]:
    client = OptionsClient(lambda: configuration(answer))
    return asyncio.run(client.found(dynamic, search))


def rows(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"data": {"rows": ROWS}})


def test_options_are_where_the_mapping_says() -> None:
    assert found(rows, options()) == [{"value": 1, "label": "One"}, {"value": 2, "label": "Two"}]


@pytest.mark.parametrize(
    ("content", "mapping", "expected"),
    [
        (["a", "b"], {}, [{"value": "a", "label": "a"}, {"value": "b", "label": "b"}]),
        ([{"value": "a"}], {}, [{"value": "a", "label": "a"}]),
        (
            {"found": [{"key": {"id": 7}, "names": ["Ann"]}]},
            {"path": "found", "valueKey": "key.id", "labelKey": "names.0"},
            [{"value": 7, "label": "Ann"}],
        ),
        ([], {}, []),
    ],
)
def test_the_mappings_defaults_and_paths(
    content: object, mapping: dict[str, str], expected: list[dict[str, Any]]
) -> None:
    answer = httpx.Response(200, json=content)
    assert found(lambda request: answer, options(mapping=mapping)) == expected


def test_what_was_typed_is_sent_where_the_token_stands() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return rows(request)

    endpoint = {
        "endpoint": "https://api.example/{q}/teams",
        "method": "POST",
        "headers": {"X-Search": "for {q}"},
        "params": {"search": "{q}", "limit": 5},
        "body": {"filter": ["{q}", 1]},
    }
    found(answer, options(endpoint=endpoint), "a/b & c")
    (request,) = sent
    assert request.url.raw_path == b"/a%2Fb%20%26%20c/teams?search=a%2Fb+%26+c&limit=5"
    assert request.headers["X-Search"] == "for a/b & c"
    assert json.loads(request.content) == {"filter": ["a/b & c", 1]}


def test_the_labels_of_chosen_values_are_asked_for_one_by_one() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        wanted = request.url.path.removeprefix("/team/")
        return httpx.Response(
            200, json={"data": {"rows": [r for r in ROWS if str(r["id"]) == wanted]}}
        )

    client = OptionsClient(lambda: configuration(answer))
    dynamic = options(valuesEndpoint={"endpoint": "https://api.example/team/{value}"})
    labels = asyncio.run(client.of_values(dynamic, ["2", "9"]))
    assert labels == [{"value": 2, "label": "Two"}]
    assert asked == ["/team/2", "/team/9"]


@pytest.mark.parametrize(("value", "sent"), [(True, "true"), (1.0, "1"), (2.5, "2.5"), ("x", "x")])
def test_a_chosen_value_is_found_as_the_page_writes_it(value: object, sent: str) -> None:
    answer = httpx.Response(200, json=[{"value": value, "label": "It"}])
    client = OptionsClient(lambda: configuration(lambda request: answer))
    labels = asyncio.run(client.of_values(options(mapping={}), [sent]))
    assert labels == [{"value": value, "label": "It"}]


def test_a_search_may_look_like_a_token() -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.params["q"])
        return rows(request)

    found(answer, options(), "{value} {q}")
    assert sent == ["{value} {q}"]


def test_there_is_a_bound() -> None:
    answer = httpx.Response(200, json={"data": {"rows": ROWS * MOST}})
    assert len(found(lambda request: answer, options())) == MOST


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody is there", request=request)


@pytest.mark.parametrize(
    ("answer", "mapping", "sentence"),
    [
        (
            lambda request: httpx.Response(500),
            MAPPING,
            "api.example answered with the HTTP status 500.",
        ),
        (
            lambda request: httpx.Response(302, headers={"Location": "https://other.example/"}),
            MAPPING,
            "api.example answered with the HTTP status 302.",
        ),
        (
            lambda request: httpx.Response(200, text="<p>"),
            MAPPING,
            "api.example answered with something that is not JSON.",
        ),
        (
            rows,
            {**MAPPING, "path": "rows"},
            "The answer of api.example has no array at `mapping.path` 'rows'.",
        ),
        (rows, {}, "The answer of api.example has no array at the top (no `mapping.path`)."),
        (
            rows,
            {**MAPPING, "valueKey": "key"},
            "An option of api.example has no 'key', the `mapping.valueKey`.",
        ),
        (
            lambda request: httpx.Response(200, json=[{"value": {"a": 1}}]),
            {},
            "The value of an option of api.example is neither text, a number nor a boolean.",
        ),
        (unreachable, MAPPING, "api.example could not be called: nobody is there."),
    ],
)
def test_why_there_are_none_is_a_sentence(
    answer: Answer, mapping: dict[str, str], sentence: str
) -> None:
    with pytest.raises(OptionsError) as refusal:
        found(answer, options(mapping=mapping))
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "169.254.169.254", "10.0.0.1", "printer.local"]
)
def test_the_rules_of_connectors_hold(host: str) -> None:
    client = OptionsClient(Configuration)
    dynamic = options(endpoint={"endpoint": f"https://{host}/teams"})
    with pytest.raises(OptionsError, match=host):
        asyncio.run(client.found(dynamic, ""))


def test_a_search_cannot_choose_the_host() -> None:
    client = OptionsClient(Configuration)
    dynamic = options(endpoint={"endpoint": "https://{q}/teams"})
    with pytest.raises(OptionsError):
        asyncio.run(client.found(dynamic, "127.0.0.1"))


def test_nobody_is_asked_while_preview_toml_cannot_be_read() -> None:
    suspended = configuration(rows, suspended="preview.toml is not TOML.")
    with pytest.raises(OptionsError, match=r"preview\.toml is not TOML\."):
        asyncio.run(OptionsClient(lambda: suspended).found(options(), ""))


def test_a_search_that_no_header_can_hold_is_told() -> None:
    endpoint = {**ENDPOINT, "headers": {"X-Search": "{q}"}}
    with pytest.raises(OptionsError, match="other letters than ASCII's"):
        found(rows, options(endpoint=endpoint), "é")


def test_an_exempt_host_is_asked_for_real() -> None:
    async def scenario() -> list[dict[str, Any]]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n["a"]')
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        allowed = Configuration(allowed_hosts=AllowedHosts.of([f"localhost:{port}"]))
        client = OptionsClient(lambda: allowed)
        dynamic = options(mapping={}).model_copy(
            update={
                "endpoint": options().endpoint.model_copy(
                    update={"endpoint": f"http://localhost:{port}/"}
                )
            }
        )
        try:
            return await client.found(dynamic, "")
        finally:
            await client.aclose()
            server.close()

    assert asyncio.run(scenario()) == [{"value": "a", "label": "a"}]
