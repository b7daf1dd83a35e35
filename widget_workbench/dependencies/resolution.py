"""One resolution for all widgets of a repository, by pip.

By pip, as uv does not know the platform tag of the browser's wheels, and as pip brings the user's own configuration.

Names that the index has no fitting file of end a run; they are offered from elsewhere, and pip runs again. So the order
of the sources is kept, and nothing is fetched or built that is not needed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from widget_workbench.dependencies.askers import Ask, Askers, name_of
from widget_workbench.dependencies.browser_python import applies
from widget_workbench.dependencies.dead_ends import DeadEnds, range_of
from widget_workbench.dependencies.errors import DependencyError
from widget_workbench.dependencies.locked_packages import locked_packages
from widget_workbench.dependencies.package import Package
from widget_workbench.dependencies.pip_process import (
    BROWSER_OPTIONS,
    Notes,
    PipRun,
    run_browser_pip,
)
from widget_workbench.dependencies.pip_report import Resolved, read_report
from widget_workbench.dependencies.sources import Offer, Sources

_Look = Callable[[str, str], Offer | str]


def resolved_packages(
    asked: Mapping[str, tuple[str, ...]], preferred: Mapping[str, str], sources: Sources
) -> tuple[Package, ...]:
    """The packages that all widgets' requirements come to, in the order of their names.

    Args:
        asked: the requirements by widget type, as written.
        preferred: versions to keep where nothing speaks against them, by normalised name.
        sources: where packages come from beside the index.

    Raises:
        DependencyError: there is no set of packages that meets all requirements.
    """
    return _Resolution(asked, preferred, sources).packages()


class _Resolution:
    """What changes from one run of pip to the next: what is offered, what is preferred, what was looked for in vain."""

    def __init__(
        self, asked: Mapping[str, tuple[str, ...]], preferred: Mapping[str, str], sources: Sources
    ) -> None:
        everything = (Requirement(text) for texts in asked.values() for text in texts)
        self._roots = [each for each in everything if applies(each.marker)]
        self._asked = asked
        self._preferred = dict(preferred)
        self._sources = sources
        self._offers: dict[str, Offer] = {}  # by file: there may be two versions of one package
        self._dead_ends = DeadEnds()

    def packages(self) -> tuple[Package, ...]:
        while self._roots:
            with tempfile.TemporaryDirectory(prefix="widget-") as directory:
                report = Path(directory, "report.json")
                done, notes = self._run(Path(directory), report)
                if done.succeeded:
                    return self._locked(read_report(report))
            self._help(done, notes)
        return ()

    # Running pip

    def _run(self, directory: Path, report: Path) -> tuple[PipRun, Notes]:
        requirements = directory / "requirements.txt"
        requirements.write_text(
            _lines(map(_without_marker, [*self._roots, *self._added()])), encoding="utf-8"
        )
        constraints = directory / "constraints.txt"
        pins = _lines(f"{name}=={version}" for name, version in self._preferred.items())
        constraints.write_text(pins, encoding="utf-8")
        arguments = [
            *("install", "--dry-run", "--ignore-installed", "--only-binary", ":all:"),
            *BROWSER_OPTIONS,
            *("--report", str(report)),
            *("--requirement", str(requirements)),
            *("--constraint", str(constraints)),
        ]
        for offer in self._offers.values():
            arguments += ["--find-links", str(offer.wheel.parent)]
        return run_browser_pip(arguments, directory, self._dead_ends.hopeless)

    def _added(self) -> list[Requirement]:
        """What Pyodide says that its packages need, whether or not their own metadata says so."""
        index = self._sources.index
        entries = [offer.pyodide for offer in self._offers.values() if offer.pyodide is not None]
        needed = [need for entry in entries for need in index.dependencies(entry)]
        return [Requirement(need.canonical_name) for need in needed if need.is_wheel]

    # What to do when pip gives up

    def _help(self, done: PipRun, notes: Notes) -> None:
        """Changes what the next run has to go by.

        Raises:
            DependencyError: nothing is left to try.
        """
        if notes.missing is not None:
            self._look_elsewhere(*notes.missing, done)
            return
        if not notes.conflict:
            done.check_network()
            raise DependencyError(f"pip cannot resolve what the widgets ask for: {done.errors()}.")
        if self._give_up_preferences(notes.conflict) or self._offer_other_versions(notes.conflict):
            return
        done.check_network()
        raise self._dead_ends.told(done, notes, self._askers(notes), self._sources.index)

    def _look_elsewhere(self, name: str, specifier: str, done: PipRun) -> None:
        """For a name that the index has no fitting file of."""
        on_index = done.saw_files_of(name)
        if not on_index:
            done.check_network()
        looks: list[_Look] = [self._sources.from_pyodide]
        looks += [self._sources.from_source] if on_index else []
        found = _first(looks, name, specifier)
        if isinstance(found, Offer):
            self._offers[found.file] = found
        elif name in self._preferred:
            del self._preferred[name]  # another version may be to be had
        else:
            self._give_up(name, on_index, found)

    def _give_up(self, name: str, on_index: bool, reasons: Sequence[str]) -> None:
        first = (
            "no wheel of the index is for the browser's Python"
            if on_index
            else "the index does not have it"
        )
        self._dead_ends.hopeless[name] = [first, *reasons]
        if not on_index and name not in self._sources.index.packages:
            self._dead_ends.unknown.add(name)
        elif all(canonicalize_name(root.name) != name for root in self._roots):
            self._sources.told(
                f"{name} has no build for the browser; looking for versions of other packages that do without it"
            )

    def _give_up_preferences(self, causes: Sequence[Ask]) -> bool:
        """Whether there were any: those that are in the way, else all."""
        if not self._preferred:
            return False
        in_the_way = {name_of(each) for asking, _, asked in causes for each in (asking, asked)}
        kept = {name: each for name, each in self._preferred.items() if name not in in_the_way}
        self._preferred = kept if len(kept) < len(self._preferred) else {}
        return True

    def _offer_other_versions(self, causes: Sequence[Ask]) -> bool:
        """For ranges that no version of the index falls into; whether there is something new to choose from."""
        new = False
        for wanted in filter(None, (range_of(text) for _, _, text in causes)):
            if wanted in self._dead_ends.ranges:
                continue
            found = _first(self._looks_for_range(wanted[0], len(causes) == 1), *wanted)
            self._dead_ends.ranges[wanted] = [] if isinstance(found, Offer) else found
            if isinstance(found, Offer) and found.file not in self._offers:
                self._offers[found.file] = found
                self._dead_ends.hopeless.pop(wanted[0], None)
                new = True
        return new

    def _looks_for_range(self, name: str, alone: bool) -> list[_Look]:
        """Building is for a range that is all that is in the way: in a conflict, another version seldom helps."""
        if name in self._dead_ends.hopeless:
            return [self._sources.from_pyodide]
        compiled = self._sources.compiled_by_pyodide
        return [compiled, self._sources.from_source] if alone else [compiled]

    def _askers(self, notes: Notes) -> Askers:
        index = self._sources.index
        entries = [offer.pyodide for offer in self._offers.values() if offer.pyodide is not None]
        edges = [
            (entry.name, entry.version, need.name)
            for entry in entries
            for need in index.dependencies(entry)
        ]
        return Askers(self._asked, [*notes.asked, *edges])

    # What to lock when it succeeded

    def _locked(self, found: Sequence[Resolved]) -> tuple[Package, ...]:
        for each in found:
            if each.yanked:
                self._sources.told(
                    f"{each.name} {each.version} was withdrawn (yanked) by its authors, and is used all the same, as "
                    "exactly this version is asked for or locked; change to another one"
                )
        asked = [*self._roots, *self._added()]
        return locked_packages(found, asked, self._offers.values(), self._sources.index)


def _first(looks: Sequence[_Look], name: str, specifier: str) -> Offer | list[str]:
    """The first offer that there is; else why there is none."""
    reasons = []
    for look in looks:
        found = look(name, specifier)
        if isinstance(found, Offer):
            return found
        reasons.append(found)
    return reasons


def _without_marker(requirement: Requirement) -> str:
    return str(requirement).partition(";")[0].strip()


def _lines(texts: Iterable[str]) -> str:
    return "".join(f"{text}\n" for text in dict.fromkeys(texts))
