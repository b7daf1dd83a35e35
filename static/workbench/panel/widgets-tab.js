/** *Widgets*: what is on the page, and the library to add from. */

import { element } from "../element.js";
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
  const status = element("p", { role: "status", class: "visually-hidden" });
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
    status,
  );
  const showPlaced = () => {
    const focused = focusedAction(placed);
    placed.replaceChildren(...placedWidgets().map((widget) => placedItem(widget, tell)));
    if (placed.childElementCount === 0) {
      placed.append(element("li", { class: "hint" }, "No widget is on this page. Add one below."));
    }
    restoreFocus(placed, focused);
  };
  const showLibrary = () => {
    library.replaceChildren(
      ...Object.entries(workbench.widgets).map(([type, entry]) => libraryItem(type, entry, tell)),
    );
  };
  showPlaced();
  showLibrary();
  const ends = [onPlaced(showPlaced), onSaved(showLibrary)];
  return () => {
    for (const end of ends) end();
  };

  /** @param {string} text */
  function tell(text) {
    status.textContent = text;
  }
}

/**
 * @param {import("../../community/registry-widget.js").RegistryWidget} widget
 * @param {(text: string) => void} tell
 */
function placedItem(widget, tell) {
  const name = nameOf(widget);
  const { settings } = workbench.widgets[typeOf(widget)]?.library ?? {};
  const zone = element(
    "select",
    {
      "aria-label": `Zone of ${name}`,
      "data-action": `${name} zone`,
      onchange: () => {
        moveToZone(widget, zone.value);
        tell(`${name} is in ${zone.value} now.`);
      },
    },
    ...zones().map((each) => element("option", { selected: each === zoneOf(widget) }, each)),
  );
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
        "data-action": `${name} ${what}`,
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
      action("↑", "Move up", () => moveWithinZone(widget, "up"), !neighbourOf(widget, "up")),
      action("↓", "Move down", () => moveWithinZone(widget, "down"), !neighbourOf(widget, "down")),
      action("Configure", "Configure", () => {
        chooseWidget(widget);
        widget.scrollIntoView({ block: "nearest" });
        showTab(zone, "configuration");
      }),
      action("Duplicate", "Duplicate", () => {
        duplicateWidget(widget);
        tell(`${name} is there once more.`);
      }),
      action("Remove", "Remove", () => {
        removeWidget(widget);
        tell(`${name} is removed.`);
      }),
    ),
    settings && settings.removable === false
      ? element("p", { class: "hint" }, "On the platform an admin cannot remove it.")
      : null,
  );
}

/**
 * @param {string} type
 * @param {import("../workbench-data.js").SavedWidget} entry
 * @param {(text: string) => void} tell
 */
function libraryItem(type, { registration, library }, tell) {
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
            tell(`${nameOf(widget)} is in ${zoneOf(widget)} now.`);
          },
        },
        "Add",
      ),
    ),
  );
}

/**
 * The list is made anew at each change, and the keyboard is to stay where it was.
 *
 * @param {HTMLElement} list
 * @returns {{ action: string, index: number } | null}
 */
function focusedAction(list) {
  const { activeElement } = /** @type {ShadowRoot} */ (list.getRootNode());
  if (!(activeElement instanceof HTMLElement) || !list.contains(activeElement)) return null;
  const item = activeElement.closest("li");
  return {
    action: activeElement.dataset.action ?? "",
    index: Array.from(list.children).findIndex((child) => child === item),
  };
}

/**
 * @param {HTMLElement} list
 * @param {ReturnType<typeof focusedAction>} focused
 */
function restoreFocus(list, focused) {
  if (!focused) return;
  const same = list.querySelector(`[data-action="${CSS.escape(focused.action)}"]:not(:disabled)`);
  const near = list.children[Math.min(focused.index, list.children.length - 1)];
  const target = same ?? near?.querySelector("button:not(:disabled), select");
  if (target instanceof HTMLElement) target.focus();
}
