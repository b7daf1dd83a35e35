/** What engines call it: Chromium and Safari a RangeError, Firefox what it likes, but all say so. */
const SAID = /out of memory|allocate/i;

/**
 * @param {unknown} reason that was thrown
 * @returns {boolean} whether the device has given no more memory
 */
export function isOutOfMemory(reason) {
  return SAID.test(String(reason));
}
