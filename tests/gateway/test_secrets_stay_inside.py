"""No secret's value stands in anything that the gateway writes: one row a way to send one, or to fail with one.

Each row is executed with secrets of many shapes (`marked_secrets`), as a widget's call and as a test call. Searched are
the answer's headers, the gateway's own bodies, the log's entries and what is logged. What an upstream says in its own
body is not the gateway's writing.
"""

import base64
import html
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest

from widget_workbench.gateway import GUEST, GatewayError
from widget_workbench.gateway.masking import Masking

from .community import URL, Community, error_of
from .marked_secrets import PEM, SECRETS, WITH_LINES, leaks, of

ONE_LINE = tuple(name for name in SECRETS if name not in WITH_LINES)

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
        ({"type": "api_key", "config": {"key": "X-Key", "value": "{{ get_secret('simple') }}"}}, "m***"),
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
    assert debug["url"] == f"{URL}/simple?key={quote(expression, safe='')}"


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
    "is no filter, escaped": "{{ [1] | map(get_secret('NAME') | urlencode) | list }}",
    "is no test": "{{ [1] | select(get_secret('NAME')) | list }}",
    "is no format": "{{ (get_secret('NAME') ~ '%d') | format('x') }}",
    "is summed": "{{ [get_secret('NAME'), 1] | sum }}",
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
    names = ["simple"] if "10**9" in expression else SECRETS

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
        "{{ [1] | map(response.body) | list }}",
        "{{ [1] | map((response.body | from_json).echo | upper) | list }}",
        "{% for each in (response.body | from_json).echo %}{{ each + 1 }}{% endfor %}",
    ],
)
def test_a_response_template_that_fails_at_a_repeated_secret(
    caplog: pytest.LogCaptureFixture, template: str
) -> None:
    done = run_each(caplog, {"response_body": template}, answer=echo_all)

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
    done = run_each(caplog, keyed("{{ get_secret('NAME') | urlencode }}"), answer=raising(make))

    assert done.codes() == {"INTERNAL_ERROR"}
    assert "Traceback" in done.written["logged"]
    assert leaks(done.written) == []


# Authentication

CLIENT = {"client_id": "widgets", "client_secret": SECRET, "token_url": f"{URL}/NAME", "scope": "read"}
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
    "a key in the query": authenticated(
        "api_key", {"key": "key", "value": SECRET, "in": "query"}
    ),
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
    "a lifetime": authenticated("oauth_jwt_bearer", ASSERTION, client_id=SECRET, token_ttl=5),
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
    done = run_each(caplog, fields, answer=repeating(FAILING_ENDPOINTS[failure]))

    assert done.codes() == {"AUTHENTICATION_ERROR"}
    assert leaks(done.written) == []


@pytest.mark.parametrize(
    "make",
    [lambda secret: httpx.ConnectError(spellings(secret)), lambda secret: httpx.ReadTimeout(secret)],
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

    done = run_each(
        caplog, authenticated("oauth_client_credentials", CLIENT, token_url=url), whole
    )

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
                authenticated("oauth_jwt_bearer", ASSERTION, private_key="{{ get_secret('NAME')[1:] }}"),
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
    done = run_each(caplog, fields)

    assert done.codes() == {code}
    assert leaks(done.written) == []
    assert done.community.requests == []
