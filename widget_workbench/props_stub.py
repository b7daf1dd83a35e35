"""A widget's properties as type checkers and editors read them: `_props.pyi`, made of its `widget.json`.

    if TYPE_CHECKING:
        from ._props import Props

    async def init(sdk: Sdk[Props]) -> None: ...

It is beside the widget's modules, of which it is none: it is never imported, and never published.
"""

from __future__ import annotations

import ast
import keyword
import logging
import os
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from widget_workbench.dependencies.atomic_file import write_atomically
from widget_workbench.manifest import Option, PlatformFields, Property
from widget_workbench.repository import Repository, Widget

logger = logging.getLogger(__name__)

FILE = "_props.pyi"

# The first line of a file that is ours to write anew. What differs after it may, between versions.
_MARK = "# Made by widget-workbench"
_FIRST_LINE = f"{_MARK} of widget.json, and made anew when that is saved: change it there."

_TYPES: Mapping[str, str] = {
    "text": "str",
    "color": "str",
    "date": "str",
    "number": "int | float",
    "boolean": "bool",
    "select": "str",
    "autocomplete": "str",
}

# Those that let a person choose several values.
_CHOICES = frozenset({"select", "autocomplete"})

_TYPING = ("Any", "Literal", "NotRequired", "ReadOnly", "TypedDict")

# In the class's body a property of this name would hide what the types of those after it are written with.
_TAKEN = frozenset({*_TYPING, "bool", "dict", "float", "int", "list", "str"})

# Columns of a line of documentation.
_WIDTH = 78


def props_stub(manifest: PlatformFields) -> str:
    """The text of a widget's `_props.pyi`.

    `Props` is a TypedDict. A property that has no default may be missing, and nothing can be assigned to any.

    Args:
        manifest: of the widget.
    """
    types = dict(_types(manifest))
    in_class = all(map(_is_field, types))
    definition = _class(types, _documentation(manifest)) if in_class else _call(types)
    names = {"TypedDict", *_names_in(types.values())}
    imported = ", ".join(name for name in _TYPING if name in names)
    return f"{_FIRST_LINE}\n\nfrom typing import {imported}\n\n{definition}"


class PropsStubs:
    """Keeps the stubs of a repository's widgets as their `widget.json` has them."""

    def __init__(self) -> None:
        self._told: set[Path] = set()

    def refresh(self, repository: Repository) -> None:
        """Writes the stub of each Python widget whose properties it does not tell.

        A widget whose `widget.json` has an error keeps the stub that it has: what is bad in it is not among what was
        read. So does one whose `_props` is its author's own. Where a stub cannot be written, that is told once.
        """
        broken = {problem.path for problem in repository.problems if problem.error}
        for widget in repository.widgets:
            if widget.python and f"widgets/{widget.type}/widget.json" not in broken:
                self._refresh(widget)

    def _refresh(self, widget: Widget) -> None:
        file = widget.directory / FILE
        try:
            if _is_due(file, widget.manifest):
                write_atomically(file, props_stub(widget.manifest).encode())
        except OSError as error:
            if file not in self._told:
                logger.warning(
                    "widgets/%s/%s could not be written, so editors do not know what widget.json has: %s.",
                    widget.type,
                    FILE,
                    error.strerror,
                )
            self._told.add(file)


def _is_due(file: Path, manifest: PlatformFields) -> bool:
    """Whether the file is to be written.

    Raises:
        OSError: it cannot be read.
    """
    if file.with_suffix(".py").exists() or file.with_suffix("").exists():
        return False  # the author's own module, whose types the stub would hide
    if not os.path.lexists(file):
        return bool(manifest.props() or manifest.configuration.properties)
    if file.is_symlink() or not file.is_file():  # reading a pipe would wait for ever
        return False
    try:
        present = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return present.startswith(_MARK) and not _are_alike(present, props_stub(manifest))


def _are_alike(present: str, wanted: str) -> bool:
    """Whether two stubs say the same: an author's formatter may lay ours out in another way."""
    try:
        return ast.dump(ast.parse(present)) == ast.dump(ast.parse(wanted))
    except (SyntaxError, ValueError, RecursionError):
        return False


def _types(manifest: PlatformFields) -> Iterator[tuple[str, str]]:
    """Each property's name and type."""
    given = manifest.props()
    with_default = {name for name, value in given.items() if value is not None}
    properties = {each.name: each for each in manifest.configuration.properties}
    for name, each in properties.items():
        read_only = f"ReadOnly[{_type(each)}]"
        yield name, read_only if name in with_default else f"NotRequired[{read_only}]"
    for name, value in given.items():
        if name not in properties:
            yield name, f"ReadOnly[{_type_of_value(value)}]"


def _type(each: Property) -> str:
    one = _TYPES[each.type]
    if each.type == "select" and each.options:
        one = _type_of_options(each.options)
    return f"list[{one}]" if each.multiple and each.type in _CHOICES else one


def _type_of_options(options: list[Option]) -> str:
    values = [_as_json_gives_it(option.value) for option in options]
    literals = [_literal(value) for value in values if not isinstance(value, float)]
    parts = [f"Literal[{', '.join(dict.fromkeys(literals))}]"] if literals else []
    if len(literals) < len(values):
        parts.append("float")  # no Literal can hold one
    return " | ".join(parts)


def _as_json_gives_it(value: Any) -> Any:
    """A widget gets 1.0 as 1."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _type_of_value(value: Any) -> str:
    match value:
        case bool():
            return "bool"
        case str():
            return "str"
        case int() | float():
            return "int | float"
        case list():
            return "list[Any]"
        case dict():
            return "dict[str, Any]"
    return "Any"


def _class(types: Mapping[str, str], documentation: Mapping[str, str]) -> str:
    lines = [
        "class Props(TypedDict):",
        '    """What `sdk.props` holds: the properties of widget.json."""',
    ]
    for name, written in types.items():
        lines += ["", f"    {name}: {written}"]
        if name in documentation:
            lines.append(f'    """{documentation[name]}"""')
    return "\n".join([*lines, ""])


def _call(types: Mapping[str, str]) -> str:
    """For names that no class can have, such as "button-text"."""
    fields = [f"        {_literal(name)}: {written}," for name, written in types.items()]
    return "\n".join(["Props = TypedDict(", '    "Props",', "    {", *fields, "    },", ")", ""])


def _documentation(manifest: PlatformFields) -> dict[str, str]:
    """What the form says of each property, in a line that is safe between triple quotes."""
    said = {
        each.name: ": ".join(filter(None, (each.label, each.description)))
        for each in manifest.configuration.properties
    }
    return {name: _documented(text) for name, text in said.items() if text.strip()}


def _documented(text: str) -> str:
    printable = "".join(each if each.isprintable() else " " for each in text)
    short = textwrap.shorten(printable, _WIDTH, placeholder=" …").strip()
    return short.replace("\\", "\\\\").replace('"', "'")


def _is_field(name: str) -> bool:
    """Whether a class can declare it: two underscores would be mangled, and other letters normalised."""
    return (
        name.isascii()
        and name.isidentifier()
        and not keyword.iskeyword(name)
        and not name.startswith("__")
        and name not in _TAKEN
    )


def _literal(value: str | int | bool) -> str:
    """As Python writes it, with the quotes that formatters prefer."""
    text = repr(value)
    if not isinstance(value, str) or '"' in text or text.startswith('"'):
        return text
    return f'"{text[1:-1]}"'


def _names_in(types: Iterable[str]) -> Iterator[str]:
    for each in types:
        for node in ast.walk(ast.parse(each, mode="eval")):
            if isinstance(node, ast.Name):
                yield node.id
