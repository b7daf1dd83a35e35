/**
 * The Python half of hot replacement (replacement.py), in each interpreter of the page.
 *
 * @import { Runtime } from "../loader/runtime.js"
 *
 * @typedef {object} Replacement
 * @property {(name: string, sources: string) => string | undefined} replace
 * @property {(host: Element) => string | undefined} hand_on
 * @property {(key: string) => void} forget
 * @property {() => void} tidy
 */

const DIRECTORY = "/workbench";
const MODULE = "workbench_replacement";

const source = fetch(new URL("./replacement.py", import.meta.url)).then((answer) => answer.text());

/** @type {string} */
let text;

/** To be awaited before `replacementIn`. */
export const replacementLoaded = source.then((loaded) => {
  text = loaded;
});

/** @type {WeakMap<Runtime, Replacement>} */
const replacements = new WeakMap();

/**
 * @param {Runtime} runtime
 * @returns {Replacement}
 */
export function replacementIn(runtime) {
  let replacement = replacements.get(runtime);
  if (!replacement) {
    const { FS } = runtime.interpreter;
    FS.mkdirTree(DIRECTORY);
    FS.writeFile(`${DIRECTORY}/${MODULE}.py`, new TextEncoder().encode(text));
    runtime.addPath(DIRECTORY);
    replacement = /** @type {Replacement} */ (runtime.interpreter.pyimport(MODULE));
    replacements.set(runtime, replacement);
  }
  return replacement;
}
