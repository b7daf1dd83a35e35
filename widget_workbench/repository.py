"""Reads a widget repository in the official layout, and tells everything that is wrong with it.

A broken file spoils nothing but itself: what is good can be previewed. A widget's own code is
never imported.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from widget_workbench.checking.ambiguous_paths import ambiguous_paths
from widget_workbench.checking.registries import CONNECTORS
from widget_workbench.checking.tree import PublishedTree
from widget_workbench.definition_warnings import (
    UnknownValue,
    refused_destinations,
    templated_length,
    unknown_fields,
    unknown_values,
    wrong_templates,
)
from widget_workbench.gateway import AllowedHosts, Configuration
from widget_workbench.gateway.definitions import (
    BrokenConnector,
    CompositeConnector,
    Connector,
    Definition,
    DefinitionProblem,
    read_definitions,
)
from widget_workbench.gateway.suggestions import ended
from widget_workbench.global_code import MODELS
from widget_workbench.manifest import (
    HOSTING,
    Fault,
    PlatformFields,
    WidgetManifest,
    read_as,
    structure_faults,
)
from widget_workbench.manifest_warnings import misspelt_fields, unfit_defaults
from widget_workbench.problem import Code, Problem
from widget_workbench.secret_values import (
    FILE,
    SecretsReading,
    is_tracked_by_git,
    parsed_secrets,
    read_secrets,
)
from widget_workbench.settings import PreviewSettings, SettingsReading, read_settings
from widget_workbench.strict_json import parsed
from widget_workbench.uncalled_hosts import connector_urls, uncalled_hosts

__all__ = [
    "ExternalWidget",
    "GlobalCode",
    "PreviewSettings",
    "Repository",
    "RepositoryError",
    "Widget",
    "WidgetManifest",
    "is_widget_type",
    "read_repository",
]

# Characters of templates that are looked through, in a few seconds at the worst: there are hostile repositories.
_LOOKED_THROUGH = 262_144

# kind: the file that says where it applies, and the code (platform.md §6)
_GLOBAL_CODE = (
    ("scripts", "script.json", "script.js"),
    ("stylesheets", "stylesheet.json", "style.css"),
)

_WIDGET_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


class RepositoryError(Exception):
    """The directory is no widget repository."""


@dataclass(frozen=True)
class Widget:
    """A widget that can be previewed.

    A Python widget's `source` is its directory and its `entry` the page that the bundle makes;
    a JavaScript widget's are those of its `widget.json`.
    """

    type: str
    directory: Path
    manifest: PlatformFields
    python: bool
    source: Path
    entry: str


@dataclass(frozen=True)
class ExternalWidget:
    """A widget whose content comes from a server of its author's."""

    type: str
    directory: Path
    manifest: PlatformFields


@dataclass(frozen=True)
class GlobalCode:
    """A script or a stylesheet for whole pages (platform.md §6).

    `kind` is its directory, "scripts" or "stylesheets"; `definition` the file that says where it applies, and `content`
    the code.
    """

    kind: str
    name: str
    definition: Path
    content: Path


@dataclass(frozen=True)
class Repository:
    """What a repository holds; `connectors` includes those of `preview.connectors.json`.

    `connector_files` has the file of each of `connectors`, in their order. `secrets` has the values by name,
    `secret_sources` where each comes from: `secrets.toml`, or a variable of the environment. A name that is both a
    secret's and a variable's is the secret's, and not in `settings.variables`.

    What could not be read is told to whoever calls a connector, too, each in a sentence:
    `unreadable_connectors` are files that may define others, `bad_upstreams` has the reason for
    each host whose entry in `[upstreams]` is bad, and `unreadable_settings` the one why nobody can
    tell which hosts have an entry.
    """

    root: Path
    widgets: tuple[Widget, ...]
    connectors: tuple[Definition, ...]
    settings: PreviewSettings
    problems: tuple[Problem, ...]
    connector_files: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret_sources: Mapping[str, str] = field(default_factory=dict)
    unreadable_connectors: tuple[str, ...] = ()
    bad_upstreams: Mapping[str, str] = field(default_factory=dict)
    unreadable_settings: str | None = None
    external_widgets: tuple[ExternalWidget, ...] = ()
    global_code: tuple[GlobalCode, ...] = ()


def is_widget_type(name: str) -> bool:
    """Whether a directory of this name in `widgets` is a widget."""
    return _WIDGET_TYPE.fullmatch(name) is not None


def read_repository(root: Path) -> Repository:
    """Reads `widgets/*/widget.json` and `connectors.json`, `preview.connectors.json`, `preview.toml`,
    `secrets.toml` and the environment's secrets.

    Raises:
        RepositoryError: `root` has no `widgets` directory. Nothing else does.
    """
    root = root.resolve()
    if not (root / "widgets").is_dir():
        above = next((each for each in root.parents if (each / "widgets").is_dir()), None)
        way_out = f"{above} has one: go there, or name it" if above else "Name one that has"
        raise RepositoryError(
            f"{root} is no widget repository: it has no directory 'widgets'. {way_out}, or begin one by "
            "`widget new NAME`."
        )
    return _Reading(root).repository()


def read_published(root: Path, tree: PublishedTree) -> Repository:
    """What a published tree holds, with what the author's own computer adds to it.

    Args:
        root: where `preview.connectors.json`, `preview.toml` and `secrets.toml` are, if they are.
        tree: that the platform would take.
    """
    return _Reading(root.resolve()).published(tree)


@dataclass(frozen=True)
class _Placed:
    """A definition and the file it stands in."""

    path: str
    definition: Definition

    @property
    def key(self) -> tuple[bool, str]:
        composite = isinstance(self.definition, CompositeConnector) or (
            isinstance(self.definition, BrokenConnector) and self.definition.composite
        )
        return composite, self.definition.permalink

    @property
    def method(self) -> str | None:
        return None if isinstance(self.definition, CompositeConnector) else self.definition.method

    def broken(self, reason: str) -> _Placed:
        composite, permalink = self.key
        return _Placed(self.path, BrokenConnector(permalink, self.method, reason, composite))


class _UnreadableError(Exception):
    """A file cannot be read, in a sentence that lacks its subject."""


class _Reading:
    """One reading of the files, collecting problems on the way."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._problems: list[Problem] = []
        self._connector_urls: list[str] = []
        self._unreadable_connectors: list[str] = []
        self._broken_connectors = False
        self._unreadable_secrets = False
        self._external: list[ExternalWidget] = []

    def repository(self) -> Repository:
        directories = list(self._widget_directories())
        self._problems += ambiguous_paths(f"widgets/{each.name}" for each in directories)
        widgets = [widget for each in directories if (widget := self._widget(each)) is not None]
        published = [
            placed for each in directories for placed in self._definitions(each / "connectors.json")
        ]
        return self._repository(widgets, published, tuple(self._global_code()))

    def published(self, tree: PublishedTree) -> Repository:
        widgets = [
            Widget(
                type=manifest.type,
                directory=self._root / manifest.source.path,
                manifest=manifest,
                python=published.manifest in tree.files,
                source=self._root / manifest.source.path,
                entry=manifest.source.entry,
            )
            for published, manifest in tree.registries.widgets
            if manifest.source is not None
        ]
        self._connector_urls += connector_urls(tree.registries.connectors_document)
        connectors = [_Placed(CONNECTORS, definition) for definition in tree.registries.connectors]
        return self._repository(widgets, connectors)

    def _repository(
        self,
        widgets: list[Widget],
        published: list[_Placed],
        global_code: tuple[GlobalCode, ...] = (),
    ) -> Repository:
        """With what does not come from widgets."""
        elsewhere = self._definitions(self._root / "preview.connectors.json")
        connectors = self._callable_connectors(published, elsewhere)
        secrets = self._secrets()
        reading = self._settings(secrets)
        self._report_uncalled(reading.settings.upstreams)
        self._report_warnings(connectors, secrets, reading)
        return Repository(
            root=self._root,
            widgets=tuple(widgets),
            connectors=tuple(placed.definition for placed in connectors),
            settings=reading.settings,
            problems=tuple(self._problems),
            connector_files=tuple(placed.path for placed in connectors),
            secrets={name: secret.value for name, secret in secrets.secrets.items()},
            secret_sources={name: secret.source for name, secret in secrets.secrets.items()},
            unreadable_connectors=tuple(self._unreadable_connectors),
            bad_upstreams=reading.bad_upstreams,
            unreadable_settings=reading.unreadable,
            external_widgets=tuple(self._external),
            global_code=global_code,
        )

    def _widget_directories(self) -> Iterator[Path]:
        for directory in sorted((self._root / "widgets").iterdir()):
            if directory.name.startswith((".", "_")) or not directory.is_dir():
                continue
            if directory.is_symlink():
                self._report(
                    directory, Code.SKIPPED_LINK, "is a symbolic link, which publishing skips."
                )
            elif not is_widget_type(directory.name):
                self._report(
                    directory,
                    Code.INVALID_TYPE,
                    "cannot be a widget's type: use letters, digits, '-' and '_' in the name of "
                    "the directory.",
                    error=True,
                )
            else:
                yield directory

    def _global_code(self) -> Iterator[GlobalCode]:
        for kind, definition, content in _GLOBAL_CODE:
            for directory in sorted((self._root / kind).glob("[!._]*")):
                if directory.is_symlink():
                    self._report(
                        directory, Code.SKIPPED_LINK, "is a symbolic link, which publishing skips."
                    )
                    continue
                if not directory.is_dir():
                    continue
                found = GlobalCode(
                    kind, directory.name, directory / definition, directory / content
                )
                if self._is_good(found):
                    yield found

    def _is_good(self, code: GlobalCode) -> bool:
        if code.content.is_symlink() or not code.content.is_file():
            self._report(
                code.content,
                Code.MISSING_FILE,
                f"is missing: it holds what {code.definition.name} is about.",
                error=True,
            )
            return False
        try:
            document = self._json(code.definition)
        except _UnreadableError as error:
            self._report(code.definition, Code.UNREADABLE_FILE, str(error), error=True)
            return False
        model = MODELS[code.kind]
        _, faults = read_as(model, document, Code.INVALID_GLOBAL_CODE)
        self._report_faults(code.definition, faults, error=True)
        self._report_faults(code.definition, misspelt_fields(document, model))
        return not faults

    def _widget(self, directory: Path) -> Widget | None:
        main = directory / "main.py"
        path = directory / "widget.json"
        if main.is_symlink():
            self._report(
                main, Code.SKIPPED_LINK, "is a symbolic link, which publishing skips.", error=True
            )
            return None
        python = main.is_file()
        if not os.path.lexists(path):
            if python:
                self._report(
                    path,
                    Code.MISSING_FILE,
                    'is missing: {"title": "…", "category": "…"} is the least it holds.',
                    error=True,
                )
            elif _is_meant_to_be_more(directory):
                self._report(
                    directory,
                    Code.NO_EFFECT,
                    "has neither widget.json nor main.py, so it is no widget: add what is missing, remove it, or "
                    "begin its name with '_'.",
                )
            return None
        manifest = self._manifest(path, python)
        if manifest is None:
            return None
        if python:
            if manifest.source or manifest.content:
                self._report(
                    path,
                    Code.NO_EFFECT,
                    "`source` and `content` have no effect beside a main.py.",
                )
            return Widget(directory.name, directory, manifest, True, directory, "index.html")
        return self._javascript_widget(directory, manifest)

    def _javascript_widget(self, directory: Path, manifest: WidgetManifest) -> Widget | None:
        path = directory / "widget.json"
        if manifest.source is None:
            self._report(
                path,
                Code.NOT_PREVIEWED,
                "`content`: a widget that is hosted elsewhere is published, and the preview does not show it.",
            )
            self._external.append(ExternalWidget(directory.name, directory, manifest))
        else:
            source = directory / manifest.source.path
            # os.path's own, which take links in a circle and names that no file can have
            if os.path.exists(source) and os.path.realpath(source) != os.path.normpath(
                os.path.join(os.path.realpath(directory), manifest.source.path)
            ):
                what = "`source.path` leads through a symbolic link, which publishing skips."
                self._report(path, Code.ENTRY_FILE_NOT_FOUND, what, error=True)
                return None
            entry = Path(os.path.realpath(source / manifest.source.entry))
            inside = entry.is_relative_to(os.path.realpath(source))
            if not inside or not os.path.isfile(entry):
                self._report(
                    path,
                    Code.ENTRY_FILE_NOT_FOUND,
                    f"`source`: the entry {manifest.source.path}/{manifest.source.entry} does not "
                    f"exist in {self._relative(directory)}, to which the path is relative. Build the widget first, or "
                    "correct the path.",
                    error=True,
                )
                return None
            return Widget(directory.name, directory, manifest, False, source, manifest.source.entry)
        return None

    def _manifest(self, path: Path, python: bool) -> WidgetManifest | None:
        """What is good of a `widget.json`, unless what is bad decides where the widget comes from."""
        try:
            document = self._json(path)
        except _UnreadableError as error:
            self._report(path, Code.UNREADABLE_FILE, str(error), error=True)
            return None
        manifest, faults = read_as(WidgetManifest, document)
        structure = [] if python else list(structure_faults(document))
        for fault in structure:
            also = (
                ""
                if "both" in fault.message
                else " A Python widget has a main.py, which is not there."
            )
            self._report(path, fault.code, f"{fault}{also}", error=True)
        self._report_faults(path, faults, error=True)
        without_type = {name: value for name, value in document.items() if name != "type"}
        self._report_faults(path, misspelt_fields(without_type, WidgetManifest))
        if document.get("type", path.parent.name) != path.parent.name:
            what = f"`type` is {document['type']!r}, and publishing makes it the directory's name."
            self._report(path, Code.NO_EFFECT, what)
        homeless = structure or any(fault.field.startswith(HOSTING) for fault in faults)
        if manifest is None or homeless:
            return None
        self._report_faults(path, unfit_defaults(manifest))
        return manifest

    def _definitions(self, path: Path) -> list[_Placed]:
        if not os.path.lexists(path):
            return []
        try:
            document = self._json(path)
        except _UnreadableError as error:
            self._report(path, Code.UNREADABLE_FILE, str(error), error=self._is_published(path))
            self._unreadable_connectors.append(f"{self._relative(path)} {error}")
            return []
        self._connector_urls += connector_urls(document)
        definitions, problems = read_definitions(document)
        for problem in problems:
            what = self._report_of_definition(
                self._relative(path),
                problem,
                Code.INVALID_CONNECTOR,
                error=self._is_published(path),
            )
            if not problem.connector:
                self._unreadable_connectors.append(f"{self._relative(path)}: {what}")
            self._broken_connectors = True
        for ignored in unknown_fields(document):
            self._report_of_definition(self._relative(path), ignored, Code.UNKNOWN_FIELD)
        return [_Placed(self._relative(path), definition) for definition in definitions]

    def _callable_connectors(
        self, published: list[_Placed], elsewhere: list[_Placed]
    ) -> list[_Placed]:
        """One definition for each permalink, or for each permalink and method of `elsewhere`."""
        unique = self._without_duplicates(
            published,
            key=lambda placed: placed.key,
            rule="a published permalink stands for one connector",
        )
        taken = {placed.key: placed.path for placed in published}
        for placed in elsewhere:
            if placed.key in taken:
                self._report_about(
                    placed,
                    Code.DUPLICATE_PERMALINK,
                    f"stands in {taken[placed.key]} too; that definition is called.",
                )
        others = self._without_duplicates(
            [placed for placed in elsewhere if placed.key not in taken],
            key=lambda placed: (*placed.key, placed.method),
            rule="a permalink may stand here once for each method",
        )
        return [*unique, *others]

    def _without_duplicates(
        self, definitions: list[_Placed], *, key: Callable[[_Placed], object], rule: str
    ) -> list[_Placed]:
        """Where several claim one place, none can be told to be the right one."""
        claims: dict[object, list[_Placed]] = {}
        for placed in definitions:
            claims.setdefault(key(placed), []).append(placed)
        kept: list[_Placed] = []
        for claimants in claims.values():
            if len(claimants) == 1:
                kept += claimants
                continue
            files = " and ".join(dict.fromkeys(placed.path for placed in claimants))
            reason = f"is defined {len(claimants)} times, in {files}: {rule}."
            for placed in {each.path: each for each in claimants}.values():
                self._report_about(
                    placed,
                    Code.DUPLICATE_PERMALINK,
                    reason,
                    error=placed.path.startswith("widgets/"),
                )
            kept.append(claimants[0].broken(reason))
        return kept

    def _settings(self, secrets: SecretsReading) -> SettingsReading:
        path = self._root / "preview.toml"
        if not os.path.lexists(path):
            return SettingsReading()
        try:
            reading = _without_names_of(secrets, read_settings(self._toml(path)))
        except _UnreadableError as error:
            self._report(path, Code.INVALID_SETTINGS, str(error))
            return SettingsReading(unreadable=f"{path.name} {error}")
        for key, message in reading.bad_keys:
            self._report(path, Code.INVALID_SETTINGS, ended(f"`{key}`: {message}"))
        return reading

    def _secrets(self) -> SecretsReading:
        path = self._root / FILE
        document: dict[str, Any] = {}
        if os.path.lexists(path):
            try:
                document = parsed_secrets(self._text(path))
            except (_UnreadableError, ValueError) as error:
                self._report(path, Code.INVALID_SETTINGS, str(error))
                self._unreadable_secrets = True
            if is_tracked_by_git(path):
                self._report(
                    path,
                    Code.TRACKED_SECRETS,
                    "is tracked by git, and whoever has the repository has the secrets. Take it out "
                    f"by `git rm --cached {FILE}`, name it in .gitignore, and change the secrets "
                    "that were pushed.",
                    error=True,
                )
        reading = read_secrets(document, os.environ)
        self._problems += [
            Problem(place, message, Code.INVALID_SETTINGS) for place, message in reading.bad_entries
        ]
        return reading

    def _report_warnings(
        self, connectors: Iterable[_Placed], secrets: SecretsReading, settings: SettingsReading
    ) -> None:
        """What is not meant in definitions that are good."""
        left = _LOOKED_THROUGH
        hosts = _hosts(settings)
        for placed in connectors:
            definition = placed.definition
            if isinstance(definition, BrokenConnector):
                continue
            if settings.unreadable is None:  # else nobody knows which hosts are allowed
                for field, message in refused_destinations(definition, hosts):
                    self._report_field(placed, field, message)
            if left < 0:
                continue
            left -= templated_length(definition)
            if left < 0:
                self._report_about(
                    placed,
                    Code.SUSPICIOUS_CONNECTOR,
                    "and those after it are not looked through for mistakes in templates: these are too long.",
                )
                continue
            for field, message in wrong_templates(definition):
                self._report_field(placed, field, message)
            self._report_unknown_values(placed, definition, secrets, settings)

    def _report_unknown_values(
        self,
        placed: _Placed,
        definition: Connector | CompositeConnector,
        secrets: SecretsReading,
        settings: SettingsReading,
    ) -> None:
        variables = settings.settings.variables
        for use in unknown_values(definition, secrets=secrets.secrets, variables=variables):
            if not self._is_explained(use, secrets, settings):
                what = f"connector {definition.permalink!r}, {use}"
                self._problems.append(
                    Problem(
                        placed.path,
                        what,
                        Code.SUSPICIOUS_CONNECTOR,
                        connector=definition.permalink,
                    )
                )

    def _is_explained(
        self, use: UnknownValue, secrets: SecretsReading, settings: SettingsReading
    ) -> bool:
        """Whether another problem tells already why there is no such value."""
        if use.kind == "secret":
            return self._unreadable_secrets or use.name in secrets.unusable
        in_the_way = {key for key, _ in settings.bad_keys}
        return settings.unreadable is not None or not in_the_way.isdisjoint(
            {"variables", f"variables.{use.name}"}
        )

    def _report_uncalled(self, upstreams: Iterable[str]) -> None:
        if self._unreadable_connectors or self._broken_connectors:
            return  # one of them may be meant to call it
        for host, meant in uncalled_hosts(upstreams, self._connector_urls):
            question = f"; one calls {meant}: is one of the two misspelt?" if meant else "."
            self._report(
                self._root / "preview.toml",
                Code.INVALID_SETTINGS,
                f"`upstreams.{host}`: no connector calls this host{question}",
            )

    def _toml(self, path: Path) -> dict[str, Any]:
        """The file's TOML.

        Raises:
            _UnreadableError: it has none.
        """
        try:
            return tomllib.loads(self._text(path))
        except (ValueError, RecursionError) as error:
            raise _UnreadableError(f"is not TOML: {error}.") from None

    def _json(self, path: Path) -> dict[str, Any]:
        """The file's JSON object.

        Raises:
            _UnreadableError: it has none.
        """
        try:
            document = parsed(self._text(path))
        except json.JSONDecodeError as error:
            raise _UnreadableError(
                f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})."
            ) from None
        except (ValueError, RecursionError) as error:
            raise _UnreadableError(f"is not JSON: {error}.") from None
        if not isinstance(document, dict):
            raise _UnreadableError("is not a JSON object.")
        return document

    def _text(self, path: Path) -> str:
        # os.path's own, since Path.resolve() raises for links in a circle before Python 3.13
        if not Path(os.path.realpath(path)).is_relative_to(self._root):
            raise _UnreadableError(
                "is a symbolic link out of the repository, which is not followed."
            )
        try:
            if os.path.exists(path) and not os.path.isfile(
                path
            ):  # reading a pipe would wait for ever
                raise _UnreadableError("cannot be read: it is no file.")
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise _UnreadableError(f"is not UTF-8 (byte {error.start}).") from None
        except OSError as error:
            raise _UnreadableError(f"cannot be read: {error.strerror}.") from None

    def _is_published(self, path: Path) -> bool:
        return path.is_relative_to(self._root / "widgets")

    def _report(self, path: Path, code: Code, message: str, *, error: bool = False) -> None:
        self._problems.append(Problem(self._relative(path), message, code, error))

    def _report_faults(self, path: Path, faults: Iterable[Fault], *, error: bool = False) -> None:
        for fault in faults:
            self._report(path, fault.code, str(fault), error=error)

    def _report_field(self, placed: _Placed, field: str, message: str) -> None:
        problem = DefinitionProblem(placed.definition.permalink, field, message)
        self._report_of_definition(placed.path, problem, Code.SUSPICIOUS_CONNECTOR)

    def _report_of_definition(
        self, path: str, problem: DefinitionProblem, code: Code, *, error: bool = False
    ) -> str:
        """Reports it, and returns its sentence without the connector."""
        where = f"connector {problem.connector!r}, " if problem.connector else ""
        what = f"`{problem.field}`: {problem.message}" if problem.field else problem.message
        sentence = ended(what)
        about = problem.connector or None
        self._problems.append(Problem(path, f"{where}{sentence}", code, error, about))
        return sentence

    def _report_about(
        self, placed: _Placed, code: Code, message: str, *, error: bool = False
    ) -> None:
        permalink = placed.definition.permalink
        what = f"connector {permalink!r} {message}"
        self._problems.append(Problem(placed.path, what, code, error, permalink))

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()


def _is_meant_to_be_more(directory: Path) -> bool:
    """Whether a directory without a widget's two files holds others than tools leave behind.

    One that only defines connectors, for the widgets beside it, is good as it is.
    """
    try:
        names = os.listdir(directory)
    except OSError:
        return False
    return "connectors.json" not in names and any(
        not name.startswith((".", "_")) and name != "node_modules" for name in names
    )


def _without_names_of(secrets: SecretsReading, settings: SettingsReading) -> SettingsReading:
    """The settings without variables that have a secret's name, which are bad keys."""
    kept: dict[str, str] = {}
    bad_keys = list(settings.bad_keys)
    for name, value in settings.settings.variables.items():
        if name not in secrets.secrets:
            kept[name] = value
            continue
        message = (
            f"there is a secret of this name, from {secrets.secrets[name].source}, and secrets and variables share "
            "one name space: the secret holds, the variable does not"
        )
        bad_keys.append((f"variables.{name}", message))
    held = settings.settings.model_copy(update={"variables": kept})
    return replace(settings, settings=held, bad_keys=tuple(bad_keys))


def _hosts(settings: SettingsReading) -> Configuration:
    """Which hosts are mapped, if only to what is bad, and which are allowed; nothing is sent there."""
    mapped = [*settings.settings.upstreams, *settings.bad_upstreams]
    return Configuration(
        upstreams=dict.fromkeys(mapped, httpx.AsyncBaseTransport()),
        allowed_hosts=AllowedHosts.of(settings.settings.allow_hosts),
    )
