"""Secrets that are found in whatever text they get into, however they are encoded there.

Each holds a word that stands nowhere else. Escaping for HTML, JSON, Python, URLs and shells leaves a word of letters
as it is, so what is searched for is the word in any case, and its Base64.
"""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def _private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


PEM = _private_key()

# The first character is what masking shows; no word begins there.
SECRETS: Mapping[str, str] = {
    "simple": "mquaggaWallow",
    "short": "mZqv",
    "long": "m" + "zebuBellow" * 19 + "zebuBello",
    "markup": "m&<b>okapiSnort</b>\"'&amp;",
    "quotes": '"\'\\"onagerBray\\n\\"\'`',
    "url": "m%41+/=?#&;@ gaurGrunt%zz/../",
    "latin1": "mÿß£nyalaBark°é",
    "beyond": "m€ßžtakinCough𝄞Ĳ",
    "pem": PEM,
    "lines": "msaigaSneeze\r\nX-Injected: saigaSneeze",
}
WORDS: Mapping[str, tuple[str, ...]] = {
    "simple": ("quaggaWallow",),
    "short": ("Zqv",),
    "long": ("zebuBellow",),
    "markup": ("okapiSnort",),
    "quotes": ("onagerBray",),
    "url": ("gaurGrunt",),
    "latin1": ("nyalaBark",),
    "beyond": ("takinCough",),
    # "+" and "/" are escaped in URLs and in JSON.
    "pem": tuple(re.findall(r"[A-Za-z0-9]{12,}", PEM)),
    "lines": ("saigaSneeze",),
}

# What no header's value can hold as it is.
WITH_LINES = ("pem", "lines")


@dataclass(frozen=True)
class Leak:
    """A secret that stands in a text."""

    secret: str
    place: str
    excerpt: str


def leaks(
    written: Mapping[str, str], *, more: Mapping[str, Iterable[str]] | None = None
) -> list[Leak]:
    """The secrets that stand in the texts.

    Args:
        written: texts by where they were written.
        more: words of further secrets, by name.
    """
    words = {**WORDS, **(more or {})}
    return [
        Leak(name, place, text[max(0, at - 40) : at + 60])
        for place, text in written.items()
        for name, its in words.items()
        for at in _found(text, its)
    ]


def _found(text: str, words: Iterable[str]) -> list[int]:
    folded = text.casefold()
    found = [folded.find(word.casefold()) for word in words]
    found += [text.find(form) for word in words for form in _base64_forms(word)]
    return [at for at in found if at >= 0]


@cache
def _base64_forms(word: str) -> tuple[str, ...]:
    """The Base64 of anything that holds the word, but for the characters that what is around it has a part in."""
    octets = word.encode()
    if len(octets) < 6:
        return ()  # three characters are left of it, which stand anywhere
    forms = []
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + octets).decode("ascii").rstrip("=")
        forms.append(encoded[(before * 8 + 5) // 6 : (before + len(octets)) * 8 // 6])
    return tuple(forms)


def of(name: str, fields: Any) -> Any:
    """The fields of a definition with `NAME` in all of their texts replaced."""
    match fields:
        case str():
            return fields.replace("NAME", name)
        case dict():
            return {key: of(name, value) for key, value in fields.items()}
        case list():
            return [of(name, value) for value in fields]
    return fields
