/**
 * *Configuration*: the No-Code Builder's form for one widget on the page. What is changed, the widget hears of at once, as
 * `propsChanged`.
 */

import { page } from "/_community/page-data.js";
import { element } from "../element.js";
import { changeProps, latestOf, resetProps, sdkOf } from "../instance-props.js";
import { nameOf, onPlaced, placedWidgets, typeOf } from "../placed-widgets.js";
import { onSaved, workbench } from "../workbench-data.js";
import { chooseWidget, chosenWidget } from "./chosen-widget.js";
import { copyButton } from "./copy-button.js";
import { placeIn, putBack } from "./form-place.js";
import { propertyField } from "./property-field.js";

/**
 * @typedef {import("../workbench-data.js").Property} Property
 * @typedef {import("./property-field.js").Field} Field
 *
 * @typedef {object} Shown what the form shows
 * @property {Map<string, Field>} fields by the property's name
 * @property {(widget: Element) => void} follow the form is about this one from now on, which took the other's place
 * @property {() => void} end
 */

/** @type {Shown} */
const NOTHING = { fields: new Map(), follow() {}, end() {} };

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
  let content = NOTHING;
  /** @type {Element | null} */
  let shown = null;
  let drawn = "";
  const showWhich = () => {
    const names = placedWidgets().map((widget) => nameOf(widget));
    if (Array.from(which.options, ({ text }) => text).join("\n") !== names.join("\n")) {
      which.replaceChildren(
        ...names.map((name, index) => element("option", { value: index }, name)),
      );
    }
    which.selectedIndex = placedWidgets().findIndex((widget) => widget === shown);
    which.disabled = shown === null;
  };
  const show = () => {
    content.end();
    shown = chosenWidget();
    showWhich();
    drawn = shown ? formOf(typeOf(shown)) : "";
    content = shown ? showForm(form, shown) : showNothing(form);
  };
  /** Draws the form anew, and leaves its reader where they are. */
  const redraw = () => {
    const before = placeIn(form, content.fields);
    show();
    putBack(form, content.fields, before);
  };
  show();
  const ends = [
    onPlaced(() => {
      const now = chosenWidget();
      if (now !== shown) {
        // A form that somebody is in stays, unless its widget has gone.
        if (!now || !shown || latestOf(shown) !== now) show();
        else if (formOf(typeOf(now)) !== drawn) redraw();
        else {
          shown = now;
          content.follow(now);
        }
      }
      showWhich();
    }),
    onSaved((types) => {
      // What somebody is at stays, unless it is about something else now.
      if (shown && types.has(typeOf(shown)) && formOf(typeOf(shown)) !== drawn) redraw();
    }),
  ];
  return () => {
    content.end();
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

/**
 * @param {HTMLElement} form
 * @returns {Shown}
 */
function showNothing(form) {
  form.replaceChildren(
    element("p", { class: "hint" }, "No widget is on this page: add one in the Widgets tab."),
  );
  return NOTHING;
}

/**
 * @param {HTMLElement} form
 * @param {Element} widget
 * @returns {Shown}
 */
function showForm(form, widget) {
  const type = typeOf(widget);
  const known = workbench.widgets[type];
  if (!known) {
    form.replaceChildren(
      element("p", { class: "hint" }, `${type} is not in the repository any more.`),
    );
    return NOTHING;
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
    return NOTHING;
  }
  const values = sdkOf(widget)?.getProps() ?? {};
  /** @type {Map<string, Field>} */
  const fields = new Map();
  let current = widget;
  /** @param {Property} property */
  const field = (property) => {
    const id = `property-${properties.indexOf(property)}`;
    const made = propertyField(type, property, id, values[property.name], (value) =>
      changeProps(current, { [property.name]: value }),
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
      copyButton("Copy as defaultConfig", () => defaultConfig(current, properties)),
      element(
        "button",
        {
          type: "button",
          onclick: () => {
            resetProps(current);
            // What stands there and is no value goes as well.
            const now = sdkOf(current)?.getProps() ?? {};
            for (const [name, field] of fields) field.show(now[name]);
          },
        },
        "Back to how it was configured",
      ),
    ),
  );
  let end = followProps(current, fields);
  return {
    fields,
    follow(next) {
      end();
      current = next;
      end = followProps(current, fields);
      showProps(fields, sdkOf(current)?.getProps() ?? {});
    },
    end: () => end(),
  };
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
 * @param {Map<string, Field>} fields
 */
function followProps(widget, fields) {
  const follow = (/** @type {unknown} */ props) => {
    showProps(fields, /** @type {Record<string, unknown>} */ (props));
  };
  return sdkOf(widget)?.on("propsChanged", follow) ?? (() => {});
}

/**
 * @param {Map<string, Field>} fields
 * @param {Record<string, unknown>} props
 */
function showProps(fields, props) {
  for (const [name, field] of fields) {
    // What somebody has typed and the rules forbid is still theirs.
    if (field.draft() === null && !hasFocus(field)) field.show(props[name]);
  }
}

/** @param {Field} field */
function hasFocus({ content }) {
  return content.contains(/** @type {ShadowRoot} */ (content.getRootNode()).activeElement);
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
