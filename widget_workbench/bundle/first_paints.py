"""What the entries of a repository's widgets show, and begin, before Python is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from widget_workbench.bundle.bundle_file import BundleFile
from widget_workbench.bundle.entry import STYLE, BundleError
from widget_workbench.bundle.published import is_module, own_files
from widget_workbench.dependencies import DependencyError, WheelCache
from widget_workbench.manifest import WidgetManifest
from widget_workbench.prerendering import NOTHING, FirstPaint, Subject, first_paints
from widget_workbench.repository import Repository, Widget

_ASSETS = "assets/"


class FirstPaints:
    """The first paints of a repository's Python widgets, all made when one is first asked for.

    Args:
        repository: whose.
        dependencies: gives the archives of a widget's packages.
        told: gets a line for each step that takes long.
    """

    def __init__(
        self,
        repository: Repository,
        dependencies: Callable[[Widget], Iterable[BundleFile]],
        told: Callable[[str], None],
    ) -> None:
        self._widgets = [each for each in repository.widgets if any(_wishes(each))]
        self._dependencies = dependencies
        self._told = told

    def of(self, widget: Widget) -> FirstPaint:
        """A widget's, as far as its author wants it.

        Raises:
            BrowserPythonError: there is no JavaScript engine to run widgets in.
            ShippedFilesMissing: the runtime is not there.
        """
        prerender, prefetch = _wishes(widget)
        if not prerender and not prefetch:
            return NOTHING
        paint = self._made.get(widget.type, NOTHING)
        if not prefetch:
            paint = replace(paint, calls=(), calls_end="")
        if not prerender:
            return paint.unmarked('"prerender" is false in its widget.json')
        if paint.markup is not None and _ends_its_element(widget.directory / STYLE):
            return paint.unmarked("style.css holds “</style”, and so cannot stand in the entry")
        return paint

    @cached_property
    def _made(self) -> dict[str, FirstPaint]:
        """By type; at once, since starting the browser's Python takes a second."""
        subjects = [each for widget in self._widgets if (each := self._subject(widget))]
        paints = first_paints(subjects, WheelCache.of_user().directory, self._told)
        return {each.type: paint for each, paint in zip(subjects, paints, strict=True)}

    def _subject(self, widget: Widget) -> Subject | None:
        """None of a widget that cannot be bundled either, where the reason is told."""
        try:
            own = own_files(widget)
            files = list(self._dependencies(widget))
        except (BundleError, DependencyError, OSError):
            return None
        packages: dict[str, bytes] = {}
        for file in files:
            content = file.content.read_bytes() if isinstance(file.content, Path) else file.content
            packages[file.dependency or ""] = packages.get(file.dependency or "", b"") + content
        return Subject(
            type=widget.type,
            manifest=widget.manifest,
            modules={path: content for path, content in own.items() if is_module(path)},
            assets=[path.removeprefix(_ASSETS) for path in own if path.startswith(_ASSETS)],
            packages=packages,
        )


def paints_of(
    repository: Repository,
    dependencies: Callable[[Widget], Iterable[BundleFile]],
    told: Callable[[str], None],
) -> Callable[[Widget], FirstPaint]:
    """What gives the first paint of a widget: see `FirstPaints.of`."""
    return FirstPaints(repository, dependencies, told).of


def _wishes(widget: Widget) -> tuple[bool, bool]:
    """Whether a widget is to be prerendered, and whether calls are to be begun: neither of one that is no source."""
    manifest = widget.manifest
    if not widget.python or not isinstance(manifest, WidgetManifest):
        return False, False
    return manifest.prerender, manifest.prefetch


def _ends_its_element(style: Path) -> bool:
    return style.is_file() and b"</style" in style.read_bytes().lower()
