"""Tests beside a widget: what they import, what is skipped, and how mistakes are told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from widget_workbench.testing import collection
from widget_workbench.testing.collection import repository_of, widget_of

pytest_plugins = ["pytester"]

# What the kit's plugin does, for sessions that do not load it.
CONFTEST = """
import pytest

from widget_workbench.testing.async_tests import pytest_pyfunc_call
from widget_workbench.testing.collection import (
    pytest_pycollect_makemodule,
    skip_what_the_host_cannot_import,
)
from widget_workbench.testing.fake_sdk import FakeSdk


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    with skip_what_the_host_cannot_import():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    with skip_what_the_host_cannot_import():
        return (yield)


@pytest.fixture
def fake_sdk():
    with FakeSdk() as sdk:
        yield sdk
"""

# Where the browser's Python alone is understood.
TEMPLATE = (
    'from string.templatelib import Template\n\n\ndef view(city):\n    return t"<b>{city}</b>"\n'
)


@pytest.fixture
def repository(pytester: pytest.Pytester) -> Path:
    """Two widgets with files of the same names, one of them of a type with a dash."""
    root = pytester.path
    for widget, unit in (("weather", "°C"), ("weather-us", "°F")):
        directory = root / "widgets" / widget
        directory.mkdir(parents=True)
        (directory / "widget.json").write_text("{}")
        (directory / "format.py").write_text(f'UNIT = "{unit}"\n')
        (directory / "test_format.py").write_text(
            f'from .format import UNIT\n\n\ndef test_unit():\n    assert UNIT == "{unit}"\n'
        )
    (root / "conftest.py").write_text(CONFTEST)
    # pytest-playwright refuses a session within a session, and the kit's plugin stands on it.
    # The last one is ours alone, and takes longer to start than all of pytest.
    pytester.makeini(
        "[pytest]\naddopts = -p no:playwright -p no:widget_workbench -p no:hypothesispytest"
    )
    return root


def add(repository: Path, name: str, text: str, widget: str = "weather") -> Path:
    path = repository / "widgets" / widget / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("mode", ["prepend", "append", "importlib"])
@pytest.mark.parametrize("place", [".", "widgets/weather", "elsewhere"])
def test_a_test_imports_as_its_widget_does(
    pytester: pytest.Pytester,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    place: str,
) -> None:
    add(
        repository,
        "test_inside.py",
        "import pytest\n\n\n@pytest.fixture\ndef unit():\n    from .format import UNIT\n\n    return UNIT\n\n\n"
        'class TestUnit:\n    def test_unit(self, unit):\n        assert unit == "°C"\n',
    )
    add(
        repository,
        "deeper/test_deeper.py",
        "from ..format import UNIT\n\n\ndef test_it():\n    assert UNIT\n",
    )
    (repository / place).mkdir(exist_ok=True)
    monkeypatch.chdir(repository / place)
    result = pytester.runpytest(f"--import-mode={mode}", repository)
    result.assert_outcomes(passed=4)
    assert str(repository / "widgets" / "weather") not in sys.path


def test_a_package_of_the_authors_is_one_too(pytester: pytest.Pytester, repository: Path) -> None:
    add(repository, "__init__.py", "NAME = __name__\n")
    add(
        repository,
        "test_package.py",
        'from . import NAME\n\n\ndef test_name():\n    assert NAME == __package__ == "_widgets.weather"\n',
    )
    pytester.runpytest().assert_outcomes(passed=3)


def test_a_failing_assertion_shows_its_values(pytester: pytest.Pytester, repository: Path) -> None:
    add(
        repository,
        "test_wrong.py",
        'from .format import UNIT\n\n\ndef test_it():\n    assert UNIT == "K"\n',
    )
    result = pytester.runpytest()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines([">*assert UNIT == *K*", "E*AssertionError: assert '°C' == 'K'"])


def test_a_session_may_run_again_and_on_several_processes(
    pytester: pytest.Pytester, repository: Path
) -> None:
    script = pytester.makepyfile(
        twice="import pytest, sys\nsys.exit(pytest.main(['-q']) or pytest.main(['-q', '-p', 'no:cacheprovider']))"
    )
    assert pytester.runpython(script).ret == 0
    pytester.runpytest_subprocess("-n2").assert_outcomes(passed=2)


def test_two_repositories_in_a_session_do_not_meet(
    pytester: pytest.Pytester, repository: Path
) -> None:
    other = repository / "other" / "widgets" / "weather"
    other.mkdir(parents=True)
    (other / "widget.json").write_text("{}")
    (other / "format.py").write_text('UNIT = "K"\n')
    (other / "test_format.py").write_text(
        'from .format import UNIT\n\n\ndef test_unit():\n    assert UNIT == "K"\n'
    )
    pytester.runpytest().assert_outcomes(passed=3)


def test_tests_elsewhere_are_left_to_pytest(pytester: pytest.Pytester, repository: Path) -> None:
    add(repository, "with.dot/test_it.py", "def test_it():\n    assert not __package__\n")
    (repository / "widgets" / "no_widget").mkdir()
    for directory in (repository, repository / "widgets" / "no_widget"):
        (directory / f"test_{directory.name}.py").write_text(
            "def test_it():\n    assert not __package__\n"
        )
    pytester.runpytest().assert_outcomes(passed=5)


def test_what_does_not_parse_here_skips_the_module_or_the_test_that_needs_it(
    pytester: pytest.Pytester, repository: Path
) -> None:
    add(repository, "view.py", TEMPLATE)
    add(
        repository,
        "test_view.py",
        "from .view import view\n\n\ndef test_it():\n    assert view(1)\n",
    )
    add(
        repository,
        "test_inside.py",
        "import pytest\n\n\ndef test_it():\n    from .view import view\n\n    assert view(1)\n\n\n"
        "@pytest.fixture\ndef viewed():\n    from .view import view\n\n    return view(1)\n\n\n"
        "def test_fixture(viewed):\n    assert viewed\n\n\ndef test_other():\n    assert True\n",
    )
    result = pytester.runpytest("-rs")
    if sys.version_info >= collection.BROWSERS_PYTHON:
        result.assert_outcomes(passed=6)
        return
    result.assert_outcomes(passed=3, skipped=3)
    version = ".".join(map(str, sys.version_info[:2]))
    reason = (
        f"widgets/weather/view.py, line 5, does not parse on Python {version} (*): if it is meant for the browser's "
        "Python, run pytest with Python 3.14, or test it in the page, by community.run_python(…)."
    )
    result.stdout.fnmatch_lines_random(
        [
            f"SKIPPED [[]1[]] widgets/weather/test_{place}: {reason}"
            for place in ("view.py:1", "inside.py:5", "inside.py:12")
        ]
    )


NEWER_SYNTAX = {
    "a template string": ('view = t"<b>"\n', (3, 14)),
    "a raw one over lines": ('view = f(\n    1,\n    rt"""<b>""",\n)\n', (3, 14)),
    "several exceptions": ("try:\n    view = 1\nexcept KeyError, OSError:\n    pass\n", (3, 14)),
    "type parameters": ("def view[T](value: T) -> T: return value\n", (3, 12)),
    "a type statement": ("type View = str\nview = 1\n", (3, 12)),
    "a template string that holds quotes": ('view = f(t"{a["b"]} {\', \'.join(c)}")\n', (3, 14)),
    "a default of a type parameter": ("class View[T = int]: pass\nview = 1\n", (3, 13)),
    "an f-string": ("view = lambda a: f'{a['b']}'\n", (3, 12)),
    "an f-string with a backslash": ('view = f"""\n{\'\\n\'.join([])}"""\n', (3, 12)),
    "an f-string over lines": ("view = f'{\n1}'\n", (3, 12)),
}


@pytest.mark.parametrize(("text", "since"), NEWER_SYNTAX.values(), ids=NEWER_SYNTAX)
def test_newer_syntax_is_told_from_a_mistake(
    pytester: pytest.Pytester, repository: Path, text: str, since: tuple[int, int]
) -> None:
    if sys.version_info >= since:
        pytest.skip("this Python parses it")
    add(repository, "view.py", text)
    add(repository, "test_view.py", "from .view import view\n")
    pytester.runpytest().assert_outcomes(passed=2, skipped=1)


@pytest.mark.parametrize(
    "line",
    [
        'raise ValueError(f"bad {x}"',
        'raise ValueError(t"bad {x}"',
        'if f"{x}"',
        'f"{x}" = ',
        '    x = t"indented"',
        "def view[T](x:",
        "except KeyError, OSError",
        pytest.param(
            'view = f"{x"',
            marks=pytest.mark.skipif("sys.version_info < (3, 12)", reason="may be newer"),
        ),
    ],
)
def test_a_mistake_on_a_line_of_newer_syntax_is_an_error(
    pytester: pytest.Pytester, repository: Path, line: str
) -> None:
    if line.startswith("def") and sys.version_info < (3, 12):
        pytest.skip("this Python stumbles over the brackets before")
    before = "try:\n    x = 1\n" if line.startswith("except") else "x = 1\n"
    add(repository, "view.py", f"{before}{line}\n")
    add(repository, "test_view.py", "from .view import view\n")
    pytester.runpytest().assert_outcomes(errors=1)


def test_what_is_skipped_for_the_browsers_python_is_said_without_being_asked(
    pytester: pytest.Pytester, repository: Path
) -> None:
    add(repository, "dom.py", "import js\n")
    add(repository, "test_dom.py", "from .dom import anything\n")
    result = pytester.runpytest("-p", "widget_workbench.testing.plugin")
    result.stdout.fnmatch_lines(
        [
            "*skipped for want of the browser's Python*",
            "widgets/weather/dom.py, line 1, imports js, which only the browser's Python has: *",
        ]
    )


@pytest.mark.parametrize("module", ["js", "pyodide.ffi", "pyodide_js", "_pyodide"])
def test_what_only_the_browser_has_skips_what_needs_it(
    pytester: pytest.Pytester, repository: Path, module: str
) -> None:
    add(repository, "dom.py", f"import {module}\n")
    add(repository, "test_dom.py", "from .dom import anything\n")
    result = pytester.runpytest("-rs")
    result.assert_outcomes(passed=2, skipped=1)
    result.stdout.fnmatch_lines(
        [
            f"SKIPPED [[]1[]] widgets/weather/test_dom.py:1: widgets/weather/dom.py, line 1, imports "
            f"{module.partition('.')[0]}, which only the browser's Python has: test it in the page, by "
            "community.run_python(…)."
        ]
    )


@pytest.mark.skipif(sys.version_info >= collection.BROWSERS_PYTHON, reason="has what is newer")
def test_what_a_newer_standard_library_has_skips_what_needs_it(
    pytester: pytest.Pytester, repository: Path
) -> None:
    add(repository, "newer.py", "from string.templatelib import Template\n")
    add(repository, "newest.py", "import annotationlib\n")
    add(repository, "test_newer.py", "from .newer import Template\n")
    add(repository, "test_newest.py", "from .newest import annotationlib\n")
    result = pytester.runpytest("-rs")
    result.assert_outcomes(passed=2, skipped=2)
    result.stdout.fnmatch_lines(
        ["*widgets/weather/newer.py, line 1, does not import on Python 3.*"]
    )


def test_what_only_the_browser_has_is_a_mistake_elsewhere_than_in_a_widget(
    pytester: pytest.Pytester, repository: Path
) -> None:
    for name, module in (("test_top.py", "js"), ("test_ffi.py", "pyodide.ffi")):
        add(repository, name, f"import {module}\n")
    add(repository, "test_inside.py", "def test_it():\n    import js\n")
    (repository / "dom.py").write_text("import js\n")
    (repository / "test_elsewhere.py").write_text("def test_it():\n    import dom\n")
    (repository / "test_elsewhere_top.py").write_text("import js\n")
    result = pytester.runpytest("--continue-on-collection-errors")
    result.assert_outcomes(passed=2, failed=2, errors=3)
    result.stdout.fnmatch_lines_random(["E*ModuleNotFoundError: No module named 'js'"])


def test_what_the_library_needs_of_the_browser_is_needed_by_the_widget(
    pytester: pytest.Pytester, repository: Path
) -> None:
    add(
        repository, "client.py", "from widget import WidgetServiceSDK\n\nSDK = WidgetServiceSDK()\n"
    )
    add(repository, "test_client.py", "from .client import SDK\n")
    result = pytester.runpytest("-rs")
    result.assert_outcomes(passed=2, skipped=1)
    result.stdout.fnmatch_lines(["*widgets/weather/client.py, line 3, imports *"])


MISTAKES = {
    "a name that is missing": (
        "from .format import MISSING\n",
        ['  File "*test_it.py", line 1, in <module>', "ImportError: cannot import name 'MISSING'*"],
    ),
    "a module that is missing": (
        "from .missing import view\n",
        ["ModuleNotFoundError: No module named '_widgets.weather.missing'"],
    ),
    "a package that is missing": (
        "import no_such_package\n",
        ["ModuleNotFoundError: *no_such_package*"],
    ),
    "an error of syntax in the test": (
        "def test_it(:\n",
        ['  File "*test_it.py", line 1', "SyntaxError: *"],
    ),
    "an error of syntax in the widget that no Python would take": (
        "from .mistaken import view\n",
        ['  File "*mistaken.py", line 1', "    def view(:", "SyntaxError: *"],
    ),
    "an error of indentation": (
        "from .indented import x\n",
        [
            '  File "*test_it.py", line 1, in <module>',
            '  File "*indented.py", line 2',
            "IndentationError: *",
        ],
    ),
    "an exception": (
        "raise KeyError('city')\n",
        ["*test_it.py:1: in <module>", "E   KeyError: 'city'"],
    ),
    "a name that no standard library has": (
        "from itertools import nothing\n",
        ["ImportError: *'nothing'*"],
    ),
    "a skip of the module that is not meant": (
        "import pytest\n\npytest.skip('later')\n",
        ["*wants to be told so: allow_module_level=True.*"],
    ),
}


@pytest.mark.parametrize(("text", "lines"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_an_error_and_begins_at_the_tests_own_line(
    pytester: pytest.Pytester, repository: Path, text: str, lines: list[str]
) -> None:
    add(repository, "indented.py", "def view():\npass\n")
    add(repository, "mistaken.py", "def view(:\n    pass\n")
    add(repository, "test_it.py", text)
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ERROR collecting widgets/weather/test_it.py*", *lines])
    result.stdout.no_fnmatch_line("*importlib*")


def test_a_module_may_be_skipped_on_purpose(pytester: pytest.Pytester, repository: Path) -> None:
    add(
        repository, "test_it.py", "import pytest\n\npytest.skip('later', allow_module_level=True)\n"
    )
    result = pytester.runpytest("-rs")
    result.assert_outcomes(passed=2, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED [[]1[]] widgets/weather/test_it.py:3: later"])


def test_on_the_browsers_python_an_error_of_syntax_is_an_error(
    pytester: pytest.Pytester, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collection, "BROWSERS_PYTHON", sys.version_info[:2])
    add(repository, "view.py", "def view(:\n")
    add(repository, "test_view.py", "from .view import view\n")
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['  File "*view.py", line 1', "SyntaxError: *"])


def test_a_failed_import_in_a_test_is_a_failure(
    pytester: pytest.Pytester, repository: Path
) -> None:
    add(
        repository,
        "test_it.py",
        "def test_it():\n    from .missing import x\n\n\ndef test_library():\n    from itertools import nothing\n",
    )
    pytester.runpytest().assert_outcomes(passed=2, failed=2)


def test_a_file_of_the_same_name_that_comes_first_is_named(
    pytester: pytest.Pytester, repository: Path
) -> None:
    add(repository, "test_it.py", "def test_it():\n    pass\n")
    add(repository, "test_it/__init__.py", "")
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*test_it.py cannot be imported: *__init__.py has the same name and comes first.*"]
    )


def test_an_async_test_of_a_fake_sdk_needs_no_plugin(
    pytester: pytest.Pytester, repository: Path
) -> None:
    add(
        repository,
        "test_async.py",
        "import asyncio\nimport pytest\n\n\n@pytest.mark.parametrize('n', [1, 2])\n"
        "async def test_it(n, fake_sdk):\n    fake_sdk.connectors['api'].respond(json=n)\n"
        "    assert await fake_sdk.connectors.get('api') == 1\n",
    )
    result = pytester.runpytest()
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["E*assert 2 == 1"])


def test_a_file_belongs_to_a_widget_and_to_a_repository(tmp_path: Path) -> None:
    widget = tmp_path / "widgets" / "weather"
    (widget / "deeper").mkdir(parents=True)
    (tmp_path / "tests").mkdir()
    (tmp_path / "widgets" / "stray").mkdir()
    test = widget / "test_it.py"
    assert (widget_of(test), repository_of(test)) == (None, None)
    (widget / "widget.json").write_text("{}")
    assert (widget_of(test), repository_of(test)) == ("weather", tmp_path)
    assert widget_of(widget / "deeper" / "test_it.py") == "weather"
    for elsewhere in (
        tmp_path / "tests" / "test_it.py",
        tmp_path,
        tmp_path / "widgets" / "stray" / "test_it.py",
    ):
        assert (widget_of(elsewhere), repository_of(elsewhere)) == (None, tmp_path)


def test_a_session_without_widgets_pays_for_nothing_heavy() -> None:
    heavy = "{'asyncio', 'playwright', 'pydantic', 'starlette', 'widget'}"
    listed = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, pytest; before = set(sys.modules); "
            f"import widget_workbench.testing.collection; print(sorted({heavy} & (set(sys.modules) - before)))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout == "[]\n"
