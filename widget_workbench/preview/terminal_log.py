"""What the workbench logs, on the terminal: new problems, and upstreams' tracebacks."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from widget_workbench.visible_text import visible

_OWN = "widget_workbench"
_LOGGERS = (_OWN, "uvicorn.error")


@contextmanager
def log_on_terminal(hide: Callable[[str], str]) -> Iterator[None]:
    """Sends warnings and errors to standard error meanwhile, and what takes long.

    Args:
        hide: masks what must not be seen: an upstream's traceback may quote the secret that it was sent.
    """
    handler = _Terminal(hide)
    handler.setFormatter(logging.Formatter("  %(message)s"))
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    held = [(logger, logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        # Of our own, what takes long is told, too.
        logger.setLevel(logging.INFO if logger.name == _OWN else logging.WARNING)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, level, propagate in held:
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = propagate


class _Terminal(logging.Handler):
    def __init__(self, hide: Callable[[str], str]) -> None:
        super().__init__()
        self._hide = hide

    def emit(self, record: logging.LogRecord) -> None:
        text = visible(self._hide(self.format(record)))
        click.echo(text.replace("\n", "\n  "), err=True)
