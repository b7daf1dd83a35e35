/**
 * `<workbench-failure>`: what failed in the widget above it, with the traceback.
 *
 * @typedef {object} WidgetFailure the detail of the host's `widget-error` event
 * @property {string} type
 * @property {string} message
 * @property {string} [heading] default: that the widget failed
 * @property {string} stack Python's traceback or JavaScript's stack; empty where there is none
 */

import { announce } from "./announcement.js";
import { onEditor, withLinks } from "./editor-links.js";
import { element } from "./element.js";
import { styledShadowRoot } from "./workbench-style.js";

export class WidgetFailurePanel extends HTMLElement {
  #root = styledShadowRoot(this, "messages.css");
  #count = 0;

  /** @type {(() => void) | undefined} */
  #end;

  /**
   * @param {HTMLElement} widget the panel moves and leaves the page with it
   * @param {WidgetFailure} failure the latest one is shown
   */
  show(widget, { type, message, heading, stack }) {
    this.#count += 1;
    this.#root.innerHTML = `
      <section class="failure" aria-labelledby="title" lang="en">
        <div class="bar">
          <h2 id="title"></h2>
          <button type="button" class="copy">Copy</button>
          <button type="button" class="dismiss">Dismiss</button>
        </div>
        <p class="message"></p>
        <details open>
          <summary>Traceback</summary>
          <pre tabindex="0" role="group" aria-label="Traceback"></pre>
        </details>
        <p class="visually-hidden" role="status"></p>
      </section>`;
    const times = this.#count === 1 ? "" : ` (error ${this.#count}, the latest)`;
    this.#find("h2").textContent = heading ?? `${type} failed${times}`;
    this.#find(".message").textContent = message;
    const showStack = () => this.#find("pre").replaceChildren(...stackLines(stack));
    showStack();
    this.#find("details").hidden = stack === "";
    this.#find(".copy").addEventListener("click", () =>
      this.#copy(stack.includes(message) ? stack : `${message}\n${stack}`),
    );
    this.#find(".dismiss").addEventListener("click", () => this.hide());
    this.#end?.();
    const ends = [followed(widget, this), onEditor(showStack)];
    this.#end = () => {
      for (const end of ends) end();
    };
    // Of what fails as it runs, the widget's own alert tells.
    if (heading) announce(`${heading}: ${message}`);
  }

  /** @param {string} text */
  async #copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.#find(".copy").textContent = "Copied";
      this.#find("[role='status']").textContent = "The traceback is on the clipboard.";
    } catch {
      getSelection()?.selectAllChildren(this.#find("pre"));
      this.#find("[role='status']").textContent =
        "The browser gives no clipboard; the traceback is selected.";
    }
  }

  hide() {
    this.#end?.();
    this.#count = 0;
    this.remove();
  }

  /** @param {string} selector */
  #find(selector) {
    return /** @type {HTMLElement} */ (this.#root.querySelector(selector));
  }
}

/**
 * @param {HTMLElement} widget
 * @param {WidgetFailurePanel} panel stays behind it, wherever it is moved
 * @returns {() => void} ends that
 */
function followed(widget, panel) {
  const observer = new MutationObserver(() => {
    if (!widget.isConnected) panel.hide();
    else if (widget.nextElementSibling !== panel) widget.after(panel);
  });
  observer.observe(document, { childList: true, subtree: true });
  return () => observer.disconnect();
}

/**
 * The lines of a stack. Code stays on one line, so that a caret below it is where it belongs; what names a file goes on
 * below, since its number stands at the end.
 *
 * @param {string} stack
 * @returns {HTMLElement[]}
 */
function stackLines(stack) {
  return stack.split("\n").map((text) => {
    const parts = withLinks(text);
    const isCode = parts.length === 1 && /^\s/.test(text);
    return element("span", { class: isCode ? "code" : "" }, ...parts, "\n");
  });
}
