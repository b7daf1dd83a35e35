"""The dependencies that a widget's `main.py` names: PEP 723's inline metadata, read from its text alone."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from packaging.markers import UndefinedComparison
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from widget_workbench.dependencies.browser_python import PYTHON, PYTHON_SERIES, applies
from widget_workbench.dependencies.errors import DependencyError

_OPENING = re.compile(r"# /// (?P<kind>[a-zA-Z0-9-]+)\s*")
_CLOSING = "# ///"
_KEYS = ("dependencies", "requires-python", "tool")

# How tomllib ends a message.
_TOML_PLACE = re.compile(r" \(at line (?P<line>\d+), column \d+\)$")


@dataclass(frozen=True)
class _Block:
    """`first_line` is the number, from 1, of the line that opens the block; `content` is what stands below it."""

    path: str
    first_line: int
    content: tuple[str, ...]

    def line_of(self, text: str) -> int:
        """The line that some text of the content stands in, else the one that opens the block."""
        for number, line in enumerate(self.content, self.first_line + 1):
            if text in line:
                return number
        return self.first_line


def requirements_of(main_py: bytes, path: str) -> tuple[str, ...]:
    """What the `# /// script` block of a widget's `main.py` asks for, as written; nothing without one.

    Args:
        main_py: the file's content.
        path: names the file in messages.

    Raises:
        DependencyError: the file is not UTF-8, the block cannot be read, an entry is no requirement that a package
            index can meet, or `requires-python` excludes the browser's Python.
    """
    block = _script_block(_lines(main_py, path), path)
    if block is None:
        return ()
    document = _parsed(block)
    _check_keys(document, block)
    _check_python(document, block)
    return _checked_requirements(document.get("dependencies", []), block)


def _lines(content: bytes, path: str) -> list[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DependencyError(
            f"{path}, line {line}: the file is not UTF-8; save it in that encoding."
        ) from None
    return [line.removesuffix("\r") for line in text.split("\n")]


def _script_block(lines: Sequence[str], path: str) -> _Block | None:
    blocks = [block for kind, block in _blocks(lines, path) if kind == "script"]
    if len(blocks) > 1:
        raise DependencyError(
            f"{path}, line {blocks[1].first_line}: a second `# /// script` block; the first is in line "
            f"{blocks[0].first_line}. Merge them into one."
        )
    return blocks[0] if blocks else None


def _blocks(lines: Sequence[str], path: str) -> list[tuple[str, _Block]]:
    blocks = []
    index = 0
    while index < len(lines):
        opening = _OPENING.fullmatch(lines[index])
        if opening is None:
            index += 1
            continue
        end = _closing_index(lines, index)
        if end is None:
            # PEP 723 has tools ignore such a block: its packages would be missing in the browser, in silence.
            raise DependencyError(
                f"{path}, line {index + 1}: the `# /// {opening['kind']}` block is not closed; end it with a line "
                f"`{_CLOSING}`, each line between them beginning with `#`."
            )
        content = tuple(line[2:] for line in lines[index + 1 : end])
        blocks.append((opening["kind"], _Block(path, index + 1, content)))
        index = end + 1
    return blocks


def _closing_index(lines: Sequence[str], opening: int) -> int | None:
    """The last `# ///` of the comment that follows: TOML may hold such a line, too."""
    closing = None
    for index in range(opening + 1, len(lines)):
        if lines[index].rstrip() == _CLOSING:
            closing = index
        elif not _continues(lines[index], closing is not None):
            break
    return closing


def _continues(line: str, may_end: bool) -> bool:
    if may_end and _OPENING.fullmatch(line):
        return False
    return line == "#" or line.startswith("# ")


def _parsed(block: _Block) -> dict[str, Any]:
    try:
        return tomllib.loads("\n".join(block.content))
    except (ValueError, RecursionError) as error:
        place = _TOML_PLACE.search(str(error))
        line = block.first_line + (int(place["line"]) if place else 0)
        reason = _TOML_PLACE.sub("", str(error))
    raise DependencyError(
        f"{block.path}, line {line}: the `# /// script` block is not TOML: {reason}."
    )


def _check_keys(document: dict[str, Any], block: _Block) -> None:
    for key in document:
        if key not in _KEYS:
            raise DependencyError(
                f"{block.path}, line {block.line_of(key)}: `{key}` is not a known key of a `# /// script` block; "
                f"those are {', '.join(f'`{known}`' for known in _KEYS)}."
            )


def _check_python(document: dict[str, Any], block: _Block) -> None:
    wanted = document.get("requires-python", "")
    place = f"{block.path}, line {block.line_of('requires-python')}"
    try:
        specifiers = SpecifierSet(wanted)
    except (InvalidSpecifier, AttributeError, TypeError):
        raise DependencyError(
            f'{place}: `requires-python` is {wanted!r}, which is no range of versions; write ">={PYTHON_SERIES}", '
            "or leave it out."
        ) from None
    if not specifiers.contains(PYTHON, prereleases=True):
        raise DependencyError(
            f"{place}: `requires-python` is {wanted!r}, and widgets run on Python {PYTHON}; write "
            f'">={PYTHON_SERIES}", or leave it out.'
        )


def _checked_requirements(entries: Any, block: _Block) -> tuple[str, ...]:
    if not isinstance(entries, list):
        raise DependencyError(
            f"{block.path}, line {block.line_of('dependencies')}: `dependencies` is no list; write "
            'dependencies = ["name", "other>=1.2"].'
        )
    for entry in entries:
        _check_requirement(entry, block)
    return tuple(entries)


def _check_requirement(entry: Any, block: _Block) -> None:
    if not isinstance(entry, str):
        line = block.line_of("dependencies")
        raise DependencyError(
            f"{block.path}, line {line}: `dependencies` holds {entry!r}, which is no text; put each entry in quotes."
        )
    place = f"{block.path}, line {block.line_of(entry)}"
    try:
        requirement = Requirement(entry)
    except InvalidRequirement as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise DependencyError(
            f'{place}: {entry!r} is no requirement such as "name" or "name>=1.2": {reason}.'
        ) from None
    try:
        applies(requirement.marker)
    except UndefinedComparison as error:
        raise DependencyError(
            f"{place}: the marker of {entry!r} makes no sense: {error}."
        ) from None
    if requirement.url is not None:
        raise DependencyError(
            f"{place}: {entry!r} names a file or an address, and widgets take packages from an index only; put the "
            "package on one, or copy its code beside main.py."
        )
