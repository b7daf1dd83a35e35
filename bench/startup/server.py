"""The preview's server with what the bench adds: `python -m bench.startup.server ROOT TREE ORIGINS`.

It prints the page's addresses as JSON once it listens. The page has the clock in its head, its own scripts in one file,
as a published page has them, and nothing of the workbench; the peers' interpreters are below /_bench/, answered as the
preview answers a widget's files: uncompressed, and asked about at each load.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
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

# In the page's template, what brings the workbench.
WORKBENCH = "{%- if workbench %}"

# For which a new page is left alone.
REST_SECONDS = 0.8


def main(root: Path, tree: Path, origins: int) -> None:
    """Serves until it is ended."""
    listeners = [_listening() for _ in range(origins)]
    with TemporaryDirectory() as directory:
        app = _app(root, tree, _host_page(Path(directory)))
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


def _host_page(directory: Path) -> Path:
    """The community page as it is measured with: its first script is the clock, and its own are one."""
    community, bundled = directory / "community", directory / "page.js"
    shutil.copytree(shipped.static("community"), community)
    esbuild = CHECKOUT / "node_modules" / ".bin" / "esbuild"
    options = ("--bundle", "--format=esm", "--log-level=error", f"--outfile={bundled}")
    subprocess.run([esbuild, community / "page.js", *options], check=True)
    for module in community.glob("*.js"):
        module.unlink()
    bundled.rename(community / "page.js")
    clock = (HERE / "page" / "clock.js").read_text()
    page = community / "index.html"
    html = page.read_text()
    for place, text in (
        ("<head>", f"<head><script>{{% raw %}}{clock}{{% endraw %}}</script>"),
        (WORKBENCH, "{%- if false %}"),
    ):
        assert html.count(place) == 1, f"the community page has {place!r} otherwise than once"
        html = html.replace(place, text)
    page.write_text(html)
    return community


def _app(root: Path, tree: Path, community: Path) -> Starlette:
    without_workbench = community.parent / "workbench"
    without_workbench.mkdir()

    def static(part: str) -> Path:
        return community if part == "community" else without_workbench

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
