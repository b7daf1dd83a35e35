"""Wheels of a lock: from where they were locked once, from the cache from then on, by their hashes always."""

import sys
import threading
from pathlib import Path

import pytest

from tests.unit.dependency_repository import DependencyRepository, package, repository
from tests.unit.package_index import BROWSER_TAG, sha256
from widget_workbench.dependencies import WheelCache, shipped_files

__all__ = ["repository"]


def test_each_source_gives_what_was_locked_and_the_cache_from_then_on(
    repository: DependencyRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = repository.index.wheel("pure")
    repository.index.wheel("more")
    compiled = repository.pyodide.wheel("compiled", depends=["libthing"])
    library = repository.pyodide.library("libthing")
    repository.index.source("built")
    lock = repository.lock(weather=("pure", "more", "compiled", "built"))
    monkeypatch.setenv("WIDGET_CACHE_DIR", str(tmp_path / "empty"))
    repository.told.clear()

    files = repository.fetch(lock)

    assert files["pure"].read_bytes() == content
    assert files["compiled"].read_bytes() == compiled
    assert files["libthing"].read_bytes() == library
    assert files["built"].name == "built-1.0-py3-none-any.whl"
    assert all(shipped_files(file) for file in files.values())
    assert repository.told == [
        "Fetching 2 wheels from the package index",
        "Building built 1.0 from its source distribution",
        "Fetching compiled 1.0 from Pyodide's own packages",
        "Fetching libthing 1.0 from Pyodide's own packages",
    ]

    monkeypatch.setattr(sys, "executable", "no program")
    for file in ("libthing-1.0.zip", f"compiled-1.0-{BROWSER_TAG}.whl"):
        repository.pyodide.remove(file)
    repository.told.clear()
    assert repository.fetch(lock) == files
    assert repository.told == []


def test_a_damaged_file_in_the_cache_is_fetched_again(repository: DependencyRepository) -> None:
    content = repository.index.wheel("pure")
    compiled = repository.pyodide.wheel("compiled")
    repository.index.source("built")
    lock = repository.lock(weather=("pure", "compiled", "built"))
    files = repository.fetch(lock)
    for file in files.values():
        file.write_bytes(file.read_bytes()[:-1] + b"!")

    again = repository.fetch(lock)

    assert again["pure"] == files["pure"]
    assert again["pure"].read_bytes() == content
    assert again["compiled"].read_bytes() == compiled
    assert "built/__init__.py" in shipped_files(again["built"])


def test_a_version_that_vanished_is_told(repository: DependencyRepository) -> None:
    repository.index.wheel("pure")
    lock = repository.lock(weather="pure")
    repository.index.remove("pure")
    repository.index.wheel("pure", "2.0")

    assert repository.not_fetched(lock) == (
        "widgets.lock names pure 1.0, which the package index no longer has: resolve anew (with upgrade) to take "
        "another version."
    )


def test_another_file_under_a_locked_name_is_told(repository: DependencyRepository) -> None:
    repository.index.wheel("pure")
    lock = repository.lock(weather="pure")
    repository.index.wheel("pure", "1.0", files={"pure/__init__.py": "import evil"})

    assert repository.not_fetched(lock).startswith(
        "The package index has another file for pure 1.0 than widgets.lock names by its hash: find out why"
    )


def test_a_source_distribution_that_changed_is_told(
    repository: DependencyRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.index.source("built")
    lock = repository.lock(weather="built")
    monkeypatch.setenv("WIDGET_CACHE_DIR", str(tmp_path / "empty"))
    repository.index.source("built", "1.0", "pure")

    assert "built 1.0, to be built from built-1.0.tar.gz" in repository.not_fetched(lock)


def test_a_file_of_pyodides_that_vanished_or_changed_is_told(
    repository: DependencyRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.pyodide.wheel("thing")
    lock = repository.lock(weather="thing")
    monkeypatch.setenv("WIDGET_CACHE_DIR", str(tmp_path / "empty"))
    file = f"thing-1.0-{BROWSER_TAG}.whl"

    repository.pyodide.change(file, b"something else")
    assert f"{file} came from 127.0.0.1 with other content" in repository.not_fetched(lock)
    repository.pyodide.remove(file)
    assert repository.not_fetched(lock) == (
        f"widgets.lock names thing 1.0 of Pyodide's own packages, and {file} cannot be fetched from 127.0.0.1: it "
        "answers with status 404: look at the network, or use another base URL."
    )


def test_a_network_in_the_way_is_told(
    repository: DependencyRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.index.wheel("pure")
    lock = repository.lock(weather="pure")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    assert repository.not_fetched(lock).startswith("The package index at 127.0.0.1 cannot be reach")


def test_the_users_own_settings_of_pip_count(
    repository: DependencyRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = repository.index.wheel("pure")
    settings = tmp_path / "pip.conf"
    settings.write_text(
        f"[global]\nindex-url = {repository.index.url}\nrequire-virtualenv = true\nuser = true\n"
        "quiet = 3\nrequire-hashes = true\n"
    )
    monkeypatch.delenv("PIP_INDEX_URL")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.setenv("PIP_TARGET", str(tmp_path / "target"))

    lock = repository.lock(weather="pure")

    assert package(lock, "pure").sha256 == sha256(content)
    assert repository.fetch(lock)["pure"].read_bytes() == content
    assert not (tmp_path / "target").exists()


# The cache


def test_many_may_keep_the_same_file_at_once(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 2**20)
    expected = sha256(source.read_bytes())
    found: list[Path | None] = []

    def keep() -> None:
        cache = WheelCache(tmp_path / "cache")
        cache.keep(source, "a.whl")
        found.append(cache.find(expected, "a.whl"))

    threads = [threading.Thread(target=keep) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (directory,) = (tmp_path / "cache" / "wheels").iterdir()
    assert found == [directory / "a.whl"] * 8
    assert [file.name for file in directory.iterdir()] == ["a.whl"]


def test_a_cache_that_cannot_be_written_is_a_sentence(
    repository: DependencyRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.index.wheel("pure")
    lock = repository.lock(weather="pure")
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WIDGET_CACHE_DIR", str(tmp_path / "file"))
    assert repository.not_fetched(lock) == (
        f"Fetched packages cannot be kept in {tmp_path / 'file'}: Not a directory. Let the environment variable "
        "WIDGET_CACHE_DIR name a directory that can be written."
    )
