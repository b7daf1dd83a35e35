"""The secrets that connectors use: `secrets.toml`, and `WIDGET_SECRET_…` of the environment (design.md).

Nothing here tells a value: no message, no `repr`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from widget_workbench.gateway.masking import SHORTEST_FOUND
from widget_workbench.git import asked

FILE = "secrets.toml"
PREFIX = "WIDGET_SECRET_"

# platform.md §5: the one name space of secrets and variables.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# How tomllib ends a message; what stands before it may quote the file.
_PLACE = re.compile(r"\(at (?P<place>line \d+, column \d+|end of document)\)$")


@dataclass(frozen=True)
class Secret:
    """A secret's value, and where it comes from: `secrets.toml`, or a variable of the environment."""

    value: str = field(repr=False)
    source: str


@dataclass(frozen=True)
class SecretsReading:
    """The good secrets by name, and the bad entries, each as (where it stands, sentence).

    `unusable` are the names of bad entries: defined, if to no use.
    """

    secrets: Mapping[str, Secret]
    bad_entries: tuple[tuple[str, str], ...]
    unusable: frozenset[str]


def is_name(text: str) -> bool:
    """Whether a secret or variable may be called that (platform.md §5: an identifier, its case counts)."""
    return _NAME.fullmatch(text) is not None


def parsed_secrets(text: str) -> dict[str, Any]:
    """The content of a `secrets.toml`.

    Raises:
        ValueError: it is not TOML; the message, which lacks its subject, quotes nothing of it.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        found = _PLACE.search(str(error))
        where = f" ({found['place']})" if found else ""
    raise ValueError(f'is not TOML{where}: it holds lines of the form name = "value".')


def read_secrets(document: Mapping[str, Any], environment: Mapping[str, str]) -> SecretsReading:
    """The secrets that there are.

    `WIDGET_SECRET_api_key` wins over `api_key` of the document. A name all in capitals stands for the one in small
    letters too, as environments know only such on some systems: `WIDGET_SECRET_API_KEY` gives `API_KEY` and, unless
    `WIDGET_SECRET_api_key` is set, `api_key`.

    Args:
        document: the parsed `secrets.toml`.
        environment: `os.environ`.
    """
    secrets: dict[str, Secret] = {}
    bad: list[tuple[str, str]] = []
    unusable: set[str] = set()
    for name, value in document.items():
        wrong = _wrong_name(name) or _wrong_value(value)
        if wrong is None:
            secrets[name] = Secret(value, FILE)
        else:
            unusable.add(name)
            bad.append((FILE, f"`{name}`: {wrong}"))
    for name, variable in _named_by(environment):
        value = environment[variable]
        wrong = _wrong_name(name) or _wrong_value(value)
        if wrong is None:
            secrets[name] = Secret(value, variable)
        elif variable == f"{PREFIX}{name}":
            bad.append((variable, wrong))
    bad += [
        (secret.source, f"`{name}`: {_TOO_SHORT}" if secret.source == FILE else _TOO_SHORT)
        for name, secret in secrets.items()
        if len(secret.value.strip()) < SHORTEST_FOUND
    ]
    return SecretsReading(secrets, tuple(dict.fromkeys(bad)), frozenset(unusable - secrets.keys()))


def variable_for(name: str) -> str:
    """The variable of the environment that is to be set for a secret."""
    return f"{PREFIX}{name.upper() if name.islower() else name}"


def is_tracked_by_git(file: Path) -> bool:
    """Whether git has a file under version control; not where there is no git, or no repository of its."""
    return asked(file.parent, "ls-files", "--error-unmatch", "--", file.name) is not None


def _named_by(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each name with the variable that gives its value, in the order of the names."""
    exact = {
        variable.removeprefix(PREFIX): variable
        for variable in environment
        if variable.startswith(PREFIX)
    }
    alike = {name.lower(): variable for name, variable in exact.items() if name.isupper()}
    yield from sorted({**alike, **exact}.items())


def _wrong_name(name: str) -> str | None:
    if is_name(name):
        return None
    return (
        "is no name of a secret, which consists of letters A to Z, digits and '_' and does not "
        "begin with a digit."
    )


_TOO_SHORT = (
    f"has fewer than {SHORTEST_FOUND} characters: it is used, but nobody could tell where it stands in other text, so "
    "it is not masked there."
)


def _wrong_value(value: object) -> str | None:
    if isinstance(value, dict):
        return 'is a table, and secrets.toml is flat: write name = "value" above any [table].'
    if not isinstance(value, str):
        return "its value is no text: put it in quotes."
    if not value:
        return "is empty: give it a value, or leave it out."
    try:
        value.encode()
    except UnicodeEncodeError:  # os.environ holds bytes that are not UTF-8 as surrogates
        return "its value is not UTF-8."
    return None
