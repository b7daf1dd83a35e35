"""Makes packages of a lock from the files that a resolution came to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from packaging.requirements import Requirement

from widget_workbench.dependencies.package import Package
from widget_workbench.dependencies.pip_report import Resolved, links
from widget_workbench.dependencies.pyodide_lock import PyodideLock, PyodidePackage
from widget_workbench.dependencies.sources import Offer


def locked_packages(
    found: Sequence[Resolved],
    asked: Iterable[Requirement],
    offers: Iterable[Offer],
    index: PyodideLock,
) -> tuple[Package, ...]:
    """The packages, with the shared libraries that they load, in the order of their names.

    Args:
        found: the files.
        asked: what pip was asked for.
        offers: the files beside those of the package index.
        index: Pyodide's own packages.
    """
    offered = {offer.wheel_sha256: offer for offer in offers}
    requires = links(found, asked)
    packages: dict[str, Package] = {}
    for each in found:
        offer = offered.get(each.sha256)
        entry = offer.pyodide if offer else None
        needed = index.dependencies(entry) if entry else ()
        packages[each.name] = Package(
            name=each.name,
            version=each.version,
            file=offer.file if offer else each.file,
            sha256=offer.sha256 if offer else each.sha256,
            kind=offer.kind if offer else "index",
            requires=tuple(
                sorted({*requires[each.name], *(need.canonical_name for need in needed)})
            ),
        )
        packages.update((library.name, library) for library in _libraries(needed, index))
    return tuple(packages[name] for name in sorted(packages))


def _libraries(needed: Iterable[PyodidePackage], index: PyodideLock) -> list[Package]:
    """The shared libraries among what a package needs, and those that they need."""
    found: list[Package] = []
    for each in needed:
        if each.is_shared_library:
            below = index.dependencies(each)
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
            found += _libraries(below, index)
    return found
