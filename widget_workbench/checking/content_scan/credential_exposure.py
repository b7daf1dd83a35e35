"""Credentials in files that every visitor can read: known formats, named literals, and random-looking ones."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from widget_workbench.checking.content_scan.match import Match
from widget_workbench.checking.content_scan.source_text import SourceText

# What each begins with, its form, and whether its provider means it to be public.
_FORMATS = (
    ("an AWS access key", ("AKIA", "ASIA"), r"[A-Z0-9]{16}", False),
    ("a GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"[A-Za-z0-9]{30,255}", False),
    ("a GitHub token", ("github_pat_",), r"[A-Za-z0-9_]{22,255}", False),
    ("a GitLab token", ("glpat-",), r"[\w-]{20,255}", False),
    ("a Slack token", tuple(f"xox{kind}-" for kind in "abeoprs"), r"[A-Za-z0-9-]{10,255}", False),
    ("a Stripe secret key", ("sk_live_", "rk_live_"), r"[A-Za-z0-9]{16,255}", False),
    ("a Stripe test key", ("sk_test_", "rk_test_"), r"[A-Za-z0-9]{16,255}", False),
    ("a Stripe publishable key", ("pk_live_", "pk_test_"), r"[A-Za-z0-9]{16,255}", True),
    ("a Google API key", ("AIza",), r"[\w-]{35}", False),
    ("an API key", ("sk-",), r"(?=[\w-]{0,200}\d)[A-Za-z0-9][\w-]{19,255}", False),
    ("a SendGrid key", ("SG.",), r"[\w-]{16,64}\.[\w-]{16,64}", False),
    ("a Twilio key", ("SK",), r"[0-9a-f]{32}", False),
    ("an npm token", ("npm_",), r"[A-Za-z0-9]{36}", False),
    ("a PyPI token", ("pypi-",), r"[\w-]{50,500}", False),
    ("a JSON Web Token", ("eyJ",), r"[\w-]{8,2000}\.eyJ[\w-]{8,4000}\.[\w-]{8,2000}", False),
)
_KNOWN = [
    (name, beginnings, re.compile(rf"(?<![\w-])(?:{'|'.join(beginnings)}){rest}(?![\w-])"), public)
    for name, beginnings, rest, public in _FORMATS
]
_PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z0-9]{2,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_AUTHORIZATION = re.compile(
    r"\b(?P<scheme>Bearer|Basic)\s{1,9}(?P<value>[A-Za-z0-9._~+/=-]{8,2000})"
)
_IN_URL = re.compile(
    r"\b(?:https?|wss?|ftp)://(?P<user>[^\s/:@\"'`<>{}$]{1,200}):(?P<value>[^\s/@\"'`<>{}$]{3,200})@"
)

_NAMES = (
    r"api[_-]?key|apikey|secret(?:[_-]?key)?|client[_-]?secret|access[_-]?key|private[_-]?key|access[_-]?token"
    r"|auth[_-]?token|refresh[_-]?token|id[_-]?token|bearer[_-]?token|token|password|passwd|passphrase|pwd|credentials?"
)
# From the end of a name on: the search begins with a word, and is as fast as one for it.
_NAMED = re.compile(
    rf"(?P<name>{_NAMES})(?P<between>[\"'`\]]{{0,2}}\s{{0,9}}[:=,]\s{{0,9}})"
    r"(?P<quote>[\"'`])(?P<value>[^\"'`\r\n\\]{6,500})(?P=quote)",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(r"[\w$-]{0,40}\Z")
_SETTER_BEFORE = re.compile(
    r"(?:set\w{0,20}|append|header)\s{0,9}\(\s{0,9}[\"'`][\w-]{0,40}\Z", re.IGNORECASE
)
_PASSWORDS = re.compile(r"passw(?:or)?d|passphrase|pwd", re.IGNORECASE)

_LITERAL = re.compile(r"[\"'`](?P<value>[A-Za-z0-9+/_=.-]{32,512})[\"'`]")
_HEX = re.compile(r"(?:0x)?[0-9a-fA-F]+")
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"\$\{|\{\{|<[^>]{1,80}>|^\$[A-Z_]+$|^%[\w]+%$|your|example|sample|dummy|placeholder|change[_-]?me|replace|todo"
    r"|insert|here$|test$|xxx|\*\*\*|\.\.\.|…|redacted|secret$|^password\d?$",
    re.IGNORECASE,
)
_CONSTANT = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_INTEGRITY_BEFORE = re.compile(r"sha(?:256|384|512)-\Z")
_DATA_BEFORE = re.compile(r"data:[\w.+-]{1,40}/[\w.+-]{1,60}(?:;[\w=.-]{1,40}){0,4},\Z")

# Bits a character. English in one case has about 4.1, random base64 of 32 characters 4.6 and of 64 5.2.
_RANDOM_BASE64 = 4.3
_RANDOM_NAMED = 3.0
_RANDOM_HEX = 3.0
_SHORTEST_HEX = 40  # digits: a SHA-1
_COLOUR_DIGITS, _SHA_384_DIGITS = 6, 96
_SHORTEST_NAMED = 16

_WAY_OUT = (
    "whoever opens the page can read it; keep it in secrets.toml, let a connector use it, and change it if it was "
    "pushed."
)

_OF_RANDOM = (
    "the scan may take it for a credential; if it is none, keep it in a file that is not scanned, as .json files are "
    "not."
)


def credential_exposure(source: SourceText) -> Iterator[Match]:
    """What is a credential by its form, by its name, or by looking random; each place is told once."""
    found = [
        (match.start, certainty, match)
        for certainty, rule in enumerate((_by_form, _by_name, _by_chance))
        for match in rule(source.text)
    ]
    end = 0
    for start, _, match in sorted(found, key=lambda each: each[:2]):
        if start >= end:
            end = match.end
            yield match


def _by_form(text: str) -> Iterator[Match]:
    for name, beginnings, pattern, public in _KNOWN:
        if not any(beginning in text for beginning in beginnings):
            continue
        for found in pattern.finditer(text):
            if not _PLACEHOLDER.search(found[0]) and not _is_sequence(found[0]):
                yield Match(*found.span(), f"holds {name}: {_WAY_OUT}", public)
    for found in _PRIVATE_KEY.finditer(text):
        yield Match(*found.span(), f"holds a private key: {_WAY_OUT}")
    for found in _AUTHORIZATION.finditer(text):
        if _authorizes(found["scheme"], found["value"]):
            what = f"holds the credentials of an Authorization header ({found['scheme']})"
            yield Match(*found.span("value"), f"{what}: {_WAY_OUT}")
    for found in _IN_URL.finditer(text):
        if not _PLACEHOLDER.search(found["value"]):
            yield Match(*found.span("value"), f"holds a password in a URL: {_WAY_OUT}")


def _authorizes(scheme: str, value: str) -> bool:
    if _PLACEHOLDER.search(value):
        return False
    if scheme == "Bearer":
        return len(value) >= 20 and _has_digit_and_letter(value) and not _is_sequence(value)
    try:
        return b":" in base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False


def _by_name(text: str) -> Iterator[Match]:
    for found in _NAMED.finditer(text):
        if "," in found["between"] and not _is_set(text, found.start()):
            continue
        value = found["value"]
        name = _name(text, found)
        is_password = _PASSWORDS.search(name) is not None
        if _is_excused(value) or not (
            _is_password(value) if is_password else _is_named_secret(value)
        ):
            continue
        what = f"gives {name} a value in the text"
        yield Match(*found.span("value"), f"{what}: {_WAY_OUT}")


def _name(text: str, found: re.Match[str]) -> str:
    before = _NAME_BEFORE.search(text[max(0, found.start() - 40) : found.start()])
    return (before[0] if before else "") + found["name"]


def _is_set(text: str, start: int) -> bool:
    """Whether name and value are the arguments of a call that sets one to the other."""
    return _SETTER_BEFORE.search(text[max(0, start - 80) : start]) is not None


def _is_password(value: str) -> bool:
    kinds = [re.search(kind, value) is not None for kind in ("[a-z]", "[A-Z]", r"\d", r"[^\w\s]")]
    return " " not in value and 8 <= len(value) <= 128 and sum(kinds) >= 3 and bool(kinds[2])


def _is_named_secret(value: str) -> bool:
    return (
        len(value) >= _SHORTEST_NAMED
        and re.fullmatch(r"[\w+/=.~-]+", value) is not None
        and _has_digit_and_letter(value)
        and _entropy(value) >= _RANDOM_NAMED
        and not _is_of_words(value)
    )


def _by_chance(text: str) -> Iterator[Match]:
    for found in _LITERAL.finditer(text):
        value = found["value"]
        before = text[max(0, found.start("value") - 120) : found.start("value")]
        if _is_excused(value) or _INTEGRITY_BEFORE.search(before) or _DATA_BEFORE.search(before):
            continue
        if value.startswith(("sha256-", "sha384-", "sha512-")):
            continue
        if _looks_random(value):
            what = f"holds a random-looking text of {len(value)} characters"
            yield Match(*found.span("value"), f"{what}: {_OF_RANDOM}", True)


def _looks_random(value: str) -> bool:
    if _HEX.fullmatch(value):
        # As many digits as colours have are a palette; SHA-384 has as many, too.
        is_palette = len(value) % _COLOUR_DIGITS == 0 and len(value) != _SHA_384_DIGITS
        return (
            not is_palette
            and len(value) >= _SHORTEST_HEX
            and _entropy(value.lower()) >= _RANDOM_HEX
        )
    kinds = [re.search(kind, value) is not None for kind in ("[a-z]", "[A-Z]", r"\d")]
    return all(kinds) and _entropy(value) >= _RANDOM_BASE64 and not _is_of_words(value)


def _is_excused(value: str) -> bool:
    return (
        _PLACEHOLDER.search(value) is not None
        or _UUID.fullmatch(value) is not None
        or _CONSTANT.fullmatch(value) is not None
        or _is_sequence(value)
    )


def _is_sequence(value: str) -> bool:
    """Whether most of it counts up, counts down or repeats: an alphabet, a row of digits, a filler."""
    steps = [ord(after) - ord(before) for before, after in pairwise(value)]
    if not steps:
        return True
    regular = sum(step in (-1, 0, 1) for step in steps)
    return regular >= len(steps) * 0.6 or len(set(value)) <= 4


def _is_of_words(value: str) -> bool:
    """Whether it reads as names do: parts of three letters and more, of one case, with few digits between."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", value)
    long = sum(len(part) for part in parts if part.isalpha() and len(part) >= 4)
    return long >= len(value) * 0.6


def _has_digit_and_letter(value: str) -> bool:
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def _entropy(value: str) -> float:
    """Shannon's, in bits a character."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
