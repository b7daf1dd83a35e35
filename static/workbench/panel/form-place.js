/**
 * Where somebody is in the form of *Configuration*, so that they are there again when it is drawn anew: its fields may be
 * others then.
 *
 * @import { Field } from "./property-field.js"
 *
 * @typedef {object} FormPlace
 * @property {string | null | undefined} section the heading of the open one; null where none is open, undefined where there are none
 * @property {Map<string, string>} drafts what was typed and is no value, by the property's name
 * @property {Focus | null} focus null where it is elsewhere
 * @property {number} scrolled
 *
 * @typedef {object} Focus
 * @property {string | null} property null where it is outside of the fields
 * @property {number} behind how many controls come behind it in its field
 * @property {string} tag
 * @property {string | null} text of a button or heading
 * @property {[number, number] | null} selection
 */

const CONTROLS = "input, select, textarea, button";

/**
 * @param {HTMLElement} form
 * @param {Map<string, Field>} fields by the property's name
 * @returns {FormPlace}
 */
export function placeIn(form, fields) {
  /** @type {Map<string, string>} */
  const drafts = new Map();
  for (const [name, field] of fields) {
    const draft = field.draft();
    if (draft !== null) drafts.set(name, draft);
  }
  return {
    section: form.querySelector("details")
      ? (form.querySelector("details[open] > summary")?.textContent ?? null)
      : undefined,
    drafts,
    focus: focusIn(form),
    scrolled: form.parentElement?.scrollTop ?? 0,
  };
}

/**
 * @param {HTMLElement} form
 * @param {Map<string, Field>} fields
 * @param {FormPlace} place
 */
export function putBack(form, fields, { section, drafts, focus, scrolled }) {
  for (const summary of form.querySelectorAll("summary")) {
    const details = /** @type {HTMLDetailsElement} */ (summary.parentElement);
    if (section === null) details.open = false;
    else if (summary.textContent === section) details.open = true;
  }
  const target = focus && targetOf(form, focus);
  if (target) {
    const within = target.closest("details");
    if (within && target.localName !== "summary") within.open = true;
    target.focus({ preventScroll: true });
  }
  for (const [name, draft] of drafts) fields.get(name)?.put(draft);
  if (focus?.selection && target instanceof HTMLInputElement && target.selectionStart !== null) {
    target.setSelectionRange(...focus.selection);
  }
  if (form.parentElement) form.parentElement.scrollTop = scrolled;
}

/**
 * @param {HTMLElement} form
 * @returns {Focus | null}
 */
function focusIn(form) {
  const { activeElement: active } = /** @type {ShadowRoot} */ (form.getRootNode());
  if (!active || !form.contains(active)) return null;
  const field = /** @type {HTMLElement | null} */ (active.closest("[data-property]"));
  const controls = Array.from(field?.querySelectorAll(CONTROLS) ?? []);
  return {
    property: field?.dataset.property ?? null,
    // From behind: what was chosen stands before the field to choose further in, and comes later.
    behind: controls.length - 1 - controls.indexOf(active),
    tag: active.tagName,
    text: field ? null : active.textContent,
    selection:
      active instanceof HTMLInputElement && active.selectionStart !== null
        ? [active.selectionStart, active.selectionEnd ?? active.selectionStart]
        : null,
  };
}

/**
 * @param {HTMLElement} form
 * @param {Focus} focus
 * @returns {HTMLElement | undefined}
 */
function targetOf(form, { property, behind, tag, text }) {
  if (property === null) {
    const others = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("summary, button")]);
    return others.find((each) => each.tagName === tag && each.textContent === text);
  }
  const field = form.querySelector(`[data-property="${CSS.escape(property)}"]`);
  const controls = /** @type {HTMLElement[]} */ ([...(field?.querySelectorAll(CONTROLS) ?? [])]);
  const same = controls.at(-1 - behind);
  if (same?.tagName === tag) return same;
  // The field is another one now, or has gone.
  return (
    controls.at(-1) ??
    /** @type {HTMLElement | undefined} */ (form.querySelectorAll("details[open] > summary")[0])
  );
}
