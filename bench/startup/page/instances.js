/**
 * For `window.allReady()`, `window.addInstance()` and `window.addInstances()`: when the page's widgets were ready, and
 * what further instances of them cost. Put on the page before its own scripts.
 */

(() => {
  const TAG = "gs-cc-registry-widget";
  const MOUNT = "pyodide-widget:mount:";

  /** @type {Map<Element, number>} */
  const ready = new Map();

  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const host = /** @type {HTMLElement} */ (target);
      if (host.dataset.widgetState === "ready" && !ready.has(host)) {
        ready.set(host, performance.now());
      }
    }
  }).observe(document, { attributeFilter: ["data-widget-state"], subtree: true });

  /** @param {string} type */
  const addInstance = (type) => {
    const host = document.createElement(TAG);
    host.dataset.widgetType = type;
    document.querySelector(".zone")?.append(host);
    return host;
  };

  Object.assign(window, {
    /**
     * @param {number} seconds to wait for it
     * @returns {Promise<number | string>} milliseconds from navigation until the last widget was ready; a sentence where
     *   that did not come
     */
    async allReady(seconds) {
      const end = performance.now() + seconds * 1000;
      for (;;) {
        const hosts = Array.from(
          document.querySelectorAll(TAG),
          (host) => /** @type {any} */ (host),
        );
        const late = hosts.filter((host) => !ready.has(host));
        if (hosts.length > 0 && late.length === 0) return Math.max(...ready.values());
        const failed = late.find(({ dataset }) => dataset.widgetState === "error");
        if (failed) return `${failed.dataset.widgetType} failed: ${failed.shadowRoot.textContent}`;
        if (performance.now() > end)
          return `${late.length} widgets were not ready in ${seconds} s.`;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },

    addInstance,

    /**
     * Adds instances of a type that the page shows, one after another.
     *
     * @param {string} type
     * @param {number} count
     * @returns {Promise<number[]>} milliseconds from asking for each until its `init` had returned
     */
    async addInstances(type, count) {
      performance.clearMeasures(MOUNT + type);
      for (let added = 0; added < count; added++) {
        const host = addInstance(type);
        while (!ready.has(host)) await new Promise(requestAnimationFrame);
      }
      return performance.getEntriesByName(MOUNT + type).map(({ duration }) => duration);
    },
  });
})();
