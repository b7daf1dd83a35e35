/**
 * Which widget makes the connector call that is on its way out. The host itself cannot tell: the client is shared by
 * the whole page (platform.md §3).
 */

import { startedRuntimes } from "./interpreters.js";

/** An address in a stack that is a JavaScript widget's own; the loader's say nothing of who calls. */
const OWN_MODULE = /\/(?:widgets|_(?:hosted|saved)\/[^/\s]+)\/([^/\s]+)\/(?!loader\/)/;

/** But for what the loader calls itself before Python is there: that is done by the widget's own copy of it. */
const OWN_LOADER = /\/(?:widgets|_hosted\/[^/\s]+)\/([^/\s]+)\/loader\//;

/**
 * To be asked within the call itself: afterwards Python runs something else, and the stack is another one.
 *
 * @returns {string | null} the widget's type; null where nothing tells
 */
export function callingWidget() {
  const python = callingPython();
  if (python) return python;
  const stack = wholeStack();
  const own = OWN_MODULE.exec(stack);
  // Python whose context is no widget's comes by the copy that has started it, whosesoever that is.
  const address = own ?? (stack.includes("wasm") ? null : OWN_LOADER.exec(stack));
  return address?.[1] ?? onlyWidget();
}

/** Chromium's has ten frames unless it is told otherwise. */
function wholeStack() {
  const limits = /** @type {{ stackTraceLimit?: number }} */ (/** @type {unknown} */ (Error));
  const { stackTraceLimit } = limits;
  limits.stackTraceLimit = 50;
  const { stack = "" } = new Error();
  limits.stackTraceLimit = stackTraceLimit;
  return stack;
}

function callingPython() {
  for (const runtime of startedRuntimes()) {
    const type = runtime.calling();
    if (type) return type;
  }
  return null;
}

/** A script of the entry's own runs under the page's address, but where one widget is alone, it is that one. */
function onlyWidget() {
  const types = new Set(
    Array.from(document.querySelectorAll("[data-widget-type]"), (host) =>
      host.getAttribute("data-widget-type"),
    ),
  );
  return types.size === 1 ? [...types][0] : null;
}
