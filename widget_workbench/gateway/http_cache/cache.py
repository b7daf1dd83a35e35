"""Requests answered from what was stored before, where RFC 9111 lets them, and by the upstream where not."""

import hashlib
import operator
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace

import httpx

from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.http_cache.cache_control import CacheControl
from widget_workbench.gateway.http_cache.freshness import Freshness, field
from widget_workbench.gateway.http_cache.storage import Storage, StorageLimits, Stored

Send = Callable[[httpx.Request], Awaitable[Answer]]

# platform.md §5
STORED_METHODS = ("GET", "HEAD")
STORED_STATUSES = (200, 301, 308)
PREVENTING_DIRECTIVES = ("no-store", "no-cache", "private")

# One of these is in every answer that can be given later, so one without is done with at once.
_ALLOWING_FIELDS = (b"cache-control", b"expires", b"etag", b"last-modified")

_SAFE_METHODS = (*STORED_METHODS, "OPTIONS", "TRACE")

# What a caller tells the cache, not the upstream: it chooses no other answer.
_CALLERS_DIRECTIVES = (b"cache-control", b"pragma")

# RFC 9111 §3.1 and §3.2: of one message alone, or of the body as it was sent, of which a 304 has none.
_NOT_UPDATED_BY_304 = (
    b"connection",
    b"content-encoding",
    b"content-length",
    b"content-range",
    b"keep-alive",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
)


def cache_key(
    request: httpx.Request,
    *,
    connector: str,
    identity: Sequence[str] = (),
    credential_headers: Collection[str] = (),
) -> str:
    """What tells an answer for one caller from that for another: all that the request varies by.

    A digest, so that the cache's keys hold no secret.

    Args:
        connector: what names the connector; each has a cache of its own (platform.md §5).
        identity: `Credentials.identity`, which stands for the headers that hold credentials.
        credential_headers: their names, in any case: their values change with each token.
    """
    left_out = {*_CALLERS_DIRECTIVES, *(name.lower().encode() for name in credential_headers)}
    headers = [(name.lower(), value) for name, value in request.headers.raw]
    headers.sort(key=operator.itemgetter(0))  # by name alone: the order of one name's values tells
    kept = [header for header in headers if header[0] not in left_out]
    parts = repr((connector, request.method, str(request.url), kept, tuple(identity)))
    return hashlib.blake2b(parts.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


class HttpCache:
    """A cache in memory, for all connectors and callers: their keys keep them apart.

    Args:
        clock: gives the time, Unix time in seconds. Not a monotonic one: that stands still while a laptop sleeps.
        limits: how much is held.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        limits: StorageLimits | None = None,
    ) -> None:
        self._clock = clock
        self._storage = Storage(limits or StorageLimits())
        self._invalidations = 0

    async def exchange(self, key: str, request: httpx.Request, send: Send) -> tuple[Answer, bool]:
        """The answer to a request of any method, and whether its body came from the cache.

        A fresh answer comes from the cache alone. A stale one, or any that the caller does not take unasked, is
        revalidated where it has a validator; a 304 makes it fresh again, and it counts as from the cache. Nothing
        stale is ever given, whatever `max-stale` or `stale-…` would allow. Requests at the same time are not
        collapsed. An unsafe method that succeeds invalidates what the URL gave.

        Args:
            key: `cache_key`'s.
            send: asks the upstream.

        Raises:
            Exception: whatever `send` raises; what is stored stays.
        """
        if request.method not in STORED_METHODS:
            return await self._change(request, send), False
        wish = _wish(request)
        if "no-store" in wish or _has_preconditions(request):
            return await send(request), False
        stored = self._storage.get(key)
        now = self._clock()
        if stored is not None and _is_reusable(stored, wish, now):
            return _as_served(stored, now), True
        if "only-if-cached" in wish:
            return Answer(504, (), b""), False  # RFC 9111 §5.2.1.7
        if stored is not None and _validators(stored.answer):
            return await self._revalidate(key, stored, request, send)
        return await self._fetch(key, request, send), False

    def invalidate(self, url: httpx.URL) -> None:
        """Forgets what the URL gave, whoever asked; answers on their way are not stored (RFC 9111 §4.4)."""
        self._storage.remove_url(str(url))
        self._invalidations += 1

    def clear(self) -> None:
        """Forgets everything; answers on their way are not stored."""
        self._storage.clear()
        self._invalidations += 1

    async def _change(self, request: httpx.Request, send: Send) -> Answer:
        answer = await send(request)
        if request.method not in _SAFE_METHODS and answer.status < 400:
            self.invalidate(request.url)
        return answer

    async def _fetch(self, key: str, request: httpx.Request, send: Send) -> Answer:
        sent, invalidations = self._clock(), self._invalidations
        answer = await send(request)
        if self._invalidations == invalidations:
            self._keep(key, request, answer, sent)
        return answer

    async def _revalidate(
        self, key: str, stored: Stored, request: httpx.Request, send: Send
    ) -> tuple[Answer, bool]:
        """RFC 9111 §4.3."""
        sent = self._clock()
        answer = await send(_conditional(request, stored.answer))
        if answer.status == 304 and not _is_about(answer, stored.answer):
            self._storage.remove(key)
            return await self._fetch(key, request, send), False
        confirmed = answer.status == 304
        if confirmed:
            answer = _updated(stored.answer, answer)
        if self._storage.get(key) is stored:  # else something newer is, or it was invalidated
            self._keep(key, request, answer, sent)
        if confirmed:
            arrived = self._arrived(request, answer, sent)
            answer = _as_served(arrived, arrived.freshness.received)
        return answer, confirmed

    def _keep(self, key: str, request: httpx.Request, answer: Answer, sent: float) -> None:
        """Stores the answer if it may be stored. Any but an upstream's failure outdates what was stored before."""
        arrived = self._arrived(request, answer, sent) if _may_be_stored(answer) else None
        if arrived is not None and _is_of_use(arrived):
            self._storage.put(key, arrived)
        elif answer.status < 500:
            self._storage.remove(key)

    def _arrived(self, request: httpx.Request, answer: Answer, sent: float) -> Stored:
        freshness = Freshness.of(answer, sent=sent, received=self._clock())
        return Stored(str(request.url), answer, freshness)


def _wish(request: httpx.Request) -> CacheControl:
    """What the caller asks of a cache; Pragma counts where there is no Cache-Control (RFC 9111 §5.4)."""
    headers = request.headers
    return CacheControl(headers.get_list("cache-control") or headers.get_list("pragma"))


def _has_preconditions(request: httpx.Request) -> bool:
    """Whether the request has conditions of the connector's own, which are the upstream's to judge."""
    return any(name.lower().startswith(b"if-") for name, _ in request.headers.raw)


def _is_reusable(stored: Stored, wish: CacheControl, now: float) -> bool:
    """Whether the answer may be given unasked (RFC 9111 §4, §5.2.1)."""
    left = stored.freshness.left(now)
    most = wish.seconds("max-age")
    return (
        "no-cache" not in wish
        and left > 0
        and left >= (wish.seconds("min-fresh") or 0)
        and (most is None or stored.freshness.age(now) <= most)
    )


def _may_be_stored(answer: Answer) -> bool:
    """platform.md §5; and `Vary: *`, which fits no other request (RFC 9111 §4.1).

    Not asked: Authorization, which RFC 9111 §3.5 minds where callers share an answer; here the key holds who calls.
    """
    names = {name for name, _ in answer.headers}
    if answer.status not in STORED_STATUSES or names.isdisjoint(_ALLOWING_FIELDS):
        return False
    directives = CacheControl(field(answer, b"cache-control"))
    prevented = any(name in directives for name in PREVENTING_DIRECTIVES)
    return not prevented and not any("*" in line for line in field(answer, b"vary"))


def _is_of_use(stored: Stored) -> bool:
    """Whether it can be given later: it is fresh, or can be revalidated."""
    freshness = stored.freshness
    return bool(_validators(stored.answer)) or freshness.left(freshness.received) > 0


def _as_served(stored: Stored, now: float) -> Answer:
    """The stored answer with its age (RFC 9111 §5.1)."""
    age = str(int(stored.freshness.age(now))).encode()
    others = (header for header in stored.answer.headers if header[0] != b"age")
    return replace(stored.answer, headers=(*others, (b"age", age)))


def _validators(answer: Answer) -> list[tuple[bytes, bytes]]:
    """The request headers by which an upstream tells whether it would give this answer again (RFC 9111 §4.3.1)."""
    conditions = {b"etag": b"if-none-match", b"last-modified": b"if-modified-since"}
    found = {conditions[name]: value for name, value in answer.headers if name in conditions}
    return list(found.items())


def _conditional(request: httpx.Request, answer: Answer) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url,
        headers=[*request.headers.raw, *_validators(answer)],
        content=request.content or None,
        extensions=dict(request.extensions),
    )


def _is_about(not_modified: Answer, stored: Answer) -> bool:
    """Whether a 304 speaks of the stored answer: no validator of it names another one (RFC 9111 §4.3.4)."""
    for name in (b"etag", b"last-modified"):
        theirs, ours = field(not_modified, name), field(stored, name)
        if theirs and ours:
            return _opaque(theirs[-1]) == _opaque(ours[-1])
    return True


def _opaque(validator: str) -> str:
    """The validator without its mark of weakness.

    Compared weakly, as `If-None-Match` is (RFC 9110 §13.1.2): servers that compress mark the tag of an answer as weak
    and that of its 304 as strong.
    """
    return validator.strip().removeprefix("W/")


def _updated(stored: Answer, not_modified: Answer) -> Answer:
    """The stored answer with the fields of the 304 in place of its own (RFC 9111 §3.2).

    Date and Age go even where the 304 has none: they tell of the time before it.
    """
    new = [header for header in not_modified.headers if header[0] not in _NOT_UPDATED_BY_304]
    outdated = {b"date", b"age", *(name for name, _ in new)}
    kept = [header for header in stored.headers if header[0] not in outdated]
    return replace(stored, headers=(*kept, *new))
