/** The widget on the page that the panel is about. */

import { placedWidgets } from "../placed-widgets.js";

/** @type {{ widget: Element, index: number } | null} */
let chosen = null;

/** @param {Element} widget */
export function chooseWidget(widget) {
  chosen = { widget, index: placedWidgets().findIndex((other) => other === widget) };
}

/** @returns {Element | null} the one that was chosen, or that took its place; else the first; null where there is none */
export function chosenWidget() {
  const all = placedWidgets();
  if (chosen && !chosen.widget.isConnected) {
    const widget = all[chosen.index];
    if (widget) chooseWidget(widget);
    else chosen = null;
  }
  return chosen?.widget ?? all[0] ?? null;
}
