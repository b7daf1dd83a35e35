/**
 * `<workbench-panel>`: the handle at the page's edge, and the panel that it opens. What is in the panel is fetched when it
 * is first opened: until then it costs the page a button.
 */

import { blockingTurns, onBlocking } from "./blocking-record.js";
import { onPrinted, printedLines } from "./console-record.js";
import { element } from "./element.js";
import { keep, kept } from "./kept.js";
import { onPlayed, playedInWords, playNothing } from "./played.js";
import { styledShadowRoot } from "./workbench-style.js";

/** The page makes room for it. */
const ROOM = new CSSStyleSheet();
ROOM.replaceSync(`
  @media (min-width: 900px) { body { margin-right: 416px } }
  @media (max-width: 899px) { body { padding-bottom: 62vh } }
`);

export class WorkbenchPanel extends HTMLElement {
  #root = styledShadowRoot(this, "panel.css");
  #handle = element("button", {
    type: "button",
    class: "handle",
    "aria-expanded": "false",
    "aria-controls": "panel",
    onclick: () => this.#toggle(),
  });
  #badge = element("span", { class: "badge", hidden: true });
  #played = element("span", { class: "played", hidden: true });
  #words = element("span");
  #bar = element(
    "p",
    { class: "played-bar", hidden: true },
    this.#words,
    element("button", { type: "button", onclick: playNothing }, "Play nothing"),
  );
  #tabs = element("div", { class: "content" });
  #panel = element("section", {
    id: "panel",
    class: "panel",
    "aria-label": "Workbench",
    lang: "en",
    hidden: true,
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      const { target } = event;
      const clears = target instanceof HTMLInputElement && target.type === "search" && target.value;
      // Else it is the field's own, or an input method's.
      if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing && !clears) {
        this.#close();
      }
    },
  });

  /** @type {Promise<void> | undefined} */
  #filled;

  connectedCallback() {
    this.#handle.append("Workbench ", this.#badge, this.#played);
    this.#panel.append(this.#bar, this.#tabs);
    this.#root.append(this.#handle, this.#panel);
    onPrinted(() => this.#count());
    onBlocking(() => this.#count());
    onPlayed(() => this.#tellPlayed());
    this.#tellPlayed();
    if (kept("browser", "open", false)) this.#open();
  }

  #toggle() {
    if (this.#panel.hidden) this.#open();
    else this.#close();
  }

  async #open() {
    this.#panel.hidden = false;
    this.#handle.setAttribute("aria-expanded", "true");
    document.adoptedStyleSheets.push(ROOM);
    keep("browser", "open", true);
    this.#filled ??= import("./panel/tabs.js").then(({ fillPanel }) => fillPanel(this.#tabs));
    await this.#filled;
  }

  #close() {
    const within = this.#panel.contains(this.#root.activeElement);
    this.#panel.hidden = true;
    this.#handle.setAttribute("aria-expanded", "false");
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== ROOM);
    keep("browser", "open", false);
    if (within) this.#handle.focus();
  }

  #tellPlayed() {
    const words = playedInWords().join(", ");
    this.#played.hidden = this.#bar.hidden = words === "";
    this.#played.textContent = words;
    this.#words.textContent = `Played: ${words}`;
  }

  /** What a person should look at. */
  #count() {
    const count =
      printedLines().filter(({ level }) => level === "error").length + blockingTurns().length;
    this.#badge.hidden = count === 0;
    const noun = count === 1 ? " problem" : " problems";
    this.#badge.replaceChildren(String(count), element("span", { class: "visually-hidden" }, noun));
  }
}
