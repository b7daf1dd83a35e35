/**
 * What the workbench keeps in the browser. What a person prefers stays; what is played for a page stays as long as its
 * tab. A browser may refuse either, and then nothing is kept.
 */

/** All repositories' previews come from one address, one after the other. */
const OF_REPOSITORY = `widget-workbench:${document.title}:`;
const OF_ALL = "widget-workbench:";

/**
 * @template T
 * @param {"tab" | "browser"} how long: as the tab, or beyond it
 * @param {string} name
 * @param {T} otherwise
 * @returns {T}
 */
export function kept(how, name, otherwise) {
  try {
    const text = storage(how).getItem(prefix(how) + name);
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
    if (value === undefined) storage(how).removeItem(prefix(how) + name);
    else storage(how).setItem(prefix(how) + name, JSON.stringify(value));
  } catch {
    // Full, or forbidden.
  }
}

/** @param {"tab" | "browser"} how */
function prefix(how) {
  return how === "tab" ? OF_REPOSITORY : OF_ALL;
}

/** @param {"tab" | "browser"} how */
function storage(how) {
  return how === "tab" ? sessionStorage : localStorage;
}
