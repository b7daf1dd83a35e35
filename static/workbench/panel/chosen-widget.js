/** The widget on the page that the panel is about. */

import { latestOf } from "../instance-props.js";
import { onPlaced, placedWidgets } from "../placed-widgets.js";

/** @type {Element | null} */
let chosen = null;

// At each replacement: those that have left are not to be held, one by the other.
onPlaced(() => {
  if (chosen) chosen = latestOf(chosen);
});

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
