/**
 * Where the keyboard is in a widget, so that it is there again in the one that takes its place.
 *
 * @typedef {{ place: Place, selection: [number, number] | null }} Focus `selection` is a text field's
 * @import { Place } from "./place.js"
 */

import { elementAt, placeOf } from "./place.js";

/** @typedef {Element & { selectionStart: number | null, selectionEnd: number | null, setSelectionRange(start: number, end: number): void }} Field */

/**
 * @param {ShadowRoot} root
 * @returns {Focus | null} null where the focus is elsewhere
 */
export function focusIn(root) {
  const { activeElement } = root;
  const place = activeElement && placeOf(root, activeElement);
  return place ? { place, selection: selectionOf(activeElement) } : null;
}

/**
 * @param {ShadowRoot} root
 * @param {Focus} focus
 */
export function focusAt(root, { place, selection }) {
  const element = elementAt(root, place);
  element?.focus({ preventScroll: true });
  if (element && selection) {
    /** @type {Field} */ (/** @type {unknown} */ (element)).setSelectionRange(...selection);
  }
}

/**
 * @param {Element} element
 * @returns {[number, number] | null}
 */
function selectionOf(element) {
  const { selectionStart, selectionEnd } = /** @type {Field} */ (element);
  // Fields of other types than text have none.
  return typeof selectionStart === "number" && typeof selectionEnd === "number"
    ? [selectionStart, selectionEnd]
    : null;
}
