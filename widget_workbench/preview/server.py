"""Serves the preview on this computer, and tells its author what happens."""

import asyncio
import errno
import logging
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import click
import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from widget_workbench import __version__, fixtures
from widget_workbench.checking.registries import EXTENSIONS
from widget_workbench.fixtures import NotRecordedError
from widget_workbench.gateway import Execution
from widget_workbench.gateway.masking import Masking, masked
from widget_workbench.preview.app import create_app
from widget_workbench.preview.recording import Recording
from widget_workbench.preview.site import Site
from widget_workbench.preview.sources import Bundle
from widget_workbench.preview.terminal_log import log_on_terminal
from widget_workbench.problem import Problem
from widget_workbench.props_stub import PropsStubs
from widget_workbench.repository import Repository
from widget_workbench.secret_values import FILE
from widget_workbench.visible_text import visible_line

ADDRESS = "127.0.0.1"

_HOW_CHANGES_COME = {
    True: "What you save is shown on the open page; so is what a widget fails with.",
    False: "Reload the page to see what has been built since.",
}

# Directories of widgets that tools fill, the one with tens of thousands of files.
_NO_SOURCES = frozenset({"node_modules", "__pycache__"})

# Seconds that open connections have when the preview is stopped.
_GRACE = 1


class PortTakenError(Exception):
    """Another program listens on the port, or the system keeps it for some."""


def serve(
    root: Path,
    port: int,
    open_browser: bool,
    record: bool = False,
    published: Path | None = None,
) -> None:
    """Serves the preview of a repository until Ctrl-C.

    Args:
        root: the repository.
        port: of 127.0.0.1; 0 takes a free one.
        open_browser: whether to show the page, where there is a terminal and a display.
        record: whether executions are recorded in the repository's `fixtures/`.
        published: a built tree, to be shown in the place of what the repository would be built to.

    Raises:
        RepositoryError: `root` is no widget repository.
        RejectedError: the platform would not publish the built tree.
        ShippedFilesMissing: the runtime or the page is not installed.
        PortTakenError: another program listens on the port, or the system keeps it for some.
    """
    # Ctrl-C ends it at any time; uvicorn hands on the one that it has shut down for.
    with _listening(port) as listener, suppress(KeyboardInterrupt):
        recording = Recording(root) if record else None
        app = create_app(root, published=published, on_execution=_recording_and_telling(recording))
        url = f"http://{ADDRESS}:{listener.getsockname()[1]}/"
        recorded_in = root / fixtures.DIRECTORY if record else None
        _tell_start(url, app.state.site, recorded_in, published)
        if open_browser:
            _open(url)
        with log_on_terminal(_hiding(app.state.site)):
            if published is None:
                app.state.site.follow(PropsStubs().refresh)
            _server(app).run(sockets=[listener])


@contextmanager
def running(
    root: Path, bundle: Bundle | None = None, published: Path | None = None
) -> Iterator[str]:
    """Serves the preview of a repository beside the caller, for tests and tools that drive a browser.

    Args:
        root: the repository.
        bundle: makes widgets' published trees; default: `widget_workbench.bundle`.
        published: a built tree, to be shown in the place of what the repository would be built to.

    Yields:
        The page's URL, which ends in a slash.

    Raises:
        RepositoryError: `root` is no widget repository.
        RejectedError: the platform would not publish the built tree.
        ShippedFilesMissing: the runtime or the page is not installed.
    """
    with _listening(0) as listener:
        server = _server(create_app(root, bundle=bundle, published=published))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            # The socket listens already: whoever connects before the server is up waits for it.
            yield f"http://{ADDRESS}:{listener.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()


class _Server(uvicorn.Server):
    """One that waits neither for pages that wait for changes, nor long for who sends or reads no more."""

    def __init__(self, config: uvicorn.Config, app: Starlette) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.changes.close()
        end = asyncio.get_running_loop().call_later(_GRACE, self._hang_up)
        try:
            await super().shutdown(sockets)
        finally:
            end.cancel()

    def _hang_up(self) -> None:
        # Connections first: uvicorn logs a request that ends without an answer, unless nobody is there to read it.
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()


def _server(app: Starlette) -> uvicorn.Server:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        # Only who stops the server cancels a request, and uvicorn would log the traceback of that.
        with suppress(asyncio.CancelledError):
            await app(scope, receive, send)

    return _Server(
        uvicorn.Config(
            answer,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            # Not what else the environment has: this one bounds a request's head (64 KiB).
            http="h11",
            # Nothing here speaks it.
            ws="none",
            # No proxy is in front: whoever sends X-Forwarded-… speaks of itself.
            proxy_headers=False,
            # For what goes on after `_hang_up`, such as a thread.
            timeout_graceful_shutdown=2 * _GRACE,
        ),
        app,
    )


def _listening(port: int) -> socket.socket:
    # With its protocol named: asyncio switches Nagle's algorithm off for no other sockets, and with it an answer that
    # is written in two parts takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name != "nt":  # there it would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(
                f"Port {port} of {ADDRESS} is taken by another program, perhaps another `widget preview`: choose "
                "another by --port, or a free one by --port 0."
            ) from None
        if error.errno == errno.EACCES:
            raise PortTakenError(
                f"Port {port} of {ADDRESS} is kept by the system for programs with more rights: choose another by "
                "--port, or a free one by --port 0."
            ) from None
        raise
    return listener


def _open(url: str) -> None:
    """Shows the page, if somebody is there to see it; a browser that fails is no failure."""
    has_display = sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if sys.stdout.isatty() and has_display:
        try:
            webbrowser.open(url)
        except (webbrowser.Error, OSError):
            logging.getLogger(__name__).debug("No browser could be opened.", exc_info=True)


def _saved_since(repository: Repository, published: Path) -> str | None:
    """A file of the widgets that the built tree cannot hold as it is."""
    built = (published / EXTENSIONS).stat().st_mtime
    for directory, below, names in os.walk(repository.root / "widgets"):
        below[:] = sorted(set(below) - _NO_SOURCES)
        for path in sorted(Path(directory, name) for name in names):
            with suppress(OSError):  # it has gone since
                if path.suffix != ".pyi" and path.stat().st_mtime > built:
                    return visible_line(str(path.relative_to(repository.root)))
    return None


def _tell_start(url: str, site: Site, recorded_in: Path | None, published: Path | None) -> None:
    repository = site.reading.repository
    click.echo()
    click.echo(f"  {click.style('widget preview', bold=True)} {__version__}")
    click.echo(f"  {click.style(url, fg='cyan', underline=True)}")
    if published is not None:
        base = site.reading.url_of("").rstrip("/") + "/"
        click.echo(f"\n  Hosts {published} as the platform would, below {base}")
        if newer := _saved_since(repository, published):
            click.echo(f"  {newer} was saved after that was built: `widget build` makes it anew.")
    for title, lines in _sections(repository, site.problems, recorded_in):
        click.echo()
        click.echo(f"  {click.style(title, bold=True)}")
        for line in lines:
            click.echo(f"    {line}")
    click.echo()
    click.echo(click.style(f"  {_HOW_CHANGES_COME[published is None]} Ctrl-C stops.", dim=True))
    click.echo()


def _sections(
    repository: Repository, problems: Sequence[Problem], recorded_in: Path | None
) -> Iterator[tuple[str, list[str]]]:
    widgets = repository.widgets
    yield (
        _counted(len(widgets), "widget"),
        _columns((each.type, "Python" if each.python else "JavaScript") for each in widgets),
    )
    settings = repository.settings
    if settings.upstreams:
        yield "Upstreams", _columns(settings.upstreams.items())
    if settings.allow_hosts:
        yield "Exempt from the address rules (allow_hosts)", list(settings.allow_hosts)
    if repository.secrets:
        yield "Secrets", _columns(_secret_rows(repository))
    if settings.variables:
        yield "Variables", _columns(settings.variables.items())
    if recorded_in is not None:
        yield "Recording what upstreams answer", [f"{recorded_in}{os.sep}"]
    if problems:
        lines = [f"{click.style(each.path, fg='red')}: {each.message}" for each in problems]
        yield _counted(len(problems), "problem"), lines


def _secret_rows(repository: Repository) -> Iterator[tuple[str, ...]]:
    """Name, masked value and source of each; the names that one variable of the environment gives stand together."""
    names: dict[tuple[str, str], list[str]] = {}
    for name, source in repository.secret_sources.items():
        key = (source, name if source == FILE else "")
        names.setdefault(key, []).append(name)
    for (source, _), alike in names.items():
        yield ", ".join(alike), masked(repository.secrets[alike[0]]), source


def _columns(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """The rows' cells below each other, all but the first of a row dim."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            _cell(text, width, is_first=index == 0, is_last=index == len(row) - 1)
            for index, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _cell(text: str, width: int, *, is_first: bool, is_last: bool) -> str:
    padded = text if is_last else f"{text:{width}}"
    return padded if is_first else click.style(padded, dim=True)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _hiding(site: Site) -> Callable[[str], str]:
    """Masks the secrets that there are when it is called."""
    return lambda text: Masking(site.configuration().secrets.values()).text(text)


def _recording_and_telling(recording: Recording | None) -> Callable[[Execution], None]:
    def handle(execution: Execution) -> None:
        outcome = ""
        try:
            if recording is not None and recording.record(execution):
                outcome = click.style("recorded", fg="cyan")
        except NotRecordedError as error:
            outcome = click.style(visible_line(f"not recorded: {error}"), fg="yellow")
        _tell_execution(execution, outcome)

    return handle


def _tell_execution(execution: Execution, outcome: str) -> None:
    """One line for each: `GET  weather-api  200  12 ms  recorded`, and what else is worth knowing."""
    colour = "green" if execution.status < 400 else "red"
    parts = [
        f"  {execution.method:<6}",
        visible_line(execution.permalink),
        click.style(str(execution.status), fg=colour),
        click.style(f"{execution.ms:.0f} ms", dim=True),
    ]
    if execution.cache_hit:
        parts.append(click.style("from the cache", dim=True))
    if outcome:
        parts.append(outcome)
    if execution.error:
        parts.append(visible_line(execution.error))
    if execution.note:
        parts.append(click.style(visible_line(execution.note), fg="yellow"))
    for kind, names in execution.dropped.items():
        text = f"not passed on: {kind} {', '.join(names)}"
        parts.append(click.style(visible_line(text), fg="yellow"))
    click.echo("  ".join(parts))
