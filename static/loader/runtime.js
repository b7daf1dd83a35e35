/**
 * One interpreter a page. Every widget brings a copy of this loader, at a URL of its own, so what they share lies on
 * the page itself: a Map from release to interpreter, under a registered symbol. Copies of one release agree on its
 * shape; another release of ours uses another key of the same Map.
 */
import { boot } from "./boot.js";
import { createBridge } from "./bridge.js";

/** @typedef {import("./assets.js").Asset} Asset */
/** @typedef {import("./platform.js").Interpreter} Interpreter */
/** @typedef {import("./platform.js").PythonInstance} PythonInstance */
/** @typedef {import("./platform.js").Stage} Stage */

/**
 * @typedef {object} Runtime
 * @property {Interpreter} interpreter
 * @property {(stage: Stage) => PythonInstance} mount starts one instance of a widget
 * @property {() => string | undefined} calling the type of the widget whose Python code runs at this moment
 * @property {Set<string>} placed the packages whose modules are on the interpreter's file system
 *
 * @typedef {object} Entry
 * @property {number} attempts
 * @property {Promise<Runtime> | null} runtime
 * @property {Runtime | null} booted what `runtime` is fulfilled with, for those who cannot wait
 */

const REGISTRY = Symbol.for("pyodide-widget.interpreters");

/** When this page first heard of Python. */
const LOADER_START = performance.now();

/** @returns {Map<string, Entry>} */
function registry() {
  const page = /** @type {Record<symbol, Map<string, Entry>>} */ (
    /** @type {unknown} */ (globalThis)
  );
  page[REGISTRY] ??= new Map();
  return page[REGISTRY];
}

/**
 * The page's interpreter, started when there is none. A start that failed is forgotten, so that the next instance
 * tries again.
 *
 * @param {Map<string, Asset>} assets as the widget's entry declares them
 * @returns {Promise<Runtime>}
 * @throws {Error} whose message is fit to be shown
 */
export function pageRuntime(assets) {
  const required = (/** @type {string} */ path) => {
    const asset = assets.get(path);
    if (!asset) {
      throw new Error(`The widget's entry does not declare ${path}. Build the widget again.`);
    }
    return asset;
  };
  const widget = required("runtime/widget.zip");
  const release = widget.release ?? widget.url;
  const entries = registry();
  const entry = entries.get(release) ?? { attempts: 0, runtime: null, booted: null };
  entries.set(release, entry);
  entry.runtime ??= start(
    {
      javascript: required("runtime/pyodide.asm.mjs"),
      wasm: required("runtime/pyodide.asm.wasm"),
      library: required("runtime/python_stdlib.zip"),
      widget,
    },
    entry.attempts++,
  ).then(
    (runtime) => {
      entry.booted = runtime;
      return runtime;
    },
    (reason) => {
      entry.runtime = null;
      throw reason;
    },
  );
  return entry.runtime;
}

/**
 * @param {import("./boot.js").RuntimeAssets} assets
 * @param {number} attempt
 * @returns {Promise<Runtime>}
 */
async function start(assets, attempt) {
  const interpreter = await boot(assets, attempt);
  interpreter.registerJsModule("_widget_bridge", createBridge());
  const python = interpreter.pyimport("widget._instance");
  python.prepare();
  performance.measure("pyodide-widget:boot", { start: LOADER_START });
  return { interpreter, mount: python.mount, calling: python.calling, placed: new Set() };
}
