"""What an upstream answered."""

from dataclasses import dataclass

# What an upstream says about its body, and when to come back. Everything else ends here: cookies
# and authentication challenges are not the page's business, a Location would make the browser
# follow it, hop-by-hop headers belong to the other connection.
RELAYED_HEADERS = (b"content-type", b"content-language", b"retry-after")


@dataclass(frozen=True)
class Answer:
    """An upstream's answer: all of its headers, names in lower case, and its body unpacked."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def relayed_headers(answer: Answer) -> tuple[tuple[bytes, bytes], ...]:
    """The headers that go to the page."""
    return tuple(header for header in answer.headers if header[0] in RELAYED_HEADERS)
