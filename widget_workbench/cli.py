"""The command `widget`."""

import platform
from pathlib import Path

import click

from widget_workbench import __version__
from widget_workbench.build_command import build
from widget_workbench.check_command import check
from widget_workbench.connectors_command.commands import connectors
from widget_workbench.new_command import new
from widget_workbench.publish_command import publish


def _print_versions(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    if not asked or context.resilient_parsing:
        return
    from widget_workbench.shipped import ShippedFilesMissing, pyodide_versions

    click.echo(f"widget {__version__}")
    try:
        pyodide, python = pyodide_versions()
        click.echo(f"in the browser: Python {python} (Pyodide {pyodide})")
    except ShippedFilesMissing as missing:
        click.echo(f"in the browser: {missing}")
    click.echo(f"on this computer: Python {platform.python_version()}")
    context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_versions,
    help="Show the versions of this, of Pyodide and of Python, and exit.",
)
def main() -> None:
    """Widgets for a Gainsight Customer Community, written in Python."""


@main.command(short_help="Show a repository's widgets on a community page.")
@click.argument(
    "repository",
    metavar="[REPO]",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port of 127.0.0.1; 0 takes a free one.",
)
@click.option("--no-open", is_flag=True, help="Do not open the page in a browser.")
@click.option(
    "--record",
    is_flag=True,
    help="Record what upstreams answer in REPO/fixtures, for community.replay() in tests.",
)
@click.option(
    "--published",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Host the built tree in DIR as the platform would, or reject it as the platform would.",
)
def preview(
    repository: Path, port: int, no_open: bool, record: bool, published: Path | None
) -> None:
    """Show the widgets of REPO (default: this directory) on a community page.

    Connectors are executed for real, or by the upstreams that preview.toml names. With --published the widgets and
    connectors are those of a built tree, and REPO gives preview.toml and secrets.toml alone.
    """
    # Imported here, since the server takes longer to import than `widget --help` to print.
    from widget_workbench.preview import PortTakenError, RejectedError, serve
    from widget_workbench.repository import RepositoryError
    from widget_workbench.shipped import ShippedFilesMissing

    try:
        serve(repository, port, open_browser=not no_open, record=record, published=published)
    except RejectedError as error:
        raise click.ClickException(
            f"the platform would reject {published}, and nothing of it would be live:\n{error}"
        ) from None
    except (RepositoryError, PortTakenError, ShippedFilesMissing) as error:
        raise click.ClickException(str(error)) from None


main.add_command(build)
main.add_command(check)
main.add_command(connectors)
main.add_command(new)
main.add_command(publish)
