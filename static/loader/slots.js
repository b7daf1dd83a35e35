/**
 * Filling of the places in prerendered markup that only print a property: with its value in this instance, as text.
 * The build marks a text by comments around it, `<!--prop:title-->Weather<!--/prop-->`, and attributes by one beside
 * them, `data-props='{"placeholder": "title"}'`. What stands there is what Python shows for a property that is missing;
 * for an empty one, too, unless the mark is `<!--prop=title-->`, or `{"prop": "title", "empty": true}`.
 */
import { own } from "./form-controls.js";
import { printed } from "./printed-property.js";

/** A name of other characters than these is written as a JSON string. */
const START = /^prop([:=])(?:([\w.-]+)|(".*"))$/s;
const END = "/prop";

/**
 * The attributes that take a text and do nothing by it. An address, a style or a handler is none of them, whatever the
 * markup says.
 */
const TEXTS =
  /^(abbr|alt|aria-[a-z]+|class|content|data-[a-z0-9-]+|datetime|dir|for|headers|height|high|id|label|lang|low|max|maxlength|min|minlength|name|optimum|pattern|placeholder|rows|cols|size|span|step|tabindex|title|value|width)$/;

/**
 * @param {HTMLElement} container of prerendered markup
 * @param {Record<string, unknown>} props
 */
export function fillSlots(container, props) {
  for (const start of comments(container)) {
    const slot = START.exec(start.data);
    if (slot) {
      const [, mark, plain, quoted] = slot;
      fillText(start, printed(props, plain ?? parsed(quoted), mark === "="));
    }
  }
  for (const element of container.querySelectorAll("[data-props]")) {
    fillAttributes(element, props);
  }
}

/**
 * Lets forms be what they are. The build has made them such as send nothing, for as long as nobody listens:
 * `data-held='{"method": null}'` tells what one has been.
 *
 * @param {HTMLElement} container of prerendered markup
 */
export function releaseForms(container) {
  for (const element of container.querySelectorAll("[data-held]")) {
    release(element);
  }
}

/** @param {Element} element */
function release(element) {
  const held = parsed(own(Element, element, "getAttribute").call(element, "data-held"));
  own(Element, element, "removeAttribute").call(element, "data-held");
  for (const name of ["method", "formmethod"].filter((each) => Object.hasOwn(held ?? {}, each))) {
    own(Element, element, "removeAttribute").call(element, name);
    if (typeof held[name] === "string") {
      own(Element, element, "setAttribute").call(element, name, held[name]);
    }
  }
}

/** @param {HTMLElement} container */
function comments(container) {
  const walker = document.createTreeWalker(container, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (walker.nextNode()) {
    found.push(/** @type {Comment} */ (walker.currentNode));
  }
  return found;
}

/**
 * Makes one text of what stands between two comments, and of them.
 *
 * @param {Comment} start
 * @param {string | undefined} text undefined: what stands there stays
 */
function fillText(start, text) {
  const between = start.nextSibling instanceof Text ? start.nextSibling : new Text();
  const end = between.parentNode ? between.nextSibling : start.nextSibling;
  if (!(end instanceof Comment && end.data === END)) {
    return;
  }
  if (text !== undefined) {
    between.data = text;
  }
  end.remove();
  start.replaceWith(between);
}

/**
 * @param {Element} element
 * @param {Record<string, unknown>} props
 */
function fillAttributes(element, props) {
  const slots = parsed(own(Element, element, "getAttribute").call(element, "data-props"));
  own(Element, element, "removeAttribute").call(element, "data-props");
  // A range cuts its value to its limits as it is set.
  const inOrder = Object.entries(slots ?? {}).sort(
    ([one], [other]) => Number(one === "value") - Number(other === "value"),
  );
  for (const [attribute, slot] of inOrder) {
    const text = printed(props, slot?.prop ?? slot, slot?.empty);
    if (text !== undefined && TEXTS.test(attribute)) {
      own(Element, element, "setAttribute").call(element, attribute, text);
    }
  }
}

/**
 * @param {string | null} json
 * @returns {any} undefined of what is no JSON
 */
function parsed(json) {
  try {
    return JSON.parse(json ?? "");
  } catch {
    return undefined;
  }
}
