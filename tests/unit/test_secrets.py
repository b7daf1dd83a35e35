"""Secrets: from `secrets.toml` and the environment, and nowhere to be read."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from widget_workbench.gateway import GUEST
from widget_workbench.preview.configuration import configuration_of
from widget_workbench.repository import Repository, read_repository
from widget_workbench.secret_values import is_tracked_by_git, parsed_secrets, read_secrets

MARKER = "mArKeR-of-a-secret"


@pytest.fixture(autouse=True)
def no_secrets_of_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in list(os.environ):
        if variable.startswith("WIDGET_SECRET_"):
            monkeypatch.delenv(variable)


def read(root: Path, **files: str) -> Repository:
    """A repository of the named files: `secrets_toml` is `secrets.toml`."""
    (root / "widgets").mkdir(exist_ok=True)
    for name, text in files.items():
        (root / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return read_repository(root)


def told(repository: Repository) -> list[str]:
    return [f"{problem.path}: {problem.message}" for problem in repository.problems]


# Where a secret comes from


@pytest.mark.parametrize(
    ("document", "environment", "expected"),
    [
        pytest.param({"a": "secret-1"}, {}, {"a": ("secret-1", "secrets.toml")}, id="the file"),
        pytest.param(
            {},
            {"WIDGET_SECRET_a": "secret-1"},
            {"a": ("secret-1", "WIDGET_SECRET_a")},
            id="the environment",
        ),
        pytest.param(
            {"a": "secret-1"},
            {"WIDGET_SECRET_a": "secret-2"},
            {"a": ("secret-2", "WIDGET_SECRET_a")},
            id="the environment wins",
        ),
        pytest.param(
            {"api_key": "secret-1"},
            {"WIDGET_SECRET_API_KEY": "secret-2"},
            {
                "API_KEY": ("secret-2", "WIDGET_SECRET_API_KEY"),
                "api_key": ("secret-2", "WIDGET_SECRET_API_KEY"),
            },
            id="capitals stand for small letters too",
        ),
        pytest.param(
            {},
            {"WIDGET_SECRET_API_KEY": "secret-1", "WIDGET_SECRET_api_key": "secret-2"},
            {
                "API_KEY": ("secret-1", "WIDGET_SECRET_API_KEY"),
                "api_key": ("secret-2", "WIDGET_SECRET_api_key"),
            },
            id="unless those are set themselves",
        ),
        pytest.param(
            {},
            {"WIDGET_SECRET_ApiKey": "secret-1"},
            {"ApiKey": ("secret-1", "WIDGET_SECRET_ApiKey")},
            id="mixed letters stand for themselves",
        ),
        pytest.param(
            {"a": "secret-1", "A": "secret-2"},
            {},
            {"a": ("secret-1", "secrets.toml"), "A": ("secret-2", "secrets.toml")},
            id="case counts",
        ),
        pytest.param(
            {"key": "line\nline"}, {}, {"key": ("line\nline", "secrets.toml")}, id="a PEM has lines"
        ),
        pytest.param(
            {},
            {"WIDGET_SECRETS": "secret-1", "OTHER_a": "secret-2"},
            {},
            id="other variables are none",
        ),
    ],
)
def test_a_secret_comes_from_the_file_or_the_environment(
    document: dict[str, Any], environment: dict[str, str], expected: Mapping[str, tuple[str, str]]
) -> None:
    reading = read_secrets(document, environment)

    found = {name: (secret.value, secret.source) for name, secret in reading.secrets.items()}
    assert found == expected
    assert reading.bad_entries == ()


@pytest.mark.parametrize(
    ("document", "environment", "place", "sentence"),
    [
        ({"api-key": MARKER}, {}, "secrets.toml", "`api-key`: is no name of a secret"),
        ({"2nd": MARKER}, {}, "secrets.toml", "`2nd`: is no name of a secret"),
        ({"": MARKER}, {}, "secrets.toml", "``: is no name of a secret"),
        ({"schlüssel": MARKER}, {}, "secrets.toml", "`schlüssel`: is no name of a secret"),
        ({"a": 5}, {}, "secrets.toml", "`a`: its value is no text: put it in quotes."),
        ({"a": [MARKER]}, {}, "secrets.toml", "`a`: its value is no text"),
        (
            {"api": {"key": MARKER}},
            {},
            "secrets.toml",
            "`api`: is a table, and secrets.toml is flat",
        ),
        ({"a": ""}, {}, "secrets.toml", "`a`: is empty"),
        ({}, {"WIDGET_SECRET_": MARKER}, "WIDGET_SECRET_", "is no name of a secret"),
        ({}, {"WIDGET_SECRET_2ND": MARKER}, "WIDGET_SECRET_2ND", "is no name of a secret"),
        ({}, {"WIDGET_SECRET_A": ""}, "WIDGET_SECRET_A", "is empty"),
        ({}, {"WIDGET_SECRET_A": f"{MARKER}\udcff"}, "WIDGET_SECRET_A", "its value is not UTF-8."),
    ],
)
def test_a_bad_entry_is_told_once_by_its_name_and_harms_no_other(
    document: dict[str, Any], environment: dict[str, str], place: str, sentence: str
) -> None:
    reading = read_secrets({**document, "good": "secret-1"}, environment)

    assert list(reading.secrets) == ["good"]
    ((where, message),) = reading.bad_entries
    assert where == place
    assert message.startswith(sentence)
    assert MARKER not in message


def test_an_empty_variable_does_not_hide_the_files_value() -> None:
    reading = read_secrets({"a": "secret-1"}, {"WIDGET_SECRET_A": ""})

    assert reading.secrets["a"].value == "secret-1"


@pytest.mark.parametrize(
    "text",
    [
        f"a = {MARKER}",
        f'good = "secret-1"\n{MARKER}',
        f'a = "{MARKER}',
        f'{MARKER} = "secret-1"\n{MARKER} = "secret-2"',
        f'a = "{MARKER}\\q"',
        f"[{MARKER}]\n[{MARKER}]",
        "a = " + "[" * 100_000,
        "a = " + "secret-9" * 5000,
    ],
)
def test_a_file_that_is_not_toml_is_told_by_the_place_alone(text: str) -> None:
    with pytest.raises(ValueError, match="not TOML") as raised:
        parsed_secrets(text)

    assert re.fullmatch(
        r"is not TOML( \((line \d+, column \d+|end of document)\))?: "
        r'it holds lines of the form name = "value"\.',
        str(raised.value),
    )
    assert raised.value.__context__ is None


def test_the_place_of_what_is_not_toml_is_told() -> None:
    with pytest.raises(ValueError, match=r"\(line 2, column 5\)"):
        parsed_secrets(f'a = "secret-1"\nb = {MARKER}')


# In a repository


def test_a_repository_has_its_secrets_and_its_repr_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIDGET_SECRET_TOKEN", f"{MARKER}-2")

    repository = read(tmp_path, secrets_toml=f'api_key = "{MARKER}-1"\n')

    assert repository.problems == ()
    assert repository.secrets == {
        "api_key": f"{MARKER}-1",
        "TOKEN": f"{MARKER}-2",
        "token": f"{MARKER}-2",
    }
    assert repository.secret_sources["api_key"] == "secrets.toml"
    assert repository.secret_sources["token"] == "WIDGET_SECRET_TOKEN"
    assert MARKER not in repr(repository)


def test_secrets_are_read_anew(tmp_path: Path) -> None:
    assert read(tmp_path, secrets_toml='a = "secret-1"').secrets == {"a": "secret-1"}
    assert read(tmp_path, secrets_toml='a = "secret-2"').secrets == {"a": "secret-2"}


def test_a_broken_secrets_toml_harms_nothing_else(tmp_path: Path) -> None:
    repository = read(
        tmp_path, secrets_toml=f'a = "{MARKER}', preview_toml='[variables]\nregion = "eu"\n'
    )

    assert told(repository) == [
        'secrets.toml: is not TOML (end of document): it holds lines of the form name = "value".'
    ]
    assert repository.settings.variables == {"region": "eu"}


def test_a_secrets_toml_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "secrets.toml").mkdir()
    (first,) = told(read(tmp_path))
    (tmp_path / "secrets.toml").rmdir()
    (tmp_path / "secrets.toml").write_bytes(b'a = "\xff"')
    (second,) = told(read(tmp_path))

    assert first.startswith("secrets.toml: cannot be read: ")
    assert second == "secrets.toml: is not UTF-8 (byte 5)."


def test_a_name_of_both_is_the_secrets(tmp_path: Path) -> None:
    repository = read(
        tmp_path,
        secrets_toml=f'region = "{MARKER}"',
        preview_toml='[variables]\nregion = "eu"\nzone = "a"\n',
    )

    assert repository.secrets == {"region": MARKER}
    assert repository.settings.variables == {"zone": "a"}
    (problem,) = told(repository)
    assert problem.startswith("preview.toml: `variables.region`: there is a secret of this name")
    assert MARKER not in problem


# Under version control


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


def test_a_secrets_toml_that_git_tracks_is_a_problem(tmp_path: Path) -> None:
    root = tmp_path / "repository" / "nested"
    root.mkdir(parents=True)
    git(tmp_path / "repository", "init")
    assert told(read(root, secrets_toml='a = "secret-1"')) == []

    git(root, "add", "secrets.toml")
    (problem,) = told(read_repository(root))
    assert problem.startswith("secrets.toml: is tracked by git")
    assert "git rm --cached secrets.toml" in problem
    assert ".gitignore" in problem

    git(root, "rm", "--cached", "secrets.toml")
    assert told(read_repository(root)) == []


def test_another_repositorys_hook_has_git_look_at_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
        git(tmp_path / name, "init")
    file = tmp_path / "ours" / "secrets.toml"
    file.write_text('a = "secret-1"')
    git(tmp_path / "ours", "add", "secrets.toml")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "theirs" / ".git"))

    assert is_tracked_by_git(file)


def test_without_git_nothing_is_tracked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init")
    (tmp_path / "secrets.toml").write_text('a = "secret-1"')
    git(tmp_path, "add", "secrets.toml")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert not is_tracked_by_git(tmp_path / "secrets.toml")


# What the gateway gets


def test_the_gateway_gets_secrets_variables_tenant_and_user(tmp_path: Path) -> None:
    repository = read(
        tmp_path,
        secrets_toml='api_key = "a-secret"',
        preview_toml="""
            [user]
            id = 9
            email = "bob@example.com"
            profile_fields = { 42 = "Support", 7 = "Ü" }
            [tenant]
            id = "t-1"
            [variables]
            region = "eu"
        """,
    )

    configuration = configuration_of(repository, {})

    assert configuration.secrets == {"api_key": "a-secret"}
    assert configuration.variables == {"region": "eu"}
    assert configuration.tenant_id == "t-1"
    assert configuration.user.variables() == {
        "id": 9,
        "email": "bob@example.com",
        "first_name": "Ann",
        "last_name": "Example",
        "username": "ann",
        "profile_fields": {42: "Support", 7: "Ü"},
    }
    assert '"k"' not in repr(configuration)
    assert "'k'" not in repr(configuration)


def test_a_guest_has_nothing(tmp_path: Path) -> None:
    repository = read(tmp_path, preview_toml="user = { guest = true, id = 9 }")

    assert configuration_of(repository, {}).user is GUEST


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            '[user]\nprofile_fields = { department = "x" }',
            "`user.profile_fields.department`: 'department' is no number of a profile field",
        ),
        (
            '[user]\nprofile_fields = { -1 = "x" }',
            "`user.profile_fields.-1`: '-1' is no number of a profile field",
        ),
        (
            "[user]\nprofile_fields = { 42 = 5 }",
            "`user.profile_fields.42`: input should be a valid string",
        ),
        (
            '[variables]\n"api-host" = "x"',
            "`variables.api-host`: 'api-host' is no name of a variable",
        ),
    ],
)
def test_a_bad_key_of_user_or_variables_is_a_problem(
    tmp_path: Path, line: str, sentence: str
) -> None:
    repository = read(tmp_path, preview_toml=line)

    (problem,) = told(repository)
    assert problem.startswith(f"preview.toml: {sentence}")
    assert repository.settings.user.profile_fields == {}
    assert repository.settings.variables == {}


# Secrets and variables that nobody has defined


SECRETS = 'api_key = "a-secret"'
VARIABLES = '[variables]\nregion = "eu"\n'


def unknown(root: Path, document: dict[str, Any], **files: str) -> list[str]:
    given = {"secrets_toml": SECRETS, "preview_toml": VARIABLES, **files}
    connectors = json.dumps(document)
    return told(read(root, preview_connectors_json=connectors, **given))


def connector(**fields: Any) -> dict[str, Any]:
    return {"connectors": [{"name": "things", "url": "https://api.example/", **fields}]}


def header(value: str) -> dict[str, Any]:
    return connector(headers=[{"key": "X-Key", "value": value}])


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (
            header("Bearer {{ get_secret('api_kye') }}"),
            "`headers[0].value`: uses the secret 'api_kye', which neither secrets.toml nor "
            "WIDGET_SECRET_API_KYE gives. Its expression stays in the text; did you mean 'api_key'?",
        ),
        (
            header("{{ get_secret('theirKey') | base64_encode }}"),
            "`headers[0].value`: uses the secret 'theirKey', which neither secrets.toml nor "
            'WIDGET_SECRET_theirKey gives. Its expression stays in the text: write theirKey = "…" into '
            "secrets.toml.",
        ),
        (
            connector(query_parameters=[{"key": "a", "value": "{{ get_variable('zone') }}"}]),
            "`query_parameters[0].value`: uses the variable 'zone', which [variables] of "
            'preview.toml does not give. Its expression stays in the text: write zone = "…" into that '
            "table.",
        ),
        (
            connector(url="https://{{ get_variable('host') }}/"),
            "`url`: uses the variable 'host', which",
        ),
        (
            connector(
                authentication={
                    "type": "jwt",
                    "config": {
                        "private_key": "{{ get_secret('pem') }}",
                        "claims": {"iss": "{{ user.id }}"},
                    },
                }
            ),
            "`authentication.config.private_key`: uses the secret 'pem', which",
        ),
        (
            {
                "composite_connectors": [
                    {
                        "name": "things",
                        "steps": [
                            {"name": "one", "url": "https://api.example/"},
                            {
                                "name": "two",
                                "url": "https://api.example/",
                                "method": "POST",
                                "request_body": "{{ get_variable('zone') }}",
                            },
                        ],
                    }
                ]
            },
            "`steps[1].request_body`: uses the variable 'zone', which",
        ),
    ],
)
def test_a_value_that_nobody_has_defined_is_a_problem_of_its_connector(
    tmp_path: Path, document: dict[str, Any], sentence: str
) -> None:
    (problem,) = unknown(tmp_path, document)

    assert problem.startswith(f"preview.connectors.json: connector 'things', {sentence}")


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(header("{{ get_secret('api_key') }}"), id="known"),
        pytest.param(header("{{ get_variable('region') }}"), id="known, too"),
        pytest.param(header("{{ get_variable('zone') | default('a') }}"), id="has a default"),
        pytest.param(header("{{ get_variable('zone') | d('a') | upper }}"), id="d is default"),
        pytest.param(header("{% if get_secret('x') %}y{% endif %}"), id="is asked about"),
        pytest.param(header("{{ 'a' if get_secret('x') else 'b' }}"), id="is asked about inline"),
        pytest.param(header("{{ get_secret('x') is defined }}"), id="is tested"),
        pytest.param(header("{{ get_secret(user.id) }}"), id="nobody knows which"),
        pytest.param(header("get_secret('x')"), id="is plain text"),
        pytest.param(header("{{ get_secret('x' }}"), id="does not parse"),
        pytest.param(header("{{ 'get_secret(1)' }}"), id="is a text"),
        pytest.param(
            connector(request_body="{{ get_secret('x') }}", method="POST"), id="is not available"
        ),
        pytest.param(
            connector(response_body="{{ get_variable('x') }}"), id="is not available either"
        ),
    ],
)
def test_nothing_is_said_of_a_value_that(tmp_path: Path, document: dict[str, Any]) -> None:
    said = unknown(tmp_path, document)

    # The template itself may be wrong.
    assert not any("uses the " in problem for problem in said)


@pytest.mark.parametrize(
    ("value", "files"),
    [
        ("{{ get_secret('x') }}", {"secrets_toml": "x = "}),
        ("{{ get_secret('x') }}", {"secrets_toml": "x = 5"}),
        ("{{ get_variable('x') }}", {"preview_toml": "[variables"}),
        ("{{ get_variable('x') }}", {"preview_toml": "[variables]\nx = 5"}),
        ("{{ get_variable('api_key') }}", {"preview_toml": '[variables]\napi_key = "a-secret"'}),
    ],
)
def test_where_a_problem_tells_why_it_is_unknown_there_is_one(
    tmp_path: Path, value: str, files: dict[str, str]
) -> None:
    assert len(unknown(tmp_path, header(value), **files)) == 1


def test_a_variable_that_is_a_secret_is_told_of(tmp_path: Path) -> None:
    (problem,) = unknown(tmp_path, header("{{ get_variable('api_key') }}"))

    assert "uses the variable 'api_key', which [variables]" in problem


def test_a_secret_that_is_too_short_to_be_masked_everywhere_is_told_and_used() -> None:
    reading = read_secrets({"pin": "123", "long": "1234"}, {"WIDGET_SECRET_B": "x"})

    assert {name: secret.value for name, secret in reading.secrets.items() if len(name) > 1} == {
        "pin": "123",
        "long": "1234",
    }
    assert [place for place, _ in reading.bad_entries] == [
        "secrets.toml",
        "WIDGET_SECRET_B",
    ]
    assert reading.bad_entries[0][1].startswith("`pin`: has fewer than 4 characters")
