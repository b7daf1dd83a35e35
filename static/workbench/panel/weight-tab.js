/** *Weight*: what a visitor's browser loads, waits for and holds, and what keeps the page from answering. */

import {
  blockingTurns,
  browsersLongTasks,
  forgetBlocking,
  inWords,
  onBlocking,
} from "../blocking-record.js";
import { withLinks } from "../editor-links.js";
import { element } from "../element.js";
import { growingWidgets, widgetsHeld } from "../growth-record.js";
import { placedWidgets, typeOf } from "../placed-widgets.js";
import { fetched } from "../resource-record.js";
import { domWeights, javaScriptHeap, pythonWeight, startPhases } from "../weights.js";
import { workbench } from "../workbench-data.js";

/** Milliseconds between looks, while the tab is shown. */
const LOOK = 1000;

/** As blocking-record.js tells. */
const NOTHING_LONG =
  "No function of a widget's Python has kept the page for over 50 ms twice, or for 150 ms once.";

/** @type {import("./tabs.js").Tab} */
export function weightTab(place) {
  const parts = {
    problems: element("div", { class: "problems" }),
    javaScript: element("p", { class: "hint", hidden: true }),
    start: section("Start, in ms", ["", "from", "took"]),
    bytes: section("Fetched", ["", "files", "kB"]),
    memory: section("Memory", ["", ""]),
    widgets: section("Widgets", ["", "elements", "tasks", "listeners"]),
  };
  place.append(
    element("h2", {}, "What visitors would feel"),
    parts.problems,
    parts.javaScript,
    element(
      "p",
      { class: "row" },
      element("button", { type: "button", onclick: () => forgetBlocking() }, "Clear"),
    ),
    parts.start.content,
    parts.bytes.content,
    parts.memory.content,
    parts.widgets.content,
  );
  const show = async () => {
    showProblems(parts.problems);
    showJavaScript(parts.javaScript);
    const python = await pythonWeight();
    showStart(parts.start);
    parts.bytes.fill(
      Array.from(fetched(), ([name, { files, bytes }]) => [name, files, kilobytes(bytes)]),
    );
    showMemory(parts.memory, python);
    showWidgets(parts.widgets, python);
  };
  show();
  const timer = setInterval(show, LOOK);
  const end = onBlocking(show);
  return () => {
    clearInterval(timer);
    end();
  };
}

/** @param {HTMLElement} place */
function showProblems(place) {
  const sentences = [
    ...blockingTurns().map(inWords),
    ...growingWidgets().map(
      ({ widget, from, to, seconds }) =>
        `${widget} has grown from ${from} to ${to} elements in ${seconds} s, and goes on.`,
    ),
    ...widgetsHeld().map(
      ({ type, holder }) => `${type} has left the page, and is still held by ${holder}.`,
    ),
  ];
  const text = sentences.join("\n");
  if (place.dataset.shown === text) return;
  place.dataset.shown = text;
  place.replaceChildren(
    ...(sentences.length === 0
      ? [element("p", { class: "good" }, NOTHING_LONG)]
      : sentences.map((sentence) => element("p", { class: "warning" }, ...withLinks(sentence)))),
  );
}

/**
 * What is said above is said of Python alone.
 *
 * @param {HTMLElement} place
 */
function showJavaScript(place) {
  const all = placedWidgets().map((widget) => typeOf(widget));
  const types = new Set(all.filter((type) => workbench.widgets[type]?.python === false));
  place.hidden = types.size === 0;
  const how =
    browsersLongTasks() === null
      ? ", and this browser does not count its long tasks."
      : ": it is only counted in the browser's long tasks, below.";
  place.textContent =
    types.size === 0
      ? ""
      : `Code in JavaScript, of ${[...types].join(", ")}, is not named here${how}`;
}

/** @param {ReturnType<typeof section>} part */
function showStart(part) {
  const long = browsersLongTasks();
  part.fill([
    ...startPhases().map(({ what, began, took }) => [what, Math.round(began), Math.round(took)]),
    ["The browser's long tasks, together", "", long === null ? "not told" : Math.round(long)],
  ]);
}

/**
 * @param {ReturnType<typeof section>} part
 * @param {import("../weights.js").PythonWeight | null} python
 */
function showMemory(part, python) {
  const heap = javaScriptHeap();
  part.fill([
    ["Python's memory, in MB", python ? megabytes(python.bytes) : "–"],
    ["Python's objects", python ? python.objects.toLocaleString("en") : "–"],
    ["Python's modules", python?.modules ?? "–"],
    ["JavaScript's heap, in MB", heap === null ? "not told" : megabytes(heap)],
  ]);
}

/**
 * @param {ReturnType<typeof section>} part
 * @param {import("../weights.js").PythonWeight | null} python
 */
function showWidgets(part, python) {
  const left = [...(python?.widgets ?? [])];
  part.fill(
    domWeights().map(({ type, nodes }) => {
      const index = left.findIndex((each) => each.type === type);
      const [own] = index === -1 ? [] : left.splice(index, 1);
      return [type, nodes, own?.tasks ?? "–", own?.listeners ?? "–"];
    }),
  );
}

/**
 * @param {string} label
 * @param {string[]} heads
 */
function section(label, heads) {
  const body = element("tbody");
  const content = element(
    "table",
    {},
    element("caption", {}, label),
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        ...heads.map((head) =>
          element(
            "th",
            { scope: "col" },
            head || element("span", { class: "visually-hidden" }, "What"),
          ),
        ),
      ),
    ),
    body,
  );
  let shown = "";
  return {
    content,
    /** @param {(string | number)[][]} rows */
    fill(rows) {
      const text = JSON.stringify(rows);
      if (text === shown) return;
      shown = text;
      body.replaceChildren(
        ...rows.map(([name, ...values]) =>
          element(
            "tr",
            {},
            element("th", { scope: "row" }, name),
            ...values.map((value) => element("td", {}, value)),
          ),
        ),
      );
    },
  };
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return (bytes / 1000).toFixed(1);
}

/** @param {number} bytes */
function megabytes(bytes) {
  return (bytes / 1_000_000).toFixed(1);
}
