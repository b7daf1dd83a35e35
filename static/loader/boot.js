/** Starts Python: the core, and the memory of an interpreter that has imported what a start needs. */
import { AssetError, REACHABLE } from "./assets.js";
import { coreSettings, ENVIRONMENT, finish, tellTimeZone, trampolineAddress } from "./core.js";
import { isOutOfMemory } from "./out-of-memory.js";
import { streamed, whole } from "./parts.js";
import { Snapshot } from "./snapshot.js";
import { whenPainted } from "./when-painted.js";

/** @typedef {import("./assets.js").Asset} Asset */
/** @typedef {import("./bundle.js").Bundle} Bundle */
/** @typedef {import("./platform.js").Interpreter} Interpreter */

const LIBRARY = "/lib/python314.zip";
const WIDGET = "/lib/widget.zip";

/**
 * Each file is asked for before anything is waited for, and what the page has to show is on screen before a file is
 * worked on. Nothing is instantiated or written before the files that it is made of are known to be as built.
 *
 * @param {Bundle} bundle which has the runtime's files
 * @param {number} attempt 0 at first. A browser keeps a module's failure for its URL, so each further attempt asks
 *   for the core's JavaScript under an address of its own.
 * @returns {Promise<Interpreter>} which has imported the package `widget`, or can
 * @throws {Error} whose message says what is missing and where
 */
export async function boot(bundle, attempt) {
  refuseWithoutWebAssembly();
  const parts = {
    factory: importCore(bundle.part("core")[0], attempt),
    module: unpacked(bundle.part("wasm"), compiled, "does not compile"),
  };
  // The core takes it, and there may be none.
  parts.module.catch(() => {});
  try {
    return bundle.has("snapshot")
      ? await restored(parts, unpacked(bundle.part("snapshot"), Snapshot.read, DOES_NOT_DECOMPRESS))
      : await started(parts, bundle);
  } catch (cause) {
    throw isOutOfMemory(cause) ? new Error(TOO_LITTLE_MEMORY, { cause }) : cause;
  }
}

const TOO_LITTLE_MEMORY =
  "This device has too little memory left for Python, which begins with 32 MB. Close other pages, and try again.";

const DOES_NOT_DECOMPRESS = "does not decompress";

/**
 * @typedef {object} Parts of the core, as they come
 * @property {Promise<(settings: object) => Promise<any>>} factory
 * @property {Promise<WebAssembly.Module>} module
 */

/**
 * @param {Parts} parts
 * @param {Promise<Snapshot>} coming
 */
async function restored({ factory, module }, coming) {
  /** @type {any} */
  let [exports, imports] = [];
  const settings = coreSettings({
    module,
    environment: ENVIRONMENT,
    restored: true,
    instantiated: (...both) => {
      [exports, imports] = both;
    },
  });
  const core = factory.then((create) => Promise.race([create(settings), settings.failure]));
  const [snapshot] = await Promise.all([coming, core]);
  snapshot.restore(exports.memory, trampolineAddress(exports));
  tellTimeZone(exports, imports);
  return finish(settings.API, snapshot.objects);
}

/**
 * The same without a snapshot: the interpreter starts from the library's files.
 *
 * @param {Parts} parts
 * @param {Bundle} bundle
 */
async function started({ factory, module }, bundle) {
  const [create, library, widget] = await Promise.all([
    factory,
    unpacked(bundle.part("library"), bytesOf, DOES_NOT_DECOMPRESS),
    unpacked(bundle.part("widget"), bytesOf, DOES_NOT_DECOMPRESS),
    module,
  ]);
  const settings = coreSettings({
    module,
    environment: ENVIRONMENT,
    fillFileSystem(FS) {
      FS.writeFile(LIBRARY, library, { canOwn: true });
      FS.writeFile(WIDGET, widget, { canOwn: true });
    },
  });
  await Promise.race([create(settings), settings.failure]);
  const interpreter = await finish(settings.API);
  settings.API.sys.path.append(WIDGET);
  interpreter.pyimport("widget._instance").install();
  return interpreter;
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
 * What is made of compressed files while they arrive; where that fails, once more from files that are known to be as
 * built, which are asked for past all caches if need be.
 *
 * @template T
 * @param {Asset[]} files
 * @param {(content: ReadableStream<Uint8Array<ArrayBuffer>>) => Promise<T>} make whose Promise is fulfilled only after
 *   the last byte has come, which is when the files are known to be as built
 * @param {string} otherwise what is said of intact files that it fails on
 * @returns {Promise<T>}
 */
async function unpacked(files, make, otherwise) {
  const content = streamed(files);
  await whenPainted();
  try {
    return await make(gunzipped(content));
  } catch {
    // Which file it was, is told by what is read now.
  }
  const compressed = await whole(files);
  try {
    return await make(gunzipped(bodyOf(compressed)));
  } catch (cause) {
    throw isOutOfMemory(cause)
      ? cause
      : new AssetError(files[0], `is damaged: it ${otherwise}`, cause);
  }
}

/** @param {ReadableStream<Uint8Array<ArrayBuffer>>} content */
function compiled(content) {
  // Streaming insists on the media type.
  const headers = { "Content-Type": "application/wasm" };
  return WebAssembly.compileStreaming(new Response(content, { headers }));
}

/** @param {ReadableStream<Uint8Array<ArrayBuffer>>} content */
async function bytesOf(content) {
  return new Uint8Array(await new Response(content).arrayBuffer());
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
    throw new AssetError(
      asset,
      "does not load as a module",
      cause,
      `${REACHABLE} If so, publish the widget's files again, complete.`,
    );
  }
}
