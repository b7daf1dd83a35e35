"""Runs another program so that nothing of it stays behind, whatever ends the wait for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class OutOfTimeError(Exception):
    """The program did not end in the time it had; it and its children were killed."""


@dataclass(frozen=True)
class Ended:
    """How a program ended. `output` is what it wrote to stdout and stderr, in order."""

    status: int
    output: str


def run(command: Sequence[str], environment: Mapping[str, str], time_limit: float) -> Ended:
    """Runs a program to its end.

    It gets no input, and a process group of its own: Ctrl-C reaches this process alone, which then ends the whole
    group, builds and compilers that pip started among them.

    Args:
        command: the program and its arguments; no shell reads them.
        environment: its environment variables.
        time_limit: in seconds.

    Raises:
        OutOfTimeError: it took longer.
    """
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,  # on Windows without effect: there, _kill asks for the tree
    )
    try:
        output, _ = process.communicate(timeout=time_limit)
    except subprocess.TimeoutExpired:
        raise OutOfTimeError from None
    finally:
        if process.returncode is None:  # else the number may be another process group's by now
            _kill(process)
    return Ended(process.returncode, output)


def _kill(process: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        kill = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(kill, capture_output=True, check=False)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
