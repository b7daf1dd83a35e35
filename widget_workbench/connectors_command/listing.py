"""A repository's connectors in a table."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import click

from widget_workbench.connectors_command.layout import cut
from widget_workbench.connectors_command.trial import without_permalink
from widget_workbench.gateway import (
    BrokenConnector,
    CompositeConnector,
    Definition,
    Destination,
    destinations,
    is_composite,
)
from widget_workbench.problem import Problem
from widget_workbench.repository import Repository
from widget_workbench.visible_text import visible

_MARGIN = "    "
_GAP = "  "
_LEAST_ROOM = 24  # columns that a cell has beside others; with less it gets lines of its own

_Row = tuple[str, ...]


def as_data(repository: Repository) -> list[dict[str, Any]]:
    """The connectors for other programs, in the order of their files, and after them those without a permalink.

    A host that only a template decides is null; a definition that breaks the rules has the reason as `broken`; one
    without a permalink that could be used has its name, or its place in the file, as `name`.
    """
    callable_ = [
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
    others = [
        {"permalink": None, "name": name, "file": file, "broken": " ".join(reasons)}
        for (file, name), reasons in _nameless(repository).items()
    ]
    return [*callable_, *others]


def as_text(repository: Repository, width: int | None) -> Iterator[str]:
    """The lines to print, a table for each file.

    Args:
        width: columns, which no line is wider than; None for one line a connector, however long.
    """
    files = list(dict.fromkeys(file for file, _ in _rows(repository)))
    rows = sorted(_rows(repository), key=lambda placed: files.index(placed[0]))
    if not rows:
        readable = " that could be read" if repository.unreadable_connectors else ""
        yield f"  The repository {repository.root} has no connectors{readable}."
    for file, group in groupby(rows, key=lambda placed: placed[0]):
        yield ""
        yield f"  {click.style(file, bold=True)}"
        yield from _table([row for _, row in group], width)
    yield ""


def problems(repository: Repository) -> list[Problem]:
    """The repository's, without those of widgets."""
    return [
        each
        for each in repository.problems
        if not each.path.startswith("widgets/") or each.path.endswith("/connectors.json")
    ]


def is_something_broken(repository: Repository) -> bool:
    """Whether a connector, or a file that may define some, is of no use."""
    return bool(
        repository.unreadable_connectors
        or without_permalink(repository)
        or any(isinstance(each, BrokenConnector) for each in repository.connectors)
    )


def _table(rows: list[_Row], width: int | None) -> Iterator[str]:
    """The rows in columns; the last cell goes on below itself where it is too wide."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        *cells, last = row
        line = _MARGIN + _GAP.join(
            f"{text:{most}}" for text, most in zip(cells, widths, strict=False)
        )
        indent = len(line) + len(_GAP)
        if width is None or indent + len(last) <= width:
            yield f"{line}{_GAP}{last}".rstrip()
            continue
        if width - indent >= _LEAST_ROOM:
            first, *rest = cut(last, width - indent)
            yield f"{line}{_GAP}{first}"
        else:
            indent = 2 * len(_MARGIN)
            yield from cut(line.rstrip(), width)
            rest = list(cut(last, width - indent)) if last else []
        yield from (" " * indent + piece for piece in rest)


def _placed(repository: Repository) -> list[tuple[str, Definition]]:
    return list(zip(repository.connector_files, repository.connectors, strict=True))


def _rows(repository: Repository) -> Iterator[tuple[str, _Row]]:
    for file, definition in _placed(repository):
        yield file, _row(definition, repository)
    for file, name in _nameless(repository):
        yield file, (visible(name), "?", "broken", "")


def _nameless(repository: Repository) -> dict[tuple[str, str], list[str]]:
    """What is wrong with each definition without a permalink, by its file and its name."""
    found: dict[tuple[str, str], list[str]] = {}
    for problem in without_permalink(repository):
        found.setdefault((problem.path, problem.connector or ""), []).append(problem.message)
    return found


def _row(definition: Definition, repository: Repository) -> _Row:
    upstreams = repository.settings.upstreams
    hosts = dict.fromkeys(_host(each, upstreams) for each in _destinations(definition, repository))
    if isinstance(definition, CompositeConnector):
        number = len(definition.steps)
        what = f"composite, {number} step{'' if number == 1 else 's'}"
    elif isinstance(definition, BrokenConnector):
        what = "broken"
    else:
        what = _authentication(definition) or ""
    return definition.permalink, _method(definition) or "?", what, ", ".join(hosts)


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
