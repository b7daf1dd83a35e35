"""Wheels that are read without trust, and which of their files ship."""

import io
import stat
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.unit.package_index import (
    BROWSER_TAG,
    file_name,
    record,
    record_hash,
    wheel_files,
    zipped,
)
from widget_workbench.dependencies import DependencyError, shipped_files

NAME = file_name("thing", "1.0")
DIST_INFO = "thing-1.0.dist-info"


def write(directory: Path, content: bytes, name: str = NAME) -> Path:
    wheel = directory / name
    wheel.write_bytes(content)
    return wheel


def thing(files: dict[str, str | bytes]) -> bytes:
    return zipped(wheel_files("thing", "1.0", files))


def message(wheel: Path) -> str:
    with pytest.raises(DependencyError) as raised:
        shipped_files(wheel)
    return str(raised.value)


# What ships


def test_a_browser_gets_the_code_the_metadata_and_the_licences(tmp_path: Path) -> None:
    kept = [
        "thing/__init__.py",
        "thing/data/zones/Berlin",
        "thing/native.cpython-314-wasm32-emscripten.so",
        "thing/test/__init__.py",
        "thing/test/client.py",
        "thing/testing.py",
        "thing/test_case.py",
        "tests/__init__.py",
        "top.py",
        f"{DIST_INFO}/AUTHORS.md",
        f"{DIST_INFO}/entry_points.txt",
        f"{DIST_INFO}/LICENSE",
        f"{DIST_INFO}/licenses/vendored/COPYING",
        f"{DIST_INFO}/top_level.txt",
    ]
    dropped = [
        "thing/__pycache__/__init__.cpython-314.pyc",
        "thing/conftest.py",
        "thing/core.pyx",
        "thing/core.pyi",
        "thing/include/core.h",
        "thing/py.typed",
        "thing/tests/__init__.py",
        "thing/tests/data/expected.json",
        "thing/tests/deep/test_core.py",
        "thing.pth",
        f"{DIST_INFO}/sboms/auditwheel.json",
        f"{DIST_INFO}/zip-safe",
    ]
    wheel = write(tmp_path, thing({path: path for path in (*kept, *dropped)}))

    shipped = shipped_files(wheel)

    assert sorted(shipped) == sorted([*kept, f"{DIST_INFO}/METADATA"])
    assert list(shipped) == sorted(shipped)
    assert shipped["top.py"] == b"top.py"


def test_files_beside_the_code_are_merged_or_dropped_by_their_place(tmp_path: Path) -> None:
    data = "thing-1.0.data"
    files: dict[str, str | bytes] = {
        f"{data}/{place}/one.txt": place
        for place in ("data", "headers", "scripts", "platlib/thing", "purelib/more")
    }
    shipped = shipped_files(write(tmp_path, thing({**files, "thing/__init__.py": ""})))

    assert sorted(shipped) == [
        "more/one.txt",
        f"{DIST_INFO}/METADATA",
        "thing/__init__.py",
        "thing/one.txt",
    ]


def test_two_files_for_one_place_are_refused(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"thing/a.py": "1", "thing-1.0.data/purelib/thing/a.py": "2"}
    assert "another file for the same place 'thing/a.py'" in message(write(tmp_path, thing(files)))


def test_a_compiled_wheel_for_the_browser_is_read(tmp_path: Path) -> None:
    content = zipped(wheel_files("thing", "1.0", tag=BROWSER_TAG))
    wheel = write(tmp_path, content, file_name("thing", "1.0", BROWSER_TAG))
    assert "thing/__init__.py" in shipped_files(wheel)


def test_all_files_of_a_shared_library_ship(tmp_path: Path) -> None:
    archive = write(tmp_path, zipped({"libthing.so": b"\0asm"}), "libthing-1.0.zip")
    assert shipped_files(archive) == {"libthing.so": b"\0asm"}


# What is refused


def packed(members: Iterable[tuple[zipfile.ZipInfo, bytes]]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, each in members:
            archive.writestr(member, each)
    return content.getvalue()


def member(name: str, mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x")
    info.filename = name  # as it is, also where zipfile would change it
    info.external_attr = mode << 16
    return info


def with_members(*members: zipfile.ZipInfo) -> bytes:
    """A wheel whose RECORD knows the members, so that nothing but they are wrong."""
    honest = wheel_files("thing", "1.0")
    del honest[f"{DIST_INFO}/RECORD"]
    everything = {**honest, **{each.filename: b"x" for each in members}}
    honest[f"{DIST_INFO}/RECORD"] = record(everything, DIST_INFO)
    return packed(
        [
            *((each, b"x") for each in members),
            *((member(path), each) for path, each in honest.items()),
        ]
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("/etc/passwd", "'/etc/passwd', an absolute path"),
        ("C:/thing.py", "'C:/thing.py', an absolute path"),
        ("c:thing.py", "'c:thing.py', an absolute path"),
        ("../thing.py", "'../thing.py', a path that leads elsewhere"),
        ("thing/../../a.py", "'thing/../../a.py', a path that leads elsewhere"),
        ("thing/./a.py", "'thing/./a.py', a path that leads elsewhere"),
        ("thing//a.py", "'thing//a.py', a path that leads elsewhere"),
        ("thing\\a.py", "a path with a character that no path may have"),
        ("thing/a\n.py", "a path with a character that no path may have"),
        ("../", "'../', a path that leads elsewhere"),
    ],
)
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str, told: str) -> None:
    assert message(write(tmp_path, with_members(member(name)))) == (
        f"{NAME} holds {told}. Nothing of it is used: take another version of the package."
        if told.startswith("'")
        else f"{NAME} holds {name!r}, {told}. Nothing of it is used: take another version of the package."
    )


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: int) -> None:
    told = message(write(tmp_path, with_members(member("thing/link.py", kind | 0o777))))
    assert told.startswith(f"{NAME} holds 'thing/link.py', which is a link or a device and no file")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("thing/a.py", "thing/a.py"), "holds 'thing/a.py' twice"),
        (("thing/A.py", "thing/a.py"), "holds 'thing/A.py' and 'thing/a.py', which some systems"),
        (("thing/e\u0301.py", "thing/\xe9.py"), "which some systems take for one"),
        (
            ("thing/a", "thing/a/b.py"),
            "holds 'thing/a' as a file and, with 'thing/a/b.py', as a dir",
        ),
        (
            ("thing/A", "thing/a/b.py"),
            "holds 'thing/A' as a file and, with 'thing/a/b.py', as a dir",
        ),
    ],
)
def test_names_for_one_place_are_refused(tmp_path: Path, names: tuple[str, ...], told: str) -> None:
    assert told in message(write(tmp_path, with_members(*map(member, names))))


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    content = bytearray(thing({"thing/a.py": "x" * 100}))
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1  # the flags in the directory at the end, which zipfile goes by
    assert "which is encrypted" in message(write(tmp_path, bytes(content)))


def test_a_zip_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    bomb = thing({"thing/zeros": b"\0" * (21 * 2**20)})
    assert "times its size, which is taken for an attack" in message(write(tmp_path, bomb))


def test_a_wheel_that_is_too_large_for_a_browser_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widget_workbench.dependencies.archive.MOST_BYTES", 2**20)
    large = thing({"thing/zeros": b"\0" * (2 * 2**20)})
    assert "unpacks to 2 MB, and a browser gets 1 MB at most" in message(write(tmp_path, large))


def test_a_size_that_lies_is_found(tmp_path: Path) -> None:
    content = bytearray(thing({"thing/a.py": "x" * 5000}))
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    assert f"{NAME} is damaged (" in message(write(tmp_path, bytes(content)))


@pytest.mark.parametrize("content", [b"", b"no zip", thing({"thing/a.py": "x" * 5000})[:-60]])
def test_what_is_no_whole_zip_file_is_refused(tmp_path: Path, content: bytes) -> None:
    assert f"{NAME} is damaged (" in message(write(tmp_path, content))


def changed(change: Callable[[dict[str, bytes]], None]) -> bytes:
    content = wheel_files("thing", "1.0")
    change(content)
    return zipped(content)


def record_without(text: str) -> Callable[[dict[str, bytes]], None]:
    def change(content: dict[str, bytes]) -> None:
        lines = content[f"{DIST_INFO}/RECORD"].decode().splitlines(keepends=True)
        content[f"{DIST_INFO}/RECORD"] = "".join(x for x in lines if text not in x).encode()

    return change


def record_with(row: str) -> Callable[[dict[str, bytes]], None]:
    def change(content: dict[str, bytes]) -> None:
        content[f"{DIST_INFO}/RECORD"] += f"{row}\n".encode()

    return change


def with_content(path: str, each: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda content: content.update({path: each})


def resized(content: dict[str, bytes]) -> None:
    code = content["thing/__init__.py"]
    row = f"thing/__init__.py,{record_hash(code)},"
    changed_row = content[f"{DIST_INFO}/RECORD"].replace(
        f"{row}{len(code)}".encode(), f"{row}1".encode()
    )
    content[f"{DIST_INFO}/RECORD"] = changed_row


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda content: content.pop(f"{DIST_INFO}/RECORD"), "has no RECORD"),
        (
            with_content("thing/__init__.py", b"!"),
            "'thing/__init__.py' with other content than its",
        ),
        (resized, "'thing/__init__.py' of another size than its RECORD says"),
        (with_content("thing/more.py", b""), "'thing/more.py', which its RECORD does not list"),
        (record_without("METADATA"), f"'{DIST_INFO}/METADATA', which its RECORD does not list"),
        (record_with("thing/gone.py,sha256=x,1"), "'thing/gone.py' in its RECORD, and does not"),
        (record_with("thing/__init__.py,,"), "lists 'thing/__init__.py' in its RECORD twice"),
        (with_content(f"{DIST_INFO}/RECORD", b"a,b\n"), "has a RECORD that cannot be read"),
        (with_content(f"{DIST_INFO}/RECORD", b"\xff,,\n"), "has a RECORD that cannot be read"),
        (lambda content: content.pop(f"{DIST_INFO}/WHEEL"), "has no METADATA or no WHEEL in"),
        (with_content("thing-2.0.dist-info/METADATA", b""), "holds 2 directories .dist-info"),
        (
            with_content(f"{DIST_INFO}/METADATA", b"Name: other\nVersion: 1.0\n"),
            "is other 1.0 by its METADATA, and another by the file's name",
        ),
        (
            with_content(f"{DIST_INFO}/METADATA", b"Name: thing\nVersion: oops\n"),
            "is thing oops by its METADATA, and another by the file's name",
        ),
    ],
)
def test_a_wheel_that_is_not_what_it_says_is_refused(
    tmp_path: Path, change: Callable[[dict[str, bytes]], None], told: str
) -> None:
    assert told in message(write(tmp_path, changed(change)))


@pytest.mark.parametrize("algorithm", ["", "md5="])
def test_a_file_without_a_good_hash_is_refused(tmp_path: Path, algorithm: str) -> None:
    def weakened(content: dict[str, bytes]) -> None:
        path = f"{DIST_INFO}/RECORD"
        row = f"thing/__init__.py,{record_hash(content['thing/__init__.py'])}"
        weak = f"thing/__init__.py,{algorithm}{'0' * 22 if algorithm else ''}"
        content[path] = content[path].replace(row.encode(), weak.encode())

    told = message(write(tmp_path, changed(weakened)))
    assert "has no hash of 'thing/__init__.py' in its RECORD, of SHA-256 or better" in told


def test_the_dist_info_has_to_be_the_files(tmp_path: Path) -> None:
    wheel = write(tmp_path, zipped(wheel_files("thing", "2.0")))
    assert f"{NAME} is thing 2.0 by its METADATA, and another" in message(wheel)


@pytest.mark.parametrize("name", ["thing.whl", "thing-1.0.whl", "thing-new-py3-none-any.whl"])
def test_a_file_that_is_not_named_as_a_wheel_is_refused(tmp_path: Path, name: str) -> None:
    told = message(write(tmp_path, zipped(wheel_files("thing", "1.0")), name))
    assert told.startswith(f"{name} has no name of a wheel (name-version-python-abi-platform.whl)")


@pytest.mark.parametrize(
    "tag",
    [
        "cp314-cp314-manylinux_2_28_x86_64",
        "cp313-cp313-pyemscripten_2026_0_wasm32",
        "cp314-cp314-pyodide_2025_0_wasm32",
        "cp314-cp314t-pyemscripten_2026_0_wasm32",
        "py2-none-any",
    ],
)
def test_a_wheel_for_another_platform_is_refused(tmp_path: Path, tag: str) -> None:
    wheel = write(tmp_path, zipped(wheel_files("thing", "1.0")), file_name("thing", "1.0", tag))
    assert "is for another platform than Python 3.14 on pyemscripten_2026_0_wasm32" in message(
        wheel
    )


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    assert message(tmp_path / NAME).endswith(f"{NAME} cannot be read: No such file or directory.")
