"""No secret's value stands in anything that the gateway writes: one row a way to send one, or to fail with one.

Each row is executed with secrets of many shapes (`marked_secrets`), as a widget's call and as a test call. Searched are
the answer's headers, the gateway's own bodies, the log's entries and what is logged. What an upstream says in its own
body is not the gateway's writing.
"""

import asyncio
import base64
import html
import json
import os
import signal
import ssl
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest
import trustme
from click.testing import CliRunner

from widget_workbench.cli import main
from widget_workbench.gateway import GUEST, GuardedBackend, NetworkTransport
from widget_workbench.gateway.masking import Masking, masked

from ..preview_process import running
from .community import URL, Community, error_of
from .hostile_upstream import (
    ADDRESS,
    Exchange,
    HangUp,
    HostileUpstream,
    Loopback,
    Respond,
    says_and_hangs_up,
)
from .marked_secrets import PEM, SECRETS, WITH_LINES, leaks, of

ONE_LINE = tuple(name for name in SECRETS if name not in WITH_LINES)

# Enough of them where a row is one of many alike.
SOME = ("long", "quotes", "beyond", "pem")

# As it is, where a template's output is otherwise escaped.
SECRET = "{{ get_secret('NAME') | safe }}"

Answer = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True)
class Run:
    """What came of calls, in order, and what the gateway wrote meanwhile."""

    community: Community
    responses: tuple[httpx.Response, ...]
    written: Mapping[str, str]

    def codes(self) -> set[str]:
        return {error_of(response)["code"] for response in self.responses}


def community_of(fields: Mapping[str, Any], names: Iterable[str], **options: Any) -> Community:
    """A connector for each secret, called as the secret is; `NAME` in the fields stands for that."""
    made = Community(
        *(
            {"name": name, "permalink": name, "url": f"{URL}/{name}", **of(name, dict(fields))}
            for name in names
        ),
        secrets=SECRETS,
        **options,
    )
    assert made.problems == []
    return made


def run(
    caplog: pytest.LogCaptureFixture,
    community: Community,
    *paths: str,
    method: str = "GET",
    headers: Mapping[str, str | bytes] | None = None,
    content: bytes | None = None,
) -> Run:
    """Calls each path, as a widget does and as a test call."""
    both = (dict(headers or {}), {**(headers or {}), "X-Connector-Test": "1"})
    options = [{"headers": each, "content": content} for each in both]
    caplog.clear()
    with caplog.at_level("DEBUG", "widget_workbench"):
        responses = community.calls(*((method, path, each) for path in paths for each in options))
    return Run(community, tuple(responses), _written(community, responses, caplog.text))


def run_each(
    caplog: pytest.LogCaptureFixture,
    fields: Mapping[str, Any],
    names: Iterable[str] = SECRETS,
    *,
    method: str = "GET",
    content: bytes | None = None,
    **options: Any,
) -> Run:
    """Executes the fields with each secret."""
    community = community_of({"method": method, **fields}, names, **options)
    paths = [f"/{name}/execute" for name in names]
    return run(caplog, community, *paths, method=method, content=content)


def _written(
    community: Community, responses: Iterable[httpx.Response], logged: str
) -> dict[str, str]:
    written = {"logged": logged}
    for index, response in enumerate(responses):
        written[f"headers of answer {index}"] = str(response.headers.multi_items())
        if _is_the_gateways_own(response):
            written[f"body of answer {index}"] = response.text
    for index, execution in enumerate(community.executions):
        written[f"entry {index}"] = json.dumps(execution.entry(), ensure_ascii=False)
    return written


def _is_the_gateways_own(response: httpx.Response) -> bool:
    try:
        body = response.json()
    except ValueError:
        return False
    return isinstance(body, dict) and body.get("request_id") == response.headers["X-Request-ID"]


def spellings(secret: str) -> str:
    """A text that repeats the secret in every way in which a library or an upstream might write it."""
    octets = secret.encode()
    in_json = json.dumps(secret)
    return " , ".join(
        [
            secret,
            secret.upper(),
            secret.lower(),
            html.escape(secret),
            html.escape(html.escape(secret)),
            in_json,
            json.dumps(secret, ensure_ascii=False),
            json.dumps({"echo": in_json}),
            in_json.replace("<", r"\u003c").replace("&", r"\u0026").replace("'", r"\u0027"),
            in_json.replace("/", r"\/"),
            repr(secret),
            repr(octets),
            str(json.loads(in_json).splitlines()),
            quote(octets, safe=""),
            quote(octets).lower(),
            quote(quote(octets)),
            quote_plus(octets),
            octets.decode("latin-1"),
            octets.decode("ascii", "replace"),
            *(base64.b64encode(b"u" * i + b":" + octets).decode() for i in range(3)),
            base64.urlsafe_b64encode(octets).decode(),
            "".join(f"\n  | {line}" for line in secret.splitlines()),
        ]
    )


def header(value: str) -> dict[str, Any]:
    return {"headers": [{"key": "X-Key", "value": value}]}


def keyed(expression: str) -> dict[str, Any]:
    """As a header and as a query parameter."""
    return {**header(expression), "query_parameters": [{"key": "key", "value": expression}]}


# Sent, and not shown

EXPRESSIONS = {
    "plain": "{{ get_secret('NAME') | safe }}",
    "escaped": "Bearer {{ get_secret('NAME') }}",
    "upper": "{{ get_secret('NAME') | upper }}",
    "basic": "Basic {{ ('user:' ~ get_secret('NAME')) | base64_encode }}",
    "json": "{{ get_secret('NAME') | json_encode }}",
    "tojson": "{{ {'keys': [get_secret('NAME')]} | tojson }}",
    "percent": "{{ get_secret('NAME') | urlencode }}",
    "part": "{{ get_secret('NAME')[1:] | base64_encode }}",
    "claim": "{{ jwt_encode({'sub': get_secret('NAME')}, 'shared', 'HS256') }}",
    "read": "{{ ('[' ~ (get_secret('NAME') | json_encode) ~ ']') | from_json | first | tojson }}",
}
FOR_ONE_LINE = ("plain", "escaped", "upper")


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_secret_that_is_sent_is_not_shown(
    caplog: pytest.LogCaptureFixture, expression: str
) -> None:
    names = ONE_LINE if expression in FOR_ONE_LINE else tuple(SECRETS)

    done = run_each(caplog, keyed(EXPRESSIONS[expression]), names)

    assert [response.status_code for response in done.responses] == [200] * 2 * len(names)
    sent = {
        str(request.url): f"{request.headers['X-Key']}\n{request.url.params['key']}"
        for request in done.community.requests
    }
    assert {leak.secret for leak in leaks(sent)} >= {*names} - {"short"}
    assert leaks(done.written) == []


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("{{ get_secret('simple') }}", "m***"),
        ("Bearer {{ get_secret('simple') }}", "Bearer m***"),
        ("{{ get_secret('simple') | upper }}", "M***"),
        ("Basic {{ ('user:' ~ get_secret('simple')) | base64_encode }}", "Basic dXNlcjptKioq"),
        ("{{ get_secret('simple') | json_encode }}", '"m***"'),
        ("{{ get_secret('simple') }}-{{ get_secret('short') }}", "m***-m***"),
        ("{{ get_secret('latin1') }}", "m***"),
        ("{{ get_secret('quotes') | safe }}", "***"),
        ("a quaggaWallow", "a quaggaWallow"),
        ("a mquaggaWallow", "a m***"),
    ],
)
def test_the_log_shows_a_secrets_first_character(expression: str, shown: str) -> None:
    community = community_of(keyed(expression), ["simple"])

    community.call("GET", "/simple/execute")

    entry = community.executions[0].entry()
    assert (entry["headers"]["x-key"], entry["query"]["key"]) == (shown, shown)


@pytest.mark.parametrize(
    ("authentication", "shown"),
    [
        (
            {"type": "api_key", "config": {"key": "X-Key", "value": "{{ get_secret('simple') }}"}},
            "m***",
        ),
        (
            {
                "type": "api_key",
                "config": {"key": "X-Key", "value": "Bearer {{ get_secret('simple') }}"},
            },
            "Bearer m***",
        ),
        ({"type": "api_key", "config": {"key": "X-Key", "value": "written out"}}, "w***"),
    ],
)
def test_the_log_shows_a_credentials_first_character(
    authentication: dict[str, Any], shown: str
) -> None:
    in_query = of("", authentication)
    in_query["config"]["in"] = "query"

    community = community_of({"authentication": authentication}, ["simple"])
    community.call("GET", "/simple/execute")
    (entry,) = [execution.entry() for execution in community.executions]
    assert entry["headers"]["x-key"] == shown

    community = community_of({"authentication": in_query}, ["simple"])
    community.call("GET", "/simple/execute")
    (entry,) = [execution.entry() for execution in community.executions]
    assert entry["query"]["X-Key"] == shown


def test_a_test_call_shows_the_expressions_of_secrets() -> None:
    community = community_of(
        {
            **keyed("Basic {{ ('user:' ~ get_secret('NAME')) | base64_encode }}"),
            "authentication": {
                "type": "api_key",
                "config": {"key": "X-Api-Key", "value": "{{ get_secret('NAME') }}"},
            },
        },
        ["simple"],
    )

    response = community.call("GET", "/simple/execute", headers={"X-Connector-Test": "1"})

    debug = json.loads(response.headers["X-Debug-Request"])
    expression = "Basic {{ ('user:' ~ get_secret('simple')) | base64_encode }}"
    assert debug["headers"]["x-key"] == expression
    assert debug["headers"]["x-api-key"] == "{{ get_secret('simple') }}"
    assert debug["url"] == f"{URL}/simple?key={expression}"


# Templates that fail

FAILING = {
    "is no JSON": "{{ get_secret('NAME') | from_json }}",
    "is no Base64": "{{ (get_secret('NAME') ~ '&') | base64_decode }}",
    "is no number": "{{ get_secret('NAME') / 2 }}",
    "is compared with a number": "{{ get_secret('NAME') < 2 }}",
    "is no number for a function": "{{ now(get_secret('NAME')) }}",
    "is no number of a field": "{{ user.profile_fields.by_id(get_secret('NAME')) }}",
    "has no such attribute": "{{ get_secret('NAME').nothing.more }}",
    "is not called": "{{ get_secret('NAME')() }}",
    "is no variable": "{% if get_variable(get_secret('NAME')).x %}{% endif %}",
    "is no key of an object": "{{ {'a': 1}[get_secret('NAME')].more }}",
    "is no attribute": "{{ user[get_secret('NAME')].more }}",
    "is no attribute, capitals": "{{ user[get_secret('NAME') | upper].more }}",
    "is no filter": "{{ [1] | map(get_secret('NAME')) | list }}",
    "is no filter, capitals": "{{ [1] | map(get_secret('NAME') | upper) | list }}",
    "is no format": "{{ (get_secret('NAME') ~ '%d') | format('x') }}",
    "is one of a loop": "{% for each in [get_secret('NAME')] %}{{ each + 1 }}{% endfor %}",
    "is repeated without end": "{{ get_secret('NAME') * 10 ** 9 }}",
    "loops without end": "{% for i in range(10**9) %}{{ get_secret('NAME') }}{% endfor %}",
}
UNSIGNABLE = {
    "is no private key": "{{ jwt_encode({}, get_secret('NAME')[1:], 'RS256') }}",
    "is a time": "{{ jwt_encode({'exp': get_secret('NAME')}, 'shared', 'HS256') }}",
    "is an algorithm": "{{ jwt_encode({}, 'shared', get_secret('NAME')) }}",
    "is a header": "{{ jwt_encode({}, 'shared', 'HS256', {'alg': get_secret('NAME')}) }}",
    "is all of the headers": "{{ jwt_encode({}, 'shared', 'HS256', get_secret('NAME')) }}",
    "is all of the claims": "{{ jwt_encode(get_secret('NAME'), 'shared', 'HS256') }}",
    "is a name of a claim": "{{ jwt_encode({get_secret('NAME'): now}, 'shared', 'HS256') }}",
}


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        *(pytest.param(value, "TEMPLATE_ERROR", id=name) for name, value in FAILING.items()),
        *(pytest.param(value, "JWT_SIGNING_ERROR", id=name) for name, value in UNSIGNABLE.items()),
    ],
)
def test_a_template_that_fails_at_a_secret(
    caplog: pytest.LogCaptureFixture, expression: str, code: str
) -> None:
    # What takes a second until it is stopped is the same for all.
    names = ["simple"] if "10**9" in expression else SOME

    done = run_each(caplog, header(expression), names)

    assert done.codes() == {code}
    assert leaks(done.written) == []
    assert done.community.requests == []


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(header(SECRET), id="a header"),
        pytest.param(header("Bearer {{ get_secret('NAME') | upper }}"), id="a part of a header"),
    ],
)
def test_a_secret_with_line_breaks_is_no_headers_value(
    caplog: pytest.LogCaptureFixture, fields: dict[str, Any]
) -> None:
    done = run_each(caplog, fields, WITH_LINES)

    assert done.codes() == {"TEMPLATE_ERROR"}
    assert leaks(done.written) == []


def test_a_guest_is_refused_without_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    done = run_each(caplog, keyed("{{ user.id }}{{ get_secret('NAME') }}"), user=GUEST)

    assert done.codes() == {"GUEST_REFUSED"}
    assert leaks(done.written) == []


def echo_all(request: httpx.Request) -> httpx.Response:
    """Repeats the secret that it is called by, in all spellings; none is in the answer's headers."""
    secret = SECRETS[request.url.path.rpartition("/")[2]]
    return httpx.Response(200, json={"echo": secret, "spelled": spellings(secret)})


@pytest.mark.parametrize(
    "template",
    [
        "{{ (response.body | from_json).echo | from_json }}",
        "{{ (response.body | from_json)[(response.body | from_json).echo].more }}",
        "{{ (response.body | from_json).spelled / 2 }}",
        "{{ [1] | map((response.body | from_json).echo | upper) | list }}",
        "{% for each in (response.body | from_json).echo %}{{ each + 1 }}{% endfor %}",
    ],
)
def test_a_response_template_that_fails_at_a_repeated_secret(
    caplog: pytest.LogCaptureFixture, template: str
) -> None:
    done = run_each(caplog, {"response_body": template}, SOME, answer=echo_all)

    assert done.codes() == {"TEMPLATE_ERROR"}
    assert leaks(done.written) == []


# Upstreams that fail


def repeating(fail: Callable[[str], httpx.Response]) -> Answer:
    """Answers by the secret that is called."""
    return lambda request: fail(SECRETS[request.url.path.rpartition("/")[2]])


def raising(make: Callable[[str], BaseException]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise make(SECRETS[request.url.path.rpartition("/")[2]])

    return answer


def redirecting(location: Callable[[str], str]) -> Answer:
    return repeating(
        lambda secret: httpx.Response(302, headers={b"Location": location(secret).encode()})
    )


FAILING_UPSTREAMS = {
    "cannot be reached": raising(lambda secret: httpx.ConnectError(spellings(secret))),
    "breaks off": raising(lambda secret: httpx.ReadError(spellings(secret))),
    "is no HTTP": raising(lambda secret: httpx.RemoteProtocolError(spellings(secret))),
    "is late": raising(lambda secret: httpx.ReadTimeout(spellings(secret))),
    "has an unknown encoding": repeating(
        lambda secret: httpx.Response(200, headers={b"Content-Encoding": secret.encode()})
    ),
    "is not encoded as it says": repeating(
        lambda secret: httpx.Response(
            200, stream=httpx.ByteStream(secret.encode()), headers={"Content-Encoding": "gzip"}
        )
    ),
    "has a status that is none": repeating(lambda secret: httpx.Response(700, text=secret)),
    "is too large": repeating(lambda secret: httpx.Response(200, text=secret * 2000)),
    "redirects to a private address": redirecting(
        lambda secret: f"https://10.0.0.1/{quote(secret)}?{quote(secret)}#{quote(secret)}"
    ),
    "redirects with a password": redirecting(
        lambda secret: f"https://{quote(secret, safe='')}:{quote(secret, safe='')}@api.example/"
    ),
    "redirects to itself": repeating(
        lambda secret: httpx.Response(302, headers={"Location": f"?{quote(secret)}"})
    ),
    "redirects to no URL": redirecting(lambda secret: f"https://[{quote(secret, safe='')}]/"),
    "redirects to another protocol": redirecting(lambda secret: f"ftp://{quote(secret)}/"),
}


@pytest.mark.parametrize("failure", FAILING_UPSTREAMS)
def test_an_upstream_that_fails(caplog: pytest.LogCaptureFixture, failure: str) -> None:
    done = run_each(
        caplog,
        keyed("{{ get_secret('NAME') | urlencode }}"),
        SECRETS if failure == "cannot be reached" else SOME,
        answer=FAILING_UPSTREAMS[failure],
        size_limit=4000,
    )

    assert {response.status_code for response in done.responses} == {502}
    assert done.codes() <= {"DOWNSTREAM_ERROR", "DOWNSTREAM_TIMEOUT", "RESPONSE_TOO_LARGE"}
    assert leaks(done.written) == []


def test_a_redirect_to_a_private_name_that_is_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    answer = redirecting(lambda secret: f"https://{secret}.{secret.upper()}.localhost/")

    done = run_each(caplog, {}, ["simple", "short"], answer=answer)

    assert done.codes() == {"DOWNSTREAM_ERROR"}
    assert leaks(done.written) == []


def chained(secret: str) -> BaseException:
    try:
        try:
            raise KeyError(secret)
        except KeyError as error:
            raise ValueError(secret.encode()) from error
    except ValueError as error:
        return error


def noted(secret: str) -> BaseException:
    error = RuntimeError("failed")
    error.add_note(secret)
    return error


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(RuntimeError, id="its words"),
        pytest.param(lambda secret: RuntimeError(spellings(secret)), id="in all spellings"),
        pytest.param(lambda secret: KeyError(secret.encode(), [secret]), id="its repr"),
        pytest.param(chained, id="a cause's"),
        pytest.param(noted, id="a note's"),
        pytest.param(
            lambda secret: ExceptionGroup(secret, [ExceptionGroup("", [RuntimeError(secret)])]),
            id="a group's",
        ),
    ],
)
def test_a_failure_of_the_gateway_itself(
    caplog: pytest.LogCaptureFixture, make: Callable[[str], BaseException]
) -> None:
    sent = keyed("{{ get_secret('NAME') | urlencode }}")

    done = run_each(caplog, sent, ("lines", *SOME), answer=raising(make))

    assert done.codes() == {"INTERNAL_ERROR"}
    assert "Traceback" in done.written["logged"]
    assert leaks(done.written) == []


# Authentication

CLIENT = {
    "client_id": "widgets",
    "client_secret": SECRET,
    "token_url": f"{URL}/NAME",
    "scope": "read",
}
ASSERTION = {
    "client_id": "widgets",
    "private_key": "{{ get_secret('pem') | safe }}",
    "token_url": f"{URL}/NAME",
    "subject": "ann",
    "audience": "https://api.example",
    "token_ttl": "{{ 3600 }}",
}


def authenticated(type: str, config: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    return {"authentication": {"type": type, "config": {**config, **changes}}}


SENT_CREDENTIALS = {
    "a key in a header": authenticated("api_key", {"key": "X-Key", "value": f"Key {SECRET}"}),
    "a key in the query": authenticated("api_key", {"key": "key", "value": SECRET, "in": "query"}),
    "a name of a key in the query": authenticated(
        "api_key", {"key": SECRET, "value": "x", "in": "query"}
    ),
    "a client's secret": authenticated("oauth_client_credentials", CLIENT),
    "a client's id": authenticated("oauth_client_credentials", CLIENT, client_id=SECRET),
    "a scope": authenticated("oauth_client_credentials", CLIENT, scope=SECRET),
    "a claim": authenticated(
        "jwt", {"private_key": PEM, "claims": {"sub": [SECRET]}, "jwt_headers": {"kid": SECRET}}
    ),
    "a shared key": authenticated(
        "jwt", {"private_key": f"={SECRET}", "algorithm": "HS256", "claims": {"sub": "ann"}}
    ),
    "an assertion's subject": authenticated("oauth_jwt_bearer", ASSERTION, subject=SECRET),
    "an assertion's claim": authenticated(
        "oauth_jwt_bearer", ASSERTION, additional_claims={"more": {"key": SECRET}}
    ),
    "an assertion's issuer": authenticated("oauth_jwt_bearer", ASSERTION, client_id=SECRET),
}


# Secrets that no such credentials can be made of.
NO_CREDENTIALS = {"a key in a header": (*WITH_LINES, "beyond"), "a shared key": ("pem",)}


class TokenEndpoint:
    """Issues tokens, which are secrets too, and is the upstream that fails with them."""

    WORD = "tapirWhistle"

    def __init__(self) -> None:
        self.presented: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        if request.method == "POST":
            return httpx.Response(200, json={"access_token": f"x{self.WORD}", "expires_in": 60})
        self.presented.append(request.headers.get("Authorization", ""))
        raise httpx.ReadError(f"{spellings(SECRETS[name])}, {self.presented[-1]}")


@pytest.mark.parametrize("sent", SENT_CREDENTIALS)
def test_credentials_and_an_upstream_that_fails_with_them(
    caplog: pytest.LogCaptureFixture, sent: str
) -> None:
    names = [name for name in SECRETS if name not in NO_CREDENTIALS.get(sent, ())]
    upstream = TokenEndpoint()

    done = run_each(caplog, SENT_CREDENTIALS[sent], names, answer=upstream)

    assert done.codes() == {"DOWNSTREAM_ERROR"}
    presented = filter(None, (each.removeprefix("Bearer ") for each in upstream.presented))
    assert leaks(done.written, more={"token": (TokenEndpoint.WORD, *presented)}) == []


@pytest.mark.parametrize("sent", SENT_CREDENTIALS)
def test_credentials_that_are_sent(caplog: pytest.LogCaptureFixture, sent: str) -> None:
    fields = {**SENT_CREDENTIALS[sent], "method": "GET"}
    issued = {"access_token": f"x{TokenEndpoint.WORD}", "expires_in": 60}

    done = run_each(
        caplog, fields, ["simple"], answer=lambda request: httpx.Response(200, json=issued)
    )

    assert [response.status_code for response in done.responses] == [200, 200]
    for request in done.community.requests:
        if "Authorization" in request.headers:
            assert request.headers["Authorization"] not in str(done.written)
    assert leaks(done.written, more={"token": (TokenEndpoint.WORD,)}) == []
    debug = [response.headers.get("X-Debug-Request") for response in done.responses]
    assert debug[0] is None
    assert debug[1] is not None


FAILING_ENDPOINTS: Mapping[str, Callable[[str], httpx.Response]] = {
    "an error that repeats it": lambda secret: httpx.Response(
        400, json={"error": "invalid_client", "error_description": spellings(secret)}
    ),
    "a long error": lambda secret: httpx.Response(
        400, json={"error": "invalid_client", "error_description": f"{'-' * 190} {secret}"}
    ),
    "an error code that is it": lambda secret: httpx.Response(401, json={"error": secret}),
    "a page that repeats it": lambda secret: httpx.Response(
        500, html=f"<p>{html.escape(secret)}</p>"
    ),
    "no token but it": lambda secret: httpx.Response(
        200, json={"error": secret, "error_description": secret, "access_token": ""}
    ),
    "a token with line breaks": lambda secret: httpx.Response(
        200, json={"access_token": f"{secret}\n{secret}"}
    ),
    "a redirect with it": lambda secret: httpx.Response(
        302, headers={"Location": f"https://10.0.0.1/?{quote(secret)}"}
    ),
    "a broken body": lambda secret: httpx.Response(
        200, stream=httpx.ByteStream(secret.encode()), headers={"Content-Encoding": "gzip"}
    ),
}


@pytest.mark.parametrize("failure", FAILING_ENDPOINTS)
@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(authenticated("oauth_client_credentials", CLIENT), id="a client's secret"),
        pytest.param(
            authenticated("oauth_client_credentials", CLIENT, client_id=SECRET), id="a client's id"
        ),
        pytest.param(
            authenticated("oauth_jwt_bearer", ASSERTION, subject=SECRET), id="an assertion"
        ),
    ],
)
def test_a_token_endpoint_that_fails(
    caplog: pytest.LogCaptureFixture, fields: dict[str, Any], failure: str
) -> None:
    done = run_each(caplog, fields, SOME, answer=repeating(FAILING_ENDPOINTS[failure]))

    assert done.codes() == {"AUTHENTICATION_ERROR"}
    assert leaks(done.written) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda secret: httpx.ConnectError(spellings(secret)),
        httpx.ReadTimeout,
    ],
)
def test_a_token_endpoint_that_cannot_be_reached(
    caplog: pytest.LogCaptureFixture, make: Callable[[str], BaseException]
) -> None:
    fields = authenticated("oauth_client_credentials", CLIENT)

    done = run_each(caplog, fields, answer=raising(make))

    assert done.codes() == {"AUTHENTICATION_ERROR"}
    assert leaks(done.written) == []


@pytest.mark.parametrize(
    "url",
    [
        "{{ get_secret('NAME') }}",
        "https://{{ get_secret('NAME') | from_json }}/",
        "https://{{ get_secret('NAME') | urlencode }}.localhost/",
        "https://{{ get_secret('NAME') | urlencode }}@api.example/",
        "https://api.example:{{ get_secret('NAME') | urlencode }}/",
        "https://[{{ get_secret('NAME') | urlencode }}]/",
    ],
)
def test_a_token_url_that_is_none(caplog: pytest.LogCaptureFixture, url: str) -> None:
    whole = [name for name, secret in SECRETS.items() if "/" not in secret]

    done = run_each(caplog, authenticated("oauth_client_credentials", CLIENT, token_url=url), whole)

    assert done.codes() <= {"AUTHENTICATION_ERROR", "TEMPLATE_ERROR"}
    assert leaks(done.written) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param(fields, code, id=name)
        for name, fields, code in [
            (
                "a key that is no private one",
                authenticated("jwt", {"private_key": "{{ get_secret('NAME')[1:] }}", "claims": {}}),
                "JWT_SIGNING_ERROR",
            ),
            (
                "a private key of another kind",
                authenticated(
                    "jwt", {"private_key": SECRET, "algorithm": "ES256", "claims": {"sub": SECRET}}
                ),
                "JWT_SIGNING_ERROR",
            ),
            (
                "a private key for a shared one",
                authenticated(
                    "jwt",
                    {
                        "private_key": "{{ get_secret('pem') | safe }}",
                        "algorithm": "HS256",
                        "claims": {"sub": SECRET},
                    },
                ),
                "JWT_SIGNING_ERROR",
            ),
            (
                "a time",
                authenticated("jwt", {"private_key": PEM, "claims": {"exp": SECRET}}),
                "JWT_SIGNING_ERROR",
            ),
            (
                "an algorithm",
                authenticated("jwt", {"private_key": PEM, "algorithm": SECRET, "claims": {}}),
                "JWT_SIGNING_ERROR",
            ),
            (
                "a token's header",
                authenticated(
                    "jwt", {"private_key": PEM, "claims": {}, "jwt_headers": {"alg": SECRET}}
                ),
                "JWT_SIGNING_ERROR",
            ),
            (
                "an assertion's key",
                authenticated(
                    "oauth_jwt_bearer", ASSERTION, private_key="{{ get_secret('NAME')[1:] }}"
                ),
                "JWT_SIGNING_ERROR",
            ),
            (
                "a lifetime",
                authenticated("oauth_jwt_bearer", ASSERTION, token_ttl=SECRET),
                "CONNECTOR_MISCONFIGURED",
            ),
            (
                "a header's name",
                authenticated("api_key", {"key": f"X {SECRET}", "value": "x"}),
                "CONNECTOR_MISCONFIGURED",
            ),
            (
                "a header's value",
                authenticated("api_key", {"key": "X-Key", "value": f"€\n{SECRET}"}),
                "CONNECTOR_MISCONFIGURED",
            ),
        ]
    ],
)
def test_credentials_that_cannot_be_made(
    caplog: pytest.LogCaptureFixture, fields: dict[str, Any], code: str
) -> None:
    done = run_each(caplog, fields, SOME)

    assert done.codes() == {code}
    assert leaks(done.written) == []
    assert done.community.requests == []


# Secrets that the caller sends: one who has them from elsewhere finds them masked, too


@pytest.mark.parametrize("kind", ["", "composite/"])
def test_an_unknown_permalink_that_is_a_secret(caplog: pytest.LogCaptureFixture, kind: str) -> None:
    community = community_of({}, SECRETS)

    done = run(
        caplog, community, *[f"/{kind}{quote(each, safe='')}/execute" for each in SECRETS.values()]
    )

    assert done.codes() == {"CONNECTOR_NOT_FOUND"}
    assert leaks(done.written) == []


def test_a_method_that_is_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    done = run(caplog, community_of({}, SECRETS), "/simple/execute", method=SECRETS["simple"])

    assert done.codes() == {"METHOD_NOT_ALLOWED"}
    assert leaks(done.written) == []


@pytest.mark.parametrize(
    ("path_params", "code"),
    [
        ("{secret}=1", "MISSING_PATH_PARAMETERS"),
        ("id={secret}", "INVALID_PATH_PARAMETERS"),
        ("id=1&{secret}=%20", "INVALID_PATH_PARAMETERS"),
        ("id=1&{secret}={secret}%20", "INVALID_PATH_PARAMETERS"),
    ],
)
@pytest.mark.parametrize(
    "name", [name for name in SECRETS if name not in ("simple", "short", "long")]
)
def test_path_parameters_that_are_no_values(
    caplog: pytest.LogCaptureFixture, name: str, path_params: str, code: str
) -> None:
    community = community_of({"url": f"{URL}/{{{{ pathParams.id }}}}"}, [name])
    sent = path_params.format(secret=quote(SECRETS[name], safe=""))

    done = run(caplog, community, f"/{name}/execute", headers={"X-Path-Params": sent})

    assert done.codes() == {code}
    assert leaks(done.written) == []


@pytest.mark.parametrize("name", ["simple", "short", "long"])
def test_path_parameters_that_are_secrets(caplog: pytest.LogCaptureFixture, name: str) -> None:
    community = community_of({"url": f"{URL}/{{{{ pathParams.id }}}}"}, [name])
    value = SECRETS[name]

    done = run(
        caplog, community, f"/{name}/execute", headers={"X-Path-Params": f"id={value}&{value}=1"}
    )

    assert [response.status_code for response in done.responses] == [200, 200]
    assert leaks(done.written) == []


@pytest.mark.parametrize("name", SECRETS)
def test_queries_headers_and_payloads_that_repeat_a_secret(
    caplog: pytest.LogCaptureFixture, name: str
) -> None:
    secret = SECRETS[name]
    encoded = quote(secret, safe="")
    community = community_of(
        {
            "method": "POST",
            "headers": [{"key": "X-Declared", "value": "x", "overridable": True}],
            "query_parameters": [{"key": secret, "value": "x"}] if len(secret) < 255 else [],
        },
        [name],
    )

    done = run(
        caplog,
        community,
        f"/{name}/execute?{encoded}=1&q={encoded}&{quote(encoded)}={quote_plus(secret)}",
        method="POST",
        headers={
            "X-Declared": secret.replace("\r\n", " ").replace("\n", " ").encode(),
            "X-Latin": secret.encode("latin-1", "replace")
            .replace(b"\r\n", b"")
            .replace(b"\n", b""),
            "X-Query": f"?{encoded}",
        },
        content=json.dumps({secret: spellings(secret)}).encode() + spellings(secret).encode(),
    )

    assert [response.status_code for response in done.responses] == [200, 200]
    assert leaks(done.written) == []


def test_a_header_whose_name_is_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    community = community_of({"headers": [{"key": SECRETS["long"], "value": "x"}]}, ["simple"])

    done = run(
        caplog,
        community,
        "/simple/execute",
        headers={SECRETS["simple"]: "1", SECRETS["long"]: "1", f"If-{SECRETS['simple']}": "1"},
    )

    assert [response.status_code for response in done.responses] == [200, 200]
    assert leaks(done.written) == []


# Composite connectors

STEPS = [
    {"name": "first", "url": f"{URL}/NAME", **keyed("{{ get_secret('NAME') | urlencode }}")},
    {
        "name": "second",
        "url": f"{URL}/NAME",
        "method": "POST",
        "headers": [{"key": "X-Seen", "value": "{{ steps.first.body | urlencode }}"}],
        "query_parameters": [
            {"key": "seen", "value": "{{ (steps.first.body | from_json).spelled }}"}
        ],
        "request_body": "{{ steps.first.body | tojson }}",
    },
]


@pytest.mark.parametrize(
    ("last", "status", "code"),
    [
        pytest.param({"response_body": "{{ response.status_code }}"}, 200, None, id="success"),
        pytest.param(
            {"response_body": "{{ response.body / 1 }}"}, 422, "TEMPLATE_ERROR", id="a template"
        ),
        pytest.param(
            header("{{ steps.first.body }}{{ '\\n' }}"), 422, "TEMPLATE_ERROR", id="a header"
        ),
        pytest.param(
            {"url": "https://api.example/{{ 'x' * 70000 }}{{ steps.first.body }}"},
            500,
            "CONNECTOR_MISCONFIGURED",
            id="a URL",
        ),
        pytest.param(
            header("{{ jwt_encode({}, (steps.first.body | from_json).echo[1:], 'RS256') }}"),
            422,
            "JWT_SIGNING_ERROR",
            id="signing",
        ),
        pytest.param({"url": f"{URL}/failing/NAME"}, 502, "DOWNSTREAM_ERROR", id="a status"),
    ],
)
def test_a_composite_whose_steps_repeat_a_secret(
    caplog: pytest.LogCaptureFixture, last: dict[str, Any], status: int, code: str | None
) -> None:
    steps = [*STEPS, {"name": "third", "url": f"{URL}/NAME", **last}]
    community = Community(
        composites=tuple(
            {"name": name, "permalink": name, "steps": of(name, steps)} for name in SECRETS
        ),
        secrets=SECRETS,
        answer=lambda request: httpx.Response(
            503 if "failing" in request.url.path else 200, content=echo_all(request).content
        ),
    )
    assert community.problems == []

    done = run(
        caplog, community, *(f"/composite/{name}/execute" for name in SECRETS), method="POST"
    )

    assert {response.status_code for response in done.responses} == {status}
    if code is not None:
        assert done.codes() == {code}
    assert all(execution.steps[-1].name == "third" for execution in community.executions)
    assert leaks(done.written) == []


# Upstreams over TCP and TLS


async def repeat(exchange: Exchange, answer: bytes) -> None:
    """Answers with what the request's own headers have in the place of `%s`."""
    await exchange.send(answer.replace(b"%s", exchange.head.replace(b"\r\n", b" ")))
    raise HangUp


async def reset(exchange: Exchange) -> None:
    exchange.reset()


OVER_TCP: Mapping[str, tuple[str, str, Respond]] = {
    "hangs": ("tls.example", "DOWNSTREAM_TIMEOUT", lambda exchange: exchange.hang()),
    "hangs up": ("tls.example", "DOWNSTREAM_ERROR", says_and_hangs_up()),
    "resets": ("tls.example", "DOWNSTREAM_ERROR", reset),
    "is not HTTP": (
        "tls.example",
        "DOWNSTREAM_ERROR",
        lambda exchange: repeat(exchange, b"%s\r\n\r\n"),
    ),
    "has a header that is none": (
        "tls.example",
        "DOWNSTREAM_ERROR",
        lambda exchange: repeat(exchange, b"HTTP/1.1 200 OK\r\n%s\r\n\r\n"),
    ),
    "has a length that is none": (
        "tls.example",
        "DOWNSTREAM_ERROR",
        lambda exchange: repeat(exchange, b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n"),
    ),
    "ends too early": (
        "tls.example",
        "DOWNSTREAM_ERROR",
        lambda exchange: repeat(exchange, b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n%s"),
    ),
    "has another's certificate": ("other.example", "DOWNSTREAM_ERROR", says_and_hangs_up()),
}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.mark.parametrize("failure", OVER_TCP)
def test_an_upstream_that_fails_over_tcp(
    caplog: pytest.LogCaptureFixture, authority: trustme.CA, failure: str
) -> None:
    host, code, respond = OVER_TCP[failure]
    server, client = (
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH),
        ssl.create_default_context(),
    )
    authority.issue_cert("tls.example").configure_cert(server)
    authority.configure_trust(client)
    upstream = HostileUpstream(respond, server)
    keys = [
        {"key": f"X-{name}", "value": of(name, "{{ get_secret('NAME') | urlencode }}")}
        for name in SECRETS
    ]

    async def resolve(host: str, port: int) -> Sequence[str]:
        return [ADDRESS]

    backend = GuardedBackend(
        exempt=lambda host, port: False, resolve=resolve, network=Loopback(upstream)
    )
    community = Community(
        {"name": "all", "url": f"https://{host}/", "headers": keys},
        secrets=SECRETS,
        network=NetworkTransport(backend, ssl_context=client),
        time_limit=0.2,
    )

    async def calls() -> tuple[httpx.Response, ...]:
        gateway = community.gateway()
        async with (
            upstream.running(),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(gateway), base_url="http://gateway"
            ) as caller,
        ):
            plain = await caller.get("/all/execute")
            tested = await caller.get("/all/execute", headers={"X-Connector-Test": "1"})
            await gateway.aclose()
        return plain, tested

    with caplog.at_level("DEBUG", "widget_workbench"):
        responses = asyncio.run(calls())

    done = Run(community, responses, _written(community, responses, caplog.text))
    assert done.codes() == {code}
    assert leaks(done.written) == []


# The terminal

UPSTREAM = """
from starlette.requests import Request
from starlette.responses import JSONResponse

async def app(scope, receive, send):
    assert scope["type"] == "http"
    key = Request(scope).headers["x-key"]
    if scope["path"] == "/failing":
        raise RuntimeError(f"The key is {key!r}, in bytes {key.encode()!r}.")
    await JSONResponse({"seen": key})(scope, receive, send)
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With connectors that succeed, and that fail in each of some ways, for each secret."""
    for variable in list(os.environ):
        if variable.startswith("WIDGET_SECRET_"):
            monkeypatch.delenv(variable)
    percent = header("{{ get_secret('NAME') | urlencode }}")
    ways = {
        "works": {"url": "https://api.example/", **percent},
        "failing": {"url": "https://api.example/failing", **percent},
        "template": {
            "url": "https://api.example/",
            **header("{{ get_secret('NAME') | from_json }}"),
        },
        "signing": {
            "url": "https://api.example/",
            **header("{{ jwt_encode({}, get_secret('NAME')[1:], 'RS256') }}"),
        },
        "nowhere": {"url": "https://10.0.0.1/", **percent},
    }
    connectors = [
        {"name": f"{way}-{name}", **of(name, fields)}
        for name in SECRETS
        for way, fields in ways.items()
    ]
    files = {
        "widgets/w/connectors.json": json.dumps({"connectors": connectors}),
        "preview.toml": '[upstreams]\n"api.example" = "upstream:app"\n',
        "secrets.toml": "".join(
            f"{name} = {json.dumps(SECRETS[name], ensure_ascii=False)}\n" for name in SECRETS
        ),
        "upstream.py": UPSTREAM,
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def permalinks(repository: Path) -> list[str]:
    document = json.loads((repository / "widgets/w/connectors.json").read_text())
    return [each["name"] for each in document["connectors"]]


def test_the_preview_writes_no_secret(repository: Path) -> None:
    written: dict[str, str] = {}
    with running(repository, "--no-open", "--record") as (process, url, told):
        with httpx.Client(base_url=url, trust_env=False) as client:
            written["page"] = client.get("").text
            paths = [
                *permalinks(repository),
                *(quote(each, safe="") for each in SECRETS.values()),
            ]
            statuses = set()
            for path in paths:
                answer = client.get(f"connectors/{path}/execute", headers={"X-Connector-Test": "1"})
                statuses.add(answer.status_code)
                written[f"headers of {path[:20]}"] = str(answer.headers.multi_items())
                if _is_the_gateways_own(answer):
                    written[f"body of {path[:20]}"] = answer.text
            written["log"] = client.get("_preview/log").text
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()
    written["terminal"] = told + rest
    for file in (repository / "fixtures").rglob("*.json"):
        written[file.name] = file.read_text(encoding="utf-8")

    assert statuses == {200, 404, 422, 500, 502}
    assert "The key is" in written["terminal"]
    assert any(name.endswith(".json") for name in written)
    assert len(json.loads(written["log"])) >= len(permalinks(repository))
    assert leaks(written) == []


@pytest.mark.parametrize("way", ["works", "failing", "template", "signing", "nowhere"])
@pytest.mark.parametrize("form", [["--full"], ["--json"]], ids=str)
def test_the_connectors_command_writes_no_secret(
    repository: Path, way: str, form: list[str]
) -> None:
    written = {}
    for name in ("markup", "latin1", "pem"):
        permalink = f"{way}-{name}"
        result = CliRunner().invoke(
            main,
            ["connectors", "test", permalink, "--repository", str(repository), *form],
            terminal_width=60,
        )
        assert result.exit_code == (0 if way == "works" else 1), result.output
        assert permalink in result.output
        written[name] = result.output

    assert leaks(written) == []


# The search itself


def test_what_is_not_masked_is_found(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Masking, "text", lambda masking, text: text)
    for name, module in list(sys.modules.items()):
        if name.startswith("widget_workbench.") and getattr(module, "masked", None) is masked:
            monkeypatch.setattr(module, "masked", lambda secret: secret)

    sent = run_each(caplog, keyed("{{ get_secret('NAME') | urlencode }}"))
    refused = run_each(caplog, {}, answer=FAILING_UPSTREAMS["cannot be reached"])
    broken = run_each(caplog, {}, answer=raising(RuntimeError))

    for written, place in [
        (sent.written, "entry"),
        (refused.written, "entry"),
        (refused.written, "body of answer"),
        (broken.written, "logged"),
    ]:
        found = {leak.secret for leak in leaks(written) if leak.place.startswith(place)}
        assert found == set(SECRETS), place


def test_each_spelling_is_masked_in_full() -> None:
    masking = Masking(SECRETS.values())

    for name, secret in SECRETS.items():
        for spelling in spellings(secret).split(" , "):
            assert leaks({name: masking.text(f"({spelling})")}) == []
        assert masking.text("nothing of the kind") == "nothing of the kind"
