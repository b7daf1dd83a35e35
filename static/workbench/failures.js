/**
 * What fails in a widget, shown below it.
 *
 * @import { WidgetFailure } from "./widget-failure.js"
 */

import { WidgetFailurePanel } from "./widget-failure.js";

/** @type {WeakMap<Element, WidgetFailurePanel>} */
const panels = new WeakMap();

/**
 * @param {HTMLElement} widget
 * @param {WidgetFailure} failure
 */
export function showFailure(widget, failure) {
  const panel = panels.get(widget) ?? new WidgetFailurePanel();
  panels.set(widget, panel);
  widget.after(panel);
  panel.show(widget, failure);
}

/** @param {HTMLElement} widget */
export function hideFailure(widget) {
  panels.get(widget)?.hide();
}
