"""What HTTP lets a header's name and value be (RFC 9110 §5.1 and §5.5)."""

import re

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

# They describe the connection, which is the gateway's: one of a definition's could only contradict it.
_OF_THE_CONNECTION = frozenset(
    {
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def check_header_name(name: str) -> None:
    """Checks the name of a header that a definition sends.

    Raises:
        ValueError: it is no name, or one that describes the connection; the sentence does not repeat it.
    """
    if not _NAME.fullmatch(name):
        raise ValueError("is not a header's name: letters, digits and - are, a space is not")
    if name.lower() in _OF_THE_CONNECTION:
        raise ValueError("names a header that the gateway itself sets: leave it out")


def header_value(text: str) -> str:
    """The text as a header's value, without the blanks around it.

    Raises:
        ValueError: no header can carry it; the sentence does not repeat it.
    """
    value = without_blanks(text)
    if holds_control_character(value):
        raise ValueError(
            "holds a line break or another control character, which no header can carry"
        )
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError("holds a character beyond Latin-1, which no header can carry") from None
    return value


def without_blanks(text: str) -> str:
    """What of a text is a header's value: blanks around it are no part of that, and HTTP/1.1 carries none."""
    return text.strip(" \t")


def holds_control_character(text: str) -> bool:
    """Whether a text has a line break or another control character, which would end a header early."""
    return _CONTROL.search(text) is not None
