/**
 * Who wants to hear of something, and telling them. What a listener throws is printed, and neither keeps the others from
 * hearing nor reaches who tells: that may be a widget which prints.
 *
 * @template T
 * @returns {{ listen: (listener: (told: T) => void) => () => void, tell: (told: T) => void }} `listen` gives what ends it
 */
export function signal() {
  /** @type {Set<(told: T) => void>} */
  const listeners = new Set();
  return {
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(told) {
      for (const listener of [...listeners]) {
        try {
          listener(told);
        } catch (reason) {
          printError("The workbench failed:", reason);
        }
      }
    },
  };
}

// The browser's own, which nothing records: what is told of may be that something was printed.
const printError = console.error.bind(console);
