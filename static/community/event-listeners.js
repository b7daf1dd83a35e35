/**
 * The listeners of one widget instance, by event name.
 *
 * @typedef {(data: any) => unknown} Listener
 */

export class EventListeners {
  /** @type {Map<string, Set<Listener>>} */
  #byEvent = new Map();

  /**
   * @param {string} event
   * @param {Listener} listener
   * @returns {() => void} unsubscribes
   */
  on(event, listener) {
    const listeners = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, listeners.add(listener));
    return () => this.off(event, listener);
  }

  /**
   * @param {string} event
   * @param {Listener} listener
   */
  off(event, listener) {
    this.#byEvent.get(event)?.delete(listener);
  }

  /**
   * Calls every listener, also after one that throws: what it threw is reported as uncaught.
   *
   * @param {string} event
   * @param {unknown} [data]
   */
  emit(event, data) {
    const listeners = this.#byEvent.get(event) ?? new Set();
    for (const listener of [...listeners]) {
      if (!listeners.has(listener)) continue;
      try {
        listener(data);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
