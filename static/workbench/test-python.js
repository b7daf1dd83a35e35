/**
 * Python of a test's own, run in the page's interpreter beside the widgets.
 *
 * @import { Runtime } from "../loader/runtime.js"
 *
 * @typedef {object} PythonCall
 * @property {string | null} widget the type whose modules are to be importable, mounted or not; null where it does not
 *   matter, and only an interpreter that has started is asked
 * @property {Record<string, string>} files Python sources to be written, by absolute path
 * @property {string} module to be imported
 * @property {string} function of the module: takes a string, returns one, or a coroutine of one
 * @property {string} argument
 */

import { startedRuntimes } from "./interpreters.js";
import { loaderOf } from "./widget-loader.js";

/**
 * @param {PythonCall} call
 * @returns {Promise<string | null>} null where no interpreter has started
 */
export async function callPython({ widget, files, module, function: name, argument }) {
  const runtime = widget === null ? startedRuntimes()[0] : await runtimeWith(widget);
  if (!runtime) return null;
  const { interpreter } = runtime;
  for (const [path, source] of Object.entries(files)) {
    interpreter.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    interpreter.FS.writeFile(path, new TextEncoder().encode(source));
  }
  const python = interpreter.pyimport(module);
  try {
    return String(await python[name](argument));
  } finally {
    python.destroy();
  }
}

/**
 * The page's interpreter, with a widget's modules where `init` would find them; the widget is not mounted.
 *
 * @param {string} type
 * @returns {Promise<Runtime>}
 */
async function runtimeWith(type) {
  const { loader, root } = await loaderOf(type);
  return loader.runtimeWith(root, type);
}
