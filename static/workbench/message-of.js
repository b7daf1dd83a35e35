/**
 * @param {unknown} reason whatever was thrown
 * @returns {string}
 */
export function messageOf(reason) {
  return reason instanceof Error ? reason.message : String(reason);
}
