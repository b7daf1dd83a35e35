"""What authentication adds to a request."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """What is sent, and what has to be known about it; none of it is for the eye.

    Attributes:
        headers: names as configured, values that a header can carry; they replace others of the same name.
        query: parameters; they replace others of the same name.
        identity: who the upstream takes the caller for: the same across renewals of a token and from one self-signed
            token to the next, different for different keys, clients, subjects and claims. Holds no secret.
        secrets: the texts that the gateway masks wherever it writes.
        external_ms: milliseconds that were spent waiting for a token endpoint.
    """

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    identity: tuple[str, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)
    external_ms: float = 0.0


NO_CREDENTIALS = Credentials()
