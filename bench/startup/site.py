"""What is measured, served as the platform would: the contenders and the examples in one published tree.

The server is a process of its own (server.py), so that it does not wait for the one that drives the browser.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from widget_workbench.bundle import Bundled, build
from widget_workbench.checking.registries import EXTENSIONS

from .contenders import ANOTHER_TYPE, NO_SNAPSHOT, OURS

CHECKOUT = Path(__file__).parents[2]
EXAMPLES = CHECKOUT / "examples"
REPOSITORY = Path(__file__).parent / "repository"


@dataclass(frozen=True)
class Site:
    """A running server.

    Attributes:
        urls: of the page, on as many origins as were asked for.
        tree: that is served.
    """

    urls: Sequence[str]
    tree: Path

    @property
    def url(self) -> str:
        """Of the page, on the first origin."""
        return self.urls[0]

    def publish_again(self) -> None:
        """Makes the next load find the same files published once more, at other addresses."""
        (self.tree / EXTENSIONS).touch()


@contextmanager
def serving(origins: int = 1) -> Iterator[Site]:
    """Builds what is measured, and serves it.

    Args:
        origins: how many ports it listens on. Nothing that a browser keeps for one is there for another.
    """
    with TemporaryDirectory() as directory:
        root = _examples(Path(directory) / "examples")
        tree = _published(root, Path(directory))
        command = [sys.executable, "-m", "bench.startup.server", str(root), str(tree), str(origins)]
        with subprocess.Popen(
            command,
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "REPORT_SECONDS": "0"},
        ) as process:
            try:
                assert process.stdout is not None
                told = process.stdout.readline()
                if not told:
                    raise RuntimeError("The bench's server ended before it served anything.")
                yield Site(json.loads(told), tree)
            finally:
                process.terminate()


def _examples(copy: Path) -> Path:
    """A copy of the examples whose widgets all start with the page, wherever they are on it."""
    shutil.copytree(EXAMPLES, copy, ignore=shutil.ignore_patterns("dist", "fixtures"))
    for file in copy.glob("widgets/*/widget.json"):
        file.write_text(json.dumps({**json.loads(file.read_text()), "boot": "load"}))
    return copy


def _published(examples: Path, directory: Path) -> Path:
    tree = directory / "tree"
    build(examples, tree, Bundled())
    ours = REPOSITORY / "widgets" / OURS.type
    contenders, compared = directory / "contenders", directory / "compared"
    shutil.copytree(REPOSITORY, contenders)
    shutil.copytree(ours, contenders / "widgets" / ANOTHER_TYPE.type)
    shutil.copytree(ours, compared / "widgets" / NO_SNAPSHOT.type)
    for repository, hosting in ((contenders, Bundled()), (compared, Bundled(snapshot=False))):
        built = repository / "dist"
        build(repository, built, hosting)
        _merge(built, tree)
    return tree


def _merge(built: Path, tree: Path) -> None:
    """Publishes the widgets of one built tree with those of another."""
    shutil.copytree(built / "widgets", tree / "widgets", dirs_exist_ok=True)
    registry = json.loads((tree / EXTENSIONS).read_text())
    registry["widgets"] += json.loads((built / EXTENSIONS).read_text())["widgets"]
    (tree / EXTENSIONS).write_text(json.dumps(registry))
