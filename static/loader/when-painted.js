/** Milliseconds after which nobody waits any more: a browser that has not painted by then has other things to do. */
const LONGEST_WAIT = 100;

/** @returns {Promise<void>} when the page shows what it has, or does not show anything */
export function whenPainted() {
  if (document.visibilityState === "hidden") {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    setTimeout(resolve, LONGEST_WAIT);
    // A frame's callbacks run before it is painted; a message that they send comes afterwards.
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => resolve();
    requestAnimationFrame(() => port1.postMessage(null));
  });
}
