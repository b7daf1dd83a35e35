"""From an authentication's rendered config to the credentials of one request (platform.md §5)."""

import hashlib
import json
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from widget_workbench.gateway.authentication.config_texts import CONFIG
from widget_workbench.gateway.authentication.credentials import NO_CREDENTIALS, Credentials
from widget_workbench.gateway.authentication.models import (
    ApiKeyAuthentication,
    Authentication,
    ClientCredentialsAuthentication,
    JwtAuthentication,
    JwtBearerAuthentication,
)
from widget_workbench.gateway.authentication.signing import TIMES, sign
from widget_workbench.gateway.authentication.token_request import Send, request_token
from widget_workbench.gateway.authentication.tokens import IssuedToken, TokenCache
from widget_workbench.gateway.errors import ConnectorMisconfiguredError
from widget_workbench.gateway.header_fields import check_header_name, header_value
from widget_workbench.gateway.masking import NOTHING_MASKED, Masking
from widget_workbench.gateway.network.addresses import host_of

ASSERTION_LIFETIME = 180  # seconds, platform.md §5
JWT_BEARER_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"  # RFC 7523 §2.1

# Claims that differ from one token to the next, and say nothing of who it is for.
_OF_ONE_TOKEN = frozenset({*TIMES, "jti"})

logger = logging.getLogger(__name__)


class Authenticator:
    """Gives credentials, and keeps the tokens that they are made of.

    Args:
        send: sends a token request, within the gateway's limits and address rules; follows no redirect.
        tokens: where tokens are kept.
    """

    def __init__(self, send: Send, *, tokens: TokenCache | None = None) -> None:
        self._send = send
        self._tokens = tokens or TokenCache()

    def forget(self) -> None:
        """Forgets the tokens."""
        self._tokens.clear()

    async def credentials(
        self,
        authentication: Authentication,
        config: Mapping[str, Any],
        now: float,
        masking: Masking = NOTHING_MASKED,
    ) -> Credentials:
        """The credentials of one request.

        Args:
            authentication: as defined.
            config: its config with all templates rendered, as `filled` gives it.
            now: the execution's Unix time, in seconds.
            masking: knows the secrets that the config may be made of.

        Raises:
            ConnectorMisconfiguredError: a text of the config cannot be sent where it belongs.
            JwtSigningError: a token or an assertion cannot be signed.
            AuthenticationError: the token endpoint gives no token.
        """
        match authentication:
            case ApiKeyAuthentication():
                return _api_key(config)
            case ClientCredentialsAuthentication():
                return await self._client_credentials(config, masking)
            case JwtAuthentication():
                return _jwt(config)
            case JwtBearerAuthentication():
                return await self._jwt_bearer(config, now, masking)
            case _:
                return NO_CREDENTIALS

    async def _client_credentials(self, config: Mapping[str, Any], masking: Masking) -> Credentials:
        """RFC 6749 §4.4; shared by all whose id, secret, URL and scope are the same (platform.md §5)."""
        secret = config["client_secret"]
        form = {
            "grant_type": "client_credentials",
            "client_id": config["client_id"],
            "client_secret": secret,
            "scope": config["scope"],
        }

        async def request() -> IssuedToken:
            return await request_token(
                self._send, config["token_url"], form, masking=masking.with_secrets([secret])
            )

        key = _digest(config["token_url"], form)
        return await self._bearer("oauth_client_credentials", key, request, secret)

    async def _jwt_bearer(
        self, config: Mapping[str, Any], now: float, masking: Masking
    ) -> Credentials:
        """RFC 7523 §2.1."""
        ttl = _seconds(config["token_ttl"])

        async def request() -> IssuedToken:
            assertion = _assertion(config, now)
            issued = await request_token(
                self._send,
                config["token_url"],
                {"grant_type": JWT_BEARER_GRANT, "assertion": assertion},
                masking=masking.with_secrets([config["private_key"], assertion]),
            )
            _compare_lifetimes(config["token_url"], ttl, issued)
            return IssuedToken(issued.text, ttl)

        key = _digest(
            {
                **config,
                "token_ttl": ttl,
                "additional_claims": _lasting(config["additional_claims"]),
            }
        )
        return await self._bearer("oauth_jwt_bearer", key, request, config["private_key"])

    async def _bearer(
        self, type: str, key: str, request: Callable[[], Awaitable[IssuedToken]], secret: str
    ) -> Credentials:
        key = f"{type}:{key}"
        external_ms = 0.0
        token = self._tokens.kept(key)
        if token is None:
            started = time.perf_counter()
            token = await self._tokens.token(key, request)
            external_ms = (time.perf_counter() - started) * 1000
        return Credentials(
            headers=(_bearer_header(token),),
            identity=(key,),
            secrets=(token, secret),
            external_ms=external_ms,
        )


def _api_key(config: Mapping[str, Any]) -> Credentials:
    name, value, location = config["key"], config["value"], config["in"]
    identity = (f"api_key:{_digest(location, name, value)}",)
    if location == "query":
        _check_encodable("key", name)
        _check_encodable("value", value)
        return Credentials(query=((name, value),), identity=identity, secrets=(value,))
    try:
        check_header_name(name)
    except ValueError as error:
        raise _misconfigured("key", str(error)) from None
    try:
        carried = header_value(value)
    except ValueError as error:
        raise _misconfigured("value", str(error)) from None
    return Credentials(headers=((name, carried),), identity=identity, secrets=(carried,))


def _jwt(config: Mapping[str, Any]) -> Credentials:
    token = sign(
        config["claims"], config["private_key"], config["algorithm"], config["jwt_headers"]
    )
    who = _digest({**config, "claims": _lasting(config["claims"])})
    return Credentials(
        headers=(_bearer_header(token),),
        identity=(f"jwt:{who}",),
        secrets=(token, config["private_key"]),
    )


def _assertion(config: Mapping[str, Any], now: float) -> str:
    """RFC 7523 §3; what is configured as an additional claim has the last word."""
    claims = {
        "iss": config["client_id"],
        "sub": config["subject"],
        "aud": config["audience"],
        "iat": int(now),
        "exp": int(now) + ASSERTION_LIFETIME,
        **config["additional_claims"],
    }
    return sign(claims, config["private_key"], config["algorithm"], config["jwt_headers"])


def _bearer_header(token: str) -> tuple[str, str]:
    return "Authorization", f"Bearer {token}"


def _compare_lifetimes(token_url: str, ttl: float, issued: IssuedToken) -> None:
    if issued.lifetime is not None and issued.lifetime < ttl:
        logger.warning(
            "A token of %s holds for %g s, and authentication.config.token_ttl keeps it for %g s: in the time between, "
            "the upstream will refuse it.",
            host_of(httpx.URL(token_url)),
            issued.lifetime,
            ttl,
        )


def _lasting(claims: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if name not in _OF_ONE_TOKEN}


def _seconds(ttl: int | str) -> float:
    try:
        seconds = float(ttl)
    except (ValueError, OverflowError):
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise _misconfigured("token_ttl", "is not a number of seconds")
    return seconds


def _check_encodable(field: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _misconfigured(
            field, "holds half of a surrogate pair, which no URL can carry"
        ) from None


def _misconfigured(field: str, reason: str) -> ConnectorMisconfiguredError:
    return ConnectorMisconfiguredError(f"{CONFIG}.{field} {reason}.")


def _digest(*parts: Any) -> str:
    """A short text that differs wherever the parts do, and tells nothing of them."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("ascii")).hexdigest()
