/**
 * Clears what is left in memory that nobody owns any more: a snapshot would carry it along. What the allocator keeps in
 * such memory for itself stays.
 *
 * Written against dlmalloc 2.8, Emscripten's malloc. It is CPython's as well: the core is built without an allocator of
 * Python's own. Where memory is not laid out as dlmalloc keeps it, the run fails.
 */

/**
 * @typedef {object} Exports the part of the core's exports that is used here
 * @property {(bytes: number) => number} sbrk
 * @property {() => number} emscripten_stack_get_current
 * @property {() => number} emscripten_stack_get_end
 * @property {WebAssembly.Global} __heap_base
 */

/**
 * @param {Uint8Array} memory all of it
 * @param {Exports} exports
 * @throws {Error} where memory is not laid out as expected
 */
export function clearFreedMemory(memory, exports) {
  clearStack(memory, exports);
  clearChunks(memory, exports);
}

/**
 * C's stack grows downwards; nothing below its top is anyone's.
 *
 * @param {Uint8Array} memory
 * @param {Exports} exports
 */
function clearStack(memory, exports) {
  const [top, end] = [exports.emscripten_stack_get_current(), exports.emscripten_stack_get_end()];
  expect(end > 0 && end < top && top < memory.length, "C's stack is not where it is expected");
  // A guard word may stand at its end.
  memory.fill(0, end + 64, top);
}

// dlmalloc: a chunk is the size of a free chunk before it, its own size with flags in the lowest bits, its content.
const HEAD = 8;
const FLAGS = 7;
const IN_USE = 2;
const SMALLEST_CHUNK = 16;
/** A free chunk keeps two links; from this size on, it is a tree's node with three more and an index. */
const TREE_CHUNK = 256;
const LINKS = 8;
const TREE_LINKS = 24;
/** Behind the last chunk, dlmalloc keeps at most this much for itself. */
const FOOT = 128;

/**
 * @param {Uint8Array} memory
 * @param {Exports} exports
 */
function clearChunks(memory, exports) {
  const words = new DataView(memory.buffer);
  const chunks = chunksFrom(words, exports.__heap_base.value, exports.sbrk(0));
  for (const [index, [address, size]] of chunks.entries()) {
    if (words.getUint32(address + 4, true) & IN_USE) {
      continue;
    }
    // What follows the last one is free as well, and in no list.
    const links = index === chunks.length - 1 ? 0 : size < TREE_CHUNK ? LINKS : TREE_LINKS;
    memory.fill(0, address + HEAD + links, address + size);
  }
}

/**
 * @param {DataView} words memory
 * @param {number} base where the heap begins
 * @param {number} end where it ends
 * @returns {[address: number, size: number][]} all chunks, in their order
 */
function chunksFrom(words, base, end) {
  // The first chunk stands where its content is aligned.
  for (let start = (base + 3) & ~3; start < base + 64; start += 4) {
    /** @type {[number, number][]} */
    const chunks = [];
    let address = start;
    while (address < end - HEAD) {
      const size = (words.getUint32(address + 4, true) & ~FLAGS) >>> 0;
      if (size < SMALLEST_CHUNK || address + size > end) {
        break;
      }
      chunks.push([address, size]);
      address += size;
    }
    if (chunks.length > 1000 && end - address <= FOOT) {
      return chunks;
    }
  }
  throw new Error("the heap is not the row of chunks that dlmalloc keeps");
}

/**
 * @param {unknown} condition
 * @param {string} otherwise
 * @returns {asserts condition}
 */
function expect(condition, otherwise) {
  if (!condition) {
    throw new Error(otherwise);
  }
}
