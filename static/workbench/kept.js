/**
 * What the workbench keeps in the browser. What a person prefers stays; what is played for a page stays as long as its
 * tab. A browser may refuse either, and then nothing is kept.
 */

const PREFIX = "widget-workbench:";

/**
 * @template T
 * @param {"tab" | "browser"} how long: as the tab, or beyond it
 * @param {string} name
 * @param {T} otherwise
 * @returns {T}
 */
export function kept(how, name, otherwise) {
  try {
    const text = storage(how).getItem(PREFIX + name);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

/**
 * @param {"tab" | "browser"} how
 * @param {string} name
 * @param {unknown} value undefined forgets it
 */
export function keep(how, name, value) {
  try {
    if (value === undefined) storage(how).removeItem(PREFIX + name);
    else storage(how).setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Full, or forbidden.
  }
}

/** @param {"tab" | "browser"} how */
function storage(how) {
  return how === "tab" ? sessionStorage : localStorage;
}
