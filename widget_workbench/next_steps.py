"""The commands that a command tells to go on with: to be copied as they stand."""

from __future__ import annotations

import shlex
from pathlib import Path


def command_line(command: str, repository: Path, *options: str) -> str:
    """The line that runs a command for the same repository.

    Args:
        command: `publish`, say.
        repository: as it was given; the present directory needs no naming.
        options: further words.

    Returns:
        It in backticks, quoted for a shell.
    """
    named = [] if repository == Path() else [str(repository)]
    return f"`{shlex.join(['widget', command, *named, *options])}`"
