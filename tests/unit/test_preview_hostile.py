"""The preview server against who means it harm and who is slow: over sockets, as `widget preview` runs it."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from widget_workbench.bundle import Bundled, build
from widget_workbench.preview.server import running as running_here
from widget_workbench.preview.site import Site

from ..preview_process import running

# What must never be served; the preview's own files do not have it.
MARKER = "mArKeR-of-what-is-private"
# Seconds for what takes milliseconds.
LATEST = 30

EVIL = "https://evil.example"
EXECUTE = "/connectors/echo/execute"

UPSTREAM = """
import asyncio

async def app(scope, receive, send):
    assert scope["type"] == "http"
    if scope["path"] == "/hang":
        await asyncio.Event().wait()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"[]"})
"""
MANIFEST = {"title": "Clock", "category": "Tools"}
TABS = {**MANIFEST, "title": "Tabs", "source": {"path": "dist", "entry": "index.html"}}


@dataclass
class Answer:
    status: int
    head: str
    body: str


class Server:
    """A preview that runs, and who speaks to it."""

    def __init__(self, url: str, process: Popen[str] | None = None) -> None:
        self.host = url.removeprefix("http://").removesuffix("/")
        self.port = int(self.host.rpartition(":")[2])
        self.process = process

    def connect(self, sent: str | bytes = b"", *, receiving: int | None = None) -> socket.socket:
        """A connection by which something has been sent.

        Args:
            sent: as it goes over the wire.
            receiving: bytes that may wait to be read; default: the system's choice.
        """
        connection = socket.socket()
        connection.settimeout(LATEST)
        if receiving is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receiving)
        connection.connect(("127.0.0.1", self.port))
        connection.sendall(sent.encode("latin-1") if isinstance(sent, str) else sent)
        return connection

    def head(self, method: str, target: str, *headers: str, host: str | None = None) -> str:
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host or self.host}", *headers]
        return "\r\n".join([*lines, "", ""])

    def exchange(self, sent: str | bytes) -> str:
        """All that is answered until the server hangs up, which it may do before it has read everything."""
        received = bytearray()
        with closing(self.connect()) as connection:
            with suppress(ConnectionError):
                connection.sendall(sent.encode("latin-1") if isinstance(sent, str) else sent)
            with suppress(ConnectionError):
                while part := connection.recv(65536):
                    received += part
        return received.decode(errors="replace")

    def ask(
        self,
        method: str,
        target: str,
        *headers: str,
        host: str | None = None,
        body: str | bytes = b"",
    ) -> Answer:
        """The answer to one request."""
        body = body.encode("latin-1") if isinstance(body, str) else body
        head = self.head(method, target, *headers, "Connection: close", host=host)
        return answer_in(self.exchange(head.encode("latin-1") + body))

    def get(self, target: str, *headers: str, host: str | None = None) -> Answer:
        return self.ask("GET", target, *headers, host=host)

    def post(self, *headers: str, body: str | bytes) -> Answer:
        """The answer to an execution of a connector."""
        return self.ask("POST", EXECUTE, *headers, body=body)

    def executions(self) -> list[dict[str, Any]]:
        """What has been executed since it was asked last."""
        entries: list[dict[str, Any]] = json.loads(self.get("/_preview/log").body)
        assert self.ask("DELETE", "/_preview/log").status == 204
        return entries

    def is_well(self) -> bool:
        return self.get("/").status == 200

    def stop(self) -> str:
        """Ctrl-C; gives what was told since the start."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        told, _ = self.process.communicate(timeout=LATEST)
        assert self.process.returncode == 0, told
        return told


def answer_in(received: str) -> Answer:
    head, _, body = received.partition("\r\n\r\n")
    found = re.match(r"HTTP/1\.1 (\d{3}) ", head)
    assert found, received
    return Answer(int(found[1]), head, body)


def is_a_sentence(text: str) -> bool:
    return re.fullmatch(r"[A-Z/*'].*\.", text, re.DOTALL) is not None


def write(root: Path, path: str, content: Any) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))


def make_repository(directory: Path) -> Path:
    """A repository with links that lead out of it, to a directory beside it."""
    outside, root = directory / "outside", directory / "shop"
    for path in ("secret.txt", "main.py", "index.html"):
        write(outside, path, f"# {MARKER}")
    write(outside, "widget.json", {**MANIFEST, "title": MARKER})
    write(root, "preview.toml", f'# {MARKER}\n[upstreams]\n"api.example" = "upstream:app"\n')
    write(root, "upstream.py", UPSTREAM)
    write(root, "widgets/clock/widget.json", MANIFEST)
    write(root, "widgets/clock/main.py", "async def init(sdk): ...\n")
    write(
        root,
        "widgets/tabs/connectors.json",
        {
            "connectors": [
                {"name": "echo", "method": "POST", "url": "https://api.example/"},
                {"name": "hang", "url": "https://api.example/hang"},
            ]
        },
    )
    write(root, "widgets/tabs/widget.json", {**TABS, "defaultConfig": {"text": "0"}})
    write(root, "widgets/tabs/private.txt", MARKER)
    write(root, "widgets/tabs/dist/index.html", "<p>tick</p>")
    write(root, "widgets/tabs/dist/plain.txt", "plain")
    # More than a connection holds that nobody reads from.
    write(root, "widgets/tabs/dist/large.txt", "x" * 12_000_000)
    (root / "widgets/tabs/dist/link.txt").symlink_to(outside / "secret.txt")
    (root / "widgets/tabs/dist/linked").symlink_to(outside)
    (root / "widgets/clock/assets").symlink_to(outside)
    (root / "widgets/clock/linked.py").symlink_to(outside / "main.py")
    (root / "widgets/stolen").symlink_to(outside)
    return root


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def server(repository: Path) -> Iterator[Server]:
    """One that stays well, whatever is done to it."""
    with running(repository) as (process, url, _):
        started = Server(url, process)
        assert started.is_well()
        yield started
        assert started.is_well()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that hosts a built tree."""
    directory = tmp_path_factory.mktemp("built")
    root = make_repository(directory)
    (root / "widgets/stolen").unlink()
    (root / "widgets/tabs/dist/large.txt").unlink()
    build(root, directory / "dist", Bundled())
    with running(root, "--published", str(directory / "dist")) as (process, url, _):
        yield Server(url, process)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """One to be stopped; its repository is `shop` in `tmp_path`, without what has to be prerendered."""
    root = make_repository(tmp_path)
    shutil.rmtree(root / "widgets/clock")
    with running(root) as (process, url, _):
        yield Server(url, process)


# Where it listens, and under which names


def other_addresses() -> list[str]:
    """Of this computer, all but the one that the preview is served on."""
    addresses = ["::1"]
    if sys.platform == "linux":  # which has all of 127.0.0.0/8
        addresses.append("127.0.0.2")
    # By which of its own addresses would it reach another (RFC 5737, RFC 3849)? Nothing is sent for that.
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as asking, suppress(OSError):
            asking.connect((elsewhere, 9))
            addresses.append(asking.getsockname()[0])
    return addresses


def test_no_other_address_of_the_computer_is_listened_on(server: Server) -> None:
    for address in other_addresses():
        with pytest.raises(OSError, match=r"refused|unreachable|not supported|assign"):
            socket.create_connection((address, server.port), timeout=LATEST)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.1:{port}",
        "127.000.000.001:{port}",
        "0x7f000001:{port}",
        "2130706433:{port}",
        "0.0.0.0:{port}",
        "127.0.0.2:{port}",
        "[::ffff:127.0.0.1]:{port}",
        "[0:0:0:0:0:0:0:1]:{port}",
        "127.0.0.1.:{port}",
        "localhost.:{port}",
        "localhost:0{port}",
        "localhost:{port}.evil.example",
        "localhost:{port}@evil.example",
        "evil.example@localhost:{port}",
        "localhost:{port},evil.example",
        "localhost:{port}/",
    ],
)
def test_another_name_is_refused_in_every_spelling(server: Server, host: str) -> None:
    host = host.format(port=server.port)
    answer = server.get("/_preview/log", host=host)

    assert answer.status == 403
    assert answer.body.startswith(f"The preview answers to 127.0.0.1:{server.port}, ")
    assert is_a_sentence(answer.body)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LocalHost", "[::1]"])
def test_its_own_names_are_answered(server: Server, host: str) -> None:
    assert server.get("/_preview/log", host=f"{host}:{server.port}").status == 200


def test_a_target_that_names_a_server_is_no_way_around_the_host(server: Server) -> None:
    for target in (f"http://evil.example:{server.port}/", f"http://{server.host}/", "//evil/"):
        assert server.get(target).status == 404
        assert server.get(target, host="evil.example").status == 403


@pytest.mark.parametrize(
    "lines",
    [
        ["GET / HTTP/1.1"],
        ["GET / HTTP/1.1", "Host: {own}", "Host: evil.example"],
        ["GET / HTTP/1.1", "Host: evil.example", "Host: {own}"],
        ["GET / HTTP/1.1", "Host : {own}"],
        ["GET / HTTP/1.1", "Host:\0{own}"],
        ["GET / HTTP/1.1", " Host: {own}"],
        ["GET / HTTP/1.0"],
    ],
)
def test_a_request_without_one_clear_host_is_refused(server: Server, lines: list[str]) -> None:
    sent = "\r\n".join([*lines, "", ""]).format(own=server.host)

    assert answer_in(server.exchange(sent)).status in (400, 403)


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port"])
def test_what_a_caller_says_of_a_proxy_counts_for_nothing(server: Server, name: str) -> None:
    value = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}.get(name, "1")
    redirected = server.get("/widgets/tabs", f"{name}: {value}", "X-Forwarded-For: 192.0.2.9")

    assert redirected.status == 307
    assert f"location: http://{server.host}/widgets/tabs/" in redirected.head.splitlines()
    assert server.get("/", f"{name}: {value}", host="evil.example").status == 403


# Other sites


@pytest.mark.parametrize(
    "headers",
    [
        [f"Origin: {EVIL}"],
        ["Origin: null"],
        ["Origin: "],
        ["Origin: http://127.0.0.1:1"],
        ["Origin: http://127.0.0.1"],
        ["Origin: http://{own}.evil.example"],
        ["Origin: http://{own}", f"Origin: {EVIL}"],
        [f"Origin: {EVIL}", "Origin: http://{own}"],
        ["Sec-Fetch-Site: cross-site"],
        ["Sec-Fetch-Site: same-site"],
        ["Sec-Fetch-Site: Cross-Site"],
        ["Sec-Fetch-Site: of-a-later-standard"],
        ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"],
        ["Origin: http://{own}", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"],
    ],
)
@pytest.mark.parametrize(
    "content_type",
    # Those that a form sends, and `fetch` without asking first.
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
def test_a_form_of_another_site_executes_nothing(
    server: Server, headers: list[str], content_type: str
) -> None:
    server.executions()
    sent = [each.format(own=server.host) for each in headers]
    answer = server.post(*sent, f"Content-Type: {content_type}", "Content-Length: 2", body="{}")

    assert answer.status == 403
    assert is_a_sentence(answer.body)
    assert server.executions() == []


def test_the_same_form_from_nowhere_is_executed(server: Server) -> None:
    server.executions()

    assert server.post("Content-Type: text/plain", "Content-Length: 2", body="{}").status == 200
    assert [each["permalink"] for each in server.executions()] == ["echo"]


@pytest.mark.parametrize("target", [EXECUTE, "/_preview/log", "/_community/api/reset", "/"])
@pytest.mark.parametrize("origin", [EVIL, "null", "http://{own}"])
def test_no_preflight_is_granted(server: Server, target: str, origin: str) -> None:
    answer = server.ask(
        "OPTIONS",
        target,
        f"Origin: {origin.format(own=server.host)}",
        "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: x-csrf-token",
        "Access-Control-Request-Private-Network: true",
    )

    assert answer.status in (403, 405)
    assert "access-control-" not in answer.head.lower()


@pytest.mark.parametrize("header", [f"Origin: {EVIL}", "Sec-Fetch-Site: cross-site"])
def test_another_site_does_not_hear_what_is_saved(server: Server, header: str) -> None:
    answer = server.get("/_preview/changes", header, "Accept: text/event-stream")

    assert answer.status == 403
    assert "event-stream" not in answer.head


@pytest.mark.parametrize("upgrade", ["websocket", "h2c"])
@pytest.mark.parametrize(
    ("origin", "status"), [("http://{own}", 200), (EVIL, 403), ("http://evil.{own}", 403)]
)
def test_no_connection_becomes_another_protocols(
    server: Server, upgrade: str, origin: str, status: int
) -> None:
    head = server.head(
        "GET",
        "/_preview/log",
        f"Origin: {origin.format(own=server.host)}",
        f"Upgrade: {upgrade}",
        "Connection: Upgrade, close",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
    )

    # That of HTTP, not 101.
    with closing(server.connect(head)) as connection:
        assert connection.recv(12) == f"HTTP/1.1 {status}".encode()


@pytest.mark.parametrize("greeting", [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\0\1"])
def test_who_speaks_no_http_1_is_refused(server: Server, greeting: bytes) -> None:
    assert answer_in(server.exchange(greeting)).status in (400, 403)


# Paths


def ways_out(secret: Path) -> Iterator[str]:
    """Paths to a file outside, in many spellings; with naive joining each but the double-encoded ones leads there."""
    below_root = str(secret).removeprefix("/")
    for up in ("..", "%2e%2e", ".%2e", "%2E.", "%252e%252e", "%c0%ae%c0%ae", "%u002e%u002e"):
        for slash in ("/", "%2f", "%2F", "%5c", "\\", "%252f", "%c0%af"):
            climb = f"{up}{slash}" * 20
            yield climb + below_root
            yield climb + below_root.replace("/", slash)
            yield f"x{slash}{climb}{below_root}"
    for root in ("/", "//", "%2f", "%5c", "file:///", "file:%2f%2f/", "/proc/self/root/", "C:/"):
        yield root + below_root
    yield f"{secret}%00.txt"
    yield f"..;/..;/..;/..;/..;/..;/..;/..;/{below_root}"


def test_no_path_leads_out_of_what_is_served(server: Server, repository: Path) -> None:
    page = server.get("/widgets/clock/index.html").body
    found = re.search(r"/_runtime/[^/\"]+/", page)
    assert found
    bases = [
        "/",
        "/widgets/",
        "/widgets/tabs/",
        "/widgets/tabs/~module/",
        "/widgets/clock/",
        "/_community/",
        "/_workbench/",
        found[0],
        "/_runtime/",
        "/_preview/thumbnail/",
        "/connectors/",
    ]
    secret = repository.parent / "outside" / "secret.txt"

    for base in bases:
        for path in ways_out(secret):
            answer = server.get(base + path)
            assert answer.status in (307, 404), (base + path, answer)
            assert MARKER not in answer.head + answer.body, base + path


@pytest.mark.parametrize(
    "path",
    [
        "widgets/tabs/{up}/private.txt",
        "widgets/tabs/{up}/widget.json",
        "widgets/tabs/{up}/{up}/{up}/preview.toml",
        "widgets/{up}/preview.toml",
        "widgets/clock/{up}/tabs/private.txt",
        "widgets/clock/{up}/{up}/preview.toml",
        "_community/{up}/workbench/workbench.css",
        "_community/{up}/loader/loader.js",
        "_workbench/{up}/community/index.html",
        "_workbench/{up}/{up}/pyproject.toml",
    ],
)
@pytest.mark.parametrize("up", ["..", "%2e%2e", "%252e%252e", "%5c..", "..%2fdist%2f.."])
def test_no_path_leads_to_a_neighbour(server: Server, path: str, up: str) -> None:
    answer = server.get("/" + path.format(up=up))

    assert answer.status == 404
    assert is_a_sentence(answer.body)


def test_no_path_leads_out_of_a_built_tree(published: Server, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(MARKER)
    found = re.search(r'"(/_hosted/[\w-]+/)tabs/index\.html"', published.get("/").body)
    assert found
    assert published.get(f"{found[1]}tabs/plain.txt").status == 200

    for base in (f"{found[1]}tabs/", found[1], "/_hosted/", "/", "/_community/"):
        for path in ways_out(secret):
            answer = published.get(base + path)
            assert answer.status in (307, 404), (base + path, answer)
            assert MARKER not in answer.head + answer.body, base + path
    for path in ("tabs/../extensions_registry.json", "tabs/private.txt", "tabs/link.txt"):
        assert published.get(found[1] + path).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "tabs/link.txt",
        "tabs/linked/secret.txt",
        "clock/assets/secret.txt",
        "clock/linked.py",
        "stolen/main.py",
        "stolen/index.html",
    ],
)
def test_no_link_leads_out(server: Server, path: str) -> None:
    answer = server.get(f"/widgets/{path}")

    assert server.get("/widgets/tabs/plain.txt").body == "plain"
    assert answer.status == 404
    assert MARKER not in answer.body
    assert "# " + MARKER not in server.get("/").body


def test_what_becomes_a_link_after_it_was_read_is_not_followed(
    server: Server, repository: Path
) -> None:
    directory, outside = repository / "widgets/tabs/dist", repository.parent / "outside"
    write(directory, "secret.txt", "ours")
    write(directory, "later/secret.txt", "ours")
    assert server.is_well()
    served = [server.get(f"/widgets/tabs/{path}secret.txt").body for path in ("", "later/")]
    (directory / "secret.txt").unlink()
    (directory / "secret.txt").symlink_to(outside / "secret.txt")
    (directory / "later").rename(directory / "before")
    (directory / "later").symlink_to(outside)

    assert served == ["ours", "ours"]
    for path in ("secret.txt", "later/secret.txt"):
        answer = server.get(f"/widgets/tabs/{path}")
        assert answer.status == 404
        assert MARKER not in answer.body


@pytest.mark.parametrize("newline", ["%0d%0a", "%0a", "%0d", "%E5%98%8A%E5%98%8D"])
@pytest.mark.parametrize(
    "target",
    ["/{x}", "/widgets/{x}", "/widgets/tabs/{x}", "/_preview/thumbnail/{x}", "/?csp={x}", EXECUTE],
)
def test_no_path_puts_a_header_into_the_answer(server: Server, target: str, newline: str) -> None:
    injected = f"x{newline}X-Injected: 1{newline}{newline}<script>".replace(" ", "%20")
    answer = server.get(f"{target}?{injected}" if target == EXECUTE else target.format(x=injected))

    assert answer.status in (200, 307, 404, 405)
    assert not re.search(r"^\s*x-injected:", answer.head, re.IGNORECASE | re.MULTILINE)


@pytest.mark.parametrize("byte", ["\r", "\n", "\0", "\t", "\x7f", "\xff", " "])
def test_a_target_with_a_byte_that_no_target_has_is_refused(server: Server, byte: str) -> None:
    assert answer_in(server.exchange(server.head("GET", f"/a{byte}b"))).status == 400


# Sizes and framing


def test_a_head_that_is_too_long_is_refused(server: Server) -> None:
    megabyte = "a" * 1_000_000
    for head in (
        server.head("GET", "/", f"X-Long: {megabyte}"),
        server.head("GET", f"/{megabyte}"),
        server.head("GET", "/", *["X-Many: a"] * 100_000),
        # One that never ends.
        f"GET / HTTP/1.1\r\nHost: {server.host}\r\nX-Long: {megabyte}",
        "GET /" + megabyte,
    ):
        assert answer_in(server.exchange(head)).status == 400
        assert server.is_well()


def chunks(number: int) -> bytes:
    """As many of 100,000 bytes each, and the end."""
    return (b"%x\r\n" % 100_000 + b" " * 100_000 + b"\r\n") * number + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Content-Length: 10000001", b" " * 10_000_001),
        ("Content-Length: 10000000000", b" " * 10_100_000),
        ("Transfer-Encoding: chunked", chunks(101)),
    ],
)
def test_a_body_that_is_too_large_is_refused_in_a_sentence(
    server: Server, header: str, body: bytes
) -> None:
    answer = server.post(header, body=body)

    assert answer.status == 413
    assert json.loads(answer.body)["errors"]["code"] == "PAYLOAD_TOO_LARGE"


@pytest.mark.parametrize("target", ["/", "/_preview/log", "/widgets/tabs/plain.txt"])
def test_a_body_that_nobody_reads_is_not_waited_for(server: Server, target: str) -> None:
    answer = server.ask("PUT", target, "Content-Length: 10000000000")

    assert answer.status == 405


@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Length: -1"],
        ["Content-Length: +2"],
        ["Content-Length: 0x2"],
        ["Content-Length: 2 2"],
        ["Content-Length: two"],
        ["Content-Length: "],
        ["Content-Length: " + "9" * 5000],
        ["Content-Length: 2", "Content-Length: 3"],
        ["Content-Length: 2, 3"],
        ["Transfer-Encoding: xchunked"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        ["Transfer-Encoding: gzip, chunked"],
        ["Transfer-Encoding : chunked"],
    ],
)
def test_a_body_whose_length_is_not_clear_is_refused(server: Server, headers: list[str]) -> None:
    server.executions()

    assert server.post(*headers, body="{}").status == 400
    assert server.executions() == []


@pytest.mark.parametrize(
    "body", ["zz\r\n{}\r\n", "-1\r\n", "2\r\n{}xx0\r\n\r\n", "f" * 30 + "\r\n"]
)
def test_a_chunk_that_is_none_executes_nothing(server: Server, body: str) -> None:
    server.executions()
    answer = server.post("Transfer-Encoding: chunked", body=body)

    assert answer.status == 400
    assert server.executions() == []


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (["Content-Length: 2"], "{}"),
        (["Content-Length: 3", "Transfer-Encoding: chunked"], "2\r\n{}\r\n0\r\n\r\n"),
        (["Content-Length: 300", "Transfer-Encoding: chunked"], "2\r\n{}\r\n0\r\n\r\n"),
    ],
)
def test_what_follows_a_body_is_a_request_like_any_other(
    server: Server, headers: list[str], body: str
) -> None:
    server.executions()
    smuggled = server.head("POST", EXECUTE, "Content-Length: 2", "Connection: close", host="evil")
    received = server.exchange(server.head("POST", EXECUTE, *headers) + body + smuggled + "{}")

    assert re.findall(r"HTTP/1\.1 (\d+)", received) == ["200", "403"]
    assert len(server.executions()) == 1


# Methods


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "PUT", "PROPFIND", "get"])
@pytest.mark.parametrize(
    "target", ["/", "/_preview/log", "/widgets/tabs/plain.txt", "/_community/api/users"]
)
def test_an_unusual_method_is_refused_in_a_sentence(
    server: Server, method: str, target: str
) -> None:
    answer = server.ask(method, target, "Cookie: mine")

    assert answer.status == 405
    told = f"{re.escape(target)} does not answer to {method}, but to (DELETE, )?GET, HEAD\\."
    assert re.fullmatch(told, answer.body), answer.body
    assert "mine" not in answer.head


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "HEAD"])
def test_an_unusual_method_executes_no_connector(server: Server, method: str) -> None:
    answer = server.ask(method, EXECUTE)

    assert answer.status == 405
    assert bool(answer.body) == (method != "HEAD")


def test_no_other_server_is_reached_through_it(server: Server) -> None:
    for method, target in (("CONNECT", "evil.example:443"), ("OPTIONS", "*")):
        assert server.ask(method, target).status == 404


@pytest.mark.parametrize("target", ["/", "/_preview/log", "/widgets/tabs/plain.txt"])
def test_a_head_request_is_answered_without_a_body(server: Server, target: str) -> None:
    answer = server.ask("HEAD", target)

    assert (answer.status, answer.body) == (200, "")
    assert re.search(r"^content-length: [1-9]", answer.head, re.MULTILINE)


# Failures


def test_a_failure_of_ours_tells_the_caller_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(site: Site) -> None:
        raise RuntimeError(MARKER)

    with running_here(make_repository(tmp_path)) as url:
        server = Server(url)
        with monkeypatch.context() as patch:
            patch.setattr(Site, "read", fail)
            answer = server.get("/")
        assert server.is_well()

    assert answer.status == 500
    for inside in ("Traceback", "File ", ".py", MARKER, "RuntimeError"):
        assert inside not in answer.head + answer.body
    assert MARKER in caplog.text


# Who is slow, and who goes


def idle(server: Server) -> list[socket.socket]:
    return [server.connect() for _ in range(200)]


def dribbling(server: Server) -> list[socket.socket]:
    """Heads that come byte by byte, and not to their end."""
    connections = [server.connect() for _ in range(20)]
    for connection in connections:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in server.head("GET", "/_preview/log", "X-Long: a")[:-2].encode():
        for connection in connections:
            connection.sendall(bytes([byte]))
    return connections


def stopping(server: Server) -> list[socket.socket]:
    """Bodies that come to half."""
    head = server.head("POST", EXECUTE, "Content-Length: 1000")
    chunked = server.head("POST", EXECUTE, "Transfer-Encoding: chunked")
    return [server.connect(sent) for sent in (head + "{", chunked + "2\r\n{}\r\n")]


def not_reading(server: Server) -> list[socket.socket]:
    head = server.head("GET", "/widgets/tabs/large.txt")
    return [server.connect(head, receiving=4096) for _ in range(3)]


def listening(server: Server) -> list[socket.socket]:
    return [server.connect(server.head("GET", "/_preview/changes")) for _ in range(5)]


def waiting(server: Server) -> list[socket.socket]:
    """For an upstream that answers nothing."""
    return [server.connect(server.head("GET", "/connectors/hang/execute")) for _ in range(3)]


def halfway_gone(server: Server) -> list[socket.socket]:
    """Clients that leave in the middle of an answer, of their request, or of what they listen to."""
    for target in ("/widgets/tabs/large.txt", "/_preview/changes"):
        for _ in range(10):
            with closing(server.connect(server.head("GET", target))) as connection:
                assert connection.recv(1)
                # Closed at once, by a reset.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    for connection in [*stopping(server), *dribbling(server)]:
        connection.close()
    return []


@pytest.mark.parametrize(
    "slow",
    [(idle, dribbling, listening, halfway_gone), (stopping, not_reading, waiting)],
    ids=["to whom nothing is owed", "to whom an answer is owed"],
)
def test_who_is_slow_keeps_neither_others_nor_ctrl_c(
    own_server: Server, slow: Sequence[Callable[[Server], list[socket.socket]]]
) -> None:
    with ExitStack() as held:
        for each in slow:
            for connection in each(own_server):
                held.enter_context(closing(connection))
            assert own_server.is_well(), each
        assert own_server.post("Content-Length: 2", body="{}").status == 200
        told = own_server.stop()

    assert re.fullmatch(r"\s*POST +echo +200 .*\s*", told), told


def test_a_head_that_dribbles_is_answered_when_it_has_come(server: Server) -> None:
    connections = dribbling(server)

    for connection in connections:
        connection.sendall(b"\r\n")
    for connection in connections:
        assert connection.recv(12) == b"HTTP/1.1 200"
        connection.close()


# A page that does not read


class Listener:
    """Reads server-sent events as they come."""

    def __init__(self, connection: socket.socket) -> None:
        self._lines = connection.makefile("rb")

    def hears(self) -> str:
        """What the text of the tabs is by the next event."""
        for line in self._lines:
            if line.startswith(b"data: "):
                told = json.loads(line.removeprefix(b"data: "))
                text: str = told["widgets"]["tabs"]["registration"]["props"]["text"]
                return text.strip()
        raise AssertionError("the stream has ended")

    def hears_until(self, text: str) -> list[str]:
        """What it hears up to that."""
        heard = [self.hears()]
        while heard[-1] != text:
            heard.append(self.hears())
        return heard


def test_a_page_that_does_not_read_is_told_of_the_last_of_a_thousand_changes(
    own_server: Server, tmp_path: Path
) -> None:
    repository = tmp_path / "shop"

    def save(text: str) -> None:
        # Of a size that fills what a connection holds after a few events.
        config = {"text": text.ljust(1_000_000)}
        saving = repository / "widgets/tabs/widget.json.tmp"
        saving.write_text(json.dumps({**TABS, "defaultConfig": config}))
        saving.replace(saving.with_name("widget.json"))

    head = own_server.head("GET", "/_preview/changes")
    with (
        closing(own_server.connect(head, receiving=4096)) as not_read,
        closing(own_server.connect(head)) as read,
    ):
        reading = Listener(read)
        reading.hears_until("0")
        for number in range(20):
            save(str(number))
            for each in range(50):
                write(repository, f"widgets/tabs/dist/many/{number}-{each}.txt", str(each))
            reading.hears_until(str(number))
        save("last")
        reading.hears_until("last")
        assert own_server.is_well()

        heard = Listener(not_read).hears_until("last")
        # What its connection held by then, and the last.
        assert len(set(heard)) < 15

        assert own_server.stop().strip() == ""
