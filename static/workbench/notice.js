/**
 * `<workbench-notice>`: what the workbench does of its own accord, in a sentence at the page's edge. It goes after a while,
 * or with the next one.
 */

import { element } from "./element.js";
import { keep, kept } from "./kept.js";
import { styledShadowRoot } from "./workbench-style.js";

/** Milliseconds that it stays. */
const STAYS = 8000;

const NAME = "workbench-notice";

export class WorkbenchNotice extends HTMLElement {
  #text = element("p", { class: "notice", role: "status", lang: "en" });
  #timer = 0;

  constructor() {
    super();
    styledShadowRoot(this, "messages.css").append(this.#text);
  }

  /**
   * @param {string} text
   * @param {number} stays
   */
  show(text, stays) {
    this.#text.textContent = text;
    this.#text.hidden = false;
    clearTimeout(this.#timer);
    if (stays !== Infinity) this.#timer = setTimeout(() => this.hide(text), stays);
  }

  /** @param {string} text */
  hide(text) {
    if (this.#text.textContent === text) this.#text.hidden = true;
  }
}

/**
 * @param {string} text one sentence
 * @param {number} [stays] milliseconds; Infinity: until it is hidden, or the next one comes
 */
export function notice(text, stays = STAYS) {
  const shown = shownNotice();
  const element = shown ?? new WorkbenchNotice();
  if (!shown) document.body.append(element);
  element.show(text, stays);
}

/** @param {string} text hidden if it is what is shown */
export function hideNotice(text) {
  shownNotice()?.hide(text);
}

function shownNotice() {
  return /** @type {WorkbenchNotice | null} */ (document.querySelector(NAME));
}

/**
 * Loads the page again, and says why when it has been.
 *
 * @param {string} why one sentence
 */
export function reloadBecause(why) {
  keep("tab", "notice", why);
  location.reload();
}

/** Says why the page was loaded again, if it was. */
export function noticeOfReload() {
  const why = kept("tab", "notice", "");
  keep("tab", "notice", undefined);
  if (why) notice(why);
}
