"""A template as HTML source, for where there is no page: a build, a test, a document to send."""

from __future__ import annotations

from ._resolving import Html, Resolved
from ._template_parts import AttributePart, ContentPart, TextPart
from ._text import escaped


def html_of(resolved: Resolved) -> str:
    """The HTML that a browser reads as what `sdk.render` would show, handlers and keys aside."""
    written: list[str] = []
    _write(resolved, written)
    return "".join(written)


def _write(resolved: Resolved, written: list[str]) -> None:
    parsed = resolved.parsed
    for piece, part, value in zip(parsed.pieces, parsed.parts, resolved.values, strict=False):
        written.append(piece)
        if isinstance(part, ContentPart):
            _write_content(value, written)
        elif isinstance(part, TextPart):
            written.append(escaped(value))
        elif isinstance(part, AttributePart) and value is not None:
            written.append(f' {part.name}="{escaped(value)}"')
    written.append(parsed.pieces[-1])


def _write_content(value: str | Resolved | list[Resolved], written: list[str]) -> None:
    if isinstance(value, Html):
        written.append(value)
    elif isinstance(value, str):
        written.append(escaped(value))
    else:
        for item in [value] if isinstance(value, Resolved) else value:
            _write(item, written)
