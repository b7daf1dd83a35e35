"""The command `widget build`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from widget_workbench.next_steps import command_line
from widget_workbench.progress import progress

if TYPE_CHECKING:
    from widget_workbench.bundle.building import Build
    from widget_workbench.bundle.hosting import Hosting
    from widget_workbench.bundle.report import Report, WidgetReport


@click.command(short_help="Build what the platform publishes.")
@click.argument(
    "repository",
    metavar="[REPO]",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "--out",
    metavar="DIR",
    default="dist",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Where the built tree goes. An earlier build there is replaced, whole.",
)
@click.option(
    "--runtime",
    metavar="bundled|cdn|URL",
    default="bundled",
    show_default=True,
    help="Where Python comes from: each widget's own directory; the core's JavaScript from a CDN that the platform "
    "trusts; or all of it from a path or URL that you host.",
)
@click.option(
    "--no-snapshot",
    is_flag=True,
    help="Start Python from its library's files, three times as slowly: to compare, or to look into a fault.",
)
@click.option("--locked", is_flag=True, help="Fail if widgets.lock would change.")
@click.option("--upgrade", is_flag=True, help="Take the newest version of each dependency.")
@click.option(
    "--describe-builds",
    is_flag=True,
    help="Add a line to each widget's description in the registry that tells its version, build and commit.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def build(  # noqa: PLR0917 - click passes them by name
    repository: Path,
    out: Path,
    runtime: str,
    no_snapshot: bool,
    locked: bool,
    upgrade: bool,
    describe_builds: bool,
    as_json: bool,
) -> None:
    """Build the widgets of REPO (default: this directory) into what the platform publishes.

    `widget publish` builds it too, and puts it live.
    """
    # Imported here, since it takes longer than `widget --help` to print.
    from widget_workbench.browser_python import BrowserPythonError
    from widget_workbench.bundle import BundleError
    from widget_workbench.bundle import build as bundle_build
    from widget_workbench.bundle.hosting import HostingError, hosting_of
    from widget_workbench.dependencies import DependencyError
    from widget_workbench.repository import RepositoryError
    from widget_workbench.shipped import ShippedFilesMissing

    if locked and upgrade:
        raise click.UsageError("--locked and --upgrade contradict each other: give one.")
    try:
        hosting = hosting_of(runtime, snapshot=not no_snapshot)
        with progress() as told:
            built = bundle_build(
                repository,
                out,
                hosting,
                told=told,
                frozen=locked,
                upgrade=upgrade,
                described=describe_builds,
            )
    except (
        BrowserPythonError,
        BundleError,
        DependencyError,
        HostingError,
        RepositoryError,
        ShippedFilesMissing,
    ) as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps(built.report.as_json(), indent=2))
        return
    _tell(built, out, hosting)
    with_runtime = () if runtime == "bundled" else ("--runtime", runtime)
    click.echo(
        f"{command_line('preview', repository, '--published', str(out))} shows it as the platform hosts it, "
        f"{command_line('publish', repository, *with_runtime)} puts it live."
    )


def _tell(built: Build, out: Path, hosting: Hosting) -> None:
    for problem in built.warnings:
        path = click.style(problem.path, fg="yellow")
        click.echo(f"{path}: {problem.code}: {problem.message}", err=True)
    for line in (*_table(built.report), *_notes(built.report)):
        click.echo(line)
    click.echo(f"\nBuilt into {out}{_hosting_note(hosting, out)}")


def _table(report: Report) -> list[str]:
    rows: list[tuple[str, ...]] = [
        ("widget", "files", "size", "largest file", "first visit", "first paint")
    ]
    rows += [_row(widget) for widget in report.widgets]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return [click.style(lines[0], bold=True), *lines[1:]]


def _row(widget: WidgetReport) -> tuple[str, ...]:
    from widget_workbench.checking.limits import megabytes

    shares = widget.shares()
    first_visit = widget.first_visit_bytes
    return (
        widget.type,
        f"{widget.files} ({shares['files']:.0%})",
        f"{megabytes(widget.bytes)} ({shares['bytes']:.0%})",
        f"{megabytes(widget.largest_bytes)} ({shares['largest_file']:.0%})",
        "JavaScript" if first_visit is None else megabytes(first_visit),
        _first_paint(widget),
    )


def _first_paint(widget: WidgetReport) -> str:
    if widget.prerendered is None:
        return ""
    shown = "prerendered" if widget.prerendered else "skeleton"
    calls = len(widget.prefetched)
    return f"{shown}, {calls} call{'' if calls == 1 else 's'}" if calls else shown


def _notes(report: Report) -> Iterator[str]:
    """Why widgets are not prerendered, or calls not begun: that is no fault, but what could be had."""
    notes = [
        (widget.type, f"{what}: {because}")
        for widget in report.widgets
        for what, because in (
            ("keeps its skeleton", widget.skeleton_because),
            ("leaves calls to Python", widget.prefetch_ends_because),
        )
        if because
    ]
    if notes:
        yield ""
    for widget_type, note in notes:
        yield f"{click.style(widget_type, bold=True)} {note}."


def _hosting_note(hosting: Hosting, out: Path) -> str:
    from urllib.parse import urlsplit

    from widget_workbench.bundle.hosting import Hosted
    from widget_workbench.bundle.tree import RUNTIME

    if not isinstance(hosting, Hosted):
        return "."
    note = f". Put the files of {out / RUNTIME} at {hosting.base}"
    if host := urlsplit(hosting.base).netloc:
        origin = f"{urlsplit(hosting.base).scheme}://{host}"
        note += (
            f"\nwith Access-Control-Allow-Origin. Pages with these widgets need a Content-Security-Policy with "
            f"connect-src {origin} and script-src {origin}; the platform's own has neither, and would not run them"
        )
    return f"{note}."
