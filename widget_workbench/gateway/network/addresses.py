"""Which addresses a connector may reach (platform.md §5), and a network that reaches no other.

The name is checked as written, then every address that it resolves to, and the connection goes to
an address that was checked: no second resolution can differ. TLS still verifies the name.
"""

import asyncio
import ipaddress
import re
import socket
import typing
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import httpcore
import httpx

from widget_workbench.gateway.network.connection_race import connect_to_first
from widget_workbench.gateway.network.failures import NoAddressError

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# Names that lead to nobody on the public internet: RFC 6761 and 6762, ICANN's of 2024, RFC 8375.
_PRIVATE_DOMAINS = ("localhost", "local", "internal", "home.arpa")

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")

# A name whose last label is one is taken for an IPv4 address, however oddly it is written (WHATWG URL §3.5).
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)

# What of IANA's registries Python's own table has from some version on, or never: protocol assignments (RFC 6890) and
# 6to4 relays (RFC 7526); protocol assignments with Teredo (RFC 2928), 6to4 (RFC 7526), documentation (RFC 9637).
_REFUSED_IPV4 = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24")))
_REFUSED_IPV6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2002::/16", "3fff::/20")))
_UNICAST_IPV6 = ipaddress.IPv6Network("2000::/3")  # RFC 4291: all that IANA gives out

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214 §6.1: the upper half of an interface's identifier


def host_of(url: httpx.URL) -> str:
    """A URL's host as it is looked up, after IDNA, an IPv6 address without brackets; empty if it has none.

    `httpx.URL.host` decodes what begins with `xn--`, and raises a UnicodeError where that decodes to nothing.
    """
    return url.raw_host.decode("ascii")


def looked_up(host: str) -> str:
    """A host as it is looked up (RFC 5891): `xn--mnchen-3ya.example` for `München.example`.

    Args:
        host: without port; an IPv6 address without brackets.

    Returns:
        It in lower case; not in ASCII if it has a character that no host may have.
    """
    if not host.isascii():
        with suppress(httpx.InvalidURL, UnicodeError):
            host = host_of(httpx.URL(scheme="https", host=host))
    return host.lower()


class AddressRefusedError(Exception):
    """The host is, or resolves to, an address that connectors may not reach.

    Attributes:
        rule: the first part of the sentence, without a full stop.
        way_out: what follows it for whoever wrote the URL, or nothing.
    """

    def __init__(self, rule: str, way_out: str = "") -> None:
        super().__init__(rule, way_out)
        self.rule = rule
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.rule}{self.way_out}."


@dataclass(frozen=True)
class AllowedHosts:
    """`allow_hosts`: a developer's own hosts, exempt from the address rules.

    An entry is `host` (any port) or `host:port`.
    """

    entries: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[str]) -> "AllowedHosts":
        return cls(frozenset(map(_entry, entries)))

    def exempt(self, host: str, port: int) -> bool:
        host = host.lower()
        host = f"[{host}]" if ":" in host else host
        return host in self.entries or f"{host}:{port}" in self.entries


def _entry(entry: str) -> str:
    name, colon, port = (entry, "", "") if entry.startswith("[") else entry.partition(":")
    return f"{looked_up(name)}{colon}{port}"


def refuse_private_name(host: str) -> None:
    """Checks a host as written, before anything is resolved.

    Args:
        host: as a URL has it, after IDNA; an IPv6 address without brackets.

    Raises:
        AddressRefusedError: no host, one that is private by its name, or an address that is not public.
    """
    name = host.lower().removesuffix(".")
    if _is_literal(name):
        address = _address(host, name)
        if not is_public(address):
            raise _refusal(host, "not a public address")
    elif len(name) > 253 or not all(map(_LABEL.fullmatch, name.split("."))):
        raise AddressRefusedError(f"{host!r} is no name that a host can have")
    elif name in _PRIVATE_DOMAINS or name.endswith(tuple(f".{each}" for each in _PRIVATE_DOMAINS)):
        raise _refusal(host, "on this computer or in its own network")


def _is_literal(host: str) -> bool:
    """Whether a URL's host is an address, however it is written, and no name."""
    return ":" in host or _NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]) is not None


def _address(host: str, name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        raise AddressRefusedError(
            f"The host {host!r} ends in a number and is not an IP address as it is commonly written "
            "(four decimal numbers from 0 to 255), which connectors may not use"
        ) from None


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is on the public internet; one that holds an IPv4 address is what that is.

    IANA's special-purpose registries (RFC 6890) decide, and what they leave open is refused.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return (
            address.is_global
            and not address.is_multicast
            and not address.is_reserved
            and not any(address in network for network in _REFUSED_IPV4)
        )
    if address.scope_id is not None:
        return False
    inner = _translated(address)
    if inner is not None:
        return is_public(inner)
    return (
        address in _UNICAST_IPV6
        and address.is_global
        and not _is_isatap(address)
        and not any(address in network for network in _REFUSED_IPV6)
    )


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that packets to this one go to, if it is there to hold one."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped


def _is_isatap(address: ipaddress.IPv6Address) -> bool:
    """Whether it leads into a site's IPv4 network (RFC 5214 §6.1)."""
    return (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP


def _refusal(host: str, what: str) -> AddressRefusedError:
    return AddressRefusedError(
        f"The host {host!r} is {what}, which connectors may not reach",
        ". For a service of your own, map the host in preview.toml's [upstreams] or name it in allow_hosts",
    )


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """The addresses that the system's resolver gives for a name, in its order of preference."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves, checks every address, and connects to a checked one.

    Args:
        exempt: whether a host and port are free of the rules (`AllowedHosts.exempt`).
        resolve: the addresses of a name, as literals.
        network: what opens the connections.
    """

    def __init__(
        self,
        *,
        exempt: Callable[[str, int], bool],
        resolve: Resolve = resolve_by_system,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._exempt = exempt
        self._resolve = resolve
        self._network = network or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._checked_addresses(host, port)

        async def connect(address: str) -> httpcore.AsyncNetworkStream:
            return await self._network.connect_tcp(
                address, port, timeout, local_address, socket_options
            )

        if len(addresses) == 1:
            return await connect(addresses[0])
        return await connect_to_first(addresses, connect)

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: typing.Any = None
    ) -> httpcore.AsyncNetworkStream:
        raise AddressRefusedError("Connectors reach no local sockets")

    async def _checked_addresses(self, host: str, port: int) -> Sequence[str]:
        if self._exempt(host, port):
            return [host]
        refuse_private_name(host)
        if _is_literal(host):
            return [host.removesuffix(".")]
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise NoAddressError(host) from error
        if not addresses:
            raise NoAddressError(host)
        for address in addresses:
            if not is_public(ipaddress.ip_address(address)):
                raise _refusal(host, f"found at {address}, not a public address")
        return addresses
