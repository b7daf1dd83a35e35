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

import { page } from "/_community/page-data.js";
import { startedRuntimes } from "./interpreters.js";
import { placedWidgets, typeOf } from "./placed-widgets.js";
import { pythonLoaded, weightsIn } from "./workbench-python.js";

/** Of the shared runtime, as the preview and a build name its files. */
const RUNTIME = /\/_runtime\/|\/runtime\//;

/** @returns {{ name: string, files: number, bytes: number }[]} what was fetched, by whom; compressed bodies, in bytes */
export function fetchedBytes() {
  /** @type {Map<string, { files: number, bytes: number }>} */
  const groups = new Map();
  const entries = /** @type {PerformanceResourceTiming[]} */ (
    performance.getEntriesByType("resource")
  );
  for (const { name, encodedBodySize } of entries) {
    const group = ownerOf(name);
    if (!group) continue;
    const known = groups.get(group) ?? { files: 0, bytes: 0 };
    groups.set(group, { files: known.files + 1, bytes: known.bytes + encodedBodySize });
  }
  return Array.from(groups, ([name, weight]) => ({ name, ...weight }));
}

/** @param {string} address */
function ownerOf(address) {
  const { pathname, origin } = new URL(address);
  if (RUNTIME.test(pathname)) return "Python";
  if (origin === location.origin) {
    if (/^\/_(community|workbench|preview)\//.test(pathname)) return null;
    if (/^\/connectors\//.test(pathname)) return "connector calls";
    for (const [type, { entry }] of Object.entries(page.registry)) {
      if (pathname.startsWith(entry.slice(0, entry.lastIndexOf("/") + 1))) return type;
    }
  }
  return "elsewhere";
}

/**
 * @returns {{ boot: number | null, widgets: { type: string, mount: number }[] }} milliseconds, as design.md's performance
 *   entries tell them
 */
export function startPhases() {
  const [boot] = performance.getEntriesByName("pyodide-widget:boot");
  const mounts = performance
    .getEntriesByType("measure")
    .filter(({ name }) => name.startsWith("pyodide-widget:mount:"));
  return {
    boot: boot?.duration ?? null,
    widgets: mounts.map(({ name, duration }) => ({
      type: name.replace("pyodide-widget:mount:", ""),
      mount: duration,
    })),
  };
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
