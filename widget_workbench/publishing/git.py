"""Runs git for a release: what fails is told, and nothing that it reads changes the author's checkout."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from widget_workbench.git import environment
from widget_workbench.publishing.errors import GitError, PublishError
from widget_workbench.visible_text import visible_line

_TIME_LIMIT = 300.0  # seconds, for what neither asks a person nor another computer

# A split index would put a part of the temporary one into .git; a monitor would be started for it.
_PLAIN_INDEX = ("-c", "core.splitIndex=false", "-c", "core.fsmonitor=false")

_MARKS = ("fatal: ", "error: ")


class Git:
    """Git in one directory.

    Attributes:
        directory: where it runs.
    """

    def __init__(self, directory: Path, variables: Mapping[str, str] | None = None) -> None:
        """Git in `directory`, with further variables of the environment."""
        self.directory = directory
        self._variables = dict(variables or {})

    def with_variables(self, variables: Mapping[str, str]) -> Git:
        """The same with further variables of the environment."""
        return Git(self.directory, {**self._variables, **variables})

    def output(
        self,
        *arguments: str,
        given: bytes | BinaryIO = b"",
        into: BinaryIO | None = None,
        time_limit: float | None = _TIME_LIMIT,
    ) -> bytes:
        """What a command prints.

        Args:
            arguments: the command and its own.
            given: its standard input.
            into: a file that gets what it prints, instead.
            time_limit: in seconds; None where it may ask a person.

        Raises:
            GitError: it failed.
        """
        ended = self._ended((*_PLAIN_INDEX, *arguments), given, into, time_limit)
        if ended.returncode:
            raise _failure(arguments, ended)
        return ended.stdout or b""

    def text(self, *arguments: str, given: bytes | BinaryIO = b"") -> str:
        """What a command prints, as text, without the line's end.

        Raises:
            GitError: it failed.
        """
        return os.fsdecode(self.output(*arguments, given=given)).rstrip("\r\n")

    def answer(self, *arguments: str) -> str | None:
        """What a command prints that exits with 1 for "there is none": None then.

        Raises:
            GitError: it failed otherwise.
        """
        ended = self._ended((*_PLAIN_INDEX, *arguments), b"", None, _TIME_LIMIT)
        if ended.returncode == 1:
            return None
        if ended.returncode:
            raise _failure(arguments, ended)
        return os.fsdecode(ended.stdout).rstrip("\r\n")

    def succeeds(self, *arguments: str) -> bool:
        """Whether a command does what it is asked."""
        return not self._ended((*_PLAIN_INDEX, *arguments), b"", None, _TIME_LIMIT).returncode

    def over_the_network(self, *arguments: str) -> tuple[str, str]:
        """Runs a command that may take long and ask for credentials; returns what it and the other side print.

        Raises:
            GitError: it failed.
        """
        # Prompts are git's and ssh's own, on the terminal itself: what is printed here is none.
        ended = self._ended(arguments, None, None, None)
        if ended.returncode:
            raise _failure(arguments, ended)
        return os.fsdecode(ended.stdout), os.fsdecode(ended.stderr)

    def _ended(
        self,
        arguments: tuple[str, ...],
        given: bytes | BinaryIO | None,
        into: BinaryIO | None,
        time_limit: float | None,
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                ["git", *arguments],
                cwd=self.directory,
                env=self._environment(),
                input=given if isinstance(given, bytes) else None,
                stdin=None if isinstance(given, bytes) else given,
                stdout=into or subprocess.PIPE,
                stderr=subprocess.PIPE,
                timeout=time_limit,
                check=False,
            )
        except FileNotFoundError:
            raise PublishError(
                "git is not on the PATH, and `widget publish` works by it: install it (https://git-scm.com)."
            ) from None
        except OSError as error:
            raise PublishError(f"git could not be run: {error.strerror or error}.") from None
        except subprocess.TimeoutExpired:
            raise PublishError(
                f"`git {_command(arguments)}` had not ended after {time_limit:.0f} seconds, and was ended."
            ) from None

    def _environment(self) -> dict[str, str]:
        return {
            **environment(),
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_OPTIONAL_LOCKS": "0",  # `git status` would write the author's index
            **self._variables,
        }


def quoted(path: Path | str) -> str:
    """A path as git takes it where a line end, or a separator, would end it: in quotes, as in C."""
    plain = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'


def _failure(arguments: tuple[str, ...], ended: subprocess.CompletedProcess[bytes]) -> GitError:
    told = _in_one_line(os.fsdecode(ended.stderr)) or f"exit status {ended.returncode}"
    reason = told if told.endswith((".", "!", "?")) else f"{told}."
    return GitError(f"`git {_command(arguments)}` failed: {reason}", reason)


def _command(arguments: tuple[str, ...]) -> str:
    """Which one it was, without the settings before it."""
    own = iter(arguments)
    while (argument := next(own)) == "-c":
        next(own)
    return argument


def _in_one_line(errors: str) -> str:
    """All that git said, in one line; its advice is of no use for a command that nobody typed."""
    lines = [line.strip() for line in errors.splitlines()]
    told = [_unmarked(line) for line in lines if line and not line.startswith("hint:")]
    return visible_line(" ".join(told))


def _unmarked(line: str) -> str:
    for mark in _MARKS:
        line = line.removeprefix(mark)
    return line
