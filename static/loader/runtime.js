/**
 * One interpreter a page. Every widget brings a copy of this loader, at a URL of its own, so what they share lies on
 * the page itself: a Map from release to its interpreters, under a registered symbol. Copies of one release agree on its
 * shape; another release of ours uses another key of the same Map.
 */
import { boot } from "./boot.js";
import { createBridge } from "./bridge.js";
import { conflicts, install } from "./dependencies.js";
import { LateLibrary } from "./late-library.js";
import { openStore } from "./part-store.js";
import { whenIdle } from "./when-idle.js";

/** @typedef {import("./bundle.js").Bundle} Bundle */
/** @typedef {import("./platform.js").Interpreter} Interpreter */
/** @typedef {import("./platform.js").PythonInstance} PythonInstance */
/** @typedef {import("./platform.js").Stage} Stage */

/**
 * @typedef {object} Runtime
 * @property {Interpreter} interpreter
 * @property {(stage: Stage) => PythonInstance} mount starts one instance of a widget
 * @property {() => string | undefined} calling the type of the widget whose Python code runs at this moment
 * @property {(content: Uint8Array) => Uint8Array} decompress zstd's, which Python has and no browser
 * @property {(directory: string) => void} addPath makes Python import from a directory
 * @property {Set<string>} placed the packages whose modules are on the interpreter's file system
 *
 * @typedef {object} Entry one interpreter of a release
 * @property {number} attempts
 * @property {Promise<Runtime> | null} runtime
 * @property {string} origin whose copy of the runtime it is started from: the URL of a file
 * @property {Runtime | null} booted what `runtime` is fulfilled with, for those who cannot wait
 * @property {Map<string, import("./dependencies.js").Installed>} packages by name
 * @property {LateLibrary} late the second part of its standard library
 */

const REGISTRY = Symbol.for("pyodide-widget.interpreters");

/** When this page first heard of Python. */
const LOADER_START = performance.now();

/** @returns {Map<string, Entry[]>} */
function registry() {
  const page = /** @type {Record<symbol, Map<string, Entry[]>>} */ (
    /** @type {unknown} */ (globalThis)
  );
  page[REGISTRY] ??= new Map();
  return page[REGISTRY];
}

/**
 * An interpreter of the page's with a widget's dependencies, started when there is none. A start that failed is
 * forgotten, so that the next instance tries again.
 *
 * @param {Bundle} bundle
 * @param {string} type the widget's
 * @returns {Promise<Runtime>}
 * @throws {Error} whose message is fit to be shown
 */
export async function pageRuntime(bundle, type) {
  const entry = entryFor(bundle, type);
  if (entry.runtime === null) {
    entry.origin = originOf(bundle);
  }
  entry.runtime ??= start(bundle, entry).then(
    (runtime) => {
      entry.booted = runtime;
      return runtime;
    },
    (reason) => {
      entry.runtime = null;
      throw reason;
    },
  );
  const { runtime: starting, origin } = entry;
  try {
    const [runtime] = await Promise.all([starting, install(bundle, entry, starting)]);
    entry.late.fetchWhenIdle();
    // Each copy of the loader has what it has fetched itself.
    whenIdle(openStore);
    return runtime;
  } catch (reason) {
    const started = await starting.then(
      () => true,
      () => false,
    );
    // Another widget's copy of the runtime is broken; this one's may be whole.
    if (!started && origin !== originOf(bundle)) {
      return pageRuntime(bundle, type);
    }
    throw reason;
  }
}

/** @param {Bundle} bundle */
function originOf(bundle) {
  return bundle.part("wasm")[0].url;
}

/**
 * The first interpreter of the release that has no other version of what the widget depends on. One Python cannot hold
 * two versions of a package.
 *
 * @param {Bundle} bundle
 * @param {string} type
 * @returns {Entry}
 */
function entryFor(bundle, type) {
  const entries = registry().get(bundle.release) ?? [];
  registry().set(bundle.release, entries);
  const fitting = entries.find(({ packages }) => conflicts(bundle, packages).length === 0);
  if (fitting) {
    return fitting;
  }
  if (entries.length > 0) {
    const names = conflicts(bundle, entries[0].packages).join(", ");
    console.warn(
      `Widget "${type}" needs ${names}, of which another widget on this page has brought another version or build: it gets a ` +
        "Python interpreter of its own, which costs memory and time. Build both from one repository.",
    );
  }
  const late = new LateLibrary();
  /** @type {Entry} */
  const entry = { attempts: 0, runtime: null, origin: "", booted: null, packages: new Map(), late };
  entries.push(entry);
  return entry;
}

/**
 * What Python knows of where it runs: variables of its environment. The first use of Intl takes a browser up to thirty
 * milliseconds, in which it does not show what it has; of Temporal, one.
 *
 * @param {Navigator} navigator
 */
function surroundingsOf({ language }) {
  return {
    TZ: globalThis.Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    LANG: `${language.replace("-", "_")}.UTF-8`,
  };
}

/**
 * @param {Bundle} bundle
 * @param {Entry} entry
 * @returns {Promise<Runtime>}
 */
async function start(bundle, entry) {
  const booting = boot(bundle, entry.attempts++);
  // Asked here, where the files are on their way.
  const surroundings = JSON.stringify(surroundingsOf(navigator));
  const interpreter = await booting;
  interpreter.registerJsModule("_widget_bridge", createBridge(entry.late));
  const python = interpreter.pyimport("widget._instance");
  python.prepare(surroundings);
  entry.late.attach(python.complete_library);
  performance.measure("pyodide-widget:boot", { start: LOADER_START });
  return {
    interpreter,
    mount: python.mount,
    calling: python.calling,
    decompress: python.decompressed,
    addPath: python.add_path,
    placed: new Set(),
  };
}
