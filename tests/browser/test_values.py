"""What goes out and what comes back, through the real browser and a real gateway."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Probe


def deep(depth: int, innermost: Any) -> dict[str, Any]:
    value: dict[str, Any] = {"in": innermost}
    for _ in range(depth):
        value = {"in": value, "list": [value["in"]]} if depth < 4 else {"in": value}
    return value


ROUND_TRIPS: list[dict[str, Any]] = [
    {},
    {"list": [], "object": {}, "string": ""},
    {"nested": {"objects": [{"and": ["arrays", {"of": {"objects": []}}]}]}},
    {"beyond the BMP": "𝄞🧑‍🚀", "é": 'ü\u0000\u2028\u2029"\\', "key 𝄞": 1},
    {"null": None, "list": [None, [None, {"null": None}]], "object": {"null": None}},
    {"fractions": [0.1, -0.5, 1e-7, 1.7976931348623157e308, 5e-324]},
    {"largest": 2**53 - 1, "smallest": -(2**53 - 1), "zero": 0},
    {"booleans": [True, False]},
    deep(3, None),
    deep(60, "deep"),
]


@pytest.mark.parametrize("payload", ROUND_TRIPS, ids=range(len(ROUND_TRIPS)))
def test_a_payload_comes_back_as_it_went(probe: Probe, payload: dict[str, Any]) -> None:
    assert probe.python(
        'result = await sdk.connectors.post("json", payload=payload) == payload', payload=payload
    )
    assert (
        probe.python('result = await sdk.connectors.post("json", payload=payload)', payload=payload)
        == payload
    )


# JSON as the upstream writes it, and the Python value with its type.
ANSWERS = [
    ("[1, [2], {}]", "[1, [2], {}]"),
    ('"a string"', "'a string'"),
    ("null", "None"),
    ("true", "True"),
    ("0", "0"),
    ("-0", "0"),
    ("-0.0", "0"),
    ("1.0", "1"),
    ("[1.0, 1.5, 0.14285714285714285]", "[1, 1.5, 0.14285714285714285]"),
    ("9007199254740991", "9007199254740991"),
    ("9007199254740993", "9007199254740992.0"),
    ("-1152921504606846976", "-1.152921504606847e+18"),
    ("1e400", "None"),
    (
        '{"id": 12345678901234567890, "text": "12345678901234567890 \\\\\\" 9007199254740993"}',
        "{'id': 1.2345678901234567e+19, 'text': '12345678901234567890 \\\\\" 9007199254740993'}",
    ),
    ('{"a": [null, {"b": null}]}', "{'a': [None, {'b': None}]}"),
    (
        '{"constructor": 1, "then": 2, "to_py": 3, "__proto__": 4}',
        "{'constructor': 1, 'then': 2, 'to_py': 3, '__proto__': 4}",
    ),
]


@pytest.mark.parametrize(("text", "value"), ANSWERS)
def test_an_answer_is_plain_python_as_javascript_holds_it(
    probe: Probe, text: str, value: str
) -> None:
    assert (
        probe.python(
            'result = repr(await sdk.connectors.get("json", query_params={"value": text}))',
            text=text,
        )
        == value
    )


def test_an_answer_of_a_megabyte(probe: Probe) -> None:
    assert probe.python(
        'answer = await sdk.connectors.get("big", query_params={"bytes": 1_000_000})\n'
        'result = [type(answer).__name__, len(answer["text"]), set(answer["text"]) == {"x"}]'
    ) == ["dict", 1_000_000 - len('{"text":""}'), True]


def test_ten_thousand_rows(probe: Probe) -> None:
    rows = probe.python(
        'rows = await sdk.connectors.get("rows", query_params={"count": 10_000})\n'
        "result = [len(rows), type(rows[9_999]).__name__, rows[9_999], rows[2]]"
    )
    assert rows[:2] == [10_000, "dict"]
    assert rows[2]["id"] == 9_999
    assert rows[2]["manager"] == {"id": 999, "team": "Support"}
    assert rows[3]["manager"] is None


@pytest.mark.parametrize(
    "call",
    [
        'execute("echo", "HEAD")',
        'execute("status", "DELETE", path_params={"code": 204})',
        'execute("status", "GET", path_params={"code": 204})',
    ],
)
def test_an_answer_without_a_body_is_none(probe: Probe, call: str) -> None:
    assert probe.python(f"result = repr(await sdk.connectors.{call})") == "None"


def test_an_answer_that_is_no_json_is_its_text(probe: Probe) -> None:
    assert (
        probe.python('result = await sdk.connectors.get("text", query_params={"value": "Łódź"})')
        == "Łódź"
    )


@pytest.mark.parametrize(
    "value", ["a b", "a&b=c", "100%", "1+1", "Łódź 𝄞", "#?/;:@", "  ", "\n", "%2B"]
)
def test_query_values_arrive_as_they_are(probe: Probe, value: str) -> None:
    echo = probe.python(
        'result = await sdk.connectors.get("echo", query_params={"q": value, value: "key"})',
        value=value,
    )
    assert echo["query"] == [["q", value], [value, "key"]]


@pytest.mark.parametrize("value", ["a b", "a&b=c", "100%", "1+1", "café ÿ", '"quoted", list'])
def test_header_values_arrive_as_they_are(probe: Probe, value: str) -> None:
    echo = probe.python(
        'result = await sdk.connectors.get("echo", headers={"X-Value": value})', value=value
    )
    assert echo["headers"]["x-value"] == value


def test_path_parameters_arrive_in_the_path(probe: Probe) -> None:
    echo = probe.python(
        'result = await sdk.connectors.get("with-two-paths", path_params={"user_id": 42, "post_slug": "hello-world"})'
    )
    assert echo["path"] == "/users/42/posts/hello-world"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_and_its_short_form(probe: Probe, method: str) -> None:
    payload = ', payload={"a": None}' if method in ("POST", "PUT", "PATCH") else ""
    long = probe.python(f'result = await sdk.connectors.execute("echo", "{method}"{payload})')
    assert long["method"] == method
    assert long["body"] == ('{"a":null}' if payload else "")
    if method != "OPTIONS":
        short = probe.python(f'result = await sdk.connectors.{method.lower()}("echo"{payload})')
        assert (short["method"], short["body"]) == (method, long["body"])


def test_the_clients_headers_are_under_the_requests(probe: Probe) -> None:
    echo = probe.python(
        """
client = WidgetServiceSDK(headers={"X-Client": "client", "X-Both": "client"})
result = await client.connectors.get("echo", headers={"X-Both": "request"})
"""
    )
    assert (echo["headers"]["x-client"], echo["headers"]["x-both"]) == ("client", "request")


def test_the_shared_client_is_configured_for_the_page_and_others_are_not(
    probe: Probe,
) -> None:
    told = probe.python(
        """
shared = sdk.connectors
before = [shared.get_headers(), shared.get_default_timeout(), shared.get_base_url()]
shared.configure(headers={"X-Page": "one"}, timeout=12_000)
shared.update_headers({"X-More": "two"})
after = [shared.get_headers(), shared.get_default_timeout()]
sent = (await shared.get("echo"))["headers"]
own = (await WidgetServiceSDK().connectors.get("echo"))["headers"]
import datetime
shared.set_default_timeout(datetime.timedelta(seconds=30))
shared.configure(headers={})
result = [before, after, sent.get("x-page"), sent.get("x-more"), own.get("x-page"), shared.get_default_timeout()]
"""
    )
    assert told[0][:2] == [{}, 30_000]
    assert told[0][2].endswith("/connectors")
    assert told[1] == [{"X-Page": "one", "X-More": "two"}, 12_000]
    assert told[2:] == ["one", "two", None, 30_000]


def test_a_csrf_token_of_ones_own_replaces_the_pages(probe: Probe) -> None:
    tokens = [
        request["x-csrf-token"]
        for request in _requests(
            probe,
            'await sdk.connectors.get("echo")\nawait WidgetServiceSDK(csrf_token="mine").connectors.get("echo")',
        )
    ]
    page_token = probe.page.locator("#csrftoken").get_attribute("content")
    assert tokens == [page_token, "mine"]


def _requests(probe: Probe, source: str) -> list[dict[str, str]]:
    """The headers of the connector requests that some Python sends."""
    seen: list[dict[str, str]] = []

    def remember(request: Any) -> None:
        if "/connectors/" in request.url:
            seen.append(request.headers)

    probe.page.on("request", remember)
    try:
        probe.python(source)
    finally:
        probe.page.remove_listener("request", remember)
    return seen


def test_twenty_calls_are_under_way_at_once(probe: Probe) -> None:
    answers, peak = probe.python(
        """
await sdk.connectors.get("slow-peak")
answers = await asyncio.gather(*(sdk.connectors.get("slow", query_params={"ms": 300 + n}) for n in range(20)))
result = [answers, (await sdk.connectors.get("slow-peak"))["peak"]]
"""
    )
    assert [answer["waited"] for answer in answers] == [300 + n for n in range(20)]
    # A browser opens six connections to one host over HTTP/1.1: more than that cannot overlap.
    assert peak == 6


def test_a_cancelled_call_stops_waiting_and_its_late_answer_is_dropped(probe: Probe) -> None:
    with probe.page.expect_request_finished(lambda request: "ms=400" in request.url):
        outcome = probe.python(
            """
task = asyncio.create_task(sdk.connectors.get("slow", query_params={"ms": 400}))
await asyncio.sleep(0.05)
task.cancel()
try:
    await task
except asyncio.CancelledError:
    result = "cancelled"
"""
        )
    assert outcome == "cancelled"
    # The answer has come; a call after it still works, and the console stayed silent.
    assert probe.python('result = (await sdk.connectors.get("echo"))["method"]') == "GET"


def test_a_timeout_around_a_call_is_pythons_own(probe: Probe) -> None:
    assert (
        probe.python(
            """
try:
    async with asyncio.timeout(0.05):
        await sdk.connectors.get("slow", query_params={"ms": 300})
except TimeoutError as error:
    result = type(error).__name__
"""
        )
        == "TimeoutError"
    )


@pytest.mark.parametrize("depth", [900, 7_000, 100_000])
def test_an_answer_nested_deeper_than_python_can_parse_is_an_error_of_that_call_alone(
    probe: Probe, depth: int
) -> None:
    probe.page.evaluate(
        "(depth) => { window.odd = { execute: async () => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) }; }",
        depth,
    )
    told = probe.python(
        """
from widget._connectors import _Client
try:
    await Connectors(_Client(js.window.odd, None)).execute("odd")
    result = "parsed"
except ConnectorError as error:
    result = str(error)
"""
    )
    assert told == "parsed" if depth < 1000 else "nested more than 1000 deep" in told
    assert probe.python('result = (await sdk.connectors.get("echo"))["method"]') == "GET"


def test_a_long_string_beside_a_long_number(probe: Probe) -> None:
    probe.page.evaluate(
        """() => {
            const text = '\\n"'.repeat(2_000_000);
            window.odd = { execute: async () => ({ text, id: 12345678901234567890, n: 1234567890123456 }) };
        }"""
    )
    assert probe.python(
        """
from widget._connectors import _Client
answer = await Connectors(_Client(js.window.odd, None)).execute("odd")
result = [len(answer["text"]), repr(answer["id"]), repr(answer["n"])]
"""
    ) == [4_000_000, "1.2345678901234567e+19", "1234567890123456"]
