/**
 * The widgets on the page, and where they stand. The layout is in the page's address, so that it can be shared.
 *
 * @import { RegistryWidget } from "../community/registry-widget.js"
 */

import { page } from "/_community/page-data.js";
import { signal } from "./signal.js";

export const TAG = "gs-cc-registry-widget";

/** Of an instance that is started out of sight, to take the place of another. */
export const PENDING = "data-workbench-pending";

/** @type {ReturnType<typeof signal<void>>} */
const { listen, tell } = signal();

/**
 * Not imported: WebKit evaluates nothing of a page two of whose scripts share a module that awaits another
 * (design-tokens.js).
 */
export function registryWidget() {
  return /** @type {typeof RegistryWidget} */ (customElements.get(TAG));
}

/** @returns {RegistryWidget[]} in the order of the page */
export function placedWidgets() {
  return Array.from(
    document.querySelectorAll(`.zone > ${TAG}:not([${PENDING}])`),
    (found) => /** @type {RegistryWidget} */ (found),
  );
}

/** @param {Element} widget */
export function typeOf(widget) {
  return /** @type {HTMLElement} */ (widget).dataset.widgetType ?? "";
}

/**
 * What people call one of several: "weather", or "weather (2)" for the second one.
 *
 * @param {Element} widget
 */
export function nameOf(widget) {
  const alike = placedWidgets().filter((other) => typeOf(other) === typeOf(widget));
  const index = alike.findIndex((other) => other === widget);
  return index > 0 ? `${typeOf(widget)} (${index + 1})` : typeOf(widget);
}

/** @returns {string[]} the names of the page's zones */
export function zones() {
  return Array.from(
    document.querySelectorAll(".zone"),
    (zone) => zone.getAttribute("data-container") ?? "",
  );
}

/** @param {Element} widget */
export function zoneOf(widget) {
  return widget.closest(".zone")?.getAttribute("data-container") ?? "";
}

/**
 * @param {string} type
 * @param {string} [zone] default: the first of the widget's containers that the page has
 * @returns {RegistryWidget}
 */
export function addWidget(type, zone = defaultZone(type)) {
  const widget = newElement(type);
  zoneElement(zone).append(widget);
  changed();
  return widget;
}

/**
 * Places a widget that the repository has not had so far, unless the address says what is placed.
 *
 * @param {string} type
 * @returns {boolean} whether it has
 */
export function addNewWidget(type) {
  if (new URL(location.href).searchParams.has("widgets")) return false;
  zoneElement(defaultZone(type)).append(newElement(type));
  placementChanged();
  return true;
}

/** @param {RegistryWidget} widget */
export function removeWidget(widget) {
  widget.remove();
  changed();
}

/**
 * A copy behind the original, with its properties as they are.
 *
 * @param {RegistryWidget} widget
 * @returns {RegistryWidget}
 */
export function duplicateWidget(widget) {
  const copy = newElement(typeOf(widget));
  const props = registryWidget().sdkOf(widget)?.getProps();
  if (props) registryWidget().configure(copy, props);
  widget.after(copy);
  changed();
  return copy;
}

/**
 * @param {RegistryWidget} widget
 * @param {string} zone to whose end it goes
 */
export function moveToZone(widget, zone) {
  zoneElement(zone).append(widget);
  changed();
}

/**
 * Within its zone, past the widget before or behind it.
 *
 * @param {RegistryWidget} widget
 * @param {"up" | "down"} direction
 */
export function moveWithinZone(widget, direction) {
  const neighbour = neighbourOf(widget, direction);
  if (direction === "up") neighbour?.before(widget);
  else neighbour?.after(widget);
  changed();
}

/**
 * @param {Element} widget
 * @param {"up" | "down"} direction
 * @returns {Element | undefined} undefined at the end
 */
export function neighbourOf(widget, direction) {
  const all = placedWidgets().filter((other) => zoneOf(other) === zoneOf(widget));
  return all[all.findIndex((other) => other === widget) + (direction === "up" ? -1 : 1)];
}

/** Called after widgets were added, removed or moved, or another took one's place. */
export const onPlaced = listen;

/** To be called when others than this module have changed what is placed. */
export const placementChanged = tell;

function changed() {
  writeLayout();
  placementChanged();
}

/** Into the address, in the form that the server reads: `?widgets=weather,search@Sidebar`. */
function writeLayout() {
  const address = new URL(location.href);
  const named = placedWidgets().map((widget) => {
    const [type, zone] = [typeOf(widget), zoneOf(widget)];
    return zone === defaultZone(type) ? type : `${type}@${zone}`;
  });
  address.searchParams.set("widgets", named.join(","));
  // Commas and the at sign may stand in a query as they are (RFC 3986, §3.4), and are read more easily.
  address.search = address.search.replaceAll("%2C", ",").replaceAll("%40", "@");
  history.replaceState(history.state, "", address);
}

/** @param {string} type */
function newElement(type) {
  const widget = /** @type {RegistryWidget} */ (document.createElement(TAG));
  widget.dataset.widgetType = type;
  return widget;
}

/** @param {string} type */
function defaultZone(type) {
  const containers = page.registry[type]?.containers ?? [];
  return containers.find((container) => zones().includes(container)) ?? zones()[0];
}

/** @param {string} name */
function zoneElement(name) {
  const found = document.querySelector(`.zone[data-container="${CSS.escape(name)}"]`);
  if (!found) throw new Error(`The page has no zone "${name}"; it has: ${zones().join(", ")}.`);
  return found;
}
