"""Builds a repository: from its sources to the tree that the platform reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from widget_workbench.bundle.bundle_file import BundleFile
from widget_workbench.bundle.bytecode import Bytecode
from widget_workbench.bundle.dependency_archives import DependencyArchives
from widget_workbench.bundle.entry import BundleError
from widget_workbench.bundle.first_paints import FirstPaints
from widget_workbench.bundle.hosting import Bundled, Hosting
from widget_workbench.bundle.output import refuse_foreign, restore, write_tree
from widget_workbench.bundle.report import Report, report_of
from widget_workbench.bundle.tree import RepositoryTree
from widget_workbench.checking.content import Content
from widget_workbench.dependencies import DependencyError
from widget_workbench.prerendering import FirstPaint
from widget_workbench.problem import Code, Problem
from widget_workbench.repository import Repository, Widget, read_repository


@dataclass(frozen=True)
class Assembly:
    """What a build would write, or why it would not.

    Attributes:
        repository: that it was made from.
        files: content, or a file that has it, by path; of what is good, where there are errors.
        problems: everything that is wrong, errors and warnings.
        paints: what the entries of Python widgets show before Python is there, by the widgets' types.
    """

    repository: Repository
    files: Mapping[str, Content]
    problems: tuple[Problem, ...]
    paints: Mapping[str, FirstPaint]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """For which nothing is written."""
        return tuple(problem for problem in self.problems if problem.error)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is published and not meant."""
        return tuple(problem for problem in self.problems if not problem.error)

    @property
    def report(self) -> Report:
        """What its widgets weigh."""
        return report_of(self.files, self.paints)


def assemble(
    root: Path,
    hosting: Hosting,
    *,
    told: Callable[[str], None] = lambda line: None,
    frozen: bool = False,
    upgrade: bool = False,
    described: bool = False,
) -> Assembly:
    """Builds a repository in memory, and checks what came of it.

    Args:
        root: the repository.
        hosting: where the runtime is fetched from.
        told: gets a line for each step that takes long.
        frozen: `widgets.lock` may not change.
        upgrade: each dependency is taken in its newest version that fits.
        described: whether the registry's descriptions tell the builds.

    Raises:
        RepositoryError: `root` is no widget repository.
        DependencyError: the widgets' dependencies cannot be had.
        ShippedFilesMissing: the runtime is not there.
        BrowserPythonError: something has to be compiled, and there is no JavaScript engine.
    """
    repository = read_repository(root)
    archives = DependencyArchives(repository, told=told, frozen=frozen, upgrade=upgrade)
    archives.make()
    return _assembled(repository, hosting, archives, archives.files, told=told, described=described)


def checked(root: Path, *, told: Callable[[str], None] = lambda line: None) -> Assembly:
    """Checks a repository as `assemble` does, and writes nothing: dependencies that cannot be had are a problem.

    Args:
        root: the repository.
        told: gets a line for each step that takes long.

    Raises:
        RepositoryError: `root` is no widget repository.
        ShippedFilesMissing: the runtime is not there.
        BrowserPythonError: something has to be compiled, and there is no JavaScript engine.
    """
    repository = read_repository(root)
    archives = DependencyArchives(repository, told=told, frozen=True)
    try:
        archives.make()
    except DependencyError as error:
        problem = Problem("widgets.lock", str(error), Code.UNRESOLVED_DEPENDENCY, error=True)
        return _assembled(repository, Bundled(), archives, lambda widget: (), problem, told=told)
    return _assembled(repository, Bundled(), archives, archives.files, told=told)


def _assembled(
    repository: Repository,
    hosting: Hosting,
    archives: DependencyArchives,
    dependencies: Callable[[Widget], Iterable[BundleFile]],
    *known: Problem,
    told: Callable[[str], None],
    described: bool = False,
) -> Assembly:
    paints = FirstPaints(repository, dependencies, told)
    python = [widget for widget in repository.widgets if widget.python]
    bytecode = Bytecode(python, archives.cache)
    tree = RepositoryTree(
        repository, hosting, dependencies, bytecode.of, paints.of, described=described
    )
    found = [*repository.problems, *known, *tree.problems, *bytecode.problems]
    painted = {widget.type: paints.of(widget) for widget in python}
    # What does not compile is told as such.
    broken = {PurePosixPath(problem.path).parts[1] for problem in bytecode.problems}
    found += [
        _failing(widget, paint)
        for widget, paint in painted.items()
        if paint.failure and widget not in broken
    ]
    return Assembly(repository, tree.files, tuple(dict.fromkeys(found)), painted)


def _failing(widget: str, paint: FirstPaint) -> Problem:
    """A warning, since an admin's configuration may be what the widget lacks."""
    what = f"fails at its start, as it is configured by default{paint.failure}. Visitors would see that it failed."
    return Problem(f"widgets/{widget}/main.py", what, Code.FAILS_AT_START)


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
    described: bool = False,
) -> Build:
    """Builds a repository into a directory.

    Args:
        root: the repository.
        out: the directory of the built tree, which takes the place of an earlier build's.
        hosting: where the runtime is fetched from.
        told: gets a line for each step that takes long.
        frozen: `widgets.lock` may not change.
        upgrade: each dependency is taken in its newest version that fits.
        described: whether the registry's descriptions tell the builds.

    Raises:
        BundleError: the platform would reject it, or it cannot be written. The text has a line for each reason, and
            nothing was written.
        RepositoryError, DependencyError, ShippedFilesMissing, BrowserPythonError: as `assemble` raises them.
    """
    refuse_foreign(out, root)
    restore(out.resolve())
    assembly = assemble(
        root, hosting, told=told, frozen=frozen, upgrade=upgrade, described=described
    )
    if assembly.errors:
        raise BundleError("\n".join(map(str, assembly.errors)))
    write_tree(out, assembly.files, assembly.repository.root)
    return Build(assembly.report, assembly.warnings)
