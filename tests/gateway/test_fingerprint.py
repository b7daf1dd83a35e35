"""The fingerprint of a definition: it changes with what is executed, and with nothing else."""

from typing import Any

import pytest

from widget_workbench.gateway import (
    BrokenConnector,
    fingerprint,
    read_definitions,
)

THINGS: dict[str, Any] = {"name": "Things", "url": "https://api.example/things"}
STEP = {"name": "one", "url": "https://api.example/one"}


def fingerprint_of(key: str = "connectors", **fields: Any) -> str:
    (definition,), problems = read_definitions({key: [{"name": "Things", **fields}]})
    assert not problems
    assert not isinstance(definition, BrokenConnector)
    return fingerprint(definition)


def test_it_stays_from_release_to_release() -> None:
    assert fingerprint_of(**THINGS) == "4eab29d2fddf"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Other", "permalink": "other"},
        {"description": "A field that the platform ignores."},
        {"method": "GET", "headers": [], "query_parameters": [], "path_parameters": []},
        {"request_body": None, "response_body": "", "response_content_type": ""},
        {"authentication": {"type": "none"}},
        {"authentication": {"type": "none", "config": {"left": "over"}}},
    ],
)
def test_what_decides_nothing_does_not_change_it(fields: dict[str, Any]) -> None:
    assert fingerprint_of(**{**THINGS, **fields}) == fingerprint_of(**THINGS)


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "https://api.example/others"},
        {"method": "POST"},
        {"headers": [{"key": "X-Region", "value": "eu"}]},
        {"query_parameters": [{"key": "units", "value": "metric"}]},
        {"path_parameters": [{"key": "id"}]},
        {"path_parameters": [{"key": "id", "value": ""}]},
        {"authentication": {"type": "api_key", "config": {"key": "k", "value": "v"}}},
        {"request_body": "{}"},
        {"response_body": "{{ response.body }}"},
        {"response_content_type": "text/plain"},
    ],
)
def test_what_decides_the_request_or_the_answer_changes_it(fields: dict[str, Any]) -> None:
    assert fingerprint_of(**{**THINGS, **fields}) != fingerprint_of(**THINGS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"headers": [{"key": "X-Region", "value": "eu", "overridable": False}]},
            {"headers": [{"value": "eu", "key": "x-region"}]},
        ),
        ({"path_parameters": [{"key": "id"}]}, {"path_parameters": [{"key": "id", "value": None}]}),
        (
            {"authentication": {"type": "api_key", "config": {"key": "k", "value": "v"}}},
            {"authentication": {"config": {"value": "v", "key": "k"}, "type": "apikey"}},
        ),
    ],
)
def test_two_ways_to_write_the_same_have_one(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert fingerprint_of(**{**THINGS, **one}) == fingerprint_of(**{**THINGS, **other})


def test_what_a_caller_may_override_changes_it() -> None:
    fixed, free = (
        fingerprint_of(**THINGS, headers=[{"key": "a", "value": "", "overridable": overridable}])
        for overridable in (False, True)
    )

    assert fixed != free


def test_a_composite_connector_has_that_of_its_steps_in_their_order() -> None:
    def composite(*steps: dict[str, Any], **fields: Any) -> str:
        return fingerprint_of("composite_connectors", steps=list(steps), **fields)

    other = {**STEP, "name": "two"}
    assert composite(STEP, other) == composite({**STEP, "method": "GET"}, other, permalink="p")
    variants = [
        composite(STEP, other),
        composite(other, STEP),
        composite(STEP),
        composite({**STEP, "url": "https://api.example/else"}, other),
        composite({**STEP, "name": "three"}, other),
    ]
    assert len(set(variants)) == len(variants)
