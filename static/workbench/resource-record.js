/**
 * What the page has fetched, from its start on. The browser itself keeps the first 250 alone.
 *
 * @typedef {{ files: number, bytes: number }} Fetched compressed bodies, in bytes
 */

import { page } from "/_community/page-data.js";

/** Of the shared runtime, as the preview and a build name its files. */
export const RUNTIME = /\/_runtime\/|\/runtime\//;

const CONNECTORS = /^\/connectors\//;

/** Where a JavaScript widget's files are after each save. */
const SAVED = /^\/_saved\/[^/]+/;

/** Of connector calls, the oldest are forgotten. */
const MOST = 400;

/** @type {Map<string, { owner: string, bytes: number }>} by address: a file that was saved takes the place of the one before */
const files = new Map();

/** @type {PerformanceResourceTiming[]} of connector calls, oldest first */
const calls = [];

/** @type {Fetched} */
const answers = { files: 0, bytes: 0 };

/** Records from now on, what has been fetched already included. */
export function recordResources() {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      record(/** @type {PerformanceResourceTiming} */ (entry));
    }
  }).observe({ type: "resource", buffered: true });
}

/** @returns {Map<string, Fetched>} by who it was for: a widget's type, "Python", "connector calls" or "elsewhere" */
export function fetched() {
  /** @type {Map<string, Fetched>} */
  const groups = new Map();
  for (const { owner, bytes } of files.values()) {
    const known = groups.get(owner) ?? { files: 0, bytes: 0 };
    groups.set(owner, { files: known.files + 1, bytes: known.bytes + bytes });
  }
  if (answers.files > 0) groups.set("connector calls", { ...answers });
  return groups;
}

/**
 * @param {string} url
 * @param {number} began milliseconds since the page's beginning
 * @param {number} ended
 * @returns {PerformanceResourceTiming | undefined} what the browser says of a connector call in that time
 */
export function callTiming(url, began, ended) {
  return calls.find(
    ({ name, startTime, responseEnd, requestStart }) =>
      name === url && requestStart > 0 && startTime >= began - 1 && responseEnd <= ended + 1,
  );
}

/** @param {PerformanceResourceTiming} entry */
function record(entry) {
  const { pathname, origin } = new URL(entry.name);
  if (origin === location.origin && CONNECTORS.test(pathname)) {
    answers.files += 1;
    answers.bytes += entry.encodedBodySize;
    calls.push(entry);
    if (calls.length > MOST) calls.shift();
    return;
  }
  const owner = ownerOf(origin, pathname);
  const address = origin + pathname.replace(SAVED, "/widgets");
  if (owner) files.set(address, { owner, bytes: entry.encodedBodySize });
}

/**
 * @param {string} origin
 * @param {string} pathname
 */
function ownerOf(origin, pathname) {
  if (RUNTIME.test(pathname)) return "Python";
  if (origin !== location.origin) return "elsewhere";
  if (/^\/_(community|workbench|preview)\//.test(pathname)) return null;
  const path = pathname.replace(SAVED, "/widgets");
  for (const [type, { entry }] of Object.entries(page.registry)) {
    const own = entry.replace(SAVED, "/widgets");
    if (path.startsWith(own.slice(0, own.lastIndexOf("/") + 1))) return type;
  }
  return "elsewhere";
}
