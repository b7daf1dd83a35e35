"""Credentials that need no token endpoint: none, an API key, and a token that the gateway signs itself."""

import asyncio
from typing import Any

import httpx
import jwt
import pytest

from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.authentication import Authenticator, Credentials
from widget_workbench.gateway.errors import ConnectorMisconfiguredError, JwtSigningError

from .authentication_cases import credentials

KEY = {"key": "X-Api-Key", "value": "marker-4711"}
SECRET = "marker-4711-shared-secret-of-at-least-64-characters-for-HS512-too"
JWT: dict[str, Any] = {"private_key": SECRET, "algorithm": "HS256", "claims": {"sub": "7"}}


async def _nobody(request: httpx.Request) -> Answer:
    raise AssertionError("no token endpoint is asked")


def ask(type: str, config: dict[str, Any], **rendered: str) -> Credentials:
    return asyncio.run(credentials(Authenticator(_nobody), type, config, rendered=rendered))


def test_none_adds_nothing() -> None:
    assert ask("none", {"key": "left over"}) == Credentials()


# API keys


@pytest.mark.parametrize("type", ["api_key", "apikey"])
def test_a_key_goes_into_the_header_that_is_named(type: str) -> None:
    given = ask(type, KEY)

    assert given.headers == (("X-Api-Key", "marker-4711"),)
    assert given.query == ()


def test_a_key_goes_into_the_query_where_that_is_asked_for() -> None:
    given = ask("api_key", {"in": "query", "key": "api key", "value": "ü&\r\n"})

    assert given.headers == ()
    assert given.query == (("api key", "ü&\r\n"),)


@pytest.mark.parametrize(
    ("value", "sent"),
    [("Bearer abc", "Bearer abc"), ("ü", "ü"), (" a b\t", "a b"), ("a\tb", "a\tb")],
)
def test_a_header_carries_latin_1_without_the_blanks_around_it(value: str, sent: str) -> None:
    assert ask("api_key", {**KEY, "value": value}).headers == (("X-Api-Key", sent),)


@pytest.mark.parametrize(
    ("location", "field", "text", "reason"),
    [
        ("header", "value", "marker-4711\n", "no header can carry"),
        ("header", "value", "marker-4711\r\nX-Admin: 1", "no header can carry"),
        ("header", "value", "marker-4711\0", "no header can carry"),
        ("header", "value", "marker-4711\x7f", "no header can carry"),
        ("header", "value", "marker-4711 天", "no header can carry"),
        ("header", "value", "marker-4711 \ud800", "no header can carry"),
        ("query", "value", "marker-4711\ud800", "no URL can carry"),
        ("query", "key", "marker-4711\ud800", "no URL can carry"),
    ],
)
def test_a_key_that_cannot_be_sent_is_refused_and_not_repeated(
    location: str, field: str, text: str, reason: str
) -> None:
    config = {**KEY, "in": location, field: "{{ get_secret('a') }}"}

    with pytest.raises(ConnectorMisconfiguredError) as caught:
        ask("api_key", config, **{field: text})

    assert caught.value.detail.startswith(f"authentication.config.{field} holds ")
    assert reason in caught.value.detail
    assert "marker" not in caught.value.detail


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "is not a header's name"),
        ("X Key", "is not a header's name"),
        ("X-Kéy", "is not a header's name"),
        ("X-Key\r\nX-Admin", "is not a header's name"),
        ("X-Key\n", "is not a header's name"),
        ("Host", "names a header that the gateway itself sets"),
        ("CONTENT-LENGTH", "names a header that the gateway itself sets"),
    ],
)
def test_a_header_that_a_template_names_wrongly_is_refused(name: str, reason: str) -> None:
    config = {**KEY, "key": "{{ get_variable('name') }}"}

    with pytest.raises(ConnectorMisconfiguredError) as caught:
        ask("api_key", config, key=name)

    assert caught.value.detail.startswith(f"authentication.config.key {reason}")


# Tokens of the gateway's own


def bearer(given: Credentials) -> str:
    ((name, value),) = given.headers
    assert name == "Authorization"
    scheme, _, token = value.partition(" ")
    assert scheme == "Bearer"
    return token


def test_the_claims_are_signed_and_nothing_is_added_to_them() -> None:
    given = ask("jwt", JWT)

    assert jwt.decode(bearer(given), SECRET, ["HS256"]) == {"sub": "7"}
    assert given.external_ms == 0


def test_the_headers_go_into_the_token() -> None:
    given = ask("jwt", {**JWT, "jwt_headers": {"kid": "k-1"}})

    assert jwt.get_unverified_header(bearer(given)) == {"alg": "HS256", "typ": "JWT", "kid": "k-1"}


def test_what_templates_gave_is_signed_with_times_in_whole_seconds() -> None:
    claims = {"exp": "{{ now(300) }}", "iat": "{{ now() }}", "user": {"id": "{{ user.id }}"}}

    given = ask(
        "jwt",
        {**JWT, "algorithm": "{{ get_variable('a') }}", "claims": claims},
        **{
            "algorithm": "HS384",
            "claims.exp": "4000000300.5",
            "claims.iat": "1700000000",
            "claims.user.id": "7",
        },
    )

    signed = jwt.decode(bearer(given), SECRET, ["HS384"])
    assert signed == {"exp": 4_000_000_300, "iat": 1_700_000_000, "user": {"id": "7"}}


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"algorithm": "RS256"}, "not a private key in PEM format"),
        ({"claims": {"exp": "soon"}}, "claim exp is not a number"),
        ({"jwt_headers": {"alg": "none"}}, "alg contradicts"),
    ],
)
def test_what_cannot_be_signed_is_told(config: dict[str, Any], reason: str) -> None:
    with pytest.raises(JwtSigningError, match=reason) as caught:
        ask("jwt", {**JWT, **config})

    assert "marker" not in caught.value.detail


def test_an_algorithm_that_a_template_gave_wrongly_is_told() -> None:
    with pytest.raises(JwtSigningError, match="its algorithm is none of HS256"):
        ask("jwt", {**JWT, "algorithm": "{{ get_variable('a') }}"}, algorithm="none")


# What the gateway has to know about them


@pytest.mark.parametrize(
    ("type", "config"), [("api_key", KEY), ("api_key", {**KEY, "in": "query"}), ("jwt", JWT)]
)
def test_what_must_not_be_seen_is_named_and_is_in_no_other_place(
    type: str, config: dict[str, Any]
) -> None:
    given = ask(type, config)

    sent = [value.removeprefix("Bearer ") for _, value in (*given.headers, *given.query)]
    assert set(sent) <= set(given.secrets)
    assert "marker" not in f"{given!r} {given.identity}"
    if type == "jwt":
        assert SECRET in given.secrets


def test_who_is_taken_for_the_same_has_the_same_identity() -> None:
    claims = {"sub": "7", "exp": 1, "iat": "2", "nbf": 3, "jti": "a"}
    later = {"sub": "7", "exp": 5, "iat": "6", "nbf": 7, "jti": "b"}

    one, other = ask("jwt", {**JWT, "claims": claims}), ask("jwt", {**JWT, "claims": later})

    assert one.headers != other.headers
    assert one.identity == other.identity
    assert ask("api_key", KEY).identity == ask("apikey", {**KEY, "in": "header"}).identity


def test_who_is_taken_for_another_has_another_identity() -> None:
    variants: list[tuple[str, dict[str, Any]]] = [
        ("none", {}),
        ("api_key", KEY),
        ("api_key", {**KEY, "in": "query"}),
        ("api_key", {**KEY, "key": "X-Other"}),
        ("api_key", {**KEY, "value": "other"}),
        ("jwt", JWT),
        ("jwt", {**JWT, "private_key": "other"}),
        ("jwt", {**JWT, "algorithm": "HS512"}),
        ("jwt", {**JWT, "claims": {"sub": "8"}}),
        ("jwt", {**JWT, "claims": {"sub": 7}}),
        ("jwt", {**JWT, "jwt_headers": {"kid": "k"}}),
    ]

    identities = [ask(type, config).identity for type, config in variants]

    assert len(set(identities)) == len(variants)
