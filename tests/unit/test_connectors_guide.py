"""`docs/connectors.md`: executed as it says, and its tables held to the code."""

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from widget_workbench.cli import main
from widget_workbench.gateway import errors, read_definitions
from widget_workbench.gateway.authentication import models as authentication
from widget_workbench.gateway.definitions import CompositeConnector, Connector
from widget_workbench.gateway.parameters import WITHHELD_HEADERS, WITHHELD_PREFIXES
from widget_workbench.gateway.templates import Field
from widget_workbench.gateway.templates.available import ALL_NAMES, available_names
from widget_workbench.repository import read_repository
from widget_workbench.settings import PreviewSettings, read_settings

PROJECT = Path(__file__).parents[2]
GUIDE = (PROJECT / "docs" / "connectors.md").read_text("utf-8")

# A file's path, and the block of code that it stands over.
FILE = re.compile(
    r"`(?P<path>[\w./]+\.\w+)`[^`\n]*:\n\n```\w+\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE
)
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^(?P<command>widget .*)\n# (?P<answer>.*)$", re.MULTILINE)


def blocks(language: str) -> list[str]:
    return [found["text"] for found in BLOCK.finditer(GUIDE) if found["language"] == language]


DOCUMENTS = [json.loads(text) for text in blocks("json")]
assert all(set(each) <= {"connectors", "composite_connectors"} for each in DOCUMENTS)
COMMANDS = [found.groups() for text in blocks("console") for found in COMMAND.finditer(text)]


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    section = GUIDE.partition(f"\n### {heading}\n")[2].partition("\n### ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    assert len(lines) > 2, f"no table under {heading!r}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def quoted(cell: str) -> set[str]:
    """What stands in backticks."""
    return set(re.findall(r"`([^`]+)`", cell))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the guide's files, and all of its definitions in the place of a widget's own."""
    for found in reversed(
        list(FILE.finditer(GUIDE))
    ):  # of a path that comes twice, the first is meant
        (tmp_path / found["path"]).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / found["path"]).write_text(found["text"], "utf-8")
    widget = tmp_path / "widgets" / "crm"
    (widget / "widget.json").write_text('{"title": "CRM", "category": "Examples"}', "utf-8")
    (widget / "main.py").write_text("async def init(sdk):\n    pass\n", "utf-8")
    definitions = {
        key: [each for document in DOCUMENTS for each in document.get(key, [])]
        for key in ("connectors", "composite_connectors")
    }
    (widget / "connectors.json").write_text(json.dumps(definitions), "utf-8")
    return tmp_path


# What is to be copied


def test_the_definitions_have_no_problem(repository: Path) -> None:
    assert [problem for each in DOCUMENTS for problem in read_definitions(each)[1]] == []
    assert read_repository(repository).problems == ()


def test_every_definition_is_executed(repository: Path) -> None:
    executed = {shlex.split(command)[3] for command, _ in COMMANDS}
    assert {each.permalink for each in read_repository(repository).connectors} == executed


@pytest.mark.parametrize(("command", "answer"), COMMANDS)
def test_a_command_answers_what_stands_under_it(
    command: str, answer: str, repository: Path
) -> None:
    arguments = [*shlex.split(command)[1:], "--repository", str(repository), "--json"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["response"]["json"] == json.loads(answer)


def test_what_is_said_of_a_fixed_token_holds(repository: Path) -> None:
    """The guide's texts for a Bearer token and for Basic, sent as API keys to an upstream that tells what it got."""
    values = re.findall(r"`((?:Bearer|Basic) \{\{.*?\}\})`", GUIDE)
    assert len(values) == 2
    (repository / "upstream.py").write_text(
        "from starlette.applications import Starlette\n"
        "from starlette.responses import JSONResponse\n"
        "from starlette.routing import Route\n"
        "async def tell(request):\n"
        "    return JSONResponse(request.headers['authorization'].split()[1][::-1])\n"
        "app = Starlette(routes=[Route('/', tell)])\n",
        "utf-8",
    )
    (repository / "secrets.toml").write_text('crm_token = "t-0-k-3-n"\npassword = "p-a-s-s"\n')
    connectors = [
        {
            "name": f"Fixed {number}",
            "url": "https://crm.example/",
            "authentication": {
                "type": "api_key",
                "config": {"key": "Authorization", "value": value},
            },
        }
        for number, value in enumerate(values)
    ]
    (repository / "widgets" / "crm" / "connectors.json").write_text(
        json.dumps({"connectors": connectors})
    )
    answers = []
    for number in range(2):
        command = f"connectors test fixed-{number} --json --repository".split()
        result = CliRunner().invoke(main, [*command, str(repository)])
        answers.append(json.loads(result.stdout)["response"]["json"][::-1])
    assert answers == ["t-0-k-3-n", "YW5uOnAtYS1zLXM="]


# The reference


def test_the_settings_are_all_there_are_and_good() -> None:
    whole = tomllib.loads(blocks("toml")[-1])
    assert read_settings(whole).bad_keys == ()
    assert set(whole) == set(PreviewSettings.model_fields)
    for table in ("user", "tenant"):
        model = PreviewSettings.model_fields[table].annotation
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        assert set(whole[table]) == set(model.model_fields)


def test_the_fields_are_all_there_are() -> None:
    named = {name for row in rows("Fields") for name in quoted(row[0])}
    assert named == set(Connector.model_fields) | set(CompositeConnector.model_fields)


def test_the_authentications_are_all_there_are() -> None:
    told = {row[0].strip("`"): quoted(row[1]) for row in rows("Authentication")}
    configs: dict[str, type[BaseModel] | None] = {
        "none": None,
        "api_key": authentication.ApiKeyConfig,
        "oauth_client_credentials": authentication.ClientCredentialsConfig,
        "jwt": authentication.JwtConfig,
        "oauth_jwt_bearer": authentication.JwtBearerConfig,
    }
    assert set(told) == set(configs)
    for type_, config in configs.items():
        fields = config.model_fields if config else {}
        names = {field.alias or name for name, field in fields.items()}
        assert told[type_] - {"header", "query"} == names, type_


def test_what_may_be_left_out_of_an_authentication_is_marked() -> None:
    for type_, cell, _ in rows("Authentication"):
        optional = set(re.findall(r"`(\w+)`\?", cell)) | ({"in"} if "api_key" in type_ else set())
        config = {name: _SAMPLES.get(name, "text") for name in quoted(cell) - optional}
        config = {name: value for name, value in config.items() if name not in ("header", "query")}
        for left_out in (None, *config):
            held = {name: value for name, value in config.items() if name != left_out}
            definition = {
                "name": "Any",
                "url": "https://crm.example/",
                "authentication": {"type": type_.strip("`"), "config": held},
            }
            problems = read_definitions({"connectors": [definition]})[1]
            assert bool(problems) == (left_out is not None), (type_, left_out, problems)


_SAMPLES: dict[str, Any] = {"token_url": "https://login.example/token", "claims": {}}


def test_the_names_of_each_field_are_those_it_has() -> None:
    table = {name: row[1:] for row in rows("Templates") for name in quoted(row[0])}
    assert set(table) == ALL_NAMES
    for column, field in enumerate(Field):
        told = {
            cell: {n for n, row in table.items() if row[column] == cell} for cell in ("yes", "step")
        }
        in_connectors, in_steps = (
            available_names(field, in_composite) for in_composite in (False, True)
        )
        assert told["yes"] == in_connectors, field
        assert told["step"] == in_steps - in_connectors, field


def test_the_failures_are_all_there_are() -> None:
    told = {code: int(row[0]) for row in rows("When a call fails") for code in quoted(row[1])}
    assert told == {
        code: int(status)
        for status, codes in re.findall(r"Error +(\d{3})  ([A-Z_, ]+)$", errors.__doc__ or "", re.M)
        for code in codes.split(", ")
    }


def test_the_withheld_headers_that_are_named_are_withheld() -> None:
    [item] = re.findall(r"- What is not declared is passed on, (.*?)\n- ", GUIDE, re.DOTALL)
    names = {name.lower() for name in quoted(item)}
    assert names
    for name in names:
        assert name in WITHHELD_HEADERS or name.removesuffix("*") in WITHHELD_PREFIXES
