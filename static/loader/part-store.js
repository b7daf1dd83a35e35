/**
 * What a browser has fetched of the runtime, kept by content. The platform gives a file another URL with each publish and
 * for each widget, and HTTP's cache knows a file by its URL alone; the page's Cache Storage knows it by what it is told.
 */

/** @typedef {import("./assets.js").Asset} Asset */

const STORE = "pyodide-widget";

const DAY = 24 * 3600 * 1000;

/** Milliseconds after which a file that no page has used is forgotten. */
const KEPT = 60 * DAY;

/** Milliseconds after which one that a page does use is dated anew. */
const DATED = 30 * DAY;

/** @returns {Promise<Cache | null>} null where the page may not store anything, or is not on https */
async function store() {
  try {
    return await caches.open(STORE);
  } catch {
    return null;
  }
}

/**
 * By what the store knows a file: its name, which names its content. Nothing is ever fetched from there.
 *
 * @param {Asset} file
 */
function keyOf(file) {
  return new URL(`/_pyodide-widget/${file.path.split("/").at(-1)}`, location.origin).href;
}

/**
 * @param {Asset} file
 * @returns {Promise<Response | null>} null where it has to be fetched
 */
export async function stored(file) {
  try {
    return (await (await store())?.match(keyOf(file))) ?? null;
  } catch {
    return null;
  }
}

/**
 * Whether a stored file is to be kept again, so that it counts as used.
 *
 * @param {Response} response
 */
export function isAging(response) {
  return !(age(response) < DATED);
}

/** @param {Response | undefined} response */
function age(response) {
  return Date.now() - Date.parse(response?.headers.get("Date") ?? "");
}

/** @param {Asset} file */
export async function forget(file) {
  await (await store())?.delete(keyOf(file)).catch(() => {});
}

/**
 * @param {Asset} file
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export async function keep(file, bytes) {
  const headers = { Date: new Date().toUTCString() };
  // A store that is full, or forbidden, costs the next visit a download and nothing else.
  await (await store())?.put(keyOf(file), new Response(bytes, { headers })).catch(() => {});
}

/** Forgets what pages have long ceased to use. To be called when the page is idle. */
export async function tidyStore() {
  try {
    const cache = await store();
    for (const request of (await cache?.keys()) ?? []) {
      if (!(age(await cache?.match(request)) < KEPT)) {
        await cache?.delete(request);
      }
    }
  } catch {
    // Whatever cannot be tidied stays.
  }
}
