/**
 * The clock of one start: it stands in the page's head, before everything else, and sets `window.result` when the
 * widget's answer is on screen. Milliseconds since the page was asked for, by the same method for every contender.
 *
 * Element timing does not look into shadow roots. So an observer of the widget's shadow root sees the change that brings
 * a text, and puts a dot on the page itself, which is painted by the same frame and has element timing; where there is
 * none of that (Firefox, WebKit), a message that the frame's callback posts comes when the frame is painted.
 */

(() => {
  const HEADING = "Weather in Warsaw";
  const DATA = "18.6 °C, few clouds";
  const TAG = "gs-cc-registry-widget";
  const INIT = "pyodide-widget:init:";

  /**
   * @typedef {object} Start
   * @property {number} painted when the widget's heading was on screen
   * @property {number} init when the widget's `init` was entered
   * @property {number} data when the connector's answer was on screen
   * @property {number | null} longTasks how many there were until then; null where the engine does not tell
   * @property {number} blocked milliseconds that these took
   * @property {Record<string, number>} marks the page's other marks
   */

  if (!new URLSearchParams(location.search).has("clock")) return;

  let dots = 0;

  /** @type {PerformanceEntry[]} */
  const longTasks = [];
  const hasLongTasks = PerformanceObserver.supportedEntryTypes.includes("longtask");
  if (hasLongTasks) {
    new PerformanceObserver((list) => longTasks.push(...list.getEntries())).observe({
      type: "longtask",
    });
  }

  hostElement().then(async ({ shadowRoot }) => {
    const root = /** @type {ShadowRoot} */ (shadowRoot);
    const [painted, data] = await Promise.all([shown(root, HEADING), shown(root, DATA)]);
    // The last long task is told of after it has ended.
    await new Promise((resolve) => setTimeout(resolve, 100));
    Reflect.set(window, "result", start(painted, data));
  });

  /** @returns {Promise<Element>} the widget's, as soon as the page has placed it */
  function hostElement() {
    return new Promise((resolve) => {
      new MutationObserver((_, observer) => {
        const host = document.querySelector(TAG);
        if (host?.shadowRoot) {
          observer.disconnect();
          resolve(host);
        }
      }).observe(document, { childList: true, subtree: true });
    });
  }

  /**
   * @param {ShadowRoot} root
   * @param {string} text
   * @returns {Promise<number>} when it is painted
   */
  function shown(root, text) {
    return new Promise((resolve) => {
      let isAwaited = false;
      const look = () => {
        isAwaited = false;
        if (isVisible(root, text)) {
          observer.disconnect();
          painted().then(resolve);
        } else if (holder(root, text)) {
          // It is there and hidden, and nothing tells of a style that changes.
          isAwaited = true;
          requestAnimationFrame(look);
        }
      };
      const observer = new MutationObserver(() => {
        if (!isAwaited) look();
      });
      observer.observe(root, {
        attributes: true,
        characterData: true,
        childList: true,
        subtree: true,
      });
      look();
    });
  }

  /** @returns {Promise<number>} when the next frame is painted */
  function painted() {
    return PerformanceObserver.supportedEntryTypes.includes("element")
      ? dotPainted()
      : framePainted();
  }

  /** @returns {Promise<number>} when the next frame is on screen, as the browser's compositor tells */
  function dotPainted() {
    const dot = document.createElement("span");
    const name = `clock-${dots++}`;
    dot.setAttribute("elementtiming", name);
    dot.style.cssText = "position: fixed; top: 0; left: 0;";
    dot.textContent = "·";
    return new Promise((resolve) => {
      new PerformanceObserver((list, observer) => {
        const entries = /** @type {any[]} */ (list.getEntries());
        const entry = entries.find(({ identifier }) => identifier === name);
        if (entry) {
          observer.disconnect();
          resolve(entry.renderTime);
        }
      }).observe({ type: "element" });
      document.body.append(dot);
    });
  }

  /** @returns {Promise<number>} when the next frame is painted, or later if the page is busy then */
  function framePainted() {
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = () => resolve(performance.now());
      requestAnimationFrame(() => port1.postMessage(null));
    });
  }

  /**
   * @param {ShadowRoot} root
   * @param {string} text
   */
  function isVisible(root, text) {
    return holder(root, text)?.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  }

  /**
   * @param {ShadowRoot} root
   * @param {string} text
   */
  function holder(root, text) {
    return Array.from(root.querySelectorAll("h2, p")).find(({ textContent }) =>
      textContent?.includes(text),
    );
  }

  /**
   * @param {number} painted
   * @param {number} data
   * @returns {Start}
   */
  function start(painted, data) {
    const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (
      performance.getEntriesByType("navigation")
    );
    // A page that was led here by a redirect has waited before it was asked for.
    const asked = navigation.redirectCount > 0 ? navigation.fetchStart : 0;
    const marks = performance.getEntriesByType("mark");
    const init = marks.find(({ name }) => name.startsWith(INIT));
    const tasks = longTasks.filter(({ startTime }) => startTime < data);
    return {
      painted: painted - asked,
      init: (init?.startTime ?? Number.NaN) - asked,
      data: data - asked,
      longTasks: hasLongTasks ? tasks.length : null,
      blocked: tasks.reduce((sum, { duration }) => sum + duration, 0),
      marks: Object.fromEntries(marks.map(({ name, startTime }) => [name, startTime - asked])),
    };
  }
})();
