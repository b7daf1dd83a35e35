"""Tokens from a token endpoint: Authlib's, over TCP and TLS (RFC 6749 §4.4 and §5, RFC 7523)."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwk
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.authentication import Authenticator, Credentials, TokenCache
from widget_workbench.gateway.errors import (
    AuthenticationError,
    ConnectorMisconfiguredError,
    DownstreamError,
    JwtSigningError,
)

from .authentication_cases import credentials
from .oauth_server import (
    AUDIENCE,
    HOST,
    TOKEN_URL,
    Client,
    Endpoint,
    Line,
    OAuthServer,
    TokenRequest,
    answers,
    posted,
    serve,
)

CLIENT_SECRET = "marker-4711"
CLIENT: dict[str, Any] = {
    "client_id": "reader",
    "client_secret": CLIENT_SECRET,
    "token_url": TOKEN_URL,
}


def pem(key: Any) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())

BEARER: dict[str, Any] = {
    "client_id": "signer",
    "private_key": pem(EC_KEY),
    "algorithm": "ES256",
    "token_url": TOKEN_URL,
    "subject": "ann@example.com",
    "audience": AUDIENCE,
}

CLIENTS = (
    Client("reader", CLIENT_SECRET, scopes=frozenset({"read", "write"})),
    Client("reader-2", CLIENT_SECRET),
    Client(
        "signer",
        public_key=jwk.ECKey.import_key(pem(EC_KEY)),
        subjects=frozenset({"ann@example.com", "bob@example.com"}),
    ),
    Client(
        "rsa-signer",
        public_key=jwk.RSAKey.import_key(pem(RSA_KEY)),
        subjects=frozenset({"ann@example.com"}),
    ),
)


class Gateway:
    """An authenticator before the server; its clock stands still until it is moved."""

    def __init__(self, server: OAuthServer, line: Line) -> None:
        self.server = server
        self.seconds = 0.0
        self.line = line
        self._tokens = TokenCache(clock=lambda: self.seconds)

    def ask(self, type: str, config: dict[str, Any], **options: Any) -> Credentials:
        (given,) = self.ask_at_once([(type, config)], **options)
        return given

    def ask_at_once(
        self,
        calls: list[tuple[str, dict[str, Any]]],
        *,
        now: float | None = None,
        **limits: Any,
    ) -> list[Credentials]:
        async def run() -> list[Credentials]:
            async with self.line.open(**limits) as send:
                authenticator = Authenticator(send, tokens=self._tokens)
                at = time.time() if now is None else now
                return await asyncio.gather(
                    *(credentials(authenticator, type, config, now=at) for type, config in calls)
                )

        return asyncio.run(run())

    def failure(self, type: str, config: dict[str, Any], **options: Any) -> str:
        """The detail of the AuthenticationError that a call ends with."""
        with pytest.raises(AuthenticationError) as caught:
            self.ask(type, config, **options)
        assert caught.value.scope == "Authentication (OAuth token request)"
        assert CLIENT_SECRET not in caught.value.detail
        return caught.value.detail

    @property
    def requests(self) -> list[TokenRequest]:
        return self.server.requests


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OAuthServer, Line]]:
    server = OAuthServer()
    with serve(server, tmp_path_factory.mktemp("tls")) as line:
        yield server, line


@pytest.fixture
def gateway(served: tuple[OAuthServer, Line]) -> Gateway:
    server, line = served
    server.reset()
    server.register(*CLIENTS)
    return Gateway(server, line)


def token_of(given: Credentials) -> str:
    ((name, value),) = given.headers
    assert name == "Authorization"
    assert given.query == ()
    return value.removeprefix("Bearer ")


# Client credentials


def test_client_credentials_are_posted_as_a_form_and_give_a_bearer_token(gateway: Gateway) -> None:
    given = gateway.ask("oauth_client_credentials", CLIENT)

    assert given.headers == (("Authorization", "Bearer token-1"),)
    (request,) = gateway.requests
    assert request.form == {
        "grant_type": "client_credentials",
        "client_id": "reader",
        "client_secret": CLIENT_SECRET,
    }
    assert request.headers["accept"] == "application/json"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in request.headers


def test_a_scope_is_asked_for(gateway: Gateway) -> None:
    gateway.ask("oauth_client_credentials", {**CLIENT, "scope": "read write"})

    assert gateway.requests[0].form["scope"] == "read write"


def test_a_secret_of_any_characters_arrives_as_it_is(gateway: Gateway) -> None:
    secret = "ü& =+%\r\n天"
    gateway.server.register(Client("any", secret))

    gateway.ask("oauth_client_credentials", {**CLIENT, "client_id": "any", "client_secret": secret})

    assert gateway.requests[0].form["client_secret"] == secret


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (
            {"client_id": "nobody"},
            "400: invalid_client (The client does not exist on this server)",
        ),
        (
            {"client_secret": "wrong"},
            "400: invalid_client (The client cannot authenticate with methods: "
            "('client_secret_post',))",
        ),
    ],
)
def test_what_authlib_refuses_is_told_in_its_words(
    gateway: Gateway, config: dict[str, str], reason: str
) -> None:
    detail = gateway.failure("oauth_client_credentials", {**CLIENT, **config})

    code, _, words = reason.partition(" (")
    assert detail.startswith(f"The token endpoint {HOST} answered {code[:3]} instead of a token")
    assert f"{code[3:]} ({words}" in detail


# JWT bearer


def test_an_assertion_is_signed_posted_and_verified_with_the_public_key(gateway: Gateway) -> None:
    now = time.time()

    given = gateway.ask("oauth_jwt_bearer", BEARER, now=now)

    assert given.headers == (("Authorization", "Bearer token-1"),)
    (request,) = gateway.requests
    assertion = request.form.pop("assertion")
    assert request.form == {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}
    claims = jwt.decode(assertion, EC_KEY.public_key(), ["ES256"], audience=AUDIENCE)
    assert claims == {
        "iss": "signer",
        "sub": "ann@example.com",
        "aud": AUDIENCE,
        "iat": int(now),
        "exp": int(now) + 180,
    }


def test_an_assertion_is_signed_by_rs256_unless_told_otherwise(gateway: Gateway) -> None:
    config = {**BEARER, "client_id": "rsa-signer", "private_key": pem(RSA_KEY)}
    del config["algorithm"]

    gateway.ask("oauth_jwt_bearer", config)

    assertion = gateway.requests[0].form["assertion"]
    assert jwt.get_unverified_header(assertion) == {"alg": "RS256", "typ": "JWT"}


def test_additional_claims_and_headers_go_into_the_assertion(gateway: Gateway) -> None:
    extra = {"scope": "read", "nbf": "1700000000", "aud": [AUDIENCE, "https://other.example"]}

    gateway.ask(
        "oauth_jwt_bearer",
        {**BEARER, "additional_claims": extra, "jwt_headers": {"kid": "key-1"}},
    )

    assertion = gateway.requests[0].form["assertion"]
    claims = jwt.decode(assertion, EC_KEY.public_key(), ["ES256"], audience=AUDIENCE)
    assert (claims["scope"], claims["nbf"]) == ("read", 1_700_000_000)
    assert claims["aud"] == [AUDIENCE, "https://other.example"]
    assert claims["iss"] == "signer"
    assert jwt.get_unverified_header(assertion)["kid"] == "key-1"


@pytest.mark.parametrize(
    ("config", "age"),
    [
        ({"private_key": pem(OTHER_KEY)}, 0),
        ({"audience": "https://other.example"}, 0),
        ({"client_id": "nobody"}, 0),
        ({"client_id": "rsa-signer"}, 0),
        ({"subject": "eve@example.com"}, 0),
        ({}, 200),
        ({"additional_claims": {"exp": 1}}, 0),
    ],
    ids=["key", "audience", "issuer", "key of another", "subject", "expired", "own exp"],
)
def test_an_assertion_that_authlib_refuses_gives_no_token(
    gateway: Gateway, config: dict[str, Any], age: int
) -> None:
    detail = gateway.failure("oauth_jwt_bearer", {**BEARER, **config}, now=time.time() - age)

    assert f"The token endpoint {HOST} answered 400 instead of a token: invalid_" in detail


def test_an_assertion_that_cannot_be_signed_is_no_fault_of_the_endpoint(gateway: Gateway) -> None:
    with pytest.raises(JwtSigningError, match="takes an RSA key"):
        gateway.ask("oauth_jwt_bearer", {**BEARER, "algorithm": "RS256"})

    assert gateway.requests == []


# How long a token is kept


@pytest.mark.parametrize(
    ("expires_in", "elapsed", "requests"),
    [
        (60, 0, 1),
        (60, 59.9, 1),
        (60, 60, 2),
        (60, 3600, 2),
        (3600, 3599, 1),
        (None, 0, 2),
        (0, 0, 2),
    ],
)
def test_a_client_credentials_token_is_kept_until_expires_in(
    gateway: Gateway, expires_in: int | None, elapsed: float, requests: int
) -> None:
    gateway.server.expires_in = expires_in
    gateway.ask("oauth_client_credentials", CLIENT)
    gateway.seconds += elapsed

    given = gateway.ask("oauth_client_credentials", CLIENT)

    assert len(gateway.requests) == requests
    assert token_of(given) == f"token-{requests}"


@pytest.mark.parametrize(
    ("token_ttl", "expires_in", "elapsed", "requests"),
    [
        (3600, 86400, 3599.9, 1),
        (3600, 86400, 3600, 2),
        (60, None, 59, 1),
        ("60", None, 60, 2),
        (0, 3600, 0, 2),
    ],
)
def test_a_jwt_bearer_token_is_kept_for_token_ttl(
    gateway: Gateway, token_ttl: Any, expires_in: int | None, elapsed: float, requests: int
) -> None:
    gateway.server.expires_in = expires_in
    gateway.ask("oauth_jwt_bearer", {**BEARER, "token_ttl": token_ttl})
    gateway.seconds += elapsed

    gateway.ask("oauth_jwt_bearer", {**BEARER, "token_ttl": token_ttl})

    assert len(gateway.requests) == requests


def test_a_token_ttl_beyond_the_tokens_life_is_warned_of(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.server.expires_in = 600
    with caplog.at_level(logging.WARNING, "widget_workbench.gateway"):
        gateway.ask("oauth_jwt_bearer", {**BEARER, "token_ttl": 600})
        assert caplog.messages == []
        gateway.ask("oauth_jwt_bearer", BEARER)

    (message,) = caplog.messages
    assert message.startswith(f"A token of {HOST} holds for 600 s, and")


@pytest.mark.parametrize(
    ("stated", "elapsed", "requests"),
    [
        ("60", 59, 1),
        (60.5, 60.4, 1),
        ("60", 60, 2),
        ("soon", 0, 2),
        (None, 0, 2),
        (True, 0, 2),
        (-5, 0, 2),
        ([60], 0, 2),
        (10**400, 0, 2),
    ],
    ids=lambda value: f"{value}"[:10],
)
def test_what_endpoints_write_for_expires_in(
    gateway: Gateway, stated: Any, elapsed: float, requests: int
) -> None:
    gateway.server.misbehave = answers(200, {"access_token": "t", "expires_in": stated})
    gateway.ask("oauth_client_credentials", CLIENT)
    gateway.seconds += elapsed

    gateway.ask("oauth_client_credentials", CLIENT)

    assert len(gateway.requests) == requests


def test_waiting_for_an_endpoint_is_told_and_a_kept_token_costs_none(gateway: Gateway) -> None:
    gateway.server.delay = 0.05

    first = gateway.ask("oauth_client_credentials", CLIENT)
    second = gateway.ask("oauth_client_credentials", CLIENT)

    assert first.external_ms >= 50
    assert second.external_ms == 0


# Who shares a token


@pytest.mark.parametrize("type", ["oauth_client_credentials", "oauth_jwt_bearer"])
@pytest.mark.parametrize("expires_in", [3600, None])
def test_twenty_calls_at_once_make_one_request(
    gateway: Gateway, type: str, expires_in: int | None
) -> None:
    gateway.server.expires_in = expires_in
    gateway.server.delay = 0.05
    config = {"oauth_client_credentials": CLIENT, "oauth_jwt_bearer": BEARER}[type]

    given = gateway.ask_at_once([(type, config)] * 20)

    assert len(gateway.requests) == 1
    assert {token_of(each) for each in given} == {"token-1"}


def variants(config: dict[str, Any], *changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [config, *({**config, **change} for change in changes)]


@pytest.mark.parametrize(
    ("type", "configs"),
    [
        (
            "oauth_client_credentials",
            variants(CLIENT, {"client_id": "reader-2"}, {"scope": "read"}, {"scope": "read write"}),
        ),
        ("oauth_client_credentials", variants(CLIENT, {"token_url": f"{TOKEN_URL}?tenant=2"})),
        (
            "oauth_jwt_bearer",
            variants(
                BEARER,
                {"subject": "bob@example.com"},
                {"additional_claims": {"scope": "read"}},
                {"additional_claims": {"scope": "write"}},
                {"jwt_headers": {"kid": "k"}},
                {"token_ttl": 60},
            ),
        ),
    ],
    ids=["client and scope", "URL", "JWT bearer"],
)
def test_whatever_differs_makes_another_token(
    gateway: Gateway, type: str, configs: list[dict[str, Any]]
) -> None:
    given = gateway.ask_at_once([(type, config) for config in configs])

    assert len(gateway.requests) == len(configs)
    assert len({token_of(each) for each in given}) == len(configs)
    assert len({each.identity for each in given}) == len(configs)


def test_another_secret_is_never_given_the_token(gateway: Gateway) -> None:
    gateway.ask("oauth_client_credentials", CLIENT)

    gateway.failure("oauth_client_credentials", {**CLIENT, "client_secret": "wrong"})


def test_another_key_is_never_given_the_token(gateway: Gateway) -> None:
    gateway.ask("oauth_jwt_bearer", BEARER)

    gateway.failure("oauth_jwt_bearer", {**BEARER, "private_key": pem(OTHER_KEY)})


@pytest.mark.parametrize(
    ("type", "one", "other"),
    [
        ("oauth_client_credentials", {**CLIENT, "scope": None}, {**CLIENT, "scope": ""}),
        ("oauth_jwt_bearer", BEARER, {**BEARER, "token_ttl": "3600"}),
        (
            "oauth_jwt_bearer",
            {**BEARER, "additional_claims": {"a": 1, "b": 2, "jti": "x", "iat": 1_700_000_000}},
            {**BEARER, "additional_claims": {"b": 2, "a": 1, "jti": "y", "iat": 1_700_000_001}},
        ),
    ],
)
def test_what_makes_the_same_token_shares_it(
    gateway: Gateway, type: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    first, second = gateway.ask(type, one), gateway.ask(type, other)

    assert len(gateway.requests) == 1
    assert (first.headers, first.identity) == (second.headers, second.identity)


def test_a_renewed_token_leaves_the_identity_as_it_is(gateway: Gateway) -> None:
    first = gateway.ask("oauth_client_credentials", CLIENT)
    gateway.seconds += 3600

    second = gateway.ask("oauth_client_credentials", CLIENT)

    assert first.headers != second.headers
    assert first.identity == second.identity


@pytest.mark.parametrize(
    ("type", "config", "secret"),
    [
        ("oauth_client_credentials", CLIENT, CLIENT_SECRET),
        ("oauth_jwt_bearer", BEARER, BEARER["private_key"]),
    ],
    ids=["client credentials", "JWT bearer"],
)
def test_what_must_not_be_seen_is_named(
    gateway: Gateway, type: str, config: dict[str, Any], secret: str
) -> None:
    given = gateway.ask(type, config)

    assert {"token-1", secret} <= set(given.secrets)
    assert not any(text in repr(given) for text in given.secrets)


# Endpoints that give no token


def echo(*, status: int = 400, wrapped: str = "{}") -> Endpoint:
    """Repeats the secret that it was sent, in the words that RFC 6749 has for errors."""

    async def endpoint(request: Request) -> Response:
        form = await posted(request)
        words = wrapped.format(form.get("client_secret") or form["assertion"])
        return JSONResponse({"error": "invalid_client", "error_description": words}, status)

    return endpoint


async def hang(request: Request) -> Response:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


def trickle(seconds: float) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        async def body() -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await asyncio.sleep(seconds)

        return StreamingResponse(body(), media_type="application/json")

    return endpoint


async def much(request: Request) -> Response:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1_000_000

    return StreamingResponse(body(), media_type="application/json")


SAID = f"The token endpoint {HOST} answered "
FAILED = f"The token request to {HOST} failed: "


@pytest.mark.parametrize(
    ("endpoint", "detail"),
    [
        (answers(400, {"error": "invalid_scope"}), f"{SAID}400 instead of a token: invalid_scope."),
        (
            answers(401, {"error": "invalid_client", "error_description": "Unknown.\nTrace: 1"}),
            f"{SAID}401 instead of a token: invalid_client (Unknown).",
        ),
        (
            answers(400, {"error": "a", "error_description": "b" * 1000}),
            f"{SAID}400 instead of a token: a ({'b' * 200}…).",
        ),
        (answers(400, {"error": "a", "error_description": 1}), f"{SAID}400 instead of a token: a."),
        (
            answers(400, {"error": "a", "error_description": "\x1b[2J"}),
            f"{SAID}400 instead of a token: a.",
        ),
        (answers(400, {"error": "\x1b[2J"}), f"{SAID}400 instead of a token."),
        (answers(400, {"error": "a" * 101}), f"{SAID}400 instead of a token."),
        (answers(400, {"error": {"code": 1}}), f"{SAID}400 instead of a token."),
        (answers(400, b'["error"]'), f"{SAID}400 instead of a token."),
        (answers(500, b"<h1>Internal Server Error</h1>"), f"{SAID}500 instead of a token."),
        (answers(503, b""), f"{SAID}503 instead of a token."),
        (answers(500, {"access_token": "t"}), f"{SAID}500 instead of a token."),
        (answers(302, b"", location=TOKEN_URL), f"{SAID}302 instead of a token."),
        (answers(204, b""), f"{SAID}204 with something that is no JSON object."),
        (answers(200, b"<html>"), f"{SAID}200 with something that is no JSON object."),
        (
            answers(200, b'{"access_token": "t"'),
            f"{SAID}200 with something that is no JSON object.",
        ),
        (answers(200, b"[" * 100_000), f"{SAID}200 with something that is no JSON object."),
        (answers(200, b'"\xff"'), f"{SAID}200 with something that is no JSON object."),
        (answers(200, b"null"), f"{SAID}200 with something that is no JSON object."),
        (answers(200, {}), f"{SAID}200 without an access_token."),
        (answers(200, {"error": "denied"}), f"{SAID}200 without an access_token: denied."),
        (answers(200, {"access_token": None}), f"{SAID}200 without an access_token."),
        (answers(200, {"access_token": ""}), f"{SAID}200 without an access_token."),
        (answers(200, {"access_token": " "}), f"{SAID}200 without an access_token."),
        (answers(200, {"access_token": 7}), f"{SAID}200 without an access_token."),
        (
            answers(200, {"access_token": "a\r\nX-Admin: 1"}),
            f"{SAID}200 with an access_token that holds a line break or another control character, "
            "which no header can carry.",
        ),
        (
            answers(200, {"access_token": "天"}),
            f"{SAID}200 with an access_token that holds a character beyond Latin-1, which no header "
            "can carry.",
        ),
        (echo(), f"{SAID}400 instead of a token: invalid_client (m***)."),
        (
            echo(wrapped="secret={}; wrong"),
            f"{SAID}400 instead of a token: invalid_client (secret=m***; wrong).",
        ),
        (echo(status=200), f"{SAID}200 without an access_token: invalid_client (m***)."),
        (
            answers(400, {"error": CLIENT_SECRET}),
            f"{SAID}400 instead of a token: m***.",
        ),
        (hang, f"{FAILED}{HOST} did not answer within 0.2 s."),
        (trickle(0.02), f"{FAILED}{HOST} did not answer within 0.2 s."),
        (
            much,
            f"{FAILED}The answer of {HOST} is larger than 10,000,000 bytes, the most that the gateway "
            "relays.",
        ),
    ],
)
def test_an_endpoint_that_gives_no_token_is_named_with_what_it_said(
    gateway: Gateway, endpoint: Endpoint, detail: str
) -> None:
    gateway.server.misbehave = endpoint
    time_limit = 0.2 if "0.2 s" in detail else 5.0

    assert gateway.failure("oauth_client_credentials", CLIENT, time_limit=time_limit) == detail

    assert len(gateway.requests) == 1
    gateway.server.misbehave = None
    assert token_of(gateway.ask("oauth_client_credentials", CLIENT)) == "token-1"


def test_an_assertion_is_not_repeated_either(gateway: Gateway) -> None:
    gateway.server.misbehave = echo(wrapped="bad assertion {}")

    detail = gateway.failure("oauth_jwt_bearer", BEARER)

    assert gateway.requests[0].form["assertion"][:20] not in detail
    assert "(bad assertion e***)" in detail


def test_every_call_that_waits_is_told_of_the_failure_by_an_error_of_its_own(
    gateway: Gateway,
) -> None:
    gateway.server.misbehave = answers(503, b"")
    gateway.server.delay = 0.05

    async def run() -> list[BaseException | Credentials]:
        async with gateway.line.open() as send:
            authenticator = Authenticator(send)
            calls = [
                credentials(authenticator, "oauth_client_credentials", CLIENT) for _ in range(5)
            ]
            return await asyncio.gather(*calls, return_exceptions=True)

    outcomes = asyncio.run(run())

    assert [type(outcome) for outcome in outcomes] == [AuthenticationError] * 5
    assert len({id(outcome) for outcome in outcomes}) == 5
    assert len(gateway.requests) == 1


# Token URLs, and what the gateway's rules say of them


@pytest.mark.parametrize(
    ("url", "detail"),
    [
        ("", "authentication.config.token_url is not a URL"),
        ("/token", "authentication.config.token_url is not a URL"),
        ("https://", "authentication.config.token_url is not a URL"),
        ("https://[::1/marker-4711", "authentication.config.token_url is not a URL"),
        ("https://auth.example:port/marker-4711", "authentication.config.token_url is not a URL"),
        (
            "{{ get_variable('url') }}",
            "authentication.config.token_url needs the variable 'url', which [variables] of preview.toml does",
        ),
        (
            'https://{{ get_secret("host") }}/token?a=1',
            "authentication.config.token_url needs the secret 'host', which secrets.toml does not give.",
        ),
    ],
)
def test_a_token_url_that_templates_made_no_url_is_told(
    gateway: Gateway, url: str, detail: str
) -> None:
    config = {**CLIENT, "token_url": "{{ get_variable('url') }}"}

    async def run() -> None:
        async with gateway.line.open() as send:
            await credentials(
                Authenticator(send),
                "oauth_client_credentials",
                config,
                rendered={"token_url": url},
            )

    with pytest.raises(AuthenticationError) as caught:
        asyncio.run(run())

    assert caught.value.detail.startswith(detail)
    assert "marker" not in caught.value.detail


@pytest.mark.parametrize(
    "error",
    [
        DownstreamError("auth.example refused marker-4711.", code="DOWNSTREAM_TIMEOUT"),
        ConnectorMisconfiguredError("auth.example may not be reached with marker-4711."),
    ],
)
def test_what_the_gateway_says_of_the_request_is_passed_on_without_the_secret(
    error: DownstreamError | ConnectorMisconfiguredError,
) -> None:
    async def send(request: httpx.Request) -> Answer:
        raise error

    with pytest.raises(AuthenticationError) as caught:
        asyncio.run(credentials(Authenticator(send), "oauth_client_credentials", CLIENT))

    assert caught.value.detail == FAILED + error.detail.replace(CLIENT_SECRET, "m***")
    assert caught.value.__cause__ is error


def test_a_certificate_of_nobody_known_gives_no_token(
    gateway: Gateway, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with serve(OAuthServer(), tmp_path_factory.mktemp("other")) as stranger:
        gateway.line = Line(stranger.authority, gateway.line.port)

        detail = gateway.failure("oauth_client_credentials", CLIENT)

    assert detail.startswith(FAILED)
    assert gateway.requests == []


def test_an_endpoint_that_is_not_there_gives_no_token(gateway: Gateway) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # taken, and nobody listens
        gateway.line = Line(gateway.line.authority, deaf.getsockname()[1])

        assert gateway.failure("oauth_client_credentials", CLIENT).startswith(FAILED)


@pytest.mark.parametrize("token_ttl", ["", "soon", "None", "-1", "nan", "inf"])
def test_a_token_ttl_that_a_template_gave_wrongly_is_told(token_ttl: str) -> None:
    async def send(request: httpx.Request) -> Answer:
        raise AssertionError("nothing is sent")

    config = {**BEARER, "token_ttl": "{{ get_variable('ttl') }}"}

    with pytest.raises(ConnectorMisconfiguredError, match="token_ttl is not a number of seconds"):
        asyncio.run(
            credentials(
                Authenticator(send), "oauth_jwt_bearer", config, rendered={"token_ttl": token_ttl}
            )
        )
