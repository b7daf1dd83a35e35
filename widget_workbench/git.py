"""Asks git, which the author may have or not, about a repository."""

from __future__ import annotations

import logging
import os
import subprocess
from pathlib import Path

# git's own hooks set these, and they would point it at another repository.
_LOCATIONS = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_WORK_TREE",
    }
)

# Seconds that git has for what it reads from this computer alone.
_TIME_LIMIT = 10

logger = logging.getLogger(__name__)


def environment() -> dict[str, str]:
    """The environment for git to find the repository of its working directory, and to speak English."""
    kept = {name: value for name, value in os.environ.items() if name not in _LOCATIONS}
    return {**kept, "LC_ALL": "C.UTF-8"}


def asked(directory: Path, *arguments: str) -> str | None:
    """What git prints of a question.

    Args:
        directory: in the repository.
        arguments: the command's.

    Returns:
        None where git is not installed, says no, or takes too long: then nobody knows.
    """
    try:
        answer = subprocess.run(
            ["git", *arguments],
            cwd=directory,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIME_LIMIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        logger.debug("git could not be asked in %s: %s", directory, arguments, exc_info=True)
        return None
    return answer.stdout.decode(errors="surrogateescape") if answer.returncode == 0 else None
