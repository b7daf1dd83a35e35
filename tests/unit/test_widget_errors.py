"""Which exception a host's rejection becomes. Told by names, fields and time; never by the message."""

from __future__ import annotations

from typing import Any

import pytest

from widget import (
    ConnectorBoundaryError,
    ConnectorError,
    ConnectorExecuteError,
    ConnectorNetworkError,
    ConnectorNotFoundError,
    ConnectorTimeoutError,
)
from widget._errors import HostError, from_host


def raised(
    *names: str | tuple[str, ...],
    message: str = "gibberish",
    offline: bool = False,
    elapsed_ms: float = 5,
    **fields: Any,
) -> ConnectorError:
    """The exception for an error of these class names, the first its own, the others its causes'."""
    chain = tuple(frozenset((name,) if isinstance(name, str) else name) for name in names)
    return from_host(
        HostError(chain, message, fields, elapsed_ms, None, offline),
        permalink="weather-api",
        method="GET",
        timeout_ms=30_000,
    )


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (raised("ConnectorBoundaryError", reason="blank key"), ConnectorBoundaryError),
        (raised(("Error", "ConnectorBoundaryError")), ConnectorBoundaryError),
        (raised("ConnectorExecuteError", status=404), ConnectorExecuteError),
        (raised("ConnectorExecuteError", elapsed_ms=40_000), ConnectorExecuteError),
        (raised("Error", status=404), ConnectorNotFoundError),
        (raised("Error", status=404, elapsed_ms=40_000), ConnectorNotFoundError),
        (raised("AbortError", code=20), ConnectorTimeoutError),
        (raised("Error", "TimeoutError"), ConnectorTimeoutError),
        (raised("Error", elapsed_ms=30_000), ConnectorTimeoutError),
        (raised("TypeError", elapsed_ms=30_000), ConnectorTimeoutError),
        (raised("TypeError"), ConnectorNetworkError),
        (raised("Error", "TypeError"), ConnectorNetworkError),
        (raised("Error", offline=True), ConnectorNetworkError),
        (raised("Error", status=500), ConnectorError),
        (raised("Error", code=20), ConnectorError),
        (
            raised("Error", message="404 not found: timeout, network failure"),
            ConnectorError,
        ),
        (raised("SyntaxError"), ConnectorError),
    ],
)
def test_the_class_follows_from_names_fields_and_time(
    error: ConnectorError, kind: type[ConnectorError]
) -> None:
    assert type(error) is kind
    assert (error.permalink, error.method) == ("weather-api", "GET")


def test_the_timeout_and_network_errors_are_the_builtin_ones_too() -> None:
    assert isinstance(raised("AbortError"), TimeoutError)
    assert isinstance(raised("TypeError"), ConnectionError)


def test_an_envelope_arrives_field_by_field() -> None:
    error = raised(
        "ConnectorExecuteError",
        code="MISSING_PATH_PARAMETERS",
        detail="user_id is missing",
        scope="Configuration",
        params=["user_id"],
        requestId="r-1",
        status=400,
    )
    assert isinstance(error, ConnectorExecuteError)
    assert (error.code, error.detail, error.scope) == (
        "MISSING_PATH_PARAMETERS",
        "user_id is missing",
        "Configuration",
    )
    assert (error.params, error.request_id, error.status) == (("user_id",), "r-1", 400)
    assert (
        str(error)
        == "GET weather-api failed (status 400, MISSING_PATH_PARAMETERS, Configuration): user_id is missing"
    )


def test_the_older_envelope_arrives_field_by_field() -> None:
    error = raised(
        "ConnectorExecuteError",
        failureScope="upstream",
        reason="it is down",
        requestId="r-2",
    )
    assert isinstance(error, ConnectorExecuteError)
    assert (error.failure_scope, error.reason, error.request_id) == (
        "upstream",
        "it is down",
        "r-2",
    )
    assert (error.code, error.detail, error.scope, error.status, error.params) == (
        None,
        None,
        None,
        None,
        (),
    )
    assert str(error) == "GET weather-api failed (upstream): it is down"


def test_fields_of_unexpected_types_do_no_harm() -> None:
    error = raised("ConnectorExecuteError", code=7, params="user_id", status="400", detail=None)
    assert isinstance(error, ConnectorExecuteError)
    assert (error.code, error.params, error.status, error.detail) == (
        None,
        (),
        None,
        None,
    )


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            raised("ConnectorBoundaryError", reason="blank key"),
            "GET weather-api was refused by the host before it was sent: blank key",
        ),
        (
            raised("AbortError"),
            "GET weather-api was not answered in time: the host waits 30000 ms",
        ),
        (
            raised("TypeError", message="Failed to fetch"),
            "GET weather-api could not reach the host: Failed to fetch",
        ),
        (raised("Error", message="Oops."), "GET weather-api failed: Oops"),
        (
            raised("Error", message=""),
            "GET weather-api failed: the host gave no reason",
        ),
    ],
)
def test_each_says_in_one_sentence_what_happened(error: ConnectorError, sentence: str) -> None:
    assert str(error) == sentence
