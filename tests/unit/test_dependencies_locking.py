"""One resolution for all widgets of a repository: what it comes to, and what it says when there is none."""

import json
import sys
from pathlib import Path

import pytest

from tests.unit.dependency_repository import (
    DependencyRepository,
    lock_of,
    locked_package,
    package,
    repository,
    versions,
)
from tests.unit.package_index import BROWSER_TAG, sha256
from widget_workbench.dependencies import Lock, WheelCache
from widget_workbench.dependencies.lock_file import write_lock
from widget_workbench.dependencies.source_builds import NotBuiltError, built_wheel

__all__ = ["repository"]

NO_PIP = "no program"


# What a resolution comes to


def test_markers_are_the_browsers(repository: DependencyRepository) -> None:
    repository.index.wheel(
        "a",
        "1.0",
        'web; sys_platform == "emscripten" and platform_machine == "wasm32"',
        'new; python_version >= "3.14" and implementation_name == "cpython"',
        'posix; os_name == "posix" and platform_system == "Emscripten"',
        'linux; sys_platform == "linux"',
        'old; python_version < "3.14"',
        'linux; platform_system == "Linux" or platform_machine == "x86_64"',
        'more; extra == "all" and sys_platform == "emscripten"',
        'linux; extra == "all" and sys_platform == "linux"',
        extras=["all", "none"],
    )
    for name in ("web", "new", "posix", "more"):
        repository.index.wheel(name)

    lock = repository.lock(
        plain=("a", "linux; sys_platform == 'linux'"), full='A[all]; sys_platform == "emscripten"'
    )

    assert [each.name for each in lock.of("plain")] == ["a", "new", "posix", "web"]
    assert [each.name for each in lock.of("full")] == ["a", "more", "new", "posix", "web"]
    assert package(lock, "a").requires == ('more; extra == "all"', "new", "posix", "web")


def test_each_package_is_locked_by_its_hash_and_nothing_tells_where_it_was(
    repository: DependencyRepository, tmp_path: Path
) -> None:
    pure = repository.index.wheel("pure", "1.2", "Loop_Back", requires_python=">=3.13")
    repository.index.wheel("loop-back", "1.0", "pure")
    compiled = repository.index.wheel("compiled", "2.0", tag=BROWSER_TAG)
    repository.index.wheel("compiled", "3.0", tag="cp314-cp314-manylinux_2_28_x86_64")
    repository.index.wheel("pure", "1.3", requires_python="<3.14")

    lock = repository.lock(weather=("pure>=1", "compiled"))

    assert [(each.name, each.version, each.kind) for each in lock.packages] == [
        ("compiled", "2.0", "index"),
        ("loop-back", "1.0", "index"),
        ("pure", "1.2", "index"),
    ]
    assert package(lock, "compiled").sha256 == sha256(compiled)
    assert package(lock, "compiled").file == f"compiled-2.0-{BROWSER_TAG}.whl"
    assert package(lock, "pure").sha256 == sha256(pure)
    assert package(lock, "pure").requires == ("loop-back",)
    assert json.loads(repository.file.read_text())["requirements"] == {
        "weather": ["compiled", "pure>=1"]
    }
    assert "://" not in repository.file.read_text()
    assert str(tmp_path) not in repository.file.read_text()
    assert repository.told == ["Resolving the dependencies of 1 widget"]


def test_a_name_that_the_index_has_no_wheel_of_comes_from_pyodide_then_from_its_source(
    repository: DependencyRepository,
) -> None:
    repository.index.wheel("on-index", "1.0", "compiled", "pure>=1")
    repository.pyodide.wheel("on-index", "2.0")
    repository.index.wheel("compiled", "2.0", tag="cp314-cp314-win_amd64")
    repository.index.source("compiled", "2.0")
    by_pyodide = repository.pyodide.wheel(
        "compiled", "1.5", "named", depends=["unnamed", "libthing"]
    )
    library = repository.pyodide.library("libthing", "1.1", depends=["libbase"])
    repository.pyodide.library("libbase")
    repository.pyodide.library("libunused")
    repository.index.wheel("named")
    repository.index.wheel("unnamed")
    repository.pyodide.wheel("unnamed", "0.9")
    source = repository.index.source("pure", "1.1", "from-source")
    repository.index.wheel("from-source")

    lock = repository.lock(weather="on-index")

    assert [(each.name, each.version, each.kind) for each in lock.packages] == [
        ("compiled", "1.5", "pyodide"),
        ("from-source", "1.0", "index"),
        ("libbase", "1.0", "library"),
        ("libthing", "1.1", "library"),
        ("named", "1.0", "index"),
        ("on-index", "1.0", "index"),
        ("pure", "1.1", "built"),
        ("unnamed", "1.0", "index"),
    ]
    assert lock.of("weather") == lock.packages
    assert package(lock, "compiled").sha256 == sha256(by_pyodide)
    assert package(lock, "compiled").requires == ("libthing", "named", "unnamed")
    assert package(lock, "libthing").sha256 == sha256(library)
    assert package(lock, "libthing").file == "libthing-1.1.zip"
    assert package(lock, "pure").sha256 == sha256(source)
    assert package(lock, "pure").file == "pure-1.1.tar.gz"
    assert "127.0.0.1" not in repository.file.read_text()


def test_a_version_that_the_index_lacks_comes_from_pyodide_too(
    repository: DependencyRepository,
) -> None:
    repository.index.wheel("core", "2.0", tag=BROWSER_TAG)
    repository.index.wheel("top", "1.0", "core==1.0")
    repository.pyodide.wheel("core", "1.0")

    lock = repository.lock(weather="top==1.0")

    assert package(lock, "core").kind == "pyodide"
    assert package(lock, "core").version == "1.0"


def test_pyodides_version_is_found_for_an_older_one_of_what_asks(
    repository: DependencyRepository,
) -> None:
    repository.index.wheel("native", "2.0", tag="cp314-cp314-win_amd64")
    repository.index.wheel("top", "2.0", "native>=2")
    repository.index.wheel("top", "1.0", "native>=1")
    repository.pyodide.wheel("native", "1.5")

    assert versions(repository.lock(weather="top")) == ["native 1.5", "top 1.0"]


def test_a_package_is_built_where_pyodides_own_cannot_be_fetched(
    repository: DependencyRepository,
) -> None:
    repository.pyodide.wheel("thing", "1.0")
    repository.pyodide.remove(f"thing-1.0-{BROWSER_TAG}.whl")
    repository.index.source("thing", "1.0")

    assert package(repository.lock(weather="thing"), "thing").kind == "built"
    assert (
        f"Pyodide's own thing-1.0-{BROWSER_TAG}.whl cannot be fetched from 127.0.0.1: it answers with status 404"
        in repository.told
    )


def test_an_older_version_may_do_without_what_has_no_build(
    repository: DependencyRepository,
) -> None:
    repository.index.wheel("thing", "2.0", "native")
    repository.index.wheel("thing", "1.0")
    repository.index.wheel("native", tag="cp314-cp314-win_amd64")

    assert versions(repository.lock(weather="thing")) == ["thing 1.0"]
    assert repository.told[-1] == (
        "native has no build for the browser; looking for versions of other packages that do without it"
    )


def test_a_withdrawn_version_is_taken_only_when_asked_for_exactly(
    repository: DependencyRepository,
) -> None:
    repository.index.wheel("thing", "1.0")
    repository.index.wheel("thing", "2.0", yanked="broken")

    assert versions(repository.lock(weather="thing")) == ["thing 1.0"]
    assert versions(repository.lock(weather="thing==2.0")) == ["thing 2.0"]
    assert repository.told[-1].startswith("thing 2.0 was withdrawn (yanked) by its authors")
    repository.file.unlink()
    assert repository.refused(weather="thing>1") == (
        "No version of thing fits: widget `weather` asks for thing>1. Its authors have withdrawn (yanked) those that "
        "would: they are used only when asked for by `==`. Tried beside the index: Pyodide 314.0.7 does not have it; "
        "the index has no source distribution of it that fits."
    )


# What is said where there is none


def test_two_widgets_that_differ_are_both_named(repository: DependencyRepository) -> None:
    for version in ("1.0", "2.0"):
        repository.index.wheel("thing", version)

    assert repository.refused(clock="thing<2", weather="thing>=2") == (
        "The widgets' requirements cannot be met together: widget `clock` asks for thing<2; widget `weather` asks for "
        "thing>=2. All widgets of a page share one version of a package: change one of these."
    )
    assert not repository.file.exists()


def test_a_widget_that_differs_from_what_anothers_package_needs_is_named_with_it(
    repository: DependencyRepository,
) -> None:
    for version in ("1.0", "2.0"):
        repository.index.wheel("thing", version)
    repository.index.wheel("top", "1.0", "middle")
    for version in ("1.0", "1.1"):
        repository.index.wheel("middle", version, "thing<2")

    assert repository.refused(clock="thing>=2", map="top", weather="top>=1") == (
        "The widgets' requirements cannot be met together: widget `clock` asks for thing>=2; middle 1.1 needs thing<2 "
        "(widgets `map` and `weather` ask for top, which needs middle). All widgets of a page share one version of a "
        "package: change one of these."
    )


def test_a_package_without_a_build_is_named_with_all_that_was_tried(
    repository: DependencyRepository,
) -> None:
    repository.index.wheel("top", "1.0", "lxml>=6")
    repository.index.wheel("lxml", "6.0", tag="cp314-cp314-win_amd64")
    repository.index.source("lxml", "6.0", compiles=True)
    repository.pyodide.wheel("lxml", "5.0")

    assert repository.refused(weather="top") == (
        "lxml has no build for the browser's Python, and widget `weather` asks for top, which needs it. Tried: no "
        "wheel of the index is for the browser's Python; Pyodide 314.0.7 has version 5.0 alone; its source "
        "distribution needs a compiler, and what one makes here is for this computer alone. Version 5.0 as "
        "Pyodide has it runs in the browser: see to it that it can be fetched, and that the widgets' requirements "
        "allow it. Instead: xml.etree.ElementTree or html.parser of the standard library."
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"fails": "out of order"}, "cannot be built here: ValueError: out of order"),
        (
            {"tag": "cp311-cp311-linux_x86_64"},
            "builds thing-1.0-cp311-cp311-linux_x86_64.whl, which is for this computer alone",
        ),
        (
            {"tag": "py2-none-any"},
            "builds thing-1.0-py2-none-any.whl, which is not for Python 3.14",
        ),
    ],
)
def test_a_build_that_gives_no_wheel_for_the_browser_is_told(
    repository: DependencyRepository, options: dict[str, str], told: str
) -> None:
    repository.index.source("thing", **options)  # type: ignore[arg-type]
    with pytest.raises(NotBuiltError) as raised:
        built_wheel("thing", "", WheelCache.of_user())
    assert str(raised.value) == f"its source distribution {told}"


def test_a_name_that_nobody_has_is_told(repository: DependencyRepository) -> None:
    repository.index.wheel("top", "1.0", "no-such")
    assert repository.refused(weather="top") == (
        "There is no package no-such on the index, and widget `weather` asks for top, which needs it: check its name, "
        "and pip's indexes."
    )


def test_a_version_that_there_is_not_is_told_with_those_there_are(
    repository: DependencyRepository,
) -> None:
    for minor in range(12):
        repository.index.wheel("thing", f"1.{minor}")

    assert repository.refused(weather="thing>=2").startswith(
        "No version of thing fits: widget `weather` asks for thing>=2. The newest ones for the browser's Python are: "
        "1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 1.10, 1.11. Tried beside the index: "
    )


def test_a_package_for_other_pythons_only_is_told(repository: DependencyRepository) -> None:
    repository.index.wheel("thing", requires_python="<3.14")
    assert "thing 1.0 needs Python <3.14, and widgets run on Python 3.14.2" in repository.refused(
        weather="thing"
    )


def test_a_network_in_the_way_is_told(
    repository: DependencyRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    assert repository.refused(weather="thing").startswith(
        "The package index at 127.0.0.1 cannot be reached: connection error"
    )


def test_another_file_than_pyodide_lists_is_not_used(repository: DependencyRepository) -> None:
    repository.pyodide.wheel("thing")
    repository.pyodide.change(f"thing-1.0-{BROWSER_TAG}.whl", b"something else")
    assert "came from 127.0.0.1 with other content than Pyodide 314.0.7 lists" in (
        repository.refused(weather="thing")
    )


def test_a_package_that_asks_for_an_address_is_refused(
    repository: DependencyRepository, tmp_path: Path
) -> None:
    wheel = repository.index.wheel("thing")
    (tmp_path / "thing-1.0-py3-none-any.whl").write_bytes(wheel)
    repository.index.wheel("top", "1.0", f"thing @ {tmp_path.as_uri()}/thing-1.0-py3-none-any.whl")
    assert repository.refused(weather="top").startswith(
        "thing 1.0 is asked for by an address instead of from an index, which a lock cannot hold"
    )


# The lock that is there already


def test_a_lock_that_matches_is_used_without_pip(
    repository: DependencyRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = lock_of(
        *(locked_package(name, b"") for name in ("other", "thing")),
        clock=("thing",),
        weather=("other", "thing>=1"),
    )
    write_lock(repository.root, lock)
    content = repository.file.read_bytes()
    monkeypatch.setattr(sys, "executable", NO_PIP)

    assert repository.lock(clock="thing", weather=("other", "thing>=1"), plain=()) == lock
    assert repository.lock(frozen=True, clock="thing", weather=("other", "thing>=1")) == lock
    assert repository.file.read_bytes() == content
    with pytest.raises(FileNotFoundError):
        repository.lock(clock="thing")


def test_locked_versions_are_kept_where_they_still_fit(repository: DependencyRepository) -> None:
    for name in ("a", "b", "c"):
        repository.index.wheel(name)
    repository.lock(weather=("a", "b", "c"))
    for name in ("a", "b", "c"):
        repository.index.wheel(name, "2.0")
    repository.index.wheel("d", "1.0", "c>=2")

    assert versions(repository.lock(weather="a", clock="b>=2")) == ["a 1.0", "b 2.0"]
    repository.lock(weather=("a", "b", "c"))
    assert versions(repository.lock(weather="a", map="c", clock="d")) == ["a 1.0", "c 2.0", "d 1.0"]
    assert versions(repository.lock(weather="a", map="c", clock="d", upgrade=True)) == [
        "a 2.0",
        "c 2.0",
        "d 1.0",
    ]


def test_a_locked_version_that_is_gone_is_replaced_when_anything_changes(
    repository: DependencyRepository,
) -> None:
    write_lock(repository.root, lock_of(locked_package("a", b""), weather=("a",)))
    repository.index.wheel("a", "0.9")
    assert versions(repository.lock(weather="a", clock="a")) == ["a 0.9"]


def test_a_package_of_another_pyodide_is_replaced(repository: DependencyRepository) -> None:
    lock = lock_of(locked_package("a", b"", "pyodide"), weather=("a",))
    write_lock(repository.root, lock)
    repository.pyodide.wheel("a", "2.0")
    assert versions(repository.lock(weather="a")) == ["a 2.0"]


def test_a_locked_build_whose_source_is_gone_is_replaced(repository: DependencyRepository) -> None:
    write_lock(repository.root, lock_of(locked_package("a", b"", "built"), weather=("a",)))
    repository.index.wheel("a", "1.0", tag="cp314-cp314-win_amd64")
    repository.pyodide.wheel("a", "2.0")
    assert versions(repository.lock(weather="a", clock="a")) == ["a 2.0"]


def test_a_broken_lock_is_passed_over_when_upgrading(repository: DependencyRepository) -> None:
    repository.index.wheel("a")
    repository.file.write_text("{")
    assert "widgets.lock is not JSON" in repository.refused(weather="a")
    assert versions(repository.lock(weather="a", upgrade=True)) == ["a 1.0"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"clock": "a>=1"}, "widget `clock` asks for a>=1 where the lock has a"),
        ({"clock": "a", "map": "b"}, "widget `map` asks for b"),
        ({}, "no widget asks for any package, so there should be no such file"),
    ],
)
def test_a_frozen_lock_that_does_not_match_is_an_error_and_stays(
    repository: DependencyRepository, asked: dict[str, str], told: str
) -> None:
    write_lock(repository.root, lock_of(locked_package("a", b""), clock=("a",)))
    content = repository.file.read_bytes()

    assert repository.refused(frozen=True, **asked) == (
        f"widgets.lock does not match the widgets, and may not be changed here: {told}. Run `widget build`, "
        "and commit widgets.lock."
    )
    assert repository.file.read_bytes() == content


def test_a_frozen_lock_that_is_not_there_is_an_error(repository: DependencyRepository) -> None:
    assert "widgets.lock is missing" in repository.refused(frozen=True, weather="a")
    assert repository.lock(frozen=True) == Lock()


def edited(repository: DependencyRepository, old: str, new: str) -> None:
    text = repository.file.read_text()
    assert old in text
    repository.file.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '"3.14"',
            '"3.13"',
            "it is for Python 3.13 on pyemscripten_2026_0_wasm32, and widgets run",
        ),
        ('"version": "1.0"', '"version": "0.9"', "asks for a>=1 where the lock has 0.9"),
        ('"kind": "index"', '"kind": "pyodide"', "a 1.0 is not among the packages of Pyodide 314"),
    ],
)
def test_a_lock_that_no_longer_holds_is_made_anew(
    repository: DependencyRepository, old: str, new: str, told: str
) -> None:
    lock = lock_of(locked_package("a", repository.index.wheel("a")), weather=("a>=1",))
    write_lock(repository.root, lock)
    edited(repository, old, new)

    assert told in repository.refused(frozen=True, weather="a>=1")
    assert repository.lock(weather="a>=1") == lock


def test_a_repository_without_dependencies_has_no_lock(repository: DependencyRepository) -> None:
    write_lock(repository.root, lock_of(locked_package("a", b""), clock=("a",)))

    assert repository.lock(weather=()) == Lock()
    assert not repository.file.exists()
    assert repository.lock() == Lock()


def test_a_repository_may_ask_for_nothing_in_the_browser(repository: DependencyRepository) -> None:
    lock = repository.lock(weather="a; sys_platform == 'win32'")
    assert lock.packages == ()
    assert repository.lock(frozen=True, weather="a; sys_platform == 'win32'") == lock
