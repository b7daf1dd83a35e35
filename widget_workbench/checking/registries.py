"""The registries of a published tree: what they name, and what is wrong with them (platform.md §1, §2, §5, §6)."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from widget_workbench.checking.content import Content, bytes_of, size_of
from widget_workbench.checking.limits import exceeded
from widget_workbench.checking.widget_files import PublishedWidget
from widget_workbench.definition_warnings import refused_destinations, unknown_fields
from widget_workbench.gateway import Configuration
from widget_workbench.gateway.definitions import (
    BrokenConnector,
    CompositeConnector,
    Definition,
    read_definitions,
)
from widget_workbench.gateway.suggestions import ended, listed
from widget_workbench.global_code import MODELS, REGISTERED
from widget_workbench.manifest import (
    HOSTING,
    Fault,
    RegisteredWidget,
    read_as,
    structure_faults,
)
from widget_workbench.manifest_warnings import misspelt_fields, unfit_defaults
from widget_workbench.problem import Code, Problem
from widget_workbench.strict_json import parsed

EXTENSIONS = "extensions_registry.json"
CONNECTORS = "connectors_registry.json"

DEPRECATED = "widget_registry.json"
"""An older name of the first, which the platform still reads."""


@dataclass
class Registries:
    """What a tree publishes.

    Attributes:
        widgets: with what the registry says of each, in its order; those whose entry is good enough to be told apart.
        connectors: as defined.
        connectors_document: what they were read from.
        problems: of the registries themselves.
    """

    widgets: list[tuple[PublishedWidget, RegisteredWidget]] = field(default_factory=list)
    connectors: tuple[Definition, ...] = ()
    connectors_document: Mapping[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_registries(tree: Mapping[str, Content]) -> Registries:
    """Reads the registries at a tree's root.

    Args:
        tree: everything that is published, by path.
    """
    registries = Registries()
    path = EXTENSIONS if EXTENSIONS in tree or DEPRECATED not in tree else DEPRECATED
    if path == DEPRECATED:
        what = f"is the older name of {EXTENSIONS}: rename it while the platform still reads it."
        registries.problems.append(Problem(path, what, Code.NO_EFFECT))
    document = _object(tree, path, registries.problems)
    _read_widgets(path, _array(path, document, "widgets", registries.problems), registries)
    files: dict[str, list[str]] = {}
    for kind in MODELS:
        entries = _array(path, document, kind, registries.problems)
        registries.problems += _global_code_problems(path, kind, entries, files)
    for file, places in files.items():
        if file in tree:
            registries.problems += global_code_file_problems(file, tree)
        else:
            what = f"is missing: {path} names it, for {listed(places)}."
            registries.problems.append(Problem(file, what, Code.MISSING_FILE, error=True))
    if CONNECTORS in tree:
        _read_connectors(_object(tree, CONNECTORS, registries.problems), registries)
    return registries


def _object(tree: Mapping[str, Content], path: str, problems: list[Problem]) -> dict[str, Any]:
    what = ""
    try:
        document = parsed(bytes_of(tree[path]).decode("utf-8-sig"))
        if isinstance(document, dict):
            return document
        what = "is not a JSON object."
    except KeyError:
        what = "is missing: the platform reads which widgets there are from it."
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 (byte {error.start})."
    except (ValueError, RecursionError) as error:
        what = f"is not JSON: {error}."
    problems.append(Problem(path, what, Code.INVALID_REGISTRY, error=True))
    return {}


def _array(path: str, document: Mapping[str, Any], key: str, problems: list[Problem]) -> list[Any]:
    held = document.get(key, [])
    if isinstance(held, list):
        return held
    what = f"`{key}` is not an array."
    problems.append(Problem(path, what, Code.INVALID_REGISTRY, error=True))
    return []


def _read_widgets(path: str, entries: list[Any], registries: Registries) -> None:
    for index, entry in enumerate(entries):
        manifest, faults = read_as(RegisteredWidget, entry)
        place = _place("widget", entry, "type", f"widgets[{index}]")
        structure = list(structure_faults(entry)) if isinstance(entry, dict) else []
        registries.problems += _told(path, place, [*structure, *faults], error=True)
        registries.problems += _told(path, place, misspelt_fields(entry, RegisteredWidget))
        if manifest is None:
            continue
        registries.problems += _told(path, place, unfit_defaults(manifest))
        if not structure and not any(fault.field.startswith(HOSTING) for fault in faults):
            registries.widgets.append((_published(manifest), manifest))
    types = Counter(
        entry["type"]
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("type"), str)
    )
    for name, count in types.items():
        if count > 1:
            what = f"widget {name!r} stands there {count} times: a type is unique."
            registries.problems.append(Problem(path, what, Code.DUPLICATE_TYPE, error=True))


def _published(manifest: RegisteredWidget) -> PublishedWidget:
    source = manifest.source
    directory = None if source is None else source.path
    entry = None if source is None else posixpath.normpath(f"{source.path}/{source.entry}")
    return PublishedWidget(manifest.type, directory, entry, manifest.image_src)


def _global_code_problems(
    path: str, kind: str, entries: list[Any], files: dict[str, list[str]]
) -> Iterator[Problem]:
    """What is wrong with the entries of one kind; `files` gets the places that name each file, by its path."""
    names: list[str] = []
    for index, entry in enumerate(entries):
        place = _place(kind.removesuffix("s"), entry, "name", f"{kind}[{index}]")
        code, faults = read_as(REGISTERED[kind], entry, Code.INVALID_GLOBAL_CODE)
        yield from _told(path, place, faults, error=True)
        if code is not None:
            names.append(code.name)
            file = posixpath.normpath(f"{code.source.path}/{code.source.entry}")
            places = files.setdefault(file, [])
            if place not in places:
                places.append(place)
    for name, count in Counter(names).items():
        if count > 1:
            what = (
                f"{kind.removesuffix('s')} {name!r} stands there {count} times: a name is unique."
            )
            yield Problem(path, what, Code.INVALID_GLOBAL_CODE, error=True)


def global_code_file_problems(code: str, tree: Mapping[str, Content]) -> Iterator[Problem]:
    """What is wrong with the file of a script or stylesheet.

    Args:
        code: its path.
        tree: everything that is published, by path, this file too.
    """
    for _, problem, what in exceeded({code: size_of(tree[code])}):
        yield Problem(code, what, problem, error=True)


def _read_connectors(document: Mapping[str, Any], registries: Registries) -> None:
    definitions, problems = read_definitions(document)
    registries.connectors = tuple(definitions)
    registries.connectors_document = document
    for each in problems:
        what = f"`{each.field}`: {each.message}" if each.field else each.message
        registries.problems.append(_about(each.connector, what, Code.INVALID_CONNECTOR, error=True))
    registries.problems += _connector_warnings(document, definitions)
    permalinks = Counter(
        (isinstance(each, CompositeConnector), each.permalink) for each in definitions
    )
    for (_, permalink), count in permalinks.items():
        if count > 1:
            what = f"connector {permalink!r} is defined {count} times: a permalink is unique."
            registries.problems.append(
                Problem(CONNECTORS, what, Code.DUPLICATE_PERMALINK, error=True, connector=permalink)
            )


def _connector_warnings(
    document: Mapping[str, Any], definitions: Iterable[Definition]
) -> Iterator[Problem]:
    """What is published, and has no effect, or is refused when it is called."""
    for each in unknown_fields(document):
        yield _about(each.connector, f"`{each.field}`: {each.message}", Code.UNKNOWN_FIELD)
    for definition in definitions:
        if not isinstance(definition, BrokenConnector):
            for field_name, message in refused_destinations(definition, Configuration()):
                what = f"`{field_name}`: {message}"
                yield _about(definition.permalink, what, Code.SUSPICIOUS_CONNECTOR)


def _about(connector: str, what: str, code: Code, *, error: bool = False) -> Problem:
    where = f"connector {connector!r}, " if connector else ""
    return Problem(CONNECTORS, f"{where}{ended(what)}", code, error, connector or None)


def _place(noun: str, entry: object, key: str, otherwise: str) -> str:
    name = entry.get(key) if isinstance(entry, dict) else None
    return f"{noun} {name!r}" if isinstance(name, str) else otherwise


def _told(
    path: str, place: str, faults: Iterable[Fault], *, error: bool = False
) -> Iterator[Problem]:
    for fault in faults:
        yield Problem(path, f"{place}, {fault}", fault.code, error=error)
