/**
 * The community's theme as it is played: design tokens that differ from its own, kept as long as the tab.
 *
 * @import { DesignTokens } from "../community/design-tokens.js"
 */

import {
  getDesignTokens,
  onDesignTokensChanged,
  setDesignTokens,
} from "/_community/design-tokens.js";
import { keep, kept } from "./kept.js";

/** @type {DesignTokens} */
let changes = {};

/** @type {DesignTokens} */
let own = {};

/** Brings back what was played before the page was loaded. To be called before the first widget is placed. */
export function restoreTheme() {
  own = getDesignTokens();
  changeTokens(kept("tab", "theme", {}));
}

/** @returns {DesignTokens} the community's own, whatever is played */
export function ownTokens() {
  return { ...own };
}

/** @returns {DesignTokens} those that differ from the community's own */
export function changedTokens() {
  return { ...changes };
}

/** @param {DesignTokens} tokens on top of what is played */
export function changeTokens(tokens) {
  const all = Object.entries({ ...changes, ...tokens });
  changes = Object.fromEntries(all.filter(([name, value]) => value !== own[name]));
  keep("tab", "theme", Object.keys(changes).length > 0 ? changes : undefined);
  if (Object.keys(tokens).length > 0) setDesignTokens(tokens);
}

/** @param {DesignTokens} tokens in the place of what is played */
export function playTheme(tokens) {
  const back = Object.fromEntries(Object.keys(changes).map((name) => [name, own[name]]));
  changeTokens({ ...back, ...tokens });
}

/** Called after tokens have changed. */
export const onThemeChange = onDesignTokensChanged;
