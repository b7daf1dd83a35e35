"""Files named by their content, and cut where the platform would refuse them whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

# Bytes. The platform takes 2 MB a file (platform.md §1), and does not say which kind of MB.
LARGEST_PART = 1_900_000

# Hexadecimal digits of a hash in a file's name. The platform's scan takes longer ones for a credential.
NAME_DIGITS = 12


@dataclass(frozen=True)
class Part:
    """A file, or one of several that make up one content.

    Attributes:
        name: the file's, which changes with the content.
        content: its bytes.
    """

    name: str
    content: bytes


def in_parts(stem: str, suffix: str, content: bytes) -> tuple[Part, ...]:
    """Cuts content into parts of about the same size, none too large for the platform.

    Args:
        stem: what the names begin with.
        suffix: what they end in, with its dot.
        content: all of the bytes.
    """
    count = max(1, -(-len(content) // LARGEST_PART))
    length = -(-len(content) // count)
    named = f"{stem}-{sha256(content)[:NAME_DIGITS]}"
    if count == 1:
        return (Part(f"{named}{suffix}", content),)
    return tuple(
        Part(f"{named}.{number}{suffix}", content[number * length : (number + 1) * length])
        for number in range(count)
    )


def sha256(content: bytes) -> str:
    """The hash of content, as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
