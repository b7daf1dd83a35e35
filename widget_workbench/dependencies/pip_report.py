"""Reads pip's installation report: which files a resolution came to, and what they need in the browser."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from widget_workbench.dependencies.browser_python import MARKER_ENVIRONMENT, applies
from widget_workbench.dependencies.errors import DependencyError


@dataclass(frozen=True)
class Resolved:
    """A file that the resolution came to."""

    name: str
    version: str
    file: str
    sha256: str
    yanked: bool
    requires_dist: tuple[Requirement, ...]


def read_report(file: Path) -> tuple[Resolved, ...]:
    """The files of a report.

    Raises:
        DependencyError: pip did not go by the browser's markers, or a file cannot be locked.
    """
    document: dict[str, Any] = json.loads(file.read_bytes())
    if document.get("environment") != dict(MARKER_ENVIRONMENT):
        version = document.get("pip_version", "of unknown version")
        raise DependencyError(
            f"pip {version} does not evaluate environment markers for the browser as widget-workbench has it do: "
            'install another one, such as "pip>=24.2,<=26.3".'
        )
    return tuple(_resolved(item) for item in document["install"])


def links(
    resolved: Iterable[Resolved], asked: Iterable[Requirement]
) -> Mapping[str, tuple[str, ...]]:
    """What each file needs in the browser, as `Package.requires` has it, by name.

    Args:
        resolved: all files.
        asked: what widgets ask for; only extras that are asked for count.
    """
    by_name = {each.name: each for each in resolved}
    found: dict[str, set[str]] = {name: set() for name in by_name}
    met: set[tuple[str, str]] = set()
    waiting = list(asked)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *map(canonicalize_name, requirement.extras)):
            if name not in by_name or (name, extra) in met:
                continue
            met.add((name, extra))
            for needed in _needed(by_name[name], extra):
                found[name].add(_link(needed, extra))
                waiting.append(needed)
    return {name: tuple(sorted(each)) for name, each in found.items()}


def _needed(resolved: Resolved, extra: str) -> list[Requirement]:
    """What an extra adds; with an empty one, what is needed in any case."""
    return [
        each
        for each in resolved.requires_dist
        if applies(each.marker, extra) and (not extra or not applies(each.marker))
    ]


def _link(requirement: Requirement, extra: str) -> str:
    extras = sorted(map(canonicalize_name, requirement.extras))
    name = canonicalize_name(requirement.name) + (f"[{','.join(extras)}]" if extras else "")
    return f'{name}; extra == "{extra}"' if extra else name


def _resolved(item: dict[str, Any]) -> Resolved:
    metadata, download = item["metadata"], item["download_info"]
    name = canonicalize_name(metadata["name"])
    version: str = metadata["version"]
    if item["is_direct"]:
        raise DependencyError(
            f"{name} {version} is asked for by an address instead of from an index, which a lock cannot hold: ask "
            "for another version of the package that needs it."
        )
    sha256 = download.get("archive_info", {}).get("hashes", {}).get("sha256")
    if sha256 is None:
        raise DependencyError(
            f"The index tells no SHA-256 of {name} {version}, so it cannot be locked: use an index that does."
        )
    return Resolved(
        name=name,
        version=version,
        file=unquote(urlsplit(download["url"]).path).rpartition("/")[2],
        sha256=sha256,
        yanked=item.get("is_yanked", False),
        requires_dist=tuple(_requirements(metadata.get("requires_dist", []))),
    )


def _requirements(texts: Iterable[str]) -> Iterable[Requirement]:
    for text in texts:
        try:
            yield Requirement(text)
        except InvalidRequirement:
            continue  # pip passed over it as well, else it had refused the package
