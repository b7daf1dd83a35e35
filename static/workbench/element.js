/**
 * An element with its attributes, listeners and children. Texts stay texts: nothing of what a widget, a connector or a
 * repository says is ever parsed as HTML.
 *
 * @typedef {Node | string | number | null | undefined | false} Child
 */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, unknown>} [attributes] functions are listeners, of the event that the name has after "on"; true
 *   is an empty attribute; false, null and undefined are none
 * @param {...(Child | Child[])} children false, null and undefined are none
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      made.addEventListener(attribute.slice(2), /** @type {EventListener} */ (value));
    } else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(attribute, value === true ? "" : String(value));
    }
  }
  made.append(...children.flat().filter(isChild).map(asNode));
  return made;
}

/**
 * @param {Child} child
 * @returns {child is Node | string | number}
 */
function isChild(child) {
  return child !== null && child !== undefined && child !== false;
}

/** @param {Node | string | number} child */
function asNode(child) {
  return typeof child === "number" ? String(child) : child;
}
