/**
 * Where an element is in a widget: there, another is in the instance that takes the widget's place.
 *
 * @typedef {object} Place
 * @property {number[]} path its and its ancestors' indices among their siblings, from the container on
 * @property {string} tag
 */

/**
 * @param {ShadowRoot} root
 * @param {Element} element
 * @returns {Place | null} null where it is none of the widget's
 */
export function placeOf(root, element) {
  const container = root.querySelector("[data-widget-root]");
  if (!container?.contains(element)) return null;
  /** @type {number[]} */
  const path = [];
  for (let inner = element; inner !== container; ) {
    const parent = /** @type {Element} */ (inner.parentElement);
    path.unshift(Array.from(parent.children).indexOf(inner));
    inner = parent;
  }
  return { path, tag: element.tagName };
}

/**
 * @param {ShadowRoot} root
 * @param {Place} place
 * @returns {HTMLElement | null} null where there is none of that kind
 */
export function elementAt(root, { path, tag }) {
  /** @type {Element | null | undefined} */
  let element = root.querySelector("[data-widget-root]");
  for (const index of path) element = element?.children[index];
  return element instanceof HTMLElement && element.tagName === tag ? element : null;
}
