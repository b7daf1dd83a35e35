"""`preview.toml`: how an author's own computer plays the community (design.md)."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from widget_workbench.gateway.definitions import bad_fields

_HOST = re.compile(r"(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.IGNORECASE)
_APPLICATION = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_BASE_URL = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", re.IGNORECASE)


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError(f'{value!r} is no host: write "name" or "name:port", without https://')
    return value.lower()


def _upstream(value: str) -> str:
    if not (_APPLICATION.fullmatch(value) or _BASE_URL.fullmatch(value)):
        raise ValueError(
            f'{value!r} is neither an ASGI application of this repository ("module:app") nor a '
            'base URL ("http://127.0.0.1:9000")'
        )
    return value


Host = Annotated[str, AfterValidator(_host)]
Upstream = Annotated[str, AfterValidator(_upstream)]


class _SettingsModel(BaseModel):
    """A key that is not known is a problem: a misspelt one would have no effect in silence."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class User(_SettingsModel):
    """What `{{ user.* }}` gives and who is on the page; by default some member."""

    id: int = 7
    email: str = "ann@example.com"
    first_name: str = "Ann"
    last_name: str = "Example"
    username: str = "ann"
    profile_fields: dict[str, str] = {}
    guest: bool = False


class Tenant(_SettingsModel):
    """The community itself."""

    id: str = "preview"


class PreviewSettings(_SettingsModel):
    """The whole file.

    `allow_hosts` are exempt from the address rules; `upstreams` maps a host to an ASGI application
    in this repository (`"module:app"`) or to a base URL.
    """

    allow_hosts: list[Host] = []
    upstreams: dict[Host, Upstream] = {}
    user: User = User()
    tenant: Tenant = Tenant()
    variables: dict[str, str] = {}


def read_settings(document: dict[str, Any]) -> tuple[PreviewSettings, list[tuple[str, str]]]:
    """Checks a parsed `preview.toml`; what is good of it holds.

    Returns:
        The settings, and each bad key as (path, message).
    """
    try:
        return PreviewSettings.model_validate(document), []
    except ValidationError as error:
        places = [detail["loc"] for detail in error.errors(include_url=False)]
        good = document
        for place in reversed(places):  # the last first, so that indexes of arrays still hold
            good = _without(good, [part for part in place if part != "[key]"])
        return PreviewSettings.model_validate(good), list(bad_fields(error))


def _without(value: Any, place: Sequence[int | str]) -> Any:
    """A copy of nested dicts and lists that lacks what stands at a place."""
    key, *rest = place
    if isinstance(value, dict):
        kept = {each: held for each, held in value.items() if each != key}
        return {**kept, key: _without(value[key], rest)} if rest and key in value else kept
    return [
        _without(each, rest) if index == key else each
        for index, each in enumerate(value)
        if rest or index != key
    ]
