"""Who is on a community page: told by the CSRF token that the page sends with each call, and by nothing else.

The page is asked for as `?user=guest|member|admin`, and with profile fields as `?profile.42=Support`. What its widgets
call runs as that visitor, and yet no browser says who it is: the page's token is signed, and carries both (platform.md
§5, "Identity is never passed from the browser").
"""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from starlette.requests import Request

from widget_workbench.gateway import GUEST, Configuration, User
from widget_workbench.gateway.errors import CsrfTokenError

GUEST_ROLE = "guest"
ROLES = (GUEST_ROLE, "member", "admin")

LIFETIME = 12 * 60 * 60  # seconds that a page's token holds; ours, the portal gives none

_ALGORITHM = "HS256"
_HEADER = "X-CSRF-Token"

# RFC 9110 §9.2.1: what only reads needs no token.
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_LOAD_AGAIN = "Load the page again."


@dataclass(frozen=True)
class SignedIn:
    """Who is on a page.

    Attributes:
        role: one of `ROLES`.
        profile_fields: values by the fields' numbers, beside or in the place of those of `preview.toml`.
    """

    role: str
    profile_fields: Mapping[int, str] = field(default_factory=dict)


class Visitors:
    """Makes and reads the tokens of one community; with its key they end when the preview stops.

    Args:
        member: gives who a page's member, or admin, is.
        clock: gives Unix time, in seconds.
    """

    def __init__(
        self, member: Callable[[], User], *, clock: Callable[[], float] = time.time
    ) -> None:
        self._key = secrets.token_bytes(32)
        self._member = member
        self._clock = clock

    def token(
        self, role: str, profile_fields: Mapping[int, str] = {}, *, lifetime: float = LIFETIME
    ) -> str:
        """A new token for a page that is shown to a visitor of this role.

        Args:
            role: one of `ROLES`.
            profile_fields: those of `SignedIn`.
            lifetime: seconds that it holds; 0 makes one that has expired.
        """
        import jwt

        now = self._clock()
        claims = {
            "role": role,
            "fields": {str(number): value for number, value in profile_fields.items()},
            "exp": now + lifetime,
            "jti": secrets.token_urlsafe(8),
        }
        return jwt.encode(claims, self._key, _ALGORITHM)

    def renewed(self, request: Request, *, lifetime: float = LIFETIME) -> str:
        """A new token for the visitor of a page whose own may have expired.

        Raises:
            CsrfTokenError: the request has no token of this community.
        """
        visitor = self._read(request.headers.get(_HEADER), expired=True)
        return self.token(visitor.role, visitor.profile_fields, lifetime=lifetime)

    def role(self, request: Request) -> str | None:
        """The role of who sends a request; see `of`."""
        visitor = self.of(request)
        return None if visitor is None else visitor.role

    def of(self, request: Request) -> SignedIn | None:
        """Who sends a request; None where nothing tells, and nothing has to.

        A page that writes has to send a good token. One that only reads is answered in any case, as the visitor whose
        token it was if that has only expired, else as a guest. Whoever calls from outside of a page, by `curl` or in a
        test, needs no token: nobody else can make them call.

        Raises:
            CsrfTokenError: a page writes, and the token is missing, expired or not of this community.
        """
        reads = request.method in _SAFE_METHODS
        try:
            return self._read(request.headers.get(_HEADER), expired=reads)
        except CsrfTokenError:
            if not _is_a_pages(request):
                return None
            if reads:
                return SignedIn(GUEST_ROLE)
            raise

    def identify(self, request: Request, configuration: Configuration) -> User:
        """Who calls a connector, for `Gateway`: without a token to tell, `configuration.user`.

        Raises:
            CsrfTokenError: see `of`.
        """
        visitor = self.of(request)
        if visitor is None:
            return configuration.user
        if visitor.role == GUEST_ROLE:
            return GUEST
        member = self._member()
        if not visitor.profile_fields:
            return member
        fields = {**member.profile_fields, **visitor.profile_fields}
        # An empty one takes away what `preview.toml` says.
        return replace(member, profile_fields={k: value for k, value in fields.items() if value})

    def _read(self, token: str | None, *, expired: bool = False) -> SignedIn:
        """Who is in a token.

        Args:
            token: as it came.
            expired: whether one that has expired will do.

        Raises:
            CsrfTokenError: there is none, or it is not of this community, or has expired.
        """
        import jwt

        if not token:
            raise CsrfTokenError(
                f"The call has no {_HEADER}: the page has lost its element #csrftoken, or its token. {_LOAD_AGAIN}"
            )
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                # By our own clock, below.
                options={"require": ["role", "fields", "exp"], "verify_exp": False},
            )
        except jwt.InvalidTokenError:
            raise CsrfTokenError(
                f"The page's CSRF token is not this community's: the preview has started anew since, or another "
                f"value was given for it. {_LOAD_AGAIN}"
            ) from None
        if claims["exp"] <= self._clock() and not expired:
            raise CsrfTokenError(f"The page's CSRF token has expired. {_LOAD_AGAIN}")
        fields = {int(number): value for number, value in claims["fields"].items()}
        return SignedIn(claims["role"], fields)


def _is_a_pages(request: Request) -> bool:
    """Whether a page sent it: browsers name its origin with all that writes (the Fetch standard, §3.2).

    What one opens from the address bar comes from no page (W3C Fetch Metadata, §2.4).
    """
    return "origin" in request.headers or request.headers.get("sec-fetch-site", "none") != "none"
