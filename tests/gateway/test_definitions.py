"""Reading `connectors.json`: one row a rule of platform.md §5."""

from typing import Any

import pytest

from widget_workbench.gateway import (
    BrokenConnector,
    CompositeConnector,
    Connector,
    read_definitions,
)

GOOD = {"name": "Weather API", "url": "https://weather.example/"}


def read(**fields: Any) -> tuple[Any, list[tuple[str, str]]]:
    definitions, problems = read_definitions({"connectors": [{**GOOD, **fields}]})
    return definitions[0] if definitions else None, [
        (problem.field, problem.message) for problem in problems
    ]


def test_what_is_not_said_has_the_platforms_default() -> None:
    definition, problems = read()

    assert problems == []
    assert isinstance(definition, Connector)
    assert definition.method == "GET"
    assert definition.permalink == "weather-api"
    assert definition.headers == []
    assert definition.query_parameters == []
    assert definition.path_parameters == []
    assert definition.authentication.type == "none"


@pytest.mark.parametrize(
    ("name", "permalink"),
    [
        ("Weather API", "weather-api"),
        ("  CRM — contacts (v2) ", "crm-contacts-v2"),
        ("Café Zoë", "cafe-zoe"),
        ("a", "a"),
    ],
)
def test_a_permalink_is_derived_from_the_name(name: str, permalink: str) -> None:
    definition, _ = read(name=name)

    assert definition.permalink == permalink


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x" * 255, "permalink": "x" * 255},
        {"url": "https://a.example/" + "x" * 2030},
        {"headers": [{"key": "x" * 255, "value": "y" * 1000}]},
        {"query_parameters": [{"key": "x" * 255, "value": "y" * 1000}]},
        {"path_parameters": [{"key": "x" * 255, "value": "y" * 1000}]},
        {"response_content_type": "x" * 255},
    ],
)
def test_a_field_that_is_just_within_its_limit_is_good(fields: dict[str, Any]) -> None:
    _, problems = read(**fields)

    assert problems == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"headers": [{"key": "x" * 256, "value": ""}]}, "headers[0].key"),
        ({"headers": [{"key": "a", "value": "b" * 1001}]}, "headers[0].value"),
        ({"path_parameters": [{"key": "x" * 256}]}, "path_parameters[0].key"),
        ({"path_parameters": [{"key": "a", "value": "b" * 1001}]}, "path_parameters[0].value"),
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 256, "permalink": "x"}, "name"),
        ({"name": 7, "permalink": "x"}, "name"),
        ({"url": None}, "url"),
        ({"url": ""}, "url"),
        ({"url": "https://a.example/" + "x" * 2048}, "url"),
        ({"method": "get"}, "method"),
        ({"method": "TRACE"}, "method"),
        ({"permalink": "Weather"}, "permalink"),
        ({"permalink": "a--b"}, "permalink"),
        ({"permalink": "-a"}, "permalink"),
        ({"permalink": "a\n"}, "permalink"),
        ({"permalink": "x" * 256}, "permalink"),
        ({"name": "天気"}, "permalink"),
        ({"headers": {"X-A": "1"}}, "headers"),
        ({"headers": [{"key": "X-A"}]}, "headers[0].value"),
        ({"headers": [{"key": "X A", "value": ""}]}, "headers[0].key"),
        ({"headers": [{"key": "", "value": ""}]}, "headers[0].key"),
        ({"headers": [{"key": "X-A", "value": "a\r\nX-B: 1"}]}, "headers[0].value"),
        ({"headers": [{"key": "Content-Length", "value": "1"}]}, "headers[0].key"),
        ({"headers": [{"key": "host", "value": "a"}]}, "headers[0].key"),
        ({"query_parameters": [{"key": "a" * 256, "value": ""}]}, "query_parameters[0].key"),
        ({"query_parameters": [{"key": "a", "value": "b" * 1001}]}, "query_parameters[0].value"),
        ({"query_parameters": [{"key": "a", "value": 1}]}, "query_parameters[0].value"),
        (
            {"query_parameters": [{"key": "a", "value": "", "overridable": "yes"}]},
            "query_parameters[0].overridable",
        ),
        ({"path_parameters": [{"value": "1"}]}, "path_parameters[0].key"),
        ({"authentication": {"type": "basic"}}, "authentication.type"),
        ({"authentication": "none"}, "authentication"),
        ({"request_body": {"a": 1}}, "request_body"),
        ({"response_body": 1}, "response_body"),
        ({"response_content_type": "x" * 256}, "response_content_type"),
    ],
)
def test_a_field_that_breaks_a_rule_is_named(fields: dict[str, Any], field: str) -> None:
    definition, problems = read(**fields)

    assert field in [name for name, _ in problems]
    assert definition is None or isinstance(definition, BrokenConnector)


PAIRS = 'has to be a list of {"key": …, "value": …, "overridable": …}'
SLUG = "is lower-case letters, digits and single hyphens, such as 'my-api'"
HALF = "holds half of a surrogate pair: write the whole character"
A_TEMPLATE = "has to be a template in a string, such as"


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"headers": {"X-A": "1"}}, "headers", PAIRS),
        ({"query_parameters": {"a": "1"}}, "query_parameters", PAIRS),
        ({"path_parameters": "id"}, "path_parameters", PAIRS),
        ({"request_body": {"a": 1}}, "request_body", A_TEMPLATE),
        ({"response_body": {"a": 1}}, "response_body", A_TEMPLATE),
        ({"permalink": "My_Api"}, "permalink", SLUG),
        ({"url": "https://a.example/\ud83d"}, "url", HALF),
        ({"headers": [{"key": "X-A", "value": "\ud83d"}]}, "headers[0].value", HALF),
    ],
)
def test_a_field_of_another_shape_is_told_its_own(
    fields: dict[str, Any], field: str, message: str
) -> None:
    ((name, told),) = read(**fields)[1]

    assert (name, told[: len(message)]) == (field, message)
    composite = {"name": "Both", "steps": [{**GOOD, "name": "one", **fields}]}
    _, problems = read_definitions({"composite_connectors": [composite]})
    if field != "permalink":  # a step has none
        assert [(each.field, each.message) for each in problems] == [(f"steps[0].{field}", told)]


def test_a_step_is_no_reference() -> None:
    composites = [{"name": "a", "steps": ["weather-api"]}, {"name": "b", "steps": [{"name": "A"}]}]

    _, problems = read_definitions({"composite_connectors": composites})

    no_reference = "a step is a whole connector definition, it does not refer to one"
    assert [(problem.field, problem.message) for problem in problems] == [
        ("steps[0]", f"is not an object: {no_reference}"),
        ("steps[0].url", f"is required: {no_reference}"),
        ("steps[0].name", SLUG),
    ]


def test_every_bad_field_of_every_connector_is_told_at_once() -> None:
    definitions, problems = read_definitions(
        {
            "connectors": [
                {"name": "first", "method": "FETCH", "headers": [{"key": "a"}]},
                GOOD,
                {"permalink": "third", "url": "https://a.example"},
                "not an object",
            ],
            "composite_connectors": [{"name": "both", "steps": [{"name": "No Slug"}]}],
        }
    )

    assert [(problem.connector, problem.field) for problem in problems] == [
        ("first", "url"),
        ("first", "method"),
        ("first", "headers[0].value"),
        ("third", "name"),
        ("connectors[3]", ""),
        ("both", "steps[0].url"),
        ("both", "steps[0].name"),
    ]
    assert [type(definition) for definition in definitions] == [
        BrokenConnector,
        Connector,
        BrokenConnector,
        BrokenConnector,
    ]


def test_a_broken_definition_keeps_its_place() -> None:
    definition, _ = read(permalink="things", method="PUT", name=7)

    assert isinstance(definition, BrokenConnector)
    assert (definition.permalink, definition.method) == ("things", "PUT")
    assert "name" in definition.reason


def test_a_broken_definition_without_a_usable_method_stands_for_every_method() -> None:
    definition, _ = read(method="FETCH")

    assert definition.method is None


def test_unknown_fields_are_ignored() -> None:
    definition, problems = read(folder="CRM", headers=[{"key": "a", "value": "", "note": "x"}])

    assert isinstance(definition, Connector)
    assert problems == []


def test_composites_are_read() -> None:
    definitions, problems = read_definitions(
        {"composite_connectors": [{"name": "Both", "steps": [{"name": "one", "url": "https://a"}]}]}
    )

    assert problems == []
    (definition,) = definitions
    assert isinstance(definition, CompositeConnector)
    assert (definition.permalink, definition.steps[0].method) == ("both", "GET")


@pytest.mark.parametrize("document", [[], None, "x", 1])
def test_a_document_that_is_no_object_is_a_problem(document: object) -> None:
    definitions, problems = read_definitions(document)

    assert definitions == []
    assert len(problems) == 1


def test_connectors_that_are_no_array_are_a_problem() -> None:
    definitions, problems = read_definitions({"connectors": GOOD, "composite_connectors": []})

    assert definitions == []
    assert [problem.field for problem in problems] == ["connectors"]
