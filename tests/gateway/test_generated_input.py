"""Whatever is sent and whatever is configured: it arrives as exactly that, or the gateway says why not.

Nothing crashes; nothing becomes a second parameter, header or segment of a path; a request's target consists of what
RFC 3986 lets it consist of. The calls are made of bytes, as a server hands them to the gateway.
"""

import asyncio
import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_to_bytes, urlencode

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import escape
from starlette.types import Message, Receive, Scope, Send

from widget_workbench.gateway import Configuration, Connectors, Gateway, User, read_definitions

GENERATED = settings(derandomize=True, deadline=None, max_examples=40, database=None)

# RFC 3986 §3.3 and §3.4: pchar, "/", and "?" in a query. Brackets are no part of either.
PCHAR = rb"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
PATH = re.compile(rb"(?:/" + PCHAR + rb"*)+")
QUERY = re.compile(rb"(?:" + PCHAR + rb"|[/?])*")

VALID_PATH_PARAMETER = re.compile(r"[A-Za-z0-9._~-]{1,200}")

# What RFC 9110 §5.5 keeps out of a header's value, so that no server hands it to an application.
NO_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass
class Sent:
    """What the upstream got."""

    path: bytes
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.headers if key == name]

    def parameters(self) -> list[tuple[str, str]]:
        return parse_qsl(
            self.query.decode("ascii"), keep_blank_values=True, errors="surrogateescape"
        )


@dataclass
class Answer:
    """What the caller got; `sent` is what the upstream got for it, if it was called."""

    status: int
    body: bytes
    sent: Sent | None

    @property
    def code(self) -> str | None:
        """Of the gateway's own answer."""
        if self.sent is not None and self.status == 200:
            return None
        code: str = json.loads(self.body)["errors"]["code"]
        return code


class Bench:
    """A gateway over an upstream that notes the requests as they are, and answers with `answer`."""

    def __init__(self) -> None:
        self.configuration = Configuration(
            upstreams={"api.example": httpx.ASGITransport(self._upstream)}, user=User(id=7)
        )
        self.answer = b"{}"
        self._sent: Sent | None = None
        self._runner = asyncio.Runner()
        self._gateway = Gateway(
            configuration=lambda: self.configuration,
            network=httpx.MockTransport(_unreachable),
        )

    def close(self) -> None:
        self._runner.run(self._gateway.aclose())
        self._runner.close()

    def configure(
        self,
        *connectors: Mapping[str, Any],
        composites: Sequence[Mapping[str, Any]] = (),
        **more: Any,
    ) -> None:
        """The connectors, and what else is configured with them."""
        definitions, problems = read_definitions(
            {"connectors": list(connectors), "composite_connectors": list(composites)}
        )
        assert problems == []
        self.configuration = replace(self.configuration, connectors=Connectors(definitions), **more)

    def call(
        self,
        path: bytes = b"/things/execute",
        *,
        method: str = "GET",
        query: bytes = b"",
        headers: list[tuple[bytes, bytes]] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """One call, as a server hands it over."""
        self._sent = None
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path.decode("latin-1")),
            "raw_path": path,
            "root_path": "",
            "query_string": query,
            "headers": [(b"host", b"gateway"), *(headers or [])],
            "server": ("gateway", 80),
        }
        messages = self._runner.run(_answer(self._gateway, scope, body))
        assert messages[0]["type"] == "http.response.start"
        content = b"".join(message.get("body", b"") for message in messages[1:])
        for name, value in messages[0]["headers"]:
            assert not re.search(rb"[^\x21-\x7e]", name)
            assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", value)
        answer = Answer(messages[0]["status"], content, self._sent)
        assert answer.code != "INTERNAL_ERROR"
        if self._sent is not None:
            _check_syntax(self._sent)
        return answer

    async def _upstream(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self._sent = Sent(scope["raw_path"], scope["query_string"], scope["headers"], body)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": self.answer})


def _unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("there is no network", request=request)


async def _answer(gateway: Gateway, scope: Scope, body: bytes) -> list[Message]:
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    await gateway(scope, receive, send)
    return messages


def _check_syntax(sent: Sent) -> None:
    assert PATH.fullmatch(sent.path), sent.path
    assert QUERY.fullmatch(sent.query), sent.query
    for name, value in sent.headers:
        assert re.fullmatch(rb"[!#$%&'*+.^_`|~0-9a-z-]+", name), name
        assert not re.search(rb"[\r\n\0]", value), value
    assert sent.header(b"host") == [b"api.example"]
    lengths = sent.header(b"content-length")
    assert lengths == [str(len(sent.body)).encode()] or (lengths == [] and sent.body == b"")


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


def connector(**fields: Any) -> dict[str, Any]:
    return {"name": "Things", "permalink": "things", "url": "https://api.example/things", **fields}


def header(value: str, **more: Any) -> dict[str, Any]:
    return {"key": "X-It", "value": value, **more}


TEXTS = st.text(max_size=30)
# Around what has a meaning in a URL, a header, JSON, HTML or a template.
TRICKY = st.text(alphabet="aé€𝄞 %2/?#&=;+.:@\\\"'<>{}\r\n\t\0\x7f\x85\u2028\ufeff", max_size=12)
VALUES = TEXTS | TRICKY


# Path parameters


@GENERATED
@given(value=VALUES | st.from_regex(VALID_PATH_PARAMETER, fullmatch=True))
@example("..")
@example("a%2Fb")
def test_a_path_parameter_is_one_segment_or_is_refused(bench: Bench, value: str) -> None:
    bench.configure(
        connector(url="https://api.example/a/{{ pathParams.id }}/b?q={{ pathParams.id }}")
    )

    answer = bench.call(headers=[(b"x-path-params", urlencode({"id": value}).encode())])

    if VALID_PATH_PARAMETER.fullmatch(value) and value != "." and ".." not in value:
        assert answer.sent is not None
        assert unquote(answer.sent.path.decode()) == f"/a/{value}/b"
        assert answer.sent.parameters() == [("q", value)]
    else:
        assert (answer.status, answer.sent) == (400, None)
        assert answer.code == "INVALID_PATH_PARAMETERS"


@GENERATED
@given(raw=st.binary(max_size=40) | TRICKY.map(str.encode).map(lambda octets: b"id=" + octets))
@example(b"id=a&id=b")
@example(b"id=%E9&ID=1")
def test_whatever_bytes_path_parameters_are(bench: Bench, raw: bytes) -> None:
    bench.configure(connector(url="https://api.example/a/{{ pathParams.id }}/b"))

    answer = bench.call(headers=[(b"x-path-params", raw)])

    if answer.sent is None:
        assert (answer.status, answer.code) in (
            (400, "MISSING_PATH_PARAMETERS"),
            (400, "INVALID_PATH_PARAMETERS"),
        )
    else:
        assert re.fullmatch(rb"/a/[A-Za-z0-9._~-]{1,200}/b", answer.sent.path)


# The query


@GENERATED
@given(pairs=st.lists(st.tuples(VALUES, VALUES), max_size=4))
def test_query_parameters_arrive_as_they_were_sent(
    bench: Bench, pairs: list[tuple[str, str]]
) -> None:
    bench.configure(connector())

    answer = bench.call(query=urlencode(pairs).encode())

    assert answer.sent is not None
    assert answer.sent.parameters() == pairs


@GENERATED
@given(raw=st.binary(max_size=40) | TRICKY.map(lambda text: f"a={text}&b".encode()))
@example(b"fixed=mine&%66ixed=mine&open=mine&open=%ff")
def test_whatever_bytes_the_query_is(bench: Bench, raw: bytes) -> None:
    parameters = [
        {"key": "fixed", "value": "1"},
        {"key": "open", "value": "2", "overridable": True},
    ]
    bench.configure(connector(url="https://api.example/things?own=0", query_parameters=parameters))

    answer = bench.call(query=raw)

    asked = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, errors="surrogateescape")
    overridden = any(key == "open" for key, _ in asked)
    assert answer.sent is not None
    assert answer.sent.parameters() == [
        ("own", "0"),
        ("fixed", "1"),
        *([] if overridden else [("open", "2")]),
        *(pair for pair in asked if pair[0] not in ("own", "fixed")),
    ]


# Headers


@GENERATED
@given(
    value=st.binary(max_size=40).filter(
        lambda octets: not NO_HEADER.search(octets.decode("latin-1"))
    )
)
@pytest.mark.parametrize("declared", [True, False])
def test_a_callers_header_arrives_byte_for_byte(bench: Bench, value: bytes, declared: bool) -> None:
    headers = [header("default", overridable=True)] if declared else []
    bench.configure(connector(headers=headers))

    answer = bench.call(headers=[(b"x-it", value)])

    assert answer.sent is not None
    assert answer.sent.header(b"x-it") == [value]


@GENERATED
@given(
    name=st.from_regex(r"[!#$%&'*+.^_`|~0-9a-z-]{1,12}", fullmatch=True)
    | st.sampled_from(["host", "content-length", "transfer-encoding", "cookie", "te"]),
    value=st.binary(max_size=9).filter(
        lambda octets: not NO_HEADER.search(octets.decode("latin-1"))
    ),
)
def test_a_callers_header_of_any_name_harms_nothing(bench: Bench, name: str, value: bytes) -> None:
    bench.configure(connector(method="POST", headers=[header("fixed")]))

    answer = bench.call(method="POST", headers=[(name.encode(), value)], body=b"body")

    assert answer.sent is not None
    assert answer.sent.header(b"x-it") == [b"fixed"]
    assert answer.sent.body == b"body"


# Payloads


@GENERATED
@given(
    method=st.sampled_from(["POST", "PUT", "PATCH"]),
    body=st.binary(max_size=60) | VALUES.map(str.encode),
)
def test_a_payload_arrives_byte_for_byte(bench: Bench, method: str, body: bytes) -> None:
    bench.configure(connector(method=method))

    answer = bench.call(method=method, body=body, headers=[(b"content-type", b"text/plain")])

    assert answer.sent is not None
    assert answer.sent.body == body
    assert answer.sent.header(b"content-type") == [b"text/plain"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | VALUES,
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(VALUES, parts, max_size=3),
    max_leaves=6,
)


@GENERATED
@given(payload=JSON, name=VALUES)
def test_what_tojson_writes_into_a_body_is_read_from_it(
    bench: Bench, payload: Any, name: str
) -> None:
    template = (
        '{"of": {{ user.username | tojson }}, "payload": {{ body_text | from_json | tojson }}}'
    )
    bench.configure(connector(method="POST", request_body=template), user=User(id=7, username=name))

    answer = bench.call(method="POST", body=json.dumps(payload, ensure_ascii=False).encode())

    assert answer.sent is not None
    assert json.loads(answer.sent.body) == {"of": name, "payload": payload}
    assert not re.search(rb"[<>&']", answer.sent.body)


@GENERATED
@given(body=st.binary(max_size=30) | VALUES.map(str.encode))
def test_a_payload_that_may_be_no_json(bench: Bench, body: bytes) -> None:
    bench.configure(connector(method="POST", request_body="{{ body_text | from_json | tojson }}"))

    answer = bench.call(method="POST", body=body)

    try:
        expected = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse)
    except ValueError:
        assert (answer.status, answer.code, answer.sent) == (422, "TEMPLATE_ERROR", None)
    else:
        assert answer.sent is not None
        assert json.loads(answer.sent.body) == expected


def _refuse(constant: str) -> None:
    raise ValueError(constant)


@GENERATED
@given(text=VALUES)
def test_a_text_is_escaped_in_a_body_unless_a_filter_says_not(bench: Bench, text: str) -> None:
    template = "<a>{{ body_text }}</a>{{ body_text | safe }}"
    bench.configure(connector(method="POST", request_body=template))

    answer = bench.call(method="POST", body=text.encode())

    assert answer.sent is not None
    told = text.removeprefix("\ufeff")
    assert answer.sent.body.decode() == f"<a>{escape(told)}</a>{told}"


# Values of the configuration


@GENERATED
@given(value=VALUES)
@example("..")
@example("a/../b")
@example(".")
def test_a_value_in_the_urls_path(bench: Bench, value: str) -> None:
    bench.configure(
        connector(url="https://api.example/u/{{ user.username | urlencode }}/x"),
        user=User(id=7, username=value),
    )

    answer = bench.call()

    if answer.sent is None:
        assert (answer.status, answer.code) == (422, "TEMPLATE_ERROR")
        assert not {".", ".."}.isdisjoint(value.split("/"))
    else:
        assert unquote_to_bytes(answer.sent.path) == f"/u/{value}/x".encode()
        assert answer.sent.query == b""


@GENERATED
@given(value=VALUES)
@example("//evil.example/")
@example("@evil.example")
def test_a_value_that_nothing_escapes_in_the_url_reaches_no_other_host(
    bench: Bench, value: str
) -> None:
    bench.configure(
        connector(url="https://api.example/{{ user.username }}{{ get_variable('more') | safe }}"),
        user=User(id=7, username=value),
        variables={"more": value},
    )

    answer = bench.call()

    assert answer.sent is not None or (answer.status, answer.code) in (
        (422, "TEMPLATE_ERROR"),
        (500, "CONNECTOR_MISCONFIGURED"),
    )


@GENERATED
@given(value=VALUES)
@example("api.example")
@example("api.example/x?")
@example("me@api.example")
@example("api.example:443#")
@example("127.0.0.1")
def test_whatever_a_variable_makes_the_host(bench: Bench, value: str) -> None:
    bench.configure(
        connector(url="https://{{ get_variable('host') }}/things"), variables={"host": value}
    )

    answer = bench.call()

    assert answer.sent is not None or (answer.status, answer.code) in (
        (500, "CONNECTOR_MISCONFIGURED"),
        (502, "DOWNSTREAM_ERROR"),
        (422, "TEMPLATE_ERROR"),
    )


@GENERATED
@given(name=VALUES, secret=VALUES, variable=VALUES)
def test_values_in_the_query(bench: Bench, name: str, secret: str, variable: str) -> None:
    parameters = [
        {"key": "name", "value": "{{ user.first_name | safe }}"},
        {"key": "escaped", "value": "{{ user.first_name }}"},
        {"key": "secret", "value": "{{ get_secret('it') | safe }}"},
        {"key": "variable", "value": "{{ get_variable('it') | safe }}"},
        {"key": "written & out=", "value": "a&b=c#d"},
    ]
    bench.configure(
        connector(query_parameters=parameters),
        user=User(id=7, first_name=name),
        secrets={"it": secret},
        variables={"it": variable},
    )

    answer = bench.call()

    assert answer.sent is not None
    assert answer.sent.parameters() == [
        ("name", name),
        ("escaped", str(escape(name))),
        ("secret", secret),
        ("variable", variable),
        ("written & out=", "a&b=c#d"),
    ]


@GENERATED
@given(value=VALUES)
def test_a_value_in_a_header(bench: Bench, value: str) -> None:
    expressions = {
        "x-name": "[{{ user.last_name | safe }}]",
        "x-secret": "[{{ get_secret('it') | safe }}]",
        "x-variable": "[{{ get_variable('it') | safe }}]",
    }
    bench.configure(
        connector(headers=[{"key": key, "value": text} for key, text in expressions.items()]),
        user=User(id=7, last_name=value),
        secrets={"it": value},
        variables={"it": value},
    )

    answer = bench.call()

    if NO_HEADER.search(value):
        assert (answer.status, answer.code, answer.sent) == (422, "TEMPLATE_ERROR", None)
    else:
        assert answer.sent is not None
        for name in expressions:
            assert answer.sent.header(name.encode()) == [_as_browsers_write(f"[{value}]")]


def _as_browsers_write(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()


@GENERATED
@given(value=VALUES.filter(bool))
@pytest.mark.parametrize("location", ["header", "query"])
def test_an_api_key(bench: Bench, value: str, location: str) -> None:
    config = {"key": "x-key", "value": "{{ get_secret('it') | safe }}", "in": location}
    bench.configure(
        connector(authentication={"type": "api_key", "config": config}), secrets={"it": value}
    )

    answer = bench.call(headers=[(b"x-key", b"mine")], query=b"x-key=mine")

    if answer.sent is None:
        assert location == "header"
        assert answer.code == "CONNECTOR_MISCONFIGURED"
    elif location == "query":
        assert answer.sent.parameters() == [("x-key", value)]
    else:
        assert answer.sent.header(b"x-key") == [value.strip(" \t").encode("latin-1")]


# Composite connectors, whose steps get what they are told to of a payload


@GENERATED
@given(value=VALUES | st.text(st.characters(categories=["Cs", "Ll"]), max_size=5))
@example("\ud800")
@example("\udcff")
@pytest.mark.parametrize(
    "fields",
    [
        {"url": "https://api.example/{{ VALUE | urlencode }}"},
        {"url": "https://api.example/{{ VALUE }}?{{ VALUE | safe }}"},
        {"query_parameters": [{"key": "q", "value": "{{ VALUE | safe }}"}]},
        {"headers": [header("{{ VALUE | safe }}")]},
        {"method": "POST", "request_body": "{{ VALUE | tojson }}{{ VALUE | safe }}"},
        {
            "method": "POST",
            "request_body": "x",
            "response_body": "{{ steps }}{{ request.headers }}",
        },
        {"authentication": {"type": "api_key", "config": {"key": "a", "value": "-{{ VALUE }}"}}},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_payloads_text_in_a_composites_step(
    bench: Bench, fields: dict[str, Any], value: str
) -> None:
    taken = "(request.body_text | from_json).it"
    step = json.loads(json.dumps(fields).replace("VALUE", taken))
    bench.configure(
        composites=[
            {
                "name": "Both",
                "permalink": "both",
                "steps": [{"name": "only", "url": "https://api.example/", **step}],
            }
        ]
    )

    answer = bench.call(
        b"/composite/both/execute",
        method="POST",
        body=json.dumps({"it": value}).encode(),
        headers=[(b"x-connector-test", b"1")],
    )

    assert answer.status in (200, 422, 500)
    if answer.sent is None:
        assert answer.code in ("TEMPLATE_ERROR", "CONNECTOR_MISCONFIGURED")
    elif "query_parameters" in fields:
        assert len(answer.sent.parameters()) == 1


# The answer


@GENERATED
@given(body=st.binary(max_size=40) | VALUES.map(str.encode))
def test_an_upstreams_body_is_escaped_in_html(bench: Bench, body: bytes) -> None:
    bench.configure(
        connector(
            response_body='<p title="{{ response.body }}">{{ response.body }}</p>',
            response_content_type="text/html",
        )
    )
    bench.answer = body

    answer = bench.call()

    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "None"
    assert answer.status == 200
    told = answer.body.decode()
    assert told == f'<p title="{escape(text)}">{escape(text)}</p>'
    assert (told.count("<"), told.count(">"), told.count('"')) == (2, 2, 2)
    assert html.unescape(told) == f'<p title="{text}">{text}</p>'


# Anything at all


@GENERATED
@given(
    path=st.binary(max_size=20).map(lambda octets: b"/" + octets + b"/execute")
    | st.sampled_from([b"/things/execute", b"/composite/things/execute"]),
    method=st.sampled_from(["GET", "POST", "DELETE", "HEAD", "TRACE", "get"]),
    query=st.binary(max_size=20),
    headers=st.dictionaries(
        st.sampled_from([b"x-path-params", b"content-type", b"x-connector-test", b"range", b"x-a"]),
        st.binary(max_size=20).filter(
            lambda octets: not NO_HEADER.search(octets.decode("latin-1"))
        ),
    ),
    body=st.binary(max_size=20),
)
def test_any_call_has_an_answer(
    bench: Bench,
    path: bytes,
    method: str,
    query: bytes,
    headers: dict[bytes, bytes],
    body: bytes,
) -> None:
    bench.answer = b"{}"
    bench.configure(
        connector(headers=[header("{{ user.id }}")]),
        connector(method="POST", request_body="{{ body_text }} {{ body_raw }}"),
        connector(method="HEAD", url="https://api.example/{{ pathParams.id | default('none') }}"),
    )

    answer = bench.call(path, method=method, query=query, headers=[*headers.items()], body=body)

    assert answer.status in (200, 400, 404, 405, 422)
