/**
 * Runs widgets up to their first render: `node engine.mjs CORE JOB NUMBER HASHSEED`, where CORE is the directory of
 * Pyodide's core and JOB one that holds NUMBER.job.json (see job.py). What Python prints is dropped: it is the widgets'.
 *
 * The clock, the zone and what is random are what the job says, since what a widget shows must not depend on them.
 * Python gets nothing of the computer but the job's own files.
 */
import nodeCrypto from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import v8 from "node:v8";

// What runs for a moment need not be compiled to be fast, which takes as long again.
v8.setFlagsFromString("--liftoff-only");
// 1 GiB: a page on a phone has less.
v8.setFlagsFromString("--wasm-max-mem-pages=16384");

/** The package that is run, by its full name: its modules import each other. */
const CODE = "widget_workbench/prerendering/interpreter";

const [core, job] = process.argv.slice(2, 4).map((name) => path.resolve(name));
const [number, hashSeed] = process.argv.slice(4);

const actualNow = Date.now;
/** How far Python's clock is ahead of the computer's. Milliseconds. */
let ahead = 0;
Date.now = () => actualNow() + ahead;

let state = 0n;

/** @param {Uint8Array} array */
function fill(array) {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  for (let index = 0; index < bytes.length; index++) {
    // Knuth's generator of the MMIX: it has to give the same each time, and keeps no secret.
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    bytes[index] = Number(state >> 56n);
  }
  return array;
}
// The core asks for the one or the other.
/** @type {any} */ (globalThis.crypto).getRandomValues = fill;
/** @type {any} */ (nodeCrypto).randomFillSync = fill;

/** @param {string} name of one of the job's files */
const inJob = (name) => path.join(job, path.basename(name));

const { loadPyodide } = await import(pathToFileURL(path.join(core, "pyodide.mjs")).href);
const python = await loadPyodide({
  indexURL: core,
  stdLibURL: inJob("library.zip"),
  lockFileContents: JSON.stringify({
    info: { abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2" },
    packages: {},
  }),
  env: { HOME: "/home/pyodide", PYTHONHASHSEED: hashSeed },
  stdout: () => {},
  stderr: () => {},
});
python.FS.writeFile("/lib/widget.zip", readFileSync(inJob("widget.zip")));
python.FS.mkdirTree(`/lib/prerendering/${CODE}`);
const own = fileURLToPath(new URL("interpreter", import.meta.url));
for (const name of readdirSync(own).filter((name) => name.endsWith(".py"))) {
  python.FS.writeFile(`/lib/prerendering/${CODE}/${name}`, readFileSync(path.join(own, name)));
}
python.registerJsModule("_engine", {
  read: (/** @type {string} */ name) => new Uint8Array(readFileSync(inJob(name))),
  write: (/** @type {string} */ name, /** @type {string} */ text) =>
    writeFileSync(inJob(name), text),
  loadSharedLibrary: (/** @type {string} */ file) => python._api.loadDynlib(file),
  /**
   * @param {number} now milliseconds since 1970
   * @param {string} zone the time zone's name
   * @param {number} seed of what is random
   */
  surround(now, zone, seed) {
    ahead = now - actualNow();
    process.env.TZ = zone;
    state = BigInt(seed);
    fill(new Uint8Array(16)); // the first numbers of a small seed are small
  },
});
python.runPython("import sys; sys.path += ['/lib/widget.zip', '/lib/prerendering']");
const running = python.pyimport(`${CODE.replaceAll("/", ".")}.running`);
await running.unpack(number);
running.main(number);
// The interpreter's own event loop would go on.
process.exit();
