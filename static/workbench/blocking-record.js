/**
 * What keeps the page from answering: long turns of widgets' Python, each named with its line, and the browser's own long
 * tasks.
 *
 * @typedef {object} Blocked
 * @property {string} widget type
 * @property {string} function
 * @property {string} defined where it begins, such as "widgets/weather/main.py:12"
 * @property {string} place that took longest
 * @property {string} source the line there
 * @property {boolean} inside whether the widget's own code took it; else what was done with what it returned there
 * @property {number} milliseconds of the whole turn
 * @property {number} there milliseconds at that place
 * @property {number} [count] how often
 */

import { signal } from "./signal.js";
import { longTurnsIn, onInterpreter } from "./workbench-python.js";

/** @type {Map<string, Blocked>} by where the function begins; the longest of each */
const blocked = new Map();

/** Milliseconds from which on a function's first long turn is told: templates are parsed then, and that is over. */
const FIRST = 150;

/** Milliseconds of the browser's long tasks, together. */
let longTasks = 0;

/** @type {ReturnType<typeof signal<void>>} */
const { listen, tell } = signal();

/** Records from now on. */
export function recordBlocking() {
  onInterpreter((runtime) => longTurnsIn(runtime).begin((text) => record(JSON.parse(text))));
  if (PerformanceObserver.supportedEntryTypes.includes("longtask")) {
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasks += duration;
      tell();
    }).observe({ type: "longtask", buffered: true });
  }
}

/** @returns {Blocked[]} the longest first */
export function blockingTurns() {
  return [...blocked.values()]
    .filter(isTold)
    .sort((one, other) => other.milliseconds - one.milliseconds);
}

/** @returns {number | null} milliseconds of its long tasks, together; null in a browser that does not tell */
export function browsersLongTasks() {
  return PerformanceObserver.supportedEntryTypes.includes("longtask") ? longTasks : null;
}

/** @param {string} [widget] the type whose code is another now; default: all */
export function forgetBlocking(widget) {
  for (const [defined, turn] of blocked) {
    if (widget === undefined || turn.widget === widget) blocked.delete(defined);
  }
  tell();
}

/** Called after something has been recorded or forgotten. */
export const onBlocking = listen;

/** @param {Blocked} turn */
function record(turn) {
  const known = blocked.get(turn.defined);
  const longest = !known || turn.milliseconds > known.milliseconds ? turn : known;
  const now = { ...longest, count: (known?.count ?? 0) + 1 };
  blocked.set(turn.defined, now);
  const wasTold = known !== undefined && isTold(known);
  if (isTold(now) && !wasTold) console.warn(inWords(turn));
  tell();
}

/** @param {Blocked} turn */
function isTold({ milliseconds, count = 1 }) {
  return count > 1 || milliseconds >= FIRST;
}

/**
 * @param {Blocked} turn
 * @returns {string} sentences
 */
export function inWords({
  widget,
  function: name,
  defined,
  milliseconds,
  place,
  source,
  there,
  inside,
  count = 1,
}) {
  const line = `${place}${source ? ` (${source})` : ""}`;
  const times = count > 1 ? `, the longest of ${count} times` : "";
  return (
    `Widget "${widget}": ${name} (${defined}) kept the page from answering for ${milliseconds} ms${times}: ${there} ms ` +
    (inside
      ? `at ${line}. In an async def, await sdk.yield_() there every now and then lets the page answer.`
      : `went into what it returned at ${line}: show less at once.`)
  );
}
