/**
 * One field of the No-Code Builder's form (platform.md §2): its seven types, each with its label, description and rules.
 *
 * @import { Option, Property } from "../workbench-data.js"
 *
 * @typedef {object} Control
 * @property {Node} content
 * @property {HTMLElement | null} labelled what the label is for; null where the content has a legend of its own
 * @property {(value: unknown) => void} show
 * @property {() => boolean} [isTyping] whether somebody is at what is no value yet, such as a search
 *
 * @typedef {object} Field
 * @property {HTMLElement} content
 * @property {(value: unknown) => void} show shows another value
 * @property {() => string | null} draft what stands there and is no value of the widget's; null where nothing does
 * @property {(draft: string) => void} put puts a draft there, as if a person typed it
 *
 * @typedef {(value: unknown) => void} Change
 */

import { announce } from "../announcement.js";
import { element } from "../element.js";
import { messageOf } from "../message-of.js";
import { HEX_COLOUR } from "./hex-colour.js";
import { optionPicker } from "./option-picker.js";
import { optionSource } from "./option-source.js";
import { refusal, rulesInWords } from "./rules.js";

/** Characters of a value that are quoted. */
const QUOTED = 60;

/** @type {Record<string, (property: Property, id: string, change: Change, type: string) => Control>} */
const CONTROLS = {
  text: (_property, id, change) => inputControl("text", id, change),
  date: (_property, id, change) => inputControl("date", id, change),
  number: numberControl,
  color: colorControl,
  boolean: booleanControl,
  select: selectControl,
  autocomplete: autocompleteControl,
};

/**
 * @param {string} type the widget's
 * @param {Property} property
 * @param {string} id of the field, which no other has
 * @param {unknown} value
 * @param {Change} change called with each value that the rules allow
 * @returns {Field}
 */
export function propertyField(type, property, id, value, change) {
  const { name, label, description } = property;
  const error = element("p", { class: "error", role: "alert", id: `${id}-error`, hidden: true });
  const hint = [description, rulesInWords(property)].filter(Boolean).join(" ");
  const control = CONTROLS[property.type](property, id, checked, type);
  const described = hint && element("p", { class: "hint", id: `${id}-hint` }, hint);
  const names = [`${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  const content = control.labelled
    ? element("div", { class: "field" }, element("label", { for: id }, label || name))
    : element("fieldset", { class: "field" }, element("legend", {}, label || name));
  content.append(control.content, error, ...(described ? [described] : []));
  (control.labelled ?? content).setAttribute("aria-describedby", names);
  content.dataset.property = name;
  let refused = false;
  show(value);
  return {
    content,
    show,
    draft() {
      const { labelled } = control;
      if (!(labelled instanceof HTMLInputElement) || labelled.type === "checkbox") return null;
      // Of what is no number, a browser does not tell what it is.
      const drafted = (refused && !labelled.validity.badInput) || control.isTyping?.();
      return drafted ? labelled.value : null;
    },
    put(draft) {
      const { labelled } = control;
      if (!(labelled instanceof HTMLInputElement) || labelled.value === draft) return;
      labelled.value = draft;
      labelled.dispatchEvent(new Event("input"));
    },
  };

  /** @param {unknown} shown the widget's value, which may be what no rule allows */
  function show(shown) {
    refused = false;
    control.show(shown);
    const why = shown === undefined || shown === null ? "" : refusal(property, shown);
    tell(why && `The widget has ${quoted(shown)}. ${why}`);
  }

  /** @param {unknown} changed */
  function checked(changed) {
    const why = refusal(property, changed);
    refused = why !== "";
    tell(why);
    if (!why) change(changed);
  }

  /** @param {string} why it cannot be taken; empty if it can */
  function tell(why) {
    error.textContent = why;
    error.hidden = why === "";
    control.labelled?.setAttribute("aria-invalid", String(why !== ""));
  }
}

/** @param {unknown} value of a configuration, which is JSON; a widget may have set others */
function quoted(value) {
  let text;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = Object.prototype.toString.call(value);
  }
  return text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text;
}

/**
 * @param {string} type
 * @param {string} id
 * @param {Change} change
 * @returns {Control}
 */
function inputControl(type, id, change) {
  const input = element("input", { type, id, oninput: () => change(input.value) });
  return {
    content: input,
    labelled: input,
    show: (value) => {
      input.value = String(value ?? "");
    },
  };
}

/**
 * @param {Property} _property
 * @param {string} id
 * @param {Change} change
 * @returns {Control}
 */
function numberControl(_property, id, change) {
  const input = element("input", {
    type: "number",
    step: "any",
    id,
    // What is no number has the value "", and is told by the input's own validity.
    oninput: () =>
      change(
        input.validity.badInput ? Number.NaN : input.value === "" ? null : input.valueAsNumber,
      ),
  });
  return {
    content: input,
    labelled: input,
    show: (value) => {
      input.value = String(value ?? "");
    },
  };
}

/**
 * @param {Property} _property
 * @param {string} id
 * @param {Change} change
 * @returns {Control}
 */
function colorControl({ name, label }, id, change) {
  const picker = element("input", {
    type: "color",
    "aria-label": `${label || name}: pick the colour`,
    oninput: () => {
      text.value = picker.value;
      change(picker.value);
    },
  });
  const text = element("input", {
    type: "text",
    id,
    spellcheck: "false",
    oninput: () => {
      follow(text.value);
      change(text.value);
    },
  });
  /** @param {string} value */
  const follow = (value) => {
    if (HEX_COLOUR.test(value)) picker.value = value;
  };
  return {
    content: element("span", { class: "color" }, picker, text),
    labelled: text,
    show: (value) => {
      text.value = String(value ?? "");
      follow(text.value);
    },
  };
}

/**
 * @param {Property} _property
 * @param {string} id
 * @param {Change} change
 * @returns {Control}
 */
function booleanControl(_property, id, change) {
  const input = element("input", { type: "checkbox", id, onchange: () => change(input.checked) });
  return {
    content: input,
    labelled: input,
    show: (value) => {
      input.checked = value === true;
    },
  };
}

/**
 * @param {Property} property
 * @param {string} id
 * @param {Change} change
 * @param {string} type
 * @returns {Control}
 */
function selectControl(property, id, change, type) {
  return property.multiple
    ? checkboxesControl(property, id, change, type)
    : dropDownControl(property, id, change, type);
}

/**
 * @param {Property} property
 * @param {string} id
 * @param {Change} change
 * @param {string} type
 * @returns {Control}
 */
function dropDownControl(property, id, change, type) {
  /** @type {Option[]} */
  let options = [];
  /** @type {unknown} */
  let shown;
  let loaded = false;
  const select = element("select", {
    id,
    onchange: () => {
      shown = select.value === "" ? null : options[Number(select.value)].value;
      showChosen();
      change(shown);
    },
  });
  const status = element("p", { role: "status", class: "hint" });
  load();
  return {
    content: element("span", {}, select, status),
    labelled: select,
    show: (value) => {
      shown = value;
      showChosen();
    },
  };

  async function load() {
    try {
      options = await optionSource(type, property).find("");
      loaded = true;
    } catch (reason) {
      status.textContent = messageOf(reason);
    }
    select.replaceChildren(
      element("option", { value: "" }, "–"),
      ...options.map(({ value, label }, index) =>
        element("option", { value: index }, label || String(value)),
      ),
    );
    showChosen();
  }

  function showChosen() {
    const index = indexOf(options, shown);
    select.value = String(index ?? "");
    const isNone = shown === undefined || shown === null || shown === "";
    if (loaded) {
      status.textContent =
        index === null && !isNone ? `${quoted(shown)} is none of the options.` : "";
    }
  }
}

/**
 * @param {Property} property
 * @param {string} id
 * @param {Change} change
 * @param {string} type
 * @returns {Control}
 */
function checkboxesControl(property, id, change, type) {
  /** @type {unknown[]} */
  let chosen = [];
  /** @type {Option[]} */
  let options = [];
  const boxes = element("span", { class: "boxes", id });
  optionSource(type, property)
    .find("")
    .then(
      (found) => {
        options = found;
        fill();
      },
      (reason) => boxes.append(element("p", { role: "status", class: "hint" }, reason.message)),
    );
  return {
    content: boxes,
    labelled: null,
    show: (value) => {
      chosen = Array.isArray(value) ? value : [];
      fill();
    },
  };

  function fill() {
    const focused = boxes.contains(/** @type {ShadowRoot} */ (boxes.getRootNode()).activeElement);
    // While somebody is at it, it shows what they do.
    if (focused) return;
    boxes.replaceChildren(
      ...options.map(({ value, label }) => {
        const box = element("input", {
          type: "checkbox",
          checked: chosen.includes(value),
          onchange: () => {
            chosen = box.checked ? [...chosen, value] : chosen.filter((other) => other !== value);
            change(options.map((option) => option.value).filter((each) => chosen.includes(each)));
          },
        });
        return element("label", {}, box, label || String(value));
      }),
    );
  }
}

/**
 * @param {Property} property
 * @param {string} id
 * @param {Change} change
 * @param {string} type
 * @returns {Control}
 */
function autocompleteControl(property, id, change, type) {
  const source = optionSource(type, property);
  return property.multiple
    ? chipsControl(property, id, change, source)
    : searchControl(id, change, source);
}

/**
 * @param {string} id
 * @param {Change} change
 * @param {import("./option-source.js").OptionSource} source
 * @returns {Control}
 */
function searchControl(id, change, source) {
  /** @type {Option | null} */
  let chosen = null;
  const { input, content, isTyping } = optionPicker({
    id,
    find: source.find,
    choose: (option) => {
      chosen = option;
      change(option.value);
    },
    clears: false,
    left: () => {
      if (input.value === "" && chosen !== null) {
        chosen = null;
        change(null);
      }
      // What was typed is no choice.
      input.value = textOf(chosen);
    },
  });
  return {
    content,
    labelled: input,
    isTyping,
    show: async (value) => {
      const none = value === null || value === undefined || value === "";
      if (none ? chosen === null : String(chosen?.value) === String(value)) return;
      chosen = none ? null : { value: /** @type {string} */ (value), label: "" };
      const [labelled] = none ? [null] : await labels(source, [value]);
      // Another may have been chosen meanwhile.
      if (String(chosen?.value) !== String(labelled?.value)) return;
      chosen = labelled;
      if (!isTyping()) input.value = textOf(chosen);
    },
  };
}

/**
 * @param {Property} property
 * @param {string} id
 * @param {Change} change
 * @param {import("./option-source.js").OptionSource} source
 * @returns {Control}
 */
function chipsControl({ sortable, label, name }, id, change, source) {
  /** @type {Option[]} */
  let chosen = [];
  const chips = element("ol", { class: "chips", "aria-label": `${label || name}: chosen` });
  const { input, content, isTyping } = optionPicker({
    id,
    find: async (search) =>
      (await source.find(search)).filter(({ value }) => indexOf(chosen, value) === null),
    choose: (option) => choose([...chosen, option]),
    clears: true,
  });
  return {
    content: element("span", {}, chips, content),
    labelled: input,
    isTyping,
    show: async (value) => {
      const values = Array.isArray(value) ? value : [];
      if (JSON.stringify(values) === JSON.stringify(chosen.map((option) => option.value))) return;
      chosen = await labels(source, values);
      fill();
    },
  };

  /** @param {Option[]} options */
  function choose(options) {
    chosen = options;
    fill();
    change(chosen.map(({ value }) => value));
  }

  function fill() {
    chips.replaceChildren(
      ...chosen.map((option, index) => {
        const text = option.label || String(option.value);
        return element(
          "li",
          {},
          text,
          sortable && move("↑", `Move ${text} up`, index, -1),
          sortable && move("↓", `Move ${text} down`, index, 1),
          element(
            "button",
            {
              type: "button",
              "aria-label": `Remove ${text}`,
              onclick: () => {
                choose(chosen.filter((_, other) => other !== index));
                input.focus();
              },
            },
            "×",
          ),
        );
      }),
    );
  }

  /**
   * @param {string} sign
   * @param {string} name
   * @param {number} index
   * @param {-1 | 1} step
   */
  function move(sign, name, index, step) {
    const to = index + step;
    return element(
      "button",
      {
        type: "button",
        "aria-label": name,
        disabled: to < 0 || to >= chosen.length,
        onclick: () => {
          const moved = [...chosen];
          [moved[index], moved[to]] = [moved[to], moved[index]];
          choose(moved);
          announce(`${textOf(chosen[to])} is ${to + 1} of ${chosen.length} now.`);
          const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (
            chips.children[to].querySelectorAll("button:not(:disabled)")
          );
          // At an end there is the other way alone.
          const again = Array.from(buttons).find((button) => button.ariaLabel === name);
          (again ?? buttons[0]).focus();
        },
      },
      sign,
    );
  }
}

/** @param {Option | null} option */
function textOf(option) {
  return option === null ? "" : option.label || String(option.value);
}

/**
 * What people see of values; a value itself where nobody knows.
 *
 * @param {import("./option-source.js").OptionSource} source
 * @param {unknown[]} values
 * @returns {Promise<Option[]>}
 */
async function labels(source, values) {
  const known = await source.ofValues(values).catch(() => []);
  return values.map((value) => {
    const index = indexOf(known, value);
    return index === null
      ? { value: /** @type {string} */ (value), label: String(value) }
      : { value: /** @type {string} */ (value), label: known[index].label || String(value) };
  });
}

/**
 * @param {Option[]} options
 * @param {unknown} value as the widget has it, which may be text where the server's is a number
 * @returns {number | null}
 */
function indexOf(options, value) {
  const index = options.findIndex((option) => String(option.value) === String(value));
  return index === -1 ? null : index;
}
