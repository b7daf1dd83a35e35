"""Checks what an author passes to a connector call.

The host ignores unknown options, drops payloads that a method has no use for and rounds large integers, all in silence
(platform.md §4). Here each of these is an error that names the place, raised before anything is sent. Plain Python:
tests of a widget's functions on the host run the very same checks.
"""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn, TypeAlias

Json: TypeAlias = "dict[str, Any] | list[Any] | str | int | float | bool | None"

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
METHODS_WITH_PAYLOAD = ("POST", "PUT", "PATCH")

# The integers that a JavaScript number holds exactly.
SAFE_INTEGER = 2**53 - 1
# Beyond this, a browser's timer fires at once.
LONGEST_TIMEOUT_MS = 2**31 - 1

# RFC 9110 §5.6.2; fetch refuses anything else with a TypeError that would read as a network failure.
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")

# The names that the Fetch standard forbids to scripts, beside Proxy- and Sec-: fetch drops them in silence.
_BROWSERS_OWN = frozenset(
    {
        *("accept-charset", "accept-encoding", "access-control-request-headers"),
        *("access-control-request-method", "access-control-request-private-network", "connection"),
        *("content-length", "cookie", "cookie2", "date", "dnt", "expect", "host", "keep-alive"),
        *(
            "origin",
            "referer",
            "set-cookie",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "via",
        ),
    }
)

# What people coming from JavaScript or another HTTP client write, and what it is called here.
_KNOWN_AS = {
    "body": "payload",
    "json": "payload",
    "data": "payload",
    "queryParams": "query_params",
    "params": "query_params",
    "query": "query_params",
    "pathParams": "path_params",
}


def unexpected_keyword(function: str, keywords: Mapping[str, object]) -> NoReturn:
    """Refuses keyword arguments that ``function`` does not have.

    Raises:
        TypeError: always; it names the argument that is probably meant.
    """
    name = next(iter(keywords))
    message = f"{function}() has no argument {name!r}"
    if name in _KNOWN_AS:
        message += f"; use {_KNOWN_AS[name]}="
    elif name == "path_params":
        message += ": the host accepts no path parameters for a composite"
    elif name == "timeout":
        message += ": the host has no timeout of a single request; use WidgetServiceSDK(timeout=…)"
    raise TypeError(message)


def by_position(function: str, method: str, given: object) -> NoReturn:
    """Refuses what is given without its name.

    Args:
        function: as authors write it after ``connectors.``, such as ``post``.
        method: that the call has.
        given: the first value that has no place.

    Raises:
        TypeError: always; it names the argument that is probably meant.
    """
    if function == "composite.execute" and isinstance(given, str):
        raise TypeError("composite.execute() takes no method: a composite is always called by POST")
    method = str(method).upper()
    sent = "payload" if method in METHODS_WITH_PAYLOAD else "query_params"
    first = f'"…", "{method}"' if function == "execute" else '"…"'
    raise TypeError(
        f"{function}() takes what it sends by name: write {sent}= before it, as in "
        f'{function}({first}, {sent}={{"…": …}})'
    )


def request_options(
    permalink: str,
    method: str,
    *,
    payload: Mapping[str, Any] | None = None,
    query_params: Mapping[str, str | int | float | bool] | None = None,
    path_params: Mapping[str, str | int | float] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The one options object of the host's ``connectors.execute`` (platform.md §4).

    Returns:
        The options under the host's names, ready to be encoded by `encode`; what was not passed is absent.

    Raises:
        TypeError: an argument, or a value in it, is of the wrong type; the message names the place.
        ValueError: a value that would not arrive as it is; likewise.
    """
    options: dict[str, Any] = {
        "permalink": _permalink(permalink),
        "method": (method := _method(method)),
    }
    if payload is not None:
        if method not in METHODS_WITH_PAYLOAD:
            raise ValueError(
                f"payload= with {method} would be dropped by the host, which sends one with "
                f"{', '.join(METHODS_WITH_PAYLOAD)} only; use query_params="
            )
        options["payload"] = json_object(payload, "payload")
    if query_params is not None:
        options["queryParams"] = _query(query_params)
    if path_params is not None:
        options["pathParams"] = _path(path_params)
    if headers is not None:
        options["headers"] = header_fields(headers)
    return options


def json_object(value: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    """Checks that ``value`` is a JSON object through and through.

    Args:
        value: what the author passed.
        place: the argument's name, with which each message starts.

    Returns:
        ``value`` itself.

    Raises:
        TypeError: something in it is not JSON, or a key is not a str.
        ValueError: a number that JavaScript does not hold exactly, or a value that contains itself.
    """
    _mapping(value, place)
    json_value(value, place)
    return value


def json_value(value: object, place: str) -> None:
    """Like `json_object`, for any JSON value."""
    try:
        _check_json(value, (None, place, None))
    except RecursionError:
        raise ValueError(f"{place} is nested too deeply to be sent as JSON") from None


def header_fields(headers: Mapping[str, str]) -> dict[str, str]:
    """Checks header names and values by what the browser's ``fetch`` sends unchanged.

    Raises:
        TypeError: a name or a value is not a str.
        ValueError: one that ``fetch`` would refuse or change.
    """
    seen: dict[str, str] = {}
    for name, value in _mapping(headers, "headers").items():
        _str_key(name, "headers")
        place = f"headers[{_quote(name)}]"
        if not isinstance(value, str):
            raise TypeError(f"{place} must be a str, not {kind(value)}")
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{place}: that is not a header's name (RFC 9110 §5.1)")
        if name.lower() in _BROWSERS_OWN or name.lower().startswith(("proxy-", "sec-")):
            raise ValueError(f"{place} is the browser's own to set: no script's value is sent")
        if (other := seen.setdefault(name.lower(), name)) != name:
            raise ValueError(
                f"{place} and headers[{_quote(other)}] are one header; one would be lost"
            )
        if value != value.strip(" \t\r\n") or any(character in value for character in "\r\n\0"):
            raise ValueError(
                f"{place} has a line break or a blank at an end, which would not arrive"
            )
        if not all(ord(character) < 256 for character in value):
            raise ValueError(
                f"{place} has a character that a header cannot carry (beyond Latin-1); encode it, for example with "
                "urllib.parse.quote"
            )
    return dict(headers)


def milliseconds(timeout: float | datetime.timedelta) -> float:
    """A timeout in the host's unit.

    Args:
        timeout: milliseconds, or a timedelta.

    Raises:
        TypeError: neither.
        ValueError: not positive, or longer than a browser can wait (24.8 days).
    """
    if isinstance(timeout, datetime.timedelta):
        value = timeout / datetime.timedelta(milliseconds=1)
    elif isinstance(timeout, (int, float)) and not isinstance(timeout, bool):
        value = timeout
    else:
        raise TypeError(
            f"timeout must be milliseconds (a number) or a timedelta, not {kind(timeout)}"
        )
    if not 0 < value <= LONGEST_TIMEOUT_MS:
        raise ValueError(
            f"timeout must be more than 0 and at most {LONGEST_TIMEOUT_MS} ms, not {value:g}"
        )
    return value


def encode(options: object) -> str:
    """JSON text of checked options. A mapping that is not a dict is written as an object."""
    return _ENCODER.encode(options)


_ENCODER = json.JSONEncoder(default=dict, check_circular=False, separators=(",", ":"))


def _permalink(permalink: str) -> str:
    if not isinstance(permalink, str):
        raise TypeError(f"permalink must be a str, not {kind(permalink)}")
    if not permalink.strip():
        raise ValueError("permalink is empty; pass the connector's, such as 'weather-api'")
    return permalink


def _method(method: str) -> str:
    if not isinstance(method, str):
        raise TypeError(f"method must be a str, not {kind(method)}")
    if method.upper() not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    return method.upper()


def _query(query_params: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in _mapping(query_params, "query_params").items():
        place = f"query_params[{_quote(key)}]"
        _str_key(key, "query_params")
        if isinstance(value, bool):
            values[key] = "true" if value else "false"
        elif isinstance(value, int):
            values[key] = str(int(value))
        elif isinstance(value, float):
            # Left a number: `execute` in bridge.js writes it, as JavaScript writes numbers.
            values[key] = _finite(value, place)
        elif isinstance(value, str):
            values[key] = value
        elif value is None:
            raise TypeError(
                f'{place} is None; leave the key out to send nothing, or pass "" to send it empty'
            )
        else:
            raise TypeError(f"{place} must be a str, int, float or bool, not {kind(value)}")
    return values


def _path(path_params: Mapping[str, Any]) -> dict[str, Any]:
    """Whether a value is one that a path can hold, is the host's to say (`ConnectorBoundaryError`)."""
    values: dict[str, Any] = {}
    for key, value in _mapping(path_params, "path_params").items():
        _str_key(key, "path_params")
        if type(value) is int and abs(value) > SAFE_INTEGER:
            values[key] = str(value)
        else:
            json_value(value, f"path_params[{_quote(key)}]")
            values[key] = value
    return values


# (where the value stands in its container, the container's own link, the container)
_Link: TypeAlias = "tuple[_Link | None, str | int, object]"


def _check_json(value: object, link: _Link) -> None:
    cls = type(value)
    if cls is str or value is None or cls is bool:
        return
    if isinstance(value, Mapping):
        _refuse_cycle(value, link)
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(
                    f"{_place(link)} has the key {key!r}, {kind(key)}; JSON objects have str keys"
                )
            _check_json(item, (link, key, value))
    elif isinstance(value, (list, tuple)):
        _refuse_cycle(value, link)
        for index, item in enumerate(value):
            _check_json(item, (link, index, value))
    elif isinstance(value, int):
        if abs(value) > SAFE_INTEGER:
            raise ValueError(
                f"{_place(link)} is {value}, beyond ±(2**53 - 1), which JavaScript would round; pass it as a str"
            )
    elif isinstance(value, float):
        _finite(value, link)
    elif not isinstance(value, str):
        raise TypeError(
            f"{_place(link)} is {kind(value)}, which JSON has no form for{_hint(value)}"
        )


def _refuse_cycle(value: object, link: _Link) -> None:
    ancestor: _Link | None = link
    while ancestor is not None:
        if ancestor[2] is value:
            raise ValueError(f"{_place(link)} contains itself, which JSON cannot say")
        ancestor = ancestor[0]


def _finite(value: float, place: _Link | str) -> float:
    if not math.isfinite(value):
        name = place if isinstance(place, str) else _place(place)
        raise ValueError(f"{name} is {value}, which JSON has no form for; numbers must be finite")
    return value


def _place(link: _Link) -> str:
    parent, key, _ = link
    return str(key) if parent is None else f"{_place(parent)}[{_quote(key)}]"


def _quote(key: object) -> str:
    return json.dumps(key, ensure_ascii=False) if isinstance(key, str) else repr(key)


def _mapping(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dict, not {kind(value)}")
    return value


def _str_key(key: object, place: str) -> None:
    if not isinstance(key, str):
        raise TypeError(f"{place} has the key {key!r}, {kind(key)}; keys are str")


def kind(value: object) -> str:
    """What a message says that a value is: its class, with an article."""
    if value is None:
        return "None"
    cls = type(value)
    name = cls.__qualname__
    if cls.__module__ not in ("builtins", "__main__"):
        name = f"{cls.__module__}.{name}"
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def _hint(value: object) -> str:
    if isinstance(value, (datetime.date, datetime.time)):
        return "; pass value.isoformat()"
    # By name: importing decimal would cost every widget's start.
    if type(value).__name__ == "Decimal":
        return "; pass str(value) or float(value)"
    if isinstance(value, (set, frozenset)):
        return "; pass a list"
    if isinstance(value, (bytes, bytearray)):
        return "; pass text, for example base64.b64encode(value).decode()"
    if hasattr(value, "to_py"):
        return "; pass value.to_py()"
    return ""
