/** *Theme*: the community's design tokens, which every widget on the page hears of at once. */

import { element } from "../element.js";
import { changedTokens, changeTokens, onThemeChange, ownTokens, playTheme } from "../theme.js";
import { copyButton } from "./copy-button.js";
import { HEX_COLOUR } from "./hex-colour.js";
import { radioChoices } from "./radio-choices.js";

/** @typedef {import("../../community/design-tokens.js").DesignTokens} DesignTokens */

/** @type {Record<string, { label: string, tokens: DesignTokens }>} */
const PRESETS = {
  light: { label: "Light", tokens: {} },
  dark: {
    label: "Dark",
    tokens: {
      "color-action-primary-default": "#B48AE8",
      "color-action-primary-hover": "#C6A5F0",
      "color-action-primary-pressed": "#DCC7F7",
      "color-content-default": "#ECEEF3",
      "color-content-subtle": "#BCC2CE",
      "color-content-subtlest": "#A2A9B8",
      "color-content-inverse": "#15181F",
      "color-surface-default": "#1E222B",
      "color-surface-muted": "#282D38",
      "color-surface-page": "#14171D",
      "color-line-default": "#434A59",
      "color-focus-ring": "#79B1FF",
      "color-link-default": "#C6A5F0",
      "color-status-danger-bold": "#FF9C93",
      "color-status-success-bold": "#7FD79C",
      "color-status-information-bold": "#85B8FF",
      "color-skeleton-default": "#303644",
    },
  },
  contrast: {
    label: "High contrast",
    tokens: {
      "color-action-primary-default": "#4B0FA8",
      "color-action-primary-hover": "#36087D",
      "color-action-primary-pressed": "#240356",
      "color-content-default": "#000000",
      "color-content-subtle": "#000000",
      "color-content-subtlest": "#1F1F1F",
      "color-content-inverse": "#FFFFFF",
      "color-surface-default": "#FFFFFF",
      "color-surface-muted": "#FFFFFF",
      "color-surface-page": "#FFFFFF",
      "color-line-default": "#000000",
      "color-focus-ring": "#0033CC",
      "color-link-default": "#0033CC",
      "color-status-danger-bold": "#8F0000",
      "color-status-success-bold": "#004D16",
      "color-status-information-bold": "#002E99",
      "color-skeleton-default": "#D9D9D9",
      "border-width-100": "2px",
    },
  },
};

/** @type {import("./tabs.js").Tab} */
export function themeTab(place) {
  const presets = radioChoices(
    "Preset",
    "preset",
    Object.entries(PRESETS).map(([value, { label }]) => ({ value, label })),
    (value) => playTheme(PRESETS[value].tokens),
  );
  const rows = Object.keys(ownTokens())
    .sort()
    .map((name) => tokenRow(name));
  const list = element("ul", { class: "tokens", "aria-label": "Design tokens" });
  const find = element("input", {
    type: "search",
    id: "find-token",
    placeholder: "color, space, font …",
    oninput: () => {
      for (const { item, name } of rows)
        item.hidden = !name.includes(find.value.trim().toLowerCase());
    },
  });
  list.append(...rows.map(({ item }) => item));
  place.append(
    presets.content,
    element(
      "p",
      { class: "row" },
      element(
        "button",
        { type: "button", onclick: () => playTheme({}) },
        "Back to the community's own",
      ),
      copyButton("Copy as CSS", asCss),
    ),
    element("p", { class: "field" }, element("label", { for: "find-token" }, "Find a token"), find),
    list,
  );
  const show = () => {
    const changes = changedTokens();
    for (const { show } of rows) show(changes);
    presets.show((value) => same(PRESETS[value].tokens, changes));
  };
  show();
  return onThemeChange(show);
}

/** @param {string} name */
function tokenRow(name) {
  const own = ownTokens()[name];
  const text = element("input", {
    type: "text",
    id: `token-${name}`,
    spellcheck: "false",
    onchange: () => changeTokens({ [name]: text.value.trim() || own }),
  });
  const color = element("input", {
    type: "color",
    "aria-label": `${name}, as a colour`,
    oninput: () => changeTokens({ [name]: color.value }),
  });
  const item = element(
    "li",
    {},
    element("label", { for: text.id }, name),
    own !== null && HEX_COLOUR.test(own) ? color : null,
    text,
  );
  return {
    name,
    item,
    /** @param {DesignTokens} changes */
    show(changes) {
      const value = (name in changes ? changes[name] : own) ?? "";
      item.classList.toggle("changed", name in changes);
      text.value = value;
      if (HEX_COLOUR.test(value)) color.value = value;
    },
  };
}

/**
 * @param {DesignTokens} one
 * @param {DesignTokens} other
 */
function same(one, other) {
  const own = ownTokens();
  const [first, second] = [
    { ...own, ...one },
    { ...own, ...other },
  ];
  return Object.keys(own).every(
    (name) => first[name]?.toLowerCase() === second[name]?.toLowerCase(),
  );
}

function asCss() {
  const lines = Object.entries({ ...ownTokens(), ...changedTokens() })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `  --${name}: ${value};`);
  return [":root {", ...lines, "}"].join("\n");
}
