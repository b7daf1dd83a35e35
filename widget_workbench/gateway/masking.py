"""Keeps secrets out of what the gateway itself writes (platform.md §5: their first character is all that shows)."""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import quote

# Shorter ones cannot be told from ordinary text: they are masked where they are known to stand, not wherever they
# occur.
SHORTEST_FOUND = 4

# Characters. What a pattern of 64,000 takes is 0.1 s; one of 16,000 hyphens would have four million.
_LONGEST_PATTERN = 64_000

_WORD = re.compile(r"[0-9A-Za-z]+")
_PART = re.compile(r"[0-9A-Za-z]+|[\r\n]+|\\+|.", re.DOTALL)

_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}

# Repetitions have bounds, and those of backslashes are never tried anew with fewer (`+`): no text makes the search
# slow. What is escaped may be escaped once more, and in another way: HTML in JSON in a URL.
_PERCENT = "%(?:25){0,4}"
_BACKSLASH = rf"(?:\\|{_PERCENT}5c)"
_BACKSLASHES = rf"{_BACKSLASH}{{0,16}}+"
_SEMICOLON = rf"(?:;|{_PERCENT}3b)"
_AMPERSAND = rf"(?:&|{_PERCENT}26|{_BACKSLASHES}u0026)(?:amp{_SEMICOLON}){{0,4}}"
_NUMBER_SIGN = rf"(?:\#|{_PERCENT}23)"

# Between the lines of a PEM: line breaks as they are and escaped, what a list or a traceback puts around lines, or
# nothing, since some let the line breaks go.
_LINE_BREAK = (
    rf"(?:{_BACKSLASHES}(?:[rn]|u00[0-9a-f]{{2}})|{_PERCENT}[0-9a-f]{{2}}"
    rf"|{_AMPERSAND}(?:{_NUMBER_SIGN}x?[0-9a-f]{{1,3}}|quot){_SEMICOLON}|[^0-9A-Za-z]){{0,20}}"
)


def masked(secret: str) -> str:
    """What is shown in the place of a secret; its length is not told.

    A first character that means something to JSON, HTML or a URL is left out: it would break what it stands in.
    """
    first = secret[:1]
    return f"{first if first.isalnum() else ''}***" if secret else ""


class Masking:
    """Finds secrets in a text, as they are and in the forms that encoding gives them, and masks them.

    Args:
        secrets: the values that must not be seen.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = frozenset(secrets)

    def with_secrets(self, secrets: Iterable[str]) -> "Masking":
        """A masking that knows further secrets."""
        more = self._secrets.union(secrets)
        return self if more == self._secrets else Masking(more)

    def text(self, text: str) -> str:
        """The text with each secret masked."""
        for secret in _longest_first(self._secrets):
            text = secret.masked_in(text)
        return text


NOTHING_MASKED = Masking()


@dataclass(frozen=True)
class _Secret:
    """A secret, and how it is found.

    Attributes:
        shown: what takes its place.
        word: its longest run of letters and digits, in lower case, which no escaping changes: where it does not
            stand, the search is over.
        in_base64: its Base64, whole and as a part of something longer.
    """

    value: str
    shown: str
    word: str
    in_base64: tuple[str, ...]

    @classmethod
    def of(cls, secret: str) -> "_Secret":
        value = secret.strip()  # no header keeps the white space around it
        word = max(_WORD.findall(value), key=len, default="").lower()
        return cls(value, masked(secret), word, tuple(dict.fromkeys(_in_base64(value))))

    def masked_in(self, text: str) -> str:
        if self.word in text.lower():
            text = "".join(self._around_it(text))
        for form in self.in_base64:
            text = text.replace(form, self.shown)
        return text

    def _around_it(self, text: str) -> Iterator[str]:
        """The text's pieces, with what is shown in the place of each occurrence."""
        beginning, rest = self._search
        done = 0
        while found := beginning.search(text, done):
            yield text[done : found.start()]
            yield self.shown
            done = _end_of(rest, text, found.end())
        yield text[done:]

    @cached_property
    def _search(self) -> tuple[re.Pattern[str], tuple[str, ...]]:
        """The pattern of its beginning, which is nearly always all of it, and the parts behind that."""
        parts = _PART.findall(self.value)
        pattern, count = "", 0
        while count < len(parts) and len(pattern) < _LONGEST_PATTERN:
            pattern += _as_written(parts[count])
            count += 1
        return re.compile(pattern, re.IGNORECASE), tuple(parts[count:])


@lru_cache(maxsize=64)
def _longest_first(secrets: frozenset[str]) -> tuple[_Secret, ...]:
    """A secret may be a part of another one, which then has to be found first."""
    known = [_known(secret) for secret in secrets if len(secret.strip()) >= SHORTEST_FOUND]
    return tuple(sorted(known, key=lambda secret: (-len(secret.value), secret.value)))


@lru_cache(maxsize=256)
def _known(secret: str) -> _Secret:
    return _Secret.of(secret)


def _end_of(parts: Iterable[str], text: str, start: int) -> int:
    """Where the parts end that begin there, each taken for the first that it may be; the text's end if one is missing.

    What it was taken for was wrong then, and too much is masked rather than too little.
    """
    for part in parts:
        found = _pattern_of(part).match(text, start)
        if found is None:
            return len(text)
        start = found.end()
    return start


@lru_cache(maxsize=512)
def _pattern_of(part: str) -> re.Pattern[str]:
    return re.compile(_as_written(part), re.IGNORECASE)


def _as_written(part: str) -> str:
    """A pattern of what a part of a secret is in a text, in JSON, in HTML, in a URL and in Python's messages."""
    first = part[0]
    if first.isascii() and first.isalnum():
        return part
    if first in "\r\n":
        return _LINE_BREAK
    if first == "\\":
        count = len(part)
        return f"(?:{_BACKSLASH}{{{count},{16 * count}}}+|{_one_of(_escapes(first))}{{{count}}})"
    if first == " ":
        return _one_of([r"\s", r"\+", f"{_PERCENT}2b", *_escapes(first)])
    if first.isascii():
        return _BACKSLASHES + _one_of(_escapes(first))
    return _beyond_ascii(first)


def _beyond_ascii(character: str) -> str:
    octets = character.encode("utf-8", "surrogatepass")
    replacement = _one_of([r"[?\ufffd]", f"{_PERCENT}ef{_PERCENT}bf{_PERCENT}bd", r"ufffd"])
    forms = [f"(?:{_BACKSLASHES}{replacement}){{1,{len(octets)}}}"]
    # The search ignores the case of a character, not that of the numbers it is escaped by; and ß in capitals is SS.
    for cased in sorted({character, character.lower(), character.upper()}):
        forms.append(re.escape(cased))
        if len(cased) == 1:
            forms += [*_escapes(cased), f"x{ord(cased):02x}"]
    return _BACKSLASHES + _one_of(forms)


def _escapes(character: str) -> Iterator[str]:
    """What stands for a character behind any backslashes; itself last, since what stands for it may begin with it."""
    number = ord(character)
    yield _BACKSLASHES.join(f"u{unit.hex()}" for unit in _utf_16(character))
    yield f"U{number:08x}"
    yield f"{_AMPERSAND}{_NUMBER_SIGN}(?:{number}|x{number:x}){_SEMICOLON}"
    if character in _ENTITIES:
        yield f"{_AMPERSAND}{_ENTITIES[character]}{_SEMICOLON}"
    yield "".join(map(_octet, character.encode("utf-8", "surrogatepass")))


def _octet(octet: int) -> str:
    """One of a character's in UTF-8: in a URL, in Python's messages, and taken for Latin-1."""
    taken = chr(octet)
    taken_in_url = "".join(f"{_PERCENT}{each:02x}" for each in taken.encode())
    escaped = f"{_BACKSLASHES}(?:x|u00){octet:02x}"
    return _one_of([f"{_PERCENT}{octet:02x}", escaped, re.escape(taken), taken_in_url])


def _one_of(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


def _utf_16(character: str) -> Iterator[bytes]:
    encoded = character.encode("utf-16-be", "surrogatepass")
    return (encoded[at : at + 2] for at in range(0, len(encoded), 2))


def _in_base64(secret: str) -> Iterator[str]:
    """Base64, and what it makes of the secret behind one byte or two: without characters that others have a part in."""
    octets = secret.encode("utf-8", "surrogatepass")
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        forms = [encode(octets).decode("ascii")]
        for before in range(3):
            encoded = encode(bytes(before) + octets).decode("ascii")
            forms.append(encoded[-(-8 * before // 6) : 8 * (before + len(octets)) // 6])
        for form in forms:
            yield form
            yield quote(form, safe="")
            yield form.replace("/", r"\/")  # as some write it in JSON
