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
export function refusal(property, value) {
  const { rules } = property;
  if (isEmpty(value)) return rules.required ? "This is required." : "";
  const wrong = typeRefusal(property, value);
  if (wrong) return wrong;
  if (typeof value === "string") return textRefusal(rules, value);
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

/**
 * @param {Property} property
 * @param {unknown} value that is not empty
 */
function typeRefusal({ type, multiple }, value) {
  switch (type) {
    case "number":
      return Number.isFinite(value) ? "" : "This has to be a number.";
    case "boolean":
      return typeof value === "boolean" ? "" : "This has to be true or false.";
    case "date":
      return isDate(value) ? "" : "This has to be a date, such as 2026-11-29.";
    case "select":
    case "autocomplete":
      if (multiple) return Array.isArray(value) ? "" : "This has to be a list.";
      return typeof value === "object" ? "This has to be one value." : "";
    default:
      return typeof value === "string" ? "" : "This has to be text.";
  }
}

/** @param {unknown} value */
function isDate(value) {
  // What a date field shows (HTML Standard, "valid date string").
  return (
    typeof value === "string" &&
    /^\d{4,}-\d\d-\d\d$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
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
 */
function textRefusal({ minLength, maxLength, pattern }, value) {
  // As a person counts, who sees one character where UTF-16 has two.
  const { length } = [...value];
  if (minLength !== undefined && length < minLength) {
    return `This needs at least ${minLength} characters; it has ${length}.`;
  }
  if (maxLength !== undefined && length > maxLength) {
    return `This may have at most ${maxLength} characters; it has ${length}.`;
  }
  if (pattern !== undefined && !matches(pattern, value)) return `This has to match ${pattern}.`;
  return "";
}

/**
 * @param {import("../workbench-data.js").Rules} rules
 * @param {number} value
 */
function numberRefusal({ minimum, maximum }, value) {
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
