"""The preview's server with what the bench adds: `python -m bench.startup.server ROOT TREE ORIGINS`.

It prints the page's addresses as JSON once it listens. The page has the clock in its head; the peers' interpreters are
below /_bench/, answered as the preview answers a widget's files: uncompressed, and asked about at each load.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from widget_workbench import shipped
from widget_workbench.preview import create_app
from widget_workbench.preview.files import REVALIDATED, answer_content, file_within
from widget_workbench.preview.hosted_widget import NotServedError

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
PACKAGES = HERE.parent / "node_modules"

FOLDERS = {
    "pyodide": CHECKOUT / "node_modules" / "pyodide",
    "pyscript": PACKAGES / "@pyscript" / "core" / "dist",
    "micropython": PACKAGES / "@micropython" / "micropython-webassembly-pyscript",
    "peers": HERE / "peers",
}

POLICY = "Content-Security-Policy"

# For which a new page is left alone.
REST_SECONDS = 0.8


def main(root: Path, tree: Path, origins: int) -> None:
    """Serves until it is ended."""
    listeners = [_listening() for _ in range(origins)]
    with TemporaryDirectory() as directory:
        app = _app(root, tree, _with_clock(Path(directory)))
        config = uvicorn.Config(app, lifespan="on", log_config=None, access_log=False)
        urls = [f"http://127.0.0.1:{each.getsockname()[1]}/" for each in listeners]
        print(json.dumps(urls), flush=True)
        uvicorn.Server(config).run(sockets=listeners)


def _listening() -> socket.socket:
    # With its protocol named, or asyncio leaves Nagle's algorithm on.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


def _with_clock(directory: Path) -> Path:
    """A copy of the community page whose first script is the clock."""
    community = directory / "community"
    shutil.copytree(shipped.static("community"), community)
    page = community / "index.html"
    clock = (HERE / "page" / "clock.js").read_text()
    script = f"<head><script>{{% raw %}}{clock}{{% endraw %}}</script>"
    page.write_text(page.read_text().replace("<head>", script, 1))
    return community


def _app(root: Path, tree: Path, community: Path) -> Starlette:
    def static(part: str) -> Path:
        return community if part == "community" else shipped.static(part)

    app = create_app(root, published=tree, static=static)
    # Before the preview's own, the last of which takes every path.
    app.router.routes.insert(0, Route("/_bench/rest", _rest))
    app.router.routes.insert(1, Route("/_bench/{folder}/{name:path}", _file))
    app.add_middleware(WithEval)
    return app


class WithEval:
    """Allows a page whose address asks for `eval` what PyScript needs and the platform forbids."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def allowing(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                policy = headers.get(POLICY, "")
                headers[POLICY] = policy.replace("script-src ", "script-src 'unsafe-eval' ")
            await send(message)

        asked = scope["type"] == "http" and b"&eval" in scope["query_string"]
        await self._app(scope, receive, allowing if asked else send)


async def _rest(request: Request) -> Response:
    """Leads to the page, with this one's query, after a while in which the browser has nothing to do."""
    await asyncio.sleep(REST_SECONDS)
    return RedirectResponse(f"/?{request.url.query}")


def _file(request: Request) -> Response:
    folder, name = request.path_params["folder"], request.path_params["name"]
    file = file_within(FOLDERS[folder], name) if folder in FOLDERS else None
    if file is None:
        raise NotServedError(
            f"There is no file {name!r} here: run `make bench`, which installs the peers."
        )
    return answer_content(request, _content(file), name, caching=REVALIDATED)


@cache
def _content(file: Path) -> bytes:
    return file.read_bytes()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
