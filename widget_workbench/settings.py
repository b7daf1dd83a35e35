"""`preview.toml`: how an author's own computer plays the community (design.md)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from widget_workbench.gateway.definitions import bad_fields
from widget_workbench.gateway.network.addresses import looked_up
from widget_workbench.secret_values import is_name
from widget_workbench.without_bad import without

_HOST = re.compile(r"(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.IGNORECASE)
_APPLICATION = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_BASE_URL = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", re.IGNORECASE)
# Of the integers that JavaScript holds exactly.
_LARGEST_ID = 2**53 - 1


def _host(value: str) -> str:
    """As it is looked up: however a name beyond ASCII is written, it is one host."""
    name, colon, port = (value, "", "") if value.startswith("[") else value.partition(":")
    host = f"{looked_up(name)}{colon}{port}"
    if not _HOST.fullmatch(host):
        raise ValueError(f'{value!r} is no host: write "name" or "name:port", without https://')
    return host


def _upstream(value: str) -> str:
    if not (_APPLICATION.fullmatch(value) or _BASE_URL.fullmatch(value)):
        raise ValueError(
            f'{value!r} is neither an ASGI application of this repository ("module:app") nor a '
            'base URL ("http://127.0.0.1:9000")'
        )
    return value


def _profile_field(key: str) -> str:
    if not (key.isascii() and key.isdigit()):
        raise ValueError(f'{key!r} is no number of a profile field: write {{ 42 = "Support" }}')
    return key


def _variable_name(name: str) -> str:
    if not is_name(name):
        raise ValueError(
            f"{name!r} is no name of a variable, which consists of letters A to Z, digits and '_' "
            "and does not begin with a digit"
        )
    return name


def _no_table(value: Any) -> Any:
    """TOML reads the dots of an unquoted host as tables in tables."""
    if isinstance(value, dict):
        raise ValueError('is a table: put the host in quotes ("api.example" = …)')
    return value


Host = Annotated[str, AfterValidator(_host)]
Upstream = Annotated[str, BeforeValidator(_no_table), AfterValidator(_upstream)]
ProfileField = Annotated[str, AfterValidator(_profile_field)]
VariableName = Annotated[str, AfterValidator(_variable_name)]


def _user_id(value: Any) -> Any:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _LARGEST_ID:
        raise ValueError(f"has to be a whole number from 1 to {_LARGEST_ID}")
    return value


class _SettingsModel(BaseModel):
    """A key that is not known is a problem: a misspelt one would have no effect in silence."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class User(_SettingsModel):
    """What `{{ user.* }}` gives and who is on the page; by default some member.

    `id` is one that JavaScript and the community's database hold. `profile_fields` has the values by the fields'
    numbers, as text.
    """

    id: Annotated[int, Field(ge=1, le=_LARGEST_ID), BeforeValidator(_user_id)] = 7
    email: str = "ann@example.com"
    first_name: str = "Ann"
    last_name: str = "Example"
    username: str = "ann"
    profile_fields: dict[ProfileField, str] = {}
    guest: bool = False


class Tenant(_SettingsModel):
    """The community itself."""

    id: str = "preview"


class PreviewSettings(_SettingsModel):
    """The whole file.

    `allow_hosts` are exempt from the address rules; `upstreams` maps a host to an ASGI application
    in this repository (`"module:app"`) or to a base URL; `variables` are what `get_variable` gives.
    """

    allow_hosts: list[Host] = []
    upstreams: dict[Host, Upstream] = {}
    user: User = User()
    tenant: Tenant = Tenant()
    variables: dict[VariableName, str] = {}


@dataclass(frozen=True)
class SettingsReading:
    """What is good of a `preview.toml`, and what is bad.

    `bad_keys` has each as (path, message). No request may go to the network for want of an upstream
    that only could not be read: `bad_upstreams` has the reason for each host whose entry is bad,
    `unreadable` the one why nobody can tell which hosts have an entry.
    """

    settings: PreviewSettings = field(default_factory=PreviewSettings)
    bad_keys: tuple[tuple[str, str], ...] = ()
    bad_upstreams: Mapping[str, str] = field(default_factory=dict)
    unreadable: str | None = None


def read_settings(document: dict[str, Any]) -> SettingsReading:
    """Checks a parsed `preview.toml`; what is good of it holds. `$schema` is for editors."""
    document = {key: value for key, value in document.items() if key != "$schema"}
    try:
        return SettingsReading(PreviewSettings.model_validate(document))
    except ValidationError as error:
        places = [detail["loc"] for detail in error.errors(include_url=False)]
        # pydantic tells a key that is bad itself by this part.
        bad_keys = tuple(
            (key.removesuffix(".[key]"), text) for key, text in bad_fields(error, PreviewSettings)
        )
    bad_upstreams: dict[str, str] = {}
    unreadable: str | None = None
    for place, (key, message) in zip(places, bad_keys, strict=True):
        if _is_bad_value(place, document):
            bad_upstreams[_host(str(place[1]))] = f"`{key}`: {message}."
        elif place[0] == "upstreams":
            unreadable = unreadable or f"In preview.toml, `{key}`: {message}."
    good = PreviewSettings.model_validate(without(document, places))
    return SettingsReading(good, bad_keys, bad_upstreams, unreadable)


def _is_bad_value(place: Sequence[int | str], document: dict[str, Any]) -> bool:
    """Whether a host of `[upstreams]` stands there, and only what it is mapped to is bad."""
    if place[0] != "upstreams" or len(place) != 2:
        return False
    return not isinstance(document["upstreams"][place[1]], dict)
