/**
 * The panel's tabs, by the pattern of the ARIA Authoring Practices: one tab stop for all, arrows between them, and a tab
 * is shown as soon as it is reached.
 *
 * @typedef {(place: HTMLElement) => () => void} Tab fills its place, and gives what ends it
 */

import { element } from "../element.js";
import { keep, kept } from "../kept.js";
import { callsTab } from "./calls-tab.js";
import { configurationTab } from "./configuration-tab.js";
import { consoleTab } from "./console-tab.js";
import { networkTab } from "./network-tab.js";
import { themeTab } from "./theme-tab.js";
import { visitorTab } from "./visitor-tab.js";
import { weightTab } from "./weight-tab.js";
import { widgetsTab } from "./widgets-tab.js";

/** @type {Record<string, { label: string, tab: Tab }>} */
const TABS = {
  widgets: { label: "Widgets", tab: widgetsTab },
  configuration: { label: "Configuration", tab: configurationTab },
  theme: { label: "Theme", tab: themeTab },
  visitor: { label: "Visitor", tab: visitorTab },
  network: { label: "Network", tab: networkTab },
  calls: { label: "Calls", tab: callsTab },
  console: { label: "Console", tab: consoleTab },
  weight: { label: "Weight", tab: weightTab },
};

const NAMES = Object.keys(TABS);

/** @param {HTMLElement} panel */
export function fillPanel(panel) {
  const tabs = NAMES.map((name) =>
    element(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${name}`,
        "aria-controls": "tab-panel",
        onclick: () => select(name),
      },
      TABS[name].label,
    ),
  );
  const list = element(
    "div",
    { class: "tabs", role: "tablist", "aria-label": "Workbench", onkeydown: go },
    ...tabs,
  );
  const place = element("div", {
    class: "tab-panel",
    role: "tabpanel",
    id: "tab-panel",
    tabindex: 0,
  });
  panel.replaceChildren(list, place);

  /** @type {() => void} */
  let end = () => {};
  const remembered = kept("browser", "tab", NAMES[0]);
  select(NAMES.includes(remembered) ? remembered : NAMES[0]);
  panel.addEventListener("workbench-tab", (event) => {
    select(/** @type {CustomEvent<string>} */ (event).detail);
    place.focus();
  });

  /** @param {string} name */
  function select(name) {
    end();
    for (const [index, tab] of tabs.entries()) {
      tab.setAttribute("aria-selected", String(NAMES[index] === name));
      tab.tabIndex = NAMES[index] === name ? 0 : -1;
    }
    place.replaceChildren();
    place.scrollTop = 0;
    place.setAttribute("aria-labelledby", `tab-${name}`);
    place.className = `tab-panel ${name}`;
    try {
      end = TABS[name].tab(place);
    } catch (reason) {
      end = () => {};
      place.append(element("p", { class: "error" }, `This tab failed: ${reason}`));
    }
    keep("browser", "tab", name);
  }

  /** @param {KeyboardEvent} event */
  function go(event) {
    const index = tabs.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
    /** @type {Record<string, number>} */
    const next = {
      ArrowRight: (index + 1) % tabs.length,
      ArrowLeft: (index + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    };
    if (!(event.key in next)) return;
    event.preventDefault();
    select(NAMES[next[event.key]]);
    tabs[next[event.key]].focus();
  }
}
