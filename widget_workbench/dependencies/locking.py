"""Brings `widgets.lock` in line with what the widgets of a repository ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from widget_workbench.dependencies.browser_python import PLATFORM, PYTHON_SERIES, applies
from widget_workbench.dependencies.errors import DependencyError
from widget_workbench.dependencies.lock import Lock, Target
from widget_workbench.dependencies.lock_file import FILE, read_lock, remove_lock, write_lock
from widget_workbench.dependencies.pyodide_lock import PyodideLock
from widget_workbench.dependencies.resolution import resolved_packages
from widget_workbench.dependencies.sources import Sources
from widget_workbench.dependencies.wheel_cache import WheelCache

Asked = Mapping[str, tuple[str, ...]]
"""Requirements by widget type, as written."""


def locked(
    root: Path,
    asked: Asked,
    *,
    index: PyodideLock,
    told: Callable[[str], None],
    frozen: bool = False,
    upgrade: bool = False,
    cache: WheelCache | None = None,
) -> Lock:
    """The lock of a repository, resolved anew and written where the present one does not do.

    A lock that matches is used as it is, without pip. Else versions that it names are kept where they still fit.

    Args:
        root: the repository.
        asked: the requirements by widget type, as `requirements_of` gives them.
        index: Pyodide's own packages.
        told: gets a line for each step that takes long, and for each warning.
        frozen: nothing may change: a lock that does not match is an error.
        upgrade: the present lock is passed over, and each package taken in its newest version that fits.
        cache: keeps what is fetched or built; by default the user's.

    Raises:
        DependencyError: the lock cannot be used or written, does not match though it has to, or the requirements
            cannot be met.
    """
    wanted = {widget_type: tuple(sorted(texts)) for widget_type, texts in asked.items() if texts}
    present = None if upgrade and not frozen else read_lock(root)
    difference = _difference(present, wanted, index)
    if present is not None and difference is None:
        return present
    if frozen and present is None and wanted:
        raise DependencyError(
            f"{FILE} is missing, and may not be made here: run `widget build`, and commit it."
        )
    if frozen and difference is not None:
        raise DependencyError(
            f"{FILE} does not match the widgets, and may not be changed here: {difference}. Run `widget build`, "
            "and commit widgets.lock."
        )
    return _relocked(root, wanted, present, Sources(index, cache or WheelCache.of_user(), told))


def _relocked(root: Path, wanted: Asked, present: Lock | None, sources: Sources) -> Lock:
    if not wanted:
        remove_lock(root)
        return Lock()
    count = f"{len(wanted)} widgets" if len(wanted) > 1 else "1 widget"
    sources.told(f"Resolving the dependencies of {count}")
    preferred = _preferred(present, wanted, sources.index)
    packages = resolved_packages(wanted, preferred, sources)
    whole = Lock(requirements=dict(sorted(wanted.items())), packages=packages)
    needed = whole.needed()
    lock = whole.model_copy(
        update={"packages": tuple(each for each in packages if each.name in needed)}
    )
    write_lock(root, lock)
    return lock


def _difference(present: Lock | None, wanted: Asked, index: PyodideLock) -> str | None:
    """The first thing that a lock has otherwise than it should."""
    if present is None:
        return "missing" if wanted else None
    if not wanted:
        return "no widget asks for any package, so there should be no such file"
    if present.target != Target():
        target = f"Python {present.target.python} on {present.target.platform}"
        return f"it is for {target}, and widgets run on Python {PYTHON_SERIES} on {PLATFORM}"
    return _other_requirements(present, wanted) or _unusable_package(present, index)


def _other_requirements(present: Lock, wanted: Asked) -> str | None:
    for widget_type in sorted({*present.requirements, *wanted}):
        new = set(wanted.get(widget_type, ()))
        old = set(present.requirements.get(widget_type, ()))
        if new != old:
            return f"widget `{widget_type}` asks for {_listed(new - old) or 'less'}" + (
                f" where the lock has {_listed(old - new)}" if old - new else ""
            )
    return None


def _unusable_package(present: Lock, index: PyodideLock) -> str | None:
    versions = {package.name: package.version for package in present.packages}
    for widget_type, texts in present.requirements.items():
        for requirement in map(Requirement, texts):
            version = versions.get(canonicalize_name(requirement.name))
            if applies(requirement.marker) and not _allows(requirement, version):
                return f"widget `{widget_type}` asks for {requirement} where the lock has {version}"
    for package in present.packages:
        if package.kind in ("pyodide", "library") and package.sha256 not in index.hashes:
            return f"{package} is not among the packages of Pyodide {index.version}"
    return None


def _preferred(present: Lock | None, wanted: Asked, index: PyodideLock) -> dict[str, str]:
    """The versions of a lock that are still to be had, and that no widget's own requirement speaks against."""
    if present is None:
        return {}
    versions = {
        package.name: package.version
        for package in present.packages
        if package.kind in ("index", "built") or package.sha256 in index.hashes
    }
    for requirement in (Requirement(text) for texts in wanted.values() for text in texts):
        name = canonicalize_name(requirement.name)
        if applies(requirement.marker) and not _allows(requirement, versions.get(name)):
            versions.pop(name, None)
    return versions


def _allows(requirement: Requirement, version: str | None) -> bool:
    return version is not None and requirement.specifier.contains(version, prereleases=True)


def _listed(texts: set[str]) -> str:
    return ", ".join(sorted(texts))
