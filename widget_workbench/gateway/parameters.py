"""How what a caller sends meets what a connector configures (platform.md §5)."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

# A caller's own of these never reach the upstream unless the connector declares them overridable.
# The list is platform.md §5's, with hop-by-hop (RFC 9110 §7.6.1) written out.
WITHHELD_HEADERS = frozenset(
    {
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "cookie",
        "host",
        "keep-alive",
        "origin",
        "range",
        "referer",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-connector-test",
        "x-csrf-token",
        "x-path-params",
    }
)
WITHHELD_PREFIXES = ("if-", "proxy-", "sec-", "x-forwarded-")

# A browser lets no widget set these, and sends many of them of its own accord; those in X- are the
# SDK's and ours. That they go no further is no news to a widget's author.
_NEVER_A_WIDGETS_OWN = WITHHELD_HEADERS - {"authorization", "range"}
_NEVER_A_WIDGETS_OWN_PREFIXES = ("proxy-", "sec-")

_Value = TypeVar("_Value", str, bytes)


class Configured(Protocol):
    """A parameter or header as a connector declares it."""

    @property
    def key(self) -> str: ...
    @property
    def overridable(self) -> bool: ...


@dataclass(frozen=True)
class Merged(Generic[_Value]):
    """What goes to the upstream: configured ones first, then the caller's.

    Attributes:
        kept: the indexes of the configured ones that the caller does not override.
        taken: the caller's, in order.
        dropped: the names that the caller sent in vain.
    """

    kept: tuple[int, ...]
    taken: tuple[tuple[str, _Value], ...]
    dropped: tuple[str, ...]


def merge_query(
    configured: Sequence[Configured],
    sent: Sequence[tuple[str, str]],
    *,
    in_url: Container[str] = frozenset(),
) -> Merged[str]:
    """Query parameters: a configured value is the default, an undeclared parameter is passed on.

    Args:
        configured: the connector's `query_parameters`.
        sent: the caller's, in order; a key may be repeated.
        in_url: keys that stand in the connector's URL itself: configured, so never overridden.
    """
    offered = [(key, value) for key, value in sent if key not in in_url]
    merged = _merge(configured, offered)
    refused = [key for key, _ in sent if key in in_url]
    return Merged(merged.kept, merged.taken, _once((*merged.dropped, *refused)))


def merge_headers(
    configured: Sequence[Configured], sent: Sequence[tuple[str, bytes]]
) -> Merged[bytes]:
    """Headers: as the query, names without regard to case, platform.md §5's list withheld.

    `taken` has the names in lower case. `dropped` leaves out what browsers and the SDK send of
    their own accord.
    """
    declared = {header.key.lower() for header in configured}
    offered: list[tuple[str, bytes]] = []
    refused: list[str] = []
    for name, value in ((name.lower(), value) for name, value in sent):
        if name in declared and (
            not _may_be_a_widgets_own(name) or (name == "accept" and value == b"*/*")
        ):
            continue  # the browser's own, which is no wish to override what is configured
        if name in declared or not is_withheld(name):
            offered.append((name, value))
        else:
            refused.append(name)
    merged = _merge(configured, offered, name=str.lower)
    dropped = filter(_may_be_a_widgets_own, (*merged.dropped, *refused))
    return Merged(merged.kept, merged.taken, _once(dropped))


def is_withheld(name: str) -> bool:
    """Whether a caller's undeclared header of this lower-case name goes no further."""
    return name in WITHHELD_HEADERS or name.startswith(WITHHELD_PREFIXES)


def _may_be_a_widgets_own(name: str) -> bool:
    return name not in _NEVER_A_WIDGETS_OWN and not name.startswith(_NEVER_A_WIDGETS_OWN_PREFIXES)


def _merge(
    configured: Sequence[Configured],
    sent: Sequence[tuple[str, _Value]],
    *,
    name: Callable[[str], str] = str,
) -> Merged[_Value]:
    """Configured first, an overridable one replaced by all that the caller sent of its name."""
    declared = {name(parameter.key) for parameter in configured}
    overridable = {name(parameter.key) for parameter in configured if parameter.overridable}
    overridden = overridable.intersection(key for key, _ in sent)
    kept = tuple(
        index
        for index, parameter in enumerate(configured)
        if not (parameter.overridable and name(parameter.key) in overridden)
    )
    taken = tuple(pair for pair in sent if pair[0] in overridden or pair[0] not in declared)
    dropped = [key for key, _ in sent if key in declared and key not in overridable]
    return Merged(kept, taken, _once(dropped))


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
