"""The command `widget new`."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from string import Template

import click

_TEMPLATES = Path(__file__).parent / "new_widget"

# The widget's connector calls a host that is named after it, and no part of a host's name is longer (RFC 1035 §2.3.4).
_LONGEST_NAME = 63


class _CannotBeMadeError(Exception):
    """There is no such widget to be made, in a sentence with the way out."""


@click.command(short_help="Write a widget to begin with.")
@click.argument("name")
@click.argument(
    "repository",
    metavar="[REPO]",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
def new(name: str, repository: Path) -> None:
    """Write the widget NAME into REPO (default: this directory), which may be empty.

    It shows what a connector answers, with a test beside it. Nothing that is there already is changed; upstream.py,
    which plays the service behind the connector, preview.toml, pyproject.toml, which tells type checkers of the
    browser's Python, and .gitignore are written where they are missing.
    """
    try:
        _refuse_name(name)
        _refuse_repeated(repository, name)
        files = dict(_files(repository, name))
        _write(repository, files)
    except _CannotBeMadeError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(
            f"{repository.resolve()} could not be written into, and is as it was: {error.strerror}. Make it writable, "
            f"or name another directory: `widget new {name} DIR`."
        ) from None
    for line in _told(repository, name, files):
        click.echo(line)


def _refuse_name(name: str) -> None:
    # Imported here, since it takes longer than `widget --help` to print.
    from widget_workbench.repository import is_widget_type

    if not is_widget_type(name):
        fitting = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_").lower()
        fits = is_widget_type(fitting) and len(fitting) <= _LONGEST_NAME
        such_as = f", as in {fitting!r}" if fits else ""
        raise _CannotBeMadeError(
            f"{name!r} cannot be a widget's name: use letters from A to Z, digits, '-' and '_', and begin with a "
            f"letter or a digit{such_as}."
        )
    if len(name) > _LONGEST_NAME:
        raise _CannotBeMadeError(
            f"{name!r} has {len(name)} characters: choose a name of at most {_LONGEST_NAME}."
        )


def _refuse_repeated(root: Path, name: str) -> None:
    """Refuses a name that is taken, also where it differs in case alone, which not every computer tells apart."""
    from widget_workbench.repository import read_repository

    widgets = root / "widgets"
    if not _is_there(widgets):
        return
    if not widgets.is_dir():
        raise _CannotBeMadeError(
            f"{widgets} is no directory, as which it would hold the widget: rename it, or name another repository."
        )
    for path in widgets.iterdir():
        if path.name.casefold() == name.casefold():
            raise _CannotBeMadeError(
                f"{path} is there already, and was left as it is: choose another name."
            )
    repository = read_repository(root)
    for file, definition in zip(repository.connector_files, repository.connectors, strict=True):
        if definition.permalink == _permalink(name):
            raise _CannotBeMadeError(
                f"{file} has a connector {definition.permalink!r} already, as the one of {name!r} would be called: "
                "choose another name."
            )


def _files(root: Path, name: str) -> Iterator[tuple[str, str]]:
    """The files that are to be written, each as its path in the repository and its text."""
    module = _upstream_module(root, name)
    values = {
        "name": name,
        "title": _title(name),
        "permalink": _permalink(name),
        "host": _host(name),
        "upstream": _upstream_line(name, module),
    }
    placed = {
        "connectors.json": f"widgets/{name}/connectors.json",
        "main.py": f"widgets/{name}/main.py",
        "style.css": f"widgets/{name}/style.css",
        "test_widget.py": f"widgets/{name}/test_{_identifier(name)}.py",
        "widget.json": f"widgets/{name}/widget.json",
        "upstream.py": f"{module}.py",
        "preview.toml": "preview.toml",
        "pyproject.toml": "pyproject.toml",
        "gitignore": ".gitignore",
    }
    if _host(name) in (_upstreams(root) or {}):
        del placed["upstream.py"]  # something plays the service already
    for template, path in placed.items():
        if not _is_there(root / path):
            text = (_TEMPLATES / f"{template}.template").read_text(encoding="utf-8")
            written = Template(text).substitute(values)
            yield path, written
            if template == "widget.json":
                yield _stub_of_props(name, written)


def _stub_of_props(name: str, manifest: str) -> tuple[str, str]:
    """What the preview would write at its start: editors know the properties before it."""
    from widget_workbench.manifest import WidgetManifest
    from widget_workbench.props_stub import FILE, props_stub

    stub = props_stub(WidgetManifest.model_validate_json(manifest))
    return f"widgets/{name}/{FILE}", stub


def _write(root: Path, files: Mapping[str, str]) -> None:
    """Writes new files, all of them or none.

    Args:
        root: the repository.
        files: the texts by path. Those of one widget are put in place together, before any other.

    Raises:
        OSError: they cannot be written; what was there is as it was.
    """
    staging = root / f".{uuid.uuid4()}.tmp"
    with ExitStack() as always, ExitStack() as undo:
        staging.mkdir()
        always.callback(shutil.rmtree, staging, ignore_errors=True)
        for path, text in files.items():
            (staging / path).parent.mkdir(parents=True, exist_ok=True)
            (staging / path).write_text(text, encoding="utf-8", newline="\n")
        if not _is_there(root / "widgets"):
            (root / "widgets").mkdir()
            undo.callback((root / "widgets").rmdir)
        for path in dict.fromkeys(_unit(path) for path in files):
            (staging / path).rename(root / path)
            undo.callback(_remove, root / path)
        undo.pop_all()


def _unit(path: str) -> str:
    """What is put in place at once: a widget's directory, or a file of the repository."""
    return "/".join(PurePosixPath(path).parts[:2])


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _told(root: Path, name: str, files: Iterable[str]) -> Iterator[str]:
    """What was written, and what comes next."""
    yield f"Written into {root.resolve()}:"
    for path in files:
        yield f"  {path}"
    if "preview.toml" not in files:
        yield from _told_of_upstream(root, name)
    there = [] if root == Path() else [str(root)]
    commands = (
        (["widget", "preview", *there], "shows it on a community page"),
        (["pytest", str(root / "widgets" / name)], "runs its test"),
        (["widget", "build", *there], "makes what the platform publishes, in dist/"),
    )
    lines = [(shlex.join(command), what) for command, what in commands]
    width = max(len(command) for command, _ in lines)
    yield ""
    yield "Next:"
    for command, what in lines:
        yield f"  {command:<{width}}  # {what}"


def _told_of_upstream(root: Path, name: str) -> Iterator[str]:
    """What preview.toml, which is its author's, lacks of the new widget."""
    upstreams = _upstreams(root)
    if upstreams is not None and _host(name) in upstreams:
        return
    yield ""
    yield "preview.toml is as it was. For the preview to play the service behind the connector, add to it:"
    yield "  [upstreams]" + ("" if upstreams is None else "  # which is there already")
    yield f"  {_upstream_line(name, _own_module(name))}"


def _upstreams(root: Path) -> Mapping[str, object] | None:
    """The table of that name in preview.toml; None where it has none, or nobody can tell."""
    try:
        table = tomllib.loads((root / "preview.toml").read_text("utf-8-sig")).get("upstreams")
    except (OSError, ValueError, RecursionError):
        return None
    return table if isinstance(table, dict) else None


def _upstream_module(root: Path, name: str) -> str:
    taken = _is_there(root / "preview.toml") or _is_there(root / "upstream.py")
    return _own_module(name) if taken else "upstream"


def _own_module(name: str) -> str:
    return f"upstream_{_identifier(name)}"


def _upstream_line(name: str, module: str) -> str:
    return f'"{_host(name)}" = "{module}:app"'


def _is_there(path: Path) -> bool:
    """Whether something has this name, be it a link to nowhere."""
    return path.exists() or path.is_symlink()


def _identifier(name: str) -> str:
    return name.replace("-", "_")


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[-_]+", name) if word]


def _title(name: str) -> str:
    words = " ".join(_words(name))
    return words[0].upper() + words[1:]


def _slug(name: str) -> str:
    return "-".join(_words(name)).lower()


def _permalink(name: str) -> str:
    return f"{_slug(name)}-items"


def _host(name: str) -> str:
    return f"{_slug(name)}.example"
