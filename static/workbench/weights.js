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
import { pythonLoaded, weightsIn } from "./workbench-python.js";

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
