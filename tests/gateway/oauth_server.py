"""An OAuth server for tests: Authlib decides, over TCP and TLS.

What a test wants of it that no decent server does (a 500, a hang, 100 MB) it does at `misbehave`.
"""

import asyncio
import contextlib
import json
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpcore
import httpx
import trustme
import uvicorn
from authlib.oauth2 import AuthorizationServer, OAuth2Request  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749 import ClientMixin  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload  # type: ignore[import-untyped]
from authlib.oauth2.rfc6750 import BearerTokenGenerator  # type: ignore[import-untyped]
from authlib.oauth2.rfc7523 import JWTBearerGrant  # type: ignore[import-untyped]
from joserfc import jwk
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.network.exchange import Leads, Limits, send_once
from widget_workbench.gateway.network.transport import NetworkTransport

HOST = "auth.example"
TOKEN_URL = f"https://{HOST}/token"
AUDIENCE = "https://auth.example"

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass
class Client(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """A registered client; `subjects` are the users that its assertions may speak for."""

    client_id: str
    client_secret: str = ""
    public_key: jwk.Key | None = None
    scopes: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()

    def check_client_secret(self, client_secret: str) -> bool:
        return bool(self.client_secret) and client_secret == self.client_secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_post"

    def check_grant_type(self, grant_type: str) -> bool:
        expected = JWTBearerGrant.GRANT_TYPE if self.public_key else "client_credentials"
        return bool(grant_type == expected)

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(name for name in (scope or "").split() if name in self.scopes)


@dataclass
class TokenRequest:
    """A request as it arrived."""

    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class OAuthServer:
    """The token endpoint.

    Attributes:
        clients: who may have tokens, by id.
        expires_in: seconds; None leaves it out.
        requests: what arrived, in order.
        delay: seconds that each answer takes.
        misbehave: answers in its place.
    """

    clients: dict[str, Client] = field(default_factory=dict)
    expires_in: int | None = 3600
    requests: list[TokenRequest] = field(default_factory=list)
    delay: float = 0.0
    misbehave: Endpoint | None = None

    def __post_init__(self) -> None:
        self._issued = 0
        self._authlib = _Authlib(self.clients.get)
        self._authlib.register_grant(_PostedClientCredentials)
        self._authlib.register_grant(_JwtBearer)
        self._authlib.register_token_generator(
            "default",
            BearerTokenGenerator(
                lambda **kwargs: self._new_token(),
                expires_generator=lambda client, grant_type: self.expires_in,
            ),
        )

    def reset(self) -> None:
        """Back to a server that behaves, and knows nobody."""
        self.clients.clear()
        self.requests.clear()
        self.expires_in, self.delay, self.misbehave, self._issued = 3600, 0.0, None, 0

    def register(self, *clients: Client) -> None:
        self.clients.update({client.client_id: client for client in clients})

    def _new_token(self) -> str:
        self._issued += 1
        return f"token-{self._issued}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        assert (request.method, request.url.path) == ("POST", "/token")
        form = await posted(request)
        self.requests.append(TokenRequest(dict(request.headers), form))
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.misbehave is not None:
            response = await self.misbehave(request)
        else:
            response = self._authlib.create_token_response((request, form))
        await response(scope, receive, send)


class _OAuthRequest(OAuth2Request):  # type: ignore[misc]
    def __init__(self, request: Request, form: dict[str, str]) -> None:
        super().__init__(request.method, str(request.url), headers=request.headers)
        self.payload = BasicOAuth2Payload(form)
        self._form = form

    @property
    def form(self) -> dict[str, str]:
        return self._form


class _Authlib(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server, told how requests and responses look here."""

    def __init__(self, query_client: Callable[[str], Client | None]) -> None:
        super().__init__()
        self.query_client = query_client

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Nothing is kept: no resource asks for it."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: tuple[Request, dict[str, str]]) -> OAuth2Request:
        return request if isinstance(request, OAuth2Request) else _OAuthRequest(*request)

    def handle_response(
        self, status: int, body: dict[str, Any], headers: Iterable[tuple[str, str]]
    ) -> Response:
        kept = {name: value for name, value in headers if name.lower() != "content-type"}
        return JSONResponse(body, status, kept)


class _PostedClientCredentials(ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_post",)


class _JwtBearer(JWTBearerGrant):  # type: ignore[misc]
    LEEWAY = 0

    def resolve_issuer_client(self, issuer: str) -> Client | None:
        client: Client | None = self.server.query_client(issuer)
        return client

    def resolve_client_public_key(self, client: Client) -> jwk.Key:
        assert client.public_key is not None
        return client.public_key

    def get_audiences(self) -> list[str]:
        return [AUDIENCE]

    def authenticate_user(self, subject: str) -> str:
        return subject

    def has_granted_permission(self, client: Client, user: str) -> bool:
        return user in client.subjects


class Line:
    """The gateway's own way to the server: TLS verified for `auth.example`, connected to where it really listens."""

    def __init__(self, authority: trustme.CA, port: int) -> None:
        self.authority = authority
        self.port = port
        self._trust = ssl.create_default_context()
        authority.configure_trust(self._trust)

    @contextlib.asynccontextmanager
    async def open(
        self, *, time_limit: float = 5.0, size_limit: int = 10_000_000
    ) -> AsyncIterator[Callable[[httpx.Request], Awaitable[Answer]]]:
        """What sends a token request, within these limits."""
        network = NetworkTransport(_Backend(self.port), ssl_context=self._trust)

        async def send(request: httpx.Request) -> Answer:
            limits = Limits.from_now(seconds=time_limit, size=size_limit)
            return await send_once(request, lambda url: (network, Leads.TO_UPSTREAM), limits)

        try:
            yield send
        finally:
            await network.aclose()


class _Backend(httpcore.AnyIOBackend):
    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        assert (host, port) == (HOST, 443)
        return await super().connect_tcp("127.0.0.1", self._port, *args, **kwargs)


@contextlib.contextmanager
def serve(
    app: Callable[[Scope, Receive, Send], Awaitable[None]], directory: Path
) -> Iterator[Line]:
    """Serves the app with TLS, on a port of the system's choosing, until the context ends."""
    authority = trustme.CA()
    certificate = authority.issue_cert(HOST)
    chain = directory / "server.pem"
    certificate.private_key_and_cert_chain_pem.write_to_path(chain)
    # asyncio sends small parts at once on sockets that are made for TCP by name, and 40 ms later on others.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = uvicorn.Server(
        uvicorn.Config(
            app, ssl_certfile=chain, lifespan="off", log_config=None, timeout_graceful_shutdown=1
        )
    )
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield Line(authority, listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


async def posted(request: Request) -> dict[str, str]:
    """The form that was posted; a field that is given twice is an error."""
    pairs = parse_qsl((await request.body()).decode("ascii"), keep_blank_values=True)
    form = dict(pairs)
    assert len(form) == len(pairs)
    return form


def answers(status: int, body: bytes | dict[str, Any], **headers: str) -> Endpoint:
    """A `misbehave` that gives this answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def endpoint(request: Request) -> Response:
        return Response(content, status, headers, "application/json")

    return endpoint
