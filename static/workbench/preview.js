/**
 * The preview's own part of the page: what is broken in the repository, and what fails in a widget.
 *
 * The only JavaScript that may know the community page and the loader alike; neither knows it. All it
 * shows is in shadow roots of its own, outside the widgets'.
 *
 * @import { WidgetFailure } from "./widget-failure.js"
 */

import { showFailure } from "./failures.js";
import { followSaves } from "./hot-replacement.js";
import { RepositoryProblems, showProblems } from "./repository-problems.js";
import { isTested, prepareForTest } from "./test-page.js";
import { WidgetFailurePanel } from "./widget-failure.js";

customElements.define("workbench-problems", RepositoryProblems);
customElements.define("workbench-failure", WidgetFailurePanel);

document.addEventListener("widget-error", (event) => {
  const { target, detail } = /** @type {CustomEvent<WidgetFailure>} */ (event);
  if (target instanceof HTMLElement) showFailure(target, detail);
});

prepareForTest();
showProblems(JSON.parse(document.getElementById("community-page")?.textContent ?? "{}").problems);
// A test shows what it was begun with.
if (!isTested()) followSaves();
