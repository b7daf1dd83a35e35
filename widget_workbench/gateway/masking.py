"""Keeps secrets out of what the gateway itself writes (platform.md §5: their first character is all that shows)."""

import base64
import html
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote, quote_plus

import markupsafe

# Shorter ones cannot be told from ordinary text: they are masked where they are known to stand, not wherever they
# occur.
_SHORTEST = 4


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
        pattern, replacements = _pattern(self._secrets)
        if pattern is None:
            return text
        return pattern.sub(lambda found: replacements[found[0]], text)


@lru_cache(maxsize=64)
def _pattern(secrets: frozenset[str]) -> tuple[re.Pattern[str] | None, Mapping[str, str]]:
    replacements = {
        form: masked(secret)
        for secret in sorted(secrets)
        if len(secret) >= _SHORTEST
        for form in _forms(secret)
    }
    if not replacements:
        return None, {}
    # The longest first: a secret may be the beginning of another.
    forms = sorted(replacements, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, forms))), replacements


def _forms(secret: str) -> Iterable[str]:
    """The secret as it stands in text, HTML, JSON, Python's messages, URLs and Base64."""
    yield secret
    yield html.escape(secret)
    yield str(markupsafe.escape(secret))  # as templates write it
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    encoded = secret.encode("utf-8", "surrogateescape")
    yield quote(encoded, safe="")
    yield quote(encoded)
    yield quote_plus(encoded)
    yield base64.b64encode(encoded).decode("ascii")
    yield base64.urlsafe_b64encode(encoded).decode("ascii")
