"""What the checks of a connector call refuse, and in which words. The browser runs this very code."""

from __future__ import annotations

import datetime
import decimal
import enum
import json
import types
from collections.abc import Mapping
from typing import Any

import pytest

from widget import _arguments


def options(
    permalink: Any = "weather-api", method: Any = "GET", **arguments: Any
) -> dict[str, Any]:
    """The options as JavaScript would parse them."""
    checked = _arguments.request_options(permalink, method, **arguments)
    parsed: dict[str, Any] = json.loads(_arguments.encode(checked))
    return parsed


def cyclic() -> dict[str, Any]:
    value: dict[str, Any] = {"items": []}
    value["items"].append(value)
    return value


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"in": value}
    return value


class Color(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


@pytest.mark.parametrize(
    ("payload", "error", "sentence"),
    [
        (
            {"items": [0, 1, 2, {"due": datetime.date(2026, 1, 2)}]},
            TypeError,
            'payload["items"][3]["due"] is a datetime.date, which JSON has no form for; pass value.isoformat()',
        ),
        ({"a": decimal.Decimal("1.1")}, TypeError, 'payload["a"] is a decimal.Decimal'),
        (
            {"a": {1, 2}},
            TypeError,
            'payload["a"] is a set, which JSON has no form for; pass a list',
        ),
        ({"a": b"x"}, TypeError, "base64"),
        (
            {"a": object()},
            TypeError,
            'payload["a"] is an object, which JSON has no form for',
        ),
        (
            {"a": {"ü": {3: "x"}}},
            TypeError,
            'payload["a"]["ü"] has the key 3, an int; JSON objects have str keys',
        ),
        ({None: 1}, TypeError, "payload has the key None"),
        ({"a": float("nan")}, ValueError, 'payload["a"] is nan'),
        ({"a": [float("-inf")]}, ValueError, 'payload["a"][0] is -inf'),
        (
            {"a": 2**53},
            ValueError,
            'payload["a"] is 9007199254740992, beyond ±(2**53 - 1)',
        ),
        ({"a": -(2**53)}, ValueError, "pass it as a str"),
        (cyclic(), ValueError, 'payload["items"][0] contains itself'),
        (nested(100_000), ValueError, "payload is nested too deeply"),
        (["a"], TypeError, "payload must be a dict, not a list"),
        ("a=b", TypeError, "payload must be a dict, not a str"),
    ],
)
def test_a_payload_that_would_not_arrive_as_it_is_is_refused_by_its_path(
    payload: Any, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as refusal:
        options(method="POST", payload=payload)
    assert sentence in str(refusal.value)
    assert type(refusal.value) is error


def test_a_payload_of_json_values_passes_unchanged() -> None:
    payload = {
        "none": None,
        "nested": {"empty": {}, "list": [[], [None, True, 1, 0.1, "𝄞"]]},
        "largest": 2**53 - 1,
        "smallest": -(2**53) + 1,
    }
    assert options(method="PUT", payload=payload)["payload"] == payload


def test_what_is_json_by_nature_passes_in_a_payload() -> None:
    payload = {
        "tuple": (1, 2),
        "mapping": types.MappingProxyType({"a": 1}),
        "str enum": Color.RED,
        "int enum": Level.HIGH,
    }
    assert options(method="POST", payload=payload)["payload"] == {
        "tuple": [1, 2],
        "mapping": {"a": 1},
        "str enum": "red",
        "int enum": 3,
    }


def test_an_empty_payload_is_sent_and_none_is_not() -> None:
    assert options(method="POST", payload={})["payload"] == {}
    assert "payload" not in options(method="POST", payload=None)


@pytest.mark.parametrize("method", ["GET", "DELETE", "HEAD", "OPTIONS"])
def test_a_payload_that_the_host_would_drop_is_refused(method: str) -> None:
    with pytest.raises(ValueError, match=f"payload= with {method} would be dropped by the host"):
        options(method=method, payload={"a": 1})


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("Warsaw & Łódź", "Warsaw & Łódź"),
        ("", ""),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (2**70, str(2**70)),
    ],
)
def test_query_values_become_the_strings_that_the_host_wants(value: Any, sent: str) -> None:
    assert options(query_params={"q": value})["queryParams"] == {"q": sent}


@pytest.mark.parametrize(
    ("query", "error", "sentence"),
    [
        ({"q": None}, TypeError, 'query_params["q"] is None; leave the key out'),
        (
            {"q": ["a"]},
            TypeError,
            'query_params["q"] must be a str, int, float or bool, not a list',
        ),
        ({"q": float("nan")}, ValueError, 'query_params["q"] is nan'),
        ({7: "a"}, TypeError, "query_params has the key 7"),
        ([("q", "a")], TypeError, "query_params must be a dict, not a list"),
    ],
)
def test_query_values_of_other_types_are_refused(
    query: Any, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as refusal:
        options(query_params=query)
    assert sentence in str(refusal.value)


def test_path_values_are_the_hosts_to_judge_once_they_are_json() -> None:
    assert options(path_params={"id": 2**60, "slug": "a", "list": []})["pathParams"] == {
        "id": str(2**60),
        "slug": "a",
        "list": [],
    }
    with pytest.raises(TypeError, match=r'path_params\["id"\] is an object'):
        options(path_params={"id": object()})


@pytest.mark.parametrize(
    ("headers", "error", "sentence"),
    [
        ({"X-A": "Łódź"}, ValueError, "beyond Latin-1"),
        ({"X-A": "a\r\nX-B: b"}, ValueError, "line break"),
        ({"X-A": " a"}, ValueError, "blank at an end"),
        ({"X A": "a"}, ValueError, "not a header's name"),
        ({"": "a"}, ValueError, "not a header's name"),
        ({"X-A": 1}, TypeError, 'headers["X-A"] must be a str, not an int'),
        ({1: "a"}, TypeError, "headers has the key 1, an int; keys are str"),
        ({"Cookie": "a=b"}, ValueError, 'headers["Cookie"] is the browser\'s own to set'),
        ({"sec-fetch-site": "none"}, ValueError, "the browser's own to set"),
        (
            {"X-A": "1", "x-a": "2"},
            ValueError,
            'headers["x-a"] and headers["X-A"] are one header; one would be lost',
        ),
    ],
)
def test_headers_that_fetch_would_refuse_or_change_are_refused(
    headers: Any, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as refusal:
        options(headers=headers)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("permalink", "method", "error", "sentence"),
    [
        (None, "GET", TypeError, "permalink must be a str, not None"),
        ("  ", "GET", ValueError, "permalink is empty"),
        (
            "a",
            "FETCH",
            ValueError,
            "method must be one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS",
        ),
        ("a", 1, TypeError, "method must be a str, not an int"),
    ],
)
def test_permalink_and_method_are_checked(
    permalink: Any, method: Any, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as refusal:
        options(permalink, method)
    assert sentence in str(refusal.value)


def test_a_method_may_be_written_small() -> None:
    assert options(method="patch", payload={})["method"] == "PATCH"


@pytest.mark.parametrize(
    ("keyword", "hint"),
    [
        ("body", "use payload="),
        ("json", "use payload="),
        ("queryParams", "use query_params="),
        ("params", "use query_params="),
        ("pathParams", "use path_params="),
        ("timeout", "WidgetServiceSDK(timeout=…)"),
    ],
)
def test_an_unknown_keyword_is_answered_with_the_one_that_is_meant(keyword: str, hint: str) -> None:
    with pytest.raises(TypeError) as refusal:
        _arguments.unexpected_keyword("execute", {keyword: 1})
    assert f"execute() has no argument {keyword!r}" in str(refusal.value)
    assert hint in str(refusal.value)


@pytest.mark.parametrize(
    ("timeout", "expected"),
    [(200, 200), (0.5, 0.5), (datetime.timedelta(minutes=1), 60_000)],
)
def test_a_timeout_is_in_milliseconds(timeout: Any, expected: float) -> None:
    assert _arguments.milliseconds(timeout) == expected


@pytest.mark.parametrize("timeout", [0, -1, 2**31, float("nan"), datetime.timedelta(0)])
def test_a_timeout_that_no_browser_can_wait_is_refused(timeout: Any) -> None:
    with pytest.raises(ValueError, match="timeout must be more than 0"):
        _arguments.milliseconds(timeout)


@pytest.mark.parametrize("timeout", ["60", True, None])
def test_a_timeout_of_another_type_is_refused(timeout: Any) -> None:
    with pytest.raises(TypeError, match="timeout must be milliseconds"):
        _arguments.milliseconds(timeout)


class Shelf(Mapping[str, Any]):
    """A mapping that is no dict, as `sdk.props` is."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def test_any_mapping_serves_where_a_dict_does() -> None:
    assert options(method="POST", payload=Shelf({"a": Shelf({"b": None})}))["payload"] == {
        "a": {"b": None}
    }
