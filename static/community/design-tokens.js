/**
 * The community's design tokens: read from design-tokens.css, changed page-wide, told to every widget.
 *
 * @typedef {Record<string, string | null>} DesignTokens value by name without the leading `--`
 */

/** Tokens that a community may set but that have no default: a widget sees null (platform.md §3). */
const WITHOUT_DEFAULT = ["config--main-color-brand"];

const theme = await themeRule();

/** @type {Map<string, string | null>} */
const tokens = new Map([
  ...Array.from(
    theme.style,
    (property) =>
      /** @type {[string, string]} */ ([property.slice(2), theme.style.getPropertyValue(property)]),
  ),
  ...WITHOUT_DEFAULT.map((name) => /** @type {[string, null]} */ ([name, null])),
]);

/** @type {Set<() => void>} */
const listeners = new Set();

/** @returns {Promise<CSSStyleRule>} the `:root` rule of design-tokens.css */
async function themeRule() {
  const link = /** @type {HTMLLinkElement | null} */ (
    document.querySelector('link[href$="/design-tokens.css"]')
  );
  // Browsers run a module while a style sheet is still on its way.
  if (link && !link.sheet) {
    await new Promise((resolve) => {
      link.addEventListener("load", resolve, { once: true });
      link.addEventListener("error", resolve, { once: true });
    });
  }
  const rule = link?.sheet?.cssRules[0];
  if (!(rule instanceof CSSStyleRule)) {
    throw new Error(
      "design-tokens.css is not on the page, or did not load: link it before page.js.",
    );
  }
  return rule;
}

/** @returns {DesignTokens} a copy */
export function getDesignTokens() {
  return Object.fromEntries(tokens);
}

/**
 * Changes tokens on the whole page and tells every widget on it.
 *
 * @param {DesignTokens} changes names with or without the leading `--`; null takes a value away
 */
export function setDesignTokens(changes) {
  for (const [given, value] of Object.entries(changes)) {
    const name = given.replace(/^--/, "");
    tokens.set(name, value);
    theme.style.setProperty(`--${name}`, value);
  }
  for (const listener of [...listeners]) listener();
}

/**
 * @param {() => void} listener called after each change
 * @returns {() => void} unsubscribes
 */
export function onDesignTokensChanged(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @returns {string} the tokens as custom properties of a shadow root's host */
export function designTokensCss() {
  const declarations = Array.from(tokens)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `  --${name}: ${value};\n`);
  return `:host {\n${declarations.join("")}}\n`;
}
