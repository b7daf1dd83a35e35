"""The command `widget publish`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from widget_workbench.progress import progress

if TYPE_CHECKING:
    from widget_workbench.problem import Problem
    from widget_workbench.publishing import Branch, LiveRelease, Published, Release

# \b keeps the lines after it as they are.
_EXAMPLES = """\b
Examples:
  widget publish --dry-run
  widget publish --yes --remote origin
  widget publish --rollback
"""


@click.command(
    short_help="Put a build live, on the branch that the platform watches.",
    epilog=_EXAMPLES,
)
@click.argument(
    "repository",
    metavar="[REPO]",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "--branch",
    "branch_name",
    metavar="NAME",
    default="published",
    show_default=True,
    help="The branch that the platform watches. It holds built trees alone.",
)
@click.option(
    "--remote",
    metavar="NAME",
    help="The remote that the platform watches; by default the branch's own, origin, or the only one.",
)
@click.option(
    "--runtime",
    metavar="bundled|cdn|URL",
    default="bundled",
    show_default=True,
    help="Where Python comes from, as of `widget build`.",
)
@click.option(
    "--describe-builds",
    is_flag=True,
    help="Add a line to each widget's description that tells its build, as of `widget build`.",
)
@click.option(
    "--rollback",
    is_flag=True,
    help="Put back what was live before, at the next time what was before that; nothing is built.",
)
@click.option("--dry-run", is_flag=True, help="Show what would go live, and write nothing.")
@click.option("--yes", is_flag=True, help="Publish without asking.")
@click.pass_context
def publish(
    context: click.Context,
    *,
    repository: Path,
    branch_name: str,
    remote: str | None,
    runtime: str,
    describe_builds: bool,
    rollback: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Build REPO (default: this directory), show what would change of what is live, ask, and publish it.

    The platform takes what is pushed to its branch at once. REPO is in a git repository; its files, its branch and its
    index stay as they are. A widgets.lock must be current. Whatever interrupts it, all of a release is live or nothing.

    The exit code is 0 where it is live (also where it was, or only the local branch could not follow) and after a dry
    run, else 1.
    """
    # Imported here, since it takes longer than `widget --help` to print.
    from widget_workbench.publishing import (
        Branch,
        Checkout,
        LiveRelease,
        PublishError,
        Quarantine,
        refuse_nobody,
        release_of_earlier_tree,
        release_of_files,
    )
    from widget_workbench.publishing import publish as publish_release

    if not (yes or dry_run or _is_someone_there()):
        raise click.ClickException(
            "Nobody can be asked here, as standard input is no terminal: give --yes to publish without a question, or "
            "--dry-run to see what would go live."
        )
    try:
        checkout = Checkout.of(repository)
        branch = Branch.of(checkout.git, branch_name, remote)
        with Quarantine(checkout) as quarantine:
            uncommitted = [] if rollback else checkout.uncommitted()
            release = (
                release_of_earlier_tree(quarantine, branch)
                if rollback
                else release_of_files(
                    quarantine,
                    branch,
                    _built(context, repository, runtime, described=describe_builds),
                    None if uncommitted else checkout.commit(),
                )
            )
            if release is None:
                _print([f"Nothing to publish: it is what is {_where(branch)}.", *_unpushed(branch)])
                return
            live = release.base.live
            replaced = None if live is None else LiveRelease.of(quarantine.git, checkout, live)
            _print(_shown(release, uncommitted, replaced, rollback=rollback))
            if dry_run:
                _print([f"This was a dry run: nothing was published to {branch}."])
                return
            refuse_nobody(checkout.git)
            if not (yes or click.confirm(f"Publish to {branch}?")):
                _print(["Nothing was published."])
                context.exit(1)
            # A line of its own: git may ask for credentials below it.
            _print([f"Publishing to {branch} …"], error=True)
            published = publish_release(quarantine, release)
            _print(_done(release, published, rollback=rollback))
    except PublishError as error:
        raise click.ClickException(str(error)) from None


def _is_someone_there() -> bool:
    return sys.stdin.isatty()


def _built(
    context: click.Context, repository: Path, runtime: str, *, described: bool
) -> Mapping[str, bytes | Path]:
    """The built tree; ends the command where the platform would not take it."""
    from widget_workbench.browser_python import BrowserPythonError
    from widget_workbench.bundle.building import assemble
    from widget_workbench.bundle.entry import BundleError
    from widget_workbench.bundle.hosting import HostingError, hosting_of
    from widget_workbench.dependencies import DependencyError
    from widget_workbench.repository import RepositoryError
    from widget_workbench.shipped import ShippedFilesMissing

    try:
        hosting = hosting_of(runtime)
        with progress() as told:
            assembly = assemble(repository, hosting, told=told, frozen=True, described=described)
    except (
        BrowserPythonError,
        BundleError,
        DependencyError,
        HostingError,
        RepositoryError,
        ShippedFilesMissing,
    ) as error:
        raise click.ClickException(str(error)) from None
    _tell("warning", assembly.warnings, "yellow")
    _tell("error", assembly.errors, "red")
    if assembly.errors:
        _print(
            ["The platform would reject this, or it must not be live: nothing was published."],
            error=True,
        )
        context.exit(1)
    return assembly.files


def _tell(title: str, problems: Sequence[Problem], colour: str) -> None:
    if not problems:
        return
    plural = "" if len(problems) == 1 else "s"
    lines = [click.style(f"{len(problems)} {title}{plural}:", bold=True)]
    lines += [
        f"{click.style(each.path, fg=colour)}: {each.code}: {each.message}" for each in problems
    ]
    _print([*lines, ""], error=True)


def _shown(
    release: Release,
    uncommitted: Sequence[str],
    replaced: LiveRelease | None,
    *,
    rollback: bool,
) -> Iterator[str]:
    from widget_workbench.publishing import announcement, named, size

    base, branch = release.base, release.branch
    first = "" if base.live else ", which is new"
    if rollback and release.message is not None:
        yield click.style(f"{release.message.splitlines()[0]}, on {branch}:", bold=True)
    else:
        yield click.style(f"What goes live on {branch}{first}:", bold=True)
    if replaced is not None:
        yield f"It replaces {replaced.title}."
    yield ""
    yield from announcement(release.changes)
    yield ""
    if base.unpublished:
        yield (
            f"1 commit of the local branch, which {branch.remote} lacks, is pushed along."
            if base.unpublished == 1
            else f"{base.unpublished} commits of the local branch, which {branch.remote} lacks, are pushed along."
        )
    if uncommitted:
        yield (
            "What goes live is built from the files as they are here, not as they are committed: "
            f"{named(uncommitted)}"
        )
    if replaced is not None and replaced.unknown_source is not None and not rollback:
        yield click.style(
            f"What is live was built from {replaced.unknown_source[:12]}, which is not in the history of what is "
            "checked out here: this would take that work back. Bring it in first, by `git pull`.",
            fg="yellow",
        )
    yield f"This adds {size(release.added_bytes)} to the repository."


def _done(release: Release, published: Published, *, rollback: bool) -> Iterator[str]:
    branch = release.branch
    yield from published.told
    if rollback:
        way_back = " `widget publish` puts what is built from here live again."
    elif release.base.live:
        way_back = " `widget publish --rollback` puts back what was."
    else:
        way_back = " Let the platform watch that branch, and it is on the community."
    if branch.remote is None:
        yield f"{published.commit[:12]} is {_where(branch)}."
    else:
        yield f"Published: {published.commit[:12]} is {_where(branch)}.{way_back}"
    yield from _unpushed(branch)
    if published.left_behind is not None:
        yield (
            f"The local branch '{branch.name}' could not follow, which changes nothing of what is live. git says: "
            f"{published.left_behind}"
        )
        yield f"Bring it there by `git branch --force {branch.name} {published.commit[:12]}`, or leave it."


def _where(branch: Branch) -> str:
    return f"on the local {branch}" if branch.remote is None else f"live on {branch}"


def _unpushed(branch: Branch) -> Iterator[str]:
    """What has to be known where there is nowhere to push to."""
    if branch.remote is None:
        yield (
            "Nothing was pushed: this repository has no remote. Give it one, by `git remote add origin URL`, and "
            "`widget publish` again."
        )


def _print(lines: Iterable[str], *, error: bool = False) -> None:
    """What the terminal's encoding lacks is shown by its number."""
    stream = sys.stderr if error else sys.stdout
    encoding = getattr(stream, "encoding", None) or "utf-8"
    for line in lines:
        click.echo(line.encode(encoding, "backslashreplace").decode(encoding), err=error)
