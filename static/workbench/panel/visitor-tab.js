/**
 * *Visitor*: who is on the page. That is a part of its address, as signing in is a page load on the platform: the server
 * tells connectors who calls, and no browser does.
 */

import { page } from "/_community/page-data.js";
import { element } from "../element.js";
import { workbench } from "../workbench-data.js";
import { radioChoices } from "./radio-choices.js";

const ROLES = [
  {
    value: "guest",
    label: "Guest",
    hint: "Nobody has signed in; connectors that need to know who calls refuse.",
  },
  { value: "member", label: "Member", hint: "Who preview.toml's [user] says." },
  { value: "admin", label: "Admin", hint: "The same, with an admin's role." },
];

const LOCALES = [
  "de-DE",
  "en-GB",
  "en-US",
  "es-ES",
  "fr-FR",
  "it-IT",
  "ja-JP",
  "nl-NL",
  "pl-PL",
  "pt-BR",
];

/** @type {import("./tabs.js").Tab} */
export function visitorTab(place) {
  const roles = radioChoices("Role", "role", ROLES);
  roles.show((value) => page.user.role === value);
  const locale = element("input", {
    id: "locale",
    list: "locales",
    pattern: "[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*",
    required: true,
    autocomplete: "off",
  });
  locale.value = page.locale;
  const fields = element("ul", { class: "profile-fields", "aria-label": "Profile fields" });
  for (const [number, value] of Object.entries(workbench.profileFields)) {
    // An empty one has been taken away.
    if (value !== "") fields.append(fieldRow(number, value));
  }
  const form = element(
    "form",
    {
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        visit(form, fields);
      },
    },
    roles.content,
    element(
      "p",
      { class: "field" },
      element("label", { for: "locale" }, "Locale"),
      locale,
      element(
        "datalist",
        { id: "locales" },
        ...LOCALES.map((each) => element("option", { value: each })),
      ),
    ),
    element("h2", {}, "Profile fields"),
    element(
      "p",
      { class: "hint" },
      "What {{ user.profile_fields.by_id(42) }} gives in a connector, by the field's number.",
    ),
    fields,
    element(
      "p",
      { class: "row" },
      element(
        "button",
        {
          type: "button",
          onclick: () => {
            const row = fieldRow("", "");
            fields.append(row);
            row.querySelector("input")?.focus();
          },
        },
        "Add a field",
      ),
    ),
    element(
      "p",
      { class: "row" },
      element("button", { class: "primary" }, "Load the page as this visitor"),
    ),
  );
  place.append(form);
  return () => {};
}

/**
 * @param {string} number
 * @param {string} value
 */
function fieldRow(number, value) {
  const numberInput = element("input", {
    name: "number",
    onchange: () => nameAll(),
    inputmode: "numeric",
    pattern: "[0-9]+",
    required: true,
    value: number,
  });
  const valueInput = element("input", { name: "value", value });
  const remove = element(
    "button",
    {
      type: "button",
      onclick: () => {
        const next = row.nextElementSibling ?? row.previousElementSibling;
        const place = next ?? row.parentElement?.parentElement;
        row.remove();
        place?.querySelector("button")?.focus();
      },
    },
    "Remove",
  );
  const row = element("li", {}, numberInput, valueInput, remove);
  nameAll();
  return row;

  /** There are as many as there are rows: each is called by its field's number. */
  function nameAll() {
    const field = numberInput.value
      ? `profile field ${numberInput.value}`
      : "the new profile field";
    numberInput.ariaLabel = `Number of ${field}`;
    valueInput.ariaLabel = `Value of ${field}`;
    remove.ariaLabel = `Remove ${field}`;
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement} fields
 */
function visit(form, fields) {
  const address = new URL(location.href);
  const query = address.searchParams;
  const role = new FormData(form).get("role");
  if (typeof role === "string") query.set("user", role);
  const locale = /** @type {HTMLInputElement} */ (form.querySelector("#locale"));
  query.set("locale", locale.value);
  for (const name of [...query.keys()]) if (name.startsWith("profile.")) query.delete(name);
  const given = new Map(
    Array.from(fields.querySelectorAll("li"), (row) => {
      const [number, value] = row.querySelectorAll("input");
      // As the server counts: "042" is 42.
      return [number.value.replace(/^0+(?=.)/, ""), value.value];
    }),
  );
  // One of preview.toml's that is removed has no value.
  for (const number of Object.keys(workbench.profileFields)) {
    if (!given.has(number)) given.set(number, "");
  }
  for (const [number, value] of given) query.set(`profile.${number}`, value);
  location.href = address.href;
}
