/**
 * Starts Pyodide's core. This replaces the core's own `loadPyodide`, which fetches the files before anyone can
 * look at them, reports a wasm file that does not compile to the console alone, and then waits for ever. Written
 * against pyodide 314.0.7, whose version the project pins: the names on `API` are that release's internals.
 */
import { AssetError } from "./assets.js";
import { streamed, whole } from "./parts.js";

/** @typedef {import("./assets.js").Asset} Asset */
/** @typedef {import("./bundle.js").Bundle} Bundle */
/** @typedef {import("./platform.js").Interpreter} Interpreter */

const LIBRARY = "/lib/python314.zip";
const WIDGET = "/lib/widget.zip";

/**
 * @param {Bundle} bundle which has the runtime's files
 * @param {number} attempt 0 at first. A browser keeps a module's failure for its URL, so each further attempt asks
 *   for the core's JavaScript under an address of its own.
 * @returns {Promise<Interpreter>} with the package `widget` on its path
 * @throws {Error} whose message says what is missing and where
 */
export async function boot(bundle, attempt) {
  refuseWithoutWebAssembly();
  const wasm = compile(bundle.part("wasm"));
  const [factory, library, widget, module] = await Promise.all([
    importCore(bundle.part("core")[0], attempt),
    unpacked(bundle.part("library")),
    unpacked(bundle.part("widget")),
    wasm,
  ]);
  const settings = coreSettings(module, (FS) => {
    FS.mkdirTree("/lib/python3.14/site-packages");
    // CPython looks for this directory when it works out its own paths, and warns where it is missing.
    FS.mkdirTree("/lib/python3.14/lib-dynload");
    FS.writeFile(LIBRARY, library, { canOwn: true });
    FS.writeFile(WIDGET, widget, { canOwn: true });
  });
  await Promise.race([factory(settings), settings.failure]);
  return finish(settings.API);
}

/** The shortest valid module: the magic number and the version. */
const EMPTY_MODULE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/** Compiling under a policy that forbids it fails here in words, instead of somewhere inside the core. */
function refuseWithoutWebAssembly() {
  if (typeof WebAssembly !== "object") {
    throw new Error(
      "Python widgets need WebAssembly, which this browser does not have or has turned off.",
    );
  }
  try {
    // WebKit compiles under such a policy and refuses the instance.
    new WebAssembly.Instance(new WebAssembly.Module(EMPTY_MODULE));
  } catch (cause) {
    throw new Error(
      "This page's Content-Security-Policy does not allow WebAssembly, which Python widgets run on: " +
        "it needs script-src 'wasm-unsafe-eval'.",
      { cause },
    );
  }
}

/**
 * Compiles the core while it arrives; where that fails, once more from files that are known to be as built, which are
 * asked for past all caches if need be.
 *
 * @param {Asset[]} files
 * @returns {Promise<WebAssembly.Module>}
 */
async function compile(files) {
  try {
    return await WebAssembly.compileStreaming(wasmOf(streamed(files)));
  } catch {
    // Which file it was, is told by what is read now.
  }
  const compressed = await whole(files);
  try {
    return await WebAssembly.compileStreaming(wasmOf(bodyOf(compressed)));
  } catch (cause) {
    throw new AssetError(files[0], "is damaged: it does not compile", cause);
  }
}

/** @param {ReadableStream<Uint8Array<ArrayBuffer>>} compressed */
function wasmOf(compressed) {
  // Streaming insists on the media type.
  return new Response(gunzipped(compressed), { headers: { "Content-Type": "application/wasm" } });
}

/**
 * @param {Asset[]} files
 * @returns {Promise<Uint8Array>}
 */
async function unpacked(files) {
  const compressed = await whole(files);
  try {
    return new Uint8Array(await new Response(gunzipped(bodyOf(compressed))).arrayBuffer());
  } catch (cause) {
    throw new AssetError(files[0], "is damaged: it does not decompress", cause);
  }
}

/** @param {ReadableStream<Uint8Array<ArrayBuffer>>} compressed */
function gunzipped(compressed) {
  return compressed.pipeThrough(new DecompressionStream("gzip"));
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function bodyOf(bytes) {
  return /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (new Response(bytes).body);
}

/**
 * @param {Asset} asset
 * @param {number} attempt
 * @returns {Promise<(settings: object) => Promise<object>>}
 */
async function importCore(asset, attempt) {
  const url = new URL(asset.url);
  if (attempt > 0) {
    url.searchParams.set("attempt", String(attempt));
  }
  try {
    return (await import(url.href)).default;
  } catch (cause) {
    throw new AssetError(asset, "is missing or damaged: it does not load as a module", cause);
  }
}

/**
 * Emscripten's settings for the core.
 *
 * @param {WebAssembly.Module} module
 * @param {(FS: any) => void} fillFileSystem called before the interpreter starts
 */
function coreSettings(module, fillFileSystem) {
  /** @type {(reason: unknown) => void} */
  let fail = () => {};
  /** @type {Promise<never>} */
  const failure = new Promise((_resolve, reject) => {
    fail = reject;
  });
  const environment = {
    HOME: "/home/pyodide",
    // Keeps PyErr_Print from ending the interpreter on SystemExit.
    PYTHONINSPECT: "1",
    // The core never writes bytecode back, so nothing is gained by its trying to.
    PYTHONDONTWRITEBYTECODE: "1",
    TZ: Intl.DateTimeFormat().resolvedOptions().timeZone,
    LANG: `${navigator.language.replace("-", "_")}.UTF-8`,
  };
  /** @type {any} what the core attaches its parts to */
  const API = {
    config: {
      jsglobals: globalThis,
      packages: [],
      packageBaseUrl: "",
      enableRunUntilComplete: true,
      env: environment,
    },
    runtimeEnv: BROWSER,
    lockFilePromise: Promise.resolve(NO_PACKAGES),
  };
  return {
    API,
    failure,
    noImageDecoding: true,
    noAudioDecoding: true,
    noWasmDecoding: false,
    arguments: [],
    /** @type {((module: any) => void)[]} */
    preRun: [
      (core) => {
        core.API.pyVersionTuple = [3, 14, 2];
        core.API.sitePackages = "/lib/python3.14/site-packages";
        fillFileSystem(core.FS);
        core.FS.mkdirTree(environment.HOME);
        core.FS.chdir(environment.HOME);
        Object.assign(core.ENV, environment);
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
      WebAssembly.instantiate(module, imports).then((instance) => received(instance, module), fail);
      return {};
    },
  };
}

/** What the core wants to know about where it runs: in a page. */
const BROWSER = {
  IN_BROWSER: true,
  IN_BROWSER_MAIN_THREAD: true,
  IN_BROWSER_WEB_WORKER: false,
  IN_NODE: false,
  IN_NODE_COMMONJS: false,
  IN_NODE_ESM: false,
  IN_BUN: false,
  IN_DENO: false,
  IN_SHELL: false,
  IN_WORKERD: false,
  IN_SAFARI: !navigator.userAgent.includes("Chrome") && navigator.userAgent.includes("Safari"),
};

/** The core's package index, empty: a widget's dependencies come with the widget (dependencies.js). */
const NO_PACKAGES = JSON.stringify({
  info: { abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2" },
  packages: {},
});

/**
 * @param {any} API
 * @returns {Promise<Interpreter>}
 */
async function finish(API) {
  const interpreter = API.finalizeBootstrap();
  API._pyodide.set_excepthook();
  await API.packageIndexReady;
  API.initializeStreams();
  API.sys.path.append(WIDGET);
  interpreter.loadSharedLibrary = (/** @type {string} */ path) => API.loadDynlib(path);
  return interpreter;
}
