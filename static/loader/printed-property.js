/** How a property is printed before Python is there to do it. */

/**
 * What Python's `{sdk.props[name]}` shows.
 *
 * @param {Record<string, unknown> | null | undefined} props
 * @param {unknown} name no property has one that is no text
 * @param {boolean} [empty] whether an empty text is printed as one
 * @returns {string | undefined} undefined of one that is missing, or whose printing is Python's business
 */
export function printed(props, name, empty = false) {
  const value =
    props && typeof name === "string" && Object.hasOwn(props, name) ? props[name] : undefined;
  if (typeof value === "string") {
    return value || empty ? value : undefined;
  }
  return Number.isSafeInteger(value) ? String(value) : undefined;
}
