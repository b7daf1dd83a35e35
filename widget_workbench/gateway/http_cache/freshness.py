"""How long an answer is fresh, and how old it is (RFC 9111 §4.2). Times are Unix times, in seconds."""

import email.utils
from dataclasses import dataclass
from datetime import UTC, datetime

from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.http_cache.cache_control import CacheControl, whole_seconds


@dataclass(frozen=True, slots=True)
class Freshness:
    """When an answer came, how old it was then, and how old it may become, in seconds."""

    received: float
    initial_age: float
    lifetime: float

    @classmethod
    def of(cls, answer: Answer, *, sent: float, received: float) -> "Freshness":
        """What the answer's fields say.

        An answer without a lifetime of its own has none: a heuristic one, which RFC 9111 §4.2.2 leaves to the
        cache, would hide an author's changes for a time that nobody wrote down.

        Args:
            sent: when its request went out.
            received: when it was there.
        """
        date = http_date(field(answer, b"date"))
        generated = received if date is None else date
        age = whole_seconds(", ".join(field(answer, b"age")).partition(",")[0].strip()) or 0
        return cls(
            received=received,
            initial_age=max(0.0, received - generated, age + received - sent),
            lifetime=_lifetime(answer, generated),
        )

    def age(self, now: float) -> float:
        """RFC 9111 §4.2.3. A clock that was set back makes nothing younger than it came."""
        return self.initial_age + max(0.0, now - self.received)

    def left(self, now: float) -> float:
        """For how long it is still fresh; negative, or 0, where it is stale."""
        return self.lifetime - self.age(now)


def _lifetime(answer: Answer, generated: float) -> float:
    """RFC 9111 §4.2.1, for a cache that is shared; 0 where the answer gives none, or one that cannot be read."""
    directives = CacheControl(field(answer, b"cache-control"))
    for name in ("s-maxage", "max-age"):
        seconds = directives.seconds(name)
        if seconds is not None:
            return seconds
    expires = http_date(field(answer, b"expires"))
    return 0.0 if expires is None else max(0.0, expires - generated)


def field(answer: Answer, name: bytes) -> list[str]:
    """The values of a field, one a line."""
    return [value.decode("latin-1") for key, value in answer.headers if key == name]


def http_date(lines: list[str]) -> float | None:
    """The time that a field with a date gives (RFC 9110 §5.6.7), None if it is none or stands there twice."""
    if len(lines) != 1:
        return None
    parsed = email.utils.parsedate_tz(lines[0])
    if parsed is None:
        return None
    try:
        return datetime(*parsed[:6], tzinfo=UTC).timestamp() - (parsed[9] or 0)
    except (ValueError, OverflowError):  # the 31st of February, or the year 99999
        return None
