"""`widget preview` as a person runs it."""

import errno
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from widget_workbench import __version__
from widget_workbench.bundle import Bundled, build
from widget_workbench.cli import main
from widget_workbench.shipped import pyodide_versions

from ..preview_process import running


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    files = {
        "widgets/clock/widget.json": '{"title": "Clock", "category": "Tools", '
        '"source": {"path": "dist", "entry": "index.html"}}',
        "widgets/clock/dist/index.html": "<p>tick</p>",
        "widgets/clock/connectors.json": '{"connectors": [{"name": "echo", '
        '"url": "https://api.example/"}]}',
        "widgets/broken/widget.json": "{",
        "preview.toml": 'allow_hosts = ["localhost:9000"]\n'
        '[upstreams]\n"api.example" = "upstream:app"\n',
        "upstream.py": "async def app(scope, receive, send):\n"
        "    assert scope['type'] == 'http'\n"
        "    await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n"
        "    await send({'type': 'http.response.body', 'body': b'[]'})\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_it_serves_tells_what_it_serves_and_stops_on_ctrl_c(repository: Path) -> None:
    with running(repository) as (process, url, told):
        answer = httpx.get(f"{url}connectors/echo/execute", trust_env=False)
        entry = httpx.get(f"{url}widgets/clock/index.html", trust_env=False)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()

    assert answer.json() == []
    assert entry.text == "<p>tick</p>"
    for text in ("1 widget\n", "clock", "JavaScript", "api.example", "upstream:app"):
        assert text in told
    assert "allow_hosts" in told
    assert "localhost:9000" in told
    assert "1 problem\n" in told
    assert "widgets/broken/widget.json: is not JSON" in told
    assert re.search(r"GET +echo +200 +\d+ ms", rest), rest
    assert "index.html" not in rest
    assert "Traceback" not in rest
    assert process.returncode == 0


def test_ctrl_c_does_not_wait_for_pages_that_follow_what_is_saved(repository: Path) -> None:
    with (
        running(repository) as (process, url, _),
        httpx.stream("GET", f"{url}_preview/changes", trust_env=False) as stream,
    ):
        lines = stream.iter_lines()
        assert next(lines).startswith("data: ")
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()
        assert "data" not in "".join(lines)

    assert rest.strip() == ""
    assert process.returncode == 0


def test_editors_know_a_widgets_properties_from_the_start_and_when_they_change(
    repository: Path,
) -> None:
    widget = repository / "widgets" / "typed"
    widget.mkdir()
    (widget / "main.py").write_text("def init(sdk): ...")

    def configure(name: str) -> None:
        document = {"title": "T", "category": "C", "defaultConfig": {name: ""}}
        (widget / "widget.json").write_text(json.dumps(document))

    def is_told(name: str) -> bool:
        stub = widget / "_props.pyi"
        return stub.exists() and f"    {name}: ReadOnly[str]" in stub.read_text()

    configure("city")
    with (
        running(repository) as (process, url, _),
        httpx.stream("GET", f"{url}_preview/changes", trust_env=False) as stream,
    ):
        lines = stream.iter_lines()
        assert next(lines).startswith("data: ")
        assert is_told("city")
        configure("town")
        deadline = time.monotonic() + 10
        while not is_told("town"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.communicate()


def test_it_tells_the_names_of_secrets_and_variables(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = "mArKeR-of-a-secret"
    (repository / "secrets.toml").write_text(f'api_key = "{marker}"\nbad = ["{marker}"]\n')
    with (repository / "preview.toml").open("a") as settings:
        settings.write('[variables]\nregion = "eu"\n')
    monkeypatch.setenv("WIDGET_SECRET_TOKEN", f"x{marker}")
    with running(repository) as (process, url, told):
        httpx.get(url, trust_env=False)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()

    assert marker not in told + rest
    for line in (
        r"  Secrets",
        r"    api_key +m\*+ +secrets\.toml",
        r"    TOKEN, token +x\*+ +WIDGET_SECRET_TOKEN",
        r"  Variables",
        r"    region +eu",
        r"    secrets\.toml: `bad`: its value is no text: put it in quotes\.",
    ):
        assert re.search(f"^{line}$", told, re.MULTILINE), told


def test_an_upstreams_traceback_shows_the_authors_own_lines(repository: Path) -> None:
    (repository / "upstream.py").write_text(
        "from starlette.applications import Starlette\n"
        "from starlette.routing import Route\n"
        "async def things(request):\n"
        "    return found()\n"
        "def found():\n"
        "    return {}['thing']\n"
        "app = Starlette(routes=[Route('/', things)])\n"
    )
    with running(repository) as (process, url, _):
        httpx.get(f"{url}connectors/echo/execute", trust_env=False)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()

    assert '    File "upstream.py", line 4, in things\n' in rest
    assert "  KeyError: 'thing'\n" in rest
    assert "site-packages" not in rest


def test_an_upstream_that_does_not_start_is_told_in_a_sentence_and_its_traceback(
    repository: Path,
) -> None:
    (repository / "upstream.py").write_text(
        "from contextlib import asynccontextmanager\n"
        "from starlette.applications import Starlette\n"
        "@asynccontextmanager\n"
        "async def lifespan(app):\n"
        "    raise RuntimeError('planted')\n"
        "    yield\n"
        "app = Starlette(lifespan=lifespan)\n"
    )
    with running(repository) as (process, url, _):
        answer = httpx.get(f"{url}connectors/echo/execute", trust_env=False)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()

    detail = answer.json()["errors"]["detail"]
    assert "its startup failed: RuntimeError: planted" in detail
    assert "Traceback" not in detail
    assert 'File "upstream.py", line 5, in lifespan' in rest


def test_an_answer_that_the_widget_cannot_parse_is_told(repository: Path) -> None:
    upstream = repository / "upstream.py"
    upstream.write_text(
        upstream.read_text().replace(
            "'headers': []", "'headers': [(b'content-type', b'application/json')]"
        )
    )
    file = repository / "widgets/clock/connectors.json"
    file.write_text(file.read_text().replace('"url"', '"response_body": "{", "url"'))
    with running(repository) as (process, url, _):
        httpx.get(f"{url}connectors/echo/execute", trust_env=False)
        [entry] = httpx.get(f"{url}_preview/log", trust_env=False).json()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()

    assert re.search(r"GET +echo +200 .*not valid JSON after response_body \(line 1, column", rest)
    assert entry["note"].startswith("not valid JSON")
    assert (entry["url"], "sent" in entry) == ("https://api.example/", False)


def test_what_a_caller_sends_neither_steers_the_terminal_nor_forges_a_line(
    repository: Path,
) -> None:
    forged = "forged%1b]0;pwned%07%e2%80%ae"
    line = "%0a  GET     forged  200  1 ms"
    with running(repository) as (process, url, _):
        httpx.get(f"{url}connectors/{forged}/execute", trust_env=False)
        path_params = {"X-Path-Params": f"{forged}{line}=1"}
        httpx.get(f"{url}connectors/echo/execute", headers=path_params, trust_env=False)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()

    unknown, known = (line for line in rest.splitlines() if "forged" in line)
    escaped = r"forged\x1b]0;pwned\x07\u202e"
    assert unknown.startswith(f"  GET     {escaped}  404")
    assert re.match(r"  GET +echo +200 ", known)
    told = rf"not passed on: path_params {escaped}\n  GET     forged  200  1 ms"
    assert known.endswith(told)
    assert not re.search("[\x07\x1b\u202e]", rest)


def test_an_answer_from_the_cache_is_told_as_such(repository: Path) -> None:
    upstream = repository / "upstream.py"
    upstream.write_text(
        upstream.read_text().replace(
            "'headers': []", "'headers': [(b'cache-control', b'max-age=60')]"
        )
    )
    with running(repository) as (process, url, _):
        for _ in range(2):
            httpx.get(f"{url}connectors/echo/execute", trust_env=False)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()

    lines = [line for line in rest.splitlines() if line.strip()]
    assert [line.endswith("from the cache") for line in lines] == [False, True]


def test_each_problem_is_printed_once(repository: Path) -> None:
    (repository / "preview.toml").write_text("[upstreams")
    with running(repository) as (process, url, told):
        (repository / "widgets/clock/connectors.json").write_text("{")
        for _ in range(2):
            assert httpx.get(url, trust_env=False).status_code == 200
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()

    for problem in (
        "widgets/broken/widget.json: is not JSON",
        "preview.toml: is not TOML",
        "widgets/clock/connectors.json: is not JSON",
    ):
        assert (told + rest).count(problem) == 1, told + rest


def recorded(repository: Path) -> list[dict[str, Any]]:
    exchanges: list[dict[str, Any]] = json.loads(
        (repository / "fixtures/echo.json").read_text(encoding="utf-8")
    )["exchanges"]
    return exchanges


def test_record_writes_what_a_widget_sent_and_got_when_the_first_answer_comes(
    repository: Path,
) -> None:
    (repository / "widgets/clock/connectors.json").write_text(
        json.dumps(
            {
                "connectors": [
                    {
                        "name": "echo",
                        "url": "https://api.example/{{ pathParams.id }}",
                        "method": "PUT",
                        "headers": [{"key": "Authorization", "value": "Bearer configured"}],
                        "query_parameters": [{"key": "configured", "value": "1"}],
                    }
                ]
            }
        )
    )
    (repository / "upstream.py").write_text(
        "from starlette.applications import Starlette\n"
        "from starlette.responses import JSONResponse\n"
        "from starlette.routing import Route\n"
        "async def echo(request):\n"
        "    return JSONResponse({'sky': 'zachmurzenie małe'}, int(request.path_params['status']))\n"
        "app = Starlette(routes=[Route('/{status}', echo, methods=['PUT'])])\n"
    )
    with running(repository, "--record") as (process, url, told):
        assert not (repository / "fixtures").exists()
        token = re.search(r'id="csrftoken" content="([^"]+)"', httpx.get(url, trust_env=False).text)
        assert token
        for status in (200, 200, 503):
            httpx.put(
                f"{url}connectors/echo/execute?q=%C5%81%C3%B3d%C5%BA&tag=a&tag=b",
                json={"n": 1},
                headers={"X-Path-Params": f"id={status}", "X-CSRF-Token": token[1]},
                trust_env=False,
            )
        httpx.put(f"{url}connectors/echo/execute", trust_env=False)
        httpx.get(f"{url}connectors/none/execute", trust_env=False)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()

    assert str(repository / "fixtures") in told
    lines = [line for line in rest.splitlines() if line.strip()]
    assert [line.endswith("  recorded") for line in lines] == [True, True, True, False, False]
    first, second = recorded(repository)
    definition = first.pop("definition")
    assert first == {
        "method": "PUT",
        "query": {"q": "Łódź", "tag": ["a", "b"]},
        "path_params": {"id": "200"},
        "payload": {"n": 1},
        "answer": {"status": 200, "json": {"sky": "zachmurzenie małe"}},
    }
    assert second["path_params"] == {"id": "503"}
    assert second["answer"]["status"] == 503
    assert second["definition"] == definition


def test_what_is_recorded_holds_no_secret(repository: Path) -> None:
    marker = 'mArKeR "of" a secret'
    (repository / "secrets.toml").write_text(f"api_key = '{marker}'\n")
    (repository / "upstream.py").write_text(
        "from starlette.applications import Starlette\n"
        "from starlette.responses import JSONResponse\n"
        "from starlette.routing import Route\n"
        "async def echo(request):\n"
        "    key = request.headers['x-key']\n"
        "    media_type = f'application/json; key={key}'\n"
        "    return JSONResponse({'key': key, 'body': await request.json()}, media_type=media_type)\n"
        "app = Starlette(routes=[Route('/', echo, methods=['POST'])])\n"
    )
    call = {
        "url": "https://api.example/",
        "method": "POST",
        "headers": [{"key": "X-Key", "value": "{{ get_secret('api_key') | safe }}"}],
    }
    step = {**call, "name": "one", "request_body": "{{ request.body_text | safe }}"}
    (repository / "widgets/clock/connectors.json").write_text(
        json.dumps(
            {
                "connectors": [{"name": "echo", **call}],
                "composite_connectors": [{"name": "both", "steps": [step]}],
            }
        )
    )
    with running(repository, "--record") as (process, url, told):
        for path in ("echo", "composite/both"):
            httpx.post(
                f"{url}connectors/{path}/execute",
                params={"q": marker},
                json={"mine": marker},
                trust_env=False,
            ).raise_for_status()
        entries = httpx.get(f"{url}_preview/log", trust_env=False).json()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()

    assert rest.count("  recorded") == 2, rest
    (exchange,) = recorded(repository)
    assert exchange["query"] == {"q": "m***"}
    assert exchange["payload"] == {"mine": "m***"}
    assert exchange["answer"]["json"] == {"key": "m***", "body": {"mine": "m***"}}
    assert exchange["answer"]["content_type"] == "application/json; key=m***"
    composite = json.loads((repository / "fixtures/composite/both.json").read_text("utf-8"))
    assert composite["exchanges"][0]["answer"] == exchange["answer"]
    everything = told + rest + json.dumps([entries, composite, exchange])
    assert marker not in everything
    assert json.dumps(marker)[1:-1] not in everything


def test_without_record_nothing_is_written(repository: Path) -> None:
    with running(repository) as (process, url, told):
        httpx.get(f"{url}connectors/echo/execute", trust_env=False)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()

    assert not (repository / "fixtures").exists()
    assert "ecord" not in told + rest


def test_what_cannot_be_recorded_is_told_and_the_widget_gets_its_answer(
    repository: Path,
) -> None:
    (repository / "fixtures").write_text("a file")
    with running(repository, "--record") as (process, url, _):
        answer = httpx.get(f"{url}connectors/echo/execute", trust_env=False)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()

    assert answer.json() == []
    assert re.search(
        r"GET +echo +200 +\d+ ms +not recorded: fixtures/echo\.json cannot be read: Not a dir", rest
    ), rest
    assert "Traceback" not in rest


def test_a_payload_that_is_no_json_is_not_recorded(repository: Path) -> None:
    file = repository / "widgets/clock/connectors.json"
    file.write_text(file.read_text().replace('"url"', '"method": "POST", "url"'))
    with running(repository, "--record") as (process, url, _):
        httpx.post(f"{url}connectors/echo/execute", content=b"text", trust_env=False)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()

    assert "not recorded: its payload is not JSON, which no widget can send." in rest
    assert not (repository / "fixtures").exists()


def test_a_port_that_is_taken_is_told_in_one_sentence(repository: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["preview", str(repository), "--port", str(port)])

    assert result.exit_code == 1
    assert f"Port {port}" in result.output
    assert "--port" in result.output
    assert len(result.output.splitlines()) == 1


def test_a_port_that_the_system_keeps_is_told_in_one_sentence(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(listener: socket.socket, address: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)  # root may have every port
    result = CliRunner().invoke(main, ["preview", str(repository), "--port", "80"])

    assert result.exit_code == 1
    assert "Port 80" in result.output
    assert "--port 0" in result.output
    assert len(result.output.splitlines()) == 1


def test_a_directory_that_is_no_repository_is_told_in_one_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["preview", str(tmp_path), "--port", "0"])

    assert result.exit_code == 1
    assert "no widget repository" in result.output
    assert len(result.output.splitlines()) == 1


def test_a_directory_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["preview", str(tmp_path / "none")])

    assert result.exit_code == 2
    assert "does not exist" in result.output


def test_a_built_tree_is_hosted_with_the_repositorys_upstreams(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    dist = tmp_path_factory.mktemp("built") / "dist"
    (repository / "widgets" / "broken" / "widget.json").unlink()
    build(repository, dist, Bundled())
    for file in (repository / "widgets").rglob("*"):
        os.utime(file, (0, 0))
    with running(repository, "--published", str(dist)) as (_, _, told):
        assert "was saved after" not in told
    (repository / "widgets" / "clock" / "dist" / "index.html").touch()
    with running(repository, "--published", str(dist)) as (_, _, told):
        newer = "widgets/clock/dist/index.html was saved after that was built: `widget build` makes it anew."
        assert newer in told
    shutil.rmtree(repository / "widgets")  # nothing of the sources is read
    with running(repository, "--published", str(dist)) as (process, url, told):
        page = httpx.get(url, trust_env=False).text
        answer = httpx.get(f"{url}connectors/echo/execute", trust_env=False)
        source = httpx.get(f"{url}widgets/clock/index.html", trust_env=False)
        (found,) = set(re.findall(r'"entry": "(/_hosted/[\w-]+/clock/index\.html)"', page))
        entry = httpx.get(f"{url}{found.removeprefix('/')}", trust_env=False)
        (dist / "extensions_registry.json").unlink()
        rejected = httpx.get(url, trust_env=False)
        shutil.rmtree(dist)
        gone = httpx.get(url, trust_env=False)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()

    assert "problem" not in told
    assert re.search(rf"Hosts {dist} as the platform would, below /_hosted/[\w-]{{22}}/\n", told)
    assert answer.json() == []
    assert source.status_code == 404
    assert entry.text == "<p>tick</p>"
    assert found in rejected.text  # what was live stays
    assert "extensions_registry.json: WORKBENCH_INVALID_REGISTRY: is missing" in rest
    assert found in gone.text
    assert f"{dist}: WORKBENCH_UNREADABLE_FILE: cannot be read: No such file" in rest
    assert "was rejected, and what was live before stays live" in rest
    assert process.returncode == 0


def test_a_tree_that_the_platform_would_reject_is_not_hosted(tmp_path: Path) -> None:
    (tmp_path / "extensions_registry.json").write_text(
        '{"widgets": [{"type": "a", "title": "A", "category": "B", "version": "1"}]}'
    )
    command = ["preview", str(tmp_path), "--published", str(tmp_path), "--port", "0"]
    result = CliRunner().invoke(main, command)

    assert result.exit_code == 1
    assert "the platform would reject" in result.output
    for code in ("INVALID_WIDGET_STRUCTURE", "WORKBENCH_INVALID_VERSION"):
        assert f"extensions_registry.json: {code}: widget 'a', " in result.output


def test_it_tells_its_versions() -> None:
    pyodide, python = pyodide_versions()
    assert CliRunner().invoke(main, ["--version"]).output.splitlines() == [
        f"widget {__version__}",
        f"in the browser: Python {python} (Pyodide {pyodide})",
        f"on this computer: Python {platform.python_version()}",
    ]


@pytest.mark.parametrize(
    ("command", "name", "sentence"),
    [
        ([], "preview", "Show a repository's widgets on a community page."),
        ([], "build", "Build what the platform publishes."),
        ([], "check", "Tell what the platform would reject, before it does."),
        ([], "connectors", "List and try a repository's connectors."),
        (["connectors"], "list", "List the connectors: method, host, authentication, file."),
        (["connectors"], "test", "Execute a connector once, and show what was sent and answered."),
    ],
)
def test_help_tells_what_a_command_does_in_a_line_that_is_not_cut(
    command: list[str], name: str, sentence: str
) -> None:
    lines = CliRunner().invoke(main, [*command, "--help"]).output.splitlines()

    assert [name, sentence] in [line.strip().split(maxsplit=1) for line in lines]


def test_printing_help_does_not_load_the_server() -> None:
    code = (
        "import sys; from widget_workbench.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "loaded = {'starlette', 'pydantic', 'httpx', 'uvicorn'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
