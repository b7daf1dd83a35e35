"""Runs pip as the browser's Python would: `python -P browser_pip.py FACTS pip's arguments…`.

pip evaluates environment markers for the Python that it runs on, whatever `--platform` says. This replaces them, and
writes down what pip keeps to itself: which package asked for which, which name has no file that fits, what cannot be
had together. FACTS is a JSON file with `markers`, `hopeless` and `notes`, the latter the path of the file to write.

A script, run on its own: it imports nothing of this package, so that it starts quickly.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

UNKNOWN_PIP = 64
"""The exit status when pip is not made as this expects it."""


def main() -> int:
    """Runs pip; gives its exit status."""
    facts = json.loads(Path(sys.argv[1]).read_bytes())
    notes: dict[str, Any] = {"asked": [], "missing": None, "conflict": []}
    try:
        _replace_markers(facts["markers"])
        _note_who_asks(notes)
        _stop_at_names_without_files(notes, frozenset(facts["hopeless"]))
        _note_conflicts(notes)
        from pip._internal.cli.main import main as pip
    except (ImportError, AttributeError) as error:
        print(error, file=sys.stderr)
        return UNKNOWN_PIP
    try:
        return int(pip(sys.argv[2:]))
    finally:
        Path(facts["notes"]).write_text(json.dumps(notes), encoding="utf-8")


def _replace_markers(environment: dict[str, str]) -> None:
    # Before anything else of pip is imported: its report takes the function itself from there.
    from pip._vendor.packaging import markers

    _replace(markers, "default_environment", lambda: dict(environment))


def _note_who_asks(notes: dict[str, Any]) -> None:
    from pip._internal.resolution.resolvelib.reporter import PipReporter

    def adding_requirement(self: Any, requirement: Any, parent: Any) -> None:
        kept(self, requirement, parent)
        ask = _ask(requirement, parent)
        if not requirement.name.startswith("<") and ask not in notes["asked"]:
            notes["asked"].append(ask)  # "<Python from Requires-Python>" is no package

    kept = _replace(PipReporter, "adding_requirement", adding_requirement)


def _stop_at_names_without_files(notes: dict[str, Any], hopeless: frozenset[str]) -> None:
    """Else pip would go through all older versions of whatever asks for such a name."""
    from pip._internal.exceptions import InstallationError
    from pip._internal.index.package_finder import PackageFinder

    def find_best_candidate(
        self: Any, project_name: str, specifier: Any = None, hashes: Any = None
    ) -> Any:
        if project_name not in hopeless and not self.find_all_candidates(project_name):
            notes["missing"] = [project_name, str(specifier or "")]
            raise InstallationError(f"No file of {project_name} fits.")
        return kept(self, project_name, specifier, hashes)

    kept = _replace(PackageFinder, "find_best_candidate", find_best_candidate)


def _note_conflicts(notes: dict[str, Any]) -> None:
    from pip._internal.resolution.resolvelib.factory import Factory

    def get_installation_error(self: Any, e: Any, constraints: Any) -> Any:
        for cause in e.causes:
            ask = _ask(cause.requirement, cause.parent)
            if ask not in notes["conflict"]:
                notes["conflict"].append(ask)
        return kept(self, e, constraints)

    kept = _replace(Factory, "get_installation_error", get_installation_error)


def _ask(requirement: Any, parent: Any) -> list[str]:
    """The asking package's name and version, empty for the user's own requirements, and what is asked for."""
    if parent is None:
        return ["", "", str(requirement)]
    return [str(parent.name), str(parent.version), str(requirement)]


def _replace(holder: Any, name: str, replacement: Any) -> Any:
    """Gives what was there; that it is there shows that pip is made as expected."""
    kept = getattr(holder, name)
    setattr(holder, name, replacement)
    return kept


if __name__ == "__main__":
    sys.exit(main())
