/**
 * The workbench's Python, in each interpreter of the page beside the package `widget`.
 *
 * @import { Runtime } from "../loader/runtime.js"
 *
 * @typedef {object} Replacement
 * @property {(name: string, sources: string) => string | undefined} replace
 * @property {(host: Element, key: string, left?: string) => boolean} hand_on
 * @property {(key: string) => void} forget
 * @property {() => void} tidy
 *
 * @typedef {object} LongTurns
 * @property {(blocked: (text: string) => void) => void} begin
 *
 * @typedef {object} Printing
 * @property {(prints: (widget?: string, place?: string) => void) => void} begin
 *
 * @typedef {object} Weights
 * @property {() => string} weights
 * @property {() => string} held
 */

import { startedRuntimes } from "./interpreters.js";

const MODULES = ["replacement", "long_turns", "printing", "weights"];

/** @type {Map<string, string>} */
const sources = new Map();

/** To be awaited before anything here is asked for. */
export const pythonLoaded = Promise.all(
  MODULES.map(async (name) => {
    const answer = await fetch(new URL(`./${name}.py`, import.meta.url));
    sources.set(name, await answer.text());
  }),
);

/** @type {WeakMap<Runtime, Record<string, unknown>>} */
const imported = new WeakMap();

/** @param {Runtime} runtime */
export function replacementIn(runtime) {
  return /** @type {Replacement} */ (moduleIn(runtime, "replacement"));
}

/** @param {Runtime} runtime */
export function longTurnsIn(runtime) {
  return /** @type {LongTurns} */ (moduleIn(runtime, "long_turns"));
}

/** @param {Runtime} runtime */
export function printingIn(runtime) {
  return /** @type {Printing} */ (moduleIn(runtime, "printing"));
}

/** @param {Runtime} runtime */
export function weightsIn(runtime) {
  return /** @type {Weights} */ (moduleIn(runtime, "weights"));
}

/**
 * @param {(runtime: Runtime) => void} begin called once for each interpreter of the page, as soon as it is ready
 */
export function onInterpreter(begin) {
  /** @type {WeakSet<Runtime>} */
  const begun = new WeakSet();
  // By design.md the loader measures each start; it is told of before a widget's first turn.
  const observer = new PerformanceObserver(async () => {
    await pythonLoaded;
    for (const runtime of startedRuntimes()) {
      if (begun.has(runtime)) continue;
      begun.add(runtime);
      begin(runtime);
    }
  });
  observer.observe({ type: "measure", buffered: true });
}

/**
 * @param {Runtime} runtime
 * @param {string} name
 */
function moduleIn(runtime, name) {
  let modules = imported.get(runtime);
  if (!modules) {
    modules = {};
    imported.set(runtime, modules);
  }
  modules[name] ??= executed(runtime, name);
  return modules[name];
}

/**
 * Not imported: the way from a path to a module takes twice as long as to compile it, at the very moment when the first
 * widget starts.
 *
 * @param {Runtime} runtime
 * @param {string} name
 */
function executed({ interpreter }, name) {
  const { compile, exec } = interpreter.pyimport("builtins");
  // A name of its own, since a widget's author may use any.
  const module = interpreter.pyimport("types").ModuleType(`workbench_${name}`);
  exec(compile(sources.get(name), `workbench/${name}.py`, "exec"), module.__dict__);
  return module;
}
