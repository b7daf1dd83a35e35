"""The core's JavaScript, trimmed: what the trimming leaves, what it refuses, and that Python still runs on it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "node_modules" / "pyodide"
NOT_THE_CORE = (
    "Pyodide 314.0.7, is not what runtime/trim-core.mjs was written for (Pyodide 314.0.7): "
)

PROGRAM = """
const [core, loader, python, library] = process.argv.slice(1);
const { default: createPyodideModule } = await import(core);
const { loadPyodide } = await import(loader);
globalThis.next = (number) => number + 1;
globalThis.late = () => new Promise((resolve) => setTimeout(resolve, 1, { list: [1, "two"] }));
globalThis.failing = () => { throw new TypeError("said in JavaScript"); };
const pyodide = await loadPyodide({ createPyodideModule });
pyodide.FS.writeFile("/tmp/library.so", Uint8Array.from(Buffer.from(library, "hex")));
const found = JSON.parse(await pyodide.runPythonAsync(python));
try {
  pyodide.runPython("division()");
} catch (error) {
  found["Python's exception"] = [error.constructor.name, error.type];
}
found["to_js"] = pyodide.runPython('{"list": [1, (2, 3)]}').toJs();
found["to_py"] = pyodide.toPy({ list: [1, { two: 2 }] }).toJs();
console.log(JSON.stringify(found));
"""

PYTHON = r"""
import asyncio, ctypes, datetime, hashlib, json, re, socket, sqlite3, traceback
from js import failing, late, next
from pyodide.ffi import JsException

def division():
    return 1 / 0

def javascripts_exception():
    try:
        failing()
    except JsException as error:
        return [frame.name for frame in traceback.extract_tb(error.__traceback__)], str(error)

def file():
    with open("/tmp/file", "w") as file:
        file.write("text")
    with open("/tmp/file") as file:
        return file.read()

def ordered(numbers):
    integer = ctypes.POINTER(ctypes.c_int)
    order = ctypes.CFUNCTYPE(ctypes.c_int, integer, integer)(lambda a, b: a[0] - b[0])
    array = (ctypes.c_int * len(numbers))(*numbers)
    ctypes.CDLL(None).qsort(array, len(numbers), 4, order)
    return list(array)

def linked():
    core, library = ctypes.CDLL(None), ctypes.CDLL("/tmp/library.so")
    address = lambda function: ctypes.cast(function, ctypes.c_void_p).value
    length = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p)(library.address_of_strlen())
    error = ctypes.cast(library.address_of_error(), ctypes.POINTER(ctypes.py_object))
    return {
        "its call": library.process() == core.getpid(),
        "its own": library.strlen(),
        "the core's first": length(b"abc") == core.strlen(b"abc") == 3,
        "one address": library.address_of_strlen() == address(core.strlen),
        "data": error[0].__name__,
        "JavaScript": library.address_of_time() == address(core.strptime) != 0,
        "graphics": [library.address_of_graphics(), hasattr(core, "emscripten_glClear")],
    }

json.dumps({
    "json": json.loads('{"a": [1, 2.5, null]}'),
    "re": re.sub(r"\w+", lambda word: word[0].upper(), "a b"),
    "datetime": datetime.datetime.strptime("2024-05-06", "%Y-%m-%d").isoformat(),
    "asyncio": await asyncio.gather(*(asyncio.sleep(0.001, number) for number in range(3))),
    "sqlite3": sqlite3.connect(":memory:").execute("select 1 + 1").fetchone(),
    "hashlib": hashlib.sha256(b"").hexdigest()[:8],
    "socket": socket.inet_ntoa(b"\x7f\0\0\1"),
    "called": next(41),
    "awaited": (await late()).to_py(),
    "JavaScript's exception": javascripts_exception(),
    "file": file(),
    "called by C": ordered([3, 1, 2]),
    "linked": linked(),
})
"""

FOUND = {
    "json": {"a": [1, 2.5, None]},
    "re": "A B",
    "datetime": "2024-05-06T00:00:00",
    "asyncio": [0, 1, 2],
    "sqlite3": [2],
    "hashlib": "e3b0c442",
    "socket": "127.0.0.1",
    "called": 42,
    "awaited": {"list": [1, "two"]},
    # The core's own frames are left out of the traceback.
    "JavaScript's exception": [
        ["javascripts_exception", "globalThis.failing"],
        "TypeError: said in JavaScript",
    ],
    "Python's exception": ["PythonError", "ZeroDivisionError"],
    "file": "text",
    "called by C": [1, 2, 3],
    "linked": {
        "its call": True,
        "its own": 7,
        "the core's first": True,
        "one address": True,
        "data": "ValueError",
        "JavaScript": True,
        "graphics": [0, False],
    },
    "to_js": {"list": [1, [2, 3]]},
    "to_py": {"list": [1, {"two": 2}]},
}


def library() -> bytes:
    """A compiled library as in a wheel.

    Its functions give the addresses of symbols of the core, one of which it defines as well.
    """

    def name(text: str) -> bytes:
        return bytes([len(text), *text.encode()])

    def section(number: int, items: list[bytes]) -> bytes:
        content = bytes([len(items)]) + b"".join(items)
        return bytes([number, len(content) & 127 | 128, len(content) >> 7]) + content

    def function(*code: int) -> bytes:
        return bytes([len(code) + 2, 0, *code, 0x0B])

    symbols = {
        "address_of_strlen": "GOT.func strlen",
        "address_of_error": "GOT.mem PyExc_ValueError",
        "address_of_time": "GOT.func strptime",
        "address_of_graphics": "GOT.func emscripten_glClear",
    }
    imported = [b"".join(map(name, symbol.split())) + b"\3\x7f\1" for symbol in symbols.values()]
    imported.append(name("env") + name("getpid") + b"\0\0")
    read = [function(0x23, number) for number in range(len(symbols))]  # global.get
    defined = [function(0x41, 7), *read, function(0x10, 0)]  # i32.const, …, call
    exported = ["strlen", *symbols, "process"]
    linking = name("dylink.0") + b"\1\4\0\0\0\0"
    return b"".join(
        [
            b"\0asm\1\0\0\0",
            bytes([0, len(linking)]) + linking,
            section(1, [b"\x60\0\1\x7f"]),  # () -> i32
            section(2, imported),
            section(3, [b"\0"] * len(defined)),
            section(7, [name(each) + bytes([0, 1 + n]) for n, each in enumerate(exported)]),
            section(10, defined),
        ]
    )


def node(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["node", *arguments], capture_output=True, text=True, check=False)


def trim(directory: Path, out: Path) -> subprocess.CompletedProcess[str]:
    return node(ROOT / "runtime" / "trim-core.mjs", directory, out)


@pytest.fixture(scope="module")
def trimmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Not by the name of the original, which the core looked for in a stack.
    out = tmp_path_factory.mktemp("trimmed") / "core.mjs"
    run = trim(CORE, out)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    return out


def test_the_same_input_gives_the_same_bytes(trimmed: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.mjs"
    assert trim(CORE, again).returncode == 0
    assert again.read_bytes() == trimmed.read_bytes()


def test_less_than_a_third_of_the_original_is_left(trimmed: Path) -> None:
    assert trimmed.stat().st_size * 3 < (CORE / "pyodide.asm.mjs").stat().st_size


def test_it_tells_its_licence_and_where_the_unmodified_file_is(trimmed: Path) -> None:
    notice, _, code = trimmed.read_text().partition("*/")
    assert notice.startswith("/*!")
    assert "Mozilla Public License, v. 2.0 (MPL-2.0)" in notice
    assert "trimmed by widget-workbench" in notice
    assert 'pyodide.asm.mjs in the npm package "pyodide", version 314.0.7' in notice
    assert "sourceMappingURL" not in code


@pytest.mark.parametrize(
    "scanned",
    ["eval(", "new Function", "atob(", 'createElement("script")', "new Worker", '"0061736d'],
)
def test_it_holds_nothing_that_the_platforms_scan_takes_for_obfuscation(
    trimmed: Path, scanned: str
) -> None:
    assert scanned not in trimmed.read_text()


@pytest.mark.parametrize(
    ("was", "now", "sentence"),
    [
        (
            "updateGOT(origExports);",
            "updateGOT(origExports) ;",
            'the place of the patch "exports are kept instead of linked" occurs 0 times instead of once',
        ),
        (
            "var wasmImports={",
            "var wasmImports = {",
            '"var wasmImports={" occurs 0 times instead of once',
        ),
        (
            '=wasmExports["malloc"];',
            '=wasmExports.get("malloc");',
            "it takes an export in another way than expected",
        ),
    ],
)
def test_another_core_than_it_was_written_for_is_refused(
    tmp_path: Path, was: str, now: str, sentence: str
) -> None:
    changed = (CORE / "pyodide.asm.mjs").read_text().replace(was, now)
    (tmp_path / "pyodide.asm.mjs").write_text(changed)
    (tmp_path / "pyodide.asm.wasm").symlink_to(CORE / "pyodide.asm.wasm")
    run = trim(tmp_path, tmp_path / "out.mjs")
    assert run.returncode == 1
    assert NOT_THE_CORE + sentence in run.stderr
    assert run.stderr.count("\n") == 1
    assert not (tmp_path / "out.mjs").exists()


def test_python_runs_on_it(trimmed: Path) -> None:
    run = node(
        "--input-type=module",
        "--eval",
        PROGRAM,
        trimmed.as_uri(),
        (CORE / "pyodide.mjs").as_uri(),
        PYTHON,
        library().hex(),
    )
    assert run.stderr == ""
    assert json.loads(run.stdout) == FOUND
