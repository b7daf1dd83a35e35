import { element } from "../element.js";

/**
 * A choice of one out of few, all of which are seen.
 *
 * @param {string} legend
 * @param {string} name of the radio buttons
 * @param {{ value: string, label: string, hint?: string }[]} choices with hints they stand below each other
 * @param {(value: string) => void} [choose] called when a person chooses
 * @returns {{ content: HTMLElement, show: (isChosen: (value: string) => boolean) => void }} `show` checks the chosen one,
 *   if any is
 */
export function radioChoices(legend, name, choices, choose = () => {}) {
  const radios = choices.map(({ value }) => {
    const radio = element("input", { type: "radio", name, onchange: () => choose(value) });
    radio.value = value;
    return radio;
  });
  const stacked = choices.some(({ hint }) => hint);
  return {
    content: element(
      "fieldset",
      { class: stacked ? "choices stacked" : "choices" },
      element("legend", {}, legend),
      ...choices.map(({ label, hint }, index) =>
        element("label", {}, radios[index], label, hint && element("small", {}, hint)),
      ),
    ),
    show(isChosen) {
      for (const radio of radios) radio.checked = isChosen(radio.value);
    },
  };
}
