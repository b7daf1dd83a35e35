"""What the content scan tells of one place in a file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """What a finding is of, in the platform's own names (platform.md §1)."""

    CRYPTO_MINING = "crypto_mining"
    DATA_EXFILTRATION = "data_exfiltration"
    PHISHING_REDIRECT = "phishing_redirect"
    OBFUSCATION = "obfuscation"
    EXTERNAL_SCRIPT_LOADING = "external_script_loading"
    CREDENTIAL_EXPOSURE = "credential_exposure"


@dataclass(frozen=True)
class Finding:
    """One place that the platform rejects, or may reject.

    Attributes:
        path: the file's.
        line: where in it, from 1.
        category: the platform's name for it.
        reason: a sentence, without its subject, with what is there and the way out.
        excerpt: the text of the place, in one line; a secret is masked.
        suspicion: the platform's words do not name this, so it may pass as well.
    """

    path: str
    line: int
    category: Category
    reason: str
    excerpt: str
    suspicion: bool
