/**
 * `<gs-cc-registry-widget data-widget-type="…">`: shows a widget of the registry (platform.md §3).
 *
 * Removing the element destroys its instance; putting it back, or giving it another type, makes a new
 * one. The state is on `data-widget-state`: "loading", "ready" or "error". An instance's `error` event
 * becomes a bubbling `widget-error` DOM event with detail {type, message, stack}.
 */

import { WidgetInstance } from "./widget-instance.js";

export class RegistryWidget extends HTMLElement {
  static observedAttributes = ["data-widget-type"];

  #root = this.attachShadow({ mode: "open" });

  /** @type {WidgetInstance | undefined} */
  #instance;

  /** @type {Record<string, unknown> | undefined} */
  #props;

  /**
   * What the element's next instance is configured with, in the place of what the registry says.
   *
   * @param {RegistryWidget} element
   * @param {Record<string, unknown>} props
   */
  static configure(element, props) {
    element.#props = props;
  }

  /** The sdk of the instance that the element shows now; for tests and the workbench. */
  static sdkOf(/** @type {RegistryWidget} */ element) {
    return element.#instance?.sdk;
  }

  connectedCallback() {
    this.#start();
  }

  disconnectedCallback() {
    // A move is a removal and an insertion in one go: only who is still away afterwards has left.
    queueMicrotask(() => {
      if (!this.isConnected) this.#destroy();
    });
  }

  /**
   * @param {string} _name
   * @param {string | null} before
   * @param {string | null} after
   */
  attributeChangedCallback(_name, before, after) {
    if (before === after || !this.isConnected) return;
    this.#destroy();
    this.#start();
  }

  #start() {
    const { widgetType } = this.dataset;
    if (this.#instance || !widgetType) return;
    this.#root.replaceChildren();
    this.#instance = new WidgetInstance(this, this.#root, widgetType, this.#props);
    this.#instance.start();
  }

  #destroy() {
    this.#instance?.destroy();
    this.#instance = undefined;
  }
}
