/** One file of a widget or of its runtime: fetched, and looked at before anyone uses it. */

/**
 * @typedef {object} Asset
 * @property {string} path by which the bundle knows it, such as `main.py`
 * @property {string} url
 * @property {number | null} bytes its length, where the bundle states it: a file cut short is told by it
 * @property {Promise<string | null>} sha256 of its bytes, as hexadecimal digits; null where the bundle does not state it
 * @property {string | null} part which part of the runtime it is, or belongs to; null for the widget's own
 * @property {string | null} dependency name and version of the package it holds, if it holds one
 * @property {boolean} due whether the widget's start waits for it, though other widgets' starts do not
 */

/** A file of the widget or of its runtime that did not arrive as it was built. */
export class AssetError extends Error {
  /**
   * @param {{path: string, url: string}} asset
   * @param {string} what what happened to it, continuing the sentence that starts with its path
   * @param {unknown} [cause]
   * @param {string} [wayOut]
   */
  constructor(asset, what, cause, wayOut = "Publish the widget's files again, complete.") {
    super(`${asset.path} ${what} (${asset.url}). ${wayOut}`, { cause });
    this.name = "AssetError";
  }
}

/** One whose bytes are not those that were built. Whatever cache they came from may be to blame. */
export class DamagedError extends AssetError {}

export const REACHABLE =
  "Is there a network, and does the page's Content-Security-Policy allow the address?";

/**
 * What is said of a status that is no success.
 *
 * @param {{path: string, url: string}} asset
 * @param {number} status
 */
export function refused(asset, status) {
  if (status === 404 || status === 410) {
    return new AssetError(asset, `is missing: the server answered ${status}`);
  }
  const wayOut = "Try again later, or ask who serves this address.";
  return new AssetError(asset, `was not given: the server answered ${status}`, undefined, wayOut);
}

/**
 * @param {{path: string, url: string}} asset
 * @param {RequestCache} [cache] `reload`: past whatever a cache has
 * @returns {Promise<Response>} with a status of success
 * @throws {AssetError}
 */
export async function open(asset, cache = "default") {
  let response;
  try {
    response = await fetch(asset.url, { cache });
  } catch (cause) {
    throw new AssetError(asset, "could not be fetched", cause, REACHABLE);
  }
  if (!response.ok) {
    throw refused(asset, response.status);
  }
  return response;
}

/**
 * @param {Asset} asset
 * @returns {Promise<Uint8Array<ArrayBuffer>>} bytes that are those that were built
 * @throws {AssetError} where they are not, even when asked for past all caches
 */
export async function read(asset) {
  try {
    return await readOnce(asset, "default");
  } catch (reason) {
    if (reason instanceof DamagedError) {
      return readOnce(asset, "reload");
    }
    throw reason;
  }
}

/**
 * @param {Asset} asset
 * @param {RequestCache} cache
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
async function readOnce(asset, cache) {
  const response = await open(asset, cache);
  const bytes = new Uint8Array(await response.arrayBuffer().catch(brokeOff(asset)));
  await check(asset, bytes);
  return bytes;
}

/**
 * Handles what reading a file's bytes is rejected with.
 *
 * @param {Asset} asset
 * @returns {(cause: unknown) => never}
 */
export function brokeOff(asset) {
  return (cause) => {
    throw new DamagedError(asset, "broke off while it was being fetched", cause);
  };
}

/**
 * @param {Asset} asset
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @throws {AssetError} where they are too few or too many
 */
export function checkLength(asset, bytes) {
  if (asset.bytes !== null && bytes.length !== asset.bytes) {
    throw new DamagedError(asset, `is damaged: ${bytes.length} bytes instead of ${asset.bytes}`);
  }
}

/**
 * @param {Asset} asset
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @throws {AssetError} where they are not those that were built
 */
export async function check(asset, bytes) {
  checkLength(asset, bytes);
  const expected = await asset.sha256;
  // A page that is not on https has no crypto.subtle; then the length has to do, and what decompressing finds.
  if (expected !== null && crypto.subtle && (await sha256(bytes)) !== expected) {
    throw new DamagedError(asset, "is damaged: its bytes are not those that were built");
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
