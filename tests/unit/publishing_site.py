"""An author's repository with a remote, and trees that are published from the one to the other."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Files = Mapping[str, bytes | Path]

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
        files = {}
        for entry in git(repository, "ls-tree", "-r", "-z", "--full-tree", commit).split("\0"):
            if entry:
                fields, _, path = entry.partition("\t")
                mode, kind, blob = fields.split()
                assert (mode, kind) == ("100644", "blob")
                files[path] = _blob(repository, blob)
        return files

    def tip(self, repository: Path | None = None) -> str:
        """The branch's commit."""
        return git(repository or self.remote, "rev-parse", "published")

    def message(self) -> str:
        """Of the branch's commit."""
        return git(self.remote, "log", "-1", "--format=%B", "published")

    def history(self) -> list[str]:
        """The subjects of the branch's commits, newest first."""
        return git(self.remote, "log", "--format=%s", "published").splitlines()

    def checkout(self) -> Mapping[str, object]:
        """All of the author's that no release changes."""
        hidden = self.author / ".git"
        files = {
            path: path.read_bytes()
            for path in self.author.rglob("*")
            if path.is_file() and hidden not in path.parents
        }
        return {
            "files": files,
            "head": (hidden / "HEAD").read_bytes(),
            "commit": git(self.author, "rev-parse", "HEAD"),
            "index": (hidden / "index").read_bytes(),
            "stash": git(self.author, "stash", "list", "--format=%H"),
            "status": git(self.author, "status", "--porcelain"),
            "branches": git(self.author, "for-each-ref", "refs/heads/main", "refs/tags"),
        }

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
    git(site.author, "remote", "add", "origin", site.remote)
    return site


def clean(site: Site) -> str:
    """Commits all that is not; returns the commit."""
    git(site.author, "add", ".")
    git(site.author, "commit", "-qm", "All of it")
    return git(site.author, "rev-parse", "HEAD")


def widget(name: str, source: str = "1", version: str = "1.0.0", **files: bytes | Path) -> Files:
    """One widget's files; a name's double underscore stands for a slash."""
    own = {path.replace("__", "/"): content for path, content in files.items()}
    given = {"main.py": source.encode(), "index.html": b"<p>", **own}
    entry = {"type": name, "title": name.title(), "version": version}
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


def _blob(repository: Path, blob: str) -> bytes:
    return subprocess.run(
        ["git", "cat-file", "blob", blob], cwd=repository, capture_output=True, check=True
    ).stdout
