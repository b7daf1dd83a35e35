/** *Console*: what each widget prints, warns of and fails with, with links into the author's editor. */

import { forgetPrinted, onPrinted, printedLines, printedTooFast } from "../console-record.js";
import { element } from "../element.js";
import { editorChoice, withLinks } from "./editor-links.js";

const ALL = "";

/** @type {import("./tabs.js").Tab} */
export function consoleTab(place) {
  const list = element("ol", { class: "printed", "aria-label": "Console, the latest last" });
  const floods = element("div", { role: "status" });
  const none = element("p", { class: "hint" }, "Nothing has been printed.");
  const of = element("select", { id: "printed-by", onchange: () => showAll() });
  const errors = element("input", {
    type: "checkbox",
    id: "only-problems",
    onchange: () => showAll(),
  });
  place.append(
    element("p", { class: "field" }, element("label", { for: "printed-by" }, "Widget"), of),
    element(
      "p",
      { class: "check" },
      errors,
      element("label", { for: errors.id }, "Only warnings and errors"),
    ),
    editorChoice(() => showAll()),
    element(
      "p",
      { class: "row" },
      element("button", { type: "button", onclick: forgetPrinted }, "Clear"),
    ),
    floods,
    none,
    list,
  );
  /** @type {Map<number, { item: HTMLElement, count: HTMLElement }>} */
  const items = new Map();
  const show = () => {
    const lines = printedLines();
    showWidgets(lines);
    showFloods();
    const shown = lines.filter(wanted);
    const numbers = new Set(shown.map(({ number }) => number));
    for (const [number, { item }] of items) {
      if (numbers.has(number)) continue;
      item.remove();
      items.delete(number);
    }
    for (const line of shown) {
      let known = items.get(line.number);
      if (!known) {
        known = lineItem(line);
        items.set(line.number, known);
        list.append(known.item);
      }
      known.count.textContent = line.count > 1 ? `× ${line.count}` : "";
    }
    none.hidden = shown.length > 0;
  };
  const showAll = () => {
    items.clear();
    list.replaceChildren();
    show();
  };
  show();
  return onPrinted(show);

  /** @param {import("../console-record.js").Printed} line */
  function wanted({ level, widget }) {
    const isProblem = level === "warn" || level === "error";
    return (of.value === ALL || of.value === widget) && (isProblem || !errors.checked);
  }

  /** @param {readonly import("../console-record.js").Printed[]} lines */
  function showWidgets(lines) {
    const chosen = of.value;
    const types = [...new Set(lines.map(({ widget }) => widget ?? ""))].filter(Boolean).sort();
    const names = [ALL, ...types];
    if (Array.from(of.options, ({ value }) => value).join() === names.join()) return;
    of.replaceChildren(
      ...names.map((name) =>
        element("option", { value: name, selected: name === chosen }, name || "All widgets"),
      ),
    );
  }

  function showFloods() {
    const { floods: all, notKept } = printedTooFast();
    const state = JSON.stringify([all, notKept]);
    if (floods.dataset.state === state) return;
    floods.dataset.state = state;
    floods.replaceChildren(
      ...all.map(({ widget, lines, place: at }) =>
        element(
          "p",
          { class: "warning" },
          ...withLinks(
            `${widget} prints ${lines} lines a second${at ? `, at ${at}` : ""}. Each costs its visitors time: print less ` +
              `there. Of what came beyond 100 a second nothing is kept, ${notKept} lines so far.`,
          ),
        ),
      ),
    );
  }
}

/** @param {import("../console-record.js").Printed} line */
function lineItem({ level, text, widget, time }) {
  const count = element("span", { class: "count" });
  const item = element(
    "li",
    { class: level },
    element(
      "p",
      { class: "hint" },
      widget ?? "page",
      ` · ${level} · ${(time / 1000).toFixed(2)} s `,
      count,
    ),
    element("pre", {}, ...withLinks(text)),
  );
  return { item, count };
}
