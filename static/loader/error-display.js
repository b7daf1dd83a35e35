/** What a visitor sees of an error: a panel in place of a widget that did not start, a notice below one that goes on. */

/** How much of a message is shown, in UTF-16 code units: a connector's may be a whole page. The console has it all. */
const SHOWN = 500;

/**
 * @param {string} message
 * @param {string} build by which whoever is asked for help knows what was running
 * @param {() => void} retry
 * @returns {HTMLElement}
 */
export function errorPanel(message, build, retry) {
  const again = button("widget-error-retry", "Try again");
  again.addEventListener("click", retry);
  const body = element("div", "widget-error-body");
  const small = element("p", "widget-error-build");
  small.textContent = build;
  // The rest stands outside: of an alert all that is in it is read out.
  body.append(alert(message), again, small);
  const panel = element("div", "widget-error");
  panel.append(body);
  return panel;
}

/** The latest error of a widget that goes on, beside its container, until it is dismissed. */
export class ErrorNotice {
  /** @type {HTMLElement | null} */
  #element = null;
  #message = "";
  #times = 0;
  /** @type {EventTarget | null} what had the focus before it came to the notice */
  #before = null;

  /**
   * @param {string} message
   * @param {HTMLElement} container which the notice stands after
   */
  show(message, container) {
    if (this.#element && message === this.#message) {
      this.#times++;
      this.#count().textContent = `×${this.#times}`;
      this.#count().hidden = false;
      return;
    }
    this.hide();
    this.#message = message;
    this.#times = 1;
    this.#element = this.#notice(message);
    container.after(this.#element);
  }

  /** @param {string} [message] only where this is the one shown */
  hide(message = this.#message) {
    if (message !== this.#message || !this.#element) {
      return;
    }
    const root = /** @type {ShadowRoot} */ (this.#element.getRootNode());
    const focused = this.#element.contains(root.activeElement);
    this.#element.remove();
    this.#element = null;
    if (focused && this.#before instanceof HTMLElement) {
      this.#before.focus();
    }
  }

  /** @param {string} message */
  #notice(message) {
    const dismiss = button("widget-notice-dismiss", "×");
    dismiss.setAttribute("aria-label", "Dismiss");
    const count = element("span", "widget-notice-count");
    count.hidden = true;
    const notice = element("div", "widget-notice");
    notice.append(alert(message), count, dismiss);
    notice.addEventListener("focusin", ({ relatedTarget }) => {
      this.#before = relatedTarget;
    });
    dismiss.addEventListener("click", () => this.hide());
    return notice;
  }

  #count() {
    return /** @type {HTMLElement} */ (this.#element?.querySelector(".widget-notice-count"));
  }
}

/** @param {string} message */
function alert(message) {
  const text = element("p", "widget-error-message");
  text.setAttribute("role", "alert");
  text.textContent = message.length > SHOWN ? `${message.slice(0, SHOWN)}…` : message;
  return text;
}

/**
 * @param {string} name of its class
 * @param {string} label
 */
function button(name, label) {
  const made = /** @type {HTMLButtonElement} */ (element("button", name));
  made.type = "button";
  made.textContent = label;
  return made;
}

/**
 * @param {string} tag
 * @param {string} name of its class
 * @returns {HTMLElement}
 */
function element(tag, name) {
  const made = document.createElement(tag);
  made.className = name;
  return made;
}
