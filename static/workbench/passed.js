/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>} fulfilled when they have passed; rejected as `fetch` is when the signal comes first
 */
export function passed(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
