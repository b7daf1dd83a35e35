"""What editors read of a widget's properties, and when it is written."""

from __future__ import annotations

import ast
import errno
import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from widget_workbench import props_stub as module
from widget_workbench.manifest import WidgetManifest
from widget_workbench.preview.saved import saved
from widget_workbench.props_stub import FILE, PropsStubs, props_stub
from widget_workbench.repository import read_repository

from .test_build import built, python_widget, tree, write

ROOT = Path(__file__).parents[2]
SERVER = {"endpoint": {"endpoint": "https://options.example/{q}"}}
OPTIONS = [{"value": "metric"}, {"value": "imperial"}]


def manifest(*properties: dict[str, Any], defaults: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "title": "Weather",
        "category": "Examples",
        "configuration": {"properties": list(properties)},
        "defaultConfig": defaults or {},
    }


def stub(*properties: dict[str, Any], defaults: dict[str, Any] | None = None) -> str:
    document = manifest(*properties, defaults=defaults)
    return props_stub(WidgetManifest.model_validate(document))


def fields(text: str) -> dict[str, str]:
    """The types by name, of either form of a TypedDict."""
    definition = ast.parse(text).body[-1]
    if isinstance(definition, ast.ClassDef):
        return {
            ast.unparse(each.target): ast.unparse(each.annotation)
            for each in definition.body
            if isinstance(each, ast.AnnAssign)
        }
    assert isinstance(definition, ast.Assign)
    assert isinstance(definition.value, ast.Call)
    names = definition.value.args[1]
    assert isinstance(names, ast.Dict)
    return {
        ast.literal_eval(key): ast.unparse(value)
        for key, value in zip(names.keys, names.values, strict=True)
        if key is not None
    }


# What it says.


def test_it_is_a_typed_dict_that_says_where_it_comes_from() -> None:
    city = {"name": "city", "label": "City", "description": "Where.", "defaultValue": "Oslo"}
    units = {"name": "units", "type": "select", "options": OPTIONS}
    assert stub(city, units) == (
        "# Made by widget-workbench of widget.json, and made anew when that is saved: change it there.\n"
        "\n"
        "from typing import Literal, NotRequired, ReadOnly, TypedDict\n"
        "\n"
        "class Props(TypedDict):\n"
        '    """What `sdk.props` holds: the properties of widget.json."""\n'
        "\n"
        "    city: ReadOnly[str]\n"
        '    """City: Where."""\n'
        "\n"
        '    units: NotRequired[ReadOnly[Literal["metric", "imperial"]]]\n'
    )


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, "str"),
        ({"type": "text"}, "str"),
        ({"type": "color"}, "str"),
        ({"type": "date"}, "str"),
        ({"type": "number"}, "int | float"),
        ({"type": "boolean"}, "bool"),
        ({"type": "select", "options": OPTIONS}, "Literal['metric', 'imperial']"),
        (
            {"type": "select", "options": OPTIONS, "multiple": True},
            "list[Literal['metric', 'imperial']]",
        ),
        ({"type": "select", "dynamicOptions": SERVER}, "str"),
        ({"type": "autocomplete", "dynamicOptions": SERVER}, "str"),
        ({"type": "autocomplete", "dynamicOptions": SERVER, "multiple": True}, "list[str]"),
        ({"type": "text", "multiple": True}, "str"),
    ],
    ids=lambda given: given if isinstance(given, str) else json.dumps(given)[:60],
)
def test_each_type_of_property_has_its_own(given: dict[str, Any], wanted: str) -> None:
    assert fields(stub({"name": "it", **given})) == {"it": f"NotRequired[ReadOnly[{wanted}]]"}


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([4, 12], "Literal[4, 12]"),
        ([1.0, 2], "Literal[1, 2]"),
        ([True, False], "Literal[True, False]"),
        ([1, "one", 1], "Literal[1, 'one']"),
        ([0.5, "half"], "Literal['half'] | float"),
        ([0.5], "float"),
        (["\ud800"], "Literal['\\ud800']"),
        (['say "hi"', "it's", "a\\b\n"], "Literal['say \"hi\"', \"it's\", 'a\\\\b\\n']"),
    ],
    ids=str,
)
def test_a_select_has_the_values_of_its_options_as_json_gives_them(
    values: list[Any], wanted: str
) -> None:
    options = [{"value": value} for value in values]
    given = stub({"name": "it", "type": "select", "options": options, "defaultValue": values[0]})
    assert fields(given) == {"it": f"ReadOnly[{wanted}]"}


@pytest.mark.parametrize(
    ("value", "defaults", "required"),
    [(None, {}, False), ("", {}, True), (None, {"it": ""}, True), (None, {"it": None}, False)],
)
def test_what_has_no_default_may_be_missing(
    value: str | None, defaults: dict[str, Any], required: bool
) -> None:
    (written,) = fields(stub({"name": "it", "defaultValue": value}, defaults=defaults)).values()
    assert written == ("ReadOnly[str]" if required else "NotRequired[ReadOnly[str]]")


def test_defaults_of_no_property_have_the_types_of_their_values() -> None:
    defaults = {"s": "", "b": True, "i": 1, "f": 0.5, "l": [1], "d": {"a": 1}, "n": None}
    assert fields(stub(defaults=defaults)) == {
        "s": "ReadOnly[str]",
        "b": "ReadOnly[bool]",
        "i": "ReadOnly[int | float]",
        "f": "ReadOnly[int | float]",
        "l": "ReadOnly[list[Any]]",
        "d": "ReadOnly[dict[str, Any]]",
        "n": "ReadOnly[Any]",
    }


@pytest.mark.parametrize(
    "name", ["button-text", "class", "1st", "ﬁt", "__x", "str", "Literal", 'a"b', "a\nb", "\u202e"]
)
def test_a_name_that_no_class_can_have_stands_in_a_call(name: str) -> None:
    text = stub({"name": name}, {"name": "other", "defaultValue": "x"})
    assert fields(text.encode().decode()) == {
        name: "NotRequired[ReadOnly[str]]",
        "other": "ReadOnly[str]",
    }


@pytest.mark.parametrize(
    "said", ['"""\nimport os\n"""', 'ends in "', "ends in \\", "\x00\x1b", "long " * 90, "l" * 200]
)
def test_nothing_that_a_label_says_becomes_code(said: str) -> None:
    definition = ast.parse(stub({"name": "it", "label": said}).encode().decode()).body[-1]
    assert isinstance(definition, ast.ClassDef)
    kinds = [type(each).__name__ for each in definition.body]
    assert kinds in (["Expr", "AnnAssign", "Expr"], ["Expr", "AnnAssign"])


# When it is written.


def repository(root: Path, document: object | None = None) -> Path:
    """One with a widget `weather`, and its directory."""
    text = json.dumps(manifest({"name": "city"}) if document is None else document)
    write(root, {**python_widget(), "widgets/weather/widget.json": text})
    return root / "widgets" / "weather"


def refresh(root: Path, stubs: PropsStubs | None = None) -> None:
    (stubs or PropsStubs()).refresh(read_repository(root))


def test_it_is_written_and_follows_what_widget_json_says(tmp_path: Path) -> None:
    widget = repository(tmp_path)
    refresh(tmp_path)
    assert (widget / FILE).read_text() == stub({"name": "city"})
    repository(tmp_path, manifest({"name": "town"}))
    refresh(tmp_path)
    assert (widget / FILE).read_text() == stub({"name": "town"})
    repository(tmp_path, manifest())
    refresh(tmp_path)
    assert (widget / FILE).read_text() == stub()
    assert {path.name for path in widget.iterdir() if path.name.startswith(".")} == set()


def test_it_is_left_where_it_says_so_already_however_it_is_laid_out(tmp_path: Path) -> None:
    widget = repository(tmp_path)
    refresh(tmp_path)
    laid_out = (widget / FILE).read_text().replace("\n\nfrom", "\n\n\nfrom").replace("\n", "\r\n")
    (widget / FILE).write_bytes(laid_out.encode())
    before = (widget / FILE).stat()
    refresh(tmp_path)
    after = (widget / FILE).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("broken", ['{"title"', '{"title": 1, "category": "C"}', "[]"])
def test_a_broken_widget_json_changes_nothing(tmp_path: Path, broken: str) -> None:
    widget = repository(tmp_path)
    refresh(tmp_path)
    before = (widget / FILE).read_text()
    (widget / "widget.json").write_text(broken)
    refresh(tmp_path)
    assert (widget / FILE).read_text() == before


def test_a_bad_property_of_a_widget_that_is_shown_changes_nothing(tmp_path: Path) -> None:
    widget = repository(tmp_path)
    refresh(tmp_path)
    before = (widget / FILE).read_text()
    repository(tmp_path, manifest({"name": "city"}, {"name": "units", "type": "select"}))
    assert [each.type for each in read_repository(tmp_path).widgets] == ["weather"]
    refresh(tmp_path)
    assert (widget / FILE).read_text() == before


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (FILE, b"class Props: ...\n"),
        (FILE, b"\xff"),
        (FILE, b""),
        ("_props.py", b"Props = dict\n"),
        ("_props/__init__.py", b"Props = dict\n"),
    ],
    ids=["a stub", "not UTF-8", "an empty stub", "a module", "a package"],
)
def test_what_an_author_has_written_is_left(tmp_path: Path, path: str, content: bytes) -> None:
    widget = repository(tmp_path)
    (widget / path).parent.mkdir(exist_ok=True)
    (widget / path).write_bytes(content)
    before = tree(widget)
    refresh(tmp_path)
    assert tree(widget) == before


def test_what_is_no_file_is_left_and_not_waited_for(tmp_path: Path) -> None:
    widget = repository(tmp_path)
    os.mkfifo(widget / FILE)
    refresh(tmp_path)
    assert (widget / FILE).is_fifo()


def test_a_link_is_left(tmp_path: Path) -> None:
    widget = repository(tmp_path)
    elsewhere = tmp_path / "elsewhere.pyi"
    elsewhere.write_text(stub({"name": "old"}))
    (widget / FILE).symlink_to(elsewhere)
    refresh(tmp_path)
    assert (widget / FILE).is_symlink()
    assert elsewhere.read_text() == stub({"name": "old"})


def test_a_widget_without_properties_gets_none(tmp_path: Path) -> None:
    widget = repository(tmp_path, {"title": "Weather", "category": "Examples"})
    refresh(tmp_path)
    assert not (widget / FILE).exists()


def test_a_javascript_widget_gets_none(tmp_path: Path) -> None:
    source = {"source": {"path": "dist", "entry": "index.html"}}
    write(
        tmp_path,
        {
            "widgets/old/widget.json": json.dumps(manifest({"name": "city"}) | source),
            "widgets/old/dist/index.html": "<p></p>",
        },
    )
    assert [each.type for each in read_repository(tmp_path).widgets] == ["old"]
    refresh(tmp_path)
    assert not (tmp_path / "widgets" / "old" / FILE).exists()


def test_where_it_cannot_be_written_that_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(file: Path, content: bytes) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    repository(tmp_path)
    monkeypatch.setattr(module, "write_atomically", refuse)
    stubs = PropsStubs()
    with caplog.at_level(logging.INFO):
        refresh(tmp_path, stubs)
        refresh(tmp_path, stubs)
    assert [record.getMessage() for record in caplog.records] == [
        "widgets/weather/_props.pyi could not be written, so editors do not know what widget.json has: "
        "Read-only file system."
    ]


# What it is not part of.


def test_it_is_neither_published_nor_a_change_that_pages_are_told_of(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    widget = repository(root)
    published = built(root, tmp_path / "without")
    told = saved(read_repository(root))
    refresh(root)
    assert (widget / FILE).is_file()
    assert built(root, tmp_path / "with") == published
    assert saved(read_repository(root)) == told


def test_the_examples_have_theirs_as_their_widget_json_says() -> None:
    read = read_repository(ROOT / "examples")
    typed = {each.type: each for each in read.widgets if (each.directory / FILE).exists()}
    assert set(typed) == {each.type for each in read.widgets if each.manifest.props()}
    assert len(typed) == 6
    for widget in typed.values():
        written = ast.dump(ast.parse((widget.directory / FILE).read_text()))
        assert written == ast.dump(ast.parse(props_stub(widget.manifest))), widget.type
