"""The command `widget check`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from widget_workbench.next_steps import command_line
from widget_workbench.progress import progress
from widget_workbench.visible_text import visible_line

if TYPE_CHECKING:
    from widget_workbench.problem import Problem


@click.command(short_help="Tell what the platform would reject, before it does.")
@click.argument(
    "directory",
    metavar="[DIR]",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
@click.option(
    "--schemas",
    is_flag=True,
    help="Put JSON Schemas into DIR/.schemas, by which editors complete and check, and do nothing else.",
)
@click.pass_context
def check(context: click.Context, directory: Path, as_json: bool, schemas: bool) -> None:
    """Check DIR (default: this directory) by the platform's rules.

    DIR is a repository, or a built tree, which is what has an extensions_registry.json. Each problem is a line
    PATH: CODE: message, errors first; codes that begin with `WORKBENCH_` are ours, the others the platform's. The exit
    code is 1 if there is an error.
    """
    if schemas:
        _put_schemas(directory)
        return
    found = _found(directory)
    errors = [problem for problem in found.problems if problem.error]
    if as_json:
        click.echo(json.dumps([_as_json(problem) for problem in found.problems], indent=2))
    else:
        _tell(found, errors)
    context.exit(1 if errors else 0)


def _put_schemas(directory: Path) -> None:
    from widget_workbench.schemas import DIRECTORY, put_schemas

    try:
        lines = list(put_schemas(directory))
    except OSError as error:
        raise click.ClickException(
            f"{error.filename} cannot be written: {error.strerror}."
        ) from None
    click.echo(
        f"The schemas are in {directory / DIRECTORY}. An editor uses them where a file names its own:"
    )
    for files, line in lines:
        click.echo(f"  {files:<32}{line}")


@dataclass(frozen=True)
class _Found:
    """What was checked, in words, what was found, and the command that publishes it, if one does."""

    checked: str
    problems: tuple[Problem, ...]
    publish: str | None


def _found(directory: Path) -> _Found:
    # Imported here, since it takes longer than `widget --help` to print.
    from widget_workbench.browser_python import BrowserPythonError
    from widget_workbench.bundle.building import checked
    from widget_workbench.checking.tree import is_published_tree, read_tree
    from widget_workbench.repository import RepositoryError
    from widget_workbench.shipped import ShippedFilesMissing

    try:
        if is_published_tree(directory):
            tree = read_tree(directory)
            counts = (len(tree.registries.widgets), len(tree.registries.connectors))
            return _Found(_counted("Built tree", *counts), tree.problems, publish=None)
        with progress() as told:
            assembly = checked(directory, told=told)
    except OSError as error:
        raise click.ClickException(f"{error.filename} cannot be read: {error.strerror}.") from None
    except (BrowserPythonError, RepositoryError, ShippedFilesMissing) as error:
        raise click.ClickException(str(error)) from None
    repository = assembly.repository
    widgets = len(repository.widgets) + len(repository.external_widgets)
    published = sum(path.startswith("widgets/") for path in repository.connector_files)
    return _Found(
        _counted("Repository", widgets, published),
        assembly.problems,
        publish=command_line("publish", directory),
    )


def _counted(noun: str, widgets: int, connectors: int) -> str:
    return f"{noun} with {_plural(widgets, 'widget')} and {_plural(connectors, 'connector')}"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _tell(found: _Found, errors: list[Problem]) -> None:
    warnings = [problem for problem in found.problems if not problem.error]
    for title, problems, colour in (("error", errors, "red"), ("warning", warnings, "yellow")):
        if problems:
            click.echo(click.style(f"{_plural(len(problems), title)}:", bold=True), err=True)
            _print(problems, colour)
    if errors and found.publish:
        verdict = f"{found.publish} refuses it until the errors are gone."
    elif errors:
        verdict = "the platform would reject a push of it, or it must not be pushed."
    elif warnings:
        verdict = "nothing that the platform would reject."
    else:
        verdict = "nothing to complain about."
    way_on = f" {found.publish} puts it live." if found.publish and not errors else ""
    click.echo(f"{found.checked}: {verdict}{way_on}", err=True)


def _print(problems: Iterable[Problem], colour: str) -> None:
    for problem in problems:
        path = click.style(visible_line(problem.path), fg=colour)
        click.echo(f"{path}: {problem.code}: {visible_line(problem.message)}")


def _as_json(problem: Problem) -> dict[str, object]:
    return {
        "path": problem.path,
        "code": problem.code,
        "severity": "error" if problem.error else "warning",
        "origin": "workbench" if problem.code.is_ours else "platform",
        "message": problem.message,
    }
