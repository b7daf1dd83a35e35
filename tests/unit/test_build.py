"""`widget build`: what is written, and that nothing is where something is wrong."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from widget_workbench.bundle import Bundled, BundleError, build, hosting_of
from widget_workbench.cli import main

CHECKOUT = Path(__file__).parents[2]

WIDGET = "from widget_workbench.cli import main; main()"

MANIFEST = {"title": "Weather", "category": "Tests"}

Files = Mapping[str, str | bytes | Mapping[str, Any]]

NOTHING: Files = {}


def write(root: Path, files: Files) -> Path:
    """Writes files by their path, objects as JSON; returns the repository."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content) if isinstance(content, Mapping) else content
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def python_widget(files: Files = NOTHING, name: str = "weather") -> Files:
    """The files of one: widget.json and main.py are there anyway."""
    given = {"widget.json": MANIFEST, "main.py": "def init(sdk): ...", **files}
    return {f"widgets/{name}/{path}": content for path, content in given.items()}


def built(root: Path, out: Path | None = None) -> dict[str, bytes]:
    """Builds; returns what was written, by path."""
    out = out or root.parent / "dist"
    build(root, out, Bundled())
    return tree(out)


def tree(directory: Path) -> dict[str, bytes]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in files}


def registry(files: Mapping[str, bytes], name: str = "extensions") -> dict[str, Any]:
    document: dict[str, Any] = json.loads(files[f"{name}_registry.json"])
    return document


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["build", *map(str, arguments)])


# What is written.


def test_a_python_widget_is_its_sources_the_loader_and_the_runtime(tmp_path: Path) -> None:
    files = built(
        write(
            tmp_path / "repository",
            python_widget(
                {
                    "format.py": "",
                    "style.css": "",
                    "assets/logo.svg": "<svg/>",
                    "thumbnail.png": b"png",
                    "test_weather.py": "",
                    "notes.txt": "",
                }
            ),
        )
    )
    directory = "widgets/weather/"
    own = {path.removeprefix(directory) for path in files if path.startswith(directory)}
    plain = {path for path in own if not path.startswith(("loader/", "runtime/"))}
    assert plain == {
        "assets/logo.svg",
        "bundle.json",
        "format.py",
        "format.pyc",
        "index.html",
        "main.py",
        "main.pyc",
        "style.css",
        "thumbnail.png",
    }
    assert {path for path in own if path.startswith("loader/")} == {"loader/loader.js"}
    parts = {
        path.partition("/")[2].partition("-")[0] for path in own if path.startswith("runtime/")
    }
    assert parts == {"LICENCES.txt", "core", "late", "snapshot", "wasm"}
    assert b"Mozilla Public License" in files[f"{directory}runtime/LICENCES.txt"]


def test_the_registry_has_all_of_widget_json_and_the_built_paths(tmp_path: Path) -> None:
    manifest = {**MANIFEST, "description": "Of today", "unknown": [1], "type": "wrong"}
    root = write(
        tmp_path / "repository",
        python_widget({"widget.json": manifest, "thumbnail.png": b"png"}),
    )
    assert registry(built(root)) == {
        "widgets": [
            {
                **manifest,
                "type": "weather",
                "source": {"path": "widgets/weather", "entry": "index.html"},
                "imageSrc": "widgets/weather/thumbnail.png",
            }
        ]
    }


def test_javascript_external_and_global_code_are_carried_over_unchanged(tmp_path: Path) -> None:
    source = {"path": "dist", "entry": "index.html"}
    content = {"endpoint": "https://example.com/w", "method": "GET", "cacheStrategy": "none"}
    own: Files = {
        "widgets/tabs/widget.json": {**MANIFEST, "source": source, "imageSrc": "./tabs.png"},
        "widgets/tabs/dist/index.html": "<script src=./a.js></script>",
        "widgets/tabs/dist/deep/a.js": "1",
        "widgets/tabs/src/a.ts": "not published",
        "widgets/tabs/tabs.png": b"png",
        "widgets/elsewhere/widget.json": {**MANIFEST, "content": content},
        "scripts/chat/script.json": {"placement": "head", "rules": []},
        "scripts/chat/script.js": "chat()",
        "stylesheets/brand/stylesheet.json": {"rules": []},
        "stylesheets/brand/style.css": "a {}",
    }
    root = write(tmp_path / "repository", own)
    files = built(root)
    for path in (
        "widgets/tabs/dist/index.html",
        "widgets/tabs/dist/deep/a.js",
        "widgets/tabs/tabs.png",
        "scripts/chat/script.js",
        "stylesheets/brand/style.css",
    ):
        assert files[path] == (root / path).read_bytes()
    assert set(files) == {
        "connectors_registry.json",
        "extensions_registry.json",
        "scripts/chat/script.js",
        "stylesheets/brand/style.css",
        "widgets/tabs/dist/deep/a.js",
        "widgets/tabs/dist/index.html",
        "widgets/tabs/tabs.png",
    }
    found = registry(files)
    assert found["widgets"] == [
        {**MANIFEST, "type": "elsewhere", "content": content},
        {
            **MANIFEST,
            "type": "tabs",
            "source": {"path": "widgets/tabs/dist", "entry": "index.html"},
            "imageSrc": "widgets/tabs/tabs.png",
        },
    ]
    assert found["scripts"] == [
        {
            "name": "chat",
            "placement": "head",
            "rules": [],
            "source": {"path": "scripts/chat", "entry": "script.js"},
        }
    ]
    assert found["stylesheets"] == [
        {
            "name": "brand",
            "rules": [],
            "source": {"path": "stylesheets/brand", "entry": "style.css"},
        }
    ]


def test_the_connectors_of_all_widgets_are_merged_and_those_of_the_preview_are_not(
    tmp_path: Path,
) -> None:
    def connector(name: str) -> dict[str, Any]:
        return {"name": name, "permalink": name, "url": "https://api.example.com/", "extra": 1}

    step = {"name": "first", "url": "https://api.example.com/"}
    composite = {"name": "both", "permalink": "both", "steps": [step]}
    root = write(
        tmp_path / "repository",
        {
            **python_widget(
                name="a", files={"connectors.json": {"connectors": [connector("one")]}}
            ),
            **python_widget(
                name="b",
                files={
                    "connectors.json": {
                        "connectors": [connector("two")],
                        "composite_connectors": [composite],
                    }
                },
            ),
            "preview.connectors.json": {"connectors": [connector("made-by-hand")]},
        },
    )
    assert registry(built(root), "connectors") == {
        "connectors": [connector("one"), connector("two")],
        "composite_connectors": [composite],
    }


def test_symbolic_links_are_skipped(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", python_widget())
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    assets = root / "widgets" / "weather" / "assets"
    assets.mkdir()
    (assets / "linked.txt").symlink_to(secret)
    (root / "widgets" / "weather" / "linked.py").symlink_to(secret)
    (root / "widgets" / "other").symlink_to(root / "widgets" / "weather")
    files = built(root)
    assert not any("linked" in path or "other" in path for path in files)
    assert not any(content == b"secret" for content in files.values())


def test_sources_for_the_browsers_python_alone_are_built(tmp_path: Path) -> None:
    main = "def init(sdk):\n    sdk.render(t'<p>{sdk.version}</p>')\n"
    files = built(write(tmp_path / "repository", python_widget({"main.py": main})))
    assert files["widgets/weather/main.py"] == main.encode()


def test_a_hosted_runtime_stands_beside_the_widgets_once(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", python_widget())
    result = command(root, "--out", tmp_path / "dist", "--runtime", "https://static.example.com/py")
    assert result.exit_code == 0, result.output
    files = tree(tmp_path / "dist")
    assert not any(path.startswith("widgets/weather/runtime/wasm") for path in files)
    assert any(path.startswith("runtime/wasm-") for path in files)
    assert b'data-url="https://static.example.com/py/wasm-' in files["widgets/weather/index.html"]
    assert "connect-src https://static.example.com" in result.output
    assert "the platform's own has neither" in result.output


def test_two_builds_are_byte_identical_wherever_and_however_they_run(tmp_path: Path) -> None:
    def run(directory: str, umask: int, **environment: str) -> dict[str, bytes]:
        root = write(
            tmp_path / directory / "repository",
            {
                **python_widget(
                    name="weather", files={"format.py": "", "assets/a/b.svg": "<svg/>"}
                ),
                **python_widget(
                    name="zoo", files={"style.css": "a {}", "skeleton.html": "<p>Żółć"}
                ),
            },
        )
        out = tmp_path / directory / "out"
        subprocess.run(
            [sys.executable, "-c", WIDGET, "build", str(root), "--out", str(out)],
            cwd=CHECKOUT,
            env={**os.environ, **environment},
            umask=umask,
            check=True,
            capture_output=True,
        )
        return tree(out)

    first = run("a", 0o022, TZ="Pacific/Auckland", LC_ALL="C", PYTHONHASHSEED="1")
    second = run("b/deeper", 0o077, TZ="America/Lima", LC_ALL="C.UTF-8", PYTHONHASHSEED="2")
    assert list(first) != []
    assert first == second


# What is refused, with nothing written.


REFUSED: dict[str, tuple[Files, str]] = {
    "broken widget.json": (
        python_widget({"widget.json": "{"}),
        "widgets/weather/widget.json: WORKBENCH_UNREADABLE_FILE: is not JSON",
    ),
    "no title": (
        python_widget({"widget.json": {"category": "x"}}),
        "widgets/weather/widget.json: WORKBENCH_INVALID_DEFINITION: `title`",
    ),
    "no widget.json": (
        {"widgets/weather/main.py": ""},
        "widgets/weather/widget.json: WORKBENCH_MISSING_FILE: is missing",
    ),
    "a name that is no type": (
        {"widgets/we ather/main.py": "", "widgets/we ather/widget.json": MANIFEST},
        "widgets/we ather: WORKBENCH_INVALID_TYPE: cannot be a widget's type",
    ),
    "traversal": (
        {"widgets/w/widget.json": {**MANIFEST, "source": {"path": "../..", "entry": "a.html"}}},
        "widgets/w/widget.json: PATH_TRAVERSAL_DETECTED: `source.path`: ../.. must not contain '../'",
    ),
    "an absolute path": (
        {"widgets/w/widget.json": {**MANIFEST, "source": {"path": "/etc", "entry": "passwd"}}},
        "widgets/w/widget.json: ABSOLUTE_PATH_NOT_ALLOWED: `source.path`: /etc must not start with '/'",
    ),
    "no entry": (
        {"widgets/w/widget.json": {**MANIFEST, "source": {"path": "dist", "entry": "a.html"}}},
        "the entry dist/a.html does not exist",
    ),
    "both source and content": (
        {
            "widgets/w/widget.json": {
                **MANIFEST,
                "source": {"path": "dist", "entry": "a.html"},
                "content": {"endpoint": "https://example.com"},
            }
        },
        "INVALID_WIDGET_STRUCTURE: exactly one of `source` and `content`",
    ),
    "a picture outside": (
        python_widget({"widget.json": {**MANIFEST, "imageSrc": "../../secrets.toml"}}),
        "PATH_TRAVERSAL_DETECTED: `imageSrc`: ../../secrets.toml must not contain '../'",
    ),
    "no such picture": (
        python_widget({"widget.json": {**MANIFEST, "imageSrc": "a.png"}}),
        "`imageSrc`: a.png does not exist",
    ),
    "names that differ in case": (
        python_widget({"assets/Logo.svg": "a", "assets/logo.svg": "b"}),
        "assets/Logo.svg and widgets/weather/assets/logo.svg differ in case alone",
    ),
    "a style that is not UTF-8": (
        python_widget({"style.css": b"a\xff", "skeleton.html": "<p>"}),
        "style.css is not UTF-8 (byte 1)",
    ),
    "a source that is not UTF-8": (
        python_widget({"format.py": b"# caf\xe9"}),
        "format.py is not UTF-8 (byte 5)",
    ),
    "a main.py that is not UTF-8": (
        python_widget({"main.py": b"# caf\xe9"}),
        "widgets/weather/main.py",
    ),
    "a broken connector": (
        python_widget({"connectors.json": {"connectors": [{"name": "x"}]}}),
        "widgets/weather/connectors.json: WORKBENCH_INVALID_CONNECTOR: connector 'x', `url`",
    ),
    "broken connectors": (
        python_widget({"connectors.json": "["}),
        "widgets/weather/connectors.json: WORKBENCH_UNREADABLE_FILE: is not JSON",
    ),
    "one permalink twice": (
        {
            **python_widget(
                name="a",
                files={
                    "connectors.json": {"connectors": [{"name": "x", "url": "https://a.example/"}]}
                },
            ),
            **python_widget(
                name="b",
                files={
                    "connectors.json": {"connectors": [{"name": "x", "url": "https://b.example/"}]}
                },
            ),
        },
        "connector 'x' is defined 2 times",
    ),
    "101 files": (
        python_widget({f"assets/{number}.txt": "" for number in range(100)}),
        ", and the platform takes 100: leave some out, or join several in one.",
    ),
    "a file that is too large": (
        python_widget({"assets/a.bin": b"a" * 2_000_001}),
        "widgets/weather/assets/a.bin: MAX_SIZE_EXCEEDED: is 2,000,001 bytes, and the platform takes 2,000,000 a file: "
        "make it smaller, or split it.",
    ),
    "too much in all": (
        python_widget({f"assets/{number}.bin": b"a" * 1_900_000 for number in range(3)}),
        "(1.90 MB). Make files smaller, leave out files or dependencies, or make two widgets of it.",
    ),
    "a thumbnail that is too large": (
        python_widget({"thumbnail.png": b"a" * 512_001}),
        "widgets/weather/thumbnail.png: MAX_SIZE_EXCEEDED: the thumbnail is 512,001 bytes",
    ),
    "half of a character": (
        python_widget({"widget.json": '{"title": "a", "category": "b", "x": "\\ud800"}'}),
        "half of a character (\\ud800)",
    ),
    "types that differ in case": (
        {**python_widget(name="w"), **python_widget(name="W")},
        "differ in case alone",
    ),
    "accents that are written differently": (
        python_widget({"assets/\u00e9.svg": "a", "assets/e\u0301.svg": "b"}),
        "differ in case alone, or in how an accent is written: rename one of them.",
    ),
    "a script that is too large": (
        {**python_widget(), "scripts/a/script.json": {}, "scripts/a/script.js": b"a" * 2_000_001},
        "scripts/a/script.js: MAX_SIZE_EXCEEDED",
    ),
    "a script without its code": (
        {**python_widget(), "scripts/chat/script.json": {}},
        "scripts/chat/script.js: WORKBENCH_MISSING_FILE: is missing",
    ),
    "a script whose description is broken": (
        {**python_widget(), "scripts/chat/script.json": "{", "scripts/chat/script.js": ""},
        "scripts/chat/script.json: WORKBENCH_UNREADABLE_FILE: is not JSON",
    ),
    "a syntax error": (
        python_widget({"main.py": "def init(sdk): ...\n", "format.py": "a = 1\nb = = 2\n"}),
        "widgets/weather/format.py: WORKBENCH_INVALID_PYTHON: line 2: invalid syntax.",
    ),
    "dependencies that are none": (
        python_widget({"main.py": '# /// script\n# dependencies = "x"\n# ///\n'}),
        "widgets/weather/main.py",
    ),
}


@pytest.mark.parametrize(("files", "told"), REFUSED.values(), ids=REFUSED)
def test_what_the_platform_would_not_take_is_refused(
    tmp_path: Path, files: Files, told: str
) -> None:
    root = write(tmp_path / "repository", files)
    former = write(
        tmp_path / "dist", {"extensions_registry.json": "1", "connectors_registry.json": "2"}
    )
    before = tree(former)
    outside = set(tmp_path.rglob("*"))
    result = command(root, "--out", former)
    assert result.exit_code == 1
    assert told in result.output
    assert "Traceback" not in result.output
    assert tree(former) == before
    assert set(tmp_path.rglob("*")) == outside


# Where it is written.


def test_a_directory_that_no_build_has_made_is_left_alone(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", python_widget())
    photos = write(tmp_path / "photos", {"a.jpg": "photo"})
    for out, told in (
        (photos, "is no earlier build's"),
        (root, "holds the widgets themselves"),
        (root / "widgets" / "weather", "holds the widgets themselves"),
        (tmp_path, "holds the widgets themselves"),
        (photos / "a.jpg", "is no directory"),
    ):
        result = command(root, "--out", out)
        assert result.exit_code == 1
        assert told in result.output, result.output
    assert tree(photos) == {"a.jpg": b"photo"}
    assert (root / "widgets" / "weather" / "main.py").is_file()


@pytest.mark.parametrize(
    ("links", "path", "told"),
    [
        ({"widgets/w/dist": ".."}, "dist", "leads through a symbolic link"),
        ({"widgets/w/dist": "../../.."}, "dist", "leads through a symbolic link"),
        ({"widgets/w/deep": ".."}, "deep/dist", "leads through a symbolic link"),
        ({"widgets/w/out/a.html": "../../../secrets.toml"}, "out", "does not exist"),
        (
            {"widgets/w/main.py": "../../secrets.toml"},
            "out",
            "widgets/w/main.py: WORKBENCH_SKIPPED_LINK: is a symbolic link",
        ),
    ],
)
def test_a_symbolic_link_on_the_way_to_the_source_is_refused(
    tmp_path: Path, links: dict[str, str], path: str, told: str
) -> None:
    files: Files = {
        "secrets.toml": "key = 'value'",
        "a.html": "",
        "widgets/a.html": "",
        "widgets/dist/a.html": "",
        "widgets/w/widget.json": {**MANIFEST, "source": {"path": path, "entry": "a.html"}},
        "widgets/w/out/b.html": "",
    }
    root = write(tmp_path / "repository", files)
    for link, target in links.items():
        (root / link).symlink_to(target)
    result = command(root, "--out", tmp_path / "dist")
    assert result.exit_code == 1, result.output
    assert told in result.output
    assert not (tmp_path / "dist").exists()


def test_a_repository_of_ones_own_is_no_earlier_build(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", python_widget())
    template = write(
        tmp_path / "template",
        {"extensions_registry.json": {}, "connectors_registry.json": {}, "src/precious.ts": "1"},
    )
    result = command(root, "--out", template)
    assert result.exit_code == 1
    assert "is no earlier build's" in result.output
    assert (template / "src" / "precious.ts").is_file()


def test_an_interrupt_between_the_two_trees_leaves_the_former(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(tmp_path / "repository", python_widget())
    before = built(root)
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.name == "tree":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build(root, tmp_path / "dist", Bundled())
    assert tree(tmp_path / "dist") == before


def test_paths_in_the_registry_are_plain(tmp_path: Path) -> None:
    source = {"path": "./a/.", "entry": "index.html"}
    files: Files = {
        "widgets/w/widget.json": {**MANIFEST, "source": source, "imageSrc": "./b/./t.png"},
        "widgets/w/a/index.html": "",
        "widgets/w/b/c": "",
        "widgets/w/b/t.png": "",
    }
    found = built(write(tmp_path / "repository", files))
    (widget,) = registry(found)["widgets"]
    assert widget["source"]["path"] == "widgets/w/a"
    assert widget["imageSrc"] == "widgets/w/b/t.png"
    assert "widgets/w/b/t.png" in found


def test_an_earlier_build_is_replaced_whole(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", {**python_widget(name="a"), **python_widget(name="b")})
    assert any(path.startswith("widgets/b/") for path in built(root))
    for path in sorted((root / "widgets" / "b").iterdir()):
        path.unlink()
    (root / "widgets" / "b").rmdir()
    assert not any(path.startswith("widgets/b/") for path in built(root))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def full_disk(made: Path, content: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_the_former_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(tmp_path / "repository", python_widget())
    before = built(root)
    monkeypatch.setattr("shutil.copyfile", full_disk)
    with pytest.raises(BundleError, match="could not be written: No space left on device"):
        build(root, tmp_path / "dist", Bundled())
    assert tree(tmp_path / "dist") == before
    assert {path.name for path in tmp_path.iterdir()} == {"repository", "dist"}


KILLED = """
import os, sys
from pathlib import Path
from widget_workbench.bundle import Bundled, build, output

calls = 0

def counted(function, last):
    def call(*arguments):
        global calls
        calls += 1
        if calls == last:
            os._exit(9)
        return function(*arguments)
    return call

output.{what} = counted(output.{what}, {last})
build(Path(sys.argv[1]), Path(sys.argv[2]), Bundled())
"""


@pytest.mark.parametrize(("what", "last"), [("_write", 1), ("_write", 8), ("_swap", 1)])
def test_a_killed_build_leaves_the_former_tree(tmp_path: Path, what: str, last: int) -> None:
    root = write(tmp_path / "repository", python_widget())
    before = built(root)
    write(root, python_widget({"main.py": "def init(sdk): return 1"}))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED.format(what=what, last=last), root, tmp_path / "dist"],
        cwd=CHECKOUT,
        check=False,
    )
    assert killed.returncode == 9
    assert tree(tmp_path / "dist") == before
    # One that comes later tidies up after it.
    (left,) = (path for path in tmp_path.iterdir() if path.name.startswith("."))
    os.utime(left, (0, 0))
    assert built(root)["widgets/weather/main.py"] == b"def init(sdk): return 1"
    assert {path.name for path in tmp_path.iterdir()} == {"repository", "dist"}


def test_a_build_that_was_killed_between_the_two_trees_is_mended(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", python_widget())
    before = built(root)
    (tmp_path / "dist").rename(tmp_path / ".dist.former")
    write(root, python_widget({"widget.json": "{"}))
    assert command(root, "--out", tmp_path / "dist").exit_code == 1
    assert tree(tmp_path / "dist") == before


# The command.


def test_the_report_tells_each_widgets_weight_against_the_limits(tmp_path: Path) -> None:
    root = write(
        tmp_path / "repository",
        {
            **python_widget(),
            "widgets/tabs/widget.json": {**MANIFEST, "source": {"path": ".", "entry": "a.html"}},
            "widgets/tabs/a.html": "<p>",
        },
    )
    out = tmp_path / "dist"
    report = json.loads(command(root, "--out", out, "--json").stdout)
    tabs, weather = report["widgets"]
    assert tabs["type"] == "tabs"
    assert tabs["first_visit_bytes"] is None
    sizes = [len(content) for path, content in tree(out / "widgets" / "weather").items()]
    assert (weather["files"], weather["bytes"]) == (len(sizes), sum(sizes))
    assert weather["largest_bytes"] == max(sizes)
    assert weather["shares"]["files"] == len(sizes) / 100
    assert weather["shares"]["bytes"] == sum(sizes) / 10_000_000
    late = sum(path.stat().st_size for path in out.glob("widgets/weather/runtime/late-*"))
    licences = (out / "widgets/weather/runtime/LICENCES.txt").stat().st_size
    assert weather["first_visit_bytes"] == sum(sizes) - late - licences
    write(root, {"widgets/weather/empty.py": ""})
    report = json.loads(command(root, "--out", out, "--json").stdout)
    again = report["widgets"][1]
    # The entry and bundle.json tell of one more.
    assert 0 < again["first_visit_bytes"] - weather["first_visit_bytes"] < 1000
    assert "weather" in command(root, "--out", out).output


@pytest.mark.parametrize(
    "runtime", ["", "ftp://a/", "cdn2", "//host/", "a/b", "https://a/?b", "http://["]
)
def test_a_runtime_that_is_none_is_refused(tmp_path: Path, runtime: str) -> None:
    root = write(tmp_path / "repository", python_widget())
    result = command(root, "--out", tmp_path / "dist", "--runtime", runtime)
    assert result.exit_code == 1
    assert "is no place for a runtime" in result.output


def test_locked_and_upgrade_are_one_or_the_other(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", python_widget())
    result = command(root, "--out", tmp_path / "dist", "--locked", "--upgrade")
    assert result.exit_code == 2
    assert "contradict each other" in result.output


def test_what_is_wrong_without_leaving_anything_out_is_a_warning(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", {**python_widget(), "preview.toml": "["})
    result = command(root, "--out", tmp_path / "dist")
    assert result.exit_code == 0
    assert "preview.toml: WORKBENCH_INVALID_SETTINGS: is not TOML" in result.output
    assert hosting_of("bundled") == Bundled()
