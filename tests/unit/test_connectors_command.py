"""`widget connectors`: as a person runs it, and what it prints."""

import json
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner, Result

from widget_workbench.cli import main
from widget_workbench.connectors_command.layout import MOST_COLUMNS, bar, cut
from widget_workbench.connectors_command.listing import as_text
from widget_workbench.connectors_command.report import report
from widget_workbench.connectors_command.trial import Outcome, Trial
from widget_workbench.gateway.masking import Masking
from widget_workbench.repository import read_repository
from widget_workbench.visible_text import visible

MARKER = "mArKeR-of-a-secret"

UPSTREAM = """
from contextlib import asynccontextmanager
from pathlib import Path
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

@asynccontextmanager
async def lifespan(app):
    yield
    Path(__file__).with_name("stopped").touch()

async def echo(request):
    return JSONResponse({
        "method": request.method,
        "path": request.url.path,
        "query": request.query_params.multi_items(),
        "headers": dict(request.headers),
        "body": (await request.body()).decode(),
    })

async def status(request):
    return JSONResponse({"said": "no"}, int(request.path_params["status"]))

async def binary(request):
    return Response(bytes(range(256)), media_type="application/octet-stream")

async def long(request):
    return JSONResponse([{"number": number} for number in range(1000)])

async def fail(request):
    raise RuntimeError(f"planted in the upstream: {request.headers['x-key']}")

methods = ["GET", "POST", "PUT"]
app = Starlette(lifespan=lifespan, routes=[
    Route("/echo/{id}", echo, methods=methods),
    Route("/echo", echo, methods=methods),
    Route("/status/{status}", status, methods=methods),
    Route("/binary", binary),
    Route("/long", long),
    Route("/fail", fail),
])
"""

CONNECTORS: dict[str, Any] = {
    "connectors": [
        {"name": "echo", "url": "https://api.example/echo"},
        {"name": "echo-post", "url": "https://api.example/echo", "method": "POST"},
        {"name": "echo-path", "url": "https://api.example/echo/{{ pathParams.id }}"},
        {"name": "status", "url": "https://api.example/status/{{ pathParams.code }}"},
        {"name": "binary", "url": "https://api.example/binary"},
        {"name": "long", "url": "https://api.example/long"},
        {
            "name": "fail",
            "url": "https://api.example/fail",
            "headers": [{"key": "X-Key", "value": "{{ get_secret('api_key') }}"}],
        },
        {"name": "broken", "url": "https://api.example/", "method": "FETCH"},
        {
            "name": "keyed",
            "url": "https://api.example/echo",
            "headers": [{"key": "X-Key", "value": "{{ get_secret('api_key') }}"}],
            "query_parameters": [{"key": "region", "value": "{{ get_variable('region') }}"}],
        },
        {
            "name": "whose",
            "url": "https://api.example/echo",
            "query_parameters": [{"key": "user", "value": "{{ user.id }}"}],
        },
    ],
    "composite_connectors": [
        {
            "name": "both",
            "steps": [
                {"name": "first", "url": "https://api.example/echo/1"},
                {
                    "name": "second",
                    "url": "https://api.example/echo/{{ steps.first.status_code }}",
                },
            ],
        },
        {"name": "echo", "steps": [{"name": "only", "url": "https://api.example/echo/1"}]},
    ],
}

ELSEWHERE: dict[str, Any] = {
    "connectors": [
        {"name": "contacts", "url": "https://api.example/echo", "method": method}
        for method in ("POST", "PUT")
    ]
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "widgets/w/connectors.json": json.dumps(CONNECTORS),
        "preview.connectors.json": json.dumps(ELSEWHERE),
        "preview.toml": '[upstreams]\n"api.example" = "upstream:app"\n'
        '[variables]\nregion = "eu"\n[user]\nid = 9\n',
        "secrets.toml": f'api_key = "{MARKER}"\n',
        "upstream.py": UPSTREAM,
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    for variable in list(os.environ):
        if variable.startswith("WIDGET_SECRET_"):
            monkeypatch.delenv(variable)
    return tmp_path


Run = Callable[..., Result]


@pytest.fixture
def run(repository: Path) -> Run:
    def run_command(*arguments: str, given: str | None = None) -> Result:
        command = ["connectors", *arguments, "--repository", str(repository)]
        return CliRunner().invoke(main, command, input=given, catch_exceptions=False)

    return run_command


def executed(run: Run, *arguments: str, given: str | None = None) -> dict[str, Any]:
    """The JSON object of `widget connectors test --json`."""
    data: dict[str, Any] = json.loads(run("test", *arguments, "--json", given=given).stdout)
    return data


# What is sent


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        (["echo"], {"method": "GET", "path": "/echo", "query": [], "body": ""}),
        (
            ["echo", "--query", "q=Łódź & b=c", "--query", "tag=1", "--query", "tag=2"],
            {"query": [["q", "Łódź & b=c"], ["tag", "1"], ["tag", "2"]]},
        ),
        (["echo", "--query", "empty="], {"query": [["empty", ""]]}),
        (["echo-path", "--path", "id=a.b~c"], {"path": "/echo/a.b~c"}),
        (
            ["echo-post", "--payload", '{ "n": 1, "name": "Łódź" }'],
            {"method": "POST", "body": '{"n":1,"name":"Łódź"}'},
        ),
        (["contacts", "--method", "put"], {"method": "PUT"}),
        (["contacts", "--method", "POST"], {"method": "POST"}),
        (["both"], {"path": "/echo/200"}),
        (["echo", "--composite"], {"path": "/echo/1"}),
        (["whose"], {"query": [["user", "9"]]}),
    ],
)
def test_it_sends_what_a_widget_would(run: Run, arguments: list[str], sent: dict[str, Any]) -> None:
    outcome = executed(run, *arguments)

    assert outcome["response"]["status"] == 200, outcome
    assert outcome["response"]["json"] | sent == outcome["response"]["json"]


def test_headers_are_sent_and_the_test_calls_own_is_not(run: Run) -> None:
    arguments = ["--header", "X-Mine=a=b", "--header", "Content-Type=text/x"]
    headers = executed(run, "echo-post", "--payload", "{}", *arguments)["response"]["json"][
        "headers"
    ]

    assert headers["x-mine"] == "a=b"
    assert headers["content-type"] == "text/x"
    assert "x-connector-test" not in headers


def test_a_payload_comes_from_a_file_or_standard_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "payload.json").write_bytes(b'\xef\xbb\xbf{"n": 1}')

    from_file = executed(run, "echo-post", "--payload", f"@{tmp_path / 'payload.json'}")
    from_input = executed(run, "echo-post", "--payload", "@-", given='{"n": 2}')

    assert from_file["response"]["json"]["body"] == '{"n":1}'
    assert from_input["response"]["json"]["body"] == '{"n":2}'


def test_the_upstreams_lifespan_is_run(run: Run, repository: Path) -> None:
    run("test", "echo")

    assert (repository / "stopped").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ecoh"], "No connector has the permalink 'ecoh'; did you mean 'echo'"),
        (["zzz"], "There are: echo, echo-post, echo-path, status, "),
        (["status", "--composite"], "'status' is a connector, no composite one: leave out --compo"),
        (["boht", "--composite"], "No composite connector has the permalink 'boht'; did you mean"),
        (["Both-Of"], "No connector has the permalink 'Both-Of'; did you mean 'both'?"),
        (["contacts"], "each of POST and PUT: choose by --method."),
        (["echo", "--payload", "{}"], "A payload goes with POST, PUT and PATCH, not with GET."),
        (["both", "--path", "a=b"], "A composite connector takes no path parameters."),
        (["echo-post", "--payload", "{"], "The payload is not JSON: Expecting"),
        (["echo-post", "--payload", "[]"], "The payload is no JSON object"),
        (["echo-post", "--payload", '{"a": NaN}'], "The payload is not JSON: NaN"),
        (["echo", "--header", "a b=c"], "'a b' is not a header's name"),
        (["echo", "--header", "a=Ł"], "a browser sends characters of Latin-1 only."),
        (["echo", "--header", "a=b\r\nc: d"], "The value of the header 'a' holds a line break"),
        (
            ["echo", "--header", "a=b\vc"],
            "or another control character, which no header can carry.",
        ),
        (
            ["echo", "--query", "a=" + "x" * 70_000],
            "are longer than a URL can be: send less, or send",
        ),
    ],
)
def test_what_no_widget_could_send_is_refused_in_a_sentence(
    run: Run, arguments: list[str], sentence: str
) -> None:
    result = run("test", *arguments)

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert sentence in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["echo", "--query", "q"], "'q' is no pair: write key=value."),
        (["echo", "--path", "=1"], "'=1' is no pair"),
        (
            ["echo-post", "--payload", "@/no/such/file"],
            "/no/such/file cannot be read: No such file",
        ),
        (["echo", "--method", "FETCH"], "FETCH"),
    ],
)
def test_wrong_usage_is_told(run: Run, arguments: list[str], sentence: str) -> None:
    result = run("test", *arguments)

    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_directory_that_is_no_repository_is_told_in_one_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["connectors", "test", "echo", "--repository", str(tmp_path)])

    assert result.exit_code == 1
    assert "no widget repository" in result.stderr
    assert len(result.stderr.splitlines()) == 1


# What comes of it


@pytest.mark.parametrize(
    ("arguments", "exit_code", "status"),
    [
        (["echo"], 0, 200),
        (["status", "--path", "code=201"], 0, 201),
        (["status", "--path", "code=404"], 1, 404),
        (["status", "--path", "code=500"], 1, 500),
        (["status"], 1, 400),
        (["echo", "--method", "PUT"], 1, 405),
        (["broken"], 1, 500),
        (["fail"], 1, 500),
        (["whose", "--guest"], 1, 403),
    ],
)
def test_the_exit_code_tells_whether_the_answer_is_good(
    run: Run, arguments: list[str], exit_code: int, status: int
) -> None:
    result = run("test", *arguments, "--json")

    assert json.loads(result.stdout)["response"]["status"] == status
    assert result.exit_code == exit_code


def test_an_error_of_the_gateways_is_told_as_a_sentence(run: Run) -> None:
    result = run("test", "status")

    assert "400 Bad Request" in result.stdout
    assert "MISSING_PATH_PARAMETERS" in result.stdout
    assert "Connector 'status' needs a value for the path parameter 'code'" in result.stdout
    assert "\n    Here: --path code=…\n" in result.stdout
    assert "None was made." in result.stdout
    assert '"success"' not in result.stdout
    assert executed(run, "status")["error"]["params"] == ["code"]


def test_the_request_is_shown_and_secrets_as_their_expressions(run: Run) -> None:
    result = run("test", "keyed")

    assert result.exit_code == 0
    assert "GET https://api.example/echo?region=eu" in result.stdout
    assert "x-key: {{ get_secret('api_key') }}" in result.stdout
    assert (
        "Where the secret 'api_key' stands, its value was used, and is not shown." in result.stdout
    )
    assert '"x-key": "m***"' in result.stdout  # as the upstream has repeated it
    assert MARKER not in result.output


def test_no_secret_is_in_the_json(run: Run) -> None:
    result = run("test", "keyed", "--json")

    data = json.loads(result.stdout)
    assert data["request"]["headers"]["x-key"] == "{{ get_secret('api_key') }}"
    assert data["response"]["json"]["headers"]["x-key"] == "m***"
    assert MARKER not in result.output


def test_each_step_of_a_composite_is_shown(run: Run) -> None:
    result = run("test", "both")

    assert "1. first\n    GET https://api.example/echo/1\n" in result.stdout
    assert "2. second\n    GET https://api.example/echo/200\n" in result.stdout
    assert re.search(r"^    step\.first +[█▏▎▍▌▋▊▉]+ +\d+\.\d ms$", result.stdout, re.MULTILINE)


def test_the_times_are_shown_as_bars(run: Run) -> None:
    result = run("test", "echo")

    for stage in ("setup", "transform", "external"):
        found = re.search(rf"^    {stage} +[█▏▎▍▌▋▊▉]+ +\d+\.\d ms$", result.stdout, re.MULTILINE)
        assert found, result.stdout
    assert re.search(r"^    total +\d+\.\d ms$", result.stdout, re.MULTILINE)
    timing = executed(run, "echo")["timing"]
    assert timing["total_ms"] >= timing["external_ms"] > 0


def test_a_long_body_is_cut_and_shown_in_full_on_demand(run: Run) -> None:
    short = run("test", "long")
    full = run("test", "long", "--full")

    assert len(short.stdout.splitlines()) < 100
    assert "--full shows all." in short.stdout
    assert '"number": 999' in full.stdout
    assert "--full" not in full.stdout


def test_a_binary_body_is_told_by_its_size(run: Run) -> None:
    result = run("test", "binary")

    assert "application/octet-stream  256 bytes" in result.stdout
    assert "\x00" not in result.stdout
    assert len(executed(run, "binary")["response"]["base64"]) == 344


def test_a_problem_that_has_to_do_with_it_is_told_beside_it(run: Run, repository: Path) -> None:
    (repository / "secrets.toml").write_text(f"api_key = {MARKER}")
    result = run("test", "keyed", "--json")

    assert "secrets.toml: is not TOML" in result.stderr
    assert "connector 'broken'" not in result.stderr
    assert MARKER not in result.output
    assert json.loads(result.stdout)["problems"][0]["path"] == "secrets.toml"
    assert "connector 'broken', `method`" in run("test", "broken").stderr


def test_an_upstream_that_cannot_be_imported_is_told(run: Run, repository: Path) -> None:
    (repository / "upstream.py").write_text("raise RuntimeError('planted')")
    result = run("test", "echo")

    assert result.exit_code == 1
    assert "DOWNSTREAM_ERROR" in result.stdout
    assert "upstream.py, line 1, could not be imported" in " ".join(result.stdout.split())


def test_an_upstreams_traceback_is_told_without_the_secret_that_it_quotes(run: Run) -> None:
    result = run("test", "fail")

    assert result.stderr.splitlines() == [
        "  The upstream 'upstream:app' failed.",
        "  Traceback (most recent call last):",
        '    File "upstream.py", line 32, in fail',
        "      raise RuntimeError(f\"planted in the upstream: {request.headers['x-key']}\")",
        "  RuntimeError: planted in the upstream: m***",
    ]
    assert MARKER not in result.output


# What was sent, and what was not


def test_a_request_that_was_refused_is_told_as_not_sent(run: Run, repository: Path) -> None:
    write_definitions(repository, {"name": "plain", "url": "http://api.example/echo"})
    text = run("test", "plain").stdout

    assert "  Request (not sent)\n    GET http://api.example/echo\n" in text
    assert "write https://api.example instead of http://" in text
    assert "was called" not in text
    assert executed(run, "plain")["sent"] is False


def test_an_allowed_host_that_refuses_may_not_be_running(run: Run, repository: Path) -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        (repository / "preview.toml").write_text(f'allow_hosts = ["{host}"]\n')
        write_definitions(repository, {"name": "own", "url": f"http://{host}/"})
        result = executed(run, "own")

    assert result["error"]["detail"] == (
        f"127.0.0.1 could not be called: it refused the connection; is it running at {host}?"
    )


def test_a_host_that_does_not_exist_was_not_called(run: Run, repository: Path) -> None:
    write_definitions(repository, {"name": "nowhere", "url": "https://no-such-host.invalid/"})
    text = " ".join(run("test", "nowhere").stdout.split())

    assert "Request (not sent) GET https://no-such-host.invalid/" in text
    assert "its name could not be resolved" in text
    assert "the real host was tried: map it in preview.toml's [upstreams]." in text
    assert "was called" not in text


def test_where_no_token_was_given_no_request_was_made(run: Run, repository: Path) -> None:
    config = {
        "client_id": "a",
        "client_secret": "b",
        "token_url": "https://api.example/status/500",
    }
    authentication = {"type": "oauth_client_credentials", "config": config}
    write_definitions(
        repository,
        {"name": "signed", "url": "https://api.example/echo", "authentication": authentication},
    )
    text = run("test", "signed").stdout

    assert "None was made: the request for a token comes before it." in text
    assert "The token endpoint api.example answered" in text
    assert "was called" not in text


def test_a_step_that_was_refused_is_told_as_not_sent(run: Run, repository: Path) -> None:
    steps = [
        {"name": "first", "url": "https://api.example/echo"},
        {"name": "second", "url": "https://localhost/"},
        {"name": "third", "url": "https://api.example/echo"},
    ]
    write_definitions(repository, composites=[{"name": "chain", "steps": steps}])
    text = run("test", "chain").stdout

    assert "    1. first\n    GET https://api.example/echo\n" in text
    assert "    2. second (not sent)\n    GET https://localhost/\n" in text
    assert "third" not in text
    assert executed(run, "chain")["sent"] == [True, False]


def test_a_steps_path_parameter_is_none_that_a_caller_could_give(
    run: Run, repository: Path
) -> None:
    step = {"name": "first", "url": "https://api.example/echo/{{ pathParams.id }}"}
    write_definitions(repository, composites=[{"name": "chain", "steps": [step]}])
    text = " ".join(run("test", "chain").stdout.split())

    assert "give it in the step's path_parameters, as callers cannot." in text
    assert "--path" not in text


def test_json_that_the_widget_cannot_parse_is_told(run: Run, repository: Path) -> None:
    write_definitions(
        repository,
        {
            "name": "spoilt",
            "url": "https://api.example/echo",
            "response_body": '{"id": {{ response.body }}}',
        },
        {"name": "sound", "url": "https://api.example/echo"},
    )
    result = run("test", "spoilt")

    assert result.exit_code == 0
    assert "Not valid JSON after response_body (line 1, column 9): &#34;" in result.stdout
    assert executed(run, "spoilt")["note"].startswith("not valid JSON after response_body")
    assert executed(run, "sound")["note"] is None


@pytest.mark.parametrize(
    ("settings", "arguments", "way_out"),
    [
        ("", ["--guest"], "Here: leave out --guest."),
        ("guest = true", [], "Here: take guest = true out of preview.toml's [user]."),
    ],
)
def test_a_guest_that_is_refused_is_told_how_to_be_none(
    run: Run, repository: Path, settings: str, arguments: list[str], way_out: str
) -> None:
    (repository / "preview.toml").write_text(f"[user]\n{settings}")

    assert f"    {way_out}\n" in run("test", "whose", *arguments).stdout


def write_definitions(
    repository: Path, *connectors: dict[str, Any], composites: tuple[Any, ...] | list[Any] = ()
) -> None:
    """Puts other definitions in the place of the repository's."""
    document = {"connectors": list(connectors), "composite_connectors": list(composites)}
    (repository / "widgets/w/connectors.json").write_text(json.dumps(document))


# How it is printed


def outcome(
    body: bytes = b"{}", *, status: int = 200, masking: Masking | None = None, **headers: str
) -> Outcome:
    """As if a gateway had answered so; a header's name has underscores for its hyphens."""
    given = {"content-type": "application/json", "x-request-id": "r-1"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    trial = Trial("things", composite=False, method="GET")
    response = httpx.Response(status, headers=given, content=body)
    return Outcome(trial, response, masking or Masking(), ())


def printed(given: Outcome, *, full: bool = False) -> str:
    return click.unstyle("\n".join(report(given, full=full)))


def test_the_whole_of_a_report() -> None:
    sent = {
        "method": "POST",
        "url": "https://api.example/things?q=1",
        "headers": {"accept": ["a", "b"], "authorization": "Bearer {{ token }}"},
        "body": '{"a":[1,"ü"]}',
        "body_truncated": True,
    }
    timing = {"external_host": "api.example", "cache_hit": True}
    given = outcome(
        '{"é": [1.0]}'.encode(),
        x_debug_request=json.dumps(sent),
        x_connector_timing=json.dumps(timing),
        server_timing="setup;dur=1.00, transform;dur=0.00, external;dur=3.00, total;dur=4.00",
    )

    assert printed(given).split("\n") == [
        "",
        "  GET  things  200 OK  4.0 ms",
        "",
        "  Request",
        "    POST https://api.example/things?q=1",
        "    accept: a",
        "    accept: b",
        "    authorization: Bearer {{ token }}",
        "",
        "    {",
        '      "a": [',
        "        1,",
        '        "ü"',
        "      ]",
        "    }",
        "    … the gateway tells no more of it.",
        "",
        "  Response",
        "    application/json  13 bytes",
        "    {",
        '      "é": [',
        "        1.0",
        "      ]",
        "    }",
        "",
        "  Time",
        f"    setup      {'█' * 10:40}       1.0 ms",
        f"    transform  {'':40}       0.0 ms",
        f"    external   {'█' * 30:40}       3.0 ms",
        f"    total      {'':40}       4.0 ms",
        "    The answer of api.example came from the cache.",
        "",
        "  Request ID r-1",
        "",
    ]


def test_an_upstreams_body_that_looks_like_an_envelope_is_a_response() -> None:
    body = {"success": False, "errors": {"code": "THEIRS"}, "request_id": "another"}

    text = printed(outcome(json.dumps(body).encode(), status=400))

    assert '"code": "THEIRS"' in text
    assert "  Error" not in text.split("\n")


@pytest.mark.parametrize(
    "body",
    [
        b'"' + b"x" * 5000 + b'"',
        ('"' + "漢" * 3000 + '"').encode(),
        b"x" * 5000,
        json.dumps(
            {"success": False, "errors": {"detail": "x" * 500}, "request_id": "r-1"}
        ).encode(),
    ],
)
@pytest.mark.parametrize("full", [True, False])
def test_no_line_is_wider_than_a_hundred_columns(body: bytes, full: bool) -> None:
    sent = {
        "method": "GET",
        "url": f"https://a/{'x' * 500}",
        "headers": {"a" * 120: "b" * 500},
        "body": None,
    }
    text = printed(outcome(body, x_debug_request=json.dumps(sent)), full=full)

    widths = [sum(2 if each == "漢" else 1 for each in line) for line in text.split("\n")]
    assert max(widths) <= MOST_COLUMNS


@pytest.mark.parametrize(
    "body",
    [
        b"\x1b[2J\x1b]0;title\x07 \xc2\x9b31m \xe2\x80\xae",
        json.dumps("\x1b[2J \u009b31m \u202e", ensure_ascii=False).encode(),
    ],
)
@pytest.mark.parametrize("content_type", ["text/plain", "application/json"])
def test_an_answer_cannot_steer_the_terminal(body: bytes, content_type: str) -> None:
    text = printed(outcome(body, content_type=content_type))

    assert not set("\x1b\x07\u009b\u202e") & set(text)
    assert r"[2J" in text


def test_carriage_returns_and_tabs_are_made_visible() -> None:
    assert visible("a\r\nb\tc\rd") == "a\nb   c\\rd"


def test_a_secret_that_an_upstream_repeats_is_masked_in_any_body() -> None:
    masking = Masking([MARKER])
    for body in (MARKER.encode(), json.dumps({MARKER: MARKER}).encode()):
        given = outcome(body, masking=masking, content_type=f"text/{MARKER}")
        assert MARKER not in printed(given) + json.dumps(given.as_data())
    binary = outcome(b"\xff" + MARKER.encode(), masking=masking)
    assert binary.as_data()["response"]["base64"] == "/20qKio="


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0.0, ""), (1e-9, "▏"), (0.5, "█████"), (0.55, "█████▌"), (1.0, "█" * 10), (1.2, "█" * 10)],
)
def test_a_bar_is_as_long_as_its_share(share: float, drawn: str) -> None:
    assert bar(share, 10) == drawn


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("", [""]),
        ("abcd", ["abcd"]),
        ("abcde", ["abcd", "e"]),
        ("漢漢漢", ["漢漢", "漢"]),
        ("a漢漢", ["a漢", "漢"]),
        ("e\u0301e\u0301e\u0301e\u0301", ["e\u0301e\u0301e\u0301e\u0301"]),
    ],
)
def test_a_line_is_cut_by_the_columns_of_a_terminal(line: str, pieces: list[str]) -> None:
    assert list(cut(line, 4)) == pieces


def test_a_terminal_without_the_characters_gets_their_numbers(
    repository: Path,
) -> None:
    command = ["connectors", "test", "echo", "--query", "q=Łódź", "--repository", str(repository)]
    result = CliRunner(charset="ascii").invoke(main, command, catch_exceptions=False)

    assert result.exit_code == 0
    assert "\\u2588" in result.stdout


# The list


def test_the_connectors_are_listed_by_file(run: Run) -> None:
    result = run("list")
    lines = [re.sub(r" {2,}", "  ", line.strip()) for line in result.stdout.splitlines()]

    assert "widgets/w/connectors.json" in lines
    for line in (
        "echo  GET  api.example → upstream:app",
        "both  POST  composite, 2 steps  api.example → upstream:app",
        "broken  ?  broken",
        "contacts  PUT  api.example → upstream:app",
    ):
        assert line in lines, lines
    assert "connector 'broken', `method`" in result.stderr
    assert result.exit_code == 1
    assert lines.index("preview.connectors.json") > lines.index(
        "echo  GET  api.example → upstream:app"
    )


def test_the_list_for_programs(run: Run, repository: Path) -> None:
    (repository / "preview.connectors.json").write_text(
        json.dumps(
            {
                "connectors": [
                    {
                        "name": "Their API",
                        "url": "https://their.example/{{ user.id }}",
                        "authentication": {
                            "type": "api_key",
                            "config": {"key": "X-Key", "value": "a", "in": "header"},
                        },
                    }
                ]
            }
        )
    )
    listed = json.loads(run("list", "--json").stdout)

    assert listed[-1] == {
        "permalink": "their-api",
        "composite": False,
        "method": "GET",
        "hosts": [{"host": "their.example", "mapped": False}],
        "authentication": "api_key",
        "file": "preview.connectors.json",
    }
    (broken,) = [each for each in listed if each["permalink"] == "broken"]
    assert broken["method"] is None
    assert "method: " in broken["broken"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"connectors": [ {"name": "x", } ]}', "is not JSON"),
        ('{"connectors": {}}', "`connectors`: is not an array of definitions"),
        ("[]", "is not a JSON object"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_the_list(
    run: Run, repository: Path, content: str, told: str
) -> None:
    (repository / "preview.connectors.json").unlink()
    (repository / "widgets/w/connectors.json").write_text(content)
    result = run("list")

    assert result.exit_code == 1
    assert "has no connectors that could be read." in result.stdout
    assert f"widgets/w/connectors.json: {told}" in result.stderr
    as_json = run("list", "--json")
    assert (as_json.exit_code, as_json.stdout, as_json.stderr) == (1, "[]\n", result.stderr)


def test_a_definition_without_a_usable_permalink_is_told_by_its_name(
    run: Run, repository: Path
) -> None:
    url = "https://api.example/echo"
    write_definitions(
        repository,
        {"name": "Mine", "permalink": "My_Api", "url": url},
        {"name": "good", "url": url},
    )
    result = run("list")

    assert re.search(r"^    Mine +\? +broken$", result.stdout, re.MULTILINE)
    assert result.stdout.count("widgets/w/connectors.json") == 1
    assert "connector 'Mine', `permalink`" in result.stderr
    assert result.exit_code == 1
    listed = json.loads(run("list", "--json").stdout)
    assert (listed[-1]["permalink"], listed[-1]["name"]) == (None, "Mine")
    assert "connector 'Mine', `permalink`" in run("test", "My_Api").stderr


def test_a_list_without_anything_broken_ends_well(run: Run, repository: Path) -> None:
    write_definitions(repository, {"name": "good", "url": "https://api.example/echo"})
    result = run("list")

    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("width", [None, 100, 60, 40, 20])
def test_nothing_of_the_list_is_lost_in_a_narrow_terminal(
    repository: Path, width: int | None
) -> None:
    steps = [
        {"name": f"step-{number}", "url": f"https://host-{number}.example/"} for number in range(5)
    ]
    write_definitions(
        repository,
        {
            "name": "a-connector-of-some-length",
            "url": "https://api.example/",
            "authentication": {
                "type": "api_key",
                "config": {"key": "X-Key", "value": "a", "in": "header"},
            },
        },
        composites=[{"name": "chain", "steps": steps}],
    )
    lines = [click.unstyle(line) for line in as_text(read_repository(repository), width)]

    if width is None:
        chain = next(line for line in lines if line.startswith("    chain"))
        assert chain.endswith(", ".join(f"host-{number}.example" for number in range(5)))
    elif width > len("  widgets/w/connectors.json"):
        assert max(map(len, lines)) <= width
    everything = "".join("".join(lines).split())
    for text in ("a-connector-of-some-length", "api_key", "composite,5steps", "host-4.example"):
        assert text in everything


def test_a_repository_without_connectors_says_so(tmp_path: Path) -> None:
    (tmp_path / "widgets").mkdir()
    result = CliRunner().invoke(main, ["connectors", "list", "--repository", str(tmp_path)])

    assert result.exit_code == 0
    assert "has no connectors." in result.stdout
