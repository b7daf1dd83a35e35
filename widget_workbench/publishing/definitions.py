"""The definitions of a published tree: the entries of its registries, by kind and name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from widget_workbench.checking.registries import CONNECTORS, EXTENSIONS
from widget_workbench.gateway.definitions import derived_permalink
from widget_workbench.publishing.tree import Tree

REGISTRIES = (EXTENSIONS, CONNECTORS)

Entry = Mapping[str, Any]


class Kind(Enum):
    """What a release consists of, in the order that it is told in."""

    WIDGET = "widget"
    SCRIPT = "script"
    STYLESHEET = "stylesheet"
    CONNECTOR = "connector"
    COMPOSITE_CONNECTOR = "composite connector"

    @property
    def directory(self) -> str | None:
        """Where its files are, each in a directory of its name; None where it has none."""
        return None if self in _CONNECTORS else f"{self.value}s"


_CONNECTORS = (Kind.CONNECTOR, Kind.COMPOSITE_CONNECTOR)

_ARRAYS = {
    Kind.WIDGET: (EXTENSIONS, "widgets"),
    Kind.SCRIPT: (EXTENSIONS, "scripts"),
    Kind.STYLESHEET: (EXTENSIONS, "stylesheets"),
    Kind.CONNECTOR: (CONNECTORS, "connectors"),
    Kind.COMPOSITE_CONNECTOR: (CONNECTORS, "composite_connectors"),
}


@dataclass(frozen=True)
class Definitions:
    """What the registries of a tree say.

    Attributes:
        entries: by kind and name, which is a widget's type and a connector's permalink.
        unreadable: the registries that are none.
    """

    entries: Mapping[tuple[Kind, str], Entry]
    unreadable: tuple[str, ...] = ()


def read_definitions(tree: Tree | None) -> Definitions:
    """The definitions of a tree; none of none."""
    if tree is None:
        return Definitions({})
    documents = {name: _document(tree, name) for name in REGISTRIES}
    entries = {
        (kind, name): entry
        for kind, (registry, array) in _ARRAYS.items()
        for name, entry in _named(kind, (documents[registry] or {}).get(array))
    }
    unreadable = tuple(name for name, document in documents.items() if document is None)
    return Definitions(entries, unreadable)


def _document(tree: Tree, name: str) -> Entry | None:
    content = tree.content(name)
    if content is None:
        return {}
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _named(kind: Kind, array: object) -> Iterator[tuple[str, Entry]]:
    for entry in array if isinstance(array, list) else ():
        if isinstance(entry, dict):
            yield _name(kind, entry), entry


def _name(kind: Kind, entry: Entry) -> str:
    if kind is Kind.WIDGET:
        return str(entry.get("type"))
    if kind in _CONNECTORS and entry.get("permalink"):
        return str(entry["permalink"])
    name = str(entry.get("name"))
    return derived_permalink(name) if kind in _CONNECTORS else name
