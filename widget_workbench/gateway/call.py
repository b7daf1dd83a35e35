"""What a caller sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Call:
    """What the caller sent: raw, header names in lower case."""

    query_string: str
    headers: Sequence[tuple[str, bytes]]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of this lower-case name, or an empty text."""
        return next((value.decode("latin-1") for key, value in self.headers if key == name), "")

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query's parameters in order; bytes that are not UTF-8 as surrogate escapes."""
        return parse_query(self.query_string)


NOTHING = Call("", (), b"")


def parse_query(text: str) -> list[tuple[str, str]]:
    """A URL's query; bytes that are not UTF-8 as surrogate escapes."""
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
