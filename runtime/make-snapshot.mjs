/**
 * Makes the snapshot: the memory of an interpreter that has imported what a start needs, as far as it differs from the
 * memory that the core has anyway once it is instantiated.
 *
 *     node runtime/make-snapshot.mjs JOB
 *
 * JOB is a directory with the core (core.mjs, core.wasm), the standard library that a start needs (library.zip), the
 * package `widget` (widget.zip) and the names of the modules to be imported (modules.txt, one a line). The snapshot is
 * put beside them (snapshot.bin), in the form that static/loader/snapshot.js reads, with what is known of it
 * (snapshot.json).
 *
 * The same input gives the same bytes, whatever the time, the place and the machine: the clock stands still, nothing
 * is random, and strings hash as they do elsewhere.
 */
import crypto from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { coreSettings, ENVIRONMENT, finish, trampolineAddress } from "../static/loader/core.js";
import { clearFreedMemory } from "./freed-memory.mjs";

/** What is compared, and stored, as a whole. Bytes. */
const PAGE = 4096;

/** 1 January 2025, in milliseconds: a clock that says 1970 is taken for one that is not set. */
const NOW = 1_735_689_600_000;

// Before anything reads them.
process.env.TZ = "UTC";
Date.now = () => NOW;
performance.now = () => 0;
// The interpreter notes where it runs.
Object.defineProperty(globalThis, "navigator", { value: { userAgent: "widget-workbench" } });
/** @type {any} */ (globalThis.crypto).getRandomValues = fillWithOnes;
/** @type {any} */ (crypto).randomFillSync = fillWithOnes;

const PREPARATION = `
import gc, importlib, os, sys, zipimport

for name in MODULES.split():
    importlib.import_module(name)

import widget._instance

widget._instance.install()
del os.environ["PYTHONHASHSEED"]
# What the imports have left: the libraries' directories, which are not there where the snapshot is restored.
for module in tuple(sys.modules.values()):
    loader = getattr(module, "__loader__", None)
    if isinstance(loader, zipimport.zipimporter):
        loader._files = {}
zipimport._zip_directory_cache.clear()
sys.path_importer_cache.clear()
del gc, importlib, os, sys, widget, zipimport, loader, module, name, MODULES
__builtins__.__import__("gc").collect()
__builtins__.__import__("gc").collect()
# No collection need look through all of this again.
__builtins__.__import__("gc").freeze()
`;

const [job = "."] = process.argv.slice(2).map((name) => path.resolve(name));
const read = (/** @type {string} */ name) => readFileSync(path.join(job, name));
const { default: createCore } = await import(pathToFileURL(path.join(job, "core.mjs")).href);
const module = new WebAssembly.Module(read("core.wasm"));

const { memory, objects, modules } = await prepared();
const { instantiated, constructed } = await initial();
const { runs, pages } = difference();

const index = Buffer.from(JSON.stringify({ length: memory.length, objects, runs }));
const length = Buffer.alloc(4);
length.writeUInt32LE(index.length);
writeFileSync(path.join(job, "snapshot.bin"), Buffer.concat([length, index, ...pages]));
const digest = crypto.createHash("sha256").update(memory).digest("hex");
writeFileSync(path.join(job, "snapshot.json"), JSON.stringify({ memory: digest, modules }));
// The interpreter's event loop would go on.
process.exit();

/** @param {Uint8Array} array */
function fillWithOnes(array) {
  return array.fill(1);
}

/** The memory of an interpreter that has imported everything. */
async function prepared() {
  /** @type {any} */
  let exports;
  const settings = coreSettings({
    module,
    environment: { ...ENVIRONMENT, PYTHONHASHSEED: "0" },
    config: { _makeSnapshot: true },
    fillFileSystem(FS) {
      FS.writeFile("/lib/python314.zip", read("library.zip"));
      FS.writeFile("/lib/widget.zip", read("widget.zip"));
    },
    instantiated: (made) => {
      exports = made;
    },
  });
  const core = await Promise.race([createCore(settings), settings.failure]);
  const interpreter = /** @type {any} */ (await finish(settings.API));
  interpreter.runPython("import sys; sys.path.append('/lib/widget.zip'); del sys");
  interpreter.globals.set("MODULES", read("modules.txt").toString());
  interpreter.runPython(PREPARATION);
  const modules = JSON.parse(
    interpreter.runPython(
      'import json, sys; json.dumps({name: getattr(each, "__file__", None) for name, each in sys.modules.items()})',
    ),
  );
  interpreter.runPython("del json, sys");
  const objects = settings.API.serializeHiwireState();
  forgetTrampoline(exports);
  clearFreedMemory(core.HEAPU8, exports);
  return { memory: core.HEAPU8, objects, modules };
}

/** The memory of a core whose interpreter has not started: as the wasm has it, and after its constructors. */
async function initial() {
  let instantiated = new Uint8Array();
  let exports = {};
  const settings = coreSettings({
    module,
    environment: ENVIRONMENT,
    restored: true,
    instantiated(made) {
      exports = made;
      instantiated = new Uint8Array(made.memory.buffer).slice();
    },
  });
  const core = await Promise.race([createCore(settings), settings.failure]);
  forgetTrampoline(exports);
  return { instantiated, constructed: core.HEAPU8 };
}

/** @param {any} exports the core's, in whose memory every engine puts its own */
function forgetTrampoline(exports) {
  new DataView(exports.memory.buffer).setUint32(trampolineAddress(exports), 0, true);
}

/**
 * The pages that differ. Where the wasm has something, what is stored is the page's difference to that, which is
 * smaller; but a page that a constructor writes may not be the same everywhere, and so is stored as it is.
 */
function difference() {
  /** @type {[offset: number, length: number, isDifference: 0 | 1][]} */
  const runs = [];
  const pages = [];
  for (let offset = 0; offset < memory.length; offset += PAGE) {
    const page = Buffer.from(memory.subarray(offset, offset + PAGE));
    const before = Buffer.from(instantiated.subarray(offset, offset + PAGE));
    const after = Buffer.from(constructed.subarray(offset, offset + PAGE));
    const isConstructed = !before.equals(after);
    if (page.equals(after) && !isConstructed) {
      continue;
    }
    const isDifference = isConstructed || before.every((byte) => byte === 0) ? 0 : 1;
    pages.push(isDifference ? page.map((byte, at) => byte ^ before[at]) : page);
    const last = runs.at(-1);
    if (last && last[0] + last[1] === offset && last[2] === isDifference) {
      last[1] += PAGE;
    } else {
      runs.push([offset, PAGE, isDifference]);
    }
  }
  return { runs, pages };
}
