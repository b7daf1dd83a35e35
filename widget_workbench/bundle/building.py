"""Builds a repository: from its sources to the tree that the platform reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from widget_workbench.bundle.dependency_archives import DependencyArchives
from widget_workbench.bundle.entry import BundleError
from widget_workbench.bundle.hosting import Hosting
from widget_workbench.bundle.output import restore, write_tree
from widget_workbench.bundle.report import Report, report_of
from widget_workbench.bundle.syntax import check_syntax
from widget_workbench.bundle.tree import repository_tree
from widget_workbench.repository import Problem, read_repository


@dataclass(frozen=True)
class Build:
    """A build that was written.

    Attributes:
        report: what its widgets weigh.
        warnings: what is wrong in the repository without leaving anything out of the build.
    """

    report: Report
    warnings: tuple[Problem, ...]


def build(
    root: Path,
    out: Path,
    hosting: Hosting,
    *,
    told: Callable[[str], None] = lambda line: None,
    frozen: bool = False,
    upgrade: bool = False,
) -> Build:
    """Builds a repository.

    Args:
        root: the repository.
        out: the directory of the built tree, which takes the place of an earlier build's.
        hosting: where the runtime is fetched from.
        told: gets a line for each step that takes long.
        frozen: `widgets.lock` may not change.
        upgrade: each dependency is taken in its newest version that fits.

    Raises:
        RepositoryError: `root` is no widget repository.
        BundleError: something cannot be built; its text has a line for each reason, and nothing was written.
        DependencyError: the widgets' dependencies cannot be had.
        ShippedFilesMissing: the runtime is not there.
        BrowserPythonError: packages have to be compiled, and there is no JavaScript engine.
    """
    restore(out.resolve())
    repository = read_repository(root)
    if fatal := [problem for problem in repository.problems if problem.fatal]:
        raise BundleError("\n".join(f"{each.path}: {each.message}" for each in fatal))
    archives = DependencyArchives(repository, told=told, frozen=frozen, upgrade=upgrade)
    archives.make()
    files = repository_tree(repository, hosting, archives.files)
    check_syntax((widget for widget in repository.widgets if widget.python), archives.cache)
    write_tree(out, files, repository.root)
    warnings = tuple(problem for problem in repository.problems if not problem.fatal)
    return Build(report_of(files), warnings)
