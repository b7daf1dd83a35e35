"""The commands' options and arguments; what they do is imported when they are run."""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from widget_workbench.problem import Problem
    from widget_workbench.repository import Repository

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

# \b keeps the lines after it as they are.
_EXAMPLES = """\b
Examples:
  widget connectors test weather-api --query q=Warsaw
  widget connectors test crm-contacts --method POST --payload '{"name": "Ann"}'
  widget connectors test crm-contact --path id=42 --guest --json
"""

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _pairs(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Each `key=value` in two; the value may hold further equals signs."""
    pairs = []
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise click.BadParameter(f"{text!r} is no pair: write key=value.", context, option)
        pairs.append((key, value))
    return tuple(pairs)


def _pairs_option(name: str, parameter: str, explanation: str) -> Callable[[_Command], _Command]:
    return click.option(
        name, parameter, multiple=True, metavar="KEY=VALUE", callback=_pairs, help=explanation
    )


def _in_repository(command: _Command) -> _Command:
    return click.option(
        "--repository",
        "root",
        metavar="REPO",
        default=".",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="The widget repository; default: this directory.",
    )(command)


@click.group(short_help="List and try a repository's connectors.")
def connectors() -> None:
    """List and try the connectors of a repository."""


@connectors.command("list", short_help="List the connectors: method, host, authentication, file.")
@_in_repository
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def list_(root: Path, as_json: bool) -> None:
    """List the connectors that the preview of REPO has: each widget's, and the community's own.

    A host is followed by the upstream that preview.toml maps it to. Problems are told on standard error.

    The exit code is 1 where a connector is broken, or a file that could define some, else 0.
    """
    from widget_workbench.connectors_command.layout import columns
    from widget_workbench.connectors_command.listing import (
        as_data,
        as_text,
        is_something_broken,
        problems,
    )

    repository = _read(root)
    if as_json:
        click.echo(json.dumps(as_data(repository), indent=2))
    else:
        _print(as_text(repository, columns() if sys.stdout.isatty() else None))
    _tell(problems(repository))
    sys.exit(1 if is_something_broken(repository) else 0)


@connectors.command(
    short_help="Execute a connector once, and show what was sent and answered.", epilog=_EXAMPLES
)
@click.argument("permalink")
@_pairs_option("--query", "query", "A query parameter; a key may come more than once.")
@click.option(
    "--payload", metavar="JSON|@FILE", help="A JSON object, or its file; @- is standard input."
)
@_pairs_option("--path", "path_params", "A path parameter.")
@_pairs_option("--header", "headers", "A header that the caller sends.")
@click.option(
    "--method",
    metavar="METHOD",
    type=click.Choice(_METHODS, case_sensitive=False),
    help="The connector's by default; needed where PERMALINK stands for several.",
)
@click.option("--guest", is_flag=True, help="Execute it as a guest, not as preview.toml's [user].")
@click.option(
    "--composite",
    is_flag=True,
    help="The composite connector, where a connector has the same permalink.",
)
@_in_repository
@click.option("--full", is_flag=True, help="Show all of a long body.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def test(
    *,
    permalink: str,
    query: tuple[tuple[str, str], ...],
    payload: str | None,
    path_params: tuple[tuple[str, str], ...],
    headers: tuple[tuple[str, str], ...],
    method: str | None,
    guest: bool,
    composite: bool,
    root: Path,
    full: bool,
    as_json: bool,
) -> None:
    """Execute the connector PERMALINK of REPO once, as the preview does.

    Upstreams that preview.toml names answer; any other host is called for real. Shown are the request as it was sent,
    the response, and where the time went. Secrets show as the expression that asks for them, or by their first
    character.

    The exit code is 0 for an answer of the 2xx kind, else 1.
    """
    from widget_workbench.connectors_command.trial import Trial, TrialError, run
    from widget_workbench.gateway.masking import Masking
    from widget_workbench.preview.terminal_log import log_on_terminal

    repository = _read(root)
    try:
        trial = Trial.of(
            repository,
            permalink,
            composite=composite,
            method=method,
            query=query,
            path_params=path_params,
            headers=headers,
            payload=_payload_text(payload),
        )
    except TrialError as error:
        raise click.ClickException(str(error)) from None
    with log_on_terminal(Masking(repository.secrets.values()).text):
        outcome = run(trial, repository, guest=guest)
    _tell(outcome.problems)
    if as_json:
        click.echo(json.dumps(outcome.as_data(), indent=2))
    else:
        from widget_workbench.connectors_command.report import report

        _print(report(outcome, full=full))
    sys.exit(0 if outcome.succeeded else 1)


def _read(root: Path) -> "Repository":
    from widget_workbench.repository import RepositoryError, read_repository

    try:
        return read_repository(root)
    except RepositoryError as error:
        raise click.ClickException(str(error)) from None


def _tell(problems: Iterable["Problem"]) -> None:
    """The repository's problems, as the preview has them."""
    for problem in problems:
        click.echo(f"  {click.style(problem.path, fg='yellow')}: {problem.message}", err=True)


def _payload_text(given: str | None) -> str | None:
    """The payload's JSON, out of its file where one is named."""
    if given is None or not given.startswith("@"):
        return given
    name = given[1:]
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.BadParameter(
            f"{name} is not UTF-8 (byte {error.start}).", param_hint="'--payload'"
        ) from None
    except OSError as error:
        raise click.BadParameter(
            f"{name} cannot be read: {error.strerror}.", param_hint="'--payload'"
        ) from None


def _print(lines: Iterable[str]) -> None:
    """What the terminal's encoding lacks is shown by its number."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    for line in lines:
        click.echo(line.encode(encoding, "backslashreplace").decode(encoding))
