/** Links to pages of a community, of which there are none here: where they would lead is told instead. */

import { note } from "./notes.js";

export function explainLinks() {
  document.addEventListener("click", (event) => {
    const path = event.composedPath();
    const link = path.find((each) => each instanceof HTMLAnchorElement);
    const widget = path.find(
      (each) => each instanceof Element && each.matches("gs-cc-registry-widget"),
    );
    if (!link || !(widget instanceof Element) || link.origin !== location.origin) return;
    event.preventDefault();
    note(widget, `In a community, this link leads to ${link.pathname}${link.search}${link.hash}`);
  });
}
