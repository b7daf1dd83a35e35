/**
 * *Configuration*: the No-Code Builder's form for one widget on the page. What is changed, the widget hears of at once, as
 * `propsChanged`.
 */

import { page } from "/_community/page-data.js";
import { element } from "../element.js";
import { changeProps, resetProps, sdkOf } from "../instance-props.js";
import { nameOf, onPlaced, placedWidgets, typeOf } from "../placed-widgets.js";
import { onSaved, workbench } from "../workbench-data.js";
import { chooseWidget, chosenWidget } from "./chosen-widget.js";
import { copyButton } from "./copy-button.js";
import { propertyField } from "./property-field.js";

/** @typedef {import("../workbench-data.js").Property} Property */

/** @type {import("./tabs.js").Tab} */
export function configurationTab(place) {
  const which = element("select", {
    id: "configured",
    onchange: () => {
      const widget = placedWidgets()[Number(which.value)];
      if (widget) chooseWidget(widget);
      show();
    },
  });
  const form = element("div", { class: "form" });
  place.append(
    element("p", { class: "field" }, element("label", { for: "configured" }, "Widget"), which),
    form,
  );
  let end = () => {};
  /** @type {Element | null} */
  let shown = null;
  let drawn = "";
  /** Draws the form anew, and leaves its reader where they are. */
  const redraw = () => {
    const open = form.querySelector("details[open] > summary")?.textContent;
    const focused = /** @type {ShadowRoot} */ (place.getRootNode()).activeElement?.id;
    show();
    for (const summary of form.querySelectorAll("summary")) {
      const details = /** @type {HTMLDetailsElement} */ (summary.parentElement);
      if (summary.textContent === open) details.open = true;
    }
    const again = focused && form.querySelector(`#${CSS.escape(focused)}`);
    if (again instanceof HTMLElement) again.focus();
  };
  const show = () => {
    end();
    shown = chosenWidget();
    which.replaceChildren(
      ...placedWidgets().map((widget, index) =>
        element("option", { value: index, selected: widget === shown }, nameOf(widget)),
      ),
    );
    which.disabled = shown === null;
    drawn = shown ? formOf(typeOf(shown)) : "";
    end = shown ? showForm(form, shown) : showNothing(form);
  };
  show();
  const ends = [
    onPlaced(() => {
      // A form that somebody is in stays, unless its widget has gone.
      if (shown !== chosenWidget() || which.options.length !== placedWidgets().length) show();
    }),
    onSaved((types) => {
      // What somebody is at stays, unless it is about something else now.
      if (shown && types.has(typeOf(shown)) && formOf(typeOf(shown)) !== drawn) redraw();
    }),
  ];
  return () => {
    end();
    for (const each of ends) each();
  };
}

/**
 * What a widget's form is drawn from.
 *
 * @param {string} type
 */
function formOf(type) {
  const { library, registration } = workbench.widgets[type] ?? {};
  return JSON.stringify([library?.configuration, registration?.props]);
}

/** @param {HTMLElement} form */
function showNothing(form) {
  form.replaceChildren(
    element("p", { class: "hint" }, "No widget is on this page: add one in the Widgets tab."),
  );
  return () => {};
}

/**
 * @param {HTMLElement} form
 * @param {Element} widget
 * @returns {() => void} ends following it
 */
function showForm(form, widget) {
  const type = typeOf(widget);
  const known = workbench.widgets[type];
  if (!known) {
    form.replaceChildren(
      element("p", { class: "hint" }, `${type} is not in the repository any more.`),
    );
    return () => {};
  }
  const { properties, sections } = known.library.configuration;
  if (properties.length === 0) {
    form.replaceChildren(
      element(
        "p",
        { class: "hint" },
        `${type} has no configuration: its widget.json lists no properties.`,
      ),
    );
    return () => {};
  }
  const values = sdkOf(widget)?.getProps() ?? {};
  /** @type {Map<string, import("./property-field.js").Field>} */
  const fields = new Map();
  /** @param {Property} property */
  const field = (property) => {
    const id = `property-${properties.indexOf(property)}`;
    const made = propertyField(type, property, id, values[property.name], (value) =>
      changeProps(widget, { [property.name]: value }),
    );
    fields.set(property.name, made);
    return made.content;
  };
  const own = properties.filter(({ section }) => section === undefined);
  form.replaceChildren(
    ...(own.length > 0
      ? [
          group(
            "Configuration",
            "",
            sections.every(({ expanded }) => !expanded),
            own.map(field),
          ),
        ]
      : []),
    ...sections.map(({ name, label, description, expanded }) =>
      group(
        label || name,
        description,
        expanded,
        properties.filter(({ section }) => section === name).map(field),
      ),
    ),
    element(
      "p",
      { class: "row" },
      copyButton("Copy as defaultConfig", () => defaultConfig(widget, properties)),
      element(
        "button",
        {
          type: "button",
          onclick: () => resetProps(widget),
        },
        "Back to how it was configured",
      ),
    ),
  );
  return followProps(widget, fields);
}

/**
 * One of the sections, of which one is open at a time.
 *
 * @param {string} label
 * @param {string} description
 * @param {boolean} open
 * @param {HTMLElement[]} fields
 */
function group(label, description, open, fields) {
  return element(
    "details",
    { name: "section", open, class: "section" },
    element("summary", {}, label),
    description && element("p", { class: "hint" }, description),
    ...fields,
  );
}

/**
 * Shows what others change of the widget's properties, be it the widget itself.
 *
 * @param {Element} widget
 * @param {Map<string, import("./property-field.js").Field>} fields
 */
function followProps(widget, fields) {
  const follow = (/** @type {unknown} */ props) => {
    for (const [name, { content, show }] of fields) {
      const { activeElement } = /** @type {ShadowRoot} */ (content.getRootNode());
      if (!content.contains(activeElement)) {
        show(/** @type {Record<string, unknown>} */ (props)[name]);
      }
    }
  };
  return sdkOf(widget)?.on("propsChanged", follow) ?? (() => {});
}

/**
 * @param {Element} widget
 * @param {Property[]} properties
 */
function defaultConfig(widget, properties) {
  const props = sdkOf(widget)?.getProps() ?? {};
  // What is configured without a field is as it was.
  const names = [
    ...Object.keys(page.registry[typeOf(widget)]?.props ?? {}),
    ...properties.map(({ name }) => name),
  ];
  const named = names
    .filter((name) => props[name] !== undefined && props[name] !== null)
    .map((name) => [name, props[name]]);
  return `"defaultConfig": ${JSON.stringify(Object.fromEntries(named), null, 2)}`;
}
