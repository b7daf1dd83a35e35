"""The snapshot: what it holds, that it is made reproducibly, and that it restores what it was taken of."""

from __future__ import annotations

import getpass
import gzip
import hashlib
import json
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from runtime import library
from runtime.making import WIDGET_ROOT
from widget_workbench.browser_python.javascript_engine import javascript_engine
from widget_workbench.bundle import runtime

ROOT = Path(__file__).parents[2]
LOADER = ROOT / "static" / "loader"
MAKER = ROOT / "runtime" / "make-snapshot.mjs"
CORE = ROOT / "node_modules" / "pyodide"

RESTORING = """
import { readFileSync, writeFileSync } from "node:fs";
const [core, wasm, snapshot, settings, reading, out, code] = process.argv.slice(1);
const { default: create } = await import(core);
const { coreSettings, ENVIRONMENT, finish, trampolineAddress } = await import(settings);
const { Snapshot } = await import(reading);
const module = new WebAssembly.Module(readFileSync(wasm));
let exports;
const options = { module, environment: ENVIRONMENT, restored: true };
const made = coreSettings({ ...options, instantiated: (its) => { exports = its; } });
await create(made);
const content = new Response(readFileSync(snapshot)).body;
const taken = await Snapshot.read(content);
taken.restore(exports.memory, trampolineAddress(exports));
const bytes = new Uint8Array(exports.memory.buffer).slice();
bytes.fill(0, trampolineAddress(exports), trampolineAddress(exports) + 4);
writeFileSync(out, bytes);
const python = await finish(made.API, taken.objects);
console.log(python.runPython(code));
process.exit();
"""


CODE = """
import json, os, re, sys
json.dumps({
    "modules": sorted(sys.modules),
    "json": json.loads('{"a": [1, 2.5, null]}'),
    "re": re.sub("a+", "b", "caat"),
    "environment": sorted(os.environ),
})
"""


def part(name: str) -> bytes:
    """A part's bytes, decompressed where they are compressed."""
    current = runtime()
    content = b"".join(current.files[file].read_bytes() for file in current.manifest.parts[name])
    return content if name == "core" else gzip.decompress(content)


def ran(program: str, *arguments: str) -> str:
    engine = javascript_engine()
    assert engine is not None
    command = [engine, "--input-type=module", "--eval", program, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    # The core's own text stands in what it says.
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stdout


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the maker reads."""
    directory = tmp_path_factory.mktemp("job")
    for name, content in {"core.mjs": part("core"), "core.wasm": part("wasm")}.items():
        (directory / name).write_bytes(content)
    (directory / "library.zip").write_bytes(part("library"))
    (directory / "widget.zip").write_bytes(part("widget"))
    modules = [*sorted(library.start_modules()), "widget"]
    (directory / "modules.txt").write_text("\n".join(modules))
    (directory / "snapshot.shipped").write_bytes(part("snapshot"))
    return directory


@dataclass(frozen=True)
class Restored:
    """An interpreter that was restored here, as a browser restores it.

    Attributes:
        memory: all of it, before anything ran.
        found: what its Python says.
    """

    memory: bytes
    found: Mapping[str, Any]


@pytest.fixture(scope="module")
def restored(job: Path) -> Restored:
    paths = [(job / "core.mjs").as_uri(), str(job / "core.wasm"), str(job / "snapshot.shipped")]
    modules = [(LOADER / name).as_uri() for name in ("core.js", "snapshot.js")]
    out = job / "memory"
    printed = ran(RESTORING, *paths, *modules, str(out), CODE)
    return Restored(out.read_bytes(), json.loads(printed))


def test_it_holds_the_core_the_library_and_widget_and_nothing_else() -> None:
    modules = runtime().manifest.snapshot.modules
    assert {"asyncio", "json", "widget", "widget._instance", "widget._rendering"} <= modules.keys()
    elsewhere = {
        name: file
        for name, file in modules.items()
        if file is not None and not file.startswith((library.ROOT, WIDGET_ROOT))
    }
    assert elsewhere == {}
    # Of those without a file: built in, made by the core, or the program that is run.
    without = {name for name, file in modules.items() if file is None}
    own = {name for name in without if name.startswith(("widget", "_widget"))}
    assert own == {"_widgets"}  # the package that widgets are imported into
    assert library.start_modules() <= modules.keys()


def test_it_holds_no_path_of_this_machine_and_no_name(restored: Restored) -> None:
    told = {
        str(ROOT),
        str(Path.home()),
        "node_modules",
        "node:internal",
        "Node.js v",
        "make-snapshot",
        javascript_engine() or "",
    }
    # Shorter ones occur anywhere.
    told |= {name for name in (socket.gethostname(), getpass.getuser()) if len(name) > 4}
    # What the core's own makers have left is not of this machine.
    core = part("wasm")
    found = {
        text
        for text in told
        for encoding in ("utf-8", "utf-16-le", "utf-32-le")
        if text.encode(encoding) in restored.memory and text.encode(encoding) not in core
    }
    assert found == set()
    assert b"/lib/python314.zip/asyncio/tasks.py" in restored.memory


def test_it_is_made_anew_with_the_same_bytes(job: Path, tmp_path: Path) -> None:
    made = []
    for number in range(2):
        directory = tmp_path / f"somewhere else {number}"
        directory.mkdir()
        for file in job.iterdir():
            (directory / file.name).symlink_to(file)
        engine = javascript_engine()
        assert engine is not None
        environment = {"PATH": "", "TZ": ["Asia/Kathmandu", "America/Lima"][number], "LANG": "x"}
        subprocess.run(
            [engine, str(MAKER), str(directory)], check=True, timeout=120, env=environment
        )
        made.append((directory / "snapshot.bin").read_bytes())
    assert made[0] == made[1]


def test_restored_it_is_the_memory_that_it_was_taken_of(restored: Restored) -> None:
    facts = runtime().manifest.snapshot
    assert hashlib.sha256(restored.memory).hexdigest() == facts.memory
    assert set(facts.modules) <= set(restored.found["modules"])
    assert restored.found["json"] == {"a": [1, 2.5, None]}
    assert restored.found["re"] == "cbt"
    assert "PYTHONHASHSEED" not in restored.found["environment"]


@pytest.mark.parametrize(
    ("pages", "runs", "told"),
    [
        (
            3,
            [],
            "The core has 2 pages of memory instead of 3: it is not the one that the snapshot was made with. Build the "
            "widget again.",
        ),
        (
            2,
            [[0, 5, 0]],
            "The snapshot ends too early: it is not the one that was built. Build the widget again.",
        ),
    ],
)
def test_one_that_does_not_fit_its_core_is_told(
    pages: int, runs: list[list[int]], told: str
) -> None:
    program = """
const { Snapshot } = await import(process.argv[1]);
const [pages, runs] = process.argv.slice(2).map(JSON.parse);
const snapshot = new Snapshot({ length: 65536 * pages, objects: {}, runs }, [new Uint8Array(4)]);
try {
  snapshot.restore(new WebAssembly.Memory({ initial: 2 }), 0);
} catch (error) {
  console.log(error.message);
}
"""
    arguments = [(LOADER / "snapshot.js").as_uri(), str(pages), json.dumps(runs)]
    assert ran(program, *arguments) == f"{told}\n"
