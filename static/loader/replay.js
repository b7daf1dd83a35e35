/**
 * What a visitor does with prerendered markup before Python is there: kept, and done again when it is.
 *
 * A button does nothing until then. Whatever else a click does, be it that a box is checked or a link followed, it does
 * at once, so that only the widget's handlers have to hear of it later.
 */
import { own } from "./form-controls.js";

const HEARD = ["click", "submit", "input", "change"];

const BUTTON = "button, input:is([type=button], [type=image], [type=reset], [type=submit])";

/** What is copied of a click. */
const OF_CLICK = /** @type {const} */ ([
  ...["altKey", "ctrlKey", "metaKey", "shiftKey", "button", "buttons", "detail"],
  ...["clientX", "clientY", "screenX", "screenY"],
]);

/**
 * @typedef {object} Kept
 * @property {string} type
 * @property {Element} target
 * @property {() => void} again
 */

export class Replay {
  /** @type {Kept[]} in the order in which they are to be done again */
  #kept = [];
  #listening = new AbortController();

  /** @param {HTMLElement} container of prerendered markup */
  constructor(container) {
    this.container = container;
    for (const type of HEARD) {
      const { signal } = this.#listening;
      container.addEventListener(type, (event) => this.#hear(event), { capture: true, signal });
    }
    for (const [control, types] of changedIn(container)) {
      for (const type of types) {
        this.#keepOnce(type, control);
      }
    }
  }

  /** Does it again, as far as what it was done to is still there. */
  replay() {
    const kept = this.#kept;
    this.drop();
    for (const { target, again } of kept) {
      if (this.container.contains(target)) {
        again();
      }
    }
  }

  /** Ends the listening, and forgets what was kept. */
  drop() {
    this.#listening.abort();
    this.#kept = [];
  }

  /** @param {Event} event */
  #hear(event) {
    const { type, target } = event;
    if (!(target instanceof Element)) {
      return;
    }
    if (event instanceof SubmitEvent) {
      event.preventDefault();
      this.#keep(type, target, () => submit(target, event.submitter));
    } else if (type === "click") {
      this.#hearClick(/** @type {MouseEvent} */ (event), target);
    } else {
      this.#keepOnce(type, target);
    }
  }

  /**
   * @param {MouseEvent} event
   * @param {Element} target
   */
  #hearClick(event, target) {
    const link = closest(target, ":any-link");
    if (link && !link.getAttribute("href")?.startsWith("#")) {
      return;
    }
    if (link || closest(target, BUTTON)) {
      event.preventDefault();
      this.#keep("click", target, () => dispatch(target, new MouseEvent("click", of(event))));
    } else {
      this.#keep("click", target, () => dispatch(target, heardOnly(event)));
    }
  }

  /**
   * @param {string} type
   * @param {Element} target
   * @param {() => void} again
   */
  #keep(type, target, again) {
    this.#kept.push({ type, target, again });
  }

  /**
   * Keeps that a control was changed, however often: what it holds, it still holds when that is told.
   *
   * @param {string} type
   * @param {Element} target
   */
  #keepOnce(type, target) {
    if (!this.#kept.some((each) => each.type === type && each.target === target)) {
      this.#keep(type, target, () => dispatch(target, new Event(type, { bubbles: true })));
    }
  }
}

/**
 * @param {Element} element
 * @param {string} selector
 */
function closest(element, selector) {
  return own(Element, element, "closest").call(element, selector);
}

/**
 * @param {Element} target
 * @param {Event} event
 */
function dispatch(target, event) {
  own(Node, target, "dispatchEvent").call(target, event);
}

/**
 * @param {Element} form
 * @param {HTMLElement | null} submitter
 */
function submit(form, submitter) {
  if (form instanceof HTMLFormElement) {
    const belongs = /** @type {any} */ (submitter)?.form === form;
    own(HTMLFormElement, form, "requestSubmit").call(form, belongs ? submitter : null);
  }
}

/**
 * @param {MouseEvent} event
 * @returns {MouseEventInit} of one that stays within the widget, as the page has heard the first
 */
function of(event) {
  const copied = Object.fromEntries(OF_CLICK.map((name) => [name, event[name]]));
  return { ...copied, bubbles: true, cancelable: true, view: window };
}

/**
 * A click that does nothing by itself: only a MouseEvent does (DOM Standard, 2.9, isActivationEvent).
 *
 * @param {MouseEvent} event
 * @returns {Event}
 */
function heardOnly(event) {
  const click = new Event("click", { bubbles: true, cancelable: true });
  for (const name of OF_CLICK) {
    Object.defineProperty(click, name, { value: event[name] });
  }
  return click;
}

/**
 * The fields, boxes and choices that were changed before anybody listened, and what is to be heard of each: that a text
 * has changed, its field tells when it is left. A range or a colour has a value that nobody has set.
 *
 * @param {HTMLElement} container
 * @returns {(readonly [Element, readonly string[]])[]}
 */
function changedIn(container) {
  const boxes = container.querySelectorAll("input:is([type=checkbox], [type=radio])");
  const fields = container.querySelectorAll(
    "textarea, input:not([type=checkbox], [type=radio], [type=range], [type=color])",
  );
  const ticked = Array.from(/** @type {NodeListOf<HTMLInputElement>} */ (boxes)).filter(
    ({ checked, defaultChecked }) => checked !== defaultChecked,
  );
  const chosen = Array.from(container.querySelectorAll("select")).filter(isChosen);
  const typed = Array.from(/** @type {NodeListOf<HTMLInputElement>} */ (fields)).filter(
    ({ value, defaultValue }) => value !== defaultValue,
  );
  return [
    ...[...ticked, ...chosen].map(
      (control) => /** @type {const} */ ([control, ["input", "change"]]),
    ),
    ...typed.map((control) => /** @type {const} */ ([control, ["input"]])),
  ];
}

/**
 * @param {HTMLSelectElement} select
 * @returns {boolean} whether somebody has chosen otherwise than the markup does
 */
function isChosen(select) {
  const options = Array.from(select.options);
  const given = options.filter(({ defaultSelected }) => defaultSelected);
  if (select.multiple || given.length > 0) {
    const expected = select.multiple ? given : given.slice(-1);
    return options.some((option) => option.selected !== expected.includes(option));
  }
  return select.selectedIndex > options.findIndex(({ disabled }) => !disabled);
}
