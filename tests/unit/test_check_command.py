"""`widget check` as a person runs it, and what a build refuses for it; test_check_rules.py has the rules."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from widget_workbench.bundle import Bundled, BundleError, build, hosting_of
from widget_workbench.cli import main
from widget_workbench.problem import Code

from .test_build import MANIFEST, Files, python_widget, write

GOOD: Files = {
    "widgets/tabs/widget.json": {**MANIFEST, "source": {"path": "dist", "entry": "index.html"}},
    "widgets/tabs/dist/index.html": "<p>Tabs</p>",
}


def check(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


def problems(directory: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(check(directory, "--json").stdout)
    return found


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def test_a_good_repository_is_told_as_such(tmp_path: Path) -> None:
    result = check(write(tmp_path, {**GOOD, **python_widget()}))
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr.endswith(
        "Repository with 2 widgets and 0 connectors: nothing to complain about. "
        f"`widget publish {tmp_path}` puts it live.\n"
    )


def test_a_good_tree_is_told_as_such(tmp_path: Path) -> None:
    build(write(tmp_path / "repository", python_widget()), tmp_path / "dist", Bundled())
    result = check(tmp_path / "dist")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (
        result.stderr == "Built tree with 1 widget and 0 connectors: nothing to complain about.\n"
    )


def test_a_name_that_is_not_utf_8_is_a_problem_of_its_widget(tmp_path: Path) -> None:
    root = write(tmp_path, {**python_widget(), **python_widget(name="other")})
    Path(os.fsdecode(os.fsencode(root / "widgets" / "weather") + b"/caf\xe9.txt")).touch()
    (problem,) = problems(root)
    assert problem["path"] == "widgets/weather"
    assert problem["code"] == Code.UNREADABLE_FILE
    assert problem["severity"] == "error"
    assert problem["message"] == "the name 'caf\\udce9.txt' is not UTF-8: rename it."
    assert check(root).exit_code == 1


def test_each_problem_is_a_line_errors_first_and_warnings_apart(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            **GOOD,
            "widgets/a/widget.json": {
                **MANIFEST,
                "source": {"path": "dist", "entry": "index.html"},
                "widgetLibrary": True,
            },
            "widgets/a/dist/index.html": '<script src="gone.js"></script>',
            "widgets/b/widget.json": {**MANIFEST, "version": "1"},
            "widgets/b/main.py": "def init(sdk) ...",
            "widgets/c/widget.json": "{",
        },
    )
    result = check(root)
    assert result.exit_code == 1
    places = [line.partition(": ")[0] for line in result.stdout.splitlines()]
    codes = [line.split(": ")[1] for line in result.stdout.splitlines()]
    assert list(zip(places, codes, strict=True)) == [
        ("widgets/b/widget.json", "WORKBENCH_INVALID_VERSION"),
        ("widgets/c/widget.json", "WORKBENCH_UNREADABLE_FILE"),
        ("widgets/b/main.py", "WORKBENCH_INVALID_PYTHON"),
        ("widgets/a/widget.json", "WORKBENCH_UNKNOWN_FIELD"),
        ("widgets/a/dist/index.html", "WORKBENCH_MISSING_FILE"),
    ]
    headings = [line for line in result.stderr.splitlines() if line.endswith(":")]
    assert headings == ["3 errors:", "2 warnings:"]
    assert f"`widget publish {tmp_path}` refuses it until the errors are gone." in result.stderr


def test_warnings_alone_are_no_failure(tmp_path: Path) -> None:
    files: Files = {**GOOD, "widgets/tabs/dist/index.html": '<img src="gone.png" alt="">'}
    result = check(write(tmp_path, files))
    assert result.exit_code == 0
    assert "WORKBENCH_MISSING_FILE" in result.stdout
    assert "nothing that the platform would reject" in result.stderr


def test_as_json_each_problem_tells_whose_code_it_is(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "widgets/w/widget.json": {**MANIFEST, "version": "1"},
            "widgets/w/dist/index.html": "",
        },
    )
    assert [
        (each["path"], each["code"], each["severity"], each["origin"]) for each in problems(root)
    ] == [
        ("widgets/w/widget.json", "INVALID_WIDGET_STRUCTURE", "error", "platform"),
        ("widgets/w/widget.json", "WORKBENCH_INVALID_VERSION", "error", "workbench"),
    ]


def test_a_directory_that_is_neither_says_what_it_lacks(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert result.exit_code == 1
    assert "is no widget repository: it has no directory 'widgets'" in result.stderr


def test_a_directory_below_a_repository_says_where_that_is(tmp_path: Path) -> None:
    root = write(tmp_path, python_widget())
    result = check(root / "widgets" / "weather")
    assert f"{root.resolve()} has one: go there, or name it, or begin" in result.stderr


def test_widgets_that_differ_in_case_are_one_problem(tmp_path: Path) -> None:
    root = write(tmp_path, {**python_widget(name="w"), **python_widget(name="W")})
    (problem,) = problems(root)
    assert problem["path"] == "widgets/w"
    assert problem["message"].startswith("widgets/W and widgets/w differ in case alone")


def test_a_widget_that_fails_at_its_start_is_warned_of(tmp_path: Path) -> None:
    root = write(tmp_path, python_widget({"main.py": "async def init(sdk):\n    1 / 0\n"}))
    result = check(root)
    assert result.exit_code == 0
    assert (
        "widgets/weather/main.py: WORKBENCH_FAILS_AT_START: fails at its start, as it is configured by default "
        "(main.py, line 2): ZeroDivisionError: division by zero. Visitors would see that it failed."
    ) in result.stdout


def test_a_built_tree_with_errors_is_no_matter_of_publishing(tmp_path: Path) -> None:
    result = check(write(tmp_path, {"extensions_registry.json": {"widgets": 1}}))
    assert result.exit_code == 1
    assert "the platform would reject a push of it" in result.stderr
    assert "widget publish" not in result.stderr


def test_nothing_is_written(tmp_path: Path) -> None:
    main_py = '# /// script\n# dependencies = ["attrs"]\n# ///\ndef init(sdk): ...\n'
    root = write(tmp_path, python_widget({"main.py": main_py}))
    before = sorted(path.name for path in root.rglob("*"))
    (problem,) = problems(root)
    assert sorted(path.name for path in root.rglob("*")) == before
    assert (problem["path"], problem["code"]) == ("widgets.lock", Code.UNRESOLVED_DEPENDENCY)
    assert "widget build" in problem["message"]


def test_secrets_that_git_tracks_are_an_error_and_stop_a_build(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", {**GOOD, "secrets.toml": 'key = "a secret of mine"\n'})
    git(root, "init", "-q")
    assert check(root).exit_code == 0
    git(root, "add", ".")
    (problem,) = problems(root)
    assert (problem["path"], problem["code"]) == ("secrets.toml", Code.TRACKED_SECRETS)
    assert "git rm --cached secrets.toml" in problem["message"]
    assert "a secret of mine" not in check(root).output
    with pytest.raises(BundleError, match=r"^secrets\.toml: WORKBENCH_TRACKED_SECRETS: "):
        build(root, tmp_path / "dist", Bundled())
    assert not (tmp_path / "dist").exists()


def test_secrets_in_a_tree_that_git_tracks_are_an_error(tmp_path: Path) -> None:
    build(write(tmp_path / "repository", GOOD), tmp_path / "dist", Bundled())
    write(tmp_path / "dist", {"secrets.toml": 'key = "a secret of mine"\n'})
    git(tmp_path / "dist", "init", "-q")
    git(tmp_path / "dist", "add", ".")
    assert [each["code"] for each in problems(tmp_path / "dist")] == [Code.TRACKED_SECRETS]


def test_the_registrys_older_name_is_read_with_a_warning(tmp_path: Path) -> None:
    build(write(tmp_path / "repository", GOOD), tmp_path / "dist", Bundled())
    (tmp_path / "dist" / "extensions_registry.json").rename(
        tmp_path / "dist" / "widget_registry.json"
    )
    result = check(tmp_path / "dist")
    assert result.exit_code == 0
    assert result.stdout.startswith("widget_registry.json: WORKBENCH_NO_EFFECT: is the older name")
    assert "Built tree with 1 widget" in result.stderr


def test_links_are_told_where_they_would_be_missed(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", GOOD)
    (root / "widgets" / "tabs" / "dist" / "a.js").symlink_to(root / "widgets")
    (root / "elsewhere").symlink_to(root / "widgets")
    assert [(each["path"], each["code"]) for each in problems(root)] == [
        ("widgets/tabs/dist/a.js", Code.SKIPPED_LINK)
    ]
    build(root, tmp_path / "dist", Bundled())
    (tmp_path / "dist" / "widgets" / "tabs" / "dist" / "b.js").symlink_to(root)
    assert [(each["path"], each["code"]) for each in problems(tmp_path / "dist")] == [
        ("widgets/tabs/dist/b.js", Code.SKIPPED_LINK)
    ]


def test_a_finding_in_vendor_code_says_how_to_avoid_it(tmp_path: Path) -> None:
    vendor = "var a=1;" * 2000 + "location.href='https://elsewhere.example/';"
    root = write(tmp_path, {**GOOD, "widgets/tabs/dist/vendor.min.js": vendor})
    (problem,) = problems(root)
    assert problem["code"] == "CONTENT_SCAN_REJECTED"
    assert problem["message"].startswith("line 1, phishing_redirect: ")
    assert "load it from cdn.jsdelivr.net" in problem["message"]


def test_a_finding_in_pythons_core_names_the_runtime_that_avoids_it(tmp_path: Path) -> None:
    build(write(tmp_path / "repository", python_widget()), tmp_path / "dist", Bundled())
    (core,) = (tmp_path / "dist" / "widgets" / "weather" / "runtime").glob("core-*.mjs")
    with core.open("a") as script:
        script.write("eval(atob('YQ=='))")
    (problem,) = problems(tmp_path / "dist")
    assert problem["code"] == "CONTENT_SCAN_REJECTED"
    assert "`widget build --runtime cdn`" in problem["message"]


def test_a_javascript_widgets_own_runtime_is_not_taken_for_pythons(tmp_path: Path) -> None:
    code = "location.href='https://elsewhere.example/';"
    root = write(tmp_path, {**GOOD, "widgets/tabs/dist/runtime/core.js": code})
    (problem,) = problems(root)
    assert problem["path"] == "widgets/tabs/dist/runtime/core.js"
    assert problem["message"].endswith(f"There: {code}")


def test_code_that_is_not_there_is_told_once_with_all_that_name_it(tmp_path: Path) -> None:
    def entry(name: str, path: str) -> dict[str, Any]:
        return {"name": name, "source": {"path": path, "entry": "script.js"}}

    registry = {
        "scripts": [
            entry("chat", "scripts/chat"),
            entry("talk", "scripts/chat"),
            entry("one", "scripts/big"),
            entry("two", "scripts/big"),
        ],
        "stylesheets": [entry("look", "scripts/chat"), entry("alone", "stylesheets/alone")],
    }
    large = b"//a\n" * 500_001
    root = write(tmp_path, {"extensions_registry.json": registry, "scripts/big/script.js": large})
    assert [(each["path"], each["message"]) for each in problems(root)] == [
        (
            "scripts/chat/script.js",
            "is missing: extensions_registry.json names it, for script 'chat', script 'talk' and stylesheet 'look'.",
        ),
        (
            "scripts/big/script.js",
            "is 2,000,004 bytes, and the platform takes 2,000,000 a file: make it smaller, or split it.",
        ),
        (
            "stylesheets/alone/script.js",
            "is missing: extensions_registry.json names it, for stylesheet 'alone'.",
        ),
    ]


@pytest.mark.parametrize(
    ("operator", "value", "told"),
    [
        ("in", "home", '`in` takes an array as its `value`, such as ["home"]'),
        ("not_in", "home", '`not_in` takes an array as its `value`, such as ["home"]'),
        ("eq", ["home"], '`eq` takes one value as its `value`, such as "home"'),
        ("neq", ["home"], '`neq` takes one value as its `value`, such as "home"'),
    ],
)
def test_what_a_rules_operator_takes_is_shown(
    tmp_path: Path, operator: str, value: object, told: str
) -> None:
    rule = {"field": "page", "operator": operator, "value": value}
    root = write(
        tmp_path,
        {**GOOD, "scripts/chat/script.json": {"rules": [rule]}, "scripts/chat/script.js": ""},
    )
    (problem,) = problems(root)
    assert problem["path"] == "scripts/chat/script.json"
    assert problem["message"] == f"`rules[0]`: {told}."


def test_a_runtime_elsewhere_is_told_with_the_directives_that_it_needs(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", {**python_widget(), **python_widget(name="other")})
    build(root, tmp_path / "cdn", hosting_of("cdn"))
    assert problems(tmp_path / "cdn") == []
    build(root, tmp_path / "dist", hosting_of("https://static.example.com/python/"))
    (problem,) = problems(tmp_path / "dist")
    assert (problem["path"], problem["severity"]) == ("widgets/other/bundle.json", "warning")
    assert "connect-src https://static.example.com" in problem["message"]


HOSTILE: dict[str, Files] = {
    "a NUL in a path": {
        "widgets/w/widget.json": {**MANIFEST, "source": {"path": "a\0b", "entry": "x"}}
    },
    "a NUL in a picture": python_widget({"widget.json": {**MANIFEST, "imageSrc": "a\0b"}}),
    "a long path": {
        "widgets/w/widget.json": {**MANIFEST, "source": {"path": "a" * 5000, "entry": "x" * 5000}}
    },
    "a long picture": python_widget({"widget.json": {**MANIFEST, "imageSrc": "a" * 5000}}),
    "an infinite number": python_widget(
        {"widget.json": '{"title": "a", "category": "b", "defaultConfig": {"z": 1e999}}'}
    ),
    "a deep bundle.json": {
        "widgets/w/widget.json": {**MANIFEST, "source": {"path": "..", "entry": "x"}},
        "widgets/w/bundle.json": "[" * 100_000,
    },
    "shapes of every kind": {
        "widgets/a/widget.json": {"title": [], "source": 5, "configuration": [1], "type": {}},
        "widgets/b/widget.json": {"configuration": {"properties": [None, 5, {"name": []}]}},
        "widgets/c/widget.json": {"content": {"endpoint": None}, "settings": [], "version": []},
        "widgets/c/connectors.json": {"connectors": [None, {"name": 5}], "composite_connectors": 5},
        "scripts/s/script.json": {"rules": [None, 5], "attributes": []},
        "scripts/s/script.js": "",
    },
}


@pytest.mark.parametrize("name", HOSTILE)
def test_odd_repositories_are_told_in_sentences(tmp_path: Path, name: str) -> None:
    result = check(write(tmp_path, HOSTILE[name]))
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1
    assert result.stdout.splitlines() != []


def test_links_in_a_circle_and_pipes_are_told_in_sentences(tmp_path: Path) -> None:
    source = {"path": "dist", "entry": "index.html"}
    root = write(
        tmp_path,
        {f"widgets/{name}/widget.json": {**MANIFEST, "source": source} for name in "abc"},
    )
    (root / "widgets" / "a" / "dist").symlink_to("dist")
    (root / "widgets" / "b" / "dist").mkdir()
    (root / "widgets" / "b" / "dist" / "index.html").symlink_to("index.html")
    os.mkfifo(root / "widgets" / "c" / "connectors.json")
    (root / "widgets" / "d").mkdir()
    (root / "widgets" / "d" / "widget.json").symlink_to("widget.json")
    result = check(root)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines if ": ENTRY_FILE_NOT_FOUND: " in line] == [
        f"widgets/{name}/widget.json" for name in "abc"
    ]
    assert (
        "widgets/c/connectors.json: WORKBENCH_UNREADABLE_FILE: cannot be read: it is no file."
        in lines
    )
    assert any(
        line.startswith("widgets/d/widget.json: WORKBENCH_UNREADABLE_FILE") for line in lines
    )


def test_what_a_skipped_directory_defines_is_not_built(tmp_path: Path) -> None:
    bad = {"connectors": [{"name": "c", "url": "ftp nonsense", "permalink": "BAD"}]}
    root = write(tmp_path / "repository", {**GOOD, "elsewhere/connectors.json": bad})
    (root / "widgets" / "linked").symlink_to(root / "elsewhere")
    build(root, tmp_path / "dist", Bundled())
    assert problems(tmp_path / "dist") == []


def test_what_is_built_is_never_what_a_check_would_refuse(tmp_path: Path) -> None:
    """Two scripts of one name, which no file shows alone."""
    code: Files = {
        f"scripts/{name}/{file}": text
        for name in "ab"
        for file, text in (("script.json", {"name": "chat"}), ("script.js", ""))
    }
    root = write(tmp_path / "repository", {**GOOD, **code})
    with pytest.raises(BundleError, match="script 'chat' stands there 2 times"):
        build(root, tmp_path / "dist", Bundled())


def test_a_name_forges_no_line(tmp_path: Path) -> None:
    write(tmp_path, {"widgets/x\nwidgets/good: OK: y/main.py": ""})
    assert len(check(tmp_path).stdout.splitlines()) == 1
