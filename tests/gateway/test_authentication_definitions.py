"""A definition's `authentication`: one row a rule of platform.md §5."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from widget_workbench.gateway import BrokenConnector, Connector, fingerprint, read_definitions
from widget_workbench.gateway.authentication import (
    ALGORITHMS,
    ApiKeyAuthentication,
    Authentication,
    ClientCredentialsAuthentication,
    JwtAuthentication,
    JwtBearerAuthentication,
    NoAuthentication,
    filled,
    templates,
    token_url,
)

API_KEY = {"key": "X-Api-Key", "value": "{{ get_secret('key') }}"}
CLIENT = {"client_id": "id", "client_secret": "s", "token_url": "https://auth.example/token"}
JWT = {"private_key": "pem", "claims": {"sub": "{{ user.id }}"}}
JWT_BEARER = {
    "client_id": "id",
    "private_key": "pem",
    "token_url": "https://auth.example/token",
    "subject": "{{ user.email }}",
    "audience": "https://auth.example",
}

TYPES: list[tuple[str, dict[str, Any], type[Any]]] = [
    ("none", {}, NoAuthentication),
    ("api_key", API_KEY, ApiKeyAuthentication),
    ("apikey", API_KEY, ApiKeyAuthentication),
    ("oauth_client_credentials", CLIENT, ClientCredentialsAuthentication),
    ("jwt", JWT, JwtAuthentication),
    ("oauth_jwt_bearer", JWT_BEARER, JwtBearerAuthentication),
]


def read(authentication: Any) -> tuple[Any, list[str]]:
    """The definition, and its bad fields as they are printed."""
    (definition,), problems = read_definitions(
        {
            "connectors": [
                {"name": "a", "url": "https://a.example", "authentication": authentication}
            ]
        }
    )
    return definition, [str(problem) for problem in problems]


def validated(type: str, config: Any) -> Any:
    adapter: TypeAdapter[Any] = TypeAdapter(Authentication)
    return adapter.validate_python({"type": type, "config": config})


@pytest.mark.parametrize(("type", "config", "model"), TYPES)
def test_each_type_is_read(type: str, config: dict[str, Any], model: type[Any]) -> None:
    definition, problems = read({"type": type, "config": config})

    assert problems == []
    assert isinstance(definition, Connector)
    assert isinstance(definition.authentication, model)


@pytest.mark.parametrize(
    "authentication",
    [
        {},
        {"config": {}},
        {"type": "none"},
        {"type": "none", "config": {"left": "over"}},
        {"type": "none", "config": None},
    ],
)
def test_nothing_said_is_no_authentication(authentication: dict[str, Any]) -> None:
    definition, problems = read(authentication)

    assert problems == []
    assert isinstance(definition.authentication, NoAuthentication)


def test_what_is_not_said_has_the_platforms_default() -> None:
    api_key = validated("api_key", API_KEY)
    assert filled(api_key, dict(templates(api_key))) == {**API_KEY, "in": "header"}
    assert validated("oauth_client_credentials", CLIENT).config.scope == ""
    assert validated("jwt", JWT).config.algorithm == "RS256"
    assert validated("jwt", JWT).config.jwt_headers == {}
    bearer = validated("oauth_jwt_bearer", JWT_BEARER).config
    assert (bearer.token_ttl, bearer.algorithm) == (3600, "RS256")
    assert (bearer.additional_claims, bearer.jwt_headers) == ({}, {})


@pytest.mark.parametrize(
    ("type", "config"),
    [
        ("api_key", {**API_KEY, "in": "query", "key": "api key"}),
        ("api_key", {**API_KEY, "key": "X-{{ get_variable('name') }}"}),
        ("api_key", {**API_KEY, "note": "ignored"}),
        ("oauth_client_credentials", {**CLIENT, "scope": "a b"}),
        ("oauth_client_credentials", {**CLIENT, "scope": None}),
        ("oauth_client_credentials", {**CLIENT, "token_url": "HTTPS://auth.example"}),
        ("oauth_client_credentials", {**CLIENT, "token_url": "{{ get_variable('url') }}/token"}),
        (
            "oauth_client_credentials",
            {**CLIENT, "token_url": "https://{{ get_variable('host') }}/token"},
        ),
        ("jwt", {**JWT, "claims": {}}),
        ("jwt", {**JWT, "claims": {"a": [1, {"b": None}], "c": True}}),
        ("jwt", {**JWT, "algorithm": "{{ get_variable('algorithm') }}"}),
        ("jwt", {**JWT, "jwt_headers": {"kid": "{{ get_secret('kid') }}"}}),
        ("jwt", {**JWT, "jwt_headers": None}),
        ("oauth_jwt_bearer", {**JWT_BEARER, "token_ttl": 0}),
        ("oauth_jwt_bearer", {**JWT_BEARER, "token_ttl": "600"}),
        ("oauth_jwt_bearer", {**JWT_BEARER, "token_ttl": "{{ get_variable('ttl') }}"}),
        ("oauth_jwt_bearer", {**JWT_BEARER, "additional_claims": {"scope": "a"}}),
        *[("jwt", {**JWT, "algorithm": algorithm}) for algorithm in ALGORITHMS],
    ],
)
def test_what_the_rules_allow_is_read(type: str, config: dict[str, Any]) -> None:
    assert read({"type": type, "config": config})[1] == []


def without(config: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key != name}


@pytest.mark.parametrize(
    ("type", "config", "field"),
    [
        *[("api_key", without(API_KEY, name), name) for name in API_KEY],
        *[("oauth_client_credentials", without(CLIENT, name), name) for name in CLIENT],
        *[("jwt", without(JWT, name), name) for name in JWT],
        *[("oauth_jwt_bearer", without(JWT_BEARER, name), name) for name in JWT_BEARER],
    ],
)
def test_a_field_that_is_missing_is_named(type: str, config: dict[str, Any], field: str) -> None:
    definition, problems = read({"type": type, "config": config})

    assert problems == [f"authentication.config.{field}: is required"]
    assert isinstance(definition, BrokenConnector)


SHORT = "string should have at least 1 character"
NO_TEXT = "input should be a valid string"
NO_OBJECT = "is not an object"
NO_HEADER = "is not a header's name: letters, digits and - are, a space is not"
OF_THE_GATEWAY = "names a header that the gateway itself sets: leave it out"
NO_SECONDS = "is not a whole number of seconds"
NO_ALGORITHM = "is none of HS256, HS384, HS512, RS256, RS384, RS512, ES256, ES384, ES512, PS256, PS384, PS512 or EdDSA"
NO_TYPE = "authentication.type: is none of none, api_key, oauth_client_credentials, jwt and oauth_jwt_bearer"
NO_HTTPS = "must start with https://"


@pytest.mark.parametrize(
    ("type", "config", "field", "message"),
    [
        ("api_key", {**API_KEY, "key": ""}, "key", SHORT),
        ("api_key", {**API_KEY, "key": 1}, "key", NO_TEXT),
        ("api_key", {**API_KEY, "key": "X Key"}, "key", NO_HEADER),
        ("api_key", {**API_KEY, "key": "X-Key\r\nX"}, "key", NO_HEADER),
        ("api_key", {**API_KEY, "key": "Host"}, "key", OF_THE_GATEWAY),
        ("api_key", {**API_KEY, "key": "content-length"}, "key", OF_THE_GATEWAY),
        ("api_key", {**API_KEY, "value": ""}, "value", SHORT),
        ("api_key", {**API_KEY, "value": None}, "value", NO_TEXT),
        ("api_key", {**API_KEY, "in": "body"}, "in", "input should be 'header' or 'query'"),
        ("api_key", {**API_KEY, "in": None}, "in", "input should be 'header' or 'query'"),
        ("oauth_client_credentials", {**CLIENT, "client_id": ""}, "client_id", SHORT),
        ("oauth_client_credentials", {**CLIENT, "client_secret": ""}, "client_secret", SHORT),
        ("oauth_client_credentials", {**CLIENT, "scope": ["a"]}, "scope", NO_TEXT),
        *[
            ("oauth_client_credentials", {**CLIENT, "token_url": url}, "token_url", NO_HTTPS)
            for url in (
                "",
                "auth.example/token",
                "ftp://auth.example",
                "ht{{ 'tps' }}://auth.example",
            )
        ],
        (
            "oauth_client_credentials",
            {**CLIENT, "token_url": "https://"},
            "token_url",
            "is not a URL that names a host",
        ),
        ("oauth_client_credentials", {**CLIENT, "token_url": 1}, "token_url", NO_TEXT),
        ("jwt", {**JWT, "private_key": ""}, "private_key", SHORT),
        ("jwt", {**JWT, "claims": []}, "claims", NO_OBJECT),
        ("jwt", {**JWT, "claims": None}, "claims", NO_OBJECT),
        ("jwt", {**JWT, "claims": "{{ claims }}"}, "claims", NO_OBJECT),
        ("jwt", {**JWT, "jwt_headers": []}, "jwt_headers", NO_OBJECT),
        *[
            ("jwt", {**JWT, "algorithm": algorithm}, "algorithm", NO_ALGORITHM)
            for algorithm in ("", "none", "rs256", "ES256K", "HS1")
        ],
        ("oauth_jwt_bearer", {**JWT_BEARER, "algorithm": None}, "algorithm", NO_TEXT),
        ("oauth_jwt_bearer", {**JWT_BEARER, "subject": ""}, "subject", SHORT),
        ("oauth_jwt_bearer", {**JWT_BEARER, "audience": ["a"]}, "audience", NO_TEXT),
        (
            "oauth_jwt_bearer",
            {**JWT_BEARER, "additional_claims": "a"},
            "additional_claims",
            NO_OBJECT,
        ),
        *[
            ("oauth_jwt_bearer", {**JWT_BEARER, "token_ttl": ttl}, "token_ttl", NO_SECONDS)
            for ttl in (-1, 1.5, True, None, "", "soon", "-1", [60])
        ],
    ],
)
def test_a_field_that_breaks_a_rule_is_named(
    type: str, config: dict[str, Any], field: str, message: str
) -> None:
    definition, problems = read({"type": type, "config": config})

    assert problems == [f"authentication.config.{field}: {message}"]
    assert isinstance(definition, BrokenConnector)


@pytest.mark.parametrize(
    ("authentication", "problem"),
    [
        (None, "authentication: is not an object"),
        ("none", "authentication: is not an object"),
        ([], "authentication: is not an object"),
        ({"config": API_KEY}, "authentication.type: is required"),
        ({"type": "basic"}, f"{NO_TYPE}; a fixed token is api_key with the key Authorization"),
        ({"type": "Bearer"}, f"{NO_TYPE}; a fixed token is api_key with the key Authorization"),
        ({"type": "api-key"}, f"{NO_TYPE}; did you mean 'api_key'?"),
        ({"type": "digest"}, NO_TYPE),
        ({"type": 1}, "authentication.type: input should be a valid string"),
        ({"type": "jwt", "config": "x"}, "authentication.config: is not an object"),
        ({"type": "jwt", "config": None}, "authentication.config: is not an object"),
    ],
)
def test_what_is_no_authentication_is_told(authentication: Any, problem: str) -> None:
    assert read(authentication)[1] == [problem]


def test_without_a_config_each_field_that_it_has_to_have_is_told() -> None:
    assert read({"type": "jwt"})[1] == [
        "authentication.config.private_key: is required",
        "authentication.config.claims: is required",
    ]


def test_every_bad_field_is_told_at_once_and_with_those_of_the_rest() -> None:
    _, problems = read_definitions(
        {
            "composite_connectors": [
                {
                    "name": "both",
                    "steps": [
                        {
                            "name": "one",
                            "url": 1,
                            "authentication": {
                                "type": "oauth_jwt_bearer",
                                "config": {"algorithm": "none", "token_ttl": -1},
                            },
                        }
                    ],
                }
            ]
        }
    )

    assert [problem.field.removeprefix("steps[0].") for problem in problems] == [
        "url",
        "authentication.config.client_id",
        "authentication.config.private_key",
        "authentication.config.token_url",
        "authentication.config.subject",
        "authentication.config.audience",
        "authentication.config.token_ttl",
        "authentication.config.algorithm",
    ]


def test_no_problem_repeats_what_the_field_holds() -> None:
    config = dict.fromkeys([*JWT_BEARER, "algorithm", "token_ttl", "jwt_headers"], "marker-4711")

    _, problems = read({"type": "oauth_jwt_bearer", "config": config})

    assert len(problems) == 4
    assert not any("marker" in problem for problem in problems)


# What is rendered


def test_every_text_is_a_template_and_has_a_place_of_its_own() -> None:
    authentication = validated(
        "jwt",
        {
            "private_key": "{{ get_secret('pem') }}",
            "claims": {
                "sub": "{{ user.id }}",
                "roles": ["a", {"deep": "b"}, 1],
                "a.b": "c",
                "a": {"b": "d"},
                "https://example.com/x": "e",
                "level": 1,
                "none": None,
            },
            "jwt_headers": {"kid": "k"},
        },
    )

    assert dict(templates(authentication)) == {
        "authentication.config.private_key": "{{ get_secret('pem') }}",
        "authentication.config.algorithm": "RS256",
        "authentication.config.claims.sub": "{{ user.id }}",
        "authentication.config.claims.roles[0]": "a",
        "authentication.config.claims.roles[1].deep": "b",
        "authentication.config.claims['a.b']": "c",
        "authentication.config.claims.a.b": "d",
        "authentication.config.claims['https://example.com/x']": "e",
        "authentication.config.jwt_headers.kid": "k",
    }


def test_what_was_rendered_goes_where_it_came_from() -> None:
    authentication = validated(
        "oauth_jwt_bearer",
        {
            **JWT_BEARER,
            "token_ttl": "{{ get_variable('ttl') }}",
            "additional_claims": {"a.b": ["x", 1, {"y": "y"}], "a": {"b": False}},
        },
    )
    rendered = {place: text.upper() for place, text in templates(authentication)}

    config = filled(authentication, {"headers[0].value": "elsewhere", **rendered})

    assert config == {
        "client_id": "ID",
        "private_key": "PEM",
        "token_url": "HTTPS://AUTH.EXAMPLE/TOKEN",
        "subject": "{{ USER.EMAIL }}",
        "audience": "HTTPS://AUTH.EXAMPLE",
        "token_ttl": "{{ GET_VARIABLE('TTL') }}",
        "algorithm": "RS256",
        "additional_claims": {"a.b": ["X", 1, {"y": "Y"}], "a": {"b": False}},
        "jwt_headers": {},
    }


def test_filling_leaves_the_definition_as_it_is() -> None:
    authentication = validated("jwt", {**JWT, "claims": {"a": ["x"]}})
    before = authentication.model_dump()

    config = filled(authentication, dict(templates(authentication)))
    config["claims"]["a"].append("y")

    assert authentication.model_dump() == before
    assert filled(authentication, dict(templates(authentication)))["claims"] == {"a": ["x"]}


def test_no_authentication_has_nothing_to_render() -> None:
    assert list(templates(NoAuthentication())) == []
    assert filled(NoAuthentication(), {}) == {}


# What a definition's readers ask for


@pytest.mark.parametrize(
    ("type", "config", "url"),
    [
        ("none", {}, None),
        ("api_key", {**API_KEY, "token_url": "https://a.example"}, None),
        ("jwt", JWT, None),
        ("oauth_client_credentials", CLIENT, CLIENT["token_url"]),
        ("oauth_jwt_bearer", JWT_BEARER, JWT_BEARER["token_url"]),
    ],
)
def test_the_token_endpoint_is_known(type: str, config: dict[str, Any], url: str | None) -> None:
    assert token_url(validated(type, config)) == url


def fingerprint_of(authentication: Any) -> str:
    definition, problems = read(authentication)
    assert problems == []
    return fingerprint(definition)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"type": "none", "config": {"left": "over"}}, {}),
        ({"type": "apikey", "config": API_KEY}, {"type": "api_key", "config": API_KEY}),
        (
            {"type": "api_key", "config": {**API_KEY, "in": "header"}},
            {"type": "api_key", "config": API_KEY},
        ),
        (
            {
                "type": "oauth_jwt_bearer",
                "config": {
                    **JWT_BEARER,
                    "token_ttl": 3600,
                    "algorithm": "RS256",
                    "jwt_headers": None,
                    "additional_claims": {},
                },
            },
            {"type": "oauth_jwt_bearer", "config": JWT_BEARER},
        ),
    ],
)
def test_two_ways_to_write_the_same_have_one_fingerprint(one: Any, other: Any) -> None:
    assert fingerprint_of(one) == fingerprint_of(other)


def test_what_decides_the_credentials_changes_the_fingerprint() -> None:
    variants: list[dict[str, Any]] = [
        {},
        {"type": "api_key", "config": API_KEY},
        {"type": "api_key", "config": {**API_KEY, "in": "query"}},
        {"type": "api_key", "config": {**API_KEY, "key": "X-Other"}},
        {"type": "jwt", "config": JWT},
        {"type": "jwt", "config": {**JWT, "claims": {}}},
        {"type": "jwt", "config": {**JWT, "algorithm": "PS256"}},
        {"type": "oauth_client_credentials", "config": CLIENT},
        {"type": "oauth_client_credentials", "config": {**CLIENT, "scope": "a"}},
        {"type": "oauth_jwt_bearer", "config": JWT_BEARER},
    ]

    assert len({fingerprint_of(variant) for variant in variants}) == len(variants)
