/**
 * `<workbench-problems>`: the repository's broken files, at the top of the page.
 *
 * @typedef {object} Problem
 * @property {string} path repository-relative
 * @property {string} message
 */

import { styledShadowRoot } from "./workbench-style.js";

/**
 * Shows the problems that there are now, in the place of those that were shown before.
 *
 * @param {Problem[]} [problems]
 */
export function showProblems(problems = []) {
  const shown = /** @type {RepositoryProblems | null} */ (document.querySelector(NAME));
  if (problems.length === 0) {
    shown?.remove();
    return;
  }
  const element = shown ?? new RepositoryProblems();
  if (!shown) document.body.prepend(element);
  element.show(problems);
}

const NAME = "workbench-problems";

export class RepositoryProblems extends HTMLElement {
  #root = styledShadowRoot(this, "messages.css");

  /** @param {Problem[]} problems */
  show(problems) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    this.#root.innerHTML = `
      <section class="problems" aria-labelledby="title" lang="en">
        <div class="bar">
          <h2 id="title"></h2>
          <p>The rest of the repository is shown below.</p>
          <button type="button" class="dismiss">Dismiss</button>
        </div>
        <ul></ul>
      </section>`;
    this.#find("h2").textContent = `${count} in this repository`;
    this.#find("ul").append(...problems.map(listItem));
    this.#find(".dismiss").addEventListener("click", () => this.remove());
  }

  /** @param {string} selector */
  #find(selector) {
    return /** @type {HTMLElement} */ (this.#root.querySelector(selector));
  }
}

/** @param {Problem} problem */
function listItem({ path, message }) {
  const item = document.createElement("li");
  const file = document.createElement("code");
  const text = document.createElement("span");
  file.textContent = path;
  text.textContent = message;
  item.append(file, text);
  return item;
}
