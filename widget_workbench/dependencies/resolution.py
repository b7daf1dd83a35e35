"""One resolution for all widgets of a repository, by pip.

By pip, as uv does not know the platform tag of the browser's wheels, and as pip brings the user's own configuration.

Names that the index has no fitting file of end a run; they are offered from elsewhere, and pip runs again. So the order
of the sources is kept, and nothing is fetched or built that is not needed.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from widget_workbench.dependencies.askers import Ask, Askers, name_of
from widget_workbench.dependencies.browser_python import applies
from widget_workbench.dependencies.errors import DependencyError
from widget_workbench.dependencies.package import Package
from widget_workbench.dependencies.pip_process import (
    BROWSER_OPTIONS,
    Notes,
    PipRun,
    run_browser_pip,
)
from widget_workbench.dependencies.pip_report import Resolved, links, read_report
from widget_workbench.dependencies.pyodide_lock import PyodidePackage
from widget_workbench.dependencies.replacements import replacement_for
from widget_workbench.dependencies.sources import Offer, Sources

_Look = Callable[[str, str], Offer | str]

_MOST_VERSIONS = 8

_VERSIONS = re.compile(r"\(from versions: (?P<versions>.*)\)")
_YANKED = re.compile(r"Ignored the following yanked versions: (?P<versions>.*)")


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
    return _Resolution(asked, dict(preferred), sources).packages()


@dataclass
class _Resolution:
    """`offers` are by file, as pip may be offered two versions of one package.

    `hopeless` has the reasons by name why there is nothing for the browser, `tried` those by name and range why there
    is nothing beside the index; `unknown` are names that nobody has.
    """

    asked: Mapping[str, tuple[str, ...]]
    preferred: dict[str, str]
    sources: Sources
    offers: dict[str, Offer] = field(default_factory=dict)
    hopeless: dict[str, list[str]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    tried: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def packages(self) -> tuple[Package, ...]:
        roots = self._roots()
        if not roots:
            return ()
        while True:
            with tempfile.TemporaryDirectory(prefix="widget-") as directory:
                report = Path(directory, "report.json")
                done, notes = self._run(Path(directory), report)
                if done.succeeded:
                    return self._locked(read_report(report), roots)
            self._help(done, notes)

    def _roots(self) -> list[Requirement]:
        """What widgets ask for, less what their markers leave out in the browser."""
        everything = [Requirement(text) for texts in self.asked.values() for text in texts]
        return [each for each in everything if applies(each.marker)]

    def _added(self) -> list[PyodidePackage]:
        """What Pyodide says that its packages need, whether or not their own metadata says so."""
        depending = [each.pyodide for each in self.offers.values() if each.pyodide is not None]
        return [
            needed
            for package in depending
            for needed in self.sources.index.dependencies(package)
            if needed.is_wheel
        ]

    # Running pip

    def _run(self, directory: Path, report: Path) -> tuple[PipRun, Notes]:
        requirements = directory / "requirements.txt"
        lines = [_without_marker(each) for each in self._roots()]
        lines += [each.canonical_name for each in self._added()]
        requirements.write_text(_text(lines), encoding="utf-8")
        constraints = directory / "constraints.txt"
        pins = [f"{name}=={version}" for name, version in self.preferred.items()]
        constraints.write_text(_text(pins), encoding="utf-8")
        offered = [
            option
            for offer in self.offers.values()
            for option in ("--find-links", str(offer.wheel.parent))
        ]
        arguments = [
            *("install", "--dry-run", "--ignore-installed", "--only-binary", ":all:"),
            *BROWSER_OPTIONS,
            *("--report", str(report)),
            *("--requirement", str(requirements)),
            *(("--constraint", str(constraints)) if pins else ()),
            *offered,
        ]
        return run_browser_pip(arguments, directory, self.hopeless)

    # What to do when pip gives up

    def _help(self, done: PipRun, notes: Notes) -> None:
        """Changes what the next run has to go by.

        Raises:
            DependencyError: nothing is left to try.
        """
        if notes.missing is not None:
            self._look_elsewhere(*notes.missing, done)
        elif not notes.conflict:
            done.check_network()
            raise DependencyError(f"pip cannot resolve what the widgets ask for: {done.errors()}.")
        elif not (self._give_up_preferences(notes.conflict) or self._offer_other_versions(notes)):
            done.check_network()
            raise self._impossible(done, notes)

    def _look_elsewhere(self, name: str, specifier: str, done: PipRun) -> None:
        """For a name that the index has no fitting file of."""
        reasons = ["no wheel of the index is for the browser's Python"]
        on_index = done.saw_files_of(name)
        if not on_index:
            done.check_network()
            reasons = ["the index does not have it"]
        looks = [self.sources.from_pyodide]
        looks += [self.sources.from_source] if on_index else []
        found = self._first(looks, name, specifier)
        if isinstance(found, Offer):
            self._add(found)
            return
        self.hopeless[name] = [*reasons, *found]
        if not on_index and name not in self.sources.index.packages:
            self.unknown.add(name)
        elif not self._is_asked_for(name):
            self.sources.told(
                f"{name} has no build for the browser; looking for versions of other packages that do without it"
            )

    def _give_up_preferences(self, causes: Sequence[Ask]) -> bool:
        """Whether there were any: those that are in the way, else all."""
        if not self.preferred:
            return False
        in_the_way = {name_of(text) for _, _, text in causes} | {
            name_of(name) for name, _, _ in causes
        }
        kept = {name: each for name, each in self.preferred.items() if name not in in_the_way}
        self.preferred = kept if len(kept) < len(self.preferred) else {}
        return True

    def _offer_other_versions(self, notes: Notes) -> bool:
        """For ranges that no version of the index falls into; whether there is something new to choose from."""
        found = False
        for _, _, text in notes.conflict:
            wanted = _range(text)
            if wanted is None or wanted in self.tried or wanted[0] in self.hopeless:
                continue
            looks = [self.sources.compiled_by_pyodide]
            looks += [self.sources.from_source] if len(notes.conflict) == 1 else []
            offer = self._first(looks, *wanted)
            self.tried[wanted] = [] if isinstance(offer, Offer) else offer
            found = (isinstance(offer, Offer) and self._add(offer)) or found
        return found

    def _first(self, looks: Sequence[_Look], name: str, specifier: str) -> Offer | list[str]:
        """The first offer that there is; else why there is none."""
        reasons = []
        for look in looks:
            found = look(name, specifier)
            if isinstance(found, Offer):
                return found
            reasons.append(found)
        return reasons

    def _add(self, offer: Offer) -> bool:
        """Whether it is a new one."""
        new = offer.file not in self.offers
        self.offers[offer.file] = offer
        return new

    # What is told when nothing helps

    def _impossible(self, done: PipRun, notes: Notes) -> DependencyError:
        edges = [
            (offer.name, "", need.name)
            for offer in self.offers.values()
            if offer.pyodide
            for need in self.sources.index.dependencies(offer.pyodide)
        ]
        askers = Askers(self.asked, [*notes.asked, *edges])
        names = dict.fromkeys(name_of(text) for _, _, text in notes.conflict)
        lacking = [name for name in names if name in self.hopeless]
        if lacking:
            return DependencyError(" ".join(self._no_build(name, askers) for name in lacking))
        causes = "; ".join(askers.conflict(notes.conflict))
        if len(notes.conflict) == 1:
            ((_, _, text),) = notes.conflict
            name, specifier = _range(text) or (name_of(text), "")
            tried = "; ".join(self.tried.get((name, specifier), []))
            beside = f" Tried beside the index: {tried}." if tried else ""
            instead = _found_instead(done.ended.output, SpecifierSet(specifier))
            return DependencyError(f"No version of {name} fits: {causes}.{instead}{beside}")
        return DependencyError(
            f"The widgets' requirements cannot be met together: {causes}. All widgets of a page share one version of a "
            "package: change one of these."
        )

    def _no_build(self, name: str, askers: Askers) -> str:
        asking = askers.of(name)
        if name in self.unknown:
            return f"There is no package {name} on the index, and {asking}: check its name, and pip's indexes."
        reasons = "; ".join(self.hopeless[name])
        return f"{name} has no build for the browser's Python, and {asking}. Tried: {reasons}. {self._way_out(name)}"

    def _way_out(self, name: str) -> str:
        package = self.sources.index.wheel(name)
        instead = replacement_for(name)
        ways = []
        if package is not None:
            ways.append(
                f"Version {package.version} as Pyodide has it runs in the browser: see to it that it can be fetched, "
                "and that the widgets' requirements allow it."
            )
        if instead is not None:
            ways.append(f"Instead: {instead}.")
        return " ".join(ways) or "Look for a package of pure Python that does the same."

    def _is_asked_for(self, name: str) -> bool:
        return any(canonicalize_name(root.name) == name for root in self._roots())

    # What to lock when it succeeded

    def _locked(
        self, found: Sequence[Resolved], roots: Sequence[Requirement]
    ) -> tuple[Package, ...]:
        offers = {offer.wheel_sha256: offer for offer in self.offers.values()}
        requires = links(
            found, [*roots, *(Requirement(each.canonical_name) for each in self._added())]
        )
        packages: dict[str, Package] = {}
        for each in found:
            self._tell_if_yanked(each)
            offer = offers.get(each.sha256)
            needs = requires[each.name]
            if offer is not None and offer.pyodide is not None:
                needed = self.sources.index.dependencies(offer.pyodide)
                needs = tuple(sorted({*needs, *(need.canonical_name for need in needed)}))
                packages.update((library.name, library) for library in self._libraries(needed))
            packages[each.name] = Package(
                name=each.name,
                version=each.version,
                file=offer.file if offer else each.file,
                sha256=offer.sha256 if offer else each.sha256,
                kind=offer.kind if offer else "index",
                requires=needs,
            )
        return tuple(packages[name] for name in sorted(packages))

    def _libraries(self, needed: Sequence[PyodidePackage]) -> list[Package]:
        """The shared libraries among what a package needs, and those that they need."""
        found: list[Package] = []
        for each in needed:
            if each.is_shared_library:
                below = self.sources.index.dependencies(each)
                found.append(
                    Package(
                        name=each.canonical_name,
                        version=each.version,
                        file=each.file_name,
                        sha256=each.sha256,
                        kind="library",
                        requires=tuple(sorted(need.canonical_name for need in below)),
                    )
                )
                found += self._libraries(below)
        return found

    def _tell_if_yanked(self, each: Resolved) -> None:
        if each.yanked:
            self.sources.told(
                f"{each.name} {each.version} was withdrawn (yanked) by its authors, and is used all the same, as "
                "exactly this version is asked for or locked; change to another one"
            )


def _found_instead(output: str, specifier: SpecifierSet) -> str:
    yanked = _YANKED.search(output)
    withdrawn = yanked["versions"].split(", ") if yanked else []
    if any(specifier.contains(version, prereleases=True) for version in withdrawn):
        return " Its authors have withdrawn (yanked) those that would: they are used only when asked for by `==`."
    found = _VERSIONS.search(output)
    versions = found["versions"].split(", ") if found else ["none"]
    if versions == ["none"]:
        return ""
    newest = ", ".join(versions[-_MOST_VERSIONS:])
    return f" The newest ones for the browser's Python are: {newest}."


def _without_marker(requirement: Requirement) -> str:
    return str(requirement).partition(";")[0].strip()


def _range(text: str) -> tuple[str, str] | None:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:  # "Python >=3.15"
        return None
    return canonicalize_name(requirement.name), str(requirement.specifier)


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in dict.fromkeys(lines))
