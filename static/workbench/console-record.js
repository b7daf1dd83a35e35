/**
 * What widgets print: Python's output, warnings and tracebacks, and what JavaScript says on the console. It goes on to the
 * browser's own console as before.
 *
 * @typedef {"log" | "info" | "warn" | "error" | "debug"} Level
 *
 * @typedef {object} Printed
 * @property {number} number
 * @property {Level} level
 * @property {string} text
 * @property {string | null} widget the type of the one that printed; null where nothing tells
 * @property {number} time milliseconds since the page's beginning, of the latest
 * @property {number} count how often it was printed in a row
 *
 * @typedef {object} Flood a widget that prints without end
 * @property {string} widget
 * @property {number} lines printed in one second, at most
 * @property {number} notKept lines that came too fast to be kept
 * @property {string | null} place of the line that prints, such as "widgets/weather/main.py:12"
 */

import { callingWidget } from "./calling-widget.js";
import { signal } from "./signal.js";
import { onInterpreter, printingIn } from "./workbench-python.js";

/** @type {readonly Level[]} */
const LEVELS = ["log", "info", "warn", "error", "debug"];

/** The oldest are forgotten. */
const MOST = 500;

/** Characters of one. */
const LONGEST = 20_000;

/** Lines of one widget in a second from which on it is a flood, and only the count is kept. */
const FLOOD = 100;

/** @type {Printed[]} oldest first */
const printed = [];

/** @type {Map<string, { since: number, lines: number }>} by widget */
const rates = new Map();

/** @type {Map<string, Flood>} by widget */
const floods = new Map();

/** @type {ReturnType<typeof signal<void>>} */
const { listen, tell: tellNow } = signal();

/**
 * What Python is printing at this moment: while it does, it cannot be asked.
 *
 * @type {{ widget: string | null, place: string | null } | null}
 */
let printing = null;

let number = 0;
let telling = false;

/** Records from now on. To be called before the first widget is placed. */
export function recordConsole() {
  for (const level of LEVELS) {
    const print = console[level];
    console[level] = (...values) => {
      print.apply(console, values);
      record(level, values);
    };
  }
  onInterpreter((runtime) =>
    printingIn(runtime).begin((widget, place) => {
      printing = widget || place ? { widget: widget ?? null, place: place ?? null } : null;
    }),
  );
  addEventListener("error", ({ message, error }) => {
    record("error", [error?.stack ?? message]);
  });
  addEventListener("unhandledrejection", ({ reason }) => {
    record("error", ["Uncaught (in promise):", reason]);
  });
}

/** @returns {readonly Printed[]} oldest first */
export function printedLines() {
  return printed;
}

/** @returns {Flood[]} what was printed too fast to be kept */
export function printedTooFast() {
  return [...floods.values()];
}

/** @param {string} widget the type whose code is another now */
export function forgetFlood(widget) {
  rates.delete(widget);
  if (floods.delete(widget)) tell();
}

export function forgetPrinted() {
  printed.length = 0;
  floods.clear();
  tell();
}

/** Called, once a frame at most, after something was printed. */
export const onPrinted = listen;

/**
 * Never throws: what is printed is a widget's own, and so would be the exception.
 *
 * @param {Level} level
 * @param {unknown[]} values
 */
function record(level, values) {
  try {
    keepPrinted(level, values);
  } catch {
    // It cannot be put into words, and the browser's console has it.
  }
}

/**
 * @param {Level} level
 * @param {unknown[]} values
 */
function keepPrinted(level, values) {
  const widget = widgetOf(values);
  if (widget && isFlood(widget)) {
    tell();
    return;
  }
  const text = textOf(values).slice(0, LONGEST);
  const latest = printed.at(-1);
  if (latest && latest.level === level && latest.text === text && latest.widget === widget) {
    latest.count += 1;
    latest.time = performance.now();
  } else {
    number += 1;
    printed.push({ number, level, text, widget, time: performance.now(), count: 1 });
    if (printed.length > MOST) printed.shift();
  }
  tell();
}

/** @param {string} widget */
function isFlood(widget) {
  const now = performance.now();
  const rate = rates.get(widget);
  if (!rate || now - rate.since > 1000) {
    rates.set(widget, { since: now, lines: 1 });
    return false;
  }
  rate.lines += 1;
  if (rate.lines <= FLOOD) return false;
  const flood = floods.get(widget) ?? { widget, lines: 0, notKept: 0, place: null };
  floods.set(widget, flood);
  flood.lines = Math.max(flood.lines, rate.lines);
  flood.notKept += 1;
  flood.place ??= printing?.place ?? null;
  return true;
}

/** @param {unknown[]} values */
function widgetOf([first]) {
  if (printing) return printing.widget;
  // The loader's and the host's own reports name it.
  const text = first instanceof Error ? first.message : first;
  const named = /^(?:The w|W)idget "([^"]+)"/.exec(typeof text === "string" ? text : "")?.[1];
  if (named) return named;
  try {
    return callingWidget();
  } catch {
    // Python prints, and has not begun to tell who.
    return null;
  }
}

/** @param {unknown[]} values */
function textOf(values) {
  return values.map(asText).join(" ");
}

/** @param {unknown} value */
function asText(value) {
  if (typeof value === "string") return value;
  if (value instanceof Error) {
    const stack = String(value.stack ?? "");
    return stack.includes(value.message) ? stack : `${value}\n${stack}`;
  }
  if (value instanceof Element) return `<${value.localName}>`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function tell() {
  if (telling) return;
  telling = true;
  requestAnimationFrame(() => {
    telling = false;
    tellNow();
  });
}
