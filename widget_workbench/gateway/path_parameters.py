"""Path parameters: from the `X-Path-Params` header into the URL (platform.md §4 and §5)."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from widget_workbench.gateway.definitions import Connector, Step
from widget_workbench.gateway.errors import InvalidPathParametersError, MissingPathParametersError
from widget_workbench.gateway.request_templates import URL
from widget_workbench.gateway.templates import Field, Template, hyphen_hint, path_parameter_keys

LONGEST_HEADER = 4096  # characters, as the client's (platform.md §4)

_VALUE = re.compile(r"[A-Za-z0-9._~-]{1,200}")


@dataclass(frozen=True)
class PathParameters:
    """The values that go into the URL, and the keys that the caller sent in vain."""

    values: Mapping[str, str]
    dropped: tuple[str, ...]


def resolve_path_parameters(
    call: Connector | Step, configured: Mapping[str, str], header: str, *, owner: str
) -> PathParameters:
    """The values of this execution.

    Args:
        call: its URL names the keys that are needed, its `path_parameters` may have defaults; a default is overridden
            only where that is declared `overridable`.
        configured: the defaults by key, rendered.
        header: `X-Path-Params` as sent, urlencoded; empty when there is none.
        owner: what `call` is, for messages: "Connector 'weather-api'".

    Raises:
        MissingPathParametersError: a needed key has no value; wins over invalid values.
        InvalidPathParametersError: a value breaks platform.md §5's rule, a key is given twice, or all are too long.
    """
    if len(header) > LONGEST_HEADER:
        raise InvalidPathParametersError(
            f"{owner}: its path parameters have {len(header):,} characters, and {LONGEST_HEADER:,} are allowed.",
            params=(),
        )
    pairs = parse_qsl(header, keep_blank_values=True)
    sent = dict(pairs)
    declared = {parameter.key: parameter for parameter in call.path_parameters}
    in_url, optional = path_parameter_keys(call.url)
    needed = dict.fromkeys([*in_url, *(key for key in declared if key not in optional)])
    known = dict.fromkeys([*needed, *optional])

    values: dict[str, str] = {}
    missing: list[str] = []
    dropped = [key for key in sent if key not in known]
    for key in known:
        parameter = declared.get(key)
        default = configured.get(key)
        fixed = parameter is not None and default is not None and not parameter.overridable
        if key in sent and fixed:
            dropped.append(key)
        value = sent[key] if key in sent and not fixed else default
        if value is not None:
            values[key] = value
        elif key in needed:
            missing.append(key)
    if missing:
        raise MissingPathParametersError(
            f"{owner} needs a value for the path {_named(missing)}{_way_out(call, missing)}.",
            params=missing,
        )

    times = Counter(key for key, _ in pairs)
    invalid = [
        key
        for key, value in {**sent, **values}.items()
        if not is_valid_value(value) or times[key] > 1
    ]
    if invalid:
        raise InvalidPathParametersError(
            f"{owner} does not take the value of the path "
            f"{_named(invalid)}: 1 to 200 characters of A-Z a-z 0-9 . _ ~ - without '..' are "
            "allowed, once for each key.",
            params=invalid,
        )
    return PathParameters(values, tuple(dropped))


def is_valid_value(value: str) -> bool:
    """Whether platform.md §5 lets this text into a URL's path."""
    return _VALUE.fullmatch(value) is not None and value != "." and ".." not in value


def _way_out(call: Connector | Step, missing: list[str]) -> str:
    template = Template(call.url, URL, Field.URL, isinstance(call, Step))
    hints = [hyphen_hint(template, f"pathParams.{key}") for key in missing]
    if all(hints) and not any(_is_read_by(call.url, key) for key in missing):
        return "".join(hints)
    where = (
        "give it in the step's path_parameters, as callers cannot"
        if isinstance(call, Step)
        else "give it in `path_params` (in JavaScript `pathParams`)"
    )
    return f": {where}{''.join(hints)}"


def _is_read_by(url: str, key: str) -> bool:
    """Whether a URL's template reads the key where no hyphen follows."""
    name = re.escape(key)
    return bool(re.search(rf"\bpathParams(\.{name}\b(?!-)|\[(['\"]){name}\2\])", url))


def _named(keys: list[str]) -> str:
    quoted = ", ".join(repr(key) for key in keys)
    return f"parameter {quoted}" if len(keys) == 1 else f"parameters {quoted}"
