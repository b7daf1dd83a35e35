"""`widget new` as a person runs it; tests/browser/test_new_widget.py shows what it has written."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from widget_workbench.bundle import Bundled, build
from widget_workbench.cli import main

from .test_build import python_widget, tree, write

WIDGET = {
    "widgets/my-tips/_props.pyi",
    "widgets/my-tips/connectors.json",
    "widgets/my-tips/main.py",
    "widgets/my-tips/style.css",
    "widgets/my-tips/test_my_tips.py",
    "widgets/my-tips/widget.json",
}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


def new(*arguments: str | Path) -> Result:
    return run("new", *arguments)


def refused(*arguments: str | Path) -> str:
    """The sentence with which it is refused."""
    result = new(*arguments)
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line.removeprefix("Error: ")


# What is written.


def test_in_an_empty_directory_all_is_written_that_the_preview_needs(tmp_path: Path) -> None:
    result = new("my-tips", tmp_path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert set(tree(tmp_path)) == {
        *WIDGET,
        "upstream.py",
        "preview.toml",
        "pyproject.toml",
        ".gitignore",
    }
    assert {path.name for path in tmp_path.iterdir()} == {
        ".gitignore",
        "preview.toml",
        "pyproject.toml",
        "upstream.py",
        "widgets",
    }
    settings = tomllib.loads((tmp_path / "preview.toml").read_text())
    assert settings == {"upstreams": {"my-tips.example": "upstream:app"}}
    assert "secrets.toml" in (tmp_path / ".gitignore").read_text().splitlines()


def test_it_tells_what_it_wrote_and_what_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written, _, following = new("my-tips").stdout.partition("\n\nNext:\n")
    first, *paths = written.splitlines()
    assert first == f"Written into {tmp_path}:"
    assert {path.strip() for path in paths} == set(tree(tmp_path))
    assert [line.partition("#")[0].strip() for line in following.splitlines()] == [
        "widget preview",
        "pytest widgets/my-tips",
        "widget build",
    ]


def test_the_next_commands_name_a_repository_that_is_elsewhere(tmp_path: Path) -> None:
    root = tmp_path / "my widgets"
    root.mkdir()
    lines = new("my-tips", root).stdout.splitlines()[-3:]
    assert [line.partition("#")[0].strip() for line in lines] == [
        f"widget preview '{root}'",
        f"pytest '{root}/widgets/my-tips'",
        f"widget build '{root}'",
    ]


@pytest.mark.parametrize(
    ("name", "title", "permalink", "test"),
    [
        ("weather", "Weather", "weather-items", "test_weather.py"),
        ("Top_10-ideas", "Top 10 ideas", "top-10-ideas-items", "test_Top_10_ideas.py"),
        ("3d__", "3d", "3d-items", "test_3d__.py"),
        ("a" * 63, "A" + "a" * 62, "a" * 63 + "-items", f"test_{'a' * 63}.py"),
    ],
    ids=["one word", "words", "begins with a digit", "the longest"],
)
def test_the_widget_is_one_that_the_check_takes_whatever_its_name(
    tmp_path: Path, name: str, title: str, permalink: str, test: str
) -> None:
    assert new(name, tmp_path).exit_code == 0
    widget = tmp_path / "widgets" / name
    assert json.loads((widget / "widget.json").read_text())["title"] == title
    (connector,) = json.loads((widget / "connectors.json").read_text())["connectors"]
    assert connector["permalink"] == permalink
    assert (widget / test).is_file()
    checked = run("check", tmp_path)
    assert (checked.exit_code, checked.stdout) == (0, "")
    assert checked.stderr.endswith(
        "Repository with 1 widget and 1 connector: nothing to complain about. "
        f"`widget publish {tmp_path}` puts it live.\n"
    )


def test_the_widget_is_prerendered_and_its_call_begun_before_python(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    new("my-tips", root)
    (told,) = build(root, tmp_path / "dist", Bundled()).report.widgets
    assert told.prerendered, told.skeleton_because
    assert told.prefetch_ends_because == ""
    assert len(told.prefetched) == 1


# What is there already.


def test_files_that_are_there_are_left_as_they_are(tmp_path: Path) -> None:
    given = {
        **python_widget(),
        "preview.toml": '[upstreams]\n"weather.example" = "upstream:app"\n',
        "pyproject.toml": "",
        "upstream.py": "app = print\n",
        ".gitignore": "dist\n",
    }
    before = tree(write(tmp_path, given))
    result = new("my-tips", tmp_path)
    after = tree(tmp_path)
    assert {path: after[path] for path in before} == before
    assert set(after) - set(before) == {*WIDGET, "upstream_my_tips.py"}
    assert (
        "preview.toml is as it was. For the preview to play the service behind the connector, add to it:\n"
        "  [upstreams]  # which is there already\n"
        '  "my-tips.example" = "upstream_my_tips:app"\n'
    ) in result.stdout


@pytest.mark.parametrize("text", ["", 'upstreams = "none"\n', "[upstreams"])
def test_a_preview_toml_without_upstreams_gets_two_lines(tmp_path: Path, text: str) -> None:
    result = new("my-tips", write(tmp_path, {"preview.toml": text}))
    assert '  [upstreams]\n  "my-tips.example" = "upstream_my_tips:app"\n' in result.stdout


def test_the_lines_are_those_that_the_preview_needs(tmp_path: Path) -> None:
    result = new("my-tips", write(tmp_path, {"preview.toml": ""}))
    lines = result.stdout.partition("add to it:\n")[2].splitlines()[:2]
    (tmp_path / "preview.toml").write_text("\n".join(lines))
    checked = run("check", tmp_path)
    assert (checked.exit_code, checked.stdout) == (0, "")


def test_a_service_that_somebody_plays_already_gets_no_second_one(tmp_path: Path) -> None:
    settings = '[upstreams]\n"my-tips.example" = "http://127.0.0.1:9000"\n'
    result = new("my-tips", write(tmp_path, {"preview.toml": settings}))
    assert set(tree(tmp_path)) == {*WIDGET, "preview.toml", "pyproject.toml", ".gitignore"}
    assert "preview.toml" not in result.stdout


def test_an_upstream_that_is_there_alone_is_left_and_another_is_named(tmp_path: Path) -> None:
    new("my-tips", write(tmp_path, {"upstream.py": "app = print\n"}))
    assert (tmp_path / "upstream.py").read_text() == "app = print\n"
    settings = tomllib.loads((tmp_path / "preview.toml").read_text())
    assert settings == {"upstreams": {"my-tips.example": "upstream_my_tips:app"}}
    assert (tmp_path / "upstream_my_tips.py").is_file()


def test_a_second_widget_stands_beside_the_first(tmp_path: Path) -> None:
    new("my-tips", tmp_path)
    assert new("other", tmp_path).exit_code == 0
    checked = run("check", tmp_path)
    assert (checked.exit_code, checked.stdout) == (0, "")
    assert "2 widgets and 2 connectors" in checked.stderr


# What is refused, with nothing written.


@pytest.mark.parametrize(
    ("name", "fitting"),
    [
        ("", None),
        (".", None),
        ("..", None),
        ("My Tips", "my-tips"),
        ("a/b", "a-b"),
        ("../a", "a"),
        ("_a", "a"),
        (".a", "a"),
        ("ä", None),
        ("a\n", "a"),
        ("a.b", "a-b"),
        ("${name}", "name"),
    ],
)
def test_a_name_that_is_no_type_is_refused(tmp_path: Path, name: str, fitting: str | None) -> None:
    such_as = f", as in {fitting!r}" if fitting else ""
    assert refused("--", name, tmp_path) == (
        f"{name!r} cannot be a widget's name: use letters from A to Z, digits, '-' and '_', and begin with a letter "
        f"or a digit{such_as}."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_too_long_for_a_host_is_refused(tmp_path: Path) -> None:
    assert refused("a" * 64, tmp_path).endswith("has 64 characters: choose a name of at most 63.")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["weather", "Weather"])
def test_a_widget_that_is_there_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    before = tree(write(tmp_path, python_widget()))
    assert refused(name, tmp_path) == (
        f"{tmp_path / 'widgets' / 'weather'} is there already, and was left as it is: choose another name."
    )
    assert tree(tmp_path) == before


def test_a_link_to_nowhere_is_a_name_that_is_taken(tmp_path: Path) -> None:
    (tmp_path / "widgets").mkdir()
    (tmp_path / "widgets" / "my-tips").symlink_to(tmp_path / "gone")
    assert "is there already" in refused("my-tips", tmp_path)
    assert list(tree(tmp_path)) == []


def test_a_connector_that_would_be_there_twice_is_refused(tmp_path: Path) -> None:
    new("my-tips", tmp_path)
    before = tree(tmp_path)
    assert refused("my_tips", tmp_path) == (
        "widgets/my-tips/connectors.json has a connector 'my-tips-items' already, as the one of 'my_tips' would be "
        "called: choose another name."
    )
    assert tree(tmp_path) == before


def test_a_file_in_the_place_of_the_widgets_is_named(tmp_path: Path) -> None:
    (tmp_path / "widgets").touch()
    assert refused("my-tips", tmp_path).startswith(f"{tmp_path / 'widgets'} is no directory")
    assert list(tmp_path.iterdir()) == [tmp_path / "widgets"]


@pytest.mark.parametrize("reached", [0, 1, 2, 3])
@pytest.mark.parametrize("empty", [True, False], ids=["empty", "with a widget"])
def test_where_something_cannot_be_put_in_place_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reached: int, empty: bool
) -> None:
    before = {} if empty else tree(write(tmp_path, python_widget()))
    rename = Path.rename
    done: list[Path] = []

    def fails_later(self: Path, target: Path) -> Path:
        if len(done) == reached:
            raise PermissionError(13, "Permission denied", str(self))
        done.append(target)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails_later)
    assert refused("my-tips", tmp_path) == (
        f"{tmp_path} could not be written into, and is as it was: Permission denied. Make it writable, or name "
        "another directory: `widget new my-tips DIR`."
    )
    assert tree(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ([] if empty else ["widgets"])


def test_a_directory_that_may_not_be_written_into_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    # Rather than by chmod, which does not hold for root.
    monkeypatch.setattr(Path, "mkdir", fails)
    assert "could not be written into, and is as it was" in refused("my-tips", tmp_path)
    assert list(tmp_path.iterdir()) == []
