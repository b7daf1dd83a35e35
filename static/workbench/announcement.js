/** What a person sees and a screen reader would not tell: said once, by one polite live region of the page. */

import { element } from "./element.js";

/** Milliseconds after which a region that is new has been noticed, and after which what was said is taken away. */
const NOTICED = 100;
const STAYS = 5000;

/** @type {HTMLElement | null} */
let region = null;

let latest = "";

/** @param {string} text one sentence; the same one again, while it stands there, is said once */
export function announce(text) {
  if (text === latest) return;
  latest = text;
  const place = theRegion();
  setTimeout(() => {
    const said = element("p", {}, text);
    place.append(said);
    setTimeout(() => {
      said.remove();
      if (latest === text) latest = "";
    }, STAYS);
  }, NOTICED);
}

function theRegion() {
  if (!region) {
    region = element("div", {
      role: "status",
      // What stands there still has been said.
      "aria-atomic": "false",
      lang: "en",
      "data-workbench-announcement": true,
    });
    // It has its place, and nobody sees it.
    region.style.cssText =
      "position: fixed; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)";
    document.body.append(region);
  }
  return region;
}
