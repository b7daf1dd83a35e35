"""A widget's `widget.json`, and its entry in the registry (platform.md §1, §2)."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from widget_workbench.gateway.definitions import bad_fields
from widget_workbench.gateway.suggestions import ended
from widget_workbench.problem import Code
from widget_workbench.without_bad import Place, without

# Of semver.org's grammar: no number begins with a zero.
_NUMBER = r"(?:0|[1-9]\d*)"
_IDENTIFIER = rf"(?:{_NUMBER}|\d*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_IDENTIFIER}(?:\.{_IDENTIFIER})*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?",
    re.ASCII,
)
_NO_TYPE = re.compile(r"[/\\?#%]")
_DRIVE = re.compile(r"[A-Za-z]:")


class _PathError(PydanticCustomError):
    """A path that the platform has a code for."""

    def __new__(cls, code: Code, text: str) -> Self:
        # As a value of the template, since a path's own braces would be taken for places.
        return super().__new__(cls, code.value, "{text}", {"text": text})


def _inner_path(path: str) -> str:
    if _DRIVE.match(path):
        raise _PathError(Code.ABSOLUTE_PATH_NOT_ALLOWED, f"{path} must not start with a drive")
    if path.startswith("/"):
        raise _PathError(Code.ABSOLUTE_PATH_NOT_ALLOWED, f"{path} must not start with '/'")
    if path.startswith("\\"):
        raise _PathError(Code.ABSOLUTE_PATH_NOT_ALLOWED, f"{path} must not start with '\\'")
    if ".." in re.split(r"[/\\]", path):
        raise _PathError(Code.PATH_TRAVERSAL_DETECTED, f"{path} must not contain '../'")
    if not path.isprintable():
        raise ValueError("holds a control character, which no file's name has")
    return posixpath.normpath(path)


def _file(path: str) -> str:
    if path.endswith(("/", "/.")):
        raise ValueError(f"{path} is no file's name")
    return _inner_path(path)


def _type(name: str) -> str:
    if name in (".", "..") or _NO_TYPE.search(name) or not name.isprintable():
        raise ValueError(
            f"{name!r} cannot be a widget's type: use letters, digits, '-' and '_', as in a directory's name"
        )
    return name


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 3.0 is an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _https(url: str) -> str:
    if not url.startswith("https://"):
        raise ValueError(f"{url!r} has to start with https://")
    return url


def _version(version: str) -> str:
    if not _VERSION.fullmatch(version):
        raise ValueError(f"{version!r} is no semantic version, such as 1.0.0 or 2.1.0-beta.1")
    return version


def _plain(value: Any) -> Any:
    if not isinstance(value, str | int | float):
        raise ValueError("has to be a string, a number or a boolean")
    return value


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


_INNER = r"^(?![/\\])(?!(.*[/\\])?\.\.([/\\]|$))"

# The patterns are for editors: here the validators say more.
InnerPath = Annotated[
    str,
    Field(min_length=1, json_schema_extra={"pattern": _INNER}),
    AfterValidator(_inner_path),
]
EntryFile = Annotated[
    str,
    Field(min_length=1, json_schema_extra={"pattern": _INNER}),
    AfterValidator(_file),
]
HttpsUrl = Annotated[str, Field(json_schema_extra={"pattern": "^https://"}), AfterValidator(_https)]
Version = Annotated[
    str,
    Field(json_schema_extra={"pattern": rf"^{_VERSION.pattern}$"}),
    AfterValidator(_version),
]
Text = Annotated[str, Field(min_length=1)]
Length = Annotated[int, Field(ge=0), BeforeValidator(_whole)]
Number = float  # strict, too, takes an integer for one
OptionValue = Annotated[
    Any,
    AfterValidator(_plain),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]


class ManifestModel(BaseModel):
    """Types as JSON has them, the platform's camelCase names, unknown fields ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, alias_generator=to_camel)


class Source(ManifestModel):
    """Repository hosting."""

    path: InnerPath = Field(description="The directory that is published, whole.")
    entry: EntryFile = Field(description="The entry's HTML file, in that directory.")


class Content(ManifestModel):
    """External hosting."""

    endpoint: HttpsUrl = Field(description="An https URL that answers with the widget's HTML.")
    method: Literal["GET", "POST"] = "GET"
    cache_strategy: Literal["none", "no-cache", "ttl", "permanent"] = "none"
    cache_ttl_seconds: Annotated[int, Field(ge=1), BeforeValidator(_whole)] | None = Field(
        default=None, description="For the strategy `ttl`: seconds."
    )

    @model_validator(mode="after")
    def _has_a_time_to_live(self) -> Self:
        if self.cache_strategy == "ttl" and self.cache_ttl_seconds is None:
            raise ValueError("`cacheStrategy` is ttl, which needs `cacheTtlSeconds`")
        return self


class Rules(ManifestModel):
    """What a value has to be like."""

    required: bool = False
    min_length: Length | None = None
    max_length: Length | None = None
    pattern: str | None = Field(default=None, description="A regular expression, of JavaScript's.")
    minimum: Number | None = None
    maximum: Number | None = None

    @model_validator(mode="after")
    def _is_satisfiable(self) -> Self:
        for low, high, names in (
            (self.min_length, self.max_length, "`minLength` is above `maxLength`"),
            (self.minimum, self.maximum, "`minimum` is above `maximum`"),
        ):
            if low is not None and high is not None and low > high:
                raise ValueError(f"{names}: no value could satisfy both")
        return self


class Option(ManifestModel):
    """One choice of a select."""

    value: OptionValue
    label: str = ""


class OptionsEndpoint(ManifestModel):
    """Where options are asked for."""

    endpoint: HttpsUrl = Field(description="An https URL; {q} is the search, {value} the value.")
    method: Literal["GET", "POST"] = "GET"
    headers: dict[str, str] = {}
    body: Any = None
    params: dict[str, Any] = {}


class OptionsMapping(ManifestModel):
    """Where the options stand in an answer."""

    path: str = ""
    value_key: str = "value"
    label_key: str = "label"


class DynamicOptions(ManifestModel):
    """Options that a server gives."""

    endpoint: OptionsEndpoint
    values_endpoint: OptionsEndpoint | None = None
    mapping: OptionsMapping = OptionsMapping()
    is_async_search: bool = False


def _of_type(name: str, **then: Any) -> dict[str, Any]:
    """What a JSON Schema asks of the properties of one type."""
    return {"if": {"properties": {"type": {"const": name}}, "required": ["type"]}, "then": then}


class Property(ManifestModel):
    """One field of the No-Code Builder's form."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                _of_type(
                    "select",
                    oneOf=[{"required": ["options"]}, {"required": ["dynamicOptions"]}],
                ),
                _of_type("autocomplete", required=["dynamicOptions"]),
            ]
        }
    )

    name: Text = Field(description="By which the value reaches the widget: sdk.props[name].")
    label: str = ""
    type: Literal["text", "number", "color", "date", "boolean", "select", "autocomplete"] = "text"
    description: str = ""
    section: str | None = Field(default=None, description="The name of one of `sections`.")
    default_value: Any = None
    rules: Rules = Rules()
    options: Annotated[list[Option], Field(min_length=1)] | None = None
    dynamic_options: DynamicOptions | None = None
    multiple: bool = False
    sortable: bool = False

    @model_validator(mode="after")
    def _has_its_options(self) -> Self:
        both = self.options is not None and self.dynamic_options is not None
        neither = self.options is None and self.dynamic_options is None
        if self.type == "select" and (both or neither):
            which = "has both" if both else "has neither"
            what = f"a select needs exactly one of `options` and `dynamicOptions`, and {which}"
        elif self.type == "autocomplete" and self.dynamic_options is None:
            what = "an autocomplete needs `dynamicOptions`"
        elif self.sortable and not (self.type == "autocomplete" and self.multiple):
            what = "`sortable` needs the type autocomplete and `multiple`"
        else:
            return self
        raise ValueError(what)


class Section(ManifestModel):
    """A group of properties in that form."""

    name: Text
    label: str = ""
    description: str = ""
    expanded: bool = False


class Configuration(ManifestModel):
    """The No-Code Builder's form."""

    properties: list[Property] = []
    sections: list[Section] = []

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        names = [each.name for each in self.properties]
        sections = [each.name for each in self.sections]
        used = {each.section for each in self.properties}
        wrong = [
            *(f"two properties are called {name!r}" for name in _repeated(names)),
            *(f"two sections are called {name!r}" for name in _repeated(sections)),
            *(
                f"property {each.name!r} is in the section {each.section!r}, which `sections` has not"
                for each in self.properties
                if each.section is not None and each.section not in sections
            ),
            *(
                f"section {name!r} has no fields: no property names it as its `section`"
                for name in dict.fromkeys(sections)
                if name not in used
            ),
        ]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


class Settings(ManifestModel):
    """What an admin may do with the widget on a page."""

    configurable: bool = True
    editable: bool = True
    removable: bool = True
    movable: bool = True
    shared: bool = False
    container: bool = False


Container = Literal["Full width", "Left container", "Sidebar"]


HOSTING = ("source", "content")
"""The fields that say where a widget comes from."""


class PlatformFields(ManifestModel):
    """The fields of a widget's definition that the platform knows."""

    model_config = ConfigDict(
        json_schema_extra={
            "not": {
                "anyOf": [
                    {"required": ["source", "content"]},
                    {"required": ["imageName", "imageSrc"]},
                ]
            }
        }
    )

    title: Text = Field(description="What the widgets' library shows.")
    category: Text = Field(description="Under which the library lists it.")
    source: Source | None = None
    content: Content | None = None
    version: Version = "1.0.0"
    description: str = Field(default="", description="What the widget is for.")
    containers: Annotated[list[Container], Field(min_length=1)] = ["Full width"]
    widgets_library: bool = Field(default=True, description="Whether the library offers it.")
    image_name: str | None = None
    image_src: InnerPath | None = Field(
        default=None, description="The thumbnail's file; without it thumbnail.png, if there is one."
    )
    settings: Settings = Settings()
    configuration: Configuration = Configuration()
    default_config: dict[str, Any] = Field(
        default={}, description="The default value of each property, by its name."
    )

    @model_validator(mode="after")
    def _has_one_image(self) -> Self:
        if self.image_name is not None and self.image_src is not None:
            raise ValueError("`imageName` and `imageSrc` exclude each other: keep one")
        return self

    def props(self) -> dict[str, Any]:
        """What `sdk.getProps()` gives for a widget that nobody configured.

        `defaultConfig`, and where that is silent the properties' `defaultValue`.
        """
        defaults = {
            each.name: each.default_value
            for each in self.configuration.properties
            if each.default_value is not None
        }
        return {**defaults, **self.default_config}


class WidgetManifest(PlatformFields):
    """The fields of `widget.json`; its `type` is the directory's name, so it has none here.

    Those that are ours alone tell how a Python widget is built and started. No registry has them.
    """

    prerender: bool = Field(
        default=True,
        description="Of a Python widget: whether its entry shows its first render, made by the build.",
    )
    boot: Literal["visible", "idle", "load", "interaction"] | None = Field(
        default=None,
        description="When a Python widget starts: when it can be seen or soon will be (visible, the default), when "
        "the page is idle, as soon as the page has it (load), or when somebody touches its prerendered markup "
        "(interaction, also the default where a visitor saves data or the device has little memory).",
    )
    prefetch: bool = Field(
        default=True,
        description="Of a Python widget: whether connector calls of its start begin before Python is there.",
    )


OWN_FIELDS = frozenset(
    to_camel(name)
    for name in WidgetManifest.model_fields.keys() - PlatformFields.model_fields.keys()
)
"""The fields of `widget.json` that are no part of what the platform reads."""


class RegisteredWidget(PlatformFields):
    """One entry of `widgets` in `extensions_registry.json`; paths are the repository's."""

    type: Annotated[str, Field(min_length=1), AfterValidator(_type)]


@dataclass(frozen=True)
class Fault:
    """One bad field: `field` as a person writes it, empty for the whole."""

    code: Code
    field: str
    message: str

    def __str__(self) -> str:
        return ended(f"`{self.field}`: {self.message}" if self.field else self.message)


# What lacks a bad part may be bad itself: an array that is empty now, in an object that is nothing without it.
_ROUNDS = 4

_Model = TypeVar("_Model", bound=ManifestModel)

_OF_PATHS = {
    str(code): code for code in (Code.ABSOLUTE_PATH_NOT_ALLOWED, Code.PATH_TRAVERSAL_DETECTED)
}

# By the first part of a bad field's place, where its own kind does not tell the code.
_CODES: Mapping[str, Code] = {
    "source": Code.INVALID_SOURCE_SCHEMA,
    "content": Code.INVALID_CONTENT,
    "type": Code.INVALID_TYPE,
    "version": Code.INVALID_VERSION,
    "configuration": Code.INVALID_CONFIGURATION,
}

# What a field has to be, by pydantic's kind of error and the field's name.
_SHAPES: Mapping[tuple[str, str], str] = {
    ("list_type", "properties"): (
        'has to be an array of properties, each with its "name": an object keyed by name is rejected'
    ),
    ("list_type", "sections"): 'has to be an array of sections, each with its "name"',
    ("list_type", "options"): 'has to be an array of {"value": …, "label": …}',
    ("list_type", "containers"): 'has to be an array, such as ["Full width", "Sidebar"]',
    ("model_type", "options"): 'is not an object {"value": …, "label": …}',
    ("model_type", "source"): 'is not an object {"path": …, "entry": …}',
}


def read_as(
    model: type[_Model], document: object, code: Code = Code.INVALID_DEFINITION
) -> tuple[_Model | None, tuple[Fault, ...]]:
    """Reads a definition.

    Args:
        model: what it is to be.
        document: the parsed JSON.
        code: of what has no code of its own.

    Returns:
        What is good of it, None where it is nothing without what is bad; and everything that is bad.
    """
    faults: tuple[Fault, ...] = ()
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(document), faults
        except ValidationError as error:
            faults = faults or tuple(_faults(error, code))
            places: list[Place] = [detail["loc"] for detail in error.errors(include_url=False)]
        document = without(document, places)
    return None, faults


def _faults(error: ValidationError, code: Code) -> Iterator[Fault]:
    details = error.errors(include_url=False, include_input=False)
    for detail, (field, message) in zip(details, bad_fields(error), strict=True):
        kind, place = detail["type"], detail["loc"]
        named = [part for part in place if isinstance(part, str)]
        shape = _SHAPES.get((kind, named[-1] if named else ""))
        if kind in _OF_PATHS:
            yield Fault(_OF_PATHS[kind], field, detail["msg"])  # as it is: it begins with a path
        else:
            own = _CODES.get(str(place[0]) if place else "", code)
            yield Fault(own, field, shape or message)


def structure_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong where a widget names not exactly one place that it comes from.

    Args:
        document: the parsed JSON, of which `source` and `content` may be bad themselves.
    """
    given = [key for key in HOSTING if document.get(key) is not None]
    if len(given) != 1:
        which = "both" if given else "neither"
        what = f"exactly one of `source` and `content` is needed, and there is {which}"
        yield Fault(Code.INVALID_WIDGET_STRUCTURE, "", what)
