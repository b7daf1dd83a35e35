"""Shows on the terminal what takes long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Gives what shows a step: on a terminal in one line that goes away, else a line each, on standard error."""
    on_terminal = sys.stderr.isatty()

    def told(line: str) -> None:
        if on_terminal:
            click.echo(f"\r\x1b[K{click.style(line + ' …', dim=True)}", nl=False, err=True)
        else:
            click.echo(line, err=True)

    try:
        yield told
    finally:
        if on_terminal:
            click.echo("\r\x1b[K", nl=False, err=True)
