/** The start-up widget by Pyodide as it comes from npm: its module loads it, and runs the widget's Python. */

import { loadPyodide } from "/_bench/pyodide/pyodide.mjs";

export async function init(sdk) {
  const [pyodide, source] = await Promise.all([
    loadPyodide({ indexURL: "/_bench/pyodide/" }),
    fetch("/_bench/peers/card.py").then((response) => response.text()),
    sdk.whenReady(),
  ]);
  const { promise, resolve } = Promise.withResolvers();
  window.startup = { sdk, shown: resolve };
  pyodide.runPython(source);
  await promise;
}
