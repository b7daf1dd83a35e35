"""A widget repository whose dependencies a test locks and fetches, away from the network and the user's settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.unit.package_index import (
    BROWSER_TAG,
    PackageIndex,
    PyodideStandIn,
    file_name,
    served,
    sha256,
)
from widget_workbench.dependencies import DependencyError, Lock, Package, fetched, locked
from widget_workbench.dependencies.package import Kind


@dataclass
class DependencyRepository:
    """`told` has the lines of progress."""

    root: Path
    index: PackageIndex
    pyodide: PyodideStandIn
    told: list[str] = field(default_factory=list)

    def lock(
        self, frozen: bool = False, upgrade: bool = False, **asked: str | tuple[str, ...]
    ) -> Lock:
        """Locks what widgets ask for, by their types."""
        return locked(
            self.root,
            {each: (texts,) if isinstance(texts, str) else texts for each, texts in asked.items()},
            index=self.pyodide.lock,
            told=self.told.append,
            frozen=frozen,
            upgrade=upgrade,
        )

    def refused(self, frozen: bool = False, **asked: str | tuple[str, ...]) -> str:
        """The message where nothing can be locked."""
        with pytest.raises(DependencyError) as raised:
            self.lock(frozen, upgrade=False, **asked)
        return str(raised.value)

    def fetch(self, lock: Lock) -> dict[str, Path]:
        files = fetched(lock.packages, index=self.pyodide.lock, told=self.told.append)
        return {package.name: file for package, file in files.items()}

    def not_fetched(self, lock: Lock) -> str:
        """The message where the lock's files cannot be had."""
        with pytest.raises(DependencyError) as raised:
            self.fetch(lock)
        return str(raised.value)

    @property
    def file(self) -> Path:
        return self.root / "widgets.lock"


def lock_of(*packages: Package, **asked: tuple[str, ...]) -> Lock:
    """A lock as a resolution would have made it."""
    return Lock(requirements=asked, packages=packages)


def locked_package(name: str, content: bytes, kind: Kind = "index") -> Package:
    """An entry of a lock, in version 1.0, for a file of that content."""
    files: dict[Kind, str] = {
        "index": file_name(name, "1.0"),
        "pyodide": file_name(name, "1.0", BROWSER_TAG),
        "library": f"{name}-1.0.zip",
        "built": f"{name}-1.0.tar.gz",
    }
    return Package(name=name, version="1.0", file=files[kind], sha256=sha256(content), kind=kind)


def versions(lock: Lock) -> list[str]:
    """The packages of a lock, each as "name version"."""
    return [str(package) for package in lock.packages]


def package(lock: Lock, name: str) -> Package:
    (found,) = (each for each in lock.packages if each.name == name)
    return found


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DependencyRepository]:
    """One without a lock, with an index and a stand-in for Pyodide's packages that hold nothing yet."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    index = PackageIndex(tmp_path / "index")
    root = tmp_path / "repository"
    root.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", index.url)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("WIDGET_CACHE_DIR", str(tmp_path / "cache"))
    with served(tmp_path / "pyodide") as pyodide:
        yield DependencyRepository(root, index, pyodide)
