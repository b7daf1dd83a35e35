/**
 * The second part of the standard library: the modules that no start needs. It comes when the page is idle, and at once
 * when Python imports one of its modules before.
 */
import { AssetError } from "./assets.js";
import { whole } from "./parts.js";
import { whenIdle } from "./when-idle.js";

/** @typedef {import("./assets.js").Asset} Asset */

export class LateLibrary {
  #files;
  /** @type {Promise<void> | null} */
  #coming = null;
  /** @type {(complete: (content: Uint8Array) => void) => void} */
  #resolveComplete = () => {};
  /** @type {Promise<(content: Uint8Array) => void>} */
  #complete = new Promise((resolve) => {
    this.#resolveComplete = resolve;
  });
  #there = false;

  /** @param {Asset[]} files */
  constructor(files) {
    this.#files = files;
  }

  /** @param {(content: Uint8Array) => void} complete Python's: takes the files' bytes */
  attach(complete) {
    this.#resolveComplete(complete);
  }

  /**
   * Fetches it, once.
   *
   * @returns {Promise<void>} fulfilled when its modules can be imported
   * @throws {AssetError}
   */
  fetch() {
    this.#coming ??= (this.#there ? Promise.resolve() : this.#fetch()).catch((reason) => {
      this.#coming = null;
      throw reason;
    });
    return this.#coming;
  }

  async #fetch() {
    const [content, complete] = await Promise.all([whole(this.#files), this.#complete]);
    if (!this.#there) {
      this.#there = true;
      complete(content);
    }
  }

  /** Fetches it when the page has nothing else to do, unless the visitor wants to save data: then it waits to be needed. */
  fetchWhenIdle() {
    const { connection } = /** @type {{connection?: {saveData?: boolean}}} */ (navigator);
    if (!connection?.saveData && !this.#coming) {
      // What failed is asked for again by whoever needs it.
      whenIdle(() => this.fetch().catch(() => {}));
    }
  }

  /**
   * Fetches it while the page stands still: an import cannot wait otherwise. For an import that nobody saw coming.
   *
   * @returns {Uint8Array} the files' bytes, which Python is about to take
   * @throws {AssetError}
   */
  fetchNow() {
    const contents = this.#files.map(fetchSynchronously);
    this.#there = true;
    const bytes = new Uint8Array(contents.reduce((sum, { length }) => sum + length, 0));
    let end = 0;
    for (const content of contents) {
      bytes.set(content, end);
      end += content.length;
    }
    return bytes;
  }
}

/**
 * @param {Asset} asset
 * @returns {Uint8Array}
 */
function fetchSynchronously(asset) {
  const request = new XMLHttpRequest();
  request.open("GET", asset.url, false);
  // A synchronous request gives no bytes, but text in which each character is one.
  request.overrideMimeType("text/plain; charset=x-user-defined");
  try {
    request.send();
  } catch (cause) {
    throw new AssetError(asset, "could not be fetched", cause);
  }
  if (request.status !== 200) {
    throw new AssetError(asset, `is missing: the server answered ${request.status}`);
  }
  const bytes = Uint8Array.from(
    request.responseText,
    (character) => character.charCodeAt(0) & 0xff,
  );
  if (asset.bytes !== null && bytes.length !== asset.bytes) {
    throw new AssetError(asset, `is damaged: ${bytes.length} bytes instead of ${asset.bytes}`);
  }
  return bytes;
}
