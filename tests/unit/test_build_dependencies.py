"""What of its dependencies a widget's bundle carries, and that an unchanged build makes nothing anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.dependency_repository import DependencyRepository, repository
from tests.unit.package_index import zipped
from tests.unit.test_build import Files, command, tree, write
from widget_workbench import shipped
from widget_workbench.bundle import dependency_archives
from widget_workbench.dependencies import Package, PyodideLock

__all__ = ["repository"]

MANIFEST = {"title": "Weather", "category": "Tests"}


def asking(*requirements: str) -> str:
    return f"# /// script\n# dependencies = {json.dumps(requirements)}\n# ///\ndef init(sdk): ...\n"


def write_widget(repository: DependencyRepository, name: str, *requirements: str) -> None:
    main = asking(*requirements) if requirements else "def init(sdk): ..."
    files: Files = {f"widgets/{name}/widget.json": MANIFEST, f"widgets/{name}/main.py": main}
    write(repository.root, files)


def built(repository: DependencyRepository, *options: str) -> Path:
    out = repository.root.parent / "dist"
    result = command(repository.root, "--out", out, *options)
    assert result.exit_code == 0, result.output
    return out


def refused(repository: DependencyRepository, *options: str) -> str:
    result = command(repository.root, "--out", repository.root.parent / "dist", *options)
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    return result.output


def carried(out: Path, widget: str) -> list[str]:
    """The names and versions of the packages that a widget's bundle carries."""
    records = json.loads((out / "widgets" / widget / "bundle.json").read_text())["files"]
    packages = [record for record in records if record.get("part") == "dependency"]
    for record in packages:
        assert (out / "widgets" / widget / record["path"]).stat().st_size == record["bytes"]
    return [record["dependency"] for record in packages]


def test_a_bundle_carries_its_own_dependencies_and_not_its_neighbours(
    repository: DependencyRepository,
) -> None:
    repository.index.wheel("red", "1.0", "shared")
    repository.index.wheel("blue", "2.0", "shared")
    repository.index.wheel("shared", "3.0")
    write_widget(repository, "rose", "red")
    write_widget(repository, "sky", "blue>=1")
    write_widget(repository, "plain")
    out = built(repository)
    assert carried(out, "rose") == ["red 1.0", "shared 3.0"]
    assert carried(out, "sky") == ["blue 2.0", "shared 3.0"]
    assert carried(out, "plain") == []
    # The same package is the same file, wherever it is carried.
    shared = {path.name: path.read_bytes() for path in out.glob("widgets/*/runtime/shared-*")}
    assert len(shared) == 1


def test_the_late_library_is_due_for_dependencies_and_for_what_a_widget_imports_of_it(
    repository: DependencyRepository,
) -> None:
    repository.index.wheel("red", "1.0")
    write_widget(repository, "rose", "red")
    write_widget(repository, "plain")
    write_widget(repository, "mail")
    main = repository.root / "widgets" / "mail" / "main.py"
    main.write_text("import json\nfrom email.mime import text\ndef init(sdk): ...\n")
    out = built(repository)
    due = {
        directory.name: 'data-due="start"' in (directory / "index.html").read_text()
        for directory in (out / "widgets").iterdir()
    }
    assert due == {"rose": True, "plain": False, "mail": True}


def test_an_unchanged_build_resolves_fetches_and_compiles_nothing(
    repository: DependencyRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.index.wheel("red", "1.0")
    write_widget(repository, "rose", "red")
    first = tree(built(repository))
    repository.index.remove("red")
    for name in ("carry_out", "fetched"):
        monkeypatch.setattr(dependency_archives, name, None)
    assert tree(built(repository, "--locked")) == first


def test_a_damaged_archive_in_the_cache_is_made_anew(
    repository: DependencyRepository, tmp_path: Path
) -> None:
    repository.index.wheel("red", "1.0")
    write_widget(repository, "rose", "red")
    first = tree(built(repository))
    (archive,) = (tmp_path / "cache" / "archives").glob("*/*")
    archive.write_bytes(archive.read_bytes()[:-1])
    assert tree(built(repository)) == first


def test_locked_refuses_what_would_change_the_lock(repository: DependencyRepository) -> None:
    repository.index.wheel("red", "1.0")
    repository.index.wheel("red", "2.0")
    write_widget(repository, "rose", "red<2")
    assert "widgets.lock is missing, and may not be made here" in refused(repository, "--locked")
    built(repository)
    locked = repository.file.read_bytes()
    write_widget(repository, "rose", "red>=2")
    assert "widgets.lock does not match the widgets" in refused(repository, "--locked")
    assert repository.file.read_bytes() == locked
    assert carried(built(repository), "rose") == ["red 2.0"]


def test_upgrade_takes_the_newest(repository: DependencyRepository) -> None:
    repository.index.wheel("red", "1.0")
    write_widget(repository, "rose", "red")
    built(repository)
    repository.index.wheel("red", "1.1")
    assert carried(built(repository), "rose") == ["red 1.0"]
    assert carried(built(repository, "--upgrade"), "rose") == ["red 1.1"]


def test_two_widgets_that_need_different_versions_are_both_named(
    repository: DependencyRepository,
) -> None:
    repository.index.wheel("red", "1.0")
    repository.index.wheel("red", "2.0")
    write_widget(repository, "rose", "red<2")
    write_widget(repository, "sky", "red>=2")
    told = refused(repository)
    for part in ("rose", "red<2", "sky", "red>=2"):
        assert part in told


def test_a_hostile_wheel_leaves_no_trace(repository: DependencyRepository, tmp_path: Path) -> None:
    content = zipped({"../../../evil.py": b"", "red-1.0.dist-info/METADATA": b""})
    repository.index.file("red", "red-1.0-py3-none-any.whl", content)
    write_widget(repository, "rose", "red")
    assert "red" in refused(repository)
    assert list(tmp_path.rglob("evil.py")) == []
    assert not (tmp_path / "dist").exists()


def test_pyodides_own_packages_come_from_where_the_environment_says(
    repository: DependencyRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(dependency_archives.PACKAGES_URL, repository.pyodide.url)
    write_widget(repository, "rose", "numpy")
    numpy = json.loads((shipped.pyodide_core() / "pyodide-lock.json").read_text())["packages"][
        "numpy"
    ]
    repository.pyodide.change(numpy["file_name"], b"no numpy")
    told = refused(repository)
    assert "came from 127.0.0.1 with other content" in told


def test_pyodides_own_packages_bring_the_libraries_that_they_link(
    repository: DependencyRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.pyodide.library("libfast")
    repository.pyodide.wheel("arrays", "1.0", depends=["libfast"])
    read = PyodideLock.read
    monkeypatch.setattr(PyodideLock, "read", lambda *_: repository.pyodide.lock)
    write_widget(repository, "rose", "arrays")
    assert carried(built(repository), "rose") == ["arrays 1.0", "libfast 1.0"]
    monkeypatch.setattr(PyodideLock, "read", read)
    # Where the browser's Python looks for them, outside of any package.
    library = Package(
        name="libfast", version="1.0", file="libfast-1.0.zip", sha256="0" * 64, kind="library"
    )
    zip_file = repository.root / "libfast-1.0.zip"
    zip_file.write_bytes(zipped({"libfast.so": b"\0asm"}))
    compilation = dependency_archives.compilation_of(library, zip_file)
    assert compilation.files == {"/usr/lib/libfast.so": b"\0asm"}


def test_files_of_a_package_that_do_not_compile_are_left_out(
    repository: DependencyRepository,
) -> None:
    # As installers do: a package may carry templates, or code for another Python.
    repository.index.wheel(
        "red", "1.0", files={"red/__init__.py": "a = 1\n", "red/template.py": "{{ name }} = ?\n"}
    )
    write_widget(repository, "rose", "red")
    assert carried(built(repository), "rose") == ["red 1.0"]
