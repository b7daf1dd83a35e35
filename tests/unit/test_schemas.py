"""The JSON Schemas: what editors are told is what is checked."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from widget_workbench.cli import main
from widget_workbench.problem import Code
from widget_workbench.schemas import FILES, schema, written

from .test_check_rules import ACCEPTED, RULES, Rule, definition

CHECKOUT = Path(__file__).parents[2]
SHIPPED = CHECKOUT / "widget_workbench" / "schemas"

# What no JSON Schema can say, or what depends on where the file is.
BEYOND_SCHEMAS = {
    "a widget has `source` or `content`, not neither",  # a Python widget has neither
    "`source.path` holds no control character",
    "`source.entry` names a file",
    "the strategy ttl has a time to live",
    "properties' names are unique",
    "`sortable` needs an autocomplete",
    "`sortable` needs `multiple`",
    "`minLength` is not above `maxLength`",
    "`minimum` is not above `maximum`",
    "a section has fields",
    "a property's section is there",
    "sections' names are unique",
}
OF_A_DEFINITION = {
    Code.ABSOLUTE_PATH_NOT_ALLOWED,
    Code.INVALID_CONFIGURATION,
    Code.INVALID_CONTENT,
    Code.INVALID_DEFINITION,
    Code.INVALID_SOURCE_SCHEMA,
    Code.INVALID_VERSION,
    Code.INVALID_WIDGET_STRUCTURE,
    Code.PATH_TRAVERSAL_DETECTED,
}


def validator(name: str) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema(name))
    return Draft202012Validator(schema(name))


def complaints(name: str, document: Any) -> list[str]:
    return [error.message for error in validator(name).iter_errors(document)]


@pytest.mark.parametrize("name", FILES)
def test_the_shipped_schema_is_that_of_the_model(name: str) -> None:
    assert (SHIPPED / name).read_text() == written(name), "run `python -m widget_workbench.schemas`"


@pytest.mark.parametrize(
    "path",
    sorted((CHECKOUT / "examples" / "widgets").glob("*/*.json")),
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_each_file_of_the_examples_names_its_schema_and_keeps_to_it(path: Path) -> None:
    document = json.loads(path.read_text())
    named = (path.parent / document["$schema"]).resolve()
    assert named == SHIPPED / path.name.replace(".json", ".schema.json")
    assert complaints(named.name, document) == []


def test_the_examples_settings_name_their_schema_and_keep_to_it() -> None:
    path = CHECKOUT / "examples" / "preview.toml"
    document = tomllib.loads(path.read_text())
    named = (path.parent / document["$schema"]).resolve()
    assert named == SHIPPED / "preview.schema.json"
    assert complaints(named.name, document) == []
    assert complaints(named.name, {**document, "upstream": {}}) != []


@pytest.mark.parametrize(
    "rule",
    [
        rule
        for rule in RULES
        if rule.widget and rule.error and rule.form != "tree" and rule.code in OF_A_DEFINITION
    ],
    ids=lambda rule: rule.says,
)
def test_an_editor_tells_what_a_check_would(rule: Rule) -> None:
    found = complaints("widget.schema.json", definition(rule, "sources"))
    assert (found == []) == (rule.says in BEYOND_SCHEMAS), found


@pytest.mark.parametrize("rule", ACCEPTED, ids=lambda rule: rule.says)
def test_an_editor_accepts_what_a_check_does(rule: Rule) -> None:
    assert complaints("widget.schema.json", definition(rule, "sources")) == []
    connectors = {"connectors": rule.connectors, "composite_connectors": rule.composites}
    assert complaints("connectors.schema.json", connectors) == []
    for kind in ("script", "stylesheet"):
        for each in getattr(rule, f"{kind}s"):
            assert complaints(f"{kind}.schema.json", each) == []


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.connectors or rule.scripts])
def test_an_editor_takes_no_good_part_of_a_file_for_bad(rule: Rule) -> None:
    """Whatever it says of a broken definition, it says of that alone."""
    connectors = {"connectors": rule.connectors}
    for error in validator("connectors.schema.json").iter_errors(connectors):
        assert list(error.absolute_path)[:1] == ["connectors"]


def test_a_repository_gets_them_with_the_lines_that_name_them(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["check", str(tmp_path), "--schemas"])
    assert result.exit_code == 0
    assert '"$schema": "../../.schemas/widget.schema.json",' in result.output
    assert '"$schema" = ".schemas/preview.schema.json"' in result.output
    there = {path.name for path in (tmp_path / ".schemas").iterdir()}
    assert there == set(FILES)
