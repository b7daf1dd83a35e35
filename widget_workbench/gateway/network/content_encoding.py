"""An answer's body as it arrives, unpacked within a limit (RFC 9110 §8.4).

httpx inflates each part that arrives in one go, and 64 MB of zeros are packed into 64 KB; here nothing is inflated
beyond the limit.
"""

import zlib
from collections.abc import Sequence

from widget_workbench.gateway.errors import DownstreamError

ACCEPTED_ENCODINGS = b"gzip, deflate"

_GZIP = zlib.MAX_WBITS | 16
_ZLIB = zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS


class BodyReader:
    """Takes the parts of a body as they arrive, and gives it unpacked.

    What follows the packed data is ignored, as browsers do; data that ends too early is an error.

    Args:
        host: who answers, for messages.
        headers: the answer's, names in lower case.
        limit: bytes of the body, both as it arrives and unpacked.

    Raises:
        DownstreamError: from every method: the body is over the limit, or not packed as its headers say.
    """

    def __init__(self, host: str, headers: Sequence[tuple[bytes, bytes]], limit: int) -> None:
        self._host = host
        self._limit = limit
        self._arrived = 0
        self._body = (
            bytearray()
        )  # parts may be single bytes, and a list of those many times their size
        self._encoding = self._accepted(_encodings(headers))
        self._unpacker = _Unpacker(self._encoding) if self._encoding else None
        length = next((value for name, value in headers if name == b"content-length"), b"")
        if length.isdigit() and int(length) > limit:
            raise self._too_large()

    def feed(self, part: bytes) -> None:
        self._arrived += len(part)
        if self._arrived > self._limit:
            raise self._too_large()
        if self._unpacker is not None:
            try:
                part = self._unpacker.unpack(part, self._limit - len(self._body) + 1)
            except zlib.error as error:
                raise DownstreamError(
                    f"{self._host} answered with a body that is not {self._encoding}, though its "
                    "Content-Encoding says so."
                ) from error
        self._body += part
        if len(self._body) > self._limit:
            raise self._too_large()

    def finish(self) -> bytes:
        """The whole body; where nothing arrived, nothing was packed."""
        if self._unpacker is not None and self._arrived and not self._unpacker.complete:
            raise DownstreamError(
                f"{self._host} answered with a body whose {self._encoding} data ends in the middle."
            )
        return bytes(self._body)

    def _accepted(self, encodings: list[str]) -> str | None:
        if not encodings:
            return None
        if len(encodings) > 1 or encodings[0] not in _Unpacker.ENCODINGS:
            raise DownstreamError(
                f"{self._host} answered with the Content-Encoding {', '.join(encodings)!r}, which it "
                f"was not asked for: the gateway takes {ACCEPTED_ENCODINGS.decode()}, one at a time."
            )
        return encodings[0]

    def _too_large(self) -> DownstreamError:
        return DownstreamError(
            f"The answer of {self._host} is larger than {self._limit:,} bytes, the most that the "
            "gateway relays.",
            code="RESPONSE_TOO_LARGE",
        )


def _encodings(headers: Sequence[tuple[bytes, bytes]]) -> list[str]:
    """The encodings in the order in which they were applied; identity is none."""
    named = b",".join(value for name, value in headers if name == b"content-encoding")
    listed = (encoding.strip().lower() for encoding in named.decode("latin-1").split(","))
    return [encoding for encoding in listed if encoding not in ("", "identity")]


class _Unpacker:
    """Inflates; `deflate` is zlib's format by RFC 9110 §8.4.1.2, and bare DEFLATE by the habit of some servers."""

    ENCODINGS = ("gzip", "x-gzip", "deflate")

    def __init__(self, encoding: str) -> None:
        self._data = zlib.decompressobj(_ZLIB if encoding == "deflate" else _GZIP)
        self._undecided = b"" if encoding == "deflate" else None

    @property
    def complete(self) -> bool:
        return self._data.eof

    def unpack(self, part: bytes, most: int) -> bytes:
        """What the part holds, cut off after `most` bytes."""
        if self._undecided is not None:
            part = self._undecided + part
            if len(part) < 2:  # zlib's header has two bytes
                self._undecided = part
                return b""
            self._undecided = None
            if not _has_zlib_header(part):
                self._data = zlib.decompressobj(_RAW)
        return b"" if self.complete else self._data.decompress(part, most)


def _has_zlib_header(data: bytes) -> bool:
    """RFC 1950 §2.2: the method is DEFLATE, and the check bits make both bytes a multiple of 31."""
    return data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
