/**
 * The preview's own part of the page: what is broken in the repository, what fails in a widget, and the workbench.
 *
 * The only JavaScript that may know the community page and the loader alike; neither knows it. All it
 * shows is in shadow roots of its own, outside the widgets'.
 *
 * @import { WidgetFailure } from "./widget-failure.js"
 */

import { recordBlocking } from "./blocking-record.js";
import { recordCalls } from "./call-record.js";
import { recordConsole } from "./console-record.js";
import { showFailure } from "./failures.js";
import { recordGrowth } from "./growth-record.js";
import { restoreProps } from "./instance-props.js";
import { playNetwork } from "./network-conditions.js";
import { noticeOfReload, WorkbenchNotice } from "./notice.js";
import { RepositoryProblems, showProblems } from "./repository-problems.js";
import { recordResources } from "./resource-record.js";
import { followSaves } from "./saves.js";
import { isTested, prepareForTest } from "./test-page.js";
import { restoreTheme } from "./theme.js";
import { WidgetFailurePanel } from "./widget-failure.js";
import { WorkbenchPanel } from "./workbench-panel.js";

customElements.define("workbench-problems", RepositoryProblems);
customElements.define("workbench-failure", WidgetFailurePanel);
customElements.define("workbench-notice", WorkbenchNotice);
customElements.define("workbench-panel", WorkbenchPanel);

document.addEventListener("widget-error", (event) => {
  const { target, detail } = /** @type {CustomEvent<WidgetFailure>} */ (event);
  if (target instanceof HTMLElement) showFailure(target, detail);
});

prepareForTest();
showProblems(JSON.parse(document.getElementById("community-page")?.textContent ?? "{}").problems);
// A test shows what it was begun with, and plays all else itself.
if (!isTested()) {
  recordConsole();
  recordResources();
  recordBlocking();
  recordGrowth();
  playNetwork();
  recordCalls();
  restoreTheme();
  restoreProps();
  document.body.prepend(new WorkbenchPanel());
  noticeOfReload();
  followSaves();
}
