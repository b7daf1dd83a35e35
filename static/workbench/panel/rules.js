/**
 * What a value of the No-Code Builder has to be like (platform.md §2, `rules`).
 *
 * @import { Property } from "../workbench-data.js"
 */

/**
 * @param {Property} property
 * @param {unknown} value
 * @returns {string} why it cannot be taken, in a sentence; empty if it can
 */
export function refusal({ rules, type }, value) {
  if (isEmpty(value)) return rules.required ? "This is required." : "";
  if (typeof value === "string") return textRefusal(rules, value, type);
  if (typeof value === "number") return numberRefusal(rules, value);
  return "";
}

/**
 * What stands below a field, so that nobody has to find out.
 *
 * @param {Property} property
 * @returns {string}
 */
export function rulesInWords({ rules }) {
  const { required, minLength, maxLength, pattern, minimum, maximum } = rules;
  return [
    required && "Required.",
    between(minLength, maxLength, "characters"),
    between(minimum, maximum, ""),
    pattern && `Has to match ${pattern}.`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** @param {unknown} value */
function isEmpty(value) {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    (Array.isArray(value) && value.length === 0)
  );
}

/**
 * @param {import("../workbench-data.js").Rules} rules
 * @param {string} value
 * @param {string} type
 */
function textRefusal({ minLength, maxLength, pattern, minimum, maximum }, value, type) {
  // As a person counts, who sees one character where UTF-16 has two.
  const { length } = [...value];
  if (minLength !== undefined && length < minLength) {
    return `This needs at least ${minLength} characters; it has ${length}.`;
  }
  if (maxLength !== undefined && length > maxLength) {
    return `This may have at most ${maxLength} characters; it has ${length}.`;
  }
  if (pattern !== undefined && !matches(pattern, value)) return `This has to match ${pattern}.`;
  if (type === "number") return numberRefusal({ minimum, maximum }, Number(value));
  return "";
}

/**
 * @param {import("../workbench-data.js").Rules} rules
 * @param {number} value
 */
function numberRefusal({ minimum, maximum }, value) {
  if (Number.isNaN(value)) return "This has to be a number.";
  if (minimum !== undefined && value < minimum) return `This has to be at least ${minimum}.`;
  if (maximum !== undefined && value > maximum) return `This may be at most ${maximum}.`;
  return "";
}

/**
 * @param {string} pattern
 * @param {string} value
 */
function matches(pattern, value) {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    // One that is no expression refuses nobody here; `widget check` tells of it.
    return true;
  }
}

/**
 * @param {number | undefined} low
 * @param {number | undefined} high
 * @param {string} unit
 */
function between(low, high, unit) {
  const what = unit && ` ${unit}`;
  if (low !== undefined && high !== undefined) return `${low} to ${high}${what}.`;
  if (low !== undefined) return `At least ${low}${what}.`;
  if (high !== undefined) return `At most ${high}${what}.`;
  return "";
}
