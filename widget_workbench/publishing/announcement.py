"""What goes live, in lines for a person who is about to say yes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

import click

from widget_workbench.checking.limits import LARGEST_FILE, LARGEST_WIDGET, MOST_FILES
from widget_workbench.publishing.changes import Change, Changes, Files, Sizes, State
from widget_workbench.publishing.definition_diff import definition_diff
from widget_workbench.publishing.definitions import Kind
from widget_workbench.publishing.sizes import size
from widget_workbench.visible_text import visible_line

_NAMED = 8

_CONNECTORS = (Kind.CONNECTOR, Kind.COMPOSITE_CONNECTOR)

_COLOURS = {State.ADDED: "green", State.CHANGED: "yellow", State.REMOVED: "red"}

_WORDS = {State.ADDED: "created", State.CHANGED: "changed", State.REMOVED: "deleted"}

_MISSED = {
    Kind.WIDGET: "community pages that have it placed lose it",
    Kind.SCRIPT: "pages no longer run it",
    Kind.STYLESHEET: "pages no longer have its styles",
    Kind.CONNECTOR: "widgets that still call it fail",
    Kind.COMPOSITE_CONNECTOR: "widgets that still call it fail",
}

_INDENT = " " * 10

_DIFF_COLOURS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("---", lambda line: click.style(line, bold=True)),
    ("+++", lambda line: click.style(line, bold=True)),
    ("@@", lambda line: click.style(line, fg="cyan")),
    ("-", lambda line: click.style(line, fg="red")),
    ("+", lambda line: click.style(line, fg="green")),
)


def announcement(changes: Changes) -> Iterator[str]:
    """The lines, with colours, which do not go to a file."""
    for change in changes.things:
        yield from _thing(change)
    if changes.other_files:
        yield f"{_word(State.CHANGED, 'changed')}{_files(changes.other_files)}"
    if not changes.things and not changes.other_files:
        yield "Nothing but the form of the registries changes."
    for registry in changes.unreadable:
        yield (
            f"The live {registry} is no JSON object: what it defines cannot be compared, and shows as new."
        )
    if diff := list(definition_diff(changes.things)):
        yield ""
        yield from map(_coloured, diff)


def named(names: Collection[str]) -> str:
    """The first few of many names."""
    shown = [visible_line(name) for name in list(names)[:_NAMED]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def title(change: Change) -> str:
    """A thing in words: "widget weather 1.1.0 → 1.2.0"."""
    text = f"{change.kind.value} {change.name}"
    before, after = change.version_before, change.version
    if change.state is State.CHANGED and after is not None:
        text += f" {before} → {after}" if before not in (None, after) else f" {after}"
    elif (version := after or before) is not None:
        text += f" {version}"
    return visible_line(text)


def word(change: Change) -> str:
    """What becomes of a thing: connectors are created and deleted."""
    return _WORDS[change.state] if change.kind in _CONNECTORS else change.state.value


def _thing(change: Change) -> Iterator[str]:
    line = f"{_word(change.state, word(change))}{title(change)}"
    if change.state is State.REMOVED:
        yield click.style(f"{line}: {_MISSED[change.kind]}", bold=True)
        return
    if change.state is State.CHANGED and change.kind is Kind.WIDGET and _keeps_version(change):
        line += " (its version stays)"
    yield line
    if change.changed_files:
        yield f"{_INDENT}{_files(change.changed_files)}"
    if change.kind is Kind.WIDGET and change.files_after:
        yield f"{_INDENT}{_weight(change.files_after)}"


def _word(state: State, text: str) -> str:
    return click.style(text.ljust(len(_INDENT) - 2), fg=_COLOURS[state]) + "  "


def _keeps_version(change: Change) -> bool:
    return change.version is not None and change.version == change.version_before


def _files(changed: Sizes) -> str:
    noun = "file" if len(changed) == 1 else "files"
    total = sum(count or 0 for count in changed.values())
    names = [path if count is not None else f"{path} (removed)" for path, count in changed.items()]
    return f"{len(changed)} {noun}, {size(total)}: {named(names)}"


def _weight(files: Files) -> str:
    sizes = [blob.size for blob in files.values()]
    total, largest = sum(sizes), max(sizes)
    return (
        f"in all {len(sizes)} files ({len(sizes) / MOST_FILES:.0%} of what the platform takes), "
        f"{size(total)} ({total / LARGEST_WIDGET:.0%}), the largest {size(largest)} ({largest / LARGEST_FILE:.0%})"
    )


def _coloured(line: str) -> str:
    shown = visible_line(line)
    for mark, style in _DIFF_COLOURS:
        if shown.startswith(mark):
            return style(shown)
    return shown


def counted(things: Iterable[Change]) -> str:
    """How many of each kind: "3 widgets, 2 connectors"."""
    numbers: dict[Kind, int] = {}
    for change in things:
        numbers[change.kind] = numbers.get(change.kind, 0) + 1
    return ", ".join(
        f"{number} {kind.value}{'' if number == 1 else 's'}" for kind, number in numbers.items()
    )
