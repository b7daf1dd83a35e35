"""What a `main.py` asks for, read from its PEP 723 block alone."""

import pytest

from widget_workbench.dependencies import DependencyError, requirements_of

PATH = "widgets/weather/main.py"


def read(text: str | bytes) -> tuple[str, ...]:
    return requirements_of(text.encode() if isinstance(text, str) else text, PATH)


def block(content: str) -> str:
    lines = "".join(f"# {line}".rstrip() + "\n" for line in content.splitlines())
    return f'"""A widget."""\n\n# /// script\n{lines}# ///\n\nasync def init(sdk): ...\n'


def message(text: str | bytes) -> str:
    with pytest.raises(DependencyError) as raised:
        read(text)
    return str(raised.value)


def test_requirements_are_as_written() -> None:
    text = block(
        'requires-python = ">=3.14"\ndependencies = [\n  "Httpx[http2] >= 0.28",\n\n  "attrs",\n]\n'
        "[tool.other]\nkey = 1"
    )
    assert read(text) == ("Httpx[http2] >= 0.28", "attrs")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import js\n",
        "# /// pyproject\n# dependencies = 1\n# ///\n",
        "x = 1  # /// script\n",
        "# /// script\n# ///\n",
        "# /// script\n# requires-python = '>=3.11'\n# ///\n",
    ],
)
def test_a_file_that_asks_for_nothing_has_no_requirements(text: str) -> None:
    assert read(text) == ()


def test_the_code_may_be_of_a_newer_python_and_its_lines_end_as_on_windows() -> None:
    text = block('dependencies = ["attrs"]') + 'x = t"{y}"\n'
    assert read("\ufeff" + text.replace("\n", "\r\n")) == ("attrs",)


def test_toml_may_hold_a_line_like_the_closing_one() -> None:
    content = 'dependencies = ["attrs"]\n[tool.a]\nb = """\n///\n"""'
    assert read(block(content)) == ("attrs",)


def test_a_block_that_follows_another_at_once_is_one_of_its_own() -> None:
    text = "# /// other\n# a = 1\n# ///\n# /// script\n# dependencies = ['attrs']\n# ///\n"
    assert read(text) == ("attrs",)


def test_a_file_that_is_not_utf_8_is_told_by_its_line() -> None:
    assert message(b"# one\n# caf\xe9\n") == (
        f"{PATH}, line 2: the file is not UTF-8; save it in that encoding."
    )


def test_a_second_block_is_refused() -> None:
    assert message(block("") + block("")).startswith(
        f"{PATH}, line 9: a second `# /// script` block; the first is in line 3."
    )


def test_a_block_without_an_end_is_refused() -> None:
    assert message("# /// script\n# dependencies = ['attrs']\nimport js\n").startswith(
        f"{PATH}, line 1: the `# /// script` block is not closed; end it with a line `# ///`"
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("dependencies = [\n  oops\n]", "line 5: the `# /// script` block is not TOML: Invalid"),
        ("dependencies = 'attrs'", "line 4: `dependencies` is no list"),
        ("\ndependencies = [1]", "line 5: `dependencies` holds 1, which is no text"),
        (
            "dependencies = [\n  'a',\n  'b >',\n]",
            'line 6: \'b >\' is no requirement such as "name" or "name>=1.2": ',
        ),
        (
            "dependencies = ['x @ file:///x.whl']",
            "line 4: 'x @ file:///x.whl' names a file or an address, and widgets take packages",
        ),
        (
            "dependencies = ['x; os_name ~= \"y\"']",
            "line 4: the marker of 'x; os_name ~= \"y\"' makes",
        ),
        ("dependencies = ['./x']", "line 4: './x' is no requirement"),
        ("dependency = ['x']", "line 4: `dependency` is not a known key"),
        (
            "\nrequires-python = '<3.14'",
            "line 5: `requires-python` is '<3.14', and widgets run on Python 3.14.2",
        ),
        ("requires-python = 'new'", "line 4: `requires-python` is 'new', which is no range"),
        ("requires-python = 3", "line 4: `requires-python` is 3, which is no range"),
    ],
)
def test_what_is_wrong_is_told_by_its_line(content: str, told: str) -> None:
    assert message(block(content)).startswith(f"{PATH}, {told}")
