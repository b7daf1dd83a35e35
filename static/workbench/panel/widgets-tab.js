/** *Widgets*: what is on the page, and the library to add from. */

import { announce } from "../announcement.js";
import { element } from "../element.js";
import { handOnChanges } from "../instance-props.js";
import {
  addWidget,
  duplicateWidget,
  moveToZone,
  moveWithinZone,
  nameOf,
  neighbourOf,
  onPlaced,
  placedWidgets,
  removeWidget,
  typeOf,
  zoneOf,
  zones,
} from "../placed-widgets.js";
import { onSaved, workbench } from "../workbench-data.js";
import { chooseWidget } from "./chosen-widget.js";
import { copyButton } from "./copy-button.js";
import { showTab } from "./show-tab.js";

/** @type {import("./tabs.js").Tab} */
export function widgetsTab(place) {
  const placed = element("ol", { class: "placed", "aria-label": "Widgets on this page" });
  const library = element("ul", { class: "library", "aria-label": "Library" });
  place.append(
    element("h2", {}, "On this page"),
    placed,
    element(
      "p",
      { class: "row" },
      copyButton("Copy the page's address", () => location.href),
    ),
    element("h2", {}, "Library"),
    library,
  );
  /** @type {Element[]} of the list's items */
  let items = [];
  const showPlaced = () => {
    const focused = focusedAction(placed, items);
    items = placedWidgets();
    placed.replaceChildren(...placedWidgets().map(placedItem));
    if (placed.childElementCount === 0) {
      placed.append(element("li", { class: "hint" }, "No widget is on this page. Add one below."));
    }
    restoreFocus(placed, focused, items, library);
  };
  const showLibrary = () => {
    library.replaceChildren(
      ...Object.entries(workbench.widgets).map(([type, entry]) => libraryItem(type, entry)),
    );
  };
  showPlaced();
  showLibrary();
  const ends = [onPlaced(showPlaced), onSaved(showLibrary)];
  return () => {
    for (const end of ends) end();
  };
}

/** @param {import("../../community/registry-widget.js").RegistryWidget} widget */
function placedItem(widget) {
  const name = nameOf(widget);
  const zone = element(
    "select",
    {
      "aria-label": `Zone of ${name}`,
      "data-action": "zone",
      onchange: () => {
        moveToZone(widget, zone.value);
        announce(`${name} is in ${zone.value} now.`);
      },
    },
    ...zones().map((each) => element("option", { selected: each === zoneOf(widget) }, each)),
  );
  /** @param {"up" | "down"} direction */
  const move = (direction) => {
    moveWithinZone(widget, direction);
    const alike = placedWidgets().filter((other) => zoneOf(other) === zoneOf(widget));
    announce(`${name} is ${alike.indexOf(widget) + 1} of ${alike.length} in ${zone.value} now.`);
  };
  /**
   * @param {string} label
   * @param {string} what
   * @param {() => void} act
   * @param {boolean} [disabled]
   */
  const action = (label, what, act, disabled = false) =>
    element(
      "button",
      {
        type: "button",
        "aria-label": `${what} ${name}`,
        title: what,
        "data-action": what,
        disabled,
        onclick: act,
      },
      label,
    );
  return element(
    "li",
    {},
    element("span", { class: "name" }, name),
    zone,
    element(
      "span",
      { class: "actions" },
      action("↑", "Move up", () => move("up"), !neighbourOf(widget, "up")),
      action("↓", "Move down", () => move("down"), !neighbourOf(widget, "down")),
      action("Configure", "Configure", () => {
        chooseWidget(widget);
        widget.scrollIntoView({ block: "nearest" });
        showTab(zone, "configuration");
      }),
      action("Duplicate", "Duplicate", () => {
        handOnChanges(widget, duplicateWidget(widget));
        announce(`${name} is there once more.`);
      }),
      action("Remove", "Remove", () => {
        removeWidget(widget);
        announce(`${name} is removed.`);
      }),
    ),
    ...forbidden(typeOf(widget), zoneOf(widget)).map((sentence) =>
      element("p", { class: "hint" }, sentence),
    ),
  );
}

/**
 * @param {string} type
 * @param {import("../workbench-data.js").SavedWidget} entry
 */
function libraryItem(type, { registration, library }) {
  const { title, description, version } = registration;
  const picture = library.thumbnail
    ? element("img", { src: library.thumbnail, alt: "", loading: "lazy", width: 420, height: 145 })
    : element("span", { class: "no-thumbnail", "aria-hidden": "true" }, title.slice(0, 1));
  return element(
    "li",
    {},
    picture,
    element(
      "div",
      {},
      element("h3", {}, title),
      element("p", { class: "hint" }, `${type} · ${version} · ${library.category}`),
      description && element("p", {}, description),
      !library.inLibrary &&
        element("p", { class: "hint" }, "The platform's library does not offer it."),
      element(
        "button",
        {
          type: "button",
          "aria-label": `Add ${title}`,
          onclick: () => {
            const widget = addWidget(type);
            widget.scrollIntoView({ block: "nearest" });
            announce(`${nameOf(widget)} is in ${zoneOf(widget)} now.`);
          },
        },
        "Add",
      ),
    ),
  );
}

/**
 * What the platform does not let an admin do, and the workbench does.
 *
 * @param {string} type
 * @param {string} zone
 */
function forbidden(type, zone) {
  const entry = workbench.widgets[type];
  if (!entry) return ["It is not in the repository any more."];
  const { settings } = entry.library;
  const verbs = [
    settings.movable === false && "move",
    settings.configurable === false && "configure",
    settings.removable === false && "remove",
  ].filter(Boolean);
  const { containers } = entry.registration;
  return [
    ...(verbs.length > 0 ? [`On the platform an admin cannot ${verbs.join(" or ")} it.`] : []),
    ...(containers.includes(zone)
      ? []
      : [`Its containers are ${containers.join(", ")}: the platform does not offer it here.`]),
  ];
}

/**
 * The list is made anew at each change, and the keyboard is to stay where it was.
 *
 * @param {HTMLElement} list
 * @param {Element[]} items the widgets that its items are of
 */
function focusedAction(list, items) {
  const { activeElement } = /** @type {ShadowRoot} */ (list.getRootNode());
  if (!(activeElement instanceof HTMLElement) || !list.contains(activeElement)) return null;
  const item = activeElement.closest("li");
  const index = Array.from(list.children).findIndex((child) => child === item);
  return { action: activeElement.dataset.action ?? "", index, widget: items[index] };
}

/**
 * @param {HTMLElement} list
 * @param {ReturnType<typeof focusedAction>} focused
 * @param {Element[]} items
 * @param {HTMLElement} library where the keyboard goes when nothing is left
 */
function restoreFocus(list, focused, items, library) {
  if (!focused) return;
  const known = items.indexOf(focused.widget);
  const index = known === -1 ? Math.min(focused.index, items.length - 1) : known;
  const item = list.children[index];
  const same = item?.querySelector(`[data-action="${CSS.escape(focused.action)}"]:not(:disabled)`);
  const target =
    same ?? item?.querySelector("button:not(:disabled), select") ?? library.querySelector("button");
  if (target instanceof HTMLElement) target.focus();
}
