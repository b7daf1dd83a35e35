"""The HTTP cache, one row a rule of platform.md §5 or RFC 9111, against an upstream over TCP.

Times are seconds after the first request; the cache's clock and the upstream's are moved by hand.
"""

import asyncio
import email.utils
import socket
import threading
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.http_cache import HttpCache, StorageLimits, cache_key

Result = TypeVar("Result")

START = 1_800_000_000.0

ETAG = {"ETag": '"one"'}
FRESH = {"Cache-Control": "max-age=60"}

# What became of a request: answered from the cache alone; asked for with the validators of what was stored; or asked
# for as if nothing had been.
REUSED, REVALIDATED, ASKED = "reused", "revalidated", "asked"


def date(seconds: float) -> str:
    return email.utils.formatdate(START + seconds, usegmt=True)


@dataclass
class Reply:
    """What the upstream gives: `Date` is its clock's unless given, and left out if None."""

    headers: Mapping[str, str | list[str] | None] = field(default_factory=dict)
    status: int = 200
    body: bytes = b"body"


class Upstream:
    """Gives its replies in turn, the last one from then on, and 304 to a request whose condition it meets."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.now = START
        self.replies: list[Reply] = []
        self.requests: list[Request] = []
        self.delay = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        headers = {"Date": email.utils.formatdate(self.now, usegmt=True), **reply.headers}
        not_modified = reply.status == 200 and _meets(request, headers)
        response = Response(
            b"" if not_modified else reply.body, 304 if not_modified else reply.status
        )
        for name, values in headers.items():
            for value in [values] if isinstance(values, str) else values or []:
                response.headers.append(name, value)
        self.now += self.delay
        await response(scope, receive, send)


def _meets(request: Request, headers: Mapping[str, str | list[str] | None]) -> bool:
    if "if-none-match" in request.headers:
        return request.headers["if-none-match"] == headers.get("ETag")
    return request.headers.get("if-modified-since", "") == headers.get("Last-Modified")


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Upstream, str]]:
    upstream = Upstream()
    # asyncio sends small parts at once on sockets that are made for TCP by name, and 40 ms later on others.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()  # so that who connects before the thread has begun waits, and is not refused
    config = uvicorn.Config(
        upstream,
        lifespan="off",
        ws="none",
        log_config=None,
        date_header=False,
        server_header=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield upstream, f"http://127.0.0.1:{listener.getsockname()[1]}/things"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


class Community:
    """A cache before the upstream, and the requests that go through it."""

    def __init__(self, upstream: Upstream, url: str) -> None:
        self.upstream = upstream
        self.url = url
        self.cache = HttpCache(clock=lambda: upstream.now)
        self._network = httpx.AsyncHTTPTransport(
            verify=False
        )  # of plain HTTP; loading the authorities takes 20 ms
        self._runner = asyncio.Runner()

    def replies(self, *replies: Reply) -> None:
        self.upstream.replies = list(replies)

    def wait(self, seconds: float) -> None:
        self.upstream.now += seconds

    def ask(
        self, headers: Mapping[str, str] | None = None, method: str = "GET", url: str = ""
    ) -> tuple[str, Answer]:
        """What became of a request, and its answer."""
        before = len(self.upstream.requests)
        answer, hit = self.run(self.exchange(headers, method, url))
        sent = self.upstream.requests[before:]
        if not sent:
            assert hit or answer.status == 504
            return REUSED, answer
        conditional = any(name.startswith("if-") for name in sent[0].headers)
        assert not hit or conditional
        return REVALIDATED if conditional else ASKED, answer

    async def exchange(
        self, headers: Mapping[str, str] | None = None, method: str = "GET", url: str = ""
    ) -> tuple[Answer, bool]:
        request = httpx.Request(method, url or self.url, headers=headers)
        key = cache_key(request, connector="things")
        return await self.cache.exchange(key, request, self.send)

    async def send(self, request: httpx.Request) -> Answer:
        response = await self._network.handle_async_request(request)
        body = await response.aread()
        await response.aclose()
        headers = tuple((name.lower(), value) for name, value in response.headers.raw)
        return Answer(response.status_code, headers, body)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self._runner.run(work)

    def close(self) -> None:
        self._runner.run(self._network.aclose())
        self._runner.close()


@pytest.fixture
def community(served: tuple[Upstream, str]) -> Iterator[Community]:
    upstream, url = served
    upstream.reset()
    community = Community(upstream, url)
    yield community
    community.close()


def headers_of(answer: Answer) -> dict[str, str]:
    return {name.decode(): value.decode("latin-1") for name, value in answer.headers}


def row(rule: str, *values: Any) -> Any:
    return pytest.param(*values, id=rule)


# What is stored (platform.md §5)


@pytest.mark.parametrize(
    ("status", "becomes"),
    [
        (200, REUSED),
        (301, REUSED),
        (308, REUSED),
        (201, ASKED),
        (203, ASKED),
        (204, ASKED),
        (206, ASKED),
        (300, ASKED),
        (302, ASKED),
        (307, ASKED),
        (404, ASKED),
        (410, ASKED),
        (500, ASKED),
        (503, ASKED),
    ],
)
def test_only_these_statuses_are_stored(community: Community, status: int, becomes: str) -> None:
    body = b"" if status == 204 else b"body"
    community.replies(Reply(FRESH, status=status, body=body))

    _, first = community.ask()
    outcome, answer = community.ask()

    assert outcome == becomes
    assert (answer.status, answer.body) == (first.status, first.body) == (status, body)


@pytest.mark.parametrize(
    ("method", "becomes"),
    [("GET", REUSED), ("HEAD", REUSED), ("POST", ASKED), ("PUT", ASKED), ("OPTIONS", ASKED)],
)
def test_only_get_and_head_are_stored(community: Community, method: str, becomes: str) -> None:
    community.replies(Reply(FRESH))

    community.ask(method=method)

    assert community.ask(method=method)[0] == becomes


@pytest.mark.parametrize(
    ("headers", "becomes"),
    [
        row("fresh", {**FRESH}, REUSED),
        row("fresh and with a validator", {**FRESH, **ETAG}, REUSED),
        row("an entity tag alone", {**ETAG}, REVALIDATED),
        row("Last-Modified alone", {"Last-Modified": date(-9)}, REVALIDATED),
        row("neither fresh nor with a validator", {}, ASKED),
        row("stale from the first and without one", {"Cache-Control": "max-age=0"}, ASKED),
        row("stale from the first with one", {"Cache-Control": "max-age=0", **ETAG}, REVALIDATED),
        row("no-store prevents it", {"Cache-Control": "no-store, max-age=60", **ETAG}, ASKED),
        row("no-cache prevents it", {"Cache-Control": "no-cache, max-age=60", **ETAG}, ASKED),
        row("private prevents it", {"Cache-Control": "private, max-age=60", **ETAG}, ASKED),
        row("in any case", {"Cache-Control": "Max-Age=60, No-Store", **ETAG}, ASKED),
        row("in any line", {"Cache-Control": ["max-age=60", "private"], **ETAG}, ASKED),
        row("private for a field", {"Cache-Control": 'max-age=60, private="x-a"'}, ASKED),
        row("no-cache for a field", {"Cache-Control": 'max-age=60, no-cache="x-a"'}, ASKED),
        row("no-store with an argument", {"Cache-Control": "max-age=60, no-store=1"}, ASKED),
        row("behind a broken quote", {"Cache-Control": 'max-age=60, a="b, no-store'}, ASKED),
        row("before another separator", {"Cache-Control": "max-age=60, no-store; a"}, ASKED),
        row("after another separator", {"Cache-Control": "max-age=60; no-store", **ETAG}, ASKED),
        row("after no separator", {"Cache-Control": "max-age=60 no-store", **ETAG}, ASKED),
        row("not within a quote", {"Cache-Control": 'max-age=60, a="b, no-store"'}, REUSED),
        row("not within another name", {"Cache-Control": "max-age=60, x-private"}, REUSED),
        row("must-understand undoes none", {"Cache-Control": "max-age=9,no-store,must-understand"}, ASKED),
        row("Vary of a header", {**FRESH, "Vary": "Accept"}, REUSED),
        row("Vary of everything", {**FRESH, **ETAG, "Vary": "Accept, *"}, ASKED),
        row("a cookie prevents nothing, RFC 9111 7.3", {**FRESH, "Set-Cookie": "a=1"}, REUSED),
    ],
)  # fmt: skip
def test_what_is_stored(
    community: Community, headers: dict[str, str | list[str]], becomes: str
) -> None:
    community.replies(Reply(headers))

    community.ask()

    assert community.ask()[0] == becomes


def test_an_authorized_answer_is_stored_since_its_key_holds_who_asked(community: Community) -> None:
    community.replies(Reply(FRESH))

    community.ask({"Authorization": "Bearer ann"})

    assert community.ask({"Authorization": "Bearer ann"})[0] == REUSED
    assert community.ask({"Authorization": "Bearer bob"})[0] == ASKED


# How long it is fresh (RFC 9111 §4.2)


@pytest.mark.parametrize(
    ("headers", "lifetime"),
    [
        row("5.2.2.1 max-age", {"Cache-Control": "max-age=60"}, 60),
        row("5.2.2.10 s-maxage", {"Cache-Control": "s-maxage=60"}, 60),
        row("4.2.1 s-maxage wins", {"Cache-Control": "max-age=9, s-maxage=60"}, 60),
        row("4.2.1 s-maxage wins, shorter", {"Cache-Control": "max-age=90, s-maxage=60"}, 60),
        row("5.3 Expires", {"Expires": date(60)}, 60),
        row("5.3 max-age wins", {"Expires": date(90), "Cache-Control": "max-age=60"}, 60),
        row("5.3 from Date on", {"Date": date(100), "Expires": date(160)}, 60),
        row("5.3 without Date", {"Date": None, "Expires": date(60)}, 60),
        row("5.3 the format of RFC 850", {"Expires": "Friday, 15-Jan-27 08:01:00 GMT"}, 60),
        row("5.3 asctime's format", {"Expires": "Fri Jan 15 08:01:00 2027"}, 60),
        row("5.3 Expires: 0", {"Expires": "0"}, 0),
        row("5.3 Expires: -1", {"Expires": "-1"}, 0),
        row("5.3 a day that is none", {"Expires": "Wed, 31 Feb 2027 08:01:00 GMT"}, 0),
        row("5.3 a year that is none", {"Expires": "Fri, 15 Jan 99999 08:01:00 GMT"}, 0),
        row("5.3 in the past", {"Expires": date(-60)}, 0),
        row("4.2.1 two Expires", {"Expires": [date(60), date(60)]}, 0),
        row("4.2.1 max-age of a word", {"Cache-Control": "max-age=abc"}, 0),
        row("4.2.1 not then Expires", {"Cache-Control": "max-age=abc", "Expires": date(60)}, 0),
        row("4.2.1 max-age without", {"Cache-Control": "max-age", "Expires": date(60)}, 0),
        row("4.2.1 empty", {"Cache-Control": "max-age=", "Expires": date(60)}, 0),
        row("4.2.1 negative", {"Cache-Control": "max-age=-60"}, 0),
        row("4.2.1 a fraction", {"Cache-Control": "max-age=60.5"}, 0),
        row("4.2.1 not ASCII", {"Cache-Control": "max-age=\xb2"}, 0),
        row("4.2.1 two max-age", {"Cache-Control": "max-age=60, max-age=60"}, 0),
        row("4.2.1 in two lines", {"Cache-Control": ["max-age=60", "max-age=90"]}, 0),
        row("4.2.1 two s-maxage", {"Cache-Control": "s-maxage=9, s-maxage=9, max-age=60"}, 0),
        row("4.2.1 another separator", {"Cache-Control": "max-age=60; public"}, 0),
        row("5.2 quoted", {"Cache-Control": 'max-age="60"'}, 60),
        row("5.2 with spaces", {"Cache-Control": ", max-age = 60 ,"}, 60),
        row("5.2.3 beside unknown ones", {"Cache-Control": 'a, b="c, max-age=9", max-age=60'}, 60),
        row("4.2.2 none is made up", {"Last-Modified": date(-864_000)}, 0),
        row("4.2.4 stale-while-revalidate", {"Cache-Control": "max-age=60, stale-while-revalidate=99"}, 60),
        row("4.2.4 stale-if-error", {"Cache-Control": "max-age=60, stale-if-error=99"}, 60),
        row("5.2.2.2 must-revalidate", {"Cache-Control": "max-age=60, must-revalidate"}, 60),
        # How old it came (§4.2.3)
        row("5.1 Age", {"Cache-Control": "max-age=100", "Age": "40"}, 60),
        row("5.1 the first of several", {"Cache-Control": "max-age=100", "Age": ["40", "90"]}, 60),
        row("5.1 none that is no number", {"Cache-Control": "max-age=60", "Age": "old"}, 60),
        row("4.2.3 Date", {"Cache-Control": "max-age=100", "Date": date(-40)}, 60),
        row("4.2.3 the older", {"Cache-Control": "max-age=100", "Date": date(-40), "Age": "9"}, 60),
        row("4.2.3 a Date to come", {"Cache-Control": "max-age=60", "Date": date(40)}, 60),
        row("4.2.3 without Date", {"Cache-Control": "max-age=60", "Date": None}, 60),
        row("4.2.3 too old from the first", {"Cache-Control": "max-age=60", "Age": "60"}, 0),
    ],
)  # fmt: skip
def test_how_long_it_is_fresh(
    community: Community, headers: dict[str, str | list[str] | None], lifetime: float
) -> None:
    headers = {**ETAG, **headers}
    if lifetime:
        community.replies(Reply(headers))
        community.ask()
        community.wait(lifetime - 1)
        assert community.ask()[0] == REUSED
        community.wait(1)
    else:
        community.replies(Reply(headers))
        community.ask()

    assert community.ask()[0] == REVALIDATED


def test_numbers_without_end_are_a_long_time_and_no_crash(community: Community) -> None:
    """RFC 9111 §1.2.2."""
    community.replies(Reply({"Cache-Control": f"max-age={'9' * 5000}", "Age": "0" * 5000}))

    community.ask()
    community.wait(2**31 - 1)

    assert community.ask()[0] == REUSED


def test_the_time_that_the_upstream_took_counts(community: Community) -> None:
    """RFC 9111 §4.2.3: an Age was true when the upstream began to answer."""
    community.replies(Reply({"Cache-Control": "max-age=100", "Age": "40", "Date": None, **ETAG}))
    community.upstream.delay = 10.0

    community.ask()
    community.wait(49)

    outcome, answer = community.ask()
    assert (outcome, headers_of(answer)["age"]) == (REUSED, "99")
    community.wait(1)
    assert community.ask()[0] == REVALIDATED


def test_a_clock_that_is_set_back_makes_nothing_younger(community: Community) -> None:
    community.replies(Reply({"Cache-Control": "max-age=100", "Age": "40", **ETAG}))

    community.ask()
    community.wait(-3600)

    outcome, answer = community.ask()
    assert (outcome, headers_of(answer)["age"]) == (REUSED, "40")


def test_a_reused_answer_tells_its_age(community: Community) -> None:
    """RFC 9111 §5.1: one Age field, in place of the upstream's; everything else as it came."""
    community.replies(Reply({**FRESH, "Age": "9", "X-Mine": ["a", "b"]}))

    _, first = community.ask()
    community.wait(20)
    _, answer = community.ask()

    assert [value for name, value in answer.headers if name == b"age"] == [b"29"]
    assert [header for header in answer.headers if header[0] != b"age"] == [
        header for header in first.headers if header[0] != b"age"
    ]
    assert answer.body == first.body


# What the caller asks of a cache (RFC 9111 §5.2.1): the stored answer is 20 s old and fresh for 40 s more


@pytest.mark.parametrize(
    ("headers", "becomes"),
    [
        row("nothing", {}, REUSED),
        row("5.2.1.1 max-age, old enough", {"Cache-Control": "max-age=19"}, REVALIDATED),
        row("5.2.1.1 max-age, young enough", {"Cache-Control": "max-age=20"}, REUSED),
        row("5.2.1.1 max-age=0", {"Cache-Control": "max-age=0"}, REVALIDATED),
        row("5.2.1.1 max-age that is none", {"Cache-Control": "max-age=x"}, REVALIDATED),
        row("5.2.1.3 min-fresh, too long", {"Cache-Control": "min-fresh=41"}, REVALIDATED),
        row("5.2.1.3 min-fresh, for long enough", {"Cache-Control": "min-fresh=40"}, REUSED),
        row("5.2.1.4 no-cache", {"Cache-Control": "no-cache"}, REVALIDATED),
        row("5.2.1.5 no-store", {"Cache-Control": "no-store"}, ASKED),
        row("5.2.1.7 only-if-cached", {"Cache-Control": "only-if-cached"}, REUSED),
        row("5.4 Pragma", {"Pragma": "no-cache"}, REVALIDATED),
        row("5.4 Cache-Control wins", {"Pragma": "no-cache", "Cache-Control": "max-age=60"}, REUSED),
    ],
)  # fmt: skip
def test_what_a_caller_may_ask(community: Community, headers: dict[str, str], becomes: str) -> None:
    community.replies(Reply({**FRESH, **ETAG}))
    community.ask()
    community.wait(20)

    outcome, answer = community.ask(headers)

    assert outcome == becomes
    assert (answer.status, answer.body) == (200, b"body")


@pytest.mark.parametrize("directive", ["max-stale", "max-stale=99"])
def test_nothing_stale_is_given_even_to_who_would_take_it(
    community: Community, directive: str
) -> None:
    community.replies(Reply({**FRESH, **ETAG}))
    community.ask()
    community.wait(61)

    assert community.ask({"Cache-Control": directive})[0] == REVALIDATED


def test_what_the_caller_asks_of_caches_goes_to_the_upstream_too(community: Community) -> None:
    community.replies(Reply({**FRESH, **ETAG}))
    community.ask()

    community.ask({"Cache-Control": "no-cache", "X-Mine": "1"})

    sent = community.upstream.requests[-1].headers
    assert (sent["cache-control"], sent["x-mine"]) == ("no-cache", "1")


def test_what_a_caller_wants_not_stored_is_not(community: Community) -> None:
    community.replies(Reply(FRESH))

    community.ask({"Cache-Control": "no-store"})

    assert community.ask()[0] == ASKED


def test_what_no_cache_asked_for_is_stored_for_all(community: Community) -> None:
    community.replies(Reply(FRESH, body=b"old"), Reply(FRESH, body=b"new"))
    community.ask()

    community.ask({"Cache-Control": "no-cache"})

    outcome, answer = community.ask()
    assert (outcome, answer.body) == (REUSED, b"new")


def test_only_if_cached_is_a_504_where_nothing_is(community: Community) -> None:
    """RFC 9111 §5.2.1.7."""
    outcome, answer = community.ask({"Cache-Control": "only-if-cached"})

    assert (outcome, answer.status) == (REUSED, 504)


@pytest.mark.parametrize(
    "condition",
    [
        {"If-None-Match": '"two"'},
        {"If-Modified-Since": date(0)},
        {"If-Match": '"one"'},
        {"If-Unmodified-Since": date(0)},
    ],
)
def test_conditions_of_the_connectors_own_are_the_upstreams_to_judge(
    community: Community, condition: dict[str, str]
) -> None:
    community.replies(Reply({**FRESH, **ETAG}))
    community.ask()

    for _ in range(2):
        community.ask(condition)
        ((name, value),) = condition.items()
        assert community.upstream.requests[-1].headers.getlist(name) == [value]
    assert len(community.upstream.requests) == 3


# Revalidation (RFC 9111 §4.3)


@pytest.mark.parametrize(
    ("stored", "condition"),
    [
        ({"ETag": '"one"'}, {"if-none-match": '"one"'}),
        ({"ETag": 'W/"one"'}, {"if-none-match": 'W/"one"'}),
        ({"Last-Modified": date(-60)}, {"if-modified-since": date(-60)}),
        (
            {"ETag": '"one"', "Last-Modified": date(-60)},
            {"if-none-match": '"one"', "if-modified-since": date(-60)},
        ),
    ],
)
def test_a_stale_answer_is_revalidated_by_its_validators(
    community: Community, stored: dict[str, str], condition: dict[str, str]
) -> None:
    community.replies(Reply({**FRESH, **stored}))
    community.ask({"X-Mine": "1"})
    community.wait(60)

    outcome, answer = community.ask({"X-Mine": "1"})

    assert outcome == REVALIDATED
    assert (answer.status, answer.body) == (200, b"body")
    sent = community.upstream.requests[-1].headers
    assert {name: sent[name] for name in sent if name.startswith("if-")} == condition
    assert sent["x-mine"] == "1"


def test_a_304_makes_it_fresh_again(community: Community) -> None:
    community.replies(Reply({**FRESH, **ETAG, "Age": "30"}), Reply({**FRESH, **ETAG}))
    community.ask()
    community.wait(30)
    outcome, answer = community.ask()
    assert (outcome, headers_of(answer)["age"]) == (REVALIDATED, "0")
    community.wait(59)
    assert community.ask()[0] == REUSED
    community.wait(1)
    assert community.ask()[0] == REVALIDATED


@pytest.mark.parametrize(
    ("name", "stored", "of_304", "then"),
    [
        row("3.2 a field is replaced", "X-Mine", ["a", "b"], "c", "c"),
        row("3.2 a field is added", "X-Mine", None, "c", "c"),
        row("3.2 a field stays", "X-Mine", "a", None, "a"),
        row("3.2 not Content-Length", "Content-Length", "4", None, "4"),
        row("3.2 not Content-Encoding: the body is unpacked", "Content-Encoding", None, "gzip", None),
        row("3.2 not Content-Range", "Content-Range", None, "bytes 0-1/9", None),
        row("3.1 not what the connection was told", "Keep-Alive", None, "timeout=5", None),
        row("3.2 Content-Type", "Content-Type", "text/plain", "text/html", "text/html"),
        row("RFC 9110 6.6.1 an old Date goes", "Date", date(0), None, None),
    ],
)  # fmt: skip
def test_a_304_updates_the_fields(
    community: Community,
    name: str,
    stored: str | list[str] | None,
    of_304: str | None,
    then: str | None,
) -> None:
    community.replies(
        Reply({**FRESH, **ETAG, name: stored}), Reply({**FRESH, **ETAG, name: of_304})
    )
    community.ask()
    community.wait(60)

    _, refreshed = community.ask()
    outcome, reused = community.ask()

    assert outcome == REUSED
    for answer in (refreshed, reused):
        assert headers_of(answer).get(name.lower()) == then
        assert answer.body == b"body"


@pytest.mark.parametrize("directive", ["no-store", "no-cache", "private"])
def test_a_304_may_forbid_to_store_any_longer(community: Community, directive: str) -> None:
    community.replies(
        Reply({**FRESH, **ETAG}), Reply({"Cache-Control": f"max-age=60, {directive}", **ETAG})
    )
    community.ask()
    community.wait(60)

    outcome, answer = community.ask()

    assert (outcome, answer.status, answer.body) == (REVALIDATED, 200, b"body")
    assert community.ask()[0] == ASKED


@pytest.mark.parametrize(
    ("stored", "of_304", "usable"),
    [
        row("the same tag", {"ETag": '"one"'}, {"ETag": '"one"'}, True),
        row("no validator", {"ETag": '"one"'}, {}, True),
        row("weak and strong", {"ETag": 'W/"one"'}, {"ETag": '"one"'}, True),
        row("another tag", {"ETag": '"one"'}, {"ETag": '"two"'}, False),
        row("another time", {"Last-Modified": date(-9)}, {"Last-Modified": date(-5)}, False),
        row(
            "the same tag, another time",
            {"ETag": '"one"', "Last-Modified": date(-9)},
            {"ETag": '"one"', "Last-Modified": date(-5)},
            True,
        ),
    ],
)
def test_a_304_that_is_not_about_what_is_stored_is_not_used(
    community: Community, stored: dict[str, str], of_304: dict[str, str], usable: bool
) -> None:
    """RFC 9111 §4.3.4: the request is made anew, without conditions."""
    community.replies(
        Reply({**FRESH, **stored}, body=b"old"),
        Reply({**FRESH, **of_304}, status=304, body=b""),
        Reply({**FRESH, "ETag": '"two"'}, body=b"new"),
    )
    community.ask()
    community.wait(60)

    _, answer = community.ask()

    assert (answer.status, answer.body) == (200, b"old" if usable else b"new")
    assert len(community.upstream.requests) == (2 if usable else 3)
    for request in community.upstream.requests[2:]:
        assert not any(name.startswith("if-") for name in request.headers)
    assert community.ask()[1].body == answer.body


def test_a_changed_answer_replaces_the_stale_one(community: Community) -> None:
    community.replies(
        Reply({**FRESH, **ETAG}, body=b"old"), Reply({**FRESH, "ETag": '"two"'}, body=b"new")
    )
    community.ask()
    community.wait(60)

    assert community.ask()[1].body == b"new"
    assert community.ask()[0] == REUSED


@pytest.mark.parametrize(("status", "kept"), [(500, True), (503, True), (404, False), (410, False)])
def test_an_error_is_relayed_and_a_failure_outdates_nothing(
    community: Community, status: int, kept: bool
) -> None:
    community.replies(
        Reply({**FRESH, **ETAG}), Reply(status=status, body=b"no"), Reply({**FRESH, **ETAG})
    )
    community.ask()
    community.wait(60)

    outcome, answer = community.ask()
    assert (outcome, answer.status, answer.body) == (REVALIDATED, status, b"no")
    assert community.ask()[0] == (REVALIDATED if kept else ASKED)


def test_an_upstream_that_is_gone_is_no_reason_to_give_something_stale(
    community: Community,
) -> None:
    community.replies(Reply({"Cache-Control": "max-age=60, stale-if-error=600", **ETAG}))
    community.ask()
    community.wait(60)

    async def fail(request: httpx.Request) -> Answer:
        raise httpx.ConnectError("refused")

    request = httpx.Request("GET", community.url)
    key = cache_key(request, connector="things")
    with pytest.raises(httpx.ConnectError):
        community.run(community.cache.exchange(key, request, fail))
    assert community.ask()[0] == REVALIDATED


def test_the_condition_goes_into_a_copy_of_the_request(community: Community) -> None:
    community.replies(Reply({**FRESH, **ETAG}))
    request = httpx.Request("GET", community.url, extensions={"mine": 1})
    before = list(request.headers.raw)
    sent: list[httpx.Request] = []

    async def send(request: httpx.Request) -> Answer:
        sent.append(request)
        return await community.send(request)

    for _ in range(2):
        community.run(community.cache.exchange("key", request, send))
        community.wait(60)

    assert request.headers.raw == before
    assert [each.headers.get("if-none-match") for each in sent] == [None, '"one"']
    assert sent[1].extensions["mine"] == 1


# Invalidation (RFC 9111 §4.4)


@pytest.mark.parametrize(
    ("method", "status", "becomes"),
    [
        ("POST", 201, ASKED),
        ("PUT", 200, ASKED),
        ("PATCH", 204, ASKED),
        ("DELETE", 204, ASKED),
        ("POST", 303, ASKED),
        ("POST", 400, REUSED),
        ("POST", 500, REUSED),
        ("OPTIONS", 200, REUSED),
        ("HEAD", 200, REUSED),
    ],
)
def test_an_unsafe_method_that_succeeds_invalidates(
    community: Community, method: str, status: int, becomes: str
) -> None:
    community.replies(Reply(FRESH), Reply(status=status, body=b""), Reply(FRESH))
    community.ask({"X-User": "ann"})

    community.ask(method=method)

    assert community.ask({"X-User": "ann"})[0] == becomes


def test_an_unsafe_method_invalidates_no_other_url(community: Community) -> None:
    community.replies(Reply(FRESH))
    community.ask()

    community.ask(method="POST", url=f"{community.url}?page=2")

    assert community.ask()[0] == REUSED


@pytest.mark.parametrize("stored_before", [False, True])
def test_an_answer_that_was_on_its_way_meanwhile_is_not_stored(
    community: Community, stored_before: bool
) -> None:
    community.replies(Reply({**FRESH, **ETAG}))
    if stored_before:
        community.ask()
        community.wait(60)
    changed = asyncio.Event()

    async def send_slowly(request: httpx.Request) -> Answer:
        answer = await community.send(request)
        await changed.wait()
        return answer

    async def overtake() -> None:
        request = httpx.Request("GET", community.url)
        key = cache_key(request, connector="things")
        reading = asyncio.create_task(community.cache.exchange(key, request, send_slowly))
        await community.exchange(method="POST")
        changed.set()
        answer, _ = await reading
        assert answer.body == b"body"

    community.run(overtake())

    assert community.ask()[0] == ASKED


def test_a_slow_304_does_not_undo_a_newer_answer(community: Community) -> None:
    community.replies(Reply({**FRESH, **ETAG}, body=b"old"))
    community.ask()
    community.wait(60)
    newer = asyncio.Event()

    async def send_slowly(request: httpx.Request) -> Answer:
        answer = await community.send(request)
        community.replies(Reply({**FRESH, "ETag": '"two"'}, body=b"new"))
        newer.set()
        await overtaken.wait()
        return answer

    overtaken = asyncio.Event()

    async def overtake() -> Answer:
        request = httpx.Request("GET", community.url)
        key = cache_key(request, connector="things")
        reading = asyncio.create_task(community.cache.exchange(key, request, send_slowly))
        await newer.wait()
        await community.exchange()
        overtaken.set()
        return (await reading)[0]

    assert community.run(overtake()).body == b"old"
    outcome, answer = community.ask()
    assert (outcome, answer.body) == (REUSED, b"new")


def test_requests_at_the_same_time_each_ask_the_upstream(community: Community) -> None:
    community.replies(Reply(FRESH))

    async def both() -> list[bool]:
        exchanges = await asyncio.gather(community.exchange(), community.exchange())
        return [hit for _, hit in exchanges]

    assert community.run(both()) == [False, False]
    assert community.ask()[0] == REUSED


# Whose it is (platform.md §5: per connector; RFC 9111 §4.1)


ACCEPT = ("Accept", "a/b")
BEARER = ("Authorization", "Bearer first")
RENEWED = ("Authorization", "Bearer second")


def key_of(
    url: str = "https://api.example/things?a=1",
    method: str = "GET",
    headers: Sequence[tuple[str, Any]] = (ACCEPT,),
    **options: Any,
) -> str:
    request = httpx.Request(method, url, headers=list(headers))
    return cache_key(request, **{"connector": "things", **options})


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        row("the same", {}, {}, True),
        row("connector", {}, {"connector": "others"}, False),
        row("method", {}, {"method": "HEAD"}, False),
        row("path", {}, {"url": "https://api.example/others?a=1"}, False),
        row("query", {}, {"url": "https://api.example/things?a=2"}, False),
        row("host", {}, {"url": "https://other.example/things?a=1"}, False),
        row("a header", {}, {"headers": [("Accept", "b/c")]}, False),
        row("a header more", {}, {"headers": [("Accept", "a/b"), ("X-User", "7")]}, False),
        row("a header's name in any case", {}, {"headers": [("ACCEPT", "a/b")]}, True),
        row(
            "the order of names does not count",
            {"headers": [("A", "1"), ("B", "2")]},
            {"headers": [("B", "2"), ("A", "1")]},
            True,
        ),
        row(
            "the order of one name's values does",
            {"headers": [("A", "1"), ("A", "2")]},
            {"headers": [("A", "2"), ("A", "1")]},
            False,
        ),
        row(
            "where one value ends",
            {"headers": [("A", "1, B: 2")]},
            {"headers": [("A", "1"), ("B", "2")]},
            False,
        ),
        row("not by Cache-Control", {}, {"headers": [ACCEPT, ("Cache-Control", "no-cache")]}, True),
        row("not by Pragma", {}, {"headers": [ACCEPT, ("Pragma", "no-cache")]}, True),
        row("identity", {"identity": ["ann"]}, {"identity": ["bob"]}, False),
        row("where one identity ends", {"identity": ["a", "b"]}, {"identity": ["a', 'b"]}, False),
        row("credentials, as any header", {"headers": [BEARER]}, {"headers": [RENEWED]}, False),
        row(
            "credentials that an identity stands for",
            {"headers": [BEARER], "identity": ["ann"], "credential_headers": ["Authorization"]},
            {"headers": [RENEWED], "identity": ["ann"], "credential_headers": ["authorization"]},
            True,
        ),
        row("bytes that are no UTF-8", {"headers": [("A", b"\xe9")]}, {"headers": [("A", b"\xe8")]}, False),
    ],
)  # fmt: skip
def test_what_the_key_tells_apart(one: dict[str, Any], other: dict[str, Any], shared: bool) -> None:
    assert (key_of(**one) == key_of(**other)) is shared


def test_the_key_holds_no_secret() -> None:
    key = key_of(
        "https://api.example/?key=s3cret", headers=[("X-Key", "s3cret")], identity=["s3cret"]
    )

    assert "s3cret" not in key


# How much is held


def limited(community: Community, **limits: int) -> None:
    community.cache = HttpCache(
        clock=lambda: community.upstream.now, limits=StorageLimits(**limits)
    )


def pages(community: Community, *numbers: int) -> list[str]:
    """What becomes of the requests for these pages."""
    return [community.ask(url=f"{community.url}?page={number}")[0] for number in numbers]


def test_the_least_recently_used_goes_first(community: Community) -> None:
    limited(community, answers=2)
    community.replies(Reply(FRESH))

    assert pages(community, 1, 2, 1, 3) == [ASKED, ASKED, REUSED, ASKED]
    assert pages(community, 1, 3) == [REUSED, REUSED]
    assert pages(community, 2) == [ASKED]


def test_all_answers_together_have_a_limit(community: Community) -> None:
    limited(community, total_size=2_500)
    community.replies(Reply(FRESH, body=b"x" * 1_000))

    assert pages(community, 1, 2, 3) == [ASKED] * 3
    assert pages(community, 2, 3) == [REUSED, REUSED]
    assert pages(community, 1) == [ASKED]


def test_what_is_replaced_or_invalidated_makes_room(community: Community) -> None:
    limited(community, total_size=2_500)
    community.replies(Reply({**FRESH, **ETAG}, body=b"x" * 1_000))
    for _ in range(5):
        pages(community, 1)
        community.wait(60)
    for _ in range(5):
        community.ask(method="POST", url=f"{community.url}?page=1")
        pages(community, 1)

    assert pages(community, 2, 1, 2) == [ASKED, REUSED, REUSED]


def test_one_answer_has_a_limit(community: Community) -> None:
    limited(community, answer_size=500)
    community.replies(
        Reply(FRESH, body=b"x" * 100),
        Reply(FRESH, body=b"x" * 501),
        Reply({**FRESH, "X-Long": "x" * 501}, body=b""),
        Reply(FRESH),
    )

    assert pages(community, 1, 2, 3) == [ASKED] * 3
    assert pages(community, 1) == [REUSED]
    assert pages(community, 2, 3) == [ASKED, ASKED]


# Whatever an upstream writes into the fields

FIELDS = ["cache-control", "expires", "date", "age", "etag", "last-modified", "vary", "x"]
WRITTEN = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=40)
LIKELY = st.sampled_from(["max-age=", '"', "\\", ",", "60", "no-store", "=", " GMT", date(9), "*"])


@given(
    st.lists(
        st.tuples(
            st.sampled_from(FIELDS), WRITTEN | st.lists(LIKELY | WRITTEN, max_size=8).map("".join)
        ),
        max_size=8,
    )
)
def test_no_field_stops_an_answer(fields: list[tuple[str, str]]) -> None:
    answer = Answer(
        200, tuple((name.encode(), value.encode("latin-1")) for name, value in fields), b"x"
    )
    forbidden = "no-store" in [value for name, value in fields if name == "cache-control"]
    calls = []

    async def send(request: httpx.Request) -> Answer:
        calls.append(request)
        return answer

    async def twice() -> list[Answer]:
        cache = HttpCache(clock=lambda: START)
        request = httpx.Request("GET", "https://api.example/")
        return [(await cache.exchange("key", request, send))[0] for _ in range(2)]

    assert [given.body for given in asyncio.run(twice())] == [b"x", b"x"]
    if forbidden:
        assert len(calls) == 2
