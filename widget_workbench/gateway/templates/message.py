"""What goes between this process and its workers: JSON, and beside it the large texts and the bytes that it holds."""

import json
import secrets
from collections.abc import Mapping
from typing import IO, Any

from widget_workbench.gateway.templates.filters import Octets

_LENGTH = 8  # bytes
_TAG = 16  # characters
_LARGE = 1000  # characters; JSON would take ten times as long as a copy does, with the interpreter's lock held


def write_message(stream: IO[bytes], message: Mapping[str, Any]) -> None:
    """Writes a message of plain data.

    A tag of chance tells the mark of what stands beside the JSON from an object that looks like it.
    """
    tag = secrets.token_hex(_TAG // 2)
    beside: list[bytes] = []
    body = (tag + json.dumps(_detached(message, tag, beside))).encode("ascii")
    stream.write(len(body).to_bytes(_LENGTH, "big") + body)
    for part in beside:
        stream.write(part)
    stream.flush()


def read_message(stream: IO[bytes]) -> dict[str, Any] | None:
    """The next message; None where the other side has closed the stream."""
    try:
        length = int.from_bytes(_read(stream, _LENGTH), "big")
        text = _read(stream, length).decode("ascii")
        tag = text[:_TAG]

        # It is called for each mark in the order of the text, which is that of the parts.
        def attached(held: dict[str, Any]) -> Any:
            if tag not in held:
                return held
            size, is_text = held[tag]
            part = _read(stream, size)
            return part.decode("utf-8", "surrogatepass") if is_text else Octets(part)

        message: dict[str, Any] = json.loads(text[_TAG:], object_hook=attached)
    except EOFError:
        return None
    return message


def _detached(value: Any, tag: str, beside: list[bytes]) -> Any:
    """The value with marks in place of what goes beside it."""
    match value:
        case bytes():
            beside.append(value)
            return {tag: [len(value), False]}
        case str() if len(value) > _LARGE:
            part = value.encode("utf-8", "surrogatepass")
            beside.append(part)
            return {tag: [len(part), True]}
        case list() | tuple():
            return [_detached(held, tag, beside) for held in value]
        case Mapping():
            return {key: _detached(held, tag, beside) for key, held in value.items()}
    return value


def _read(stream: IO[bytes], size: int) -> bytes:
    part = stream.read(size)
    if len(part) < size:
        raise EOFError
    return part
