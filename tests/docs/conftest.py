"""The documentation's site, made and served once for all tests that look at it."""

from __future__ import annotations

import functools
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .pages import PROJECT

# Where the site is on its server: it must not matter.
PREFIX = "/some/where"


@dataclass(frozen=True)
class Site:
    """The site as `make docs` makes it.

    Attributes:
        directory: its files.
        url: where they are served by a plain server of files, with a slash at the end.
    """

    directory: Path
    url: str

    def pages(self) -> list[str]:
        """The pages' paths, such as "messages/widgets.html"."""
        found = (path.relative_to(self.directory).as_posix() for path in self._html())
        return sorted(path for path in found if not path.startswith(("_static/", "gallery/")))

    def _html(self) -> Iterator[Path]:
        return self.directory.rglob("*.html")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site, made anew; a warning of Sphinx, such as a link to nowhere, fails its tests."""
    served = tmp_path_factory.mktemp("served")
    directory = served / PREFIX.strip("/")
    command = ["-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "docs"]
    done = subprocess.run(
        [sys.executable, *command, str(directory)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout == "", f"`make docs` says more than it has to:\n{done.stdout}"
    handler = functools.partial(_Quiet, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Site(directory, f"http://127.0.0.1:{server.server_port}{PREFIX}/")
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Says nothing."""
