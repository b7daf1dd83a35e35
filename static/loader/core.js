/**
 * How Pyodide's core is set up, in a page and where its snapshot is made (runtime/make-snapshot.mjs). This replaces the
 * core's own `loadPyodide`. Written against pyodide 314.0.7, whose version the project pins: the names on `API` are
 * that release's internals.
 */

/** @typedef {import("./platform.js").Interpreter} Interpreter */

const HOME = "/home/pyodide";
const SITE_PACKAGES = "/lib/python3.14/site-packages";

/**
 * What the interpreter's C code reads as it starts: the same for everyone, since the memory that it leaves is to be the
 * same. What the visitor's browser says of time zone and language comes later (widget/_waking.py).
 */
export const ENVIRONMENT = {
  HOME,
  LANG: "C.UTF-8",
  // Keeps PyErr_Print from ending the interpreter on SystemExit.
  PYTHONINSPECT: "1",
  // The core never writes bytecode back, so nothing is gained by its trying to.
  PYTHONDONTWRITEBYTECODE: "1",
};

/**
 * Emscripten's settings for the core.
 *
 * @param {object} options
 * @param {Promise<WebAssembly.Module> | WebAssembly.Module} options.module
 * @param {Record<string, string>} options.environment
 * @param {Record<string, unknown>} [options.config] of the core's own, beside what is the same everywhere
 * @param {(FS: any) => void} [options.fillFileSystem] called before the interpreter starts
 * @param {boolean} [options.restored] whether it does not start, since its memory is about to be restored
 * @param {(exports: any, imports: any) => void} [options.instantiated] called before anything of it runs
 */
export function coreSettings({
  module,
  environment,
  config = {},
  fillFileSystem = () => {},
  restored = false,
  instantiated = () => {},
}) {
  /** @type {(reason: unknown) => void} */
  let fail = () => {};
  /** @type {Promise<never>} */
  const failure = new Promise((_resolve, reject) => {
    fail = reject;
  });
  /** @type {any} what the core attaches its parts to */
  const API = {
    config: {
      jsglobals: globalThis,
      packages: [],
      packageBaseUrl: "",
      enableRunUntilComplete: true,
      env: environment,
      ...config,
    },
    runtimeEnv: PLACE,
    // Its being known starts Python code.
    lockFilePromise: restored ? undefined : Promise.resolve(JSON.stringify(NO_PACKAGES)),
  };
  return {
    API,
    failure,
    noImageDecoding: true,
    noAudioDecoding: true,
    noWasmDecoding: false,
    noInitialRun: restored,
    arguments: [],
    // Emscripten's name in a page; under Node.js it would be a path.
    thisProgram: "./this.program",
    /** @type {((module: any) => void)[]} */
    preRun: [
      ({ API, FS, ENV }) => {
        API.pyVersionTuple = [3, 14, 2];
        API.sitePackages = SITE_PACKAGES;
        FS.mkdirTree(SITE_PACKAGES);
        // CPython looks for this directory when it works out its own paths, and warns where it is missing.
        FS.mkdir("/lib/python3.14/lib-dynload");
        fillFileSystem(FS);
        FS.mkdir(HOME);
        FS.chdir(HOME);
        Object.assign(ENV, environment);
      },
    ],
    locateFile: (/** @type {string} */ path) => path,
    /**
     * @param {any} imports
     * @param {(instance: WebAssembly.Instance, module: WebAssembly.Module) => void} received
     */
    instantiateWasm(imports, received) {
      // The core's own loader supplies these two imports: the value by which its C code knows that JavaScript threw.
      const thrown = Symbol("error marker");
      imports.env.Jsv_GetError_import = () => thrown;
      imports.env.JsvError_Check = (/** @type {unknown} */ value) => value === thrown;
      instantiate(module, imports).then(({ instance, compiled }) => {
        instantiated(instance.exports, imports.env);
        received(instance, compiled);
      }, fail);
      return {};
    },
  };
}

/**
 * @param {Promise<WebAssembly.Module> | WebAssembly.Module} module
 * @param {any} imports
 */
async function instantiate(module, imports) {
  const compiled = await module;
  return { compiled, instance: await WebAssembly.instantiate(compiled, imports) };
}

/**
 * Where memory has the one thing in it that depends on the engine: the address of a function by which C calls functions
 * of other types than it believes, 0 in engines without the WebAssembly for it, where JavaScript makes such calls.
 *
 * @param {any} exports the core's
 * @returns {number}
 */
export function trampolineAddress({ memory, _PyRuntime, _PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET }) {
  const words = new DataView(memory.buffer);
  return _PyRuntime.value + words.getInt32(_PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET.value, true);
}

/**
 * C asks for the time zone once, and in restored memory it has been told that of another place.
 *
 * @param {any} exports the core's
 * @param {any} imports what it imports
 */
export function tellTimeZone({ memory, timezone, daylight, tzname }, imports) {
  const names = new DataView(memory.buffer, tzname.value, 8);
  imports._tzset_js(
    timezone.value,
    daylight.value,
    names.getUint32(0, true),
    names.getUint32(4, true),
  );
}

const IN_PAGE = typeof document === "object";

/** What the core wants to know about where it runs. Under Node.js it needs nothing of Node's own. */
const PLACE = {
  IN_BROWSER: IN_PAGE,
  IN_BROWSER_MAIN_THREAD: IN_PAGE,
  IN_BROWSER_WEB_WORKER: false,
  IN_NODE: false,
  IN_NODE_COMMONJS: false,
  IN_NODE_ESM: false,
  IN_BUN: false,
  IN_DENO: false,
  IN_SHELL: false,
  IN_WORKERD: false,
  IN_SAFARI: isSafari(),
};

function isSafari() {
  const { userAgent = "" } = globalThis.navigator ?? {};
  return !userAgent.includes("Chrome") && userAgent.includes("Safari");
}

/** The core's package index, empty: a widget's dependencies come with the widget (dependencies.js). */
const NO_PACKAGES = {
  info: { abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2" },
  packages: {},
};

/**
 * Completes the core, once its interpreter has started or its memory is restored.
 *
 * @param {any} API
 * @param {object} [snapshot] what the memory's snapshot says of the JavaScript objects that the memory refers to
 * @returns {Promise<Interpreter>}
 */
export async function finish(API, snapshot) {
  const interpreter = API.finalizeBootstrap(snapshot);
  if (snapshot) {
    // What the memory knows of packages it has known since the snapshot was made.
    API.lockfile = NO_PACKAGES;
    API.lockfile_info = NO_PACKAGES.info;
    API.lockfile_packages = NO_PACKAGES.packages;
    API._import_name_to_package_name = new Map();
    API.flushPackageManagerBuffers();
  } else {
    API._pyodide.set_excepthook();
    await API.packageIndexReady;
  }
  API.initializeStreams();
  interpreter.loadSharedLibrary = (/** @type {string} */ path) => API.loadDynlib(path);
  return interpreter;
}
