"""An author's repository with a remote, and trees that are published from the one to the other."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from widget_workbench.problem import Problem
from widget_workbench.publish_command import publish

Files = Mapping[str, bytes | Path]

NO_FILES: Files = {}

ENVIRONMENT = {
    "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.com",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(directory: Path, *arguments: str | Path, given: bytes | None = None) -> str:
    """What git prints there; it must succeed."""
    ended = subprocess.run(
        ["git", *map(str, arguments)],
        cwd=directory,
        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        input=given,
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return os.fsdecode(ended.stdout).strip("\n")


@dataclass(frozen=True)
class Site:
    """The author's repository, and the bare one that the platform watches."""

    author: Path
    remote: Path

    def published(self, repository: Path | None = None, commit: str = "published") -> Files:
        """The branch's files, by path, each of mode 100644."""
        repository = repository or self.remote
        blobs = {}
        for entry in git(repository, "ls-tree", "-r", "-z", "--full-tree", commit).split("\0"):
            if entry:
                fields, _, path = entry.partition("\t")
                mode, kind, blob = fields.split()
                assert (mode, kind) == ("100644", "blob")
                blobs[path] = blob
        return dict(zip(blobs, _contents(repository, blobs.values()), strict=True))

    def tip(self, repository: Path | None = None) -> str:
        """The branch's commit."""
        return git(repository or self.remote, "rev-parse", "published")

    def message(self) -> str:
        """Of the branch's commit."""
        return git(self.remote, "log", "-1", "--format=%B", "published")

    def history_ids(self) -> list[str]:
        """The remote branch's commits, newest first."""
        return git(self.remote, "rev-list", "published").splitlines()

    def history(self) -> list[str]:
        """The subjects of the branch's commits, newest first."""
        return git(self.remote, "log", "--format=%s", "published").splitlines()

    def checkout(self) -> Mapping[str, bytes]:
        """All of the author's that no release changes: the files, HEAD, the index, the stash, the branch.

        What `git status` says follows from these.
        """
        hidden = self.author / ".git"
        kept = ("HEAD", "index", "logs/refs/stash", "refs/heads/main", "refs/stash")
        paths = [path for path in self.author.rglob("*") if hidden not in (path, *path.parents)]
        paths += [hidden / name for name in kept]
        return {str(path): path.read_bytes() for path in paths if path.is_file()}

    def status(self) -> str:
        """What git says of the author's files."""
        return git(self.author, "status", "--porcelain")

    def hidden_files(self) -> Mapping[str, str]:
        """The hash of each file in the author's .git."""
        hidden = self.author / ".git"
        return {
            path.relative_to(hidden).as_posix(): (
                hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "directory"
            )
            for path in hidden.rglob("*")
        }


def new_site(directory: Path) -> Site:
    """A site with files that are changed, added and stashed, and not committed."""
    site = Site(directory / "author", directory / "remote.git")
    directory.mkdir(exist_ok=True)
    git(directory, "init", "-q", "--bare", "--initial-branch=published", site.remote)
    git(directory, "init", "-q", "--initial-branch=main", site.author)
    for name in ("stashed", "staged", "dirty"):
        (site.author / name).write_text("1\n")
    git(site.author, "add", ".")
    git(site.author, "commit", "-qm", "Sources")
    (site.author / "stashed").write_text("2\n")
    git(site.author, "stash", "-q")
    for name in ("staged", "dirty", "untracked"):
        (site.author / name).write_text("2\n")
    git(site.author, "add", "staged")
    git(site.author, "remote", "add", "origin", "../remote.git")
    return site


def clean(site: Site) -> str:
    """Commits all that is not; returns the commit."""
    git(site.author, "add", ".")
    git(site.author, "commit", "-qm", "All of it")
    return git(site.author, "rev-parse", "HEAD")


def widget(name: str, source: str = "1", version: str = "1.0.0", files: Files = NO_FILES) -> Files:
    """A tree with one widget, which has further files."""
    given = {"main.py": source.encode(), "index.html": b"<p>", **files}
    entry = {
        "type": name,
        "title": name.title(),
        "version": version,
        "source": {"path": f"widgets/{name}", "entry": "index.html"},
    }
    return {
        "extensions_registry.json": json.dumps({"widgets": [entry]}).encode(),
        "connectors_registry.json": connectors(),
        **{f"widgets/{name}/{path}": content for path, content in given.items()},
    }


def connectors(*definitions: Mapping[str, Any], **arrays: Sequence[Mapping[str, Any]]) -> bytes:
    return json.dumps({"connectors": definitions, "composite_connectors": [], **arrays}).encode()


def together(*trees: Files) -> Files:
    """One tree of the widgets of several."""
    entries = []
    files: dict[str, bytes | Path] = {}
    for tree in trees:
        files.update(tree)
        registry = tree["extensions_registry.json"]
        assert isinstance(registry, bytes)
        entries += json.loads(registry)["widgets"]
    files["extensions_registry.json"] = json.dumps({"widgets": entries}).encode()
    return files


def content(files: Files) -> Mapping[str, bytes]:
    return {
        path: held.read_bytes() if isinstance(held, Path) else held for path, held in files.items()
    }


def _contents(repository: Path, blobs: Iterable[str]) -> Iterator[bytes]:
    listed = subprocess.run(
        ["git", "cat-file", "--batch"],
        cwd=repository,
        input="".join(f"{blob}\n" for blob in blobs).encode(),
        capture_output=True,
        check=True,
    )
    rest = listed.stdout
    while rest:
        header, _, rest = rest.partition(b"\n")
        length = int(header.split()[2])
        yield rest[:length]
        rest = rest[length + 1 :]


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Neither the developer's settings nor the system's; and no command leaves a temporary file."""
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    for name, value in {**ENVIRONMENT, "HOME": str(home), "XDG_CONFIG_HOME": str(home)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield
    assert list(temporary.iterdir()) == []


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return new_site(tmp_path / "site")


class Author:
    """Runs the command; what the build gives is `files`."""

    def __init__(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        self.site = site
        self.files: Files = widget("weather")
        self.problems: tuple[Problem, ...] = ()
        self._monkeypatch = monkeypatch
        monkeypatch.setattr("widget_workbench.bundle.building.assemble", self._assembled)

    def __call__(
        self, *arguments: str | Path, repository: Path | None = None, answer: str | None = None
    ) -> Result:
        """Runs it, with --yes unless there is an answer to the question."""
        there = answer is not None
        self._monkeypatch.setattr(
            "widget_workbench.publish_command._is_someone_there", lambda: there
        )
        given = [str(repository or self.site.author), *map(str, arguments)]
        if not there and "--dry-run" not in arguments:
            given.append("--yes")
        return CliRunner().invoke(publish, given, input=answer)

    def publish(self, files: Files, *arguments: str) -> Result:
        self.files = files
        return succeeded(self(*arguments))

    def _assembled(self, root: Path, hosting: object, **options: object) -> SimpleNamespace:
        assert options["frozen"]
        return SimpleNamespace(
            files=self.files,
            errors=tuple(each for each in self.problems if each.error),
            warnings=tuple(each for each in self.problems if not each.error),
        )


@pytest.fixture
def author(site: Site, monkeypatch: pytest.MonkeyPatch) -> Author:
    return Author(site, monkeypatch)


def succeeded(result: Result) -> Result:
    assert result.exit_code == 0, (result.output, result.exception)
    return result


def refused(result: Result, *told: str) -> str:
    """The sentence of a refusal, its lines joined."""
    assert result.exit_code == 1, (result.output, result.exception)
    assert "Traceback" not in result.output
    for text in told:
        assert text in result.output, result.output
    return str(result.output)
