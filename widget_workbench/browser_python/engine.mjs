/**
 * Runs a job in the browser's Python: `node engine.mjs CORE JOB`, where CORE is the directory of Pyodide's core and JOB
 * one that holds `job.json` (see job.py). What Python prints goes to this program's own output.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [core, job, worker] = process.argv.slice(2).map((name) => path.resolve(name));

const library = path.join(job, "library.zip");
const { loadPyodide } = await import(pathToFileURL(path.join(core, "pyodide.mjs")).href);
const python = await loadPyodide({
  indexURL: core,
  ...(existsSync(library) ? { stdLibURL: library } : {}),
  lockFileContents: JSON.stringify({
    info: { abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2" },
    packages: {},
  }),
  // The order of a set's members goes into bytecode. Columns are for showing source lines, which nothing compiled here
  // has beside it in the browser.
  env: { HOME: "/home/pyodide", PYTHONHASHSEED: "0", PYTHONNODEBUGRANGES: "1" },
});
python.FS.mkdirTree("/job");
python.FS.mount(python.FS.filesystems.NODEFS, { root: job }, "/job");
python.runPython(readFileSync(worker, "utf8"), { filename: "worker.py" });
