/** The workbench's one stylesheet, shared by its shadow roots. */

const sheet = new CSSStyleSheet();

const loaded = fetch(new URL("./preview.css", import.meta.url))
  .then((response) => response.text())
  .then((css) => sheet.replaceSync(css));

/**
 * @param {HTMLElement} element
 * @returns {ShadowRoot} styled; the element stays hidden until it is
 */
export function styledShadowRoot(element) {
  const root = element.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  element.hidden = true;
  loaded.finally(() => {
    element.hidden = false;
  });
  return root;
}
