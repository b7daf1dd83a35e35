"""Which addresses a connector may reach (platform.md §5), and a network that reaches no other.

The name is checked as written, then every address that it resolves to, and the connection goes to
an address that was checked: no second resolution can differ. TLS still verifies the name.
"""

import asyncio
import ipaddress
import socket
import typing
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

import httpcore

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# Addresses that carry an IPv4 address inside: where they lead is what that address says.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefusedError(Exception):
    """The host is, or resolves to, an address that connectors may not reach."""


@dataclass(frozen=True)
class AllowedHosts:
    """`allow_hosts`: a developer's own hosts, exempt from the address rules.

    An entry is `host` (any port) or `host:port`.
    """

    entries: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[str]) -> "AllowedHosts":
        return cls(frozenset(entry.lower() for entry in entries))

    def exempt(self, host: str, port: int) -> bool:
        host = host.lower()
        host = f"[{host}]" if ":" in host else host
        return host in self.entries or f"{host}:{port}" in self.entries


def refuse_private_name(host: str) -> None:
    """Checks a host as written, before anything is resolved.

    Raises:
        AddressRefusedError: localhost, or an address that is not public.
    """
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        raise AddressRefusedError(_refusal(host, "this computer"))
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return
    if not is_public(address):
        raise AddressRefusedError(_refusal(host, "not a public address"))


# What Python's own table came to know after 3.11: 6to4 relays (RFC 7526), documentation (RFC 9637).
_NOT_PUBLIC_EITHER = (ipaddress.ip_network("192.88.99.0/24"), ipaddress.ip_network("3fff::/20"))


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is on the public internet, an IPv4 address inside it included."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _NOT_PUBLIC_EITHER)
    )


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


def _refusal(host: str, what: str) -> str:
    return (
        f"The host {host!r} is {what}, which connectors may not reach. For a service of your own, "
        "map the host in preview.toml's [upstreams] or name it in allow_hosts."
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
        failure: Exception = httpcore.ConnectError(f"The host {host!r} has no address.")
        for address in await self._checked_addresses(host, port):
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: typing.Any = None
    ) -> httpcore.AsyncNetworkStream:
        raise AddressRefusedError("Connectors reach no local sockets.")

    async def _checked_addresses(self, host: str, port: int) -> Sequence[str]:
        if self._exempt(host, port):
            return [host]
        refuse_private_name(host)
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"The host {host!r} could not be resolved.") from error
        for address in addresses:
            if not is_public(ipaddress.ip_address(address)):
                raise AddressRefusedError(
                    _refusal(host, f"found at {address}, not a public address")
                )
        return addresses
