/** Milliseconds within which an idle moment has to come, else it is taken. */
const LONGEST_WAIT = 10_000;

/**
 * Calls a function when the page has loaded and has nothing else to do.
 *
 * @param {() => void} callback
 */
export function whenIdle(callback) {
  const loaded = () => {
    // Safari has no idle callbacks.
    if (typeof requestIdleCallback === "function") {
      requestIdleCallback(callback, { timeout: LONGEST_WAIT });
    } else {
      setTimeout(callback, 200);
    }
  };
  if (document.readyState === "complete") {
    loaded();
  } else {
    addEventListener("load", loaded, { once: true });
  }
}
