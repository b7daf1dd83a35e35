"""URLs in widgets, read as browsers read them."""

from __future__ import annotations

import re

TRUSTED_HOSTS = ("cdn.jsdelivr.net", "cdnjs.cloudflare.com", "unpkg.com", "esm.sh")
"""Where scripts may come from (platform.md §1)."""

# Of the platform's older SDK tag.
_PLATFORM_HOSTS = ("static.customer-hub.northpass.com",)

_AUTHORITY = re.compile(r"(?:(?P<scheme>https?|wss?):)?/{2,}(?P<authority>[^/?#]*)", re.IGNORECASE)
_LONGEST_HOST = 60
_IGNORED = re.compile(r"[\t\r\n]")
_BESIDE = "".join(map(chr, range(0x21)))


def is_external(url: str) -> bool:
    """Whether the URL names a host of its own; a path of the community's own site does not."""
    return _AUTHORITY.match(_normal(url)) is not None


def is_trusted_script(url: str) -> bool:
    """Whether the platform takes a script from there: by HTTPS, from exactly a host that it trusts."""
    parts = _AUTHORITY.match(_normal(url))
    if parts is None or (parts["scheme"] or "https").lower() != "https":
        return False
    host = parts["authority"].rpartition("@")[2].lower().removesuffix(":443")
    return host in TRUSTED_HOSTS or host in _PLATFORM_HOSTS


def told(url: str) -> str:
    """The URL as a message has it: its host alone, since paths and queries may hold what must not be printed."""
    normal = _normal(url)
    parts = _AUTHORITY.match(normal)
    if parts is None:
        return "another host"
    scheme = f"{parts['scheme'].lower()}:" if parts["scheme"] else ""
    host = parts["authority"].rpartition("@")[2][:_LONGEST_HOST] or "…"
    return f"{scheme}//{host}{'/…' if len(normal) > parts.end() else ''}"


def _normal(url: str) -> str:
    """Without what browsers leave out, and with the slashes that they read in backslashes."""
    return _IGNORED.sub("", url.strip(_BESIDE)).replace("\\/", "/").replace("\\", "/")
