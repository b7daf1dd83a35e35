"""Everything that a repository publishes, by path, as the platform reads it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from widget_workbench.bundle.bundle_file import BundleFile
from widget_workbench.bundle.entry import BundleError
from widget_workbench.bundle.hosting import DIRECTORY, Hosted, Hosting
from widget_workbench.bundle.limits import exceeded
from widget_workbench.bundle.published import published_files
from widget_workbench.bundle.registries import (
    CONNECTORS,
    EXTENSIONS,
    connectors_registry,
    extensions_registry,
    thumbnail,
)
from widget_workbench.repository import ExternalWidget, Repository, Widget
from widget_workbench.runtime import runtime

Content = bytes | Path

RUNTIME = DIRECTORY
"""Where the runtime's files stand that the author is to host."""


def repository_tree(
    repository: Repository,
    hosting: Hosting,
    dependencies: Callable[[Widget], Iterable[BundleFile]],
) -> dict[str, Content]:
    """The tree of a repository.

    Args:
        repository: whose widgets and connectors are all good.
        hosting: where the runtime is fetched from.
        dependencies: gives the archives of a widget's packages.

    Raises:
        BundleError: the platform would not take it; its text has a line for each reason.
    """
    files: dict[str, Content] = {
        EXTENSIONS: extensions_registry(repository),
        CONNECTORS: connectors_registry(repository),
    }
    problems: list[str] = []
    widgets: list[Widget | ExternalWidget] = [*repository.widgets, *repository.external_widgets]
    for widget in widgets:
        try:
            own = widget_tree(widget, hosting, dependencies)
        except BundleError as error:
            problems.append(f"widgets/{widget.type}: {error}")
            continue
        except OSError as error:
            problems.append(f"{error.filename}: cannot be read: {error.strerror}.")
            continue
        problems += [
            f"widgets/{widget.type}: {code}: {what}." for code, what in _exceeded(widget, own)
        ]
        files |= {f"widgets/{widget.type}/{path}": content for path, content in own.items()}
    for each in repository.global_code:
        path = f"{each.kind}/{each.name}/{each.content.name}"
        files[path] = each.content
        size = size_of(each.content)
        problems += [f"{path}: {code}: {what}." for code, what in exceeded({path: size})]
    problems += [f"widgets/{what}" for what in _collisions(files, "widgets/")]
    if problems:
        raise BundleError("\n".join(problems))
    if isinstance(hosting, Hosted):
        files |= {f"{RUNTIME}{name}": path for name, path in runtime().files.items()}
    return files


def widget_tree(
    widget: Widget | ExternalWidget,
    hosting: Hosting,
    dependencies: Callable[[Widget], Iterable[BundleFile]],
) -> dict[str, Content]:
    """What of a widget stands in its directory of the built tree, by path."""
    files: dict[str, Content] = {}
    if isinstance(widget, Widget):
        below = "" if widget.python else f"{_relative(widget)}/".removeprefix("./")
        packages = dependencies(widget) if widget.python else ()
        for path, content in published_files(widget, hosting, packages).items():
            files[f"{below}{path}"] = content
    if (image := thumbnail(widget)) is not None:
        files[image] = _image(widget.directory, image)
    return files


def _relative(widget: Widget) -> str:
    return widget.source.relative_to(widget.directory).as_posix()


def _image(directory: Path, image: str) -> Path:
    path = directory / image
    if path.is_symlink() or not path.resolve().is_relative_to(directory.resolve()):
        raise BundleError(f"PATH_TRAVERSAL_DETECTED: `imageSrc`: {image} leads out of the widget.")
    if not path.is_file():
        raise BundleError(f"`imageSrc`: {image} does not exist.")
    return path


def _collisions(files: Mapping[str, Content], below: str) -> Iterator[str]:
    """Paths that are one file on many computers: those that differ in case, or in how an accent is written, alone."""
    seen: dict[str, str] = {}
    for path in (path.removeprefix(below) for path in files if path.startswith(below)):
        other = seen.setdefault(unicodedata.normalize("NFC", path).casefold(), path)
        if other != path:
            yield f"{other} and {path} differ in case alone: rename one of them."


def _exceeded(
    widget: Widget | ExternalWidget, files: Mapping[str, Content]
) -> Iterable[tuple[str, str]]:
    sizes = {path: size_of(content) for path, content in files.items()}
    image = thumbnail(widget)
    return exceeded(sizes, None if image is None else sizes[image])


def size_of(content: Content) -> int:
    """Bytes of a file's content."""
    return len(content) if isinstance(content, bytes) else content.stat().st_size
