"""`widget preview` in a process of its own, as a person starts it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running(repository: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The command's process, the page's URL, and what was told before it could be asked for."""
    program = "from widget_workbench.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", program, "preview", str(repository), "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
    ) as process:
        try:
            assert process.stdout is not None
            told = ""
            while "Ctrl-C" not in told:
                line = process.stdout.readline()
                assert line, f"it ended early:\n{told}"
                told += line
            found = re.search(r"http://127\.0\.0\.1:\d+/", told)
            assert found, told
            yield process, found[0], told
        finally:
            process.kill()
