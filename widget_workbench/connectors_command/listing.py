"""A repository's connectors in a table."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import click

from widget_workbench.connectors_command.layout import clipped, columns, sentences, visible
from widget_workbench.gateway import (
    BrokenConnector,
    CompositeConnector,
    Definition,
    Destination,
    destinations,
    is_composite,
)
from widget_workbench.repository import Repository

_MARGIN = "    "


def as_data(repository: Repository) -> list[dict[str, Any]]:
    """The connectors for other programs, in the order of their files.

    A host that only a template decides is null; a definition that breaks the rules has the reason as `broken`.
    """
    return [
        {
            "permalink": definition.permalink,
            "composite": is_composite(definition),
            "method": _method(definition),
            "hosts": [
                {"host": each.host, "mapped": each.mapped}
                for each in _destinations(definition, repository)
            ],
            "authentication": _authentication(definition),
            "file": file,
            **({"broken": definition.reason} if isinstance(definition, BrokenConnector) else {}),
        }
        for file, definition in _placed(repository)
    ]


def as_text(repository: Repository) -> Iterator[str]:
    """The lines to print, a table for each file; no line is wider than the terminal."""
    width = columns()
    placed = _placed(repository)
    if not placed:
        yield f"  The repository {repository.root} has no connectors."
    for file, group in groupby(placed, key=lambda each: each[0]):
        yield ""
        yield f"  {click.style(file, bold=True)}"
        definitions = [definition for _, definition in group]
        rows = [_row(definition, repository) for definition in definitions]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for definition, row in zip(definitions, rows, strict=True):
            cells = (f"{text:{most}}" for text, most in zip(row, widths, strict=True))
            yield clipped(_MARGIN + "  ".join(cells).rstrip(), width)
            if isinstance(definition, BrokenConnector):
                for line in sentences(definition.reason, width - 2 * len(_MARGIN)):
                    yield 2 * _MARGIN + click.style(line, fg="red")
    yield ""


def _placed(repository: Repository) -> list[tuple[str, Definition]]:
    return list(zip(repository.connector_files, repository.connectors, strict=True))


def _row(definition: Definition, repository: Repository) -> tuple[str, ...]:
    upstreams = repository.settings.upstreams
    hosts = dict.fromkeys(_host(each, upstreams) for each in _destinations(definition, repository))
    if isinstance(definition, CompositeConnector):
        number = len(definition.steps)
        what = f"composite, {number} step{'' if number == 1 else 's'}"
    else:
        what = _authentication(definition) or ""
    return definition.permalink, _method(definition) or "?", ", ".join(hosts), what


def _host(destination: Destination, upstreams: dict[str, str]) -> str:
    host = visible(destination.host or "(a template decides)")
    target = upstreams.get(host) if destination.mapped else None
    return f"{host} → {target}" if target else host


def _destinations(definition: Definition, repository: Repository) -> tuple[Destination, ...]:
    return destinations(definition, repository.settings.upstreams)


def _method(definition: Definition) -> str | None:
    return "POST" if isinstance(definition, CompositeConnector) else definition.method


def _authentication(definition: Definition) -> str | None:
    """The type; None for no authentication, and where each step has its own."""
    if isinstance(definition, BrokenConnector | CompositeConnector):
        return None
    kind = definition.authentication.type
    return None if kind == "none" else kind
