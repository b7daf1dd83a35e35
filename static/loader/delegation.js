/**
 * Listening to the DOM: one listener on the container for each type of event, however many elements have a handler.
 * Which handler it is, Python knows; here are the places of the handlers only.
 */

import { own } from "./form-controls.js";

/**
 * Python's, one proxy an instance: calls the handler at a place, or, where `part` is null, the listener of a number.
 *
 * @typedef {(event: Event, target: Element, number: number, part: number | null) => void} Hear
 *
 * @typedef {[block: number, part: number]} Place of a handler in what is rendered
 *
 * @typedef {object} Listener of `sdk.listen`
 * @property {number} number
 * @property {string} type
 * @property {string} selector
 */

/** These are for one element alone: each that the pointer passes has an event of its own. */
const OF_ONE_ELEMENT = new Set(["mouseenter", "mouseleave", "pointerenter", "pointerleave"]);

/** These do not bubble up to the container; only capturing sees them there. */
const NOT_BUBBLING = new Set([
  ...[
    "blur",
    "focus",
    "invalid",
    "toggle",
    "beforetoggle",
    "close",
    "cancel",
    "scroll",
    "scrollend",
  ],
  ...OF_ONE_ELEMENT,
  ...["load", "error", "abort", "command", "resize", "contextlost", "contextrestored"],
  ...[
    "play",
    "playing",
    "pause",
    "ended",
    "timeupdate",
    "volumechange",
    "ratechange",
    "durationchange",
  ],
  ...["loadstart", "progress", "suspend", "emptied", "stalled", "waiting", "seeking", "seeked"],
  ...["loadeddata", "loadedmetadata", "canplay", "canplaythrough", "encrypted", "waitingforkey"],
  ...["cuechange"],
]);

export class Delegation {
  /** @type {WeakMap<Element, Record<string, Place>>} the handlers of an element by type of event */
  #handlers = new WeakMap();
  /** @type {Map<number, Listener>} by number */
  #listeners = new Map();
  /** @type {Map<string, (event: Event) => void>} by type, what hears it on the container */
  #heard = new Map();
  #paused = false;

  /**
   * @param {HTMLElement} container
   * @param {Hear} hear
   */
  constructor(container, hear) {
    this.container = container;
    this.hear = hear;
  }

  /**
   * @param {Element} element of what is rendered
   * @param {string} type of event
   * @param {Place} place of the handler
   */
  handle(element, type, place) {
    const handlers = this.#handlers.get(element) ?? {};
    handlers[type] = place;
    this.#handlers.set(element, handlers);
    this.#listenTo(type);
  }

  /**
   * Lets another node have a node's handlers.
   *
   * @param {Node} node
   * @param {Node} other
   */
  replace(node, other) {
    const handlers = this.#handlers.get(/** @type {Element} */ (node));
    if (handlers) {
      this.#handlers.set(/** @type {Element} */ (other), handlers);
    }
  }

  /**
   * @param {number} number by which Python knows the listener
   * @param {string} type of event
   * @param {string} selector
   * @throws {DOMException} of a selector that does not parse
   */
  listen(number, type, selector) {
    this.container.matches(selector);
    this.#listeners.set(number, { number, type, selector });
    this.#listenTo(type);
  }

  /** @param {number} number */
  unlisten(number) {
    this.#listeners.delete(number);
  }

  /**
   * Does what changes the page. What such a change itself lets the browser fire, such as the blur of an element that is
   * taken out, is nothing that a visitor has done.
   *
   * @param {() => void} change
   */
  pause(change) {
    this.#paused = true;
    try {
      change();
    } finally {
      this.#paused = false;
    }
  }

  close() {
    for (const [type, heard] of this.#heard) {
      this.container.removeEventListener(type, heard, NOT_BUBBLING.has(type));
    }
    this.#heard.clear();
    this.#listeners.clear();
  }

  /** @param {string} type */
  #listenTo(type) {
    if (!this.#heard.has(type)) {
      const heard = (/** @type {Event} */ event) => this.#dispatch(type, event);
      this.#heard.set(type, heard);
      this.container.addEventListener(type, heard, NOT_BUBBLING.has(type));
    }
  }

  /**
   * Calls the handlers of the elements that the event went through, the innermost first, until one of them has stopped
   * it.
   *
   * @param {string} type
   * @param {Event} event
   */
  #dispatch(type, event) {
    if (this.#paused || !(event.target instanceof Element)) {
      return;
    }
    // Found before the first is called: a handler may change the page.
    for (const [element, calls] of this.#called(type, event.target)) {
      if (type === "submit" && !closesDialog(/** @type {SubmitEvent} */ (event))) {
        // A form in a widget is the widget's to send; nobody wants the page to be loaded anew.
        event.preventDefault();
      }
      for (const [number, part] of calls) {
        if (part !== null || this.#listeners.has(number)) {
          this.hear(event, element, number, part);
        }
      }
      if (event.cancelBubble) {
        return;
      }
    }
  }

  /**
   * @param {string} type
   * @param {Element} target
   * @returns {[Element, [number, number | null][]][]} the elements that are listened to, with what is to be called
   */
  #called(type, target) {
    const listeners = new Set([...this.#listeners.values()].filter((each) => each.type === type));
    const called = [];
    for (
      let element = /** @type {Element | null} */ (target);
      element && element !== this.container;
      element = own(Node, element, "parentElement")
    ) {
      /** @type {[number, number | null][]} */
      const calls = [];
      const place = this.#handlers.get(element)?.[type];
      if (place && (element === target || !NOT_BUBBLING.has(type))) {
        calls.push(place);
      }
      for (const listener of listeners) {
        const isMeant = element === target || !OF_ONE_ELEMENT.has(type);
        if (isMeant && own(Element, element, "matches").call(element, listener.selector)) {
          calls.push([listener.number, null]);
          listeners.delete(listener);
        }
      }
      if (calls.length) {
        called.push(/** @type {[Element, typeof calls]} */ ([element, calls]));
      }
    }
    return called;
  }
}

/**
 * @param {SubmitEvent} event
 * @returns {boolean} whether it sends nothing, but ends a <dialog>
 */
function closesDialog({ submitter, target }) {
  const form = /** @type {HTMLFormElement} */ (target);
  const method =
    submitter?.getAttribute("formmethod") ??
    own(Element, form, "getAttribute").call(form, "method");
  return method?.toLowerCase() === "dialog";
}
