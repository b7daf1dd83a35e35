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
    ("fields", "field"),
    [
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
