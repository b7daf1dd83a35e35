/** *Network*: a bad day, played for the calls of every widget on the page. */

import { element } from "../element.js";
import {
  FAILURES,
  GOOD,
  networkConditions,
  onNetworkChange,
  planFailure,
  plannedFailure,
  setNetworkConditions,
} from "../network-conditions.js";
import { radioChoices } from "./radio-choices.js";

/** @type {Record<string, { label: string, conditions: import("../network-conditions.js").Conditions }>} */
const CONNECTIONS = {
  good: { label: "As it is", conditions: GOOD },
  // What Chromium's own tools call so: milliseconds of a round trip, and kilobits a second.
  slow4g: { label: "Slow 4G", conditions: { offline: false, latency: 562, speed: 1440 } },
  "3g": { label: "3G", conditions: { offline: false, latency: 2000, speed: 400 } },
  offline: { label: "Offline", conditions: { ...GOOD, offline: true } },
};

/** @type {import("./tabs.js").Tab} */
export function networkTab(place) {
  const connection = radioChoices(
    "Connection",
    "connection",
    Object.entries(CONNECTIONS).map(([value, { label }]) => ({ value, label })),
    (value) => setNetworkConditions(CONNECTIONS[value].conditions),
  );
  const latency = number("latency", "Milliseconds added to each call", 60_000);
  const speed = number("speed", "Kilobits a second for each answer (0: no limit)", 1_000_000);
  latency.input.addEventListener("input", () =>
    setNetworkConditions({ latency: numberIn(latency.input) }),
  );
  speed.input.addEventListener("input", () =>
    setNetworkConditions({ speed: numberIn(speed.input) }),
  );

  const failure = element(
    "select",
    { id: "failure" },
    ...Object.entries(FAILURES).map(([name, { label }]) =>
      element("option", { value: name }, label),
    ),
  );
  const permalink = element("input", {
    id: "failing",
    placeholder: "any connector",
    autocomplete: "off",
    spellcheck: "false",
  });
  const planned = element("p", { role: "status", class: "planned" });
  const cancel = element("button", { type: "button", onclick: () => planFailure(null) }, "Cancel");
  place.append(
    connection.content,
    latency.field,
    speed.field,
    element("h2", {}, "Fail the next call"),
    element("p", { class: "field" }, element("label", { for: "failure" }, "With"), failure),
    element("p", { class: "field" }, element("label", { for: "failing" }, "Of"), permalink),
    element(
      "p",
      { class: "row" },
      element(
        "button",
        {
          type: "button",
          onclick: () => planFailure({ failure: failure.value, permalink: permalink.value.trim() }),
        },
        "Fail the next call",
      ),
      cancel,
    ),
    planned,
  );

  const show = () => {
    const conditions = networkConditions();
    connection.show(
      (value) => JSON.stringify(CONNECTIONS[value].conditions) === JSON.stringify(conditions),
    );
    showNumber(latency.input, conditions.latency);
    showNumber(speed.input, conditions.speed);
    const plan = plannedFailure();
    cancel.hidden = plan === null;
    planned.textContent = plan
      ? `The next call of ${plan.permalink || "any connector"} fails: ${FAILURES[plan.failure].label}.`
      : "";
  };
  show();
  return onNetworkChange(show);
}

/**
 * @param {string} id
 * @param {string} label
 * @param {number} most
 */
function number(id, label, most) {
  const input = element("input", {
    id,
    type: "number",
    min: 0,
    max: most,
    step: 1,
    onblur: () => {
      input.value = String(numberIn(input));
    },
  });
  return {
    input,
    field: element("p", { class: "field" }, element("label", { for: id }, label), input),
  };
}

/** @param {HTMLInputElement} input */
function numberIn(input) {
  return Math.min(Math.max(0, input.valueAsNumber || 0), Number(input.max));
}

/**
 * @param {HTMLInputElement} input
 * @param {number} value
 */
function showNumber(input, value) {
  // Somebody may be typing there, and have emptied it first.
  const typing = /** @type {ShadowRoot} */ (input.getRootNode()).activeElement === input;
  if (numberIn(input) !== value || !typing) input.value = String(value);
}
