/**
 * Keeps hold of the WebAssembly memories that come to be on a page, for `window.wasmBytes()`. Only for loads that are
 * weighed, not timed: it stands between the page and the browser. (A debugger that asks Chromium for all such objects
 * gets no answer.)
 */

(() => {
  /** @type {Set<WebAssembly.Memory>} */
  const memories = new Set();

  /** @param {Record<string, unknown>} holder */
  const collect = (holder) => {
    for (const value of Object.values(holder)) {
      if (value instanceof WebAssembly.Memory) memories.add(value);
    }
  };

  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = Reflect.get(WebAssembly, name);
    Reflect.set(
      WebAssembly,
      name,
      async (/** @type {unknown} */ source, /** @type {WebAssembly.Imports} */ imports = {}) => {
        const made = await original.call(WebAssembly, source, imports);
        Object.values(imports).forEach(collect);
        collect((made.instance ?? made).exports);
        return made;
      },
    );
  }

  Reflect.set(window, "wasmBytes", () =>
    [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
  );
})();
