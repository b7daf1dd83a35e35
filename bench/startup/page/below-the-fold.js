/**
 * For a page that has its widgets below the fold, and `window.vitals()`: its Largest Contentful Paint, and how long its
 * answers to clicks took. Put on the page before its own scripts; the types stand in the address, as `&below=a,b`.
 */

(() => {
  /** @type {number[]} */
  const paints = [];
  /** @type {Map<number, number>} by interaction */
  const interactions = new Map();

  new PerformanceObserver((list) => {
    paints.push(...list.getEntries().map(({ startTime }) => startTime));
  }).observe({ type: "largest-contentful-paint", buffered: true });

  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { interactionId = 0, duration } = /** @type {any} */ (entry);
      if (interactionId > 0) {
        interactions.set(interactionId, Math.max(duration, interactions.get(interactionId) ?? 0));
      }
    }
    // 16 ms is the least that browsers tell of.
  }).observe(/** @type {any} */ ({ type: "event", durationThreshold: 16, buffered: true }));

  document.addEventListener("DOMContentLoaded", () => {
    const asked = new URLSearchParams(location.search);
    const types = asked.get("below")?.split(",").filter(Boolean) ?? [];
    // Beside the page's own content, so that this is laid out alike with widgets and without; out of sight, and near
    // enough to be started, or too far.
    const below = document.createElement("div");
    below.style.cssText = `position: absolute; left: 0; width: 20rem; top: ${asked.has("near") ? 150 : 300}vh;`;
    for (const type of types) {
      const host = document.createElement("gs-cc-registry-widget");
      host.dataset.widgetType = type;
      below.append(host);
    }
    document.body.append(below);
  });

  Object.assign(window, {
    /** @returns {{ lcp: number, inp: number }} milliseconds; INP is the worst of so few interactions, as browsers define it */
    vitals: () => ({
      lcp: paints.at(-1) ?? Number.NaN,
      // What is not told of took less.
      inp: Math.max(16, ...interactions.values()),
    }),
  });
})();
