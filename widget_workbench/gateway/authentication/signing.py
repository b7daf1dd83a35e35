"""JSON Web Tokens, signed as connectors ask for it (platform.md §5; RFC 7515, 7518, 7519, 8037).

PyJWT does the cryptography. It is imported at the first signature, since it takes some 150 ms.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from widget_workbench.gateway.errors import JwtSigningError
from widget_workbench.gateway.unknown_expressions import unknown_in

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from jwt import PyJWS

ALGORITHMS = (
    *("HS256", "HS384", "HS512"),
    *("RS256", "RS384", "RS512"),
    *("ES256", "ES384", "ES512"),
    *("PS256", "PS384", "PS512"),
    "EdDSA",
)
DEFAULT_ALGORITHM = "RS256"
ANY_ALGORITHM = f"{', '.join(ALGORITHMS[:-1])} or {ALGORITHMS[-1]}"

# Claims that hold a time; they are whole seconds (platform.md §5).
TIMES = ("exp", "iat", "nbf")

# RFC 7518 §3.4: each ECDSA algorithm has its curve; by the curve's name in OpenSSL, and in the RFC.
_CURVES = {
    "ES256": ("secp256r1", "P-256"),
    "ES384": ("secp384r1", "P-384"),
    "ES512": ("secp521r1", "P-521"),
}

MOST_RSA_BITS = 4096  # ours

_KEPT_KEYS = 64  # private keys that stay loaded; checking an RSA key takes some 40 ms, signing with it 0.3 ms


def sign(
    payload: Mapping[str, Any],
    key: str,
    algorithm: str = DEFAULT_ALGORITHM,
    headers: Mapping[str, Any] | None = None,
) -> str:
    """Signs a payload.

    Args:
        payload: the claims, as JSON has them; `exp`, `iat` and `nbf` may also be numeric texts or have fractions.
        key: a private key in PEM format, without a passphrase; for HS256, HS384 and HS512 the shared secret, of any
            length.
        algorithm: one of `ALGORITHMS`.
        headers: of the token, beside `typ` and `alg`; a `typ` there takes the place of JWT.

    Returns:
        The token, in its compact form.

    Raises:
        JwtSigningError: it cannot be signed. The detail names what is wrong, and holds nothing of key and claims but
            the name of a secret that the key's template asks for in vain.
    """
    from jwt import PyJWTError

    if algorithm not in ALGORITHMS:
        raise _failure(f"its algorithm is none of {ANY_ALGORITHM}")
    claims = _json(_with_whole_times(payload), "payload")
    header = _header(headers or {}, algorithm)
    signing_key = _signing_key(key, algorithm)
    try:
        return _signer().encode(claims, signing_key, algorithm, header)
    except PyJWTError:
        # Keys of a pair were checked before; PyJWT's own words could quote what they are about.
        raise _failure(
            f"{algorithm} takes a shared secret, and the key is a PEM, SSH or JSON Web Key"
        ) from None
    except ValueError:
        raise _failure(f"the key is too short for {algorithm}") from None


def _failure(reason: str) -> JwtSigningError:
    return JwtSigningError(f"The JWT could not be signed: {reason}.")


def _with_whole_times(payload: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(payload, Mapping):
        raise _failure("its payload is not an object of claims")
    times = {name: _whole_seconds(name, payload[name]) for name in TIMES if name in payload}
    return {**payload, **times}


def _whole_seconds(name: str, value: Any) -> int:
    """A time's seconds without their fraction."""
    try:
        if isinstance(value, str):
            return int(value) if value.strip().isdecimal() else int(float(value))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return int(value)
    except (ValueError, OverflowError):
        pass
    raise _failure(f"its claim {name} is not a number of seconds")


def _header(headers: Mapping[str, Any], algorithm: str) -> dict[str, Any]:
    """The token's own headers, checked for what would make another token than `algorithm` says."""
    if not isinstance(headers, Mapping):
        raise _failure("its headers are not an object")
    _json(headers, "header")
    if headers.get("alg", algorithm) != algorithm:
        raise _failure(f"its header alg contradicts the algorithm, {algorithm}")
    if "b64" in headers:
        raise _failure(
            "its header b64 asks for a token without its payload (RFC 7797), which is not supported"
        )
    if not isinstance(headers.get("kid", ""), str):
        raise _failure("its header kid is not a text")
    return dict(headers)


def _json(value: Mapping[str, Any], what: str) -> bytes:
    if not all(isinstance(name, str) for name in value):
        raise _failure(f"a name in its {what} is not a text")
    try:
        return json.dumps(dict(value), separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        raise _failure(f"its {what} holds a value that JSON does not have") from None


def _signing_key(key: str, algorithm: str) -> Any:
    """The key, loaded and found to be of the algorithm's kind; a shared secret stays the text that it is."""
    if not isinstance(key, str):
        raise _failure("its key is not a text")
    if not key:
        raise _failure("its key is empty")
    if algorithm.startswith("HS"):
        return str(key)
    private_key = _private_key(str(key))
    kind, types = _kind(algorithm)
    if not isinstance(private_key, types):
        raise _failure(f"{algorithm} takes {kind} key, and the key is of another kind")
    curve = getattr(private_key, "curve", None)
    if algorithm in _CURVES and curve is not None and curve.name != _CURVES[algorithm][0]:
        raise _failure(
            f"{algorithm} takes a key of the curve {_CURVES[algorithm][1]}, and the key has another"
        )
    return private_key


@lru_cache(maxsize=_KEPT_KEYS)
def _private_key(pem: str) -> "PrivateKeyTypes":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        octets = pem.encode()
        # Checking an RSA key takes the longer the larger it is, and holds the interpreter's lock, in a thread, too:
        # 40 ms with 2048 bits, 0.3 s with 4096, 7 s with 8192. Its size is known without.
        unchecked = load_pem_private_key(octets, password=None, unsafe_skip_rsa_key_validation=True)
        if isinstance(unchecked, RSAPrivateKey) and unchecked.key_size > MOST_RSA_BITS:
            raise _failure(
                f"the RSA key has {unchecked.key_size} bits, and keys of up to {MOST_RSA_BITS} are taken"
            )
        return load_pem_private_key(octets, password=None)
    except TypeError:
        raise _failure("the key is encrypted: give it without a passphrase") from None
    except (ValueError, UnsupportedAlgorithm):
        if unknown := unknown_in(pem):
            raise _failure(f"the key is still the expression of {unknown}") from None
        hint = r": its line breaks are written as \n" if r"\n" in pem else ""
        raise _failure(f"the key is not a private key in PEM format{hint}") from None


def _kind(algorithm: str) -> tuple[str, tuple[type, ...]]:
    """What the algorithm's keys are called, and the classes that they have."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if algorithm == "EdDSA":
        return "an Ed25519 or Ed448", (Ed25519PrivateKey, Ed448PrivateKey)
    if algorithm.startswith("ES"):
        return "an elliptic curve", (EllipticCurvePrivateKey,)
    return "an RSA", (RSAPrivateKey,)


@lru_cache(maxsize=1)
def _signer() -> "PyJWS":
    """PyJWT's signer, with the platform's algorithms and no others, `none` least of all.

    The portal knows no least length of a key, and PyJWT would warn of short ones.
    """
    from jwt import PyJWS
    from jwt.algorithms import HMACAlgorithm, RSAAlgorithm, RSAPSSAlgorithm, get_default_algorithms

    class AnyHmac(HMACAlgorithm):
        def check_key_length(self, key: bytes) -> None:
            return None

    class AnyRsa(RSAAlgorithm):
        def check_key_length(self, key: Any) -> None:
            return None

    class AnyRsaPss(RSAPSSAlgorithm):
        def check_key_length(self, key: Any) -> None:
            return None

    signer = PyJWS(algorithms=[])
    defaults = get_default_algorithms()
    for name in ALGORITHMS:
        default = defaults[name]
        # PSS first: PyJWT makes it a kind of RSAAlgorithm.
        if isinstance(default, RSAPSSAlgorithm):
            signer.register_algorithm(name, AnyRsaPss(default.hash_alg))
        elif isinstance(default, RSAAlgorithm):
            signer.register_algorithm(name, AnyRsa(default.hash_alg))
        elif isinstance(default, HMACAlgorithm):
            signer.register_algorithm(name, AnyHmac(default.hash_alg))
        else:
            signer.register_algorithm(name, default)
    return signer
