/** Browsers that Python cannot run in: what stands in the entry stays, with one sentence, or what the author says instead. */
import { fillSlots } from "./slots.js";

/** @typedef {import("./platform.js").WidgetSdk} WidgetSdk */

/** What is needed, by its name, beside module scripts, without which nothing of this is run (bundle/entry.py). */
const NEEDED = {
  WebAssembly: () => typeof WebAssembly === "object",
  DecompressionStream: () => typeof DecompressionStream === "function",
  "constructed style sheets": () => "adoptedStyleSheets" in Document.prototype,
};

/** @returns {string[]} the names of what this browser does not have, or has turned off */
export function missingFeatures() {
  return Object.entries(NEEDED)
    .filter(([, isThere]) => !isThere())
    .map(([name]) => name);
}

/**
 * Takes away what the entry says to browsers in which this module is not run.
 *
 * @param {ShadowRoot} root
 */
export function leaveFloor(root) {
  root.querySelector("[data-widget-floor]")?.remove();
}

/**
 * @param {WidgetSdk} sdk
 * @param {HTMLElement} container
 * @param {string[]} missing
 */
export function showUnsupported(sdk, container, missing) {
  const { root } = sdk;
  const message = `This widget needs a newer browser: this one has no ${missing.join(" and no ")}.`;
  const instead = /** @type {HTMLTemplateElement | null} */ (
    root.querySelector("template[data-widget-unsupported]")
  );
  const isPrerendered = container.dataset.prerendered !== undefined;
  container.removeAttribute("aria-busy");
  if (instead) {
    container.replaceChildren(instead.content.cloneNode(true));
  } else if (isPrerendered) {
    fillSlots(container, sdk.getProps());
    container.after(sentence(message));
  } else {
    container.replaceChildren(sentence(message));
  }
  /** @type {HTMLElement} */ (root.host).dataset.widgetState = "error";
  console.warn(message);
  sdk.emit("error", { message });
}

/** @param {string} message */
function sentence(message) {
  const made = document.createElement("p");
  made.setAttribute("role", "status");
  made.textContent = message;
  return made;
}
