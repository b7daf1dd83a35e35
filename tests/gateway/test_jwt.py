"""JSON Web Tokens: signed by the gateway, verified by PyJWT and by joserfc with the public key alone."""

import json
import warnings
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc import jwk
from joserfc import jwt as joserfc_jwt

from widget_workbench.gateway.authentication import ALGORITHMS, sign, signing
from widget_workbench.gateway.errors import JwtSigningError

SECRET = "marker-4711-of-a-shared-secret-that-is-long-enough-for-HS512-by-RFC-7518"
CLAIMS = {"sub": "user-7", "roles": ["a", "b"], "nested": {"ü": 1.5, "none": None}}


@dataclass(frozen=True)
class Pair:
    private: str
    public: str


MAKERS: dict[str, Callable[[], Any]] = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "short-rsa": lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505
    "secp256r1": lambda: ec.generate_private_key(ec.SECP256R1()),
    "secp384r1": lambda: ec.generate_private_key(ec.SECP384R1()),
    "secp521r1": lambda: ec.generate_private_key(ec.SECP521R1()),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ed448": ed448.Ed448PrivateKey.generate,
    "dsa": lambda: dsa.generate_private_key(1024),  # noqa: S505
}

KINDS = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1", "EdDSA": "ed25519"}

JOSERFC_KEYS: dict[str, Any] = {"HS": jwk.OctKey, "ES": jwk.ECKey, "Ed": jwk.OKPKey}


@lru_cache
def private_key(kind: str) -> Any:
    return MAKERS[kind]()


@lru_cache
def pair(kind: str) -> Pair:
    key = private_key(kind)
    return Pair(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    )


def no_real_key(bits: int) -> str:
    """An RSA key of that size whose factors are no primes: making a real one takes seconds, refusing this one none."""
    p, q = 2 ** (bits // 2) - 1, 2 ** (bits // 2) - 3
    numbers = rsa.RSAPrivateNumbers(p, q, 3, 3, 3, 3, rsa.RSAPublicNumbers(65537, p * q))
    key = numbers.private_key(unsafe_skip_rsa_key_validation=True)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def keys(algorithm: str) -> Pair:
    """What signs by an algorithm, and what verifies it."""
    if algorithm.startswith("HS"):
        return Pair(SECRET, SECRET)
    return pair(KINDS.get(algorithm, "rsa"))


def read(part: str) -> Any:
    return json.loads(urlsafe_b64decode(part + "=="))


def refusal(
    payload: Any = CLAIMS,
    key: Any = SECRET,
    algorithm: Any = "HS256",
    headers: Any = None,
) -> str:
    with pytest.raises(JwtSigningError) as caught:
        sign(payload, key, algorithm, headers)
    return caught.value.detail


def test_there_are_thirteen_algorithms() -> None:
    assert len(set(ALGORITHMS)) == 13


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithms_signature_is_verified_by_pyjwt(algorithm: str) -> None:
    token = sign(CLAIMS, keys(algorithm).private, algorithm)

    assert jwt.decode(token, keys(algorithm).public, [algorithm]) == CLAIMS


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # the platform has it
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithms_signature_is_verified_by_joserfc(algorithm: str) -> None:
    token = sign(CLAIMS, keys(algorithm).private, algorithm, {"kid": "key-1"})

    key = JOSERFC_KEYS.get(algorithm[:2], jwk.RSAKey).import_key(keys(algorithm).public)
    decoded = joserfc_jwt.decode(token, key, algorithms=[algorithm])
    assert decoded.claims == CLAIMS
    assert decoded.header == {"typ": "JWT", "alg": algorithm, "kid": "key-1"}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_changed_claim_is_found_out(algorithm: str) -> None:
    header, _, signature = sign(CLAIMS, keys(algorithm).private, algorithm).split(".")
    _, other, _ = sign({"sub": "admin"}, keys(algorithm).private, algorithm).split(".")

    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(f"{header}.{other}.{signature}", keys(algorithm).public, [algorithm])


def test_eddsa_takes_an_ed448_key_too() -> None:
    token = sign(CLAIMS, pair("ed448").private, "EdDSA")

    assert jwt.decode(token, pair("ed448").public, ["EdDSA"]) == CLAIMS


def test_rs256_is_the_default() -> None:
    token = sign(CLAIMS, pair("rsa").private)

    assert read(token.split(".")[0]) == {"typ": "JWT", "alg": "RS256"}


def test_a_key_in_the_older_pem_format_signs() -> None:
    pem = private_key("rsa").private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )

    token = sign(CLAIMS, pem.decode(), "PS256")

    assert jwt.decode(token, pair("rsa").public, ["PS256"]) == CLAIMS


@pytest.mark.parametrize(
    ("key", "public", "algorithm"),
    [
        ("k", "k", "HS256"),
        ("k", "k", "HS512"),
        (pair("short-rsa").private, pair("short-rsa").public, "RS256"),
        (pair("short-rsa").private, pair("short-rsa").public, "PS256"),
    ],
    ids=["HS256", "HS512", "RS256", "PS256"],
)
def test_a_short_key_signs_and_nobody_warns(key: str, public: str, algorithm: str) -> None:
    token = sign({"sub": "a"}, key, algorithm)  # pytest turns a warning into a failure

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert jwt.decode(token, public, [algorithm]) == {"sub": "a"}


@pytest.mark.parametrize(
    ("given", "signed"),
    [
        (1_800_000_000, 1_800_000_000),
        (1_800_000_000.9, 1_800_000_000),
        ("1800000000", 1_800_000_000),
        (" 1800000000\n", 1_800_000_000),
        ("1800000000.75", 1_800_000_000),
        ("1.8e9", 1_800_000_000),
        ("9007199254740993", 9_007_199_254_740_993),
        (-1.5, -1),
    ],
)
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
def test_a_time_is_signed_in_whole_seconds(name: str, given: Any, signed: int) -> None:
    token = sign({name: given}, SECRET, "HS256")

    claims = read(token.split(".")[1])
    assert claims == {name: signed}
    assert type(claims[name]) is int


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "None",
        "{{ now() }}",
        "inf",
        "nan",
        None,
        True,
        [1],
        {},
        float("inf"),
        1j,
        "1" * 5000,
    ],
)
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
def test_a_time_that_is_no_number_is_refused(name: str, value: Any) -> None:
    assert f"claim {name} is not a number" in refusal({name: value})


def test_other_claims_are_signed_as_they_are() -> None:
    claims = {"auth_time": "1800000000", "ratio": 0.5, "exp_": "x", "iss": "me", "aud": ["a", "b"]}

    assert read(sign(claims, SECRET, "HS256").split(".")[1]) == claims


def test_the_headers_are_signed_with_the_rest() -> None:
    token = sign(CLAIMS, SECRET, "HS256", {"kid": "k", "typ": "at+jwt", "alg": "HS256", "x": [1]})

    assert read(token.split(".")[0]) == {"alg": "HS256", "kid": "k", "typ": "at+jwt", "x": [1]}


def encrypted_pem() -> str:
    key = private_key("secp256r1")
    return str(
        key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"passphrase")
        ).decode()
    )


@pytest.mark.parametrize(
    ("key", "algorithm", "reason"),
    [
        ("", "HS256", "key is empty"),
        (None, "RS256", "key is not a text"),
        (SECRET, "RS256", "not a private key in PEM format"),
        ("\ud800", "RS256", "not a private key in PEM format"),
        (pair("rsa").public, "RS256", "not a private key in PEM format"),
        (pair("rsa").private[:-200], "RS256", "not a private key in PEM format"),
        (pair("rsa").private.replace("\n", r"\n"), "RS256", r"its line breaks are written as \n"),
        (encrypted_pem(), "ES256", "encrypted"),
        (
            "{{ get_secret('signing_key') }}",
            "RS256",
            "the key is still the expression of the secret 'signing_key', which secrets.toml does not give.",
        ),
        (
            '-----BEGIN PRIVATE KEY-----{{- get_secret( "half" ) ~ get_variable("other") | trim -}}',
            "EdDSA",
            "of the secret 'half', which secrets.toml does not give, or the variable 'other', which [variables]",
        ),
        (no_real_key(4096), "RS256", "not a private key in PEM format"),
        (no_real_key(4104), "RS256", "has 4104 bits, and keys of up to 4096 are taken"),
        (pair("secp256r1").private, "RS256", "takes an RSA key"),
        (pair("dsa").private, "PS512", "takes an RSA key"),
        (pair("rsa").private, "ES256", "takes an elliptic curve key"),
        (pair("rsa").private, "EdDSA", "takes an Ed25519 or Ed448 key"),
        (pair("secp384r1").private, "ES256", "of the curve P-256"),
        (pair("secp256k1").private, "ES256", "of the curve P-256"),
        (pair("secp256r1").private, "ES512", "of the curve P-521"),
        (pair("short-rsa").private, "PS512", "too short for PS512"),
        (pair("rsa").private, "HS256", "takes a shared secret"),
        (pair("rsa").public, "HS512", "takes a shared secret"),
        ('{"kty": "oct", "k": "bWFya2VyLTQ3MTE"}', "HS256", "takes a shared secret"),
        (SECRET, "none", "algorithm is none of HS256"),
        (SECRET, "None", "algorithm is none of HS256"),
        (SECRET, "hs256", "algorithm is none of HS256"),
        (SECRET, "ES256K", "algorithm is none of HS256"),
        (SECRET, "", "algorithm is none of HS256"),
        (SECRET, None, "algorithm is none of HS256"),
        (SECRET, [], "algorithm is none of HS256"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 50 else "key",
)
def test_a_key_that_does_not_fit_is_refused_and_not_repeated(
    key: Any, algorithm: Any, reason: str
) -> None:
    detail = refusal(key=key, algorithm=algorithm)

    assert reason in detail
    assert "\n" not in detail
    assert not any(line in detail for line in str(key).splitlines() if len(line) > 4)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("marker-4711", "payload is not an object"),
        (["marker-4711"], "payload is not an object"),
        (None, "payload is not an object"),
        ({"a": b"marker-4711"}, "a value that JSON does not have"),
        ({"a": {"marker-4711"}}, "a value that JSON does not have"),
        ({"a": float("nan")}, "a value that JSON does not have"),
        ({"a": [float("inf")]}, "a value that JSON does not have"),
        ({1: "marker-4711"}, "a name in its payload is not a text"),
    ],
)
def test_a_payload_that_is_no_json_is_refused_and_not_repeated(payload: Any, reason: str) -> None:
    detail = refusal(payload)

    assert reason in detail
    assert "marker-4711" not in detail


def test_a_payload_that_holds_itself_is_refused() -> None:
    payload: dict[str, Any] = {}
    payload["self"] = payload

    assert "a value that JSON does not have" in refusal(payload)


def test_a_payload_nested_beyond_measure_is_refused() -> None:
    payload: dict[str, Any] = {}
    for _ in range(100_000):
        payload = {"a": payload}

    assert "a value that JSON does not have" in refusal(payload)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ("kid", "headers are not an object"),
        ({"alg": "none"}, "alg contradicts the algorithm, HS256"),
        ({"alg": "HS512"}, "alg contradicts the algorithm, HS256"),
        ({"alg": None}, "alg contradicts the algorithm, HS256"),
        ({"b64": False}, "b64"),
        ({"kid": 1}, "kid is not a text"),
        ({"kid": None}, "kid is not a text"),
        ({"x": {1, 2}}, "header holds a value that JSON does not have"),
        ({1: "x"}, "a name in its header is not a text"),
    ],
)
def test_headers_that_would_make_another_token_are_refused(headers: Any, reason: str) -> None:
    assert reason in refusal(headers=headers)


def test_a_private_key_is_loaded_once() -> None:
    signing._private_key.cache_clear()

    for _ in range(3):
        sign(CLAIMS, pair("rsa").private, "RS256")
    sign(CLAIMS, pair("rsa").private, "PS384")

    assert signing._private_key.cache_info().misses == 1


def test_the_number_of_loaded_keys_is_bounded() -> None:
    limit = signing._private_key.cache_info().maxsize

    assert limit is not None
    assert limit <= 64
