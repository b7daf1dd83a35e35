"""The preview server from outside, with a bundle and a page of our own in place of the shipped."""

import asyncio
import gc
import json
import logging
import re
import weakref
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partialmethod
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from starlette.applications import Starlette
from starlette.datastructures import QueryParams

from widget_workbench.bundle import Hosted
from widget_workbench.bundle.bundle_file import BundleFile
from widget_workbench.gateway import Execution
from widget_workbench.gateway.execution import CallRecord, StepRecord
from widget_workbench.prerendering import NOTHING, FirstPaint
from widget_workbench.preview import create_app
from widget_workbench.preview.log import ExecutionLog
from widget_workbench.preview.page import read_parameters
from widget_workbench.repository import Repository, Widget, read_repository

ORIGIN = "http://127.0.0.1:8000"
PROFILE = '[user]\nprofile_fields = { 42 = "Support" }\n'
MANIFEST = {"title": "Clock", "category": "Tools"}
SOURCE = {"path": "dist", "entry": "index.html"}
CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' "
    "https://cdn.jsdelivr.net https://cdnjs.cloudflare.com https://unpkg.com https://esm.sh; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' https: data:; "
    "font-src 'self' https: data:; object-src 'none'; base-uri 'self'"
)
PAGE = (
    '<meta id="csrftoken" content="{{ csrf_token }}">'
    '<script type="application/json">{{ page | tojson }}</script>'
    "{% if workbench %}<script type=module src=/_workbench/preview.js></script>{% endif %}"
)
UPSTREAM = """
from contextlib import asynccontextmanager
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse
from starlette.routing import Route

events = []

@asynccontextmanager
async def lifespan(app):
    events.append("started")
    yield {"greeting": "hello"}
    events.append("stopped")

async def echo(request):
    return JSONResponse({
        "host": request.headers["host"], "query": dict(request.query_params),
        "greeting": request.state.greeting, "events": events,
    })

async def fail(request):
    raise RuntimeError("planted in the upstream")

app = Starlette(routes=[Route("/echo", echo), Route("/fail", fail)], lifespan=lifespan)
"""


@dataclass
class FakeRuntime:
    release: str
    files: dict[str, bytes | Path]


class FakeBundle:
    """A Python widget is its main.py and an entry that names the runtime."""

    release = "1.0-test"

    def published_files(
        self,
        widget: Widget,
        hosting: Hosted,
        dependencies: Iterable[BundleFile],
        *,
        paint: FirstPaint,
    ) -> Mapping[str, bytes | Path]:
        if widget.python:
            if "cannot bundle" in (widget.directory / "main.py").read_text():
                raise ValueError("its dependencies are no list")
            entry = f'<link rel="asset" data-url="{hosting.base}core.wasm"><img src="a.svg">'
            return {"index.html": entry.encode(), "main.py": widget.directory / "main.py"}
        files = (path for path in widget.source.rglob("*") if path.is_file())
        return {path.relative_to(widget.source).as_posix(): path for path in files}

    def dependency_files(
        self, repository: Repository, told: Callable[[str], None]
    ) -> Callable[[Widget], Iterable[BundleFile]]:
        return lambda widget: ()

    def paints_of(
        self,
        repository: Repository,
        dependencies: Callable[[Widget], Iterable[BundleFile]],
        told: Callable[[str], None],
    ) -> Callable[[Widget], FirstPaint]:
        return lambda widget: NOTHING

    def runtime(self) -> FakeRuntime:
        return FakeRuntime(self.release, {"core.wasm": b"\0asm"})


Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Client:
    """Calls an application in this process; its loop and its lifespan last for the `with`."""

    def __init__(self, app: Starlette, origin: str) -> None:
        self._app = app
        self._origin = origin

    def __enter__(self) -> "Client":
        self._runner = asyncio.Runner()
        self._lifespan = self._app.router.lifespan_context(self._app)
        self._runner.run(_awaited(self._lifespan.__aenter__()))
        return self

    def __exit__(self, *failure: object) -> None:
        self._runner.run(_awaited(self._lifespan.__aexit__(None, None, None)))
        self._runner.close()

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        async def answer() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(self._app), base_url=self._origin
            ) as client:
                return await client.request(method, url, **options)

        return self._runner.run(answer())

    @contextmanager
    def server(self, handle: Handle) -> Iterator[int]:
        """A TCP server beside the application; gives its port."""
        server = self._runner.run(asyncio.start_server(handle, "127.0.0.1", 0))
        yield server.sockets[0].getsockname()[1]
        server.close()
        self._runner.run(server.wait_closed())

    def get_as_written(self, target: str) -> tuple[int, str]:
        """Status and text for a target that httpx would tidy first: it resolves every ".."."""
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": unquote(target),
            "raw_path": target.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"127.0.0.1:8000")],
            "server": ("127.0.0.1", 8000),
        }
        self._runner.run(self._app(scope, receive, send))
        return sent[0]["status"], b"".join(part.get("body", b"") for part in sent).decode()

    get = partialmethod(request, "GET")
    post = partialmethod(request, "POST")
    delete = partialmethod(request, "DELETE")


async def _awaited(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


class Preview:
    """A running preview and the repository that it shows."""

    def __init__(self, root: Path, static: Path) -> None:
        self.root = root
        self.bundle = FakeBundle()
        self._static = static

    def write(self, path: str, content: Any) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_text(content if isinstance(content, str) else json.dumps(content))

    def start(self, *, port: int = 8000, **options: Any) -> Client:
        app = create_app(
            self.root, bundle=self.bundle, static=lambda part: self._static / part, **options
        )
        return Client(app, f"http://127.0.0.1:{port}")


@pytest.fixture
def preview(tmp_path: Path) -> Preview:
    """A repository of a Python and a JavaScript widget, and an upstream."""
    static = tmp_path / "static"
    for path, text in {
        "community/index.html": PAGE,
        "community/page.js": "export {};",
        "workbench/preview.js": "export {};",
    }.items():
        (static / path).parent.mkdir(parents=True, exist_ok=True)
        (static / path).write_text(text)
    made = Preview(tmp_path / "shop", static)
    made.write("widgets/clock/widget.json", {**MANIFEST, "defaultConfig": {"title": "</script>"}})
    made.write("widgets/clock/main.py", "async def init(sdk): ...\n")
    made.write(
        "widgets/tabs/widget.json",
        {**MANIFEST, "title": "Tabs", "containers": ["Sidebar"], "source": SOURCE},
    )
    made.write(
        "widgets/tabs/dist/index.html",
        '<img src="logo.svg"><script type="module">export const a = "{{ title }}";</script>',
    )
    made.write("widgets/tabs/dist/logo.svg", "<svg/>")
    made.write(
        "widgets/clock/connectors.json",
        {
            "connectors": [
                {"name": "echo", "url": "https://api.example/echo"},
                {"name": "fail", "url": "https://api.example/fail"},
                {"name": "bad", "url": 5},
            ]
        },
    )
    made.write("upstream.py", UPSTREAM)
    made.write("preview.toml", '[upstreams]\n"api.example" = "upstream:app"\n')
    return made


@pytest.fixture
def client(preview: Preview) -> Iterator[Client]:
    with preview.start() as started:
        yield started


def page_of(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    found = re.search(r'<script type="application/json">(.*?)</script>', response.text)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def problems_of(response: httpx.Response) -> list[tuple[str, str]]:
    return [(problem["path"], problem["message"]) for problem in page_of(response)["problems"]]


# The page


def test_the_page_tells_what_is_on_it(client: Client) -> None:
    page = page_of(client.get("/"))

    assert page["title"] == "shop"
    assert (page["locale"], page["sdk"], page["errors"], page["host"]) == (
        "en-US",
        "current",
        "described",
        "community",
    )
    assert page["user"] == {"userId": 7, "username": "ann", "role": "member"}
    assert page["placed"] == [
        {"type": "clock", "container": "Full width"},
        {"type": "tabs", "container": "Sidebar"},
    ]
    assert page["registry"]["clock"] == {
        "type": "clock",
        "title": "Clock",
        "description": "",
        "version": "1.0.0",
        "containers": ["Full width"],
        "entry": "/widgets/clock/index.html",
        "props": {"title": "</script>"},
    }
    assert page["registry"]["tabs"]["entry"] == "/widgets/tabs/index.html"


def test_the_page_has_a_csrf_token_and_the_workbench(client: Client) -> None:
    text = client.get("/").text

    assert re.search(r'<meta id="csrftoken" content="[\w.-]{20,}">', text)
    assert "/_workbench/preview.js" in text


@pytest.mark.parametrize(
    ("query", "key", "value"),
    [
        ("sdk=legacy", "sdk", "legacy"),
        ("errors=bare", "errors", "bare"),
        ("host=embed", "host", "embed"),
        ("locale=nl-NL", "locale", "nl-NL"),
        ("user=guest", "user", {"userId": None, "username": "guest", "role": "guest"}),
        ("user=admin", "user", {"userId": 7, "username": "ann", "role": "admin"}),
        ("widgets=tabs", "placed", [{"type": "tabs", "container": "Sidebar"}]),
        (
            "widgets=tabs, clock,tabs",
            "placed",
            [
                {"type": "tabs", "container": "Sidebar"},
                {"type": "clock", "container": "Full width"},
                {"type": "tabs", "container": "Sidebar"},
            ],
        ),
        ("widgets=", "placed", []),
        (
            "widgets=tabs@Full+width,clock@Sidebar,clock",
            "placed",
            [
                {"type": "tabs", "container": "Full width"},
                {"type": "clock", "container": "Sidebar"},
                {"type": "clock", "container": "Full width"},
            ],
        ),
    ],
)
def test_the_pages_parameters(client: Client, query: str, key: str, value: Any) -> None:
    response = client.get(f"/?{query}")

    assert page_of(response)[key] == value
    assert not any(path.startswith("?") for path, _ in problems_of(response))


@pytest.mark.parametrize(
    ("query", "key", "value", "path", "names"),
    [
        ("sdk=old", "sdk", "current", "?sdk", "current or legacy"),
        ("errors=none", "errors", "described", "?errors", "described or bare"),
        ("host=skilljar", "host", "community", "?host", "community or embed"),
        ("csp=none", "sdk", "current", "?csp", "platform or nowasm"),
        ("locale=nl_NL", "locale", "en-US", "?locale", "nl-NL"),
        ("locale=<script>", "locale", "en-US", "?locale", "<script>"),
        (
            "widgets=clok,tabs",
            "placed",
            [{"type": "tabs", "container": "Sidebar"}],
            "?widgets",
            "clock, tabs",
        ),
        (
            "widgets=tabs@Attic",
            "placed",
            [{"type": "tabs", "container": "Sidebar"}],
            "?widgets",
            "Full width, Left container or Sidebar",
        ),
        ("profile.x=1", "sdk", "current", "?profile.x", "?profile.42=Support"),
        (f"profile.{'9' * 5000}=1", "sdk", "current", f"?profile.{'9' * 5000}", "number"),
        ("workbench=off", "sdk", "current", "?workbench", "panel or none"),
    ],
)
def test_a_bad_parameter_is_a_problem_and_the_rest_is_shown(
    client: Client, query: str, key: str, value: Any, path: str, names: str
) -> None:
    response = client.get(f"/?{query}")

    assert page_of(response)[key] == value
    ((_, message),) = [problem for problem in problems_of(response) if problem[0] == path]
    assert names in message


def test_preview_toml_says_who_is_on_the_page(preview: Preview) -> None:
    preview.write("preview.toml", "[user]\nid = 9\nusername = 'bob'\n")
    with preview.start() as client:
        assert page_of(client.get("/"))["user"] == {
            "userId": 9,
            "username": "bob",
            "role": "member",
        }
        preview.write("preview.toml", "[user]\nguest = true\n")
        assert page_of(client.get("/"))["user"]["role"] == "guest"
        assert page_of(client.get("/?user=member"))["user"]["role"] == "member"


def test_a_page_without_the_workbench_loads_nothing_of_it(client: Client) -> None:
    assert "_workbench" not in client.get("/?workbench=none").text


def test_a_type_may_hold_what_stands_before_a_zone(preview: Preview) -> None:
    repository = read_repository(preview.root)
    clock, tabs = repository.widgets
    # A registry's may, unlike a directory's.
    renamed = replace(repository, widgets=(replace(clock, type="team@home"), tabs))
    parameters = read_parameters(QueryParams("widgets=team@home,team@home@Sidebar"), renamed)
    assert [(each.widget.type, each.container) for each in parameters.placed] == [
        ("team@home", "Full width"),
        ("team@home", "Sidebar"),
    ]


def test_another_sites_link_brings_no_text_into_connectors(client: Client) -> None:
    headers = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    told = problems_of(client.get("/?profile.42=theirs", headers=headers))
    ((path, message),) = [problem for problem in told if problem[0].startswith("?")]
    assert (path, "from another site" in message) == ("?profile.42", True)
    assert not [path for path, _ in problems_of(client.get("/?profile.42=mine")) if path[0] == "?"]


def test_a_pages_profile_fields_are_those_that_its_connectors_see(preview: Preview) -> None:
    preview.write("preview.toml", (preview.root / "preview.toml").read_text() + PROFILE)
    fields = "{{ user.profile_fields.by_id(42) }} {{ user.profile_fields.by_id(43) }}"
    preview.write(
        "widgets/clock/connectors.json",
        {
            "connectors": [
                {
                    "name": "echo",
                    "url": "https://api.example/echo",
                    "query_parameters": [{"key": "fields", "value": fields}],
                }
            ]
        },
    )
    with preview.start() as client:
        for query, seen in (
            ("", "Support None"),
            ("?profile.42=Sales&profile.43=x", "Sales x"),
            ("?profile.42=", "None None"),
        ):
            token = re.search(r'id="csrftoken" content="([^"]+)"', client.get(f"/{query}").text)
            assert token
            answer = client.get("/connectors/echo/execute", headers={"X-CSRF-Token": token[1]})
            assert answer.json()["query"] == {"fields": seen}


def test_a_widgets_thumbnail_is_served(preview: Preview, tmp_path: Path) -> None:
    (preview.root / "widgets/clock/thumbnail.png").write_bytes(b"a picture")
    (tmp_path / "elsewhere.png").write_bytes(b"another")
    (preview.root / "widgets/tabs/picture.png").symlink_to(tmp_path / "elsewhere.png")
    preview.write(
        "widgets/tabs/widget.json",
        {**MANIFEST, "source": SOURCE, "imageSrc": "picture.png"},
    )
    with preview.start() as client:
        answer = client.get("/_preview/thumbnail/clock")
        assert (answer.content, answer.headers["Content-Type"]) == (b"a picture", "image/png")
        for widget_type in ("tabs", "nobody"):
            answer = client.get(f"/_preview/thumbnail/{widget_type}")
            assert answer.status_code == 404
            assert answer.text == f"The widget {widget_type!r} has no thumbnail."


def test_a_broken_file_is_named_on_the_page_and_the_rest_is_shown(preview: Preview) -> None:
    preview.write("widgets/broken/widget.json", "{")
    preview.write("widgets/bundle/widget.json", MANIFEST)
    preview.write("widgets/bundle/main.py", "# cannot bundle")
    preview.write("widgets/latin/widget.json", {**MANIFEST, "source": SOURCE})
    preview.write("widgets/latin/dist/index.html", b"<p>\xe9</p>")
    preview.write("preview.toml", "[upstream]\n")

    with preview.start() as client:
        response = client.get("/")

    told = dict(problems_of(response))
    assert "is not JSON" in told["widgets/broken/widget.json"]
    assert "`upstream`: is not a known key" in told["preview.toml"]
    assert "its dependencies are no list" in told["widgets/bundle"]
    assert "TRANSFORMATION_FAILED" in told["widgets/latin"]
    assert "widgets/clock/connectors.json" in told
    assert "clock" in page_of(response)["registry"]


def test_a_reload_shows_what_was_saved(
    preview: Preview, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/")
    preview.write("widgets/clock/widget.json", {**MANIFEST, "title": "New"})
    preview.write("widgets/clock/main.py", "# new")
    preview.write("widgets/tabs/widget.json", "{")

    with caplog.at_level(logging.WARNING):
        page = page_of(client.get("/"))
        client.get("/")

    assert page["registry"]["clock"]["title"] == "New"
    assert "tabs" not in page["registry"]
    assert client.get("/widgets/clock/main.py").text == "# new"
    new_problems = [record for record in caplog.records if "widgets/tabs" in record.getMessage()]
    assert len(new_problems) == 1


def test_a_repository_that_went_away_leaves_the_page_standing(
    preview: Preview, client: Client
) -> None:
    (preview.root / "widgets").rename(preview.root / "elsewhere")

    response = client.get("/")

    assert ("widgets", True) in [
        (path, "no widget repository" in message) for path, message in problems_of(response)
    ]


# Headers


@pytest.mark.parametrize(
    "path",
    ["/", "/widgets/clock/index.html", "/widgets/tabs/logo.svg", "/nothing", "/_preview/log"],
)
def test_the_platforms_headers_are_on_every_answer(client: Client, path: str) -> None:
    headers = client.get(path).headers

    assert headers["Content-Security-Policy"] == CSP
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"]
    assert headers["X-Frame-Options"]


def test_nowasm_takes_one_source_from_the_pages_policy(client: Client) -> None:
    policy = client.get("/?csp=nowasm").headers["Content-Security-Policy"]

    assert policy == CSP.replace("'wasm-unsafe-eval' ", "")


# Widgets


def test_a_widgets_entry_is_hosted(client: Client) -> None:
    entry = client.get("/widgets/tabs/index.html")

    assert entry.headers["Content-Type"] == "text/html; charset=utf-8"
    assert entry.text == (
        '<img src="/widgets/tabs/logo.svg">'
        '<script src="/widgets/tabs/~module/0.js" type="module"></script>'
    )
    module = client.get("/widgets/tabs/~module/0.js")
    assert module.text == 'export const a = "{{ title }}";'
    assert module.headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_an_inline_module_is_filled_in_with_the_widgets_props(
    preview: Preview, client: Client
) -> None:
    manifest = {**MANIFEST, "source": SOURCE, "defaultConfig": {"title": "Ours"}}
    preview.write("widgets/tabs/widget.json", manifest)
    client.get("/")

    assert client.get("/widgets/tabs/~module/0.js").text == 'export const a = "Ours";'


def test_the_runtime_is_named_by_its_path_whatever_origin_was_asked(client: Client) -> None:
    for host in ("127.0.0.1:8000", "localhost:8000", "[::1]:8000"):
        entry = client.get("/widgets/clock/index.html", headers={"Host": host})
        assert 'data-url="/_runtime/1.0-test/core.wasm"' in entry.text


def test_the_runtime_is_immutable_and_kept_for_pages_that_are_open(
    preview: Preview, client: Client
) -> None:
    preview.bundle.release = "1.1-test"
    client.get("/")

    for release in ("1.0-test", "1.1-test"):
        response = client.get(f"/_runtime/{release}/core.wasm")
        assert response.content == b"\0asm"
        assert response.headers["Content-Type"] == "application/wasm"
        assert "immutable" in response.headers["Cache-Control"]
    assert client.get("/_runtime/9/core.wasm").status_code == 404
    assert client.get("/_runtime/1.0-test/other").status_code == 404


def test_a_file_is_revalidated_and_changes_are_seen(preview: Preview, client: Client) -> None:
    first = client.get("/widgets/tabs/logo.svg")
    known = {"If-None-Match": first.headers["ETag"]}

    assert first.headers["Cache-Control"] == "no-cache"
    assert client.get("/widgets/tabs/logo.svg", headers=known).status_code == 304
    preview.write("widgets/tabs/dist/logo.svg", "<svg></svg>")
    changed = client.get("/widgets/tabs/logo.svg", headers=known)
    assert (changed.status_code, changed.text) == (200, "<svg></svg>")


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.SVG", "image/svg+xml"),
        ("a.json", "application/json"),
        ("a.py", "text/x-python; charset=utf-8"),
        ("a.wasm", "application/wasm"),
        ("a.png", "image/png"),
        ("a.woff2", "font/woff2"),
        ("a.unknown", "application/octet-stream"),
    ],
)
def test_content_types_do_not_depend_on_the_computer(
    preview: Preview, client: Client, name: str, content_type: str
) -> None:
    preview.write(f"widgets/tabs/dist/{name}", "x")
    client.get("/")

    assert client.get(f"/widgets/tabs/{name}").headers["Content-Type"] == content_type


@pytest.mark.parametrize(
    "path",
    [
        "/widgets/tabs/missing.js",
        "/widgets/tabs/",
        "/widgets/tabs/~module/1.js",
        "/widgets/tabs/~module/x.js",
        "/widgets/tabs/~module/../logo.svg",
        "/widgets/tabs/../clock/main.py",
        "/widgets/tabs/%2e%2e/widget.json",
        "/widgets/tabs/..%2fwidget.json",
        "/widgets/tabs/..%5cwidget.json",
        "/widgets/tabs//etc/passwd",
        "/widgets/tabs/logo.svg%00",
        "/widgets/none/index.html",
        "/widgets/%2e%2e/preview.toml",
        "/_community/../../shop/preview.toml",
        "/_community/..%2f..%2fshop/preview.toml",
        "/_community/%2e%2e/workbench/preview.js",
        "/_community//etc/passwd",
        "/_community/",
        "/_community/" + "x" * 5000,
        "/_community/a%00b",
        "/nothing",
    ],
)
def test_what_is_not_there_is_a_404_in_a_sentence(preview: Preview, path: str) -> None:
    with preview.start() as client:
        status, text = client.get_as_written(path)

    assert status == 404
    assert re.fullmatch(r"[A-Z].*\.", text, re.DOTALL)


def test_links_out_of_the_repository_are_not_served(preview: Preview, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (preview.root / "widgets/tabs/dist/link.txt").symlink_to(tmp_path / "secret.txt")
    with preview.start() as client:
        response = client.get("/widgets/tabs/link.txt")

    assert response.status_code == 404


def test_the_pages_own_files_are_served(client: Client) -> None:
    for path in ("/_community/page.js", "/_workbench/preview.js"):
        response = client.get(path)
        assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert response.headers["Cache-Control"] == "no-cache"


# Who may ask


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Host": "localhost:8000"}, True),
        ({"Host": "[::1]:8000"}, True),
        ({"Host": "LOCALHOST:8000"}, True),
        ({"Host": "localhost"}, False),
        ({"Host": "localhost:8001"}, False),
        ({"Host": "evil.example:8000"}, False),
        ({"Host": "127.0.0.1.evil.example:8000"}, False),
        ({"Host": ""}, False),
        ({"Origin": ORIGIN}, True),
        ({"Host": "localhost:8000", "Origin": "http://localhost:8000"}, True),
        ({"Origin": "http://localhost:8000"}, False),
        ({"Origin": "http://127.0.0.1:9000"}, False),
        ({"Origin": "https://127.0.0.1:8000"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, False),
        (
            {
                "Sec-Fetch-Site": "cross-site",
                "Sec-Fetch-Mode": "navigate",
                "Sec-Fetch-Dest": "document",
            },
            False,
        ),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/connectors/echo/execute"), ("DELETE", "/_preview/log")]
)
def test_only_the_previews_own_page_may_ask(
    client: Client, method: str, path: str, headers: dict[str, str], allowed: bool
) -> None:
    response = client.request(method, path, headers=headers)

    assert (response.status_code != 403) == allowed
    if not allowed:
        assert response.text.startswith("The preview answers")
        assert client.get("/_preview/log").json() == []


@pytest.mark.parametrize(
    ("method", "dest", "status"),
    [("GET", "document", 200), ("GET", "iframe", 403), ("POST", "document", 403)],
)
def test_a_link_from_elsewhere_to_the_page_is_followed(
    client: Client, method: str, dest: str, status: int
) -> None:
    headers = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": dest,
    }

    assert client.request(method, "/", headers=headers).status_code == status


def test_the_port_is_the_one_that_is_served(preview: Preview) -> None:
    with preview.start(port=54321) as client:
        assert client.get("/").status_code == 200
        assert client.get("/", headers={"Host": "127.0.0.1:8000"}).status_code == 403


# Connectors and upstreams


def test_a_connector_reaches_its_mounted_upstream(client: Client) -> None:
    answer = client.get("/connectors/echo/execute?q=1").json()

    assert answer == {
        "host": "api.example",
        "query": {"q": "1"},
        "greeting": "hello",
        "events": ["started"],
    }


def test_an_upstreams_lifespan_ends_with_the_preview(preview: Preview) -> None:
    module = preview.root / "upstream.py"
    module.write_text(UPSTREAM.replace("events = []", "import builtins\nevents = builtins.seen"))
    seen: list[str] = []
    import builtins

    builtins.seen = seen  # type: ignore[attr-defined]
    try:
        with preview.start() as client:
            client.get("/connectors/echo/execute")
            client.get("/connectors/echo/execute")
            assert seen == ["started"]
    finally:
        del builtins.seen  # type: ignore[attr-defined]

    assert seen == ["started", "stopped"]


def test_an_application_that_knows_no_lifespan_is_an_upstream_too(preview: Preview) -> None:
    preview.write(
        "upstream.py",
        "async def app(scope, receive, send):\n"
        "    assert scope['type'] == 'http'\n"
        "    await send({'type': 'http.response.start', 'status': 201, 'headers': []})\n"
        "    await send({'type': 'http.response.body', 'body': b'plain'})\n",
    )
    with preview.start() as client:
        response = client.get("/connectors/echo/execute")

    assert (response.status_code, response.text) == (201, "plain")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("return", "it ended without an answer"),
        ("raise LookupError('planted')", "it raised LookupError: planted"),
        (
            "await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n"
            "    await send({'type': 'http.response.body', 'body': b'[1,', 'more_body': True})\n"
            "    raise LookupError('planted')",
            "it raised LookupError: planted",
        ),
    ],
)
def test_an_upstream_that_breaks_off_is_a_502_that_says_how(
    preview: Preview, source: str, reason: str
) -> None:
    preview.write("upstream.py", f"async def app(scope, receive, send):\n    {source}\n")
    with preview.start() as client:
        response = client.get("/connectors/echo/execute")

    assert response.status_code == 502
    assert reason in response.json()["errors"]["detail"]
    assert "upstream:app" in response.json()["errors"]["detail"]


def test_an_upstreams_exception_is_its_500_and_its_traceback_is_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get("/connectors/fail/execute")

    assert response.status_code == 500
    assert "planted in the upstream" in caplog.text
    assert "upstream:app" in caplog.text


@pytest.mark.parametrize(
    ("target", "source", "reason"),
    [
        ("upstream:app", "import nothing_like_this", "upstream.py, line 1, could not be imported"),
        ("upstream:app", "def f(:", "SyntaxError"),
        ("upstream:app", "\n\nraise SystemExit(3)", "upstream.py, line 3, could not be imported"),
        ("upstream:api", "app = 1", "upstream.py has no 'api'"),
        ("upstream:app", "app = 1", "is no ASGI application"),
        ("missing:app", "", "there is no file missing.py"),
        ("package.server:app", "", "there is no file package/server.py"),
    ],
)
def test_an_upstream_that_cannot_be_loaded_is_a_problem_of_its_host(
    preview: Preview, target: str, source: str, reason: str
) -> None:
    preview.write("preview.toml", f'[upstreams]\n"api.example" = "{target}"\n')
    preview.write("upstream.py", source)
    with preview.start() as client:
        told = dict(problems_of(client.get("/")))
        response = client.get("/connectors/echo/execute")

    assert "api.example" in told["preview.toml"]
    assert reason in told["preview.toml"]
    assert response.status_code == 502
    assert reason in response.json()["errors"]["detail"]


def test_an_upstream_that_was_mended_is_loaded_at_the_next_reload(preview: Preview) -> None:
    preview.write("upstream.py", "raise ValueError")
    with preview.start() as client:
        assert client.get("/connectors/echo/execute").status_code == 502
        preview.write("upstream.py", UPSTREAM)
        assert "preview.toml" not in dict(problems_of(client.get("/")))
        assert client.get("/connectors/echo/execute").status_code == 200


def test_an_upstream_goes_on_running_over_reloads(preview: Preview) -> None:
    source = UPSTREAM.replace(
        "    return JSONResponse", '    events.append("called")\n    return JSONResponse'
    )
    preview.write("upstream.py", source)
    with preview.start() as client:
        client.get("/connectors/echo/execute")
        client.get("/")
        events = client.get("/connectors/echo/execute").json()["events"]

    assert events == ["started", "called", "called"]


def test_an_upstream_that_a_link_leads_to_elsewhere_is_not_loaded(
    preview: Preview, tmp_path: Path
) -> None:
    (preview.root / "upstream.py").rename(tmp_path / "elsewhere.py")
    (preview.root / "upstream.py").symlink_to(tmp_path / "elsewhere.py")
    with preview.start() as client:
        told = dict(problems_of(client.get("/")))

    assert "there is no file upstream.py" in told["preview.toml"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[upstreams", "preview.toml is not TOML: "),
        (b"\xff", "preview.toml is not UTF-8 (byte 0)."),
        ('[upstreams]\napi.example = "upstream:app"\n', "In preview.toml, `upstreams.api`: "),
    ],
)
def test_while_preview_toml_cannot_be_read_no_connector_is_executed(
    preview: Preview, text: str | bytes, reason: str
) -> None:
    with preview.start() as client:
        readable = (preview.root / "preview.toml").read_text()
        preview.write("preview.toml", text)
        assert "preview.toml" in dict(problems_of(client.get("/")))
        response = client.get("/connectors/echo/execute")
        preview.write("preview.toml", readable)
        client.get("/")
        mended = client.get("/connectors/echo/execute")

    assert response.status_code == 500
    errors = response.json()["errors"]
    assert errors["code"] == "CONNECTOR_MISCONFIGURED"
    assert errors["detail"].startswith(reason)
    assert errors["detail"].endswith(" Nothing is called until preview.toml can be read.")
    assert mended.json()["events"] == ["started"]


@pytest.mark.parametrize("value", ['"ftp://b"', "5", "[]"])
def test_a_host_whose_upstream_is_no_upstream_answers_with_the_reason(
    preview: Preview, value: str
) -> None:
    preview.write("preview.toml", f'[upstreams]\n"API.example" = {value}\n')
    with preview.start() as client:
        told = dict(problems_of(client.get("/")))
        response = client.get("/connectors/echo/execute")

    assert "`upstreams.API.example`" in told["preview.toml"]
    assert response.status_code == 502
    assert f"in preview.toml, {told['preview.toml']}" in response.json()["errors"]["detail"]


def test_a_connector_that_may_stand_in_an_unreadable_file_is_misconfigured(
    preview: Preview, client: Client
) -> None:
    preview.write("widgets/clock/connectors.json", "{")
    client.get("/")

    errors = client.get("/connectors/echo/execute").json()["errors"]

    assert errors["code"] == "CONNECTOR_MISCONFIGURED"
    assert "'echo'" in errors["detail"]
    assert "widgets/clock/connectors.json is not JSON" in errors["detail"]


def test_an_upstream_that_was_saved_after_its_import_is_one_problem_until_it_is_as_it_was(
    preview: Preview, caplog: pytest.LogCaptureFixture
) -> None:
    preview.write(
        "preview.toml",
        '[upstreams]\n"api.example" = "upstream:app"\n"b.example" = "upstream:app.router"\n',
    )

    def changes(client: Client) -> list[str]:
        return [told for path, told in problems_of(client.get("/")) if path == "upstream.py"]

    with preview.start() as client:
        assert changes(client) == []
        preview.write("upstream.py", UPSTREAM + "# saved\n")
        assert changes(client) == [
            "has changed since it was imported: restart the preview to use it."
        ]
        assert len(changes(client)) == 1
        preview.write("upstream.py", UPSTREAM)
        assert changes(client) == []
        (preview.root / "upstream.py").unlink()
        assert len(changes(client)) == 1
        preview.write("preview.toml", "")
        assert changes(client) == []


def test_changed_connectors_are_called_after_a_reload(preview: Preview, client: Client) -> None:
    preview.write(
        "widgets/clock/connectors.json",
        {"connectors": [{"name": "other", "url": "https://api.example/echo"}]},
    )
    client.get("/")

    assert client.get("/connectors/other/execute").status_code == 200
    assert client.get("/connectors/echo/execute").status_code == 404


def test_a_broken_connector_tells_why_when_it_is_called(client: Client) -> None:
    errors = client.get("/connectors/bad/execute").json()["errors"]

    assert errors["code"] == "CONNECTOR_MISCONFIGURED"
    assert "url" in errors["detail"]


async def tell_request_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    host = re.search(r"host: (.*)\r", head)
    assert host
    body = f"{head.splitlines()[0]} {host[1]}".encode()
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body))
    writer.write(body)
    writer.close()


async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[")
    await reader.read()  # until the gateway hangs up
    writer.close()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[")
    writer.close()


def test_an_upstream_may_be_a_server_by_its_base_url(preview: Preview) -> None:
    with preview.start() as client, client.server(tell_request_line) as port:
        preview.write(
            "preview.toml", f'[upstreams]\n"api.example" = "http://127.0.0.1:{port}/base/"\n'
        )
        client.get("/")
        response = client.get("/connectors/echo/execute?q=1")

    assert response.text == f"get /base/echo?q=1 http/1.1 127.0.0.1:{port}"


def test_what_is_cached_outlives_a_reload_but_not_a_change_of_its_upstream(
    preview: Preview,
) -> None:
    for name in ("one", "two"):
        preview.write(
            f"{name}.py",
            "from starlette.responses import PlainTextResponse\n"
            f"answer = PlainTextResponse({name!r}, headers={{'Cache-Control': 'max-age=60'}})\n"
            "async def app(scope, receive, send):\n"
            "    assert scope['type'] == 'http'\n"
            "    await answer(scope, receive, send)\n",
        )
    answers: list[tuple[str, bool]] = []
    with preview.start() as client:
        for name in ("one", "one", "two", "one"):
            preview.write("preview.toml", f'[upstreams]\n"api.example" = "{name}:app"\n')
            client.get("/")
            response = client.get("/connectors/echo/execute")
            timing = json.loads(response.headers["X-Connector-Timing"])
            answers.append((response.text, timing["cache_hit"]))

    assert answers == [("one", False), ("one", True), ("two", False), ("one", False)]


def test_a_host_of_allow_hosts_is_called_as_it_is(preview: Preview) -> None:
    with preview.start() as client, client.server(tell_request_line) as port:
        url = f"http://127.0.0.1:{port}/x"
        preview.write("widgets/clock/connectors.json", {"connectors": [{"name": "a", "url": url}]})
        client.get("/")
        refused = client.get("/connectors/a/execute")
        preview.write("preview.toml", f'allow_hosts = ["127.0.0.1:{port}"]\n')
        client.get("/")
        response = client.get("/connectors/a/execute")

    assert refused.json()["errors"]["code"] == "CONNECTOR_MISCONFIGURED"
    assert response.text == f"get /x http/1.1 127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("handle", "limit", "code"),
    [(trickle, 0.1, "DOWNSTREAM_TIMEOUT"), (hang_up, 15, "DOWNSTREAM_ERROR")],
)
def test_a_server_that_stops_in_the_middle_is_a_502(
    preview: Preview, handle: Handle, limit: float, code: str
) -> None:
    with preview.start(upstream_time_limit=limit) as client, client.server(handle) as port:
        preview.write("preview.toml", f'[upstreams]\n"api.example" = "http://127.0.0.1:{port}"\n')
        client.get("/")
        response = client.get("/connectors/echo/execute")

    assert response.status_code == 502
    assert response.json()["errors"]["code"] == code


def test_a_server_that_is_not_there_is_a_502(preview: Preview) -> None:
    with preview.start() as client:
        with client.server(hang_up) as port:
            preview.write(
                "preview.toml", f'[upstreams]\n"api.example" = "http://127.0.0.1:{port}"\n'
            )
        client.get("/")
        response = client.get("/connectors/echo/execute")

    assert response.status_code == 502
    assert "api.example could not be called" in response.json()["errors"]["detail"]


def test_the_upstreams_limit_can_be_chosen(preview: Preview) -> None:
    preview.write(
        "upstream.py",
        "import asyncio\n"
        "async def app(scope, receive, send):\n"
        "    assert scope['type'] == 'http'\n"
        "    await asyncio.Event().wait()\n",
    )
    with preview.start(upstream_time_limit=0.05) as client:
        errors = client.get("/connectors/echo/execute").json()["errors"]

    assert errors["code"] == "DOWNSTREAM_TIMEOUT"


# The log


def test_executions_are_in_the_log_until_it_is_cleared(client: Client) -> None:
    client.get("/connectors/echo/execute?a=1", headers={"X-Mine": "2"})
    client.get("/connectors/none/execute")

    first, second = client.get("/_preview/log").json()
    assert (first["permalink"], first["query"], first["status"]) == ("echo", {"a": "1"}, 200)
    assert first["headers"]["x-mine"] == "2"
    assert (second["permalink"], second["status"]) == ("none", 404)
    one = client.get("/_preview/log", params={"request_id": second["request_id"]})
    assert one.json() == [second]
    assert client.get("/_preview/log?request_id=none").json() == []
    assert client.delete("/_preview/log").status_code == 204
    assert client.get("/_preview/log").json() == []


def test_each_execution_is_told_to_the_caller_of_the_preview(preview: Preview) -> None:
    told: list[Execution] = []
    with preview.start(on_execution=told.append) as client:
        client.get("/connectors/echo/execute")

    assert [(execution.permalink, execution.status) for execution in told] == [("echo", 200)]


@pytest.mark.parametrize(
    ("bounds", "kept"),
    [({"entries": 2}, ["3", "4"]), ({"body_characters": 8}, ["4"]), ({}, ["1", "2", "3", "4"])],
)
def test_the_log_forgets_the_oldest(bounds: dict[str, int], kept: list[str]) -> None:
    log = ExecutionLog(**bounds)
    for permalink in "123":
        log.record(Execution(permalink, "POST", "id", call=CallRecord(body="five!")))
    steps = [StepRecord(body="fi"), StepRecord(body="ve!")]
    log.record(Execution("4", "POST", "id", composite=True, steps=steps))

    assert [entry["permalink"] for entry in log.entries()] == kept


def test_the_log_keeps_no_answers() -> None:
    log = ExecutionLog()
    execution = Execution("things", "GET", "id")
    held = weakref.ref(execution)
    log.record(execution)
    del execution
    gc.collect()

    assert held() is None
    assert log.entries()[0]["permalink"] == "things"


def test_another_method_on_the_log_is_refused_in_a_sentence(client: Client) -> None:
    response = client.post("/_preview/log")

    assert response.status_code == 405
    assert "POST" in response.text
