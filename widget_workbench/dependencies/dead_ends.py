"""What was looked for in vain while resolving, and how that is told when nothing else helps."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from widget_workbench.dependencies.askers import Askers, name_of
from widget_workbench.dependencies.errors import DependencyError
from widget_workbench.dependencies.pip_process import Notes, PipRun
from widget_workbench.dependencies.pyodide_lock import PyodideLock
from widget_workbench.dependencies.replacements import replacement_for

Range = tuple[str, str]
"""A package's normalised name, and which of its versions will do, such as `>=1,<2`."""

_MOST_VERSIONS = 8

# In pip's output.
_VERSIONS = re.compile(r"\(from versions: (?P<versions>.*)\)")
_YANKED = re.compile(r"Ignored the following yanked versions: (?P<versions>.*)")


@dataclass
class DeadEnds:
    """`hopeless` has the reasons by name why there is no file at all for the browser, `ranges` those why there is none
    beside the index for a range of versions; `unknown` are names that nobody has.
    """

    hopeless: dict[str, list[str]] = field(default_factory=dict)
    ranges: dict[Range, list[str]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    def told(
        self, done: PipRun, notes: Notes, askers: Askers, index: PyodideLock
    ) -> DependencyError:
        """Why the requirements cannot be met.

        Args:
            done: the last run of pip.
            notes: of that run, with a conflict.
            askers: who asks for what.
            index: Pyodide's own packages.
        """
        names = dict.fromkeys(name_of(text) for _, _, text in notes.conflict)
        lacking = [name for name in names if name in self.hopeless]
        if lacking:
            return DependencyError(
                " ".join(self._no_build(each, askers, index) for each in lacking)
            )
        causes = "; ".join(askers.conflict(notes.conflict))
        if len(notes.conflict) == 1:
            ((_, _, text),) = notes.conflict
            return DependencyError(self._no_version(text, causes, done.ended.output))
        return DependencyError(
            f"The widgets' requirements cannot be met together: {causes}. All widgets of a page share one version of a "
            "package: change one of these."
        )

    def _no_build(self, name: str, askers: Askers, index: PyodideLock) -> str:
        asking = askers.of(name)
        if name in self.unknown:
            return (
                f"There is no package {name} on the index, and {asking}: check its name, and pip's "
                "indexes."
            )
        reasons = "; ".join(self.hopeless[name])
        return (
            f"{name} has no build for the browser's Python, and {asking}. Tried: {reasons}. "
            f"{_way_out(name, index)}"
        )

    def _no_version(self, text: str, causes: str, output: str) -> str:
        name, specifier = range_of(text) or (name_of(text), "")
        tried = "; ".join(self.ranges.get((name, specifier), []))
        beside = f" Tried beside the index: {tried}." if tried else ""
        return f"No version of {name} fits: {causes}.{_there_are(output, specifier)}{beside}"


def range_of(text: str) -> Range | None:
    """What a requirement, as pip writes it, asks for; None where that is no package but a Python."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:  # "Python >=3.15"
        return None
    return canonicalize_name(requirement.name), str(requirement.specifier)


def _way_out(name: str, index: PyodideLock) -> str:
    package = index.wheel(name)
    instead = replacement_for(name)
    ways = []
    if package is not None:
        ways.append(
            f"Version {package.version} as Pyodide has it runs in the browser: see to it that it can be fetched, and "
            "that the widgets' requirements allow it."
        )
    if instead is not None:
        ways.append(f"Instead: {instead}.")
    return " ".join(ways) or "Look for a package of pure Python that does the same."


def _there_are(output: str, specifier: str) -> str:
    yanked = _YANKED.search(output)
    withdrawn = yanked["versions"].split(", ") if yanked else []
    wanted = SpecifierSet(specifier)
    if any(wanted.contains(version, prereleases=True) for version in withdrawn):
        return " Its authors have withdrawn (yanked) those that would: they are used only when asked for by `==`."
    found = _VERSIONS.search(output)
    versions = found["versions"].split(", ") if found else ["none"]
    if versions == ["none"]:
        return ""
    newest = ", ".join(versions[-_MOST_VERSIONS:])
    return f" The newest ones for the browser's Python are: {newest}."
