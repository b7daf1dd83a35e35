"""Connector definitions: `connectors.json`, read and checked by platform.md §5."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeGuard, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from widget_workbench.gateway.authentication import Authentication, NoAuthentication
from widget_workbench.gateway.header_fields import check_header_name, holds_control_character
from widget_workbench.gateway.suggestions import did_you_mean, ended
from widget_workbench.gateway.templates import check_url_template

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
METHODS: tuple[Method, ...] = get_args(Method)
BODY_METHODS: frozenset[str] = frozenset({"POST", "PUT", "PATCH"})

# What is told where a step names a connector instead of being one.
_STEP_OR_ITS_URL = re.compile(r"steps\[\d+\](?:\.url)?")
_NO_STEP = ("is required", "is not an object")
_NO_REFERENCE = ": a step is a whole connector definition, it does not refer to one"

PERMALINK = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"


def _header_name(name: str) -> str:
    check_header_name(name)
    return name


def _one_line(value: str) -> str:
    if holds_control_character(value):
        raise ValueError("a header's value holds no line break or other control character")
    return value


def _callable_url(url: str) -> str:
    check_url_template(url)
    return url


class _DefinitionModel(BaseModel):
    """Types as JSON has them, unknown fields ignored (platform.md §5)."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Parameter(_DefinitionModel):
    """A configured query parameter."""

    key: Annotated[str, Field(min_length=1, max_length=255)]
    value: Annotated[str, Field(max_length=1000)]
    overridable: bool = False


class Header(_DefinitionModel):
    """A configured request header."""

    key: Annotated[str, Field(max_length=255), AfterValidator(_header_name)]
    value: Annotated[str, Field(max_length=1000), AfterValidator(_one_line)]
    overridable: bool = False


class PathParameter(_DefinitionModel):
    """A declared path parameter; without a value the caller has to give one."""

    key: Annotated[str, Field(min_length=1, max_length=255)]
    value: Annotated[str, Field(max_length=1000)] | None = None
    overridable: bool = False


def derived_permalink(name: str) -> str:
    """The permalink of a connector that gives none: its name in lower case, words by hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


class _Permalinked(_DefinitionModel):
    name: Annotated[str, Field(min_length=1, max_length=255)]
    permalink: Annotated[str, Field(max_length=255, pattern=PERMALINK)]

    @model_validator(mode="before")
    @classmethod
    def _derive_permalink(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or data.get("permalink") is not None:
            return data
        name = data.get("name")
        return {**data, "permalink": derived_permalink(name)} if isinstance(name, str) else data


class _Call(_DefinitionModel):
    """What a connector and a composite's step have in common."""

    url: Annotated[str, Field(min_length=1, max_length=2048), AfterValidator(_callable_url)]
    method: Method = "GET"
    headers: list[Header] = []
    query_parameters: list[Parameter] = []
    path_parameters: list[PathParameter] = []
    authentication: Authentication = NoAuthentication()
    request_body: str | None = None
    response_body: str | None = None
    response_content_type: (
        Annotated[str, Field(max_length=255), AfterValidator(_one_line)] | None
    ) = None


class Connector(_Permalinked, _Call):
    """One connector, as published."""


class Step(_Call):
    """One step of a composite connector."""

    name: Annotated[str, Field(max_length=255, pattern=PERMALINK)]


def _named_apart(steps: list[Step]) -> list[Step]:
    names = [step.name for step in steps]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two steps are called {twice[0]!r}, which `steps` could not tell apart")
    return steps


class CompositeConnector(_Permalinked):
    """Connectors called one after the other, as published; calling one without steps fails (platform.md §5)."""

    steps: Annotated[list[Step], AfterValidator(_named_apart)] = []


@dataclass(frozen=True)
class BrokenConnector:
    """A definition that breaks the rules: calling it tells `reason`, a whole sentence but for its subject.

    `method` is None where the definition does not tell it, and then stands for every method.
    """

    permalink: str
    method: str | None
    reason: str
    composite: bool = False


Definition = Connector | CompositeConnector | BrokenConnector


@dataclass(frozen=True)
class DefinitionProblem:
    """One bad field of one definition; `connector` is its permalink, else its name or place."""

    connector: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


def read_definitions(document: object) -> tuple[list[Definition], list[DefinitionProblem]]:
    """Reads a parsed `connectors.json`; one bad definition does not spoil the others.

    Args:
        document: the parsed JSON, `{"connectors": […], "composite_connectors": […]}`.

    Returns:
        The definitions, a bad one that has a permalink as a `BrokenConnector`, and every bad field.
    """
    if not isinstance(document, dict):
        return [], [DefinitionProblem("", "", 'is not an object {"connectors": […]}')]
    definitions: list[Definition] = []
    problems: list[DefinitionProblem] = []
    models: dict[str, type[Connector] | type[CompositeConnector]] = {
        "connectors": Connector,
        "composite_connectors": CompositeConnector,
    }
    for key, model in models.items():
        entries = document.get(key, [])
        if not isinstance(entries, list):
            problems.append(DefinitionProblem("", key, "is not an array of definitions"))
            continue
        for index, entry in enumerate(entries):
            definition, bad_fields = _read_one(model, entry, place=f"{key}[{index}]")
            problems.extend(bad_fields)
            if definition is not None:
                definitions.append(definition)
    return definitions, problems


def _read_one(
    model: type[Connector] | type[CompositeConnector], entry: object, *, place: str
) -> tuple[Definition | None, list[DefinitionProblem]]:
    try:
        return model.model_validate(entry), []
    except ValidationError as error:
        permalink = _usable_permalink(entry)
        name = name_of(entry, place)
        problems = [
            DefinitionProblem(name, field, message) for field, message in _bad_fields(error)
        ]
        if permalink is None:
            return None, problems
        method = (_text(entry, "method") or "GET") if model is Connector else "POST"
        broken = BrokenConnector(
            permalink=permalink,
            method=method if method in METHODS else None,
            reason=ended("; ".join(str(problem) for problem in problems)),
            composite=model is CompositeConnector,
        )
        return broken, problems


def _bad_fields(error: ValidationError) -> Iterator[tuple[str, str]]:
    for field, message in bad_fields(error):
        no_reference = message in _NO_STEP and _STEP_OR_ITS_URL.fullmatch(field)
        yield field, message + _NO_REFERENCE if no_reference else message


def name_of(entry: object, place: str) -> str:
    """What messages call a definition: its permalink, else its name, else where it stands."""
    return _usable_permalink(entry) or _text(entry, "name") or place


def _usable_permalink(entry: object) -> str | None:
    permalink = _text(entry, "permalink") or derived_permalink(_text(entry, "name") or "")
    return permalink if re.fullmatch(PERMALINK, permalink) else None


def _text(entry: object, key: str) -> str | None:
    value = entry.get(key) if isinstance(entry, dict) else None
    return value if isinstance(value, str) else None


def bad_fields(
    error: ValidationError, model: type[BaseModel] | None = None
) -> Iterator[tuple[str, str]]:
    """Each bad field of a validation as `(path, message)`: `("headers[0].key", "is required")`.

    Args:
        error: the validation's.
        model: what was validated, for messages that tell which keys there are.
    """
    for detail in error.errors(include_url=False, include_input=False):
        place = detail["loc"]
        match detail["type"]:
            case "missing":
                message = "is required"
            case "extra_forbidden":
                message = "is not a known key" + _keys_instead(model, place)
            case "model_type" | "dict_type":
                message = "is not an object"
            case "string_unicode":
                message = "holds half of a surrogate pair: write the whole character"
            case "value_error":
                message = detail["msg"].removeprefix("Value error, ")
            case kind:
                message = _SHAPES.get((kind, _field(place)), "")
                message = message or detail["msg"][:1].lower() + detail["msg"][1:]
        yield field_path(place), message


_PAIRS = 'has to be a list of {"key": …, "value": …, "overridable": …}'
_TEMPLATE = (
    'has to be a template in a string, such as "{\\"name\\": {{ user.first_name | tojson }}}"'
)
_SLUG = "is lower-case letters, digits and single hyphens, such as 'my-api'"

# What a field of a definition has to be, by pydantic's type of error.
_SHAPES: Mapping[tuple[str, str], str] = {
    **{("list_type", name): _PAIRS for name in ("headers", "query_parameters", "path_parameters")},
    ("list_type", "steps"): "has to be a list of steps, each a whole connector definition",
    ("string_type", "request_body"): _TEMPLATE,
    ("string_type", "response_body"): _TEMPLATE,
    ("string_pattern_mismatch", "permalink"): _SLUG,
    ("string_pattern_mismatch", "steps.name"): _SLUG,
}


def _field(place: tuple[int | str, ...]) -> str:
    """A definition's field, a step's as the definition's own: `headers` of `steps[0].headers`."""
    match place:
        case ("steps", int(), "name"):
            return "steps.name"
        case ("steps", int(), *rest):
            return _field(tuple(rest))
    return ".".join(map(str, place))


def _keys_instead(model: type[BaseModel] | None, place: tuple[int | str, ...]) -> str:
    """What follows "is not a known key", as far as the model tells."""
    *containers, key = place
    for name in containers:
        field = model.model_fields.get(str(name)) if model else None
        annotation = field.annotation if field else None
        model = annotation if _is_model(annotation) else None
    if model is None:
        return ""
    known = sorted(model.model_fields)
    return did_you_mean(str(key), known) or f"; there are: {', '.join(known)}"


def _is_model(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def field_path(location: tuple[int | str, ...]) -> str:
    """`("headers", 0, "key")` as a person writes it: `headers[0].key`."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path
