"""Who is on a community page, told by its CSRF token: one row a rule."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

import jwt
import pytest
from starlette.requests import Request

from widget_workbench.gateway import GUEST, Configuration, User
from widget_workbench.gateway.errors import CsrfTokenError
from widget_workbench.preview.visitors import LIFETIME, Visitors

ANN = User(id=7, username="ann")
CONFIGURATION = Configuration(user=ANN)
BROWSER = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}


class Clock:
    """Time that a test sets, in seconds."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def request(method: str, headers: Mapping[str, str]) -> Request:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "path": "/", "headers": raw})


def with_role(token: str, role: str) -> str:
    """The token with another role, and the signature that it had."""
    head, claims, signature = token.split(".")
    decoded = json.loads(base64.urlsafe_b64decode(claims + "=="))
    changed = json.dumps({**decoded, "role": role}).encode()
    return ".".join((head, base64.urlsafe_b64encode(changed).rstrip(b"=").decode(), signature))


def tokens() -> tuple[Visitors, dict[str, str | None]]:
    """A community, and a token of each kind that it may be sent."""
    clock = Clock()
    visitors = Visitors(lambda: ANN, clock=clock)
    expired = visitors.token("guest", lifetime=60)
    clock.now += 61
    guest = visitors.token("guest")
    kinds = {
        "of a guest": guest,
        "of a member": visitors.token("member"),
        "of an admin": visitors.token("admin"),
        "expired": expired,
        "expired at once": visitors.token("member", lifetime=0),
        "of an earlier start": Visitors(lambda: ANN, clock=clock).token("guest"),
        "with a role that was changed": with_role(guest, "admin"),
        "unsigned": jwt.encode({"role": "guest", "exp": clock.now + 60}, "", "none"),
        "no token": "mine",
        "not ASCII": "zażółć".encode().decode("latin-1"),
        "empty": "",
        "none": None,
    }
    return visitors, kinds


READS = ("GET", "HEAD", "OPTIONS")
WRITES = ("POST", "PUT", "PATCH", "DELETE")
GOOD = {"of a guest": GUEST, "of a member": ANN, "of an admin": ANN}
ABSENT = ("empty", "none")
BAD = (
    "expired",
    "expired at once",
    "of an earlier start",
    "with a role that was changed",
    "unsigned",
    "no token",
    "not ASCII",
)
REFUSED = CsrfTokenError

RULES = [
    *[(method, kind, BROWSER, who) for method in READS + WRITES for kind, who in GOOD.items()],
    *[(method, kind, {}, who) for method in READS + WRITES for kind, who in GOOD.items()],
    # What a page reads without a good token is what everybody may read; an expired one still tells who it was.
    *[
        (method, kind, BROWSER, ANN if kind == "expired at once" else GUEST)
        for method in READS
        for kind in (*BAD, *ABSENT)
    ],
    *[("GET", kind, {"sec-fetch-site": "none"}, ANN) for kind in ABSENT],
    *[(method, kind, BROWSER, REFUSED) for method in WRITES for kind in (*BAD, *ABSENT)],
    # Outside of a browser nobody can be lured to write.
    *[
        (method, kind, {}, GUEST if kind == "expired" and method in READS else ANN)
        for method in READS + WRITES
        for kind in (*BAD, *ABSENT)
    ],
    # Older browsers tell the origin alone, and some requests have the other header alone.
    ("POST", "none", {"origin": BROWSER["origin"]}, REFUSED),
    ("POST", "none", {"sec-fetch-site": "same-origin"}, REFUSED),
]


@pytest.mark.parametrize(("method", "kind", "headers", "expected"), RULES)
def test_who_calls(
    method: str, kind: str, headers: dict[str, str], expected: User | type[CsrfTokenError]
) -> None:
    visitors, kinds = tokens()
    token = kinds[kind]
    sent = request(method, headers if token is None else {**headers, "X-CSRF-Token": token})

    if isinstance(expected, User):
        assert visitors.identify(sent, CONFIGURATION) is expected
    else:
        with pytest.raises(CsrfTokenError, match=r"Load the page again\.$"):
            visitors.identify(sent, CONFIGURATION)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("expired", "The page's CSRF token has expired. "),
        ("of an earlier start", "The page's CSRF token is not this community's: "),
        ("none", "The call has no X-CSRF-Token: "),
    ],
)
def test_the_refusal_says_why(kind: str, sentence: str) -> None:
    visitors, kinds = tokens()
    token = kinds[kind]
    headers = BROWSER if token is None else {**BROWSER, "X-CSRF-Token": token}

    with pytest.raises(CsrfTokenError) as refusal:
        visitors.role(request("POST", headers))

    assert refusal.value.detail.startswith(sentence)
    assert (refusal.value.status, refusal.value.code) == (403, "CSRF_TOKEN_INVALID")


def test_each_page_load_has_a_token_of_its_own_that_holds_for_hours() -> None:
    clock = Clock()
    visitors = Visitors(lambda: ANN, clock=clock)
    first, second = visitors.token("member"), visitors.token("member")
    sent = request("POST", {**BROWSER, "X-CSRF-Token": first})

    assert first != second
    clock.now += LIFETIME - 1
    assert visitors.role(sent) == "member"
    clock.now += 1
    with pytest.raises(CsrfTokenError, match="expired"):
        visitors.role(sent)


@pytest.mark.parametrize("kind", ["expired", "of a guest"])
def test_a_token_is_renewed_for_the_same_visitor(kind: str) -> None:
    visitors, kinds = tokens()
    token = visitors.renewed(request("POST", {"X-CSRF-Token": kinds[kind] or ""}))

    assert visitors.role(request("POST", {"X-CSRF-Token": token})) == "guest"


@pytest.mark.parametrize(
    "kind", ["of an earlier start", "with a role that was changed", "unsigned", "no token", "empty"]
)
def test_only_a_token_of_this_community_is_renewed(kind: str) -> None:
    visitors, kinds = tokens()

    with pytest.raises(CsrfTokenError, match=r"Load the page again\.$"):
        visitors.renewed(request("POST", {"X-CSRF-Token": kinds[kind] or ""}))
