/**
 * What the page has loaded and holds, as a visitor's browser would.
 *
 * @typedef {object} InstanceWeight what Python holds of a widget on the page
 * @property {string} type
 * @property {number} tasks
 * @property {number} listeners
 *
 * @typedef {object} PythonWeight
 * @property {number} modules
 * @property {number} objects that its garbage collector knows
 * @property {number} bytes of WebAssembly's memory
 * @property {InstanceWeight[]} widgets
 */

import { startedRuntimes } from "./interpreters.js";
import { placedWidgets, typeOf } from "./placed-widgets.js";
import { RUNTIME } from "./resource-record.js";
import { pythonLoaded, weightsIn } from "./workbench-python.js";

const MOUNT = "pyodide-widget:mount:";

/**
 * What the page's start was made of, in milliseconds from its beginning: what design.md's performance entries tell, and what
 * the browser does of paint and network.
 *
 * @typedef {{ what: string, began: number, took: number }} Phase
 * @returns {Phase[]}
 */
export function startPhases() {
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  const [boot] = performance.getEntriesByName("pyodide-widget:boot");
  return [
    ...(paint ? [{ what: "Page: first paint", began: 0, took: paint.startTime }] : []),
    ...(boot ? [...runtimeFetched(boot), phase("Python: loaded and started", boot)] : []),
    ...mounts().flatMap(widgetPhases),
  ];
}

/**
 * @param {PerformanceEntry} boot
 * @returns {Phase[]}
 */
function runtimeFetched(boot) {
  const ended = boot.startTime + boot.duration;
  const files = /** @type {PerformanceResourceTiming[]} */ (
    performance.getEntriesByType("resource")
  ).filter(({ name, responseEnd }) => RUNTIME.test(new URL(name).pathname) && responseEnd <= ended);
  if (files.length === 0) return [];
  const began = Math.min(...files.map(({ startTime }) => startTime));
  const last = Math.max(...files.map(({ responseEnd }) => responseEnd));
  return [{ what: "Python: its files fetched", began, took: last - began }];
}

function mounts() {
  return performance.getEntriesByType("measure").filter(({ name }) => name.startsWith(MOUNT));
}

/**
 * @param {PerformanceEntry} mount
 * @returns {Phase[]}
 */
function widgetPhases(mount) {
  const type = mount.name.replace(MOUNT, "");
  const ended = mount.startTime + mount.duration;
  const entered = performance
    .getEntriesByName(`pyodide-widget:init:${type}`)
    .map(({ startTime }) => startTime)
    .filter((moment) => moment >= mount.startTime && moment <= ended)
    .at(-1);
  if (entered === undefined) return [phase(`${type}: until init has returned`, mount)];
  return [
    {
      what: `${type}: files, and waiting for Python`,
      began: mount.startTime,
      took: entered - mount.startTime,
    },
    { what: `${type}: its init`, began: entered, took: ended - entered },
  ];
}

/**
 * @param {string} what
 * @param {PerformanceEntry} entry
 * @returns {Phase}
 */
function phase(what, { startTime, duration }) {
  return { what, began: startTime, took: duration };
}

/** @returns {Promise<PythonWeight | null>} null where no Python has started */
export async function pythonWeight() {
  await pythonLoaded;
  const weights = startedRuntimes().map((runtime) => ({
    ...JSON.parse(weightsIn(runtime).weights()),
    bytes: memoryOf(runtime.interpreter),
  }));
  if (weights.length === 0) return null;
  return weights.reduce((sum, weight) => ({
    modules: sum.modules + weight.modules,
    objects: sum.objects + weight.objects,
    bytes: sum.bytes + weight.bytes,
    widgets: [...sum.widgets, ...weight.widgets],
  }));
}

/** @param {any} interpreter */
function memoryOf(interpreter) {
  // Pyodide's internals, for want of a public name.
  return interpreter._module?.HEAP8?.buffer.byteLength ?? 0;
}

/** @returns {Promise<{ type: string, holder: string }[]>} widgets that have left the page and that something still holds */
export async function heldWidgets() {
  await pythonLoaded;
  return startedRuntimes().flatMap((runtime) => JSON.parse(weightsIn(runtime).held()));
}

/** @returns {{ widget: Element, type: string, nodes: number }[]} the widgets on the page, with their DOM's nodes */
export function domWeights() {
  return placedWidgets().map((widget) => ({
    widget,
    type: typeOf(widget),
    nodes: widget.shadowRoot?.querySelectorAll("*").length ?? 0,
  }));
}

/** @returns {number | null} bytes of JavaScript's heap; null where the browser does not tell */
export function javaScriptHeap() {
  const { memory } = /** @type {{ memory?: { usedJSHeapSize: number } }} */ (performance);
  return memory?.usedJSHeapSize ?? null;
}
