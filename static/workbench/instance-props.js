/**
 * What has been changed of widgets' properties, kept as long as the tab: a page that is loaded again shows its widgets as
 * they were configured.
 *
 * @typedef {Record<string, unknown>} Props
 */

import { page } from "/_community/page-data.js";
import { keep, kept } from "./kept.js";
import { onPlaced, placedWidgets, registryWidget, typeOf } from "./placed-widgets.js";
import { signal } from "./signal.js";

/** @type {WeakMap<Element, Props>} */
const changes = new WeakMap();

/** @type {WeakMap<Element, Element>} what took the place of a widget that has left for it */
const successors = new WeakMap();

/** @type {ReturnType<typeof signal<void>>} */
const { listen, tell } = signal();

/** Called after something was changed, or is changed no more. */
export const onChangedProps = listen;

/**
 * Gives a widget other properties, as an admin does who changes them in the No-Code Builder.
 *
 * @param {Element} widget
 * @param {Props} props
 */
export function changeProps(widget, props) {
  changes.set(widget, { ...changes.get(widget), ...props });
  keepChanges();
  sdkOf(widget)?.setProps(props);
}

/**
 * Forgets what was changed.
 *
 * @param {Element} widget
 */
export function resetProps(widget) {
  const names = Object.keys(changes.get(widget) ?? {});
  changes.delete(widget);
  keepChanges();
  // A host never takes a name away; without a value, none arrives.
  const without = Object.fromEntries(names.map((name) => [name, undefined]));
  sdkOf(widget)?.setProps({ ...without, ...page.registry[typeOf(widget)]?.props });
}

/**
 * @param {Element} from
 * @param {Element} to its copy; or the widget that takes its place, if it has left the page
 */
export function handOnChanges(from, to) {
  if (!from.isConnected) successors.set(from, to);
  const own = changes.get(from);
  if (own) changes.set(to, own);
  keepChanges();
}

/**
 * @param {Element} widget
 * @returns {Element} the one that has its place now, after its code was saved; else itself
 */
export function latestOf(widget) {
  const next = widget.isConnected ? undefined : successors.get(widget);
  return next ? latestOf(next) : widget;
}

/** @returns {number} how many properties differ from what is configured, of all widgets together */
export function changedProps() {
  return placedWidgets().reduce(
    (sum, widget) => sum + Object.keys(changes.get(widget) ?? {}).length,
    0,
  );
}

/** @param {Element} widget */
export function sdkOf(widget) {
  return registryWidget().sdkOf(/** @type {any} */ (widget));
}

/** Gives widgets what was changed before the page was loaded, as soon as they are placed and before they start. */
export function restoreProps() {
  onPlaced(keepChanges);
  /** @type {{ type: string, props: Props }[]} in the order of the page */
  const before = kept("tab", "props", []);
  if (before.length === 0 || page.placed.length === 0) return;
  new MutationObserver((_, observer) => {
    const widgets = placedWidgets();
    if (widgets.length === 0) return;
    observer.disconnect();
    for (const [index, widget] of widgets.entries()) {
      const { type, props } = before[index] ?? {};
      if (type === typeOf(widget) && props) changeProps(widget, props);
    }
  }).observe(document.body, { childList: true, subtree: true });
}

function keepChanges() {
  tell();
  const all = placedWidgets().map((widget) => ({
    type: typeOf(widget),
    props: changes.get(widget),
  }));
  keep("tab", "props", all.some(({ props }) => props) ? all : undefined);
}
