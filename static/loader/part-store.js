/**
 * What a browser has fetched of the runtime, kept by content. The platform gives a file another URL with each publish and
 * for each widget, and HTTP's cache knows a file by its URL alone; the page's Cache Storage knows it by what it is told.
 *
 * To ask Cache Storage takes tens of milliseconds, so what it has is noted where asking takes none, and written there
 * when a page is idle.
 */
import { whenIdle } from "./when-idle.js";

/** @typedef {import("./assets.js").Asset} Asset */

/** Of Cache Storage's cache, and of the note. */
const STORE = "pyodide-widget";

const DAY = 24 * 3600 * 1000;

/** Milliseconds after which a file that no page has used is forgotten. */
const KEPT = 60 * DAY;

/** Milliseconds after which one that a page does use is dated anew. */
const DATED = 30 * DAY;

/** @type {Map<string, Uint8Array<ArrayBuffer>>} what is to be stored, by file name */
const waiting = new Map();

/** Whether the page has what it waits for, so that storing keeps nobody waiting. */
let isOpen = false;

/** @type {Promise<void> | null} */
let storing = null;

/** @returns {Record<string, number>} when each stored file was last dated, by its name */
function readNote() {
  try {
    const note = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    return typeof note === "object" && note !== null ? note : {};
  } catch {
    // The page may not store anything, or somebody else has written there.
    return {};
  }
}

/**
 * @param {(note: Record<string, number>) => void} change
 * @returns {boolean} whether it is written down
 */
function changeNote(change) {
  // Read once more: other pages change it as well.
  const note = readNote();
  change(note);
  try {
    localStorage.setItem(STORE, JSON.stringify(note));
    return true;
  } catch {
    // Then the next visit fetches again.
    return false;
  }
}

/** @returns {Promise<Cache | null>} null where the page may not store anything, or is not on https */
async function store() {
  try {
    return await caches.open(STORE);
  } catch {
    return null;
  }
}

/**
 * By what the store knows a file: its name, which names its content.
 *
 * @param {Asset} file
 */
function nameOf(file) {
  return file.path.split("/").at(-1) ?? "";
}

/**
 * Nothing is ever fetched from there.
 *
 * @param {string} name
 */
function keyOf(name) {
  return new URL(`/_pyodide-widget/${name}`, location.origin).href;
}

/**
 * @param {Asset} file
 * @returns {boolean} whether it is worth asking for
 */
export function isStored(file) {
  return nameOf(file) in readNote();
}

/**
 * @param {Asset} file
 * @returns {Promise<Response | null>} null where it has to be fetched
 */
export async function stored(file) {
  const name = nameOf(file);
  try {
    const found = await (await store())?.match(keyOf(name));
    if (found && !(Date.now() - readNote()[name] < DATED)) {
      changeNote((note) => {
        note[name] = Date.now();
      });
    }
    return found ?? null;
  } catch {
    return null;
  }
}

/** @param {Asset} file */
export async function forget(file) {
  const name = nameOf(file);
  changeNote((note) => {
    delete note[name];
  });
  await (await store())?.delete(keyOf(name)).catch(() => {});
}

/**
 * @param {Asset} file
 * @param {Uint8Array<ArrayBuffer>} bytes not to be changed any more
 */
export function keep(file, bytes) {
  waiting.set(nameOf(file), bytes);
  if (isOpen) {
    storeWaiting();
  }
}

/**
 * Stores what is to be kept, from now on, and forgets what pages have long ceased to use: bit by bit, whenever the page
 * is idle.
 */
export async function openStore() {
  if (isOpen) {
    return;
  }
  isOpen = true;
  await storeWaiting();
  await idleMoment();
  await forgetUnused().catch(() => {});
}

/** @returns {Promise<void>} */
function storeWaiting() {
  storing ??= storeAll();
  return storing;
}

async function storeAll() {
  const cache = await store();
  for (;;) {
    const [next] = waiting;
    if (!next) {
      // At once: what is to be kept from now on has to begin anew.
      storing = null;
      return;
    }
    const [name, bytes] = next;
    waiting.delete(name);
    if (cache) {
      await idleMoment();
      await put(cache, name, bytes);
    }
  }
}

/** @returns {Promise<void>} */
function idleMoment() {
  return new Promise((resolve) => whenIdle(resolve));
}

/**
 * @param {Cache} cache
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
async function put(cache, name, bytes) {
  // Noted first: another page forgets what it finds stored and not noted, and nobody asks for it.
  const noted = changeNote((note) => {
    note[name] = Date.now();
  });
  if (!noted) {
    return;
  }
  try {
    await cache.put(keyOf(name), new Response(bytes));
  } catch {
    // A store that is full, or forbidden, costs the next visit a download and nothing else.
    changeNote((note) => {
      delete note[name];
    });
  }
}

async function forgetUnused() {
  const cache = await store();
  if (!cache) {
    return;
  }
  const requests = await cache.keys();
  // Read now: what has been stored until here has been noted before.
  const note = readNote();
  const used = new Set(Object.keys(note).filter((name) => Date.now() - note[name] < KEPT));
  for (const request of requests) {
    const name = request.url.split("/").at(-1) ?? "";
    if (!used.has(name)) {
      await cache.delete(request);
      changeNote((changed) => {
        delete changed[name];
      });
    }
  }
}
