/** Controls, whose value is the visitor's as much as the template's. */

/**
 * A property of a node, also of a form, where a field's name stands before its own: `<input name="parentNode">` is the
 * form's `parentNode`, and what a field is called may come from anywhere.
 *
 * @template {Node} N
 * @template {keyof N} P
 * @param {{prototype: N}} Interface that has the property
 * @param {Node} node
 * @param {P} name
 * @returns {N[P]}
 */
export function own(Interface, node, name) {
  return Reflect.get(Interface.prototype, name, node);
}

/**
 * What `own` does, for one property.
 *
 * @template {Node} N
 * @template {keyof N} P
 * @param {{prototype: N}} Interface
 * @param {P} name
 * @returns {(node: Node) => N[P]}
 */
export function getter(Interface, name) {
  const { get } = /** @type {PropertyDescriptor} */ (
    Object.getOwnPropertyDescriptor(Interface.prototype, name)
  );
  return (node) => /** @type {() => any} */ (get).call(node);
}

/**
 * The attributes that say only how an element begins; what it is now is a property.
 *
 * @type {Record<string, string[]>}
 */
const LIVE = {
  input: ["value", "checked"],
  option: ["selected"],
  audio: ["muted"],
  video: ["muted"],
  dialog: ["open"],
};

/**
 * Follows a changed attribute with the property that it began.
 *
 * @param {Element} element
 * @param {string} name of the attribute
 * @param {string | null} value null: it is gone
 */
export function setLive(element, name, value) {
  if (!LIVE[element.localName]?.includes(name)) {
    return;
  }
  if (name === "value") {
    setTyped(/** @type {HTMLInputElement} */ (element), value ?? "");
  } else if (name === "open") {
    if (value === null) {
      // Not the attribute alone: what showModal() has opened would keep the page locked.
      /** @type {HTMLDialogElement} */ (element).close();
    }
  } else {
    Object.assign(element, { [name]: value !== null });
  }
}

/**
 * Sets what stands in a text field, the caret staying where it is. What stands there already is left alone.
 *
 * @param {HTMLInputElement | HTMLTextAreaElement} control
 * @param {string} value
 */
export function setTyped(control, value) {
  if (control.value === value) {
    return;
  }
  const selection = selectionOf(control);
  control.value = value;
  select(control, selection);
}

/**
 * Does what changes the page, after which the focus and the selection are where they were, as long as their element is
 * still there. Taking an element out to put it elsewhere takes its focus away.
 *
 * @param {HTMLElement} container
 * @param {() => void} change
 */
export function keepingFocus(container, change) {
  const root = /** @type {ShadowRoot | Document} */ (container.getRootNode());
  const focused = /** @type {HTMLElement | null} */ (root.activeElement);
  const selection = focused && container.contains(focused) ? selectionOf(focused) : null;
  change();
  if (focused && root.activeElement !== focused && container.contains(focused)) {
    own(HTMLElement, focused, "focus").call(focused, { preventScroll: true });
    select(focused, selection);
  }
}

/** @typedef {[number, number, "forward" | "backward" | "none" | undefined]} Selection */

/**
 * @param {any} element
 * @returns {Selection | null} of a text field; null of anything else, numbers and dates included
 */
function selectionOf(element) {
  return typeof element.selectionStart === "number"
    ? [element.selectionStart, element.selectionEnd, element.selectionDirection]
    : null;
}

/**
 * @param {any} element
 * @param {Selection | null} selection
 */
function select(element, selection) {
  // Setting a selection focuses the field in WebKit.
  if (selection && element.getRootNode().activeElement === element) {
    element.setSelectionRange(...selection);
  }
}

/**
 * @param {any} element
 * @returns {string | string[] | null} what stands in a control or is chosen there; null of what is no control
 */
export function controlValue(element) {
  if (element instanceof HTMLSelectElement && element.multiple) {
    return Array.from(element.selectedOptions, ({ value }) => value);
  }
  return typeof element.value === "string" ? element.value : null;
}

/**
 * The values of a form by name, as a request's JSON wants them: one text for a field; a boolean for a checkbox without a
 * `value`, and the list of those checked for checkboxes with one; the one checked of radio buttons, or null; a list for
 * `<select multiple>` and for text fields of one name. Of the buttons only the one that has sent the form counts; files
 * and what is disabled do not.
 *
 * @param {HTMLFormElement} form
 * @param {Element | null} submitter
 * @returns {Record<string, unknown>}
 */
export function formValues(form, submitter) {
  /** @type {Map<string, unknown>} a Map, since a field may be named __proto__ */
  const values = new Map();
  for (const control of /** @type {Iterable<any>} */ (own(HTMLFormElement, form, "elements"))) {
    const { name, type, value } = control;
    if (!name || control.matches(":disabled") || !isSent(control, submitter)) {
      continue;
    }
    const before = values.get(name);
    if (type === "checkbox") {
      values.set(name, checkboxValue(control, before));
    } else if (type === "radio") {
      values.set(name, control.checked ? value : (before ?? null));
    } else {
      values.set(
        name,
        before === undefined ? controlValue(control) : [before, controlValue(control)].flat(),
      );
    }
  }
  return Object.fromEntries(values);
}

/** No value of a form: buttons other than the one that sends it, files, and what only groups or shows. */
const NOT_SENT = new Set([
  "submit",
  "button",
  "reset",
  "image",
  "file",
  "fieldset",
  "output",
  "object",
]);

/**
 * @param {any} control
 * @param {Element | null} submitter
 */
function isSent(control, submitter) {
  return control === submitter || !NOT_SENT.has(control.type ?? "object");
}

/**
 * @param {HTMLInputElement} box
 * @param {unknown} before what the boxes before it of the same name gave
 */
function checkboxValue(box, before) {
  if (!box.hasAttribute("value")) {
    return box.checked;
  }
  const values = Array.isArray(before) ? before : [];
  return box.checked ? [...values, box.value] : values;
}
