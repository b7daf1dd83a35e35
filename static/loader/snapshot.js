/**
 * The memory of an interpreter that has imported what a start needs (runtime/make-snapshot.mjs), as far as it differs
 * from the memory that the core has once it is instantiated.
 *
 * Its file is an index in JSON, behind the index's length in four bytes, and then the pages that differ, in the index's
 * order. Where the wasm has something, what is stored is the difference to that, bit by bit.
 */

/**
 * @typedef {object} Index
 * @property {number} length of the memory
 * @property {object} objects what the core wants to know of the JavaScript objects that the memory refers to
 * @property {[offset: number, length: number, isDifference: 0 | 1][]} runs
 */

const WASM_PAGE = 65_536;

export class Snapshot {
  #index;
  #chunks;

  /**
   * @param {Index} index
   * @param {Uint8Array<ArrayBuffer>[]} chunks the pages, one after another
   */
  constructor(index, chunks) {
    this.#index = index;
    this.#chunks = chunks;
    this.objects = index.objects;
  }

  /**
   * @param {ReadableStream<Uint8Array<ArrayBuffer>>} content
   * @returns {Promise<Snapshot>} when all of it has come
   */
  static async read(content) {
    const chunks = [];
    const reader = content.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      chunks.push(value);
    }
    // The chunks stay as they are: putting them together would cost as much as writing them.
    const cursor = new Cursor(chunks);
    const length = new DataView(cursor.copied(4).buffer).getUint32(0, true);
    const index = JSON.parse(new TextDecoder().decode(cursor.copied(length)));
    return new Snapshot(index, cursor.rest());
  }

  /**
   * Makes memory what it was when the snapshot was taken.
   *
   * @param {WebAssembly.Memory} wasmMemory of the core, instantiated
   * @param {number} kept address of the four bytes that are this engine's own
   */
  restore({ buffer }, kept) {
    const { length, runs } = this.#index;
    const memory = new Uint8Array(buffer);
    const word = memory.slice(kept, kept + 4);
    if (memory.length !== length) {
      throw new Error(
        `The core has ${memory.length / WASM_PAGE} pages of memory instead of ${length / WASM_PAGE}: it is not the one ` +
          "that the snapshot was made with. Build the widget again.",
      );
    }
    const cursor = new Cursor(this.#chunks);
    for (const [start, length, isDifference] of runs) {
      let offset = start;
      for (const chunk of cursor.take(length)) {
        if (isDifference) {
          for (let at = 0; at < chunk.length; at++) {
            memory[offset + at] ^= chunk[at];
          }
        } else {
          memory.set(chunk, offset);
        }
        offset += chunk.length;
      }
    }
    memory.set(word, kept);
    // Some ten megabytes, which a page that is left alone would keep until its garbage is collected.
    for (const { buffer } of this.#chunks) {
      release(buffer);
    }
    this.#chunks = [];
  }
}

/**
 * Gives memory back, where the browser lets that be done.
 *
 * @param {ArrayBuffer & { detached?: boolean, transfer?: (length: number) => ArrayBuffer }} buffer
 */
function release(buffer) {
  if (!buffer.detached) {
    buffer.transfer?.(0);
  }
}

/** Goes through bytes that came in chunks. */
class Cursor {
  #chunks;
  #chunk = 0;
  #offset = 0;

  /** @param {Uint8Array<ArrayBuffer>[]} chunks */
  constructor(chunks) {
    this.#chunks = chunks;
  }

  /**
   * @param {number} length
   * @returns {Generator<Uint8Array<ArrayBuffer>, void>} the next bytes
   */
  *take(length) {
    for (let left = length; left > 0; ) {
      const chunk = this.#chunks[this.#chunk];
      if (!chunk) {
        throw new Error(
          "The snapshot ends too early: it is not the one that was built. Build the widget again.",
        );
      }
      const piece = chunk.subarray(this.#offset, this.#offset + left);
      left -= piece.length;
      this.#offset += piece.length;
      if (this.#offset === chunk.length) {
        this.#chunk += 1;
        this.#offset = 0;
      }
      yield piece;
    }
  }

  /** @param {number} length */
  copied(length) {
    const bytes = new Uint8Array(length);
    let offset = 0;
    for (const piece of this.take(length)) {
      bytes.set(piece, offset);
      offset += piece.length;
    }
    return bytes;
  }

  /** @returns {Uint8Array<ArrayBuffer>[]} what has not been taken */
  rest() {
    const [first, ...others] = this.#chunks.slice(this.#chunk);
    return first ? [first.subarray(this.#offset), ...others] : [];
  }
}
