/**
 * Which widget makes the connector call that is on its way out. The host itself cannot tell: the client is shared by
 * the whole page (platform.md §3).
 */

import { startedRuntimes } from "./interpreters.js";

/**
 * An address in a stack that is a widget's own; the loader's say nothing of who calls, but for what it calls itself before
 * Python is there, by the copy of that very widget.
 */
const OWN_MODULE =
  /\/(?:widgets|_(?:hosted|saved)\/[^/\s]+)\/([^/\s]+)\/(?!loader\/(?!prefetch\.js))/;

/**
 * To be asked within the call itself: afterwards Python runs something else, and the stack is another one.
 *
 * @returns {string | null} the widget's type; null where nothing tells
 */
export function callingWidget() {
  return callingPython() ?? new Error().stack?.match(OWN_MODULE)?.[1] ?? onlyWidget();
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
