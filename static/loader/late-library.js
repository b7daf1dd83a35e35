/**
 * The second part of the standard library: the modules that no start needs. It comes when the page is idle, and at once
 * when Python imports one of its modules before.
 */
import { AssetError, checkLength, REACHABLE, refused } from "./assets.js";
import { joined, whole } from "./parts.js";
import { whenIdle } from "./when-idle.js";

/** @typedef {import("./assets.js").Asset} Asset */

export class LateLibrary {
  /**
   * What each bundle has of it: another widget's copy may be missing.
   *
   * @type {Asset[][]}
   */
  #copies = [];
  /** @type {{from: string, done: Promise<void>} | null} */
  #coming = null;
  /** @type {(complete: (content: Uint8Array) => void) => void} */
  #resolveComplete = () => {};
  /** @type {Promise<(content: Uint8Array) => void>} */
  #complete = new Promise((resolve) => {
    this.#resolveComplete = resolve;
  });
  #there = false;

  /** @param {(content: Uint8Array) => void} complete Python's: takes the files' bytes */
  attach(complete) {
    this.#resolveComplete(complete);
  }

  /** @param {Asset[]} files one bundle's copy */
  offer(files) {
    if (!this.#copies.some(([first]) => first.url === files[0].url)) {
      this.#copies.push(files);
    }
  }

  /** Python has it. */
  arrived() {
    this.#there = true;
  }

  /**
   * Fetches it, once.
   *
   * @param {Asset[]} [files] the copy to be taken; the first one that was offered
   * @returns {Promise<void>} fulfilled when its modules can be imported
   * @throws {AssetError}
   */
  async fetch(files = this.#copies[0]) {
    while (!this.#there) {
      this.#coming ??= {
        from: files[0].url,
        done: this.#fetch(files).finally(() => {
          this.#coming = null;
        }),
      };
      const { from, done } = this.#coming;
      try {
        await done;
      } catch (reason) {
        // Where another widget's copy was not to be had, this one's may be.
        if (from === files[0].url) {
          throw reason;
        }
      }
    }
  }

  /** @param {Asset[]} files */
  async #fetch(files) {
    const [content, complete] = await Promise.all([whole(files), this.#complete]);
    if (!this.#there) {
      complete(content);
      this.#there = true;
    }
  }

  /** Fetches it when the page has nothing else to do, unless the visitor wants to save data: then it waits to be needed. */
  fetchWhenIdle() {
    const { connection } = /** @type {{connection?: {saveData?: boolean}}} */ (navigator);
    if (!connection?.saveData && !this.#coming && !this.#there) {
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
    /** @type {unknown} */
    let reason;
    for (const files of this.#copies) {
      try {
        return joined(files.map(fetchSynchronously));
      } catch (error) {
        reason = error;
      }
    }
    throw reason;
  }
}

/**
 * @param {Asset} asset
 * @returns {Uint8Array<ArrayBuffer>}
 */
function fetchSynchronously(asset) {
  const request = new XMLHttpRequest();
  request.open("GET", asset.url, false);
  // A synchronous request gives no bytes, but text in which each character is one.
  request.overrideMimeType("text/plain; charset=x-user-defined");
  try {
    request.send();
  } catch (cause) {
    throw new AssetError(asset, "could not be fetched", cause, REACHABLE);
  }
  if (request.status !== 200) {
    throw refused(asset, request.status);
  }
  const bytes = Uint8Array.from(
    request.responseText,
    (character) => character.charCodeAt(0) & 0xff,
  );
  checkLength(asset, bytes);
  return bytes;
}
