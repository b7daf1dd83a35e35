"""`community.run_python`: which functions can go to the page, and what comes back.

The half that runs in the page runs here too, on a package that stands for the widget's.
"""

from __future__ import annotations

import asyncio
import datetime
import functools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import pytest

import widget
from widget import ConnectorError
from widget._instance import Instance
from widget_workbench.testing import in_page, page_runner
from widget_workbench.testing.fake_sdk import FakeSdk, _Stage

if TYPE_CHECKING:
    from widget_workbench.testing.waiting import Waiting

HERE = Path(__file__).parent

CITIES = ["Warsaw"]


@pytest.fixture(autouse=True)
def _widgets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package `_widgets`, as the page has it."""
    directory = tmp_path / "weather"
    directory.mkdir()
    (directory / "format.py").write_text(
        "def celsius(value):\n    return f'{value:.0f} °C'\n\n\n"
        "def check():\n    degrees = 20\n    assert degrees == 21\n"
    )
    parent = ModuleType("_widgets")
    parent.__path__ = [str(tmp_path)]
    monkeypatch.setitem(sys.modules, "_widgets", parent)
    yield
    for name in [name for name in sys.modules if name.startswith("_widgets.")]:
        del sys.modules[name]


def ran(function: Callable[..., object] | str, *arguments: object, timeout: float = 5) -> Any:
    job = in_page.job(function, arguments, widget="weather", root=HERE, timeout=timeout)
    return in_page.result_of(asyncio.run(page_runner.run(job)))


def failed(function: Callable[..., object] | str, *arguments: object, timeout: float = 5) -> str:
    with pytest.raises(in_page.FailedInPage) as failure:
        ran(function, *arguments, timeout=timeout)
    return str(failure.value)


# Functions that go to the page.


def imports_relatively(value: float) -> list[object]:
    from .format import celsius  # type: ignore[import-untyped]

    return [celsius(value), __package__, __name__]


def uses_the_imports_of_its_file(text: str) -> list[object]:
    return [
        json.loads(text),
        datetime.date(2026, 1, 2).isoformat(),
        issubclass(ConnectorError, Exception),
    ]


async def awaits(city: str = "Warsaw") -> str:
    await asyncio.sleep(0)
    return city


async def with_a_fake(fake_sdk: FakeSdk, city: str) -> list[object]:
    fake_sdk.connectors["api"].respond(json={"city": city})
    answer = await fake_sdk.connectors.get("api", query_params={"q": city})
    return [answer, fake_sdk.connectors["api"].calls[0].query]


def with_a_fake_in_another_place(city: str, unit: str = "°C", *, fake_sdk: FakeSdk) -> list[object]:
    return [city, unit, dict(fake_sdk.props)]


def with_a_fake_after_a_default(unit: str = "°C", fake_sdk: FakeSdk | None = None) -> list[object]:
    return [unit, fake_sdk is not None]


@pytest.mark.parametrize("city", CITIES)
def with_a_mark(city: str) -> str:
    return city


def recursive(number: int) -> int:
    return number * recursive(number - 1) if number else 1


def with_types_of_the_checker(place: Waiting | None) -> Waiting | None:
    return place


def with_a_tuple_and_a_class() -> dict[str, Any]:
    class Row:
        names = ("a", "b")
        first = names[0]

    return {"row": (Row.first, 1.0, None)}


@pytest.mark.parametrize(
    ("function", "arguments", "result"),
    [
        (
            imports_relatively,
            [21.4],
            ["21 °C", "_widgets.weather", "_widgets.weather.imports_relatively"],
        ),
        (uses_the_imports_of_its_file, ['{"a": [1]}'], [{"a": [1]}, "2026-01-02", True]),
        (awaits, [], "Warsaw"),
        (awaits, ["Łódź"], "Łódź"),
        (with_a_fake, ["Łódź"], [{"city": "Łódź"}, {"q": "Łódź"}]),
        (with_a_fake_in_another_place, ["Łódź"], ["Łódź", "°C", {}]),
        (with_a_fake_after_a_default, [], ["°C", True]),
        (with_a_mark, ["Łódź"], "Łódź"),
        (recursive, [4], 24),
        (with_types_of_the_checker, [None], None),
        (with_a_tuple_and_a_class, [], {"row": ["a", 1.0, None]}),
        ("format:celsius", [3], "3 °C"),
    ],
)
def test_a_function_runs_with_its_arguments(
    function: Callable[..., object] | str, arguments: list[object], result: object
) -> None:
    assert ran(function, *arguments) == result


def test_a_nested_function_goes_too() -> None:
    def nested(city: str) -> str:
        return city.upper()

    assert ran(nested, "Warsaw") == "WARSAW"


def test_relative_imports_start_from_the_functions_own_directory() -> None:
    names = {**globals(), "__package__": "_widgets.weather.deeper"}
    deeper = FunctionType(imports_relatively.__code__, names)
    assert (
        json.loads(in_page.job(deeper, [1], widget="weather", root=HERE))["package"]
        == "_widgets.weather.deeper"
    )
    assert (
        json.loads(in_page.job(deeper, [1], widget="other", root=HERE))["package"]
        == "_widgets.other"
    )


# Functions that stay.


class Tests:
    def method(self) -> None: ...


def wrapping(function: Callable[[], object]) -> Callable[[], object]:
    @functools.wraps(function)
    def wrapper() -> object:
        return function()

    return wrapper


@wrapping
def wrapped() -> None: ...


def with_a_closure() -> Callable[[], object]:
    city = "Warsaw"

    def closure() -> str:
        return city

    return closure


def uses_a_constant() -> list[str]:
    return CITIES


def has_a_constant_for_a_default(cities: list[str] = CITIES) -> list[str]:
    return cities


def uses_it_deeper() -> object:
    return [lambda: wrapping]


def uses_pytest() -> None:
    with pytest.raises(ValueError, match="x"):
        int("x")


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (lambda: 1, "run_python: a lambda cannot be found in its file by a name; write a `def`"),
        (Tests.method, "run_python: method is a method, and its class stays here; pass a function"),
        (
            Tests().method,
            "run_python: method is a method, and its class stays here; pass a function",
        ),
        (
            wrapped,
            "run_python: wrapped is wrapped by a decorator, which stays here; pass the function without it",
        ),
        (
            with_a_closure(),
            "run_python: closure uses city of the function around it, which stays here; pass it as an argument",
        ),
        (
            uses_a_constant,
            "run_python: uses_a_constant uses CITIES of its file, which stays here; pass it as an argument, define it "
            "in the function, or import it from a module of the widget",
        ),
        (has_a_constant_for_a_default, "has_a_constant_for_a_default uses CITIES of its file"),
        (uses_it_deeper, "uses_it_deeper uses wrapping of its file"),
        (
            uses_pytest,
            "run_python: uses_pytest uses pytest, and the page has no pytest; write it with try and assert",
        ),
        (
            print,
            "run_python takes a function, or its name as a text, not <built-in function print>",
        ),
        (
            functools.partial(awaits),
            "run_python takes a function, or its name as a text, not functools.partial",
        ),
        (awaits, "run_python: awaits: too many positional arguments"),
    ],
)
def test_what_cannot_go_to_the_page_is_refused_here(function: Any, sentence: str) -> None:
    with pytest.raises(TypeError) as refusal:
        in_page.job(function, ["a", "b"] if function is awaits else [], widget="weather", root=HERE)
    assert sentence in str(refusal.value)


def test_a_function_without_a_source_is_refused_here() -> None:
    names: dict[str, Any] = {}
    exec("def typed(): pass", names)  # noqa: S102
    with pytest.raises(
        TypeError, match="run_python: the source of typed cannot be read; pass a function that"
    ):
        in_page.job(names["typed"], [], widget="weather", root=HERE)


def test_arguments_are_json() -> None:
    with pytest.raises(TypeError, match=r'run_python: argument 2\["when"\] is a datetime\.date'):
        in_page.job(
            "format:celsius", [1, {"when": datetime.date(2026, 1, 2)}], widget="weather", root=HERE
        )


@pytest.mark.parametrize(
    "name", ["celsius", "format:", "format.celsius", "format:a b", ".format:celsius"]
)
def test_a_text_names_a_module_and_a_function(name: str) -> None:
    with pytest.raises(ValueError, match="names no function"):
        in_page.job(name, [], widget="weather", root=HERE)


# What comes back.


def asserts() -> None:
    city = "Warsaw"
    rows = list(range(100))
    text = "x" * 1000
    unshowable = type("Row", (), {"__repr__": lambda self: 1 / 0})()
    assert len(city) == len(rows) == len(text) == unshowable


def test_a_failing_assertion_tells_the_line_and_the_variables() -> None:
    line = asserts.__code__.co_firstlineno + 5
    text = failed(asserts)
    assert text.startswith(
        f'In the page:\n\nTraceback (most recent call last):\n  File "test_in_page.py", line {line}, in asserts\n'
        "    assert len(city) == len(rows) == len(text) == unshowable\n"
    )
    shown = dict(
        line.strip().split(" = ", 1) for line in text.partition("\nwith\n")[2].splitlines()
    )
    assert list(shown) == ["city", "rows", "text", "unshowable"]
    assert shown["city"] == "'Warsaw'"
    assert all(len(value) < 300 for value in shown.values())


def test_an_assertion_in_the_widget_ends_at_the_widgets_line() -> None:
    text = failed("format:check")
    assert 'format.py", line 7, in check\n    assert degrees == 21\n' in text
    assert text.endswith("AssertionError\n\nwith\n  degrees = 20")


async def fails_to_reach_the_host(fake_sdk: FakeSdk) -> None:
    fake_sdk.connectors["api"].respond(error="network")
    await fake_sdk.connectors.get("api")


def test_an_exception_of_a_library_ends_at_the_authors_line() -> None:
    text = failed(fails_to_reach_the_host)
    assert text.count("File ") == 1
    assert "in fails_to_reach_the_host\n    await fake_sdk.connectors.get" in text
    assert text.splitlines()[-1].startswith(
        "widget.ConnectorNetworkError: GET api could not reach the host"
    )


def raises_with_a_cause() -> None:
    try:
        int("x")
    except ValueError as error:
        raise KeyError("city") from error


def test_a_cause_is_told() -> None:
    text = failed(raises_with_a_cause)
    assert "ValueError: invalid literal" in text
    assert "The above exception was the direct cause" in text
    assert text.endswith("KeyError: 'city'")


async def swallows_an_unmatched_call(fake_sdk: FakeSdk) -> None:
    try:
        await fake_sdk.connectors.get("api")
    except Exception:
        return


def test_what_the_fake_complains_of_fails_it() -> None:
    assert failed(swallows_an_unmatched_call) == (
        "In the page:\n\nNothing answers GET api:\n"
        'Answer it by fake_sdk.connectors["api"].respond(json=…).'
    )


async def hangs() -> None:
    async def inner() -> None:
        await asyncio.Event().wait()

    await inner()


def test_what_is_not_done_in_time_is_told_with_its_place() -> None:
    line = hangs.__code__.co_firstlineno + 2
    assert failed(hangs, timeout=0.02) == (
        "In the page:\n\nhangs was not done within 0.02 s: hangs waits in hangs.<locals>.inner, at test_in_page.py, "
        f"line {line}: `await asyncio.Event().wait()`."
    )


def returns_a_date() -> dict[str, object]:
    return {"when": datetime.date(2026, 1, 2)}


def test_what_is_no_json_cannot_leave_the_page() -> None:
    assert failed(returns_a_date) == (
        'In the page:\n\nreturns_a_date returned what cannot leave the page: its result["when"] is a datetime.date, '
        "which JSON has no form for; pass value.isoformat()."
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "missing:check",
            "LookupError: the widget has no module missing in the page, where test_*.py are never put",
        ),
        (
            "format:missing",
            "AttributeError: module '_widgets.weather.format' has no attribute 'missing'",
        ),
    ],
)
def test_a_name_that_the_page_does_not_have(name: str, sentence: str) -> None:
    assert failed(name).endswith(sentence)


@pytest.mark.skipif(
    sys.version_info < (3, 12), reason="its tasks do not tell their context, as the page's do"
)
def test_what_a_function_leaves_under_way_is_cancelled() -> None:
    async def leaves() -> None:
        asyncio.create_task(asyncio.sleep(60)).set_name("left")

    async def test() -> list[str]:
        await page_runner.run(in_page.job(leaves, [], widget="weather", root=HERE))
        await asyncio.sleep(0)
        return [task.get_name() for task in asyncio.all_tasks()]

    assert "left" not in asyncio.run(test())


async def poll() -> None:
    while True:
        await asyncio.sleep(60)


async def init() -> None:
    await asyncio.gather(asyncio.Event().wait())


@pytest.mark.skipif(
    sys.version_info < (3, 12), reason="its tasks do not tell their context, as the page's do"
)
def test_where_a_widget_waits_is_told_with_init_first() -> None:
    async def test() -> list[Waiting]:
        instance, other = Instance(_Stage()), Instance(_Stage())
        other.type = "other"
        work = [
            instance.create_task(poll()),
            instance.create_task(init()),
            other.create_task(init()),
        ]
        await asyncio.sleep(0)
        places = in_page.read_pending(page_runner.pending("fake"))
        for task in work:
            task.cancel()
        return places

    first, second = asyncio.run(test())
    line = init.__code__.co_firstlineno + 1
    assert (
        str(first)
        == f"init waits at {__file__}, line {line}: `await asyncio.gather(asyncio.Event().wait())`"
    )
    assert second.source == "await asyncio.sleep(60)"


def test_the_page_is_given_all_that_its_half_needs(tmp_path: Path) -> None:
    for path, source in in_page.page_files().items():
        file = tmp_path / path.removeprefix("/lib/python3.14/site-packages/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source)
    (tmp_path / "widget").symlink_to(Path(widget.__file__).parent)
    script = (
        f"import sys; sys.path.append({str(tmp_path)!r}); import {in_page.PAGE_MODULE} as page; "
        f"page.{in_page.RUN}, page.{in_page.PENDING}; import widget_workbench.testing as kit; kit.FakeSdk; "
        "print(page.__file__)"
    )
    # Without site-packages and without this project.
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False
    )
    assert told.stderr == ""
    assert told.stdout.startswith(str(tmp_path))
