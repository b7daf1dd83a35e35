"""The five ways of platform.md §5 to tell an upstream who calls, as definitions write them."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

import httpx
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
)

from widget_workbench.gateway.authentication.signing import (
    ALGORITHMS,
    ANY_ALGORITHM,
    DEFAULT_ALGORITHM,
)
from widget_workbench.gateway.header_fields import check_header_name
from widget_workbench.gateway.suggestions import did_you_mean, listed
from widget_workbench.gateway.templates import Field as TemplateField
from widget_workbench.gateway.templates import Template

DEFAULT_TOKEN_TTL = 3600  # seconds, platform.md §5

_TEMPLATE = re.compile(r"\{\{|\{%|\{#")

# What others give: a caller, and the upstream of an earlier step.
_ANSWERED = frozenset({"request", "steps"})

# What another writer of the definition calls it, and the platform takes as well.
_ALIASES = {"apikey": "api_key"}


class _Model(BaseModel):
    """Types as JSON has them, unknown fields ignored (platform.md §5)."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


def _header_name_if_one(key: str, info: ValidationInfo) -> str:
    if info.data.get("location") == "header" and not _TEMPLATE.search(key):
        check_header_name(key)
    return key


def _known_algorithm(algorithm: str) -> str:
    if algorithm not in ALGORITHMS and not _TEMPLATE.search(algorithm):
        raise ValueError(f"is none of {ANY_ALGORITHM}")
    return algorithm


def _token_endpoint(url: str) -> str:
    # Whether http:// will do is told when it is called, as for a connector's own URL: `allow_hosts` may exempt it.
    template = _TEMPLATE.search(url)
    literal = url[: template.start()] if template else url
    if (literal or not template) and not literal.lower().startswith(("https://", "http://")):
        raise ValueError("must start with https://")
    if not template and not _names_a_host(url):
        raise ValueError("is not a URL that names a host")
    if not _ANSWERED.isdisjoint(Template(url, "token_url", TemplateField.SENT).names):
        raise ValueError(
            "goes by what a caller sent or an earlier step answered: neither may choose where secrets are sent"
        )
    return url


def _names_a_host(url: str) -> bool:
    try:
        return bool(httpx.URL(url).host)
    except (httpx.InvalidURL, UnicodeError):
        return False


def _seconds(value: Any) -> int | str:
    if isinstance(value, str) and (_TEMPLATE.search(value) or value.isdecimal()):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError("is not a whole number of seconds")


_Text = Annotated[str, Field(min_length=1)]
_Algorithm = Annotated[str, AfterValidator(_known_algorithm)]
_TokenUrl = Annotated[str, AfterValidator(_token_endpoint)]
# Null says what absence says.
_OptionalText = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
_OptionalObject = Annotated[
    dict[str, Any], BeforeValidator(lambda value: {} if value is None else value)
]


class _Authentication(_Model):
    @cached_property
    def plain_config(self) -> Mapping[str, Any]:
        """The config as plain data, by the definition's names, defaults filled in."""
        config = getattr(self, "config", None)
        return config.model_dump(by_alias=True) if isinstance(config, BaseModel) else {}


class NoAuthentication(_Authentication):
    """Nobody is named; a config that is left over has no meaning."""

    type: Literal["none"] = "none"


class ApiKeyConfig(_Model):
    """A key under a name; `in` says whether that is a header's or a query parameter's."""

    # Before `key`, whose rule depends on it.
    location: Literal["header", "query"] = Field(default="header", alias="in")
    key: Annotated[_Text, AfterValidator(_header_name_if_one)]
    value: _Text


class ApiKeyAuthentication(_Authentication):
    """`api_key`, also written `apikey`."""

    type: Literal["api_key"]
    config: ApiKeyConfig


class ClientCredentialsConfig(_Model):
    """RFC 6749 §4.4."""

    client_id: _Text
    client_secret: _Text
    token_url: _TokenUrl
    scope: _OptionalText = ""


class ClientCredentialsAuthentication(_Authentication):
    """`oauth_client_credentials`."""

    type: Literal["oauth_client_credentials"]
    config: ClientCredentialsConfig


class JwtConfig(_Model):
    """A token that the gateway signs, for the upstream itself."""

    private_key: _Text
    algorithm: _Algorithm = DEFAULT_ALGORITHM
    claims: dict[str, Any]
    jwt_headers: _OptionalObject = {}


class JwtAuthentication(_Authentication):
    """`jwt`."""

    type: Literal["jwt"]
    config: JwtConfig


class JwtBearerConfig(_Model):
    """RFC 7523 §2.1; `client_id` is the assertion's issuer, `token_ttl` in seconds."""

    client_id: _Text
    private_key: _Text
    token_url: _TokenUrl
    subject: _Text
    audience: _Text
    token_ttl: Annotated[int | str, BeforeValidator(_seconds)] = DEFAULT_TOKEN_TTL
    algorithm: _Algorithm = DEFAULT_ALGORITHM
    additional_claims: _OptionalObject = {}
    jwt_headers: _OptionalObject = {}


class JwtBearerAuthentication(_Authentication):
    """`oauth_jwt_bearer`."""

    type: Literal["oauth_jwt_bearer"]
    config: JwtBearerConfig


_AnyAuthentication = (
    NoAuthentication
    | ApiKeyAuthentication
    | ClientCredentialsAuthentication
    | JwtAuthentication
    | JwtBearerAuthentication
)

_MODELS: Mapping[str, type[_Authentication]] = {
    "none": NoAuthentication,
    "api_key": ApiKeyAuthentication,
    "oauth_client_credentials": ClientCredentialsAuthentication,
    "jwt": JwtAuthentication,
    "oauth_jwt_bearer": JwtBearerAuthentication,
}


# What other clients call a token that is sent as it is.
_FIXED_TOKENS = ("basic", "bearer")


def _known_type(type: str) -> str:
    type = _ALIASES.get(type, type)
    if type in _MODELS:
        return type
    if type.lower() in _FIXED_TOKENS:
        hint = "; a fixed token is api_key with the key Authorization"
    else:
        hint = did_you_mean(type, _MODELS)
    raise ValueError(f"is none of {listed(_MODELS)}{hint}")


class _Typed(_Model):
    type: Annotated[str, AfterValidator(_known_type)]


def _read(data: Any) -> Any:
    """Reads an authentication by the model of its type.

    A discriminator of pydantic's own would put the type into the place of every error.
    """
    if isinstance(data, _Authentication):
        return data
    if not isinstance(data, Mapping):
        raise ValueError("is not an object")
    if "type" not in data and not data.get("config"):
        return NoAuthentication()
    type = _Typed.model_validate(data).type
    # Without a config, each field that it has to have is told.
    return _MODELS[type].model_validate({"config": {}, **data, "type": type})


Authentication = Annotated[_AnyAuthentication, BeforeValidator(_read)]
"""The type of a definition's field `authentication`; its default is `NoAuthentication()`."""


def token_url(authentication: Authentication) -> str | None:
    """The URL of the token endpoint that is asked, as configured; None where there is none."""
    match authentication:
        case ClientCredentialsAuthentication() | JwtBearerAuthentication():
            return authentication.config.token_url
        case _:
            return None


def config_fields(type: object) -> frozenset[str]:
    """The names that a config of this type may have; none for one that is not known."""
    model = _MODELS.get(_ALIASES.get(type, type)) if isinstance(type, str) else None
    config = model.model_fields.get("config") if model else None
    if config is None or config.annotation is None:
        return frozenset()
    fields: Mapping[str, Any] = config.annotation.model_fields
    return frozenset(field.alias or name for name, field in fields.items())
