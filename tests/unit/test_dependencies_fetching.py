"""Wheels of a lock: from where they were locked once, from the cache from then on, by their hashes always."""

import sys
import threading
from pathlib import Path

import pytest

from tests.unit.dependency_repository import (
    DependencyRepository,
    lock_of,
    locked_package,
    repository,
)
from tests.unit.package_index import BROWSER_TAG, sha256
from widget_workbench.dependencies import WheelCache, shipped_files
from widget_workbench.dependencies.package import Kind

__all__ = ["repository"]

KINDS_BY_PIP: tuple[Kind, ...] = ("index", "built")


def test_each_source_gives_what_was_locked_and_the_cache_from_then_on(
    repository: DependencyRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {
        "pure": repository.index.wheel("pure"),
        "more": repository.index.wheel("more"),
        "compiled": repository.pyodide.wheel("compiled"),
        "libthing": repository.pyodide.library("libthing"),
    }
    lock = lock_of(
        locked_package("pure", contents["pure"]),
        locked_package("more", contents["more"]),
        locked_package("compiled", contents["compiled"], "pyodide"),
        locked_package("libthing", contents["libthing"], "library"),
        locked_package("built", repository.index.source("built"), "built"),
    )

    files = repository.fetch(lock)

    assert {name: files[name].read_bytes() for name in contents} == contents
    assert files["built"].name == "built-1.0-py3-none-any.whl"
    assert all(shipped_files(file) for file in files.values())
    lines = [
        "Fetching 2 wheels from the package index",
        "Fetching compiled 1.0 from Pyodide's own packages",
        "Fetching libthing 1.0 from Pyodide's own packages",
        "Building built 1.0 from its source distribution",
    ]
    assert repository.told == lines

    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "no program")
        assert repository.fetch(lock) == files
    assert repository.told == lines

    # A damaged file is as good as none.
    for file in files.values():
        file.write_bytes(file.read_bytes()[:-1] + b"!")
    again = repository.fetch(lock)
    assert {name: again[name].read_bytes() for name in contents} == contents
    assert "built/__init__.py" in shipped_files(again["built"])
    assert repository.told == [*lines, *lines]


def test_a_version_that_vanished_is_told(repository: DependencyRepository) -> None:
    lock = lock_of(locked_package("pure", repository.index.wheel("pure")))
    repository.index.remove("pure")
    repository.index.wheel("pure", "2.0")

    assert repository.not_fetched(lock) == (
        "widgets.lock names pure 1.0, which the package index no longer has: take another version by "
        "`widget build --upgrade`."
    )


def test_another_file_under_a_locked_name_is_told(repository: DependencyRepository) -> None:
    repository.index.wheel("pure")

    assert repository.not_fetched(lock_of(locked_package("pure", b"other content"))).startswith(
        "The package index has another file for pure 1.0 than widgets.lock names by its hash: find out why"
    )


def test_a_source_distribution_that_changed_is_told(repository: DependencyRepository) -> None:
    repository.index.source("built")

    lock = lock_of(locked_package("built", b"other content", "built"))
    assert repository.not_fetched(lock) == (
        "widgets.lock names built 1.0, to be built from built-1.0.tar.gz, and the index has another file in its place, "
        "by its hash: take another version by `widget build --upgrade`."
    )


def test_a_file_of_pyodides_that_changed_or_vanished_is_told(
    repository: DependencyRepository,
) -> None:
    lock = lock_of(locked_package("thing", repository.pyodide.wheel("thing"), "pyodide"))
    file = f"thing-1.0-{BROWSER_TAG}.whl"

    repository.pyodide.change(file, b"something else")
    assert f"{file} came from 127.0.0.1 with other content" in repository.not_fetched(lock)
    repository.pyodide.remove(file)
    assert repository.not_fetched(lock) == (
        f"widgets.lock names thing 1.0 of Pyodide's own packages, and {file} cannot be fetched from 127.0.0.1: it "
        "answers with status 404. Look at the network, or let WIDGET_PYODIDE_PACKAGES name another "
        "place."
    )


def test_a_network_in_the_way_is_told(
    repository: DependencyRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    for kind in KINDS_BY_PIP:
        assert repository.not_fetched(lock_of(locked_package("pure", b"", kind))).startswith(
            "The package index at 127.0.0.1 cannot be reached: connection error"
        )


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

    assert lock.packages == (locked_package("pure", content),)
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
    lock = lock_of(locked_package("thing", repository.pyodide.wheel("thing"), "pyodide"))
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WIDGET_CACHE_DIR", str(tmp_path / "file"))
    assert repository.not_fetched(lock) == (
        f"Fetched packages cannot be kept in {tmp_path / 'file'}: Not a directory. Let the environment variable "
        "WIDGET_CACHE_DIR name a directory that can be written."
    )
