/** The workbench's stylesheets, each shared by its shadow roots. */

/** @type {Map<string, { sheet: CSSStyleSheet, loaded: Promise<void> }>} */
const sheets = new Map();

/**
 * @param {HTMLElement} element
 * @param {string} name of a stylesheet beside this file, on top of tool.css
 * @returns {ShadowRoot} styled; the element stays hidden until it is
 */
export function styledShadowRoot(element, name) {
  const root = element.attachShadow({ mode: "open" });
  const both = [styleSheet("tool.css"), styleSheet(name)];
  root.adoptedStyleSheets = both.map(({ sheet }) => sheet);
  element.hidden = true;
  Promise.all(both.map(({ loaded }) => loaded)).finally(() => {
    element.hidden = false;
  });
  return root;
}

/** @param {string} name */
function styleSheet(name) {
  let known = sheets.get(name);
  if (!known) {
    const sheet = new CSSStyleSheet();
    const loaded = fetch(new URL(name, import.meta.url))
      .then((response) => response.text())
      .then((css) => {
        sheet.replaceSync(css);
      });
    known = { sheet, loaded };
    sheets.set(name, known);
  }
  return known;
}
