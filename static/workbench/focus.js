/**
 * Where the keyboard is in a widget, so that it is there again in the one that takes its place.
 *
 * @typedef {object} Place
 * @property {number[]} path of an element's indices among its siblings, from the shadow root on
 * @property {string} tag
 * @property {[number, number] | null} selection of a text field
 */

/** @typedef {Element & { selectionStart: number | null, selectionEnd: number | null, setSelectionRange(start: number, end: number): void }} Field */

/**
 * @param {ShadowRoot} root
 * @returns {Place | null} null where the focus is elsewhere
 */
export function focusIn(root) {
  const { activeElement } = root;
  const container = root.querySelector("[data-widget-root]");
  if (!activeElement || !container?.contains(activeElement)) return null;
  /** @type {number[]} */
  const path = [];
  for (let element = activeElement; element !== container; ) {
    const parent = /** @type {Element} */ (element.parentElement);
    path.unshift(Array.from(parent.children).indexOf(element));
    element = parent;
  }
  return { path, tag: activeElement.tagName, selection: selectionOf(activeElement) };
}

/**
 * @param {ShadowRoot} root
 * @param {Place} place
 */
export function focusAt(root, { path, tag, selection }) {
  /** @type {Element | null | undefined} */
  let element = root.querySelector("[data-widget-root]");
  for (const index of path) element = element?.children[index];
  if (!(element instanceof HTMLElement) || element.tagName !== tag) return;
  element.focus({ preventScroll: true });
  if (selection) {
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
