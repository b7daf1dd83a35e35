/**
 * The documentation's theme, as a community's: its font, and in the dark other colours. Widgets hear of a change as of
 * any other change of design tokens.
 */

import { getDesignTokens, setDesignTokens } from "/_community/design-tokens.js";

const DARK = {
  "color-action-primary-default": "#c4a1f0",
  "color-action-primary-hover": "#d5bcf6",
  "color-action-primary-pressed": "#e6d8fa",
  "color-content-default": "#e6e8ec",
  "color-content-subtle": "#bcc1cb",
  "color-content-subtlest": "#9da3b0",
  "color-content-inverse": "#1b1425",
  "color-surface-default": "#1c1f24",
  "color-surface-muted": "#282c33",
  "color-surface-page": "#131416",
  "color-line-default": "#3b4049",
  "color-focus-ring": "#6aa9ff",
  "color-link-default": "#c4a1f0",
  "color-status-danger-bold": "#ff9a9c",
  "color-status-success-bold": "#7bd396",
  "color-status-information-bold": "#8dbdfd",
  "color-skeleton-default": "#282c33",
};

const prefersDark = matchMedia("(prefers-color-scheme: dark)");

/** Takes over the theme as it is, and each change of it from now on. */
export function followTheme() {
  const own = getDesignTokens();
  const light = Object.fromEntries(Object.keys(DARK).map((name) => [name, own[name] ?? null]));
  const font = getComputedStyle(document.body).fontFamily;
  setDesignTokens({ "font-family-sans": font, "font-family-heading": font });

  let wasDark = false;
  const follow = () => {
    if (isDark() === wasDark) return;
    wasDark = isDark();
    setDesignTokens(wasDark ? DARK : light);
    document.documentElement.classList.toggle("gallery-dark", wasDark);
  };
  follow();
  prefersDark.addEventListener("change", follow);
  new MutationObserver(follow).observe(document.body, { attributeFilter: ["data-theme"] });
}

function isDark() {
  const { theme } = document.body.dataset;
  return theme === "dark" || (theme !== "light" && prefersDark.matches);
}
