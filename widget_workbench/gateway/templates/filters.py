"""The platform's filters, beside Jinja's own (platform.md §5)."""

import base64
import binascii
import json
from typing import Any, NoReturn

from jinja2.runtime import Undefined
from markupsafe import Markup

from widget_workbench.gateway.templates.refusal import Refusal, UndefinedInput


class Octets(bytes):
    """Bytes that print as the UTF-8 text that they are, what is none replaced."""

    def __str__(self) -> str:
        return self.decode("utf-8", "replace")


class EmptyJson(Refusal):
    """`from_json` was given an empty text."""

    def __init__(self) -> None:
        super().__init__("from_json was given an empty text")


def from_json(value: Any) -> Any:
    """JSON text as data.

    Raises:
        Refusal: it is not JSON (RFC 8259), or not a text at all: None, for example.
    """
    if isinstance(value, Undefined):
        _refuse_undefined(value, "from_json needs a text")
    if not isinstance(value, str | bytes):
        kind = "None" if value is None else f"a value of type {type(value).__name__}"
        raise Refusal(f"from_json was given {kind}, not a text")
    if not value.strip():
        raise EmptyJson
    try:
        return json.loads(value, parse_constant=_refuse_constant)
    except ValueError:
        raise Refusal("from_json was given a text that is not JSON") from None


def json_encode(value: Any) -> Markup:
    """Compact JSON, every character that JSON allows as it is; not escaped any further.

    Raises:
        Refusal: the value is not one that JSON has.
    """
    text = dump_json(value, separators=(",", ":"), ensure_ascii=False)
    return Markup(text)  # noqa: S704 - that is what the filter is for


def dump_json(value: Any, **options: Any) -> str:
    """`json.dumps` that refuses NaN and infinities.

    Raises:
        Refusal: the value is not one that JSON has.
    """
    try:
        return json.dumps(value, allow_nan=False, default=_refuse_type, **options)
    except ValueError:
        raise Refusal("JSON has no NaN and no infinite numbers") from None
    except TypeError:
        raise Refusal("the keys of a JSON object are texts or numbers") from None


def base64_encode(value: Any) -> str:
    """Base64 (RFC 4648 §4) of bytes, or of what the value prints as, in UTF-8."""
    octets = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
    return base64.b64encode(octets).decode("ascii")


def base64_decode(value: Any) -> str | Octets:
    """What Base64 holds: a text where it is UTF-8, else bytes.

    Raises:
        Refusal: it is not Base64.
    """
    text = value if isinstance(value, bytes) else str(value)
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal("base64_decode was given what is not Base64") from None
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return Octets(octets)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _refuse_type(value: object) -> NoReturn:
    if isinstance(value, Undefined):
        _refuse_undefined(value, "JSON needs a value")
    raise Refusal(f"a value of type {type(value).__name__} is nothing that JSON has")


def _refuse_undefined(value: Undefined, needs: str) -> NoReturn:
    str(value)  # an unknown secret or variable leaves its expression in place
    name = value._undefined_name
    raise UndefinedInput(name if isinstance(name, str) else "", needs)
