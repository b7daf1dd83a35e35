/**
 * How far the boxes in a widget are scrolled, so that they are in the one that takes its place.
 *
 * @typedef {{ place: Place, left: number, top: number }} Scrolled
 * @import { Place } from "./place.js"
 */

import { elementAt, placeOf } from "./place.js";

/**
 * @param {ShadowRoot} root
 * @returns {Scrolled[]}
 */
export function scrolledIn(root) {
  return Array.from(root.querySelectorAll("[data-widget-root], [data-widget-root] *"))
    .filter(({ scrollLeft, scrollTop }) => scrollLeft !== 0 || scrollTop !== 0)
    .flatMap((element) => {
      const place = placeOf(root, element);
      return place ? [{ place, left: element.scrollLeft, top: element.scrollTop }] : [];
    });
}

/**
 * @param {ShadowRoot} root
 * @param {Scrolled[]} scrolled
 */
export function scrollAs(root, scrolled) {
  for (const { place, left, top } of scrolled) {
    elementAt(root, place)?.scrollTo({ left, top, behavior: "instant" });
  }
}
