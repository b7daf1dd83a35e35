"""Collects what the product can print: every sentence in its sources, which `docs/messages/` has to explain.

A message is a literal in the source, with "…" for what is interpolated; blanks, breaks and the quotes around it make no
difference. Which literals are sentences is told by their form, so that a new one cannot be missed: three words or more,
or two where it is raised. What has that form and is no message is listed in `not_messages/`, with its reason.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .pages import DOCS, PROJECT, blocks

# The sources whose messages a page of docs/messages/ explains: directories, and modules.
SOURCES = {
    "widgets": ("widget", "static/loader"),
    "repository": (
        "widget_workbench/manifest.py",
        "widget_workbench/manifest_warnings.py",
        "widget_workbench/repository.py",
        "widget_workbench/settings.py",
        "widget_workbench/secret_values.py",
        "widget_workbench/strict_json.py",
        "widget_workbench/global_code.py",
        "widget_workbench/git.py",
        "widget_workbench/hosted_entry.py",
        "widget_workbench/uncalled_hosts.py",
        "widget_workbench/problem.py",
        "widget_workbench/checking",
        "widget_workbench/check_command.py",
        "widget_workbench/definition_warnings",
    ),
    "building": (
        "widget_workbench/build_command.py",
        "widget_workbench/bundle",
        "widget_workbench/prerendering",
        "widget_workbench/dependencies",
        "widget_workbench/browser_python",
        "widget_workbench/runtime.py",
        "widget_workbench/parts.py",
        "widget_workbench/progress.py",
        "widget_workbench/shipped.py",
    ),
    "connectors": ("widget_workbench/gateway", "widget_workbench/connectors_command"),
    "preview": (
        "widget_workbench/preview",
        "widget_workbench/cli.py",
        "widget_workbench/new_command.py",
        "widget_workbench/props_stub.py",
        "widget_workbench/schemas",
        "static/community",
        "static/workbench",
    ),
    "tests": (
        "widget_workbench/testing",
        "widget_workbench/fixtures",
        "widget_workbench/browser.py",
    ),
    "publishing": ("widget_workbench/publishing", "widget_workbench/publish_command.py"),
}

NOT_MESSAGES = Path(__file__).parent / "not_messages"

_WORD = re.compile(r"[A-Za-z]{2,}")
# Calls whose texts are help, not messages: `--help` shows them.
_HELP = ("option", "argument", "command", "group", "add_argument", "addoption", "addini", "Field")


def normal(text: str) -> str:
    """A message's text as it is compared: without what surrounds it, with single blanks, and "…" for each value."""
    text = re.sub(r"%[sdrg]", "…", text)
    # click's mark for a paragraph that is not to be wrapped is a backspace.
    return re.sub(r"[\s\b]+", " ", text).strip(" …,;:.!?()[]'\"`|-").strip()


def is_sentence(text: str, *, words: int = 3) -> bool:
    """Whether a literal has the form of a message, or of a part of one: so many words and more."""
    return len(_WORD.findall(text)) >= words and " " in text.strip()


def messages(page: str) -> dict[str, str]:
    """What the sources of a page of docs/messages/ can print.

    Returns:
        Each message as `normal` has it, with where it first stands: "path:line".
    """
    found: dict[str, str] = {}
    not_messages = not_messages_of(page)
    silent = not_messages["silent"]
    for source in SOURCES[page]:
        for path in _files(PROJECT / source):
            place = path.relative_to(PROJECT).as_posix()
            if any(place.startswith(each) for each in silent):
                continue
            literals = _of_python(path) if path.suffix == ".py" else _of_javascript()[place]
            raised = _raised(path) if path.suffix == ".py" else set()
            for line, text in literals:
                message = normal(text)
                if is_sentence(text, words=2 if line in raised else 3) and (
                    message not in not_messages.get(place, ())
                ):
                    found.setdefault(message, f"{place}:{line}")
    return found


def not_messages_of(page: str) -> dict[str, dict[str, str]]:
    """What looks like a message in the sources of a page and is none.

    Returns:
        By module: texts as `normal` has them, each with the reason; under "silent" whole modules or directories.
    """
    path = NOT_MESSAGES / f"{page}.toml"
    return {"silent": {}, **tomllib.loads(path.read_text("utf-8"))}


def explained(page: str) -> list[str]:
    """The messages that stand in a page of docs/messages/, as `normal` has them."""
    return [
        normal(line)
        for block in blocks(DOCS / "messages" / f"{page}.md")
        if block.language == "text"
        for line in block.text.splitlines()
        if line.strip()
    ]


def _files(source: Path) -> Iterator[Path]:
    if source.is_file():
        yield source
    for path in sorted(source.rglob("*")):
        if path.suffix in (".py", ".js"):
            yield path


def _of_python(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text("utf-8"))
    left_out: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(id(node.value))  # documentation
        elif isinstance(node, ast.JoinedStr):
            left_out.update(id(part) for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in _HELP:
            left_out.update(id(part) for each in node.keywords for part in ast.walk(each))
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            yield (
                node.lineno,
                "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "…"
                    for part in node.values
                ),
            )


def _raised(path: Path) -> set[int]:
    """The lines with what an exception is raised with."""
    return {
        argument.lineno
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
        for argument in node.exc.args
        if isinstance(argument, ast.Constant | ast.JoinedStr)
    }


@cache
def _of_javascript() -> dict[str, list[tuple[int, str]]]:
    """The literals of all JavaScript files, by file; TypeScript's own parser reads them."""
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("literals.mjs")), str(PROJECT / "static")],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    read: dict[str, list[tuple[int, str]]] = json.loads(done.stdout)
    return {f"static/{path}": literals for path, literals in read.items()}
