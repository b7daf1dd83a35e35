/** *Console*: what each widget prints, warns of and fails with, with links into the author's editor. */

import { forgetPrinted, onPrinted, printedLines, printedTooFast } from "../console-record.js";
import { editorChoice, onEditor, withLinks } from "../editor-links.js";
import { element } from "../element.js";

const ALL = "";

/** @type {import("./tabs.js").Tab} */
export function consoleTab(place) {
  const list = element("ol", { class: "printed", "aria-label": "Console, the latest last" });
  const floods = element("div", { role: "status" });
  // Beside it: what is counted on and on is not to be read out each time.
  const counts = element("div");
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
    editorChoice(),
    element(
      "p",
      { class: "row" },
      element("button", { type: "button", onclick: forgetPrinted }, "Clear"),
    ),
    floods,
    counts,
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
  const ends = [
    onPrinted(show),
    onEditor(() => {
      floods.replaceChildren();
      showAll();
    }),
  ];
  return () => {
    for (const end of ends) end();
  };

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
    const all = printedTooFast();
    const sentences = all.map(
      ({ widget, place: at }) =>
        `${widget} prints more than 100 lines a second${at ? `, at ${at}` : ""}. Each costs its visitors time: print less ` +
        "there.",
    );
    showOnce(floods, sentences, "warning");
    const counted = all.map(
      ({ widget, lines, notKept }) =>
        `${widget}: up to ${lines} lines a second. What came beyond 100 is not kept, ${notKept} lines so far.`,
    );
    showOnce(counts, counted, "hint");
  }
}

/**
 * @param {HTMLElement} place
 * @param {string[]} sentences those that are shown already stay untouched
 * @param {string} style of each
 */
function showOnce(place, sentences, style) {
  const shown = new Map(Array.from(place.children, (child) => [child.textContent, child]));
  for (const [text, child] of shown) if (!sentences.includes(text ?? "")) child.remove();
  for (const sentence of sentences) {
    if (!shown.has(sentence)) place.append(element("p", { class: style }, ...withLinks(sentence)));
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
