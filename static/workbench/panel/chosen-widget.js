/** The widget on the page that the panel is about. */

import { latestOf } from "../instance-props.js";
import { placedWidgets } from "../placed-widgets.js";

/** @type {Element | null} */
let chosen = null;

/** @param {Element} widget */
export function chooseWidget(widget) {
  chosen = widget;
}

/**
 * Whatever its place on the page, it stays the same one.
 *
 * @returns {Element | null} the one that was chosen, or that took its place; else the first; null where there is none
 */
export function chosenWidget() {
  if (chosen) chosen = latestOf(chosen);
  if (!chosen?.isConnected) chosen = placedWidgets()[0] ?? null;
  return chosen;
}
