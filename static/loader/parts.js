/** The large files of the runtime and of dependencies, some of which are cut into several. */
import { brokeOff, check, DamagedError, open } from "./assets.js";
import { forget, isStored, keep, stored } from "./part-store.js";

/** @typedef {import("./assets.js").Asset} Asset */

/**
 * The bytes of several files one after another, as they arrive. All are asked for at once.
 *
 * @param {Asset[]} files
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>} the last bytes of a file come only when it is known to be as built
 */
export function streamed(files) {
  const opened = files.map((file) => openedPart(file));
  for (const each of opened) {
    each.catch(() => {}); // its turn comes below
  }
  const chunks = chunksOf(files, opened);
  return new ReadableStream({
    async cancel() {
      await chunks.return();
      for (const each of opened) {
        each.then(({ response }) => response.body?.cancel()).catch(() => {});
      }
    },
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (done) {
          controller.close();
        } else {
          controller.enqueue(value);
        }
      } catch (reason) {
        controller.error(reason);
      }
    },
  });
}

/**
 * @param {Asset[]} files
 * @param {Promise<Opened>[]} opened
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>, void>}
 */
async function* chunksOf(files, opened) {
  for (const [index, file] of files.entries()) {
    const part = await opened[index];
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const held = [];
    for await (const chunk of chunksOfBody(file, part.response)) {
      held.push(chunk);
      // The last chunk of all would let a damaged module through before its hash is known.
      if (held.length > 1) {
        yield held[held.length - 2];
      }
    }
    await confirm(file, part, held);
    const last = held.at(-1);
    if (last) {
      yield last;
    }
  }
}

/**
 * @param {Asset} file
 * @param {Response} response
 */
async function* chunksOfBody(file, response) {
  const body = /** @type {ReadableStream<Uint8Array<ArrayBuffer>> | null} */ (response.body);
  const reader = body?.getReader();
  try {
    while (reader) {
      const { done, value } = await reader.read().catch(brokeOff(file));
      if (done) {
        return;
      }
      yield value;
    }
  } finally {
    reader?.releaseLock();
  }
}

/**
 * The bytes of several files, joined.
 *
 * @param {Asset[]} files
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 * @throws {AssetError} naming the file that is not as built, even when asked for past all caches
 */
export async function whole(files) {
  return joined(await Promise.all(files.map(wholePart)));
}

/** @param {Asset} file */
async function wholePart(file) {
  const part = await openedPart(file);
  try {
    return await readPart(file, part);
  } catch (reason) {
    if (!(reason instanceof DamagedError)) {
      throw reason;
    }
    return await readPart(file, { response: await open(file, "reload"), stored: false });
  }
}

/**
 * @param {Asset} file
 * @param {Opened} part
 */
async function readPart(file, part) {
  const held = [];
  for await (const chunk of chunksOfBody(file, part.response)) {
    held.push(chunk);
  }
  return await confirm(file, part, held);
}

/**
 * @param {Uint8Array<ArrayBuffer>[]} chunks
 * @returns {Uint8Array<ArrayBuffer>} their bytes, one after another
 */
export function joined(chunks) {
  if (chunks.length === 1) {
    return chunks[0];
  }
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, end);
    end += chunk.length;
  }
  return bytes;
}

/**
 * @typedef {object} Opened
 * @property {Response} response
 * @property {boolean} stored whether it comes from the page's store
 */

/**
 * @param {Asset} file
 * @param {Opened} part
 * @param {Uint8Array<ArrayBuffer>[]} chunks its bytes
 * @returns {Promise<Uint8Array<ArrayBuffer>>} the bytes, which are those that were built
 */
async function confirm(file, part, chunks) {
  const bytes = joined(chunks);
  try {
    await check(file, bytes);
  } catch (reason) {
    if (part.stored) {
      await forget(file);
    }
    throw reason;
  }
  if (!part.stored) {
    keep(file, bytes);
  }
  return bytes;
}

/** @param {Asset} file */
async function openedPart(file) {
  const response = isStored(file) ? await stored(file) : null;
  return response ? { response, stored: true } : { response: await open(file), stored: false };
}
