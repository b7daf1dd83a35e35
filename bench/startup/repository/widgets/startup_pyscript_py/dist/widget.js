/** The start-up widget by PyScript on Pyodide: its module puts the script on the page that PyScript runs. */

const { promise, resolve } = Promise.withResolvers();
// PyScript hands its scripts nothing, and looks for them in the document alone.
window.startup = { sdk: null, shown: resolve };

const script = document.createElement("script");
script.type = "py";
script.src = "/_bench/peers/card.py";
script.setAttribute("config", JSON.stringify({ interpreter: "/_bench/pyodide/pyodide.mjs" }));
document.body.append(script);
// It reads the scripts' configuration once, as it is loaded; with the interpreter's files to fetch, it is long in
// running the script.
import("/_bench/pyscript/core.js");

export async function init(sdk) {
  window.startup.sdk = sdk;
  await sdk.whenReady();
  await promise;
}
