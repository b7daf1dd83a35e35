/**
 * What has been changed of widgets' properties, kept as long as the tab: a page that is loaded again shows its widgets as
 * they were configured.
 */

import { keep, kept } from "./kept.js";
import { nameOf, placedWidgets, registryWidget } from "./placed-widgets.js";

/** @type {Record<string, Record<string, unknown>>} by the widget's name on the page */
const changes = kept("tab", "props", {});

/**
 * Gives a widget other properties, as an admin does who changes them in the No-Code Builder.
 *
 * @param {Element} widget
 * @param {Record<string, unknown>} props
 */
export function changeProps(widget, props) {
  const name = nameOf(widget);
  changes[name] = { ...changes[name], ...props };
  keep("tab", "props", changes);
  sdkOf(widget)?.setProps(props);
}

/**
 * Forgets what was changed.
 *
 * @param {Element} widget
 * @param {Record<string, unknown>} configured that it gets in the place of that
 */
export function resetProps(widget, configured) {
  delete changes[nameOf(widget)];
  keep("tab", "props", changes);
  sdkOf(widget)?.setProps(configured);
}

/** @param {Element} widget */
export function sdkOf(widget) {
  return registryWidget().sdkOf(/** @type {any} */ (widget));
}

/** Gives widgets what was changed before the page was loaded, as soon as they are placed and before they start. */
export function restoreProps() {
  if (Object.keys(changes).length === 0) return;
  new MutationObserver((_, observer) => {
    const widgets = placedWidgets();
    if (widgets.length === 0) return;
    observer.disconnect();
    for (const widget of widgets) {
      const kept = changes[nameOf(widget)];
      if (kept) sdkOf(widget)?.setProps(kept);
    }
  }).observe(document.body, { childList: true, subtree: true });
}
