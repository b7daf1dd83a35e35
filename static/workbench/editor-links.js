/**
 * Links that open a file in the author's editor, by the address that the editor has registered on their computer.
 */

import { element } from "./element.js";
import { keep, kept } from "./kept.js";
import { signal } from "./signal.js";
import { workbench } from "./workbench-data.js";

/** @type {Record<string, { label: string, address: (file: string, line: number) => string }>} */
const EDITORS = {
  vscode: { label: "VS Code", address: (file, line) => `vscode://file${path(file)}:${line}` },
  cursor: { label: "Cursor", address: (file, line) => `cursor://file${path(file)}:${line}` },
  vscodium: { label: "VSCodium", address: (file, line) => `vscodium://file${path(file)}:${line}` },
  pycharm: {
    label: "PyCharm",
    address: (file, line) => `pycharm://open?file=${encodeURIComponent(file)}&line=${line}`,
  },
  zed: { label: "Zed", address: (file, line) => `zed://file${path(file)}:${line}` },
  sublime: {
    label: "Sublime Text",
    address: (file, line) => `subl://open?url=file://${encodeURIComponent(file)}&line=${line}`,
  },
};

/** Where Python's tracebacks, ours, and JavaScript's stacks name a line of a widget, which may have been saved since. */
const PLACE =
  /File "\/?widgets\/([^/"]+)\/([^"]+)", line (\d+)|\/?(?:widgets|_saved\/[^/\s:]+)\/([^/\s:]+)\/([^\s:]+):(\d+)/g;

/** What a widget is published with, and what was written into its entry. */
const NOT_ITS_OWN = /^(loader|runtime|~module)\//;

/** @type {ReturnType<typeof signal<void>>} */
const { listen, tell } = signal();

/** Called after another editor was chosen: links are to be made anew. */
export const onEditor = listen;

/** A choice of the editor, which the browser remembers. */
export function editorChoice() {
  const select = element(
    "select",
    {
      id: "editor",
      onchange: () => {
        keep("browser", "editor", select.value);
        tell();
      },
    },
    ...Object.entries(EDITORS).map(([name, { label }]) =>
      element("option", { value: name, selected: name === editor() }, label),
    ),
  );
  return element(
    "p",
    { class: "field" },
    element("label", { for: "editor" }, "Files open in"),
    select,
  );
}

/**
 * The text, in which places in widgets' files are links.
 *
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function withLinks(text) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(PLACE)) {
    const [whole, quotedType, quotedFile, quotedLine, type, file, line] = match;
    parts.push(text.slice(from, match.index));
    parts.push(
      placeLink(quotedType ?? type, quotedFile ?? file, Number(quotedLine ?? line), whole),
    );
    from = match.index + whole.length;
  }
  parts.push(text.slice(from));
  return parts;
}

/**
 * @param {string} type the widget's
 * @param {string} file relative to the widget's directory
 * @param {number} line
 * @param {string} text
 */
function placeLink(type, file, line, text) {
  const directory = workbench.widgets[type]?.library.directory;
  // What is printed is anybody's: it names a file of the widget, or none.
  if (!directory || file.split("/").includes("..") || NOT_ITS_OWN.test(file)) return text;
  try {
    const address = EDITORS[editor()].address(`${directory}/${file}`, line);
    return element("a", { href: address, title: "Open in the editor" }, text);
  } catch {
    // Half a character, which no address has.
    return text;
  }
}

/** @returns {string} */
function editor() {
  const remembered = kept("browser", "editor", "vscode");
  return remembered in EDITORS ? remembered : "vscode";
}

/** @param {string} file absolute; on Windows it begins with a drive */
function path(file) {
  const slashed = file.replaceAll("\\", "/");
  const segments = (slashed.startsWith("/") ? slashed : `/${slashed}`).split("/");
  // Of a drive on Windows the colon stays.
  return segments.map((each) => encodeURIComponent(each).replace("%3A", ":")).join("/");
}
