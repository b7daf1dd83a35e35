/**
 * What the server tells the workbench: the JSON in `#workbench-data`, and what has been saved since.
 *
 * @import { Registration } from "../community/page-data.js"
 * @import { Problem } from "./repository-problems.js"
 *
 * @typedef {object} Rules
 * @property {boolean} [required]
 * @property {number} [minLength]
 * @property {number} [maxLength]
 * @property {string} [pattern]
 * @property {number} [minimum]
 * @property {number} [maximum]
 *
 * @typedef {{ value: string | number | boolean, label: string }} Option
 *
 * @typedef {object} Property a field of the No-Code Builder (platform.md §2)
 * @property {string} name
 * @property {string} label
 * @property {"text" | "number" | "color" | "date" | "boolean" | "select" | "autocomplete"} type
 * @property {string} description
 * @property {string} [section]
 * @property {unknown} [defaultValue]
 * @property {Rules} rules
 * @property {Option[]} [options]
 * @property {{ isAsyncSearch: boolean }} [dynamicOptions]
 * @property {boolean} multiple
 * @property {boolean} sortable
 *
 * @typedef {{ name: string, label: string, description: string, expanded: boolean }} Section
 *
 * @typedef {object} LibraryEntry
 * @property {string} category
 * @property {boolean} inLibrary
 * @property {string | null} thumbnail its address
 * @property {string} directory of its source, absolute, on the author's computer
 * @property {{ properties: Property[], sections: Section[] }} configuration
 * @property {{ configurable: boolean, removable: boolean, movable: boolean }} settings
 *
 * @typedef {object} SavedWidget
 * @property {string} modules hash of its Python files
 * @property {string} style hash of its style.css
 * @property {string} rest hash of everything else
 * @property {boolean} python
 * @property {Registration} registration
 * @property {LibraryEntry} library
 *
 * @typedef {object} Saved
 * @property {string} server another one after each start of the preview
 * @property {Record<string, SavedWidget>} widgets
 * @property {Problem[]} problems
 *
 * @typedef {Saved & { follows: boolean, profileFields: Record<string, string> }} WorkbenchData
 */

import { signal } from "./signal.js";

const text = document.getElementById("workbench-data")?.textContent;

/** @type {WorkbenchData} */
export const workbench = JSON.parse(
  text ?? '{"follows": false, "server": "", "profileFields": {}, "widgets": {}, "problems": []}',
);

/** @type {ReturnType<typeof signal<Set<string>>>} */
const { listen, tell } = signal();

/**
 * @param {string} type
 * @param {SavedWidget | undefined} widget as the page shows it now; undefined where the repository has none any more
 */
export function nowSaved(type, widget) {
  const { [type]: _, ...others } = workbench.widgets;
  workbench.widgets = widget ? { ...workbench.widgets, [type]: widget } : others;
  tell(new Set([type]));
}

/** Called, with the types of the widgets concerned, after something was saved and is shown. */
export const onSaved = listen;
