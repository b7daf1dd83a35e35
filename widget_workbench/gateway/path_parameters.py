"""Path parameters: from the `X-Path-Params` header into the URL (platform.md §4 and §5)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from widget_workbench.gateway.definitions import Connector
from widget_workbench.gateway.errors import (
    ConnectorMisconfiguredError,
    InvalidPathParametersError,
    MissingPathParametersError,
)

REFERENCE = re.compile(r"\{\{-?\s*pathParams\.(?P<key>[A-Za-z_]\w*)\s*-?\}\}")

_VALUE = re.compile(r"[A-Za-z0-9._~-]{1,200}")


@dataclass(frozen=True)
class PathParameters:
    """The values that go into the URL, and the keys that the caller sent in vain."""

    values: Mapping[str, str]
    dropped: tuple[str, ...]


def resolve_path_parameters(connector: Connector, header: str) -> PathParameters:
    """The values of this execution.

    Args:
        connector: its URL names the keys that are needed, its `path_parameters` the defaults;
            a default is overridden only where that is declared `overridable`.
        header: `X-Path-Params` as sent, urlencoded; empty when there is none.

    Raises:
        MissingPathParametersError: a needed key has no value; wins over invalid values.
        InvalidPathParametersError: a value breaks platform.md §5's rule, or a key is given twice.
    """
    pairs = parse_qsl(header, keep_blank_values=True)
    sent = dict(pairs)
    declared = {parameter.key: parameter for parameter in connector.path_parameters}
    needed = dict.fromkeys([*REFERENCE.findall(connector.url), *declared])

    values: dict[str, str] = {}
    missing: list[str] = []
    dropped = [key for key in sent if key not in needed]
    for key in needed:
        parameter = declared.get(key)
        default = parameter.value if parameter else None
        fixed = parameter is not None and default is not None and not parameter.overridable
        if key in sent and fixed:
            dropped.append(key)
        value = sent[key] if key in sent and not fixed else default
        if value is None:
            missing.append(key)
        else:
            values[key] = value
    if missing:
        raise MissingPathParametersError(
            f"Connector {connector.permalink!r} needs a value for the path "
            f"{_named(missing)}: give it in pathParams.",
            params=missing,
        )

    keys = [key for key, _ in pairs]
    invalid = [
        key
        for key, value in {**sent, **values}.items()
        if not is_valid_value(value) or keys.count(key) > 1
    ]
    if invalid:
        raise InvalidPathParametersError(
            f"Connector {connector.permalink!r} does not take the value of the path "
            f"{_named(invalid)}: 1 to 200 characters of A-Z a-z 0-9 . _ ~ - without '..' are "
            "allowed, once for each key.",
            params=invalid,
        )
    return PathParameters(values, tuple(dropped))


def is_valid_value(value: str) -> bool:
    """Whether platform.md §5 lets this text into a URL's path."""
    return _VALUE.fullmatch(value) is not None and value != "." and ".." not in value


def fill_in(url: str, values: Mapping[str, str]) -> str:
    """Replaces `{{ pathParams.X }}` in the URL, percent-encoded.

    Raises:
        ConnectorMisconfiguredError: one stands in the scheme or host, which no caller may choose.
    """
    path_start = _authority_end(url)
    if REFERENCE.search(url[:path_start]):
        raise ConnectorMisconfiguredError(
            f"The URL {url!r} takes its protocol or host from a path parameter: a caller may "
            "choose neither."
        )
    filled = REFERENCE.sub(lambda found: quote(values[found["key"]], safe=""), url[path_start:])
    return url[:path_start] + filled


def _authority_end(url: str) -> int:
    """Where the path begins: the end of `scheme://host:port`, as a URL parser splits it."""
    parts = urlsplit(url)
    return len(f"{parts.scheme}://{parts.netloc}") if parts.netloc else len(url)


def _named(keys: list[str]) -> str:
    quoted = ", ".join(repr(key) for key in keys)
    return f"parameter {quoted}" if len(keys) == 1 else f"parameters {quoted}"
