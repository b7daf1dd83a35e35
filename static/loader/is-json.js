/** Deeper than this, a value is not looked into: it may contain itself. */
const DEEPEST = 100;

/**
 * Whether a value is JSON through and through, so that it can cross as text and lose nothing.
 *
 * @param {unknown} value
 * @param {number} [depth]
 * @returns {boolean}
 */
export function isJson(value, depth = 0) {
  if (value === null || typeof value === "string" || typeof value === "boolean") {
    return true;
  }
  if (typeof value === "number") {
    return Number.isFinite(value);
  }
  if (typeof value !== "object" || depth > DEEPEST) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return (
    (Array.isArray(value) || prototype === Object.prototype || prototype === null) &&
    Object.values(value).every((item) => isJson(item, depth + 1))
  );
}
