"""A reader of the documentation: writes the files, types the commands, and compares what is printed."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .pages import PROJECT, Block

# Commands that go on until Ctrl-C, and what they print once they are ready.
_SERVERS = {"widget preview": "Ctrl-C stops"}
_SECONDS = 240
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# What stands around a command in a file that runs it, so that no other command is taken for it: it is a line or a text
# of its own, but for what the shell needs, a program's directory, and further options and variables.
_BEFORE_A_COMMAND = r"(?:^|[\"'/]|\b(?:exec|run) )"
_AFTER_A_COMMAND = r"(?=$|[\"']| --| [A-Z]+=)"
_FILE = re.compile(r"^\w+/")


class Reader:
    """Somebody who follows a page, in a directory of their own.

    Args:
        directory: where they work; the commands are typed there.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.printed = ""
        programs = [str(Path(sys.executable).parent), os.environ["PATH"]]
        self._environment = {
            **os.environ,
            "PATH": os.pathsep.join(programs),
            "NO_COLOR": "1",
            "COLUMNS": "120",
            # Commits are somebody's, and not this computer's settings'.
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_COUNT": "3",
            "GIT_CONFIG_KEY_0": "user.name",
            "GIT_CONFIG_VALUE_0": "Ann",
            "GIT_CONFIG_KEY_1": "user.email",
            "GIT_CONFIG_VALUE_1": "ann@example.com",
            "GIT_CONFIG_KEY_2": "init.defaultBranch",
            "GIT_CONFIG_VALUE_2": "main",
        }

    def follow(self, block: Block) -> None:
        """Writes the file that a block is, or changes it as a block of language `diff` says."""
        assert block.path is not None
        if block.language == "diff":
            self._change(block.path, block.text)
            return
        file = self.directory / block.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, "utf-8")

    def _change(self, path: str, difference: str) -> None:
        """A difference's lines without "+" become those without "-"."""
        lines = difference.splitlines()
        before = "\n".join(line[1:] for line in lines if not line.startswith("+"))
        after = "\n".join(line[1:] for line in lines if not line.startswith("-"))
        file = self.directory / path
        text = file.read_text("utf-8")
        assert text.count(before) == 1, f"{path} has {text.count(before)} of:\n{before}"
        file.write_text(text.replace(before, after), "utf-8")

    def type(self, block: Block) -> None:
        """Types a block's commands one after the other; each has to succeed unless the page says otherwise."""
        if in_file := block.told.get("run by"):
            text = (PROJECT / in_file[0]).read_text("utf-8")
            for command in commands(block.text):
                whole = rf"{_BEFORE_A_COMMAND}{re.escape(command)}{_AFTER_A_COMMAND}"
                assert re.search(whole, text, re.MULTILINE), (
                    f"{in_file[0]} does not run {command!r} (line {block.line})"
                )
            return
        expected = int(block.told.get("fails", ["0"])[0])
        self.printed = ""
        answer = None
        for line in block.text.splitlines():
            if line.startswith("# "):
                assert answer is not None, f"line {block.line}: no command to answer {line!r}"
                assert json.loads(answer) == json.loads(line.removeprefix("# "))
                continue
            for command in commands(line):
                if command.startswith("widget connectors test"):
                    answer = json.dumps(self._connector(command))
                elif command.startswith(tuple(_SERVERS)):
                    self.printed += self._serve(command)
                else:
                    self.printed += self._run(command, expected)

    def expect(self, block: Block) -> None:
        """Compares what the last commands printed: each of the block's lines, in that order."""
        about = "about" in block.told
        share = int(block.told.get("about", ["0"])[0]) / 100
        rest = _plain(self.printed)
        for line in filter(str.strip, block.text.splitlines()):
            found = re.search(_pattern(_plain(line), numbers=about), rest)
            assert found, f"line {block.line}: {line!r} is not in what was printed:\n{self.printed}"
            if about:
                for told, printed in zip(_NUMBER.findall(line), found.groups(), strict=True):
                    assert float(told) == pytest.approx(float(printed), rel=share), (
                        f"line {block.line}: {told} in {line!r} has become {printed}"
                    )
            rest = rest[found.end() :]

    def _run(self, command: str, expected: int, *, told_apart: bool = False) -> str:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.directory,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if told_apart else subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        assert done.returncode == expected, f"{command}\n{done.stdout}{done.stderr or ''}"
        return done.stdout

    def _connector(self, command: str) -> object:
        # What is told beside the answer, such as a warning, goes to standard error.
        done = json.loads(self._run(f"{command} --json", 0, told_apart=True))
        return done["response"]["json"]

    def _serve(self, command: str) -> str:
        """Starts a server, waits until it says that it is ready, and stops it by Ctrl-C."""
        ready = next(text for name, text in _SERVERS.items() if command.startswith(name))
        arguments = [*shlex.split(command), "--port", "0", "--no-open"]
        with subprocess.Popen(
            arguments,
            cwd=self.directory,
            env={**self._environment, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                assert process.stdout is not None
                printed = ""
                while ready not in printed:
                    line = process.stdout.readline()
                    assert line, f"{command} ended early:\n{printed}"
                    printed += line
                process.send_signal(signal.SIGINT)
                printed += process.stdout.read()
                assert process.wait(timeout=30) in (0, 130), printed
            finally:
                process.kill()
        return printed


def _pattern(line: str, *, numbers: bool) -> str:
    """What finds a line in what was printed: "…" stands for anything, and for each number any, if so asked."""
    parts = re.split(rf"(…|{_NUMBER.pattern})" if numbers else "(…)", line)
    return "".join(
        ".*?"
        if part == "…"
        else f"({_NUMBER.pattern})"
        if numbers and _NUMBER.fullmatch(part)
        else re.escape(part)
        for part in parts
    )


def commands(text: str) -> list[str]:
    """The commands of a block or a line, without comments; one that ends in a backslash goes on."""
    joined = text.replace("\\\n", " ")
    lines = [re.sub(r"\s+#\s.*$", "", line).strip() for line in joined.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def _plain(text: str) -> str:
    """A text with its blanks and breaks as one blank: widths differ."""
    return re.sub(r"\s+", " ", text).strip()
