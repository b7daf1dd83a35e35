"""What an upstream's author sees of a traceback."""

import importlib.util
from pathlib import Path
from typing import Any

from widget_workbench.preview.repository_traceback import repository_traceback


def module(file: Path, text: str) -> Any:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def told(root: Path, function: Any, *arguments: Any) -> list[str]:
    try:
        function(*arguments)
    except Exception as error:
        return repository_traceback(error, root).splitlines()
    raise AssertionError


def test_frames_of_libraries_are_left_out_be_they_installed_in_the_repository(
    tmp_path: Path,
) -> None:
    call = "def call(function):\n    return function()\n"
    own = module(tmp_path / "own.py", "def fail():\n    raise KeyError('city')\n")
    for place in ("../elsewhere", ".venv/lib", "venv/lib/site-packages"):
        library = module(tmp_path / place / "library.py", call)

        assert told(tmp_path, library.call, own.fail) == [
            "Traceback (most recent call last):",
            '  File "own.py", line 2, in fail',
            "    raise KeyError('city')",
            "KeyError: 'city'",
        ]


def test_exceptions_behind_and_within_it_are_shown_by_their_own_frames(tmp_path: Path) -> None:
    library = module(
        tmp_path / ".venv/library.py",
        "def group(function):\n"
        "    try:\n"
        "        function()\n"
        "    except Exception as error:\n"
        "        raise ExceptionGroup('several', [error])\n",
    )
    own = module(
        tmp_path / "own.py",
        "import json\n"
        "def fail():\n"
        "    try:\n"
        "        json.loads('')\n"
        "    except ValueError as error:\n"
        "        raise RuntimeError('no city') from error\n",
    )
    text = "\n".join(told(tmp_path, library.group, own.fail))

    assert 'File "own.py", line 4, in fail' in text
    assert 'File "own.py", line 6, in fail' in text
    assert "JSONDecodeError: Expecting value" in text
    assert "json/decoder.py" not in text


def test_a_traceback_without_a_line_of_the_repository_is_shown_whole(tmp_path: Path) -> None:
    library = module(tmp_path / "lib/library.py", "def fail():\n    raise KeyError('city')\n")
    lines = told(tmp_path / "repository", library.fail)

    assert f'  File "{tmp_path / "lib/library.py"}", line 2, in fail' in lines
    assert lines[-1] == "KeyError: 'city'"
