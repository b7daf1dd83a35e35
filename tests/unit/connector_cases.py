"""What a connector call gives, one row a call: by `fake_sdk` and on a community page the same.

Rows are data, so that each side runs them where it is: `OBSERVE` is the Python that makes the call, on the author's
computer with a `FakeSdk`, and in the page beside a real widget.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from widget_workbench.testing.stubs import ConnectorCall

# Makes the call of a row; `result` is a row's outcome. To be formatted with `before` and `call`, and to be run where
# `await` is, with `sdk` and all of `widget`.
OBSERVE = """
import inspect

{before}
try:
    outcome = {call}
    if inspect.isawaitable(outcome):
        outcome = await outcome
    result = {{"value": repr(outcome)}}
except Exception as error:
    result = {{"error": type(error).__name__, "text": str(error), **vars(error)}}
"""


@dataclass(frozen=True)
class ConnectorCase:
    """A call of the connector `api`, or of the composite connector `report`.

    Attributes:
        name: what the row is about.
        call: the expression that makes the call.
        respond: arguments of `respond`, for both connectors; None: nothing may be sent.
        value: the `repr` of what the call returns; None where it raises.
        error: the name of the class that it raises.
        fields: of the exception; those that are not named are None, or empty.
        text: what the exception's text has in it.
        sent: fields of the one `ConnectorCall` that arrives; those that are not named are at their defaults. None: not
            looked at.
        before: a statement that prepares the call.
    """

    name: str
    call: str
    respond: dict[str, Any] | None = None
    value: str | None = None
    error: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    sent: dict[str, Any] | None = None
    before: str = ""

    def expected(self) -> dict[str, Any]:
        """What `told` gives where all is as the row says."""
        calls = [] if self.respond is None else [self.sent]
        if self.error is None:
            return {"value": self.value, "calls": calls}
        return {"error": self.error, "text": self.text, "calls": calls, **self.fields}

    def told(self, outcome: dict[str, Any], calls: list[dict[str, Any]]) -> dict[str, Any]:
        """What came of it.

        Args:
            outcome: the `result` of `OBSERVE`.
            calls: that arrived, each the fields of a `ConnectorCall`, without the widget.
        """
        sent = [_beyond(_UNSAID, call) if self.sent is not None else None for call in calls]
        outcome = {name: value for name, value in outcome.items() if value not in (None, [], ())}
        if "params" in outcome:
            outcome["params"] = list(outcome["params"])  # a tuple, unless it has been JSON
        if "text" in outcome and self.text in outcome["text"]:
            outcome["text"] = self.text
        return {**outcome, "calls": sent}


# A call that says nothing but whom it calls.
_UNSAID = asdict(ConnectorCall("", method=""))


def _beyond(defaults: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value != defaults[name]}


GET = 'sdk.connectors.get("api")'
REPORT = 'sdk.connectors.composite.execute("report")'
TO_API = {"permalink": "api", "method": "GET"}

NOTHING: dict[str, Any] = {}


def _answered(json: Any, value: str, name: str = "") -> ConnectorCase:
    return ConnectorCase(name or f"an answer {json!r}", GET, {"json": json}, value)


ANSWERS = [
    _answered({"temp": 21}, "{'temp': 21}"),
    _answered([1, [2], {}], "[1, [2], {}]"),
    _answered("text", "'text'"),
    _answered(True, "True"),
    _answered(0, "0"),
    _answered(-0.0, "0"),
    _answered([1.0, 1.5, 1e3], "[1, 1.5, 1000]"),
    _answered(2**53 - 1, "9007199254740991"),
    _answered(2**53 + 1, "9007199254740992.0"),
    _answered(-(2**60), "-1.152921504606847e+18"),
    _answered([1e21, 1e-7], "[1e+21, 1e-07]"),
    _answered(10**400, "None", "an answer too large for a number"),
    _answered({"a": [None, {"b": None}]}, "{'a': [None, {'b': None}]}"),
    _answered({"constructor": 1, "__proto__": 4}, "{'constructor': 1, '__proto__': 4}"),
    _answered(
        {"b": 1, "10": 2, "9": 3, "01": 4, "-1": 5, "4294967294": 6, "4294967295": 7},
        "{'9': 3, '10': 2, '4294967294': 6, 'b': 1, '01': 4, '-1': 5, '4294967295': 7}",
        "names that are array indexes come first",
    ),
    _answered("𝄞 é \u2028", repr("𝄞 é \u2028"), "an answer beyond ASCII"),
    ConnectorCase("an empty answer", GET, NOTHING, "None"),
    ConnectorCase("a null", GET, {"text": "null"}, "'null'"),
    ConnectorCase("a text", GET, {"text": "Łódź"}, "'Łódź'"),
    ConnectorCase("an empty text", GET, {"text": ""}, "None"),
    ConnectorCase("another success", GET, {"json": {"id": 1}, "status": 201}, "{'id': 1}"),
    ConnectorCase("a delay", GET, {"json": 1, "delay": 0.05}, "1"),
    ConnectorCase("a composite", REPORT, {"json": [1]}, "[1]"),
    # A browser drops such bodies before any script sees them.
    ConnectorCase("no content", GET, {"json": 1, "status": 204}, "None"),
    ConnectorCase("a HEAD", 'sdk.connectors.execute("api", "HEAD")', {"json": 1}, "None"),
]


def _failed(
    name: str, respond: dict[str, Any], error: str, text: str, *, call: str = GET, **fields: Any
) -> ConnectorCase:
    return ConnectorCase(name, call, respond, None, error, {**TO_API, **fields}, text)


FAILURES = [
    _failed(
        "an error of the service behind the connector",
        {"text": "It is down.", "status": 503},
        "ConnectorExecuteError",
        "GET api failed (status 503): It is down.",
        detail="It is down.",
        status=503,
    ),
    _failed(
        "the service's own 404",
        {"json": {"message": "none"}, "status": 404},
        "ConnectorExecuteError",
        "GET api failed (status 404): none",
        detail='{"message": "none"}',
        status=404,
    ),
    _failed(
        "an error without a body",
        {"status": 500},
        "ConnectorExecuteError",
        'GET api failed (status 500): Connector "api" failed with HTTP status 500',
        detail="",
        status=500,
    ),
    _failed(
        "a redirect that leads nowhere",
        {"status": 304},
        "ConnectorExecuteError",
        "GET api failed (status 304)",
        detail="",
        status=304,
    ),
    _failed(
        "the platform's envelope",
        {
            "error": {
                "code": "INVALID_PATH_PARAMETERS",
                "detail": "user_id is bad",
                "scope": "Configuration",
                "params": ["user_id", 7],
            },
            "status": 400,
        },
        "ConnectorExecuteError",
        "GET api failed (status 400, INVALID_PATH_PARAMETERS, Configuration): user_id is bad",
        code="INVALID_PATH_PARAMETERS",
        detail="user_id is bad",
        scope="Configuration",
        params=["user_id", "7"],
        request_id="stub",
        status=400,
    ),
    _failed(
        "an envelope of a code alone",
        {"error": {"code": "CONNECTOR_MISCONFIGURED"}},
        "ConnectorExecuteError",
        'GET api failed (status 422, CONNECTOR_MISCONFIGURED): Connector "api" failed with HTTP status 422: '
        "CONNECTOR_MISCONFIGURED",
        code="CONNECTOR_MISCONFIGURED",
        request_id="stub",
        status=422,
    ),
    _failed(
        "an envelope with fields of other types",
        {
            "json": {"success": False, "errors": {"code": 7, "detail": None, "params": "user_id"}},
            "status": 500,
        },
        "ConnectorExecuteError",
        'GET api failed (status 500): Connector "api" failed with HTTP status 500: 7',
        status=500,
    ),
    _failed(
        "an envelope whose errors are no object",
        {"json": {"success": False, "errors": ["a"], "request_id": "r-1"}, "status": 500},
        "ConnectorExecuteError",
        "GET api failed (status 500)",
        detail='{"success": false, "errors": ["a"], "request_id": "r-1"}',
        request_id="r-1",
        status=500,
    ),
    _failed(
        "the older envelope",
        {
            "json": {"failure_scope": "Downstream", "reason": "It is down.", "request_id": "r-2"},
            "status": 500,
        },
        "ConnectorExecuteError",
        "GET api failed (status 500, Downstream): It is down.",
        failure_scope="Downstream",
        reason="It is down.",
        request_id="r-2",
        status=500,
    ),
    _failed(
        "an unknown permalink",
        {"error": "not-found"},
        "ConnectorNotFoundError",
        'GET api failed: no connector has the permalink "api".',
    ),
    _failed(
        "an unknown permalink, as an envelope",
        {"error": {"code": "CONNECTOR_NOT_FOUND"}, "status": 404},
        "ConnectorNotFoundError",
        'GET api failed: no connector has the permalink "api".',
    ),
    _failed(
        "an upstream's own answer that looks like an unknown permalink",
        {
            "json": {"success": False, "errors": {"code": "CONNECTOR_NOT_FOUND"}},
            "status": 404,
        },
        "ConnectorExecuteError",
        'GET api failed (status 404, CONNECTOR_NOT_FOUND): Connector "api" failed with HTTP status 404: '
        "CONNECTOR_NOT_FOUND",
        code="CONNECTOR_NOT_FOUND",
        status=404,
    ),
    _failed(
        "no network",
        {"error": "network"},
        "ConnectorNetworkError",
        'GET api could not reach the host: Connector "api" could not be reached',
    ),
    _failed(
        "no network, later",
        {"error": "network", "delay": 0.05},
        "ConnectorNetworkError",
        "GET api could not reach the host",
    ),
    _failed(
        "the time is over at once",
        {"error": "timeout"},
        "ConnectorTimeoutError",
        "GET api was not answered in time: the host waits 30000 ms",
    ),
    _failed(
        "an answer later than a client's own timeout",
        {"json": 1, "delay": 5},
        "ConnectorTimeoutError",
        "GET api was not answered in time: the host waits 80 ms",
        call='WidgetServiceSDK(timeout=80).connectors.get("api")',
    ),
    _failed(
        "a network that fails later than the timeout",
        {"error": "network", "delay": 5},
        "ConnectorTimeoutError",
        "the host waits 80 ms",
        call='WidgetServiceSDK(timeout=80).connectors.get("api")',
    ),
    ConnectorCase(
        "a composite's error",
        REPORT,
        {"error": {"code": "X", "scope": "Composite step 'a' (index 0)"}, "status": 502},
        None,
        "ConnectorExecuteError",
        {
            "permalink": "report",
            "method": "POST",
            "code": "X",
            "scope": "Composite step 'a' (index 0)",
            "request_id": "stub",
            "status": 502,
        },
        "POST report failed (status 502, X, Composite step 'a' (index 0))",
    ),
]


def _with_path(path_params: str) -> str:
    return f'sdk.connectors.get("api", path_params={path_params})'


def _bounded(path_params: str, reason: str) -> ConnectorCase:
    return ConnectorCase(
        f"path parameters {path_params}",
        _with_path(path_params),
        None,
        None,
        "ConnectorBoundaryError",
        {**TO_API, "reason": reason},
        f"GET api was refused by the host before it was sent: {reason}",
    )


BLANK = "a path parameter's name is empty or blank."

BOUNDARIES = [
    _bounded('{"": "a"}', BLANK),
    _bounded('{"  ": "a"}', BLANK),
    _bounded('{"a": None}', 'path parameter "a" must be a string or a number, not null.'),
    _bounded('{"a": True}', 'path parameter "a" must be a string or a number, not boolean.'),
    _bounded('{"a": ["b"]}', 'path parameter "a" must be a string or a number, not object.'),
    _bounded('{"a": {}}', 'path parameter "a" must be a string or a number, not object.'),
    _bounded(
        '{"a": "b" * 4095}',
        "the path parameters take 4097 characters when serialized; at most 4096 are allowed.",
    ),
    _bounded(
        '{"a": "~*. ł" * 400}',
        "the path parameters take 4802 characters when serialized; at most 4096 are allowed.",
    ),
    ConnectorCase(
        "as many path parameters as there may be", _with_path('{"a": "b" * 4094}'), {"json": 1}, "1"
    ),
]


def _refused(call: str, error: str, text: str) -> ConnectorCase:
    return ConnectorCase(call, f"sdk.connectors.{call}", None, None, error, {}, text)


REFUSALS = [
    _refused("execute('api', body={'a': 1})", "TypeError", "use payload="),
    _refused("execute('api', params={'a': 1})", "TypeError", "use query_params="),
    _refused("execute('api', timeout=5)", "TypeError", "use WidgetServiceSDK(timeout=…)"),
    _refused("get('api', payload={'a': 1})", "ValueError", "payload= with GET would be dropped"),
    _refused("get('api', query_params={'q': None})", "TypeError", 'query_params["q"] is None'),
    _refused("post('api', payload={'a': [object()]})", "TypeError", 'payload["a"][0] is an object'),
    _refused("post('api', payload={1: 'a'})", "TypeError", "payload has the key 1"),
    _refused("post('api', payload={'n': 2**53})", "ValueError", 'payload["n"] is 9007199254740992'),
    _refused("post('api', payload={'n': float('nan')})", "ValueError", 'payload["n"] is nan'),
    _refused("get('api', headers={'X-A': 'Łódź'})", "ValueError", "beyond Latin-1"),
    _refused("execute(7)", "TypeError", "permalink must be a str"),
    _refused("execute('api', 'FETCH')", "ValueError", "method must be one of"),
    _refused(
        "composite.execute('report', path_params={'a': 'b'})",
        "TypeError",
        "no path parameters for a composite",
    ),
    _refused("configure(timeout=0)", "ValueError", "timeout must be more than 0"),
]

NUMBERS = (
    "{'a': 1.0, 'b': 1e21, 'c': 1e-7, 'd': 1e-6, 'e': 1.5e-05, 'f': 123456789012345680000.0, 'g': -0.0, 'h': 5e-324, "
    "'i': 1.7976931348623157e308, 'j': 1e16, 'k': -2.5, 'l': 2**53}"
)
NUMBER_TEXTS = {
    "a": "1",
    "b": "1e+21",
    "c": "1e-7",
    "d": "0.000001",
    "e": "0.000015",
    "f": "123456789012345680000",
    "g": "0",
    "h": "5e-324",
    "i": "1.7976931348623157e+308",
    "j": "10000000000000000",
    "k": "-2.5",
    "l": "9007199254740992",
}


def _sent(name: str, call: str, *, before: str = "", **sent: Any) -> ConnectorCase:
    return ConnectorCase(name, call, {"json": 1}, "1", sent={**TO_API, **sent}, before=before)


SENT = [
    _sent("a GET", GET),
    _sent("a method written small", 'sdk.connectors.execute("api", "delete")', method="DELETE"),
    _sent(
        "query parameters",
        'sdk.connectors.get("api", query_params={"q": "a b&ł", "yes": True, "empty": ""})',
        query={"q": "a b&ł", "yes": "true", "empty": ""},
    ),
    _sent(
        "numbers in a query",
        f'sdk.connectors.get("api", query_params={NUMBERS})',
        query=NUMBER_TEXTS,
    ),
    _sent("numbers in a path", _with_path(NUMBERS), path_params=NUMBER_TEXTS),
    _sent(
        "path parameters",
        _with_path('{"slug": "a b", "id": 42}'),
        path_params={"slug": "a b", "id": "42"},
    ),
    _sent(
        "a payload",
        'sdk.connectors.post("api", payload={"a": 1.0, "b": None, "c": (1, [2.5]), "d": {}})',
        method="POST",
        payload={"a": 1, "b": None, "c": [1, [2.5]], "d": {}},
    ),
    _sent("an empty payload", 'sdk.connectors.put("api", payload={})', method="PUT", payload={}),
    _sent("no payload", 'sdk.connectors.patch("api")', method="PATCH"),
    _sent(
        "headers of the client and of the call",
        'WidgetServiceSDK(headers={"X-A": "1", "X-B": "2"}).connectors.get("api", headers={"x-b": "3"})',
        headers={"x-a": "1", "x-b": "3"},
    ),
    _sent(
        "a type of one's own",
        'sdk.connectors.post("api", payload={"a": 1}, headers={"Content-Type": "text/plain"})',
        method="POST",
        payload={"a": 1},
        headers={"content-type": "text/plain"},
    ),
    _sent(
        "a header that is the host's own",
        'sdk.connectors.get("api", headers={"X-CSRF-Token": "a"})',
    ),
    ConnectorCase(
        "a composite call",
        'sdk.connectors.composite.execute("report", payload={"a": 1}, query_params={"q": 1})',
        {"json": 1},
        "1",
        sent={
            "permalink": "report",
            "method": "POST",
            "composite": True,
            "query": {"q": "1"},
            "payload": {"a": 1},
        },
    ),
]

# These change the client that is shared: each wants a page, or a `FakeSdk`, of its own.
SHARED = [
    _sent(
        "headers of the shared client",
        'sdk.connectors.get("api", headers={"X-B": "3"})',
        before='sdk.connectors.configure(headers={"X-A": "1"}); sdk.connectors.update_headers({"X-B": "2"})',
        headers={"x-a": "1", "x-b": "3"},
    ),
    _sent(
        "a composite with the headers of the shared client",
        'WidgetServiceSDK().connectors.get("api")',
        before='sdk.connectors.configure(headers={"X-A": "1"})',
    ),
    ConnectorCase(
        "the shared client's settings",
        "[sdk.connectors.get_headers(), sdk.connectors.get_default_timeout()]",
        None,
        "[{'X-A': '1', 'X-B': '2'}, 1500]",
        before=(
            'sdk.connectors.configure(headers={"X-A": "1"}, timeout=9, csrf_token="t"); '
            'sdk.connectors.update_headers({"X-B": "2"}); sdk.connectors.set_default_timeout(1500.0)'
        ),
    ),
    ConnectorCase(
        "the shared client's first settings",
        "[sdk.connectors.get_headers(), sdk.connectors.get_default_timeout()]",
        None,
        "[{}, 30000]",
    ),
    ConnectorCase(
        "a timeout of the shared client",
        GET,
        {"json": 1, "delay": 5},
        None,
        "ConnectorTimeoutError",
        TO_API,
        "the host waits 80 ms",
        before="sdk.connectors.set_default_timeout(80)",
    ),
    ConnectorCase(
        "a client of one's own has no settings",
        "WidgetServiceSDK().connectors.get_headers()",
        None,
        None,
        "NotImplementedError",
        {},
        "this host's connectors client has no getHeaders(); pass headers and timeout to WidgetServiceSDK instead",
    ),
]

CASES = [*ANSWERS, *FAILURES, *BOUNDARIES, *REFUSALS, *SENT, *SHARED]
