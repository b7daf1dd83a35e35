import { element } from "../element.js";

/**
 * A button that puts a text on the clipboard; where a browser refuses that, the text is shown, to be copied by hand.
 *
 * @param {string} label
 * @param {() => string} text
 * @param {string} [name] what screen readers call it; default: its label
 * @returns {HTMLElement}
 */
export function copyButton(label, text, name = label) {
  const status = element("span", { role: "status", class: "copied" });
  const shown = element("textarea", { class: "by-hand", readonly: true, rows: 6, hidden: true });
  shown.setAttribute("aria-label", `${name}: the text`);
  const button = element(
    "button",
    {
      type: "button",
      "aria-label": name === label ? null : name,
      onclick: async () => {
        try {
          await navigator.clipboard.writeText(text());
          status.textContent = "Copied";
          shown.hidden = true;
        } catch {
          shown.value = text();
          shown.hidden = false;
          shown.select();
          status.textContent = "Copy it from here";
        }
      },
    },
    label,
  );
  return element("span", { class: "copy" }, button, status, shown);
}
