/**
 * The preview's own part of the page: what is broken in the repository, and what fails in a widget.
 *
 * The only JavaScript that may know the community page and the loader alike; neither knows it. All it
 * shows is in shadow roots of its own, outside the widgets'.
 *
 * @import { WidgetFailure } from "./widget-failure.js"
 */

import { RepositoryProblems } from "./repository-problems.js";
import { prepareForTest } from "./test-page.js";
import { WidgetFailurePanel } from "./widget-failure.js";

customElements.define("workbench-problems", RepositoryProblems);
customElements.define("workbench-failure", WidgetFailurePanel);

/** @type {WeakMap<HTMLElement, WidgetFailurePanel>} */
const panels = new WeakMap();

document.addEventListener("widget-error", (event) => {
  const { target, detail } = /** @type {CustomEvent<WidgetFailure>} */ (event);
  if (target instanceof HTMLElement) showFailure(target, detail);
});

prepareForTest();
showProblems();

function showProblems() {
  const { problems } = JSON.parse(document.getElementById("community-page")?.textContent ?? "{}");
  if (!problems?.length) return;
  const element = new RepositoryProblems();
  document.body.prepend(element);
  element.show(problems);
}

/**
 * @param {HTMLElement} widget
 * @param {WidgetFailure} failure
 */
function showFailure(widget, failure) {
  const panel = panels.get(widget) ?? new WidgetFailurePanel();
  panels.set(widget, panel);
  widget.after(panel);
  panel.show(widget, failure);
}
