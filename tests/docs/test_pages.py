"""Each page of the documentation, followed as a reader does: its files written, its commands typed, its widgets opened.

`pages.py` says what a page may hold, and how it tells what its readers need not see.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import playwright
import pytest
import yaml
from playwright.sync_api import expect

from widget_workbench.checking.html_syntax import html_syntax
from widget_workbench.cli import main
from widget_workbench.manifest import WidgetManifest
from widget_workbench.props_stub import props_stub
from widget_workbench.repository import read_repository
from widget_workbench.testing import CommunityFactory

from .messages import messages, normal
from .pages import PROJECT, Block, beginning, blocks, name, pages
from .reader import Reader, commands

PAGES = pages()
BLOCKS = {page: list(blocks(page)) for page in PAGES}

# A piece of Python is a part of `init`, with what a widget most often imports.
_PIECE = """
import asyncio
from string.templatelib import Template
from typing import Any

import js
from widget import *

async def init(sdk: Sdk) -> None:
    {given}
    {piece}
    {then}
"""

# What a piece may begin with, and what has to stand at the beginning of its module.
_DEPENDENCIES = re.compile(r"# /// script\n(?:#.*\n)*?# ///\n")
# A line at the piece's own level that defines or imports something, or ends a bracket: none that runs what is written.
# Below `@sdk.view` stands what is run at once.
_NOTHING_RUNS = re.compile(
    r"(?:async )?def |class |import |from |@(?!sdk\.)|if TYPE_CHECKING:|[)\]}#\s]|$"
)


def _parses_javascript(text: str) -> None:
    done = subprocess.run(
        ["node", "--input-type=module", "--check"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _parses_html(text: str) -> None:
    assert html_syntax(text).failures == []


def _parses_css(text: str) -> None:
    assert text.count("{") == text.count("}")
    assert "{" in text


def _parses_shell(text: str) -> None:
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)


def _parses_workflow(text: str) -> None:
    """A workflow of GitHub's, whose commands are those that there are."""
    try:
        workflow = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step), step
            for command in commands(step.get("run", "")):
                if command.startswith("widget "):
                    _is_command_of_ours(shlex.split(command)[1:])


def _is_command_of_ours(arguments: list[str]) -> None:
    """Asserts that click takes the arguments, and does nothing."""
    command: click.Command = main
    context = click.Context(command, info_name="widget")
    try:
        while isinstance(command, click.Group):
            _, found, arguments = command.resolve_command(context, arguments)
            assert found is not None
            command = found
        command.make_context(command.name, arguments, parent=context)
    except click.ClickException as error:
        raise AssertionError(error.format_message()) from None


_PARSERS: dict[str, Callable[[str], Any]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "html": _parses_html,
    "css": _parses_css,
    "javascript": _parses_javascript,
    "js": _parses_javascript,
    "bash": _parses_shell,
    "yaml": _parses_workflow,
}


def _has(kind: Callable[[Block], bool]) -> list[Any]:
    return [
        pytest.param(page, id=name(page)) for page in PAGES if any(kind(b) for b in BLOCKS[page])
    ]


def _is_followed(block: Block) -> bool:
    return block.path is not None or block.language in ("console", "text")


def _is_piece(block: Block) -> bool:
    return block.path is None and block.language == "python"


@pytest.mark.parametrize("document", _has(_is_followed))
def test_a_reader_who_follows_the_page(
    document: Path, tmp_path: Path, community_factory: CommunityFactory
) -> None:
    directory = tmp_path / "my-widgets"
    held = beginning(document)
    if held is not None:
        ignored = shutil.ignore_patterns("dist", "test-results", "__pycache__")
        shutil.copytree(PROJECT / held, directory, ignore=ignored)
    directory.mkdir(exist_ok=True)
    reader = Reader(directory)
    for block in BLOCKS[document]:
        if block.path is not None:
            reader.follow(block)
        elif block.language == "console":
            reader.type(block)
        elif page_of_messages := block.told.get("a message of"):
            _is_message(block, page_of_messages[0])
        elif block.language == "text" and "messages" not in document.parts:
            reader.expect(block)
    if held is None:
        _holds_up(directory, reader, community_factory)


def _is_message(block: Block, page: str) -> None:
    """Whether a block of text is a message that the product can print, its values filled in."""
    text = normal(block.text.removeprefix("Error: "))
    for message in messages(page):
        pattern = ".+".join(map(re.escape, message.split("…")))
        if re.fullmatch(f"(?:.+ )?{pattern}(?:[ .].+)?", text):
            return
    pytest.fail(f"line {block.line}: that is no message of docs/messages/{page}.md")


def _holds_up(directory: Path, reader: Reader, community_factory: CommunityFactory) -> None:
    """Whether what a page has its readers write is good: no problem, tests pass, and each widget starts."""
    if not (directory / "widgets").is_dir():
        return
    repository = read_repository(directory)
    assert repository.problems == ()
    tested = set()
    if tests := list(directory.glob("widgets/*/test_*.py")):
        reader.type(Block(0, "console", "python -m pytest -q -p no:cacheprovider"))
        assert "passed" in reader.printed, reader.printed
        tested = {test.parent.name for test in tests}
    with community_factory(directory) as community:
        for widget in repository.widgets:
            if widget.type not in tested:
                page = community.open(widget.type)
                expect(page.page.locator("gs-cc-registry-widget")).to_have_attribute(
                    "data-widget-state", "ready", timeout=30_000
                )


@pytest.mark.parametrize("document", _has(_is_piece))
def test_the_pieces_of_python_run(
    document: Path, tmp_path: Path, community_factory: CommunityFactory
) -> None:
    pieces = [block for block in BLOCKS[document] if _is_piece(block)]
    for block in pieces:
        _write_piece(tmp_path, block)
    with community_factory(tmp_path) as community:
        for block in pieces:
            for answer in block.told.get("answers", []):
                permalink, _, keywords = answer.partition(" ")
                community.connectors[permalink].respond(**json.loads(keywords))
            raises = block.told.get("raises")
            opened = community.open(f"line_{block.line}")
            host = opened.page.locator("gs-cc-registry-widget")
            state = "error" if raises else "ready"
            if raises:
                opened.console.expect(re.escape(raises[0]))
            for failure in block.told.get("prints", []):
                opened.console.expect(re.escape(failure))
            expect(host, f"line {block.line} of {name(document)}").to_have_attribute(
                "data-widget-state", state, timeout=30_000
            )
            assert community.verify() == [], f"line {block.line} of {name(document)}"
            opened.page.close()


def _write_piece(root: Path, block: Block) -> None:
    directory = root / "widgets" / f"line_{block.line}"
    directory.mkdir(parents=True)
    manifest = {"title": "Piece", "category": "Docs", "prerender": False, "prefetch": False}
    props = block.told.get("props")
    if props:
        manifest["defaultConfig"] = json.loads(props[0])
    for asset in block.told.get("asset", []):
        _write_asset(directory / "assets", *asset.split())
    text = _PIECE.format(
        given=_within_init("\n".join(block.told.get("given", ["pass"]))),
        piece=_within_init(block.text),
        then=_within_init("\n".join(block.told.get("then", []))),
    )
    dependencies = _DEPENDENCIES.match(block.text)
    (directory / "widget.json").write_text(json.dumps(manifest), "utf-8")
    (directory / "main.py").write_text((dependencies[0] if dependencies else "") + text, "utf-8")


def _within_init(text: str) -> str:
    return textwrap.indent(text, " " * 4).strip()


def _write_asset(directory: Path, asset: str, pattern: str) -> None:
    """Copies a file that the pattern finds in this project, or in the installed package playwright."""
    installed = Path(playwright.__file__).parent
    found = [*PROJECT.glob(pattern)] or [*installed.glob(pattern)]
    assert found, f"there is no file {pattern}"
    directory.mkdir(exist_ok=True)
    shutil.copy(found[0], directory / asset)


@pytest.mark.parametrize("document", _has(_is_piece))
def test_what_a_piece_of_python_defines_is_used(document: Path) -> None:
    for block in filter(_is_piece, BLOCKS[document]):
        assert "then" in block.told or not all(map(_NOTHING_RUNS.match, block.text.splitlines())), (
            f"line {block.line}: it defines or imports only, so nothing of it runs: say `then`"
        )


def test_the_environments_variables_are_in_the_reference() -> None:
    page = (PROJECT / "docs/reference/commands.md").read_text("utf-8")
    told = set(re.findall(r"^\| `(WIDGET_\w+)", page, re.MULTILINE))
    read = {
        node.value
        for source in (PROJECT / "widget_workbench").rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.Constant) and re.fullmatch(r"WIDGET_[A-Z_]+", str(node.value))
    }
    assert told == read


@pytest.mark.parametrize("document", _has(lambda block: block.language == "yaml"))
def test_workflows_run_what_there_is(document: Path) -> None:
    for block in BLOCKS[document]:
        if block.language == "yaml":
            _parses_workflow(block.text)


@pytest.mark.parametrize("document", _has(lambda block: block.path is None))
def test_what_is_a_part_of_a_file_parses(document: Path) -> None:
    for block in BLOCKS[document]:
        if block.path is None and block.language not in ("console", "text", "python"):
            assert block.language in _PARSERS, f"line {block.line}: {block.language}"
            try:
                _PARSERS[block.language](block.text)
            except (ValueError, AssertionError) as error:
                pytest.fail(f"line {block.line}: {error}")


@pytest.mark.parametrize("document", _has(lambda block: block.path is not None))
def test_python_for_this_computer_is_python(document: Path) -> None:
    for block in BLOCKS[document]:
        if block.path is not None and block.language == "python" and "/" not in block.path:
            ast.parse(block.text)


@pytest.mark.parametrize("document", _has(lambda block: block.path is not None))
def test_type_checkers_have_nothing_to_say(
    document: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    reader = Reader(tmp_path)
    for block in BLOCKS[document]:
        if block.path is not None:
            reader.follow(block)
    for widget in read_repository(tmp_path).widgets if (tmp_path / "widgets").exists() else ():
        if widget.python and isinstance(widget.manifest, WidgetManifest):
            (widget.directory / "_props.pyi").write_text(props_stub(widget.manifest), "utf-8")
    python = [path for path in tmp_path.rglob("*.py") if path.name != "conftest.py"]
    if not python:
        pytest.skip("no Python file")
    (tmp_path / "mypy.ini").write_text(_MYPY)
    cache = pytestconfig.cache.mkdir("mypy-docs") if pytestconfig.cache else tmp_path
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(cache), *map(str, python)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


# As `widget new` writes it, for whoever follows a page without it.
_MYPY = """
[mypy]
python_version = 3.14
explicit_package_bases = true

[mypy-main]
disable_error_code = import-not-found
"""
