/**
 * What is saved, as the server tells it, brought onto the page: each widget on its own, so that one which takes long holds
 * up no other, and the latest only of what was saved meanwhile.
 *
 * @import { Saved } from "./workbench-data.js"
 */

import { showSaved } from "./hot-replacement.js";
import { hideNotice, notice, reloadBecause } from "./notice.js";
import { showProblems } from "./repository-problems.js";
import { nowSaved, workbench } from "./workbench-data.js";

/** Milliseconds without the server after which its author is told. */
const GONE = 1000;

/** Milliseconds after which it is asked again where the browser gives up, as it does where something else answers. */
const AGAIN = 3000;

const SILENT = "The preview does not answer: start it again to see what you save.";

/** @type {EventSource | null} */
let source = null;

/** A timer of what is to be done without an answer. */
let waiting = 0;

/** Follows what is saved from now on. */
export function followSaves() {
  if (!workbench.follows) return;
  document.addEventListener("visibilitychange", follow);
  // What the page itself asks for goes first.
  if (document.readyState === "complete") follow();
  else addEventListener("load", () => setTimeout(follow), { once: true });
}

function follow() {
  clearTimeout(waiting);
  waiting = 0;
  source?.close();
  source = null;
  // A browser has six connections to a server, for all of its tabs, and each that is open takes one.
  if (document.visibilityState !== "visible") return;
  source = new EventSource("/_preview/changes");
  source.addEventListener("message", ({ data }) => hear(JSON.parse(data)));
  source.addEventListener("open", () => {
    clearTimeout(waiting);
    waiting = 0;
    hideNotice(SILENT);
  });
  source.addEventListener("error", () => {
    if (!waiting) waiting = setTimeout(tellIfGone, GONE);
  });
}

function tellIfGone() {
  notice(SILENT, Infinity);
  // A browser that is connecting asks again by itself.
  if (source?.readyState === EventSource.CLOSED) waiting = setTimeout(follow, AGAIN);
  else waiting = 0;
}

/** @type {Saved["widgets"]} by type, what is to be on the page */
let wanted = {};

/** The types that are being brought onto it. */
const underWay = new Set();

/** @param {Saved} saved */
function hear(saved) {
  if (saved.server !== workbench.server) {
    // It knows nothing of what this page was given.
    reloadBecause("The preview was started anew: the page was loaded again.");
    return;
  }
  if (JSON.stringify(saved.problems) !== JSON.stringify(workbench.problems)) {
    workbench.problems = saved.problems;
    showProblems(saved.problems);
  }
  wanted = saved.widgets;
  for (const type of new Set([...Object.keys(workbench.widgets), ...Object.keys(wanted)])) {
    if (!underWay.has(type)) bring(type);
  }
}

/** @param {string} type */
async function bring(type) {
  underWay.add(type);
  try {
    while (JSON.stringify(workbench.widgets[type]) !== JSON.stringify(wanted[type])) {
      const saved = wanted[type];
      try {
        await showSaved(type, workbench.widgets[type], saved);
      } catch (reason) {
        console.error("What was saved could not be shown: load the page again.", reason);
      }
      nowSaved(type, saved);
    }
  } finally {
    underWay.delete(type);
  }
}
